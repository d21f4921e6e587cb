"""What happened to a row: who changed what, when, from what to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import raw
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, rows_of
from sayso.data.raw import Raws
from sayso.data.rights.visible import visible
from sayso.data.scope import Scope
from sayso.data.worth import title
from sayso.db import tables as system
from sayso.errors import NotFound
from sayso.spec.fields import AnyField, File, Image, Link

ENTRIES_MAX = 100
NO_MEMBERS = {"system": "Sayso", "link": "A public form", "automation": "An automation", "model": "A model", "token": "A program"}
"""What to call those who are no members."""
LINKED_NAMED_MAX = 2_000
READS_MAX = 20
"""For whoever does not see all of a row: so often is read on past changes of which they see nothing."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Values in the API's shape. `field` is the field's id; a field that is gone has none, and its number for a name."""

    field: str | None
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    id: int
    version: int
    kind: Literal["created", "changed", "trashed", "restored", "moved", "imported"]
    by: str
    by_name: str
    at: datetime
    changes: tuple[FieldChange, ...]


async def of_row(
    tx: AsyncConnection, app: OpenApp, table_id: str, id: int, *, before: int | None = None, limit: int = ENTRIES_MAX
) -> tuple[HistoryEntry, ...]:
    """Newest first; `before` is the id of the last entry of the page before. Raises `NotFound` when there never was such a row."""
    app.must("read")
    rows = rows_of(app, found(app, table_id))
    if app.sight.rows(table_id) is not None and not await visible(tx, app, table_id, [id], trashed=True):
        raise NotFound(f"{rows.table.name} has no row {id}.")
    told, limit = list[HistoryEntry](), min(limit, ENTRIES_MAX)
    for _ in range(READS_MAX):
        entries = (await tx.execute(_asked(app, rows, id, before).limit(limit))).all()
        if not entries and before is None and not await _is_there(tx, rows, id):
            raise NotFound(f"{rows.table.name} has no row {id}.")
        names = await names_of(tx, app, rows, [raw.exactly(side) for e in entries for side in (e.before, e.after)])
        read = [_entry(rows, e, names, app.sight.whole) for e in entries]
        told += [one for one in read if one.changes or one.kind != "changed" or app.sight.whole]
        if len(entries) < limit or len(told) >= limit:
            break
        before = entries[-1].id
    return tuple(told[:limit])


def _asked(app: OpenApp, rows: Rows, id: int, before: int | None) -> Any:
    h, m = system.history.c, system.members.c
    own = (h.app == app.number) & (h.table_no == rows.number) & (h.row_id == id)
    asked = select(
        h.id, h.version, h.kind, h.by, func.coalesce(m.name, case(NO_MEMBERS, value=h.by), h.by).label("by_name"), h.at
    )
    asked = asked.add_columns(cast(h.before, Text).label("before"), cast(h.after, Text).label("after"))
    people = system.history.outerjoin(system.members, (m.id == h.by) & (m.workspace_id == h.workspace_id))
    return asked.select_from(people).where(own, h.id < before if before else h.id > 0).order_by(h.id.desc())


async def _is_there(tx: AsyncConnection, rows: Rows, id: int) -> bool:
    return (await tx.execute(select(rows.sql.c.id).where(rows.sql.c.id == id))).first() is not None


Names = dict[tuple[str, Any], str]
"""By field id and the id of a linked row or a file."""


async def names_of(tx: AsyncConnection, app: OpenApp, rows: Rows, values: Sequence[Raws]) -> Names:
    """How linked rows and files are called that these values name."""
    named: Names = {}
    for one in rows.table.fields:
        number = rows.numbers.get(one.id)
        ids = list(dict.fromkeys(id for side in values for id in _ids(side.get(number or 0))))[:LINKED_NAMED_MAX]
        if not ids or not isinstance(one, (Link, File, Image)):
            continue
        called: Any = (await tx.execute(_named(app, one, ids))).all()
        named |= {(one.id, id): name for id, name in called}
    return named


def _ids(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(app: OpenApp, one: Link | File | Image, ids: list[Any]) -> Any:
    if isinstance(one, Link):
        there = Scope.of(app, found(app, one.to), Clock.of(app.spec.zone))
        return select(there.t.c.id, title(there)).where(there.t.c.id.in_(ids), *([] if there.rule is None else [there.rule]))
    f = system.files.c
    return select(f.id, f.name).where(f.workspace_id == app.by.workspace, f.id.in_(ids))


def _entry(rows: Rows, e: Any, names: Names, whole: bool) -> HistoryEntry:
    before, after = raw.exactly(e.before), raw.exactly(e.after)
    fields = {rows.numbers[f.id]: f for f in rows.table.fields if f.id in rows.numbers}
    known = [n for n in fields if n in before or n in after]
    gone = sorted((before.keys() | after.keys()) - fields.keys()) if whole else []  # hidden fields are none that are gone
    changes = [change_of(fields[n], before.get(n), after.get(n), names, whole=whole) for n in known]
    changes += [FieldChange(None, f"A field that is gone ({n})", before.get(n), after.get(n)) for n in gone]
    differing = tuple(c for c in changes if c.before != c.after)
    return HistoryEntry(e.id, e.version, e.kind, e.by, e.by_name, e.at, differing)


def change_of(one: AnyField, before: Any, after: Any, names: Names, *, whole: bool = True) -> FieldChange:
    """`whole` is whether every linked row is seen: else those without a name are not told."""
    return FieldChange(one.id, one.name, _shown(one, before, names, whole), _shown(one, after, names, whole))


def _shown(one: AnyField, value: Any, names: Names, whole: bool) -> Any:
    if isinstance(one, (Link, File, Image)):
        told = [id for id in _ids(value) if whole or (one.id, id) in names]
        return [{"id": id, "name": names.get((one.id, id), f"#{id}")} for id in told]
    return raw.shown(one, value)
