"""What connections offer. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.catalogue_tables import TABLES
from sayso.db.tables import metadata

revision = "0020_catalogues"
down_revision = "0019_triggers"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
