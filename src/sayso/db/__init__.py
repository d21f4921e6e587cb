"""The engine, and the tables that Sayso itself stands on."""

from sayso.db.engine import open_engine, transaction
from sayso.db.migrate import migrate

__all__ = ["migrate", "open_engine", "transaction"]
