"""What the stateful addresses of /v1 keep: objects, responses, batches. What is there already on a fresh database is left as it is."""

from alembic import op

from sayso.db.endpoint_tables import TABLES
from sayso.db.tables import metadata

revision = "0003_endpoints"
down_revision = "0002_gateway"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
