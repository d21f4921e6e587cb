"""Where files are attached, made of the rows' history."""

from alembic import op

from sayso.db.file_tables import TABLES
from sayso.db.tables import metadata

revision = "0031_file_places"
down_revision = "0030_single_sign_on"

PLACES = """
insert into sayso.file_places (workspace_id, file, app, table_no, row_id)
select distinct h.workspace_id, f.id, h.app, h.table_no, h.row_id
from sayso.history h
cross join lateral jsonb_path_query(h.after, 'lax $.*[*] ? (@.type() == "string" && @ starts with "f_")') named
join sayso.files f on f.id = named #>> '{}' and f.workspace_id = h.workspace_id
on conflict do nothing
"""


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.execute(PLACES)
