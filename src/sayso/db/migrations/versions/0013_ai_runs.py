"""What AI parts of apps keep: their past work. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.ai_tables import TABLES
from sayso.db.tables import metadata

revision = "0013_ai_runs"
down_revision = "0012_trials"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
