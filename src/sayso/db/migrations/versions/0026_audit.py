"""The audit log becomes a chain: who, from where, before and after; only ever added to.

What was written before gets its place in the chain, in the order in which it was written.
"""

from pathlib import Path

from alembic import op

from sayso import db
from sayso.db.audit_tables import TABLES
from sayso.db.tables import metadata

revision = "0026_audit"
down_revision = "0025_invitations"

COLUMNS = """
alter table sayso.audit add column if not exists n bigint;
alter table sayso.audit add column if not exists app text;
alter table sayso.audit add column if not exists before jsonb;
alter table sayso.audit add column if not exists after jsonb;
alter table sayso.audit add column if not exists by_kind text not null default 'member';
alter table sayso.audit add column if not exists address text not null default '';
alter table sayso.audit add column if not exists agent text not null default '';
alter table sayso.audit add column if not exists session text;
alter table sayso.audit add column if not exists token text;
alter table sayso.audit add column if not exists hash bytea;
create unique index if not exists audit_chain on sayso.audit (workspace_id, n);
comment on column sayso.audit.n is 'its number in the workspace, given at the commit';
comment on column sayso.audit.app is 'the app''s id, of acts inside one';
comment on column sayso.audit.hash is 'of itself and of the one before; see audit.sql';
"""

EARLIER = """
do $$
declare
    e sayso.audit;
    last bytea;
    place bigint;
    here text := '';
begin
    alter table sayso.audit disable trigger audit_kept;
    for e in select * from sayso.audit where hash is null order by workspace_id, id loop
        if e.workspace_id <> here then
            here := e.workspace_id; place := 0; last := sha256(convert_to(here, 'UTF8'));
        end if;
        place := place + 1;
        last := sha256(last || convert_to(sayso.audit_text(e, place), 'UTF8'));
        update sayso.audit set n = place, hash = last where id = e.id;
        insert into sayso.audit_chains (workspace_id, n, hash, gone_hash)
        values (here, place, last, sha256(convert_to(here, 'UTF8')))
        on conflict (workspace_id) do update set n = place, hash = last;
    end loop;
    alter table sayso.audit enable trigger audit_kept;
end
$$
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.get_bind().exec_driver_sql(Path(db.__file__).with_name("audit.sql").read_text("utf-8"))
    op.execute(EARLIER)
