"""Rows that hold a text: in their own words (see `words.py`), or in the names of their choices, people and linked rows."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import words
from sayso.data.conditions.choice import as_array, named_like
from sayso.data.conditions.listed import sendable
from sayso.data.conditions.text import folded, holds
from sayso.data.packed import packed_ids, unpacked
from sayso.data.physical import is_stored, words_clause
from sayso.data.scope import Linked, Scope
from sayso.data.worth import title
from sayso.db import tables as system
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Link, MultiSelect, Person, Select

Sql = ColumnElement[Any]
SEARCH_CHARACTERS_MAX = 200
WORDED_ROWS_MAX = 20_000
"""Up to so many rows are fetched by their ids; more are found by reading the table along."""
LINKED_FOUND_MAX = 10_000
"""Of a linked table, so many rows at most are found by their name."""


def needle_of(text: str) -> str:
    """What is searched for. Raises `Invalid` when it is too long."""
    needle = " ".join(sendable(text).split())
    if len(needle) > SEARCH_CHARACTERS_MAX:
        raise Invalid(Problem("search", f"holds at most {SEARCH_CHARACTERS_MAX} characters"))
    return needle


async def found(tx: AsyncConnection, scope: Scope, text: str, *, few: bool = False) -> Sql:
    """Whatever the case, anywhere in a value. `few` says that only few rows are asked, which are then looked at one by one.

    Words and names are looked up first, so that the rows themselves are only read where something was found.
    """
    needle = needle_of(text)
    people = await _people(tx, scope, needle)
    worded = _said(scope, needle) if few else await _worded(tx, scope, needle)
    conditions: list[Sql] = [worded if _sees_every_word(scope) else worded & _spoken(scope, needle)]
    for one in scope.table.fields:
        if isinstance(one, Link):
            linked = await _linked(tx, scope.through(one), needle)
            conditions += [scope.t.c.id.in_(linked)] if linked is not None else []
        elif is_stored(one) and (named := _named(scope, one, needle, people)) is not None:
            conditions.append(named)
    return or_(*conditions)


def _sees_every_word(scope: Scope) -> bool:
    whole = scope.app.whole.table(scope.table.id)
    seen = {f.id for f in words.searched(scope.table)}
    return whole is None or all(f.id in seen for f in words.searched(whole))


def _spoken(scope: Scope, needle: str) -> Sql:
    """Whether what is seen of a row holds it: the words that are kept beside the rows are those of hidden fields, too."""
    written = words.written(scope.table, scope.rows.numbers, str(scope.t.name))  # pyright: ignore[reportAttributeAccessIssue]  an alias
    return func.strpos(literal_column(written, Text), folded(needle)) > 0


def _said(scope: Scope, needle: str) -> Sql:
    w = words_clause(scope.rows)
    return exists(select(w.c.id).where(w.c.id == scope.t.c.id, func.strpos(w.c.words, folded(needle)) > 0).correlate(scope.t))


async def _worded(tx: AsyncConnection, scope: Scope, needle: str) -> Sql:
    w = words_clause(scope.rows)
    holding = select(w.c.id).where(func.strpos(w.c.words, folded(needle)) > 0)
    some = holding.limit(WORDED_ROWS_MAX + 1).subquery("some")
    packed = (await tx.execute(select(packed_ids(some.c.id)))).scalar_one()
    ids = unpacked(packed)
    if len(ids) > WORDED_ROWS_MAX:
        return scope.t.c.id.in_(holding)
    return scope.t.c.id == func.any(cast(ids.tolist(), ARRAY(BigInteger)))


def _named(scope: Scope, one: AnyField, needle: str, people: list[str]) -> Sql | None:
    match one:
        case Select(options=options) if ids := named_like(needle, options):
            return scope.column(one).in_(ids)
        case MultiSelect(options=options) if ids := named_like(needle, options):
            return scope.column(one).overlap(as_array(ids))
        case Person() if people:
            return scope.column(one).overlap(as_array(people))
        case _:
            return None


async def _people(tx: AsyncConnection, scope: Scope, needle: str) -> list[str]:
    if not any(isinstance(f, Person) for f in scope.table.fields):
        return []
    m = system.members.c
    like = select(m.id).where(m.workspace_id == scope.app.by.workspace, holds(m.name, needle))
    return list((await tx.execute(like)).scalars())


async def _linked(tx: AsyncConnection, linked: Linked, needle: str) -> Any:
    """Which rows link to one that is called so; None when none is called so."""
    there, pairs = linked.there, linked.pairs
    named = select(there.t.c.id).where(there.alive, holds(title(there), needle)).limit(LINKED_FOUND_MAX)
    ids = list((await tx.execute(named)).scalars())
    if not ids:
        return None
    theirs = pairs.sql.c[pairs.theirs] == func.any(cast(ids, ARRAY(BigInteger)))
    return select(pairs.sql.c[pairs.mine]).where(theirs)
