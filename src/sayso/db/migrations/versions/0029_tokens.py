"""Tokens for some apps only, with a secret that is changed without a gap, and where they were used last."""

from alembic import op

revision = "0029_tokens"
down_revision = "0029_shares"


def upgrade() -> None:
    op.execute("""
        alter table sayso.tokens add column if not exists apps jsonb;
        alter table sayso.tokens add column if not exists old_hash bytea unique;
        alter table sayso.tokens add column if not exists old_until timestamptz;
        alter table sayso.tokens add column if not exists used_address text not null default '';
        comment on column sayso.tokens.apps is 'ids of the only apps that it reaches; null: all';
        comment on column sayso.tokens.old_hash is 'of the secret before, for as long as it works beside the new one';
    """)
