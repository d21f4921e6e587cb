"""Rows of one app written into a copy of it by PostgreSQL itself, table by table, in pieces that can be stopped between.

A row keeps its id, so links need no translation: the pairs of a link are copied where both ends were. Files are named anew; what they
hold lies under its digest and is not copied.
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.copies import people as known_people
from sayso.data.copies.people import People
from sayso.data.ddl import schema
from sayso.data.open_app import OpenApp
from sayso.data.physical import is_stored
from sayso.db.tables import files
from sayso.spec.fields import AnyField, Autonumber, File, Image, Link, Person, fill_of
from sayso.spec.table import Table
from sayso.team.ids import new_id

PIECE_ROWS = 20_000
SAMPLE_ROWS = 50
"""Of each table, those that stand first."""
FILES_AT_ONCE = 1_000

Progress = Callable[[int], Awaitable[None]]
"""Called with how many rows are copied; raises when there should be no more."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same app twice: what is read and what is written. `people` says who everybody is there; None when they are the same.

    `moved`: nothing is left behind, so rows in the trash come too, and so do files that no row holds any more.
    """

    old: OpenApp
    new: OpenApp
    people: People | None = None
    moved: bool = False

    @property
    def rows(self) -> str:
        """Which of the old ones are copied."""
        return "true" if self.moved else "t.deleted_at is null"

    def both(self, table: str) -> tuple[str, str]:
        return (
            f"{schema(self.old.number)}.t_{self.old.columns.tables[table]}",
            f"{schema(self.new.number)}.t_{self.new.columns.tables[table]}",
        )


async def counted(tx: AsyncConnection, app: OpenApp) -> int:
    total = 0
    for number in app.columns.tables.values():
        total += (
            await tx.execute(text(f"select count(*) from {schema(app.number)}.t_{number} where deleted_at is null"))
        ).scalar_one()
    return total


async def copy(tx: AsyncConnection, pair: Pair, *, sample: bool, progress: Progress) -> int:
    """All rows, or the first of each table; gives how many. Who everybody is and what files are called there stays at hand for the rest of the
    transaction, in the temporary tables `copied_people` and `copied_files`."""
    await tx.execute(text("create temp table copied_files (old text primary key, new text not null) on commit drop"))
    await known_people.at_hand(tx, pair.people)
    done = 0
    for table in pair.new.spec.tables:
        if pair.old.spec.table(table.id) is not None:
            await _name_files(tx, pair, table)
            done += await _rows(tx, pair, table, sample, done, progress)
    for table in pair.new.spec.tables:
        await _pairs(tx, pair, table)
        await _written_by(tx, pair, table)
    return done


async def _rows(tx: AsyncConnection, pair: Pair, table: Table, sample: bool, before: int, progress: Progress) -> int:
    old, new = pair.both(table.id)
    names, values = _columns(pair, table)
    order, piece = ("position, id", SAMPLE_ROWS) if sample else ("id", PIECE_ROWS)
    put = text(
        f"with piece as (select * from {old} as t where id > :after and {pair.rows} order by {order} limit {piece}), put as ("
        f"insert into {new} ({', '.join(names)}) select {', '.join(values)} from piece as t returning id)"
        " select count(*), max(id) from put"
    )
    after, done, many = 0, 0, piece
    while many == piece:
        many, last = (await tx.execute(put, {"after": after})).one()
        after, done = last or after, done + many
        await progress(before + done)
        if sample:
            break
    if done:
        await tx.execute(text(f"select setval(pg_get_serial_sequence('{new}', 'id'), (select max(id) from {new}))"))
        for field in table.fields:
            if isinstance(field, Autonumber):
                number = pair.new.columns.fields[table.id][field.id]
                at = f"'{schema(pair.new.number)}.s_{number}', greatest((select max(c_{number}) from {new}), 1)"
                await tx.execute(text(f"select setval({at})"))
        await tx.execute(text(f"analyze {new}"))
    return done


def _columns(pair: Pair, table: Table) -> tuple[list[str], list[str]]:
    """The columns to write, and what is read for each."""
    names = ["id", "created_at", "updated_at", "position", "created_by", "updated_by"]
    values = ["t.id", "t.created_at", "t.updated_at", "t.position", _person("t.created_by", pair), _person("t.updated_by", pair)]
    if pair.moved:
        names += ["version", "deleted_at"]
        values += ["t.version", "t.deleted_at"]
    for field in table.fields:
        was, now = pair.old.columns.fields[table.id].get(field.id), pair.new.columns.fields[table.id].get(field.id)
        if is_stored(field) and was is not None and now is not None:
            names.append(f"c_{now}")
            values.append(_value(field, f"t.c_{was}", pair))
    return names, values


def _person(column: str, pair: Pair) -> str:
    return column if pair.people is None else f"coalesce((select m.did from copied_people m where m.old = {column}), {column})"


def _value(field: AnyField, column: str, pair: Pair) -> str:
    if isinstance(field, (File, Image)):
        return _each(column, "copied_files m on m.old = u.old")
    return (
        _each(column, "copied_people m on m.old = u.old and m.stands")
        if isinstance(field, Person) and pair.people is not None
        else column
    )


def _each(column: str, known: str) -> str:
    """A list of ids, each as it is called there; what is not known there is left out."""
    of = f"unnest({column}) with ordinality as u(old, n) join {known}"
    return f"(select array_agg(m.new order by u.n) from {of})"


async def _name_files(tx: AsyncConnection, pair: Pair, table: Table) -> None:
    """New names for the files of a table. The store keeps each content once, whoever names it."""
    numbers = [pair.old.columns.fields[table.id].get(f.id) for f in table.fields if isinstance(f, (File, Image))]
    rows, _ = pair.both(table.id)
    for number in (n for n in numbers if n is not None):
        asked = text(
            f"select distinct f from {rows} as t, unnest(t.c_{number}) as f where {pair.rows}"
            " and not exists (select 1 from copied_files c where c.old = f)"
        )
        await _all_named(tx, pair, list((await tx.execute(asked)).scalars()))


async def name_left(tx: AsyncConnection, pair: Pair) -> None:
    """Files that rows once held: their history still names them."""
    asked = text(
        "select distinct p.file from sayso.file_places p where p.app = :app and not exists (select 1 from copied_files c where c.old = p.file)"
    )
    await _all_named(tx, pair, list((await tx.execute(asked, {"app": pair.old.number})).scalars()))


async def _all_named(tx: AsyncConnection, pair: Pair, ids: list[str]) -> None:
    for at in range(0, len(ids), FILES_AT_ONCE):
        await _named(tx, pair, ids[at : at + FILES_AT_ONCE])


async def _named(tx: AsyncConnection, pair: Pair, ids: list[str]) -> None:
    c = files.c
    kept = (c.name, c.type, c.bytes, c.sha256, c.width, c.height)
    query = select(c.id, *kept).where(c.id.in_(ids), c.workspace_id == pair.old.by.workspace, c.deleted_at.is_(None))
    known = (await tx.execute(query)).all()
    if not known:
        return
    fresh = {row.id: new_id("f") for row in known}
    own = {"workspace_id": pair.new.by.workspace, "app": pair.new.number, "created_by": pair.new.by.id}
    named = [{"id": fresh[row.id], **own, **{column.name: getattr(row, column.name) for column in kept}} for row in known]
    await tx.execute(insert(files), named)
    put = text("insert into copied_files (old, new) select * from unnest(cast(:old as text[]), cast(:new as text[]))")
    await tx.execute(put, {"old": list(fresh), "new": list(fresh.values())})


async def _pairs(tx: AsyncConnection, pair: Pair, table: Table) -> None:
    """The pairs of links, once for both ends, where the rows at both ends were copied."""
    for field in table.fields:
        if not isinstance(field, Link):
            continue
        was, now = pair.old.columns.fields.get(table.id, {}).get(field.id), pair.new.columns.fields[table.id][field.id]
        if was is None or pair.new.columns.ends[now] != (table.id, field.id):
            continue
        mine, theirs = ("a", "b") if pair.old.columns.ends[was] == (table.id, field.id) else ("b", "a")
        here, there = pair.both(table.id)[1], pair.both(field.to)[1]
        await tx.execute(
            text(
                f"insert into {schema(pair.new.number)}.l_{now} (a, b, position) select l.{mine}, l.{theirs}, l.position"
                f" from {schema(pair.old.number)}.l_{was} as l join {here} as h on h.id = l.{mine} join {there} as t on t.id = l.{theirs}"
            )
        )


async def _written_by(tx: AsyncConnection, pair: Pair, table: Table) -> None:
    """Who wrote values that a model may write; where files are attached; and which rows are samples."""
    _, new = pair.both(table.id)
    names = {"old": pair.old.number, "new": pair.new.number, "workspace": pair.new.by.workspace}
    names |= {"was": pair.old.columns.tables[table.id], "now": pair.new.columns.tables[table.id]}
    for field in table.fields:
        was, now = pair.old.columns.fields[table.id].get(field.id), pair.new.columns.fields[table.id].get(field.id)
        if fill_of(field) is not None and was is not None and now is not None:
            put = text(
                "insert into sayso.ai_values (workspace_id, app, table_no, row_id, field_no, state, about, inputs)"
                " select :workspace, :new, :now, v.row_id, :field, v.state, v.about, v.inputs from sayso.ai_values v"
                f" join {new} as t on t.id = v.row_id where v.app = :old and v.table_no = :was and v.field_no = :before"
            )
            await tx.execute(put, {**names, "field": now, "before": was})
        if isinstance(field, (File, Image)) and now is not None:
            held = text(
                "insert into sayso.file_places (workspace_id, file, app, table_no, row_id)"
                f" select :workspace, f, :new, :now, t.id from {new} as t, unnest(t.c_{now}) as f on conflict do nothing"
            )
            await tx.execute(held, {name: names[name] for name in ("workspace", "new", "now")})
    marked = text(
        "insert into sayso.samples (workspace_id, app, table_no, row_id) select :workspace, :new, :now, s.row_id"
        f" from sayso.samples s join {new} as t on t.id = s.row_id where s.app = :old and s.table_no = :was"
    )
    await tx.execute(marked, names)
