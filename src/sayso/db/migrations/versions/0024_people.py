"""People, who may be members of several workspaces; groups, roles of the workspace's own, and who has which role in which app.

Everybody who was a member becomes a person; members with one address in several workspaces become one.
"""

from alembic import op

from sayso.db.people_tables import TABLES
from sayso.db.tables import metadata

revision = "0024_people"
down_revision = "0023_coworkers_changed_by"

COLUMNS = """
alter table sayso.members add column if not exists person text;
alter table sayso.members add column if not exists kind text not null default 'person';
alter table sayso.members add column if not exists properties jsonb not null default '{}'::jsonb;
alter table sayso.members add column if not exists suspended_at timestamptz;
comment on column sayso.members.person is 'who it is, in sayso.people; null for a service account';
comment on column sayso.members.kind is 'person or service';
comment on column sayso.members.role is 'a role''s name, or the id of one of the workspace''s own';
create index if not exists ix_sayso_members_person on sayso.members (person);
alter table sayso.sessions add column if not exists id text unique;
alter table sayso.sessions add column if not exists person text;
alter table sayso.sessions add column if not exists method text not null default 'link';
alter table sayso.sessions add column if not exists address text not null default '';
alter table sayso.sessions add column if not exists strong boolean not null default false;
alter table sayso.sessions add column if not exists proved_at timestamptz;
comment on column sayso.sessions.id is 'how it is named in lists; the hash never leaves';
comment on column sayso.sessions.method is 'how they signed in: link, password, passkey, oidc, …';
comment on column sayso.sessions.strong is 'whether a second factor was shown';
create index if not exists ix_sayso_sessions_person on sayso.sessions (person);
"""

PEOPLE = """
insert into sayso.people (id, name, email, hue, created_at)
select distinct on (coalesce(lower(email), id)) 'pe_' || substr(id, 3), name, email, hue, created_at
from sayso.members where person is null and kind = 'person' order by coalesce(lower(email), id), created_at;
update sayso.members m set person = p.id from sayso.people p
where m.person is null and m.kind = 'person' and (p.id = 'pe_' || substr(m.id, 3) or lower(p.email) = lower(m.email));
update sayso.sessions s set person = m.person, id = 'se_' || substr(encode(s.hash, 'hex'), 1, 20)
from sayso.members m where m.id = s.member and s.id is null;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.execute(PEOPLE)
