"""The engine, and the tables that Sayso itself stands on."""

from sayso.db.engine import open_engine, transaction
from sayso.db.migrate import migrate
from sayso.db.net import within

__all__ = ["migrate", "open_engine", "transaction", "within"]
