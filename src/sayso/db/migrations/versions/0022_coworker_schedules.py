"""Schedules of co-workers. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.coworker_schedule_tables import TABLES
from sayso.db.tables import metadata

revision = "0022_coworker_schedules"
down_revision = "0021_sources"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
