"""Runs that are due are found by their automation, so that every automation has its turn."""

from alembic import op

revision = "0033_fair_turns"
down_revision = "0032_hands"

DUE_OF_EACH = """
create index if not exists automation_runs_due_of_each on sayso.automation_runs (app, automation, wake_at) where wake_at is not null
"""


def upgrade() -> None:
    op.execute(DUE_OF_EACH)
