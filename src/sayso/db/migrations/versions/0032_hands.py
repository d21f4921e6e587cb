"""Who has had a hand in a connection; and which invitations went by the server's own mail."""

from alembic import op

revision = "0032_hands"
down_revision = "0031_file_places"

HANDS = """
update sayso.connections c set hands = coalesce((
    select jsonb_agg(distinct hand) from (
        select c.owner as hand where c.owner is not null
        union
        select a.by from sayso.audit a
        where a.workspace_id = c.workspace_id and a.subject = c.id
          and a.kind in ('connection.created', 'connection.changed', 'connection.consented')
    ) known
), '[]'::jsonb)
"""
"""Those of whom the audit log tells. An entry that was let go of meanwhile is one of a hand that nobody knows: see below."""
FORGOTTEN = """
update sayso.connections c set hands = hands || '["somebody"]'::jsonb
where not exists (
    select 1 from sayso.audit a where a.workspace_id = c.workspace_id and a.subject = c.id and a.kind = 'connection.created'
)
"""


def upgrade() -> None:
    op.execute("alter table sayso.connections add column if not exists hands jsonb not null default '[]'::jsonb")
    op.execute("alter table sayso.invitations add column if not exists own_mail boolean not null default false")
    op.execute(HANDS)
    op.execute(FORGOTTEN)
