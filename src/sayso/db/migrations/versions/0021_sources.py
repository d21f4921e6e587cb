"""Connected tables. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.source_tables import TABLES
from sayso.db.tables import metadata

revision = "0021_sources"
down_revision = "0020_catalogues"  # the newest one before it: one of a lower number that lands later is named here


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
