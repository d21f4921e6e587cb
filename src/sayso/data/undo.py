"""Undo and redo, for each person on their own, of rows and of the app alike.

What others changed since is left alone: a value is put back only where it still is what this person made it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import acts, attached, events, links, provenance, raw, references, written
from sayso.data.acts import Act
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, rows_of
from sayso.data.raw import Raws
from sayso.data.rights import writing
from sayso.data.rights.sight import Verb
from sayso.data.rights.visible import meeting
from sayso.data.row import tell_others, where
from sayso.data.undone import redo_change, undo_change
from sayso.db import fill_tables
from sayso.db import tables as system
from sayso.errors import Conflict, NotFound
from sayso.spec.fields import Link
from sayso.team.actor import Actor

Way = Literal["back", "again"]
ENTRIES_AT_ONCE = 2_000
"""Of what a model wrote, put back in one go; one transaction holds them all."""


@dataclass(frozen=True, slots=True)
class Undone:
    """`undone` is `{"kind": "rows", "table", "ids"}` or `{"kind": "app", "version"}`."""

    sentence: str
    undone: dict[str, Any]
    next_undo: str | None
    next_redo: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    row: int
    kind: str
    before: str | None
    after: str | None


async def upcoming(tx: AsyncConnection, app: OpenApp) -> tuple[str | None, str | None]:
    """What undo and redo would do now, in a sentence each."""
    back, again = await acts.next_undo(tx, app), await acts.next_redo(tx, app)
    return back and back.sentence, again and again.sentence


async def undo(tx: AsyncConnection, app: OpenApp, *, by: Actor) -> Undone:
    """Raises `NotFound` when there is nothing, `Conflict` when others have changed all of it since."""
    return await _turn(tx, app, await acts.next_undo(tx, app), "back", by)


async def redo(tx: AsyncConnection, app: OpenApp, *, by: Actor) -> Undone:
    return await _turn(tx, app, await acts.next_redo(tx, app), "again", by)


async def _turn(tx: AsyncConnection, app: OpenApp, act: Act | None, way: Way, by: Actor) -> Undone:
    if act is None:
        raise NotFound("There is nothing to undo." if way == "back" else "There is nothing to do again.")
    app.must("write")
    app.allowed("write" if act.kind == "rows" else "build", by=by)
    done = await (_rows(tx, app, act, way) if act.kind == "rows" else _app(tx, app, act, way, by))
    mark = update(system.acts).where(system.acts.c.id == act.id)
    await tx.execute(mark.values(undone_at=func.clock_timestamp() if way == "back" else None))
    return Undone(act.sentence, done, *await upcoming(tx, app))


async def _rows(tx: AsyncConnection, app: OpenApp, act: Act, way: Way) -> dict[str, Any]:
    table = app.spec.table(app.columns.table_id(act.payload["table"]) or "")
    if table is None:
        raise Conflict("The table is gone; undo that first.")
    app.allowed("edit", table.id)
    turn = Turn(tx, app, rows_of(app, table), way)
    if "imported_at" in act.payload:
        return await turn.imported(datetime.fromisoformat(act.payload["imported_at"]))
    if "fill" in act.payload:
        await turn.filled(act.payload["fill"])
    else:
        await turn.all(await _entries(tx, act.payload["entries"]))
    if not turn.touched:
        raise Conflict("All of it has been changed again since, so it was left as it is.")
    ids = sorted(turn.touched) if len(turn.touched) <= events.ROW_IDS_TOLD_MAX else []
    return {"kind": "rows", "table": table.id, "ids": ids, "left": turn.left}


async def _app(tx: AsyncConnection, app: OpenApp, act: Act, way: Way, by: Actor) -> dict[str, Any]:
    changed = await (undo_change if way == "back" else redo_change)(tx, app, act, by=by)
    return {"kind": "app", "version": changed.version}


async def _entries(tx: AsyncConnection, ids: Sequence[int]) -> list[Entry]:
    h = system.history.c
    found = select(h.id, h.row_id, h.kind, cast(h.before, Text), cast(h.after, Text)).where(h.id.in_(ids)).order_by(h.id)
    return [Entry(*row) for row in (await tx.execute(found)).all()]


class Turn:
    """One act taken back, or done again. `touched` are the rows that were changed, `left` counts values that were not."""

    def __init__(self, tx: AsyncConnection, app: OpenApp, rows: Rows, way: Way) -> None:
        self.tx, self.app, self.rows, self.way = tx, app, rows, way
        self.touched: set[int] = set()
        self.left = 0
        self.places: dict[int, dict[int, dict[int, float]]] = {}
        """By link number, row and linked id: where the pairs that are put back stood."""

    async def all(self, entries: Sequence[Entry]) -> None:
        back = self.way == "back"
        made, gone, returned = (_rows_of(entries, kind) for kind in ("created", "trashed", "restored"))
        await self._mark(made + returned if back else gone, "trashed")
        await self._mark(gone if back else made + returned, "restored")
        await self._change([e for e in entries if e.kind == "changed" or (e.kind == "created" and not back)])
        for entry in entries:
            if entry.kind == "moved":
                await self._move(entry)

    async def imported(self, at: datetime) -> dict[str, Any]:
        """All rows of one import, however many: they share the moment at which they were made."""
        t, trashed = self.rows.sql, self.way == "back"
        there = t.c.deleted_at.is_(None) if trashed else t.c.deleted_at.is_not(None)
        mine = (t.c.created_at == at) & (t.c.created_by == self.app.by.id) & there
        values = {"deleted_at": func.now() if trashed else None, "version": t.c.version + 1, "updated_at": func.now()}
        count = (await self.tx.execute(update(t).where(mine).values(**values, updated_by=self.app.by.id))).rowcount
        if not count:
            raise Conflict("None of these rows is there any more.")
        kind: events.Kind = "row.trashed" if trashed else "row.restored"
        await events.write(self.tx, kind, payload={"rows": count}, **where(self.app, self.rows.table, self.rows))
        return {"kind": "rows", "table": self.rows.table.id, "ids": [], "left": 0}

    async def filled(self, id: str) -> None:
        """All that a fill wrote, however many rows; one that is under way is called off first."""
        f, l, v = fill_tables.fills, fill_tables.fill_lines, fill_tables.values  # noqa: E741
        off = {"state": "cancelled", "why": "It was undone.", "ended_at": func.now()}
        await self.tx.execute(update(f).where(f.c.id == id, f.c.state.in_(["waiting", "running", "stopped"])).values(off))
        entries = select(l.c.n, l.c.entry).where(l.c.fill == id, l.c.entry.is_not(None)).order_by(l.c.n)
        after = 0
        while some := (await self.tx.execute(entries.where(l.c.n > after).limit(ENTRIES_AT_ONCE))).all():
            after = some[-1].n
            await self.all(await _entries(self.tx, [one.entry for one in some]))
        if self.way == "back":
            failed = select(l.c.row_id).where(l.c.fill == id, l.c.state == "failed")
            mine = (v.c.app == self.app.number) & (v.c.table_no == self.rows.number) & (v.c.state == "failed")
            await self.tx.execute(delete(v).where(mine, v.c.row_id.in_(failed)))

    async def _mark(self, ids: list[int], kind: Literal["trashed", "restored"]) -> None:
        ids = await self._mine(ids, "delete" if kind == "trashed" else "add") if ids else []
        if not ids:
            return
        if kind == "restored":
            await references.still_unique(self.tx, self.app, self.rows, ids)
        kept = await written.mark(self.tx, self.app, self.rows, ids, kind)
        await self._tell("row.trashed" if kind == "trashed" else "row.restored", kept.ids)

    async def _mine(self, ids: list[int], verb: Verb) -> list[int]:
        """Those of the rows that are still for whoever did this then."""
        one = self.app.sight.of(self.rows.table.id)
        if one is None:
            return ids
        seen = await writing.seen(self.tx, self.app, self.rows.table, ids, trashed=True)
        rule = one.deletes if verb == "delete" and "delete" in one.may else one.changes
        kept = await meeting(self.tx, self.app, self.rows.table.id, seen, rule)
        return [id for id in ids if id in kept]

    async def _change(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        wanted = {e.row: self._wanted(e) for e in entries}
        numbers = {n for was, _ in wanted.values() for n in was}
        read_only = {self.rows.numbers[id] for id in self.app.sight.read_only(self.rows.table.id) if id in self.rows.numbers}
        mine = await self._mine(list(wanted), "edit")
        now = await raw.current(self.tx, self.app, self.rows, mine, numbers - read_only)
        changes = {id: written.Change(id, self._still(now[id], *wanted[id])) for id in now}
        touched = {n for one in changes.values() for n in one.values}
        for link in self.rows.table.fields:
            if isinstance(link, Link) and self.rows.numbers[link.id] in touched:
                await self._relink(link, changes)
        kept = await written.change(self.tx, self.app, self.rows, [c for c in changes.values() if c.values or c.after])
        await attached.follow(self.tx, self.rows, kept)
        await provenance.follow(self.tx, self.app, self.rows, kept, self._who(entries))
        await references.still_unique(self.tx, self.app, self.rows, kept.ids)
        await writing.still_seen(self.tx, self.app, self.rows.table, kept.ids)
        await self._tell(
            "row.changed", kept.ids, [f.id for f in self.rows.table.fields if self.rows.numbers.get(f.id) in touched]
        )

    def _who(self, entries: Sequence[Entry]) -> dict[provenance.Of, provenance.Provenance | None]:
        """Who had written each value that is put back."""
        numbers = [self.rows.numbers[f.id] for f in provenance.filled(self.rows.table)]
        sides = ((e.row, e.before if self.way == "back" and e.kind != "created" else e.after) for e in entries)
        return {(row, n): one for row, side in sides for n, one in provenance.of_entry(side, numbers).items()}

    def _wanted(self, entry: Entry) -> tuple[Raws, Raws]:
        """What the values should be now, and what they become. A row that is done again gets its links back."""
        before, after = raw.exactly(entry.before), raw.exactly(entry.after)
        side = entry.before if self.way == "back" and entry.kind != "created" else entry.after
        for number, places in raw.places(side).items():
            self.places.setdefault(number, {})[entry.row] = places
        if entry.kind == "created":
            ends = {n: ids for n, ids in after.items() if n in self.app.columns.ends}
            return dict.fromkeys(ends), ends
        return (after, before) if self.way == "back" else (before, after)

    def _still(self, now: Raws, expected: Raws, wanted: Raws) -> Raws:
        put: Raws = {}
        for n, value in expected.items():
            if n not in now or value == wanted.get(n):
                continue
            if n in self.app.columns.ends and now[n] != value:
                put |= self._pairs(n, now[n], value or [], wanted.get(n) or [])
                continue
            if value is None or now[n] == value:
                put[n] = wanted.get(n)
            else:
                self.left += 1
        return put

    def _pairs(self, number: int, now: list[int], expected: list[int], wanted: list[int]) -> Raws:
        """A list that others have changed since: only the pairs that this act made go, only those that it took come back."""
        made, taken = set(expected) - set(wanted), [id for id in wanted if id not in expected]
        merged = [id for id in now if id not in made] + [id for id in taken if id not in now]
        self.left += merged == now
        return {number: merged} if merged != now else {}

    async def _relink(self, link: Link, changes: dict[int, written.Change]) -> None:
        number = self.rows.numbers[link.id]
        wanted = {id: list(c.values[number] or []) for id, c in changes.items() if number in c.values}
        wanted = await links.with_unseen(self.tx, self.app, self.rows.table, link, wanted)
        done = await links.replace(self.tx, self.app, self.rows.table, link, wanted, self.places.get(number))
        for id in done.after:
            one = changes.setdefault(id, written.Change(id, {}))
            before, after = done.sides(number, id)
            one.before.update(before)
            one.after.update(after)
        if done.others:
            await tell_others(self.tx, self.app, self.rows.table, link, done)

    async def _move(self, entry: Entry) -> None:
        side = entry.before if self.way == "back" else entry.after
        kept = await written.place(self.tx, self.app, self.rows, entry.row, raw.position(side))
        await self._tell("row.moved", kept.ids, ["position"])

    async def _tell(self, kind: events.Kind, ids: Iterable[int], fields: Sequence[str] = ()) -> None:
        told = sorted(ids)
        self.touched.update(told)
        if told:
            payload = {"fields": list(fields)} if fields else {}
            await events.write(self.tx, kind, rows=told, payload=payload, **where(self.app, self.rows.table, self.rows))


def _rows_of(entries: Sequence[Entry], kind: str) -> list[int]:
    return [e.row for e in entries if e.kind == kind]
