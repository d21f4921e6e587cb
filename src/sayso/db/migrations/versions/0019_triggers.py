"""Events of very many rows, which triggers take in batches. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.tables import metadata
from sayso.db.trigger_tables import TABLES

revision = "0019_triggers"
down_revision = "0018_oauth"  # the newest one before it: one of a lower number that lands later is named here


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
