"""Who may have a file: whoever brought it (of an automation: whoever stands for it), whoever sees a row and a field that hold it, and whoever
manages the workspace. A public form names only what was just sent with it.
"""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import finding
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows
from sayso.data.scope import Scope
from sayso.data.written import Kept
from sayso.db.file_tables import file_places as t
from sayso.db.tables import files
from sayso.errors import NotFound
from sayso.spec.fields import File, Image
from sayso.team.actor import Actor

PLACES_ASKED_MAX = 500

FOLLOWED = text("""
insert into sayso.file_places (workspace_id, file, app, table_no, row_id)
select distinct h.workspace_id, f.id, h.app, h.table_no, h.row_id
from sayso.history h
cross join lateral jsonb_path_query(h.after, 'lax $.*[*] ? (@.type() == "string" && @ starts with "f_")') named
join sayso.files f on f.id = named #>> '{}' and f.workspace_id = h.workspace_id
where h.id = any(:entries)
on conflict do nothing
""")


async def follow(tx: AsyncConnection, rows: Rows, kept: Kept) -> None:
    """After rows were written: notes which of them were given a file, by the entries of their history."""
    if kept.entries and any(isinstance(f, File | Image) for f in rows.table.fields):
        await tx.execute(FOLLOWED, {"entries": kept.entries})


async def seen(tx: AsyncConnection, ids: Iterable[str], *, by: Actor) -> set[str]:
    """Those of the files that `by` may have."""
    wanted, c = sorted(set(ids)), files.c
    if not wanted:
        return set()
    own = (c.workspace_id == by.workspace) & c.deleted_at.is_(None) & c.id.in_(wanted)
    places = select(func.count()).where(t.c.file == c.id).correlate(files).scalar_subquery().label("places")
    there = (await tx.execute(select(c.id, c.created_by, places).where(own))).all()
    if by.may("manage") or by.kind == "system":
        return {row.id for row in there}
    if by.kind == "link" and by.member is None:
        return {row.id for row in there if row.created_by == by.id and not row.places}
    if by.kind == "model" and by.member is None:  # what a model has just drawn is written by it into the row that it is for
        return {row.id for row in there if not row.places} | await _shown(tx, [row.id for row in there if row.places], by)
    mine = {row.id for row in there if row.created_by in (by.id, by.member)}
    asked = [row.id for row in there if row.id not in mine]
    return mine | (await _shown(tx, asked, by) if asked else set())


async def _shown(tx: AsyncConnection, ids: list[str], by: Actor) -> set[str]:
    """Those that a row shows which they see."""
    columns = (t.c.app, t.c.table_no, t.c.row_id, t.c.file)
    asked = select(*columns).where(t.c.file.in_(ids), t.c.workspace_id == by.workspace)
    found = (await tx.execute(asked.order_by(t.c.app, t.c.table_no, t.c.row_id.desc()).limit(PLACES_ASKED_MAX * len(ids)))).all()
    shown: set[str] = set()
    for number, in_app in groupby(found, key=lambda row: row.app):
        try:
            app = await finding.found(tx, number, by, "read", "")
        except NotFound:
            continue
        for table_no, rows in groupby(in_app, key=lambda row: row.table_no):
            shown |= await _in_table(tx, app, table_no, [(row.row_id, row.file) for row in rows])
    return shown


async def _in_table(tx: AsyncConnection, app: OpenApp, table_no: int, held: list[tuple[int, str]]) -> set[str]:
    table = app.spec.table(app.columns.table_id(table_no) or "")
    fields = [f for f in table.fields if isinstance(f, File | Image)] if table is not None else []
    if table is None or not fields:
        return set()
    scope, named = Scope.of(app, table, Clock.of(app.spec.zone)), sorted({file for _, file in held})
    columns = [scope.column(field) for field in fields]
    rule = () if scope.rule is None else (scope.rule,)
    query = select(*columns).where(scope.t.c.id.in_(sorted({row for row, _ in held})), *rule)
    return {file for row in (await tx.execute(query)).all() for column in row for file in column or ()} & set(named)
