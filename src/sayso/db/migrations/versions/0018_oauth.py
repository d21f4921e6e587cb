"""Programs that were let in by OAuth. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.oauth_tables import TABLES
from sayso.db.tables import metadata

revision = "0018_oauth"
down_revision = "0017_notifications"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
