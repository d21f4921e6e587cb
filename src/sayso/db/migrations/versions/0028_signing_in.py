"""How people prove who they are; a session's secret before this one reads for a moment more."""

from alembic import op

from sayso.db.signin_tables import TABLES
from sayso.db.tables import metadata

revision = "0028_signing_in"
down_revision = "0027_together"

SESSIONS = """
alter table sayso.sessions add column if not exists before bytea;
alter table sayso.sessions add column if not exists before_until timestamptz;
comment on column sayso.sessions.before is 'the hash before this one: requests under way when it changed still show it';
create index if not exists sessions_before on sayso.sessions (before) where before is not null;
"""


def upgrade() -> None:
    op.execute(SESSIONS)
    metadata.create_all(op.get_bind(), tables=list(TABLES))
