"""The system tables as of 0.1. Later migrations are written out by hand; this one is the tables themselves."""

from alembic import op

from sayso.db.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
