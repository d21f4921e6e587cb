"""Shares: what is public, with what was agreed to. Forms that were public keep their addresses."""

from alembic import op

from sayso.db.share_tables import TABLES
from sayso.db.tables import metadata

revision = "0029_shares"
down_revision = "0028_signing_in"

FORMS = """
insert into sayso.shares (id, workspace_id, hash, token, kind, app, view, name, maker, expires_at, created_at)
select 'sh_' || encode(substr(hash, 1, 10), 'hex'), workspace_id, hash, token, 'form', app, view, 'Public form', created_by, expires_at, created_at
from sayso.links where kind = 'form' and revoked_at is null and app is not null and view is not null and token is not null
on conflict do nothing;
delete from sayso.links where kind = 'form';
"""


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.execute(FORMS)
