"""What co-workers keep. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.coworker_tables import TABLES
from sayso.db.tables import metadata

revision = "0010_coworkers"
down_revision = "0003_endpoints"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
