"""What rights ask of rows that are written: that the writer sees them, before and after, and may do this with them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.cleaning import Clean
from sayso.data.open_app import OpenApp
from sayso.data.rights.sight import Verb
from sayso.data.rights.visible import meeting, visible
from sayso.errors import Forbidden, Invalid, Problem
from sayso.spec.fields import AnyField, Person, Select
from sayso.spec.filter import Condition
from sayso.spec.table import Table


async def seen(tx: AsyncConnection, app: OpenApp, table: Table, ids: Sequence[int], *, trashed: bool = False) -> set[int]:
    """Those of the rows that the writer sees. Nothing is asked where no rule binds them."""
    if app.sight.rows(table.id) is None:
        return set(ids)
    return await visible(tx, app, table.id, ids, trashed=trashed)


async def may_be(tx: AsyncConnection, app: OpenApp, table: Table, ids: Sequence[int], verb: Verb) -> None:
    """Of rows that are seen: may they be changed, or thrown away? Raises `Forbidden`."""
    one = app.sight.of(table.id)
    rule = None if one is None else one.deletes if verb == "delete" else one.changes
    if rule is None:
        return
    refused = sorted(set(ids) - await meeting(tx, app, table.id, ids, rule))
    if refused:
        which = ", ".join(map(str, refused[:5]))
        raise Forbidden(f"{app.by.name} may not {'throw away' if verb == 'delete' else 'change'} row {which} of {table.name}.")


@asynccontextmanager
async def all_or_nothing(tx: AsyncConnection, app: OpenApp, table: Table) -> AsyncGenerator[None]:
    """What is refused after it was written is as if it never was, even when whoever asked goes on with the transaction."""
    if app.sight.rows(table.id) is None:
        yield
        return
    async with tx.begin_nested():
        yield


async def still_seen(tx: AsyncConnection, app: OpenApp, table: Table, ids: Sequence[int]) -> None:
    """Whoever writes a row sees it afterwards: nobody puts a row where it is hidden from them. Raises `Invalid`."""
    missing = len(set(ids)) - len(await seen(tx, app, table, ids))
    if missing:
        rows = "this row" if missing == 1 else f"{missing} of these rows"
        raise Invalid(
            Problem("values", f"with these values you would not see {rows} of {table.name} any more, so nothing was changed")
        )


def begun(app: OpenApp, table: Table, new: Clean, given: Mapping[str, Any]) -> None:
    """What a new row needs so that its writer sees it, where the rule leaves no choice and nothing was said: theirs is theirs."""
    rows = app.sight.rows(table.id)
    whole = app.whole.table(table.id)
    if rows is None or rows.match != "all" or whole is None:
        return
    for one in rows.of:
        field = whole.field(one.field) if isinstance(one, Condition) and not one.via else None
        if isinstance(one, Condition) and field is not None and field.id not in given and not new.values.get(field.id):
            value = _only(app, one, field)
            if value is not None:
                new.values[field.id] = value


def _only(app: OpenApp, one: Condition, field: AnyField) -> Any:
    """The value that meets the condition, when there is just one."""
    value: Any = one.value[0] if isinstance(one.value, list | tuple) and len(one.value) == 1 else one.value
    if one.op not in ("is", "any_of", "contains", "all_of") or isinstance(value, list | tuple | dict):
        return None
    match field:
        case Person():
            return [app.sight.asker.member] if value == "me" and app.sight.asker.member else None
        case Select() if isinstance(value, str) and not value.startswith(("my_groups", "my.")):
            return field.parse(value)
        case _:
            return None
