"""What happens by itself: automations, their runs and steps. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.automation_tables import TABLES
from sayso.db.tables import metadata

revision = "0014_automations"
down_revision = "0013_ai_runs"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
