"""What models write into rows. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.fill_tables import TABLES
from sayso.db.tables import metadata

revision = "0011_fills"
down_revision = "0010_coworkers"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
