"""The gateway: providers, aliases, keys, budgets, ledger. What 0001 has made already on a fresh database is left as it is."""

from alembic import op

from sayso.db.gateway_tables import TABLES
from sayso.db.tables import metadata

revision = "0002_gateway"
down_revision = "0001"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
