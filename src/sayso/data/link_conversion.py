"""Links and computed values turned into other kinds, row by row: a linked row is known by what it is called."""

# ruff: noqa: S608  names in statements are numbers of the catalogue, or quoted by the dialect

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import computed_conversion
from sayso.data.ground import Ground
from sayso.data.layout import Fill
from sayso.data.physical import KEPT
from sayso.data.staged import staged
from sayso.data.turned import State, turn
from sayso.spec.fields import Link
from sayso.spec.fields import Text as Line

WORDS = Line(id="words", name="Words")
BETWEEN = ", "

Turned = dict[int, tuple[Any, State]]
"""By row: the stored value (of a link, ids of rows), and what became of it."""


async def fill(tx: AsyncConnection, ground: Ground, fill: Fill) -> None:
    """What is taken up again keeps what it held for every row that still says the same."""
    rows = await converted(tx, ground, fill)
    if fill.back and isinstance(fill.old, Link) and isinstance(fill.new, Link):
        return
    if fill.back:
        held = Fill(fill.table, fill.table_no, fill.new, fill.target, fill.old, fill.source or 0)
        before, now = await converted(tx, ground, held), await _present(tx, ground, fill)
        rows = {
            id: rows.get(id, (None, "kept")) for id in before.keys() | now.keys() if before.get(id, (None,))[0] != now.get(id)
        }
    values = {id: value for id, (value, _) in rows.items()}
    await (_linked(tx, ground, fill, values) if isinstance(fill.new, Link) else _written(tx, ground, fill, values))


async def converted(tx: AsyncConnection, ground: Ground, fill: Fill) -> Turned:
    """Every row that holds something, and what becomes of it."""
    if isinstance(fill.old, Link):
        said = {id: BETWEEN.join(names) for id, names in (await _names(tx, ground, fill)).items()}
    elif fill.old.storage == "computed":
        said = await computed_conversion.words(tx, ground.before, fill)
    else:
        said = await _words(tx, ground, fill)
    if isinstance(fill.new, Link):
        return await _found(tx, ground, fill.new, said)
    as_value = turn(WORDS, fill.new, ground.people)
    return {id: as_value(words) for id, words in said.items()}


async def _names(tx: AsyncConnection, ground: Ground, fill: Fill) -> dict[int, list[str]]:
    """What the linked rows of each row are called."""
    mine, theirs = ground.mine(fill.source or 0, fill.table.id, fill.old.id)
    rows, title = ground.titles[fill.old.to]
    named = f"select id, {title} as title from {rows} where deleted_at is null"
    query = (
        f"select l.{mine}, array_agg(coalesce(o.title, '#' || o.id) order by l.position, o.id)"
        f" from {ground.schema}.l_{fill.source} as l join ({named}) as o on o.id = l.{theirs} group by 1"
    )
    return {row[0]: row[1] for row in await tx.execute(text(query))}


async def _words(tx: AsyncConnection, ground: Ground, fill: Fill) -> dict[int, str]:
    """What each row's own value says, as text."""
    column = KEPT[fill.old.kind] if fill.source is None else f"c_{fill.source}"
    query = f"select id, {column} from {ground.schema}.t_{fill.table_no} where {column} is not null"
    as_words = turn(fill.old, WORDS, ground.people)
    return {id: words for id, value in (await tx.execute(text(query))).all() if (words := as_words(value)[0])}


async def _found(tx: AsyncConnection, ground: Ground, link: Any, said: dict[int, str]) -> Turned:
    """Rows by what they are called, whatever the case: the whole text first, then its pieces between commas."""
    pieces = {id: [p.strip() for p in words.split(",") if p.strip()] for id, words in said.items()}
    known = await _called(tx, ground, link, {w.lower() for words in said.values() for w in [words, *words.split(",")]})
    turned: Turned = {}
    for id, words in said.items():
        whole = known.get(words.strip().lower())
        ids = [whole] if whole is not None else [known.get(p.lower()) for p in pieces[id]]
        found = list(dict.fromkeys(i for i in ids if i is not None))
        if not found or (not link.many and len(ids) > 1 and len(found) < len(ids)):
            turned[id] = (None, "emptied")
        else:
            kept = found if link.many else found[:1]
            turned[id] = (kept, "kept" if len(kept) == len(ids) else "shortened")
    return turned


async def _called(tx: AsyncConnection, ground: Ground, link: Any, wanted: Iterable[str]) -> dict[str, int]:
    """The first row of each name in the linked table."""
    words = await staged(tx, ("text", "text"), ((w.strip(), None) for w in set(wanted) if w.strip()))
    rows, title = ground.titles[link.to]
    query = f"select lower({title}), min(id) from {rows} where deleted_at is null and lower({title}) in (select old from {words}) group by 1"
    return {row[0]: row[1] for row in await tx.execute(text(query))}


async def _present(tx: AsyncConnection, ground: Ground, fill: Fill) -> dict[int, Any]:
    """What the field that is being turned back holds now."""
    if isinstance(fill.old, Link):
        mine, theirs = ground.mine(fill.source or 0, fill.table.id, fill.old.id)
        query = f"select {mine}, array_agg({theirs} order by position, {theirs}) from {ground.schema}.l_{fill.source} group by 1"
    else:
        query = f"select id, c_{fill.source} from {ground.schema}.t_{fill.table_no} where c_{fill.source} is not null"
    return {row[0]: row[1] for row in await tx.execute(text(query))}


async def _linked(tx: AsyncConnection, ground: Ground, fill: Fill, values: dict[int, Any]) -> None:
    """These rows link to those, and to no others."""
    mine, theirs = ground.mine(fill.target, fill.table.id, fill.new.id)
    pairs = f"{ground.schema}.l_{fill.target}"
    touched = await staged(tx, ("bigint", "bigint"), ((id, None) for id in values))
    await tx.execute(text(f"delete from {pairs} where {mine} in (select old from {touched})"))
    new = await staged(tx, ("bigint", "bigint"), ((id, to) for id, ids in values.items() for to in ids or ()))
    await tx.execute(
        text(f"insert into {pairs} ({mine}, {theirs}, position) select old, new, row_number() over (partition by old) from {new}")
    )


async def _written(tx: AsyncConnection, ground: Ground, fill: Fill, values: dict[int, Any]) -> None:
    name = await staged(tx, ("bigint", str(fill.new.storage)), values.items())
    rows = f"{ground.schema}.t_{fill.table_no}"
    await tx.execute(text(f"update {rows} as t set c_{fill.target} = m.new from {name} as m where m.old = t.id"))
