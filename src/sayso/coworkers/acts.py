"""What would be written, exactly: tried in a savepoint that is rolled back, shown row by row with before and after, done after a yes.

An act is kept as the API shows it (see docs/architecture.md); `raw` in it is what is written.
"""

from typing import Any, Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers.reach import Place
from sayso.coworkers.values import People, people_of, text_of, title_of
from sayso.data import rows
from sayso.data.query import rows_by_id
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.fields import AnyField
from sayso.team.ids import new_id

OVERWRITTEN_ROWS_MAX = 20
"""A change of more rows at once always asks, and says how many it overwrites."""
NAMED_ROWS_MAX = 10

Kind = Literal["add", "change", "trash"]
Act = dict[str, Any]
Wanted = dict[str, Any]
"""`{"id": row id or None, "values": {field id: value}}`."""


async def tried(
    tx: AsyncConnection, place: Place, kind: Kind, wanted: list[Wanted], *, tool: str, call: str, id: str = ""
) -> Act:
    """The act, nothing of it done. Raises what doing it would raise: `Invalid`, `NotFound`, `Forbidden`."""
    _once(wanted)
    people = await people_of(tx, place)
    before = {row["id"]: row for row in await _read(tx, place, [w["id"] for w in wanted if w["id"] is not None])}
    missing = [str(w["id"]) for w in wanted if w["id"] is not None and w["id"] not in before]
    if missing:
        raise NotFound(f"{place.table.name} has no row {', '.join(missing[:5])}.")
    savepoint = await tx.begin_nested()
    try:
        after = await _written(tx, place, kind, wanted, versions={})
    finally:
        await savepoint.rollback()
    shown = [_row(place, n, w, before.get(w["id"]), after[n] if after else None, people) for n, w in enumerate(wanted)]
    act: Act = {
        "id": id or new_id("h"),
        "tool": tool,
        "call": call,
        "kind": kind,
        "app": place.app.id,
        "app_name": place.app.spec.name,
        "table": place.table.id,
        "table_name": place.table.name,
        "left_out": False,
        "rows": shown,
    }
    return {**act, "sentence": sentence(act), "loses": loses(act)}


async def done(tx: AsyncConnection, place: Place, act: Act) -> list[int]:
    """Writes it, by whoever the place was opened for; the ids of the rows. Raises `Conflict` when one was changed meanwhile."""
    wanted = [{"id": r["id"], "values": {f["field"]: f["raw"] for f in r["fields"]}} for r in act["rows"]]
    versions = {r["id"]: r["version"] for r in act["rows"] if r["id"] is not None}
    written = await _written(tx, place, act["kind"], wanted, versions)
    rows: list[dict[str, Any]] = written or wanted
    return [row["id"] for row in rows]


async def compared(tx: AsyncConnection, place: Place, act: Act) -> tuple[Act, bool]:
    """The act with the values that are there now beside those of when it was proposed, and whether any row has changed since.

    The versions become those of now: a second yes is given to what is shown.
    """
    now = {row["id"]: row for row in await _read(tx, place, [r["id"] for r in act["rows"] if r["id"] is not None])}
    people = await people_of(tx, place)
    changed = False
    shown: list[dict[str, Any]] = []
    for row in act["rows"]:
        there = now.get(row["id"])
        if row["id"] is None or (there is not None and there["version"] == row["version"]):
            shown.append(row)
            continue
        changed = True
        if there is None:
            shown.append({**row, "gone": True})
            continue
        fields = [_compared(place, f, there["values"].get(f["field"]), people) for f in row["fields"]]
        shown.append({**row, "version": there["version"], "title": title_of(place.table, there, people), "fields": fields})
    return {**act, "rows": shown}, changed


def _compared(place: Place, shown: dict[str, Any], now: Any, people: People) -> dict[str, Any]:
    field = place.table.field(shown["field"])
    return {**shown, "now": now, "now_text": text_of(field, now, people) if field else str(now)}


