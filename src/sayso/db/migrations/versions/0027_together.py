"""Comments with answers, signs and an end; what one wants to be told of, and letters; copies of apps and templates of a workspace."""

from alembic import op

from sayso.db.notification_tables import PREFERENCE_TABLES
from sayso.db.tables import metadata
from sayso.db.together_tables import TABLES

revision = "0027_together"
down_revision = "0026_audit"

COLUMNS = """
alter table sayso.comments add column if not exists parent bigint;
alter table sayso.comments add column if not exists mentions jsonb not null default '[]'::jsonb;
alter table sayso.comments add column if not exists resolved_at timestamptz;
alter table sayso.comments add column if not exists resolved_by text;
comment on column sayso.comments.parent is 'the first comment of the thread that this one answers; null for a first one';
alter table sayso.apps add column if not exists copy_of bigint;
alter table sayso.apps add column if not exists copy_version integer;
create index if not exists ix_sayso_apps_copy_of on sayso.apps (copy_of);
comment on column sayso.apps.copy_of is 'the number of the app that this is a copy to work on; null: it stands for itself';
comment on column sayso.apps.copy_version is 'the version of that app that the copy was made of, or was last brought up to';
alter table sayso.notifications add column if not exists subject jsonb;
alter table sayso.notifications add column if not exists shown boolean not null default true;
alter table sayso.notifications add column if not exists letter_due timestamptz;
alter table sayso.notifications add column if not exists letter text;
comment on column sayso.notifications.subject is 'the row or comment that it is of; whoever may not see that reads nothing of this';
comment on column sayso.notifications.shown is 'whether it stands in the inbox; else it only goes by letter';
comment on column sayso.notifications.letter_due is 'when a letter with it is written; null: never, or it was';
comment on column sayso.notifications.letter is 'the letter that it stood in';
create index if not exists notifications_due on sayso.notifications (letter_due) where letter_due is not null;
create index if not exists notifications_letter on sayso.notifications (letter) where letter is not null;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    metadata.create_all(op.get_bind(), tables=[*PREFERENCE_TABLES, *TABLES])
