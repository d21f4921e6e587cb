"""Accounts with the outside world, and webhooks out. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.connection_tables import TABLES
from sayso.db.tables import metadata

revision = "0015_connections"
down_revision = "0014_automations"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
