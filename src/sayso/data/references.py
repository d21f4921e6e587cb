"""What values point at must be there, and be this workspace's: people, files, linked rows. Unique values must be alone."""

from collections.abc import Iterable, Sequence
from hashlib import md5
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import attached
from sayso.data.cleaning import Clean
from sayso.data.open_app import OpenApp
from sayso.data.physical import Rows, found, rows_of
from sayso.data.rights.visible import visible
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, File, Image, Link, Person
from sayso.spec.fields.field import Storage
from sayso.spec.table import Table


async def check(
    tx: AsyncConnection, app: OpenApp, table: Table, rows: Sequence[Clean], ids: Sequence[int], problems: list[Problem]
) -> None:
    """What is wrong is added to `problems`. `ids` are the rows being changed (none for new ones). People named by e-mail or name are turned into ids."""
    for one in table.fields:
        match one:
            case Person():
                await _people(tx, app, table, one, rows, ids, problems)
            case File() | Image():
                await _files(tx, app, one, rows, problems)
            case Link():
                await _linked(tx, app, one, rows, problems)
            case _ if one.unique and one.writable and one.storage is not Storage.TEXTS:
                await _unique(tx, app, rows_of(app, table), one, rows, ids, problems)
            case _:
                pass


def _named(rows: Iterable[Clean], one: AnyField) -> set[str]:
    return {id for row in rows for id in row.values.get(one.id) or ()}


async def _people(
    tx: AsyncConnection,
    app: OpenApp,
    table: Table,
    one: Person,
    rows: Sequence[Clean],
    ids: Sequence[int],
    problems: list[Problem],
) -> None:
    asked = _named(rows, one)
    if not asked:
        return
    m, folded = system.members.c, [a.casefold() for a in asked]
    named = or_(m.id.in_(asked), func.lower(m.email).in_(folded), func.lower(m.name).in_(folded))
    members = (
        await tx.execute(select(m.id, m.email, m.name, m.removed_at).where(m.workspace_id == app.by.workspace, named))
    ).all()
    known = {n.casefold(): i for i, email, name, gone in members if gone is None for n in (name, email) if n}
    known |= {i: i for i, *_ in members}
    if ids and any(a not in known and a.casefold() not in known for a in asked):
        known |= {a: a for a in await _standing(tx, rows_of(app, table), one, ids)}
    for row in rows:
        if row.values.get(one.id):
            _person_ids(row, one, known, problems)


async def _standing(tx: AsyncConnection, where: Rows, one: Person, ids: Sequence[int]) -> list[str]:
    """Who stands in these rows already: of an app that came from another workspace also names of those who are no members here."""
    t = where.sql.c
    query = select(func.unnest(t[where.name(one)])).where(t.id.in_(ids)).distinct()
    return [str(name) for name in (await tx.execute(query)).scalars()]


def _person_ids(row: Clean, one: Person, known: dict[str, str], problems: list[Problem]) -> None:
    ids = [known.get(a) or known.get(a.casefold()) for a in row.values[one.id]]
    if None in ids:
        who = row.values[one.id][ids.index(None)]
        problems.append(Problem(f"{row.path}/{one.id}", f"{one.name}: nobody here is called {who[:60]!r}", "m_ana"))
    row.values[one.id] = list(dict.fromkeys(i for i in ids if i))


async def _files(tx: AsyncConnection, app: OpenApp, one: File | Image, rows: Sequence[Clean], problems: list[Problem]) -> None:
    asked = _named(rows, one)
    if not asked:
        return
    there = await attached.seen(tx, asked, by=app.by)
    for row in rows:
        for id in row.values.get(one.id) or ():
            if id not in there:
                problems.append(Problem(f"{row.path}/{one.id}", f"{one.name}: there is no file {id[:60]!r}; upload it first"))


async def _linked(tx: AsyncConnection, app: OpenApp, one: Link, rows: Sequence[Clean], problems: list[Problem]) -> None:
    asked = {id for row in rows for id in row.links.get(one.id) or ()}
    if not asked:
        return
    there = found(app, one.to)
    alive = await visible(tx, app, there.id, asked)
    for row in rows:
        for id in row.links.get(one.id) or ():
            if id not in alive:
                problems.append(Problem(f"{row.path}/{one.id}", f"{one.name}: {there.name} has no row {id}"))


async def _unique(
    tx: AsyncConnection,
    app: OpenApp,
    where: Rows,
    one: AnyField,
    rows: Sequence[Clean],
    ids: Sequence[int],
    problems: list[Problem],
) -> None:
    seen: dict[Any, Clean] = {}
    for row in rows:
        value = row.values.get(one.id)
        if value is None or isinstance(value, bool):
            continue
        if value in seen:
            problems.append(
                Problem(f"{row.path}/{one.id}", f"{one.name} must be different in every row; two of these have {_short(value)}")
            )
        seen[value] = row
    if not seen:
        return
    t = where.sql.c
    column = t[where.name(one)]
    taken = select(column, t.id).where(column.in_(list(seen)), t.deleted_at.is_(None), t.id.not_in(ids))
    if one.storage is Storage.TEXT:
        taken = taken.where(func.md5(column).in_([md5(str(v).encode(), usedforsecurity=False).hexdigest() for v in seen]))
    others = (await tx.execute(taken)).all()
    known = await visible(tx, app, where.table.id, [id for _, id in others])
    for value, id in others:
        row = seen.get(value)
        path = f"{row.path}/{one.id}" if row else one.id
        who = f"row {id}" if id in known else "another row"
        problems.append(Problem(path, f"{one.name} must be different in every row; {who} already has {_short(value)}"))


async def still_unique(tx: AsyncConnection, app: OpenApp, rows: Rows, ids: Sequence[int]) -> None:
    """Whether rows that come back clash with those that are there, or with each other. Raises `Invalid`.

    Asked before they come back: PostgreSQL's own index would refuse them without saying which.
    """
    problems: list[Problem] = []
    for one in (app.whole.table(rows.table.id) or rows.table).fields:
        if one.unique and one.writable and one.storage not in (Storage.TEXTS, Storage.LINKS, Storage.BOOLEAN):
            back, there = rows.sql.alias("back"), rows.sql.alias("there")
            name = rows.name(one)
            clash = select(back.c.id, there.c.id, back.c[name]).join(
                there, (there.c[name] == back.c[name]) & (there.c.id != back.c.id)
            )
            alive = there.c.deleted_at.is_(None) | there.c.id.in_(ids)
            clashes = (await tx.execute(clash.where(back.c.id.in_(ids), alive).limit(20))).all()
            known = await visible(tx, app, rows.table.id, [other for _, other, _ in clashes], trashed=True)
            for id, other, value in clashes:
                if not app.sight.sees(rows.table.id, one.id):
                    problems.append(
                        Problem(f"rows/{id}", "another row has taken a value since that must be different in every row")
                    )
                    continue
                who = f"row {other}" if other in known else "another row"
                reason = f"{one.name} must be different in every row; {who} has {_short(value)} now"
                problems.append(Problem(f"rows/{id}/{one.id}", reason))
    if problems:
        raise Invalid.of(problems)


def _short(value: Any) -> str:
    return str(value)[:60]
