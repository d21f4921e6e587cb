"""Invitations; pictures that change; workspaces in the trash."""

from alembic import op

from sayso.db.invitation_tables import TABLES
from sayso.db.tables import metadata

revision = "0025_invitations"
down_revision = "0024_people"

COLUMNS = """
alter table sayso.people add column if not exists picture_at timestamptz;
alter table sayso.workspaces add column if not exists deleted_at timestamptz;
alter table sayso.workspaces add column if not exists deleted_by text;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    metadata.create_all(op.get_bind(), tables=list(TABLES))
