"""What people are told, and what they are asked for a yes. What is there already on a fresh database is left as it is."""

from alembic import op
from sqlalchemy.schema import CreateSequence

from sayso.db.notification_tables import SEQUENCES, TABLES
from sayso.db.tables import metadata

revision = "0017_notifications"
down_revision = "0015_connections"  # the newest one before it: one of a lower number that lands later is named here


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(CreateSequence(sequence, if_not_exists=True))
    metadata.create_all(op.get_bind(), tables=list(TABLES))
