"""Trials and measurements. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.tables import metadata
from sayso.db.trial_tables import TABLES

revision = "0012_trials"
down_revision = "0011_fills"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