async def _written(
    tx: AsyncConnection, place: Place, kind: Kind, wanted: list[Wanted], versions: dict[int, int]
) -> list[dict[str, Any]]:
    app, table, by = place.app, place.table.id, place.app.by
    match kind:
        case "add":
            return await rows.create_many(tx, app, table, [w["values"] for w in wanted], by=by)
        case "change":
            edits = [rows.Edit(w["id"], w["values"], versions.get(w["id"])) for w in wanted]
            return await rows.update_many(tx, app, table, edits, by=by)
        case "trash":
            if versions:
                await rows.locked(tx, app, place.table, [rows.Edit(id, {}, version) for id, version in versions.items()])
            gone = await rows.trash(tx, app, table, [w["id"] for w in wanted], by=by)
            if len(gone) != len(wanted):
                raise NotFound(f"{len(wanted) - len(gone)} of these rows are gone already.")
            return []


async def _read(tx: AsyncConnection, place: Place, ids: list[int]) -> list[dict[str, Any]]:
    return orjson.loads(f"[{await rows_by_id(tx, place.app, place.table, ids)}]") if ids else []


def _once(wanted: list[Wanted]) -> None:
    ids = [w["id"] for w in wanted if w["id"] is not None]
    if len(set(ids)) < len(ids):
        raise Invalid(Problem("rows", "name the same row twice"))


def _row(place: Place, n: int, wanted: Wanted, before: Any, after: Any, people: People) -> dict[str, Any]:
    title = title_of(place.table, before or after, people)
    fields = [
        _field(f, wanted["values"][f.id], before and before["values"].get(f.id), after and after["values"].get(f.id), people)
        for f in place.fields
        if f.id in wanted["values"]
    ]
    version = before["version"] if before else None
    return {"n": n, "id": wanted["id"], "title": title, "version": version, "fields": fields}


def _field(field: AnyField, raw: Any, before: Any, after: Any, people: People) -> dict[str, Any]:
    return {
        "field": field.id, "name": field.name, "kind": field.kind, "before": before, "after": after,
        "before_text": text_of(field, before, people), "after_text": text_of(field, after, people), "raw": raw,
    }  # fmt: skip


def sentence(act: Act) -> str:
    """`Change Shoot of Halden & Wolfe`: what it does, in words."""
    rows, table = act["rows"], act["table_name"]
    what = f"“{rows[0]['title']}”" if len(rows) == 1 else f"{len(rows)} rows"
    match act["kind"]:
        case "add":
            return f"Add {what} to {table}"
        case "trash":
            return f"Move {what} of {table} to the trash"
        case _:
            names = list(dict.fromkeys(f["name"] for r in rows for f in r["fields"]))
            return f"Change {', '.join(names[:5])} of {what} in {table}"


def loses(act: Act) -> str | None:
    """What is lost when it is done, by name; None when nothing is."""
    rows = [r for r in act["rows"] if not r.get("gone")]
    named = _named([r["title"] for r in rows])
    if act["kind"] == "trash":
        return f"Moves {_rows(len(rows))} of {act['table_name']} to the trash: {named}"
    if act["kind"] == "add":
        return None
    emptied = [
        (r["title"], f["name"])
        for r in rows
        for f in r["fields"]
        if f["before"] not in (None, "", []) and f["after"] in (None, "", [])
    ]
    if emptied:
        return "Empties " + _named([f"{field} of {title}" for title, field in emptied])
    if len(rows) > OVERWRITTEN_ROWS_MAX:
        return f"Overwrites {len(rows)} rows of {act['table_name']}: {named}"
    return None


def _named(titles: list[str]) -> str:
    more = f" and {len(titles) - NAMED_ROWS_MAX} more" if len(titles) > NAMED_ROWS_MAX else ""
    return ", ".join(f"“{t}”" for t in titles[:NAMED_ROWS_MAX]) + more


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def told(act: Act, ids: list[int]) -> str:
    """Our own words about what was done, from what was applied."""
    rows, table = act["rows"], act["table_name"]
    match act["kind"]:
        case "add":
            return f"Added {_named([r['title'] for r in rows])} to {table}."
        case "trash":
            return f"Moved {_named([r['title'] for r in rows])} of {table} to the trash."
        case _:
            parts = [
                f"{f['name']} of “{r['title']}”: {f.get('now_text', f['before_text']) or 'nothing'} → {f['after_text'] or 'nothing'}"
                for r in rows for f in r["fields"]
            ]  # fmt: skip
            return "Changed " + "; ".join(parts[:5]) + (f" and {len(parts) - 5} more" if len(parts) > 5 else "") + "."
