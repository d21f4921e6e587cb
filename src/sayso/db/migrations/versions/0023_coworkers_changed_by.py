"""Who changed a co-worker of the workspace last: what it does at its time is done with their rights."""

from alembic import op

revision = "0023_coworkers_changed_by"
down_revision = "0022_coworker_schedules"


def upgrade() -> None:
    op.execute("alter table sayso.coworkers add column if not exists changed_by text")
