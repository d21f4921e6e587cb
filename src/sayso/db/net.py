"""The second net under the rights: PostgreSQL itself shows a request nothing of another workspace.

The first net is our own code, which asks for the workspace of `by` in every query. Should a query ever forget, row-level security
holds: while `within(workspace)`, every transaction says whose it is (`SET LOCAL`, so nothing is left for the next one on the
connection), and every system table that has a `workspace_id` gives and takes rows of that workspace only. Policies are forced, since
Sayso owns its tables; they need a database role that is no superuser, which the embedded one is not (`sayso doctor` looks).

Outside `within`, as in work that goes through all workspaces one after another, everything is visible. Rows of apps lie in schemas
of their own, whose numbers and columns only the table `apps` tells: they are caught there. Policies on them as well would cost
their indices, since PostgreSQL asks a policy before any condition that is not leakproof (figures, patterns).
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

_WORKSPACE: ContextVar[str | None] = ContextVar("workspace", default=None)
SETTING = "sayso.ws"
POLICY = "only_this_workspace"
NOTHING_SAID = f"nullif(current_setting('{SETTING}', true), '') is null"
"""After a transaction that said something, the setting is empty and not null."""


@contextmanager
def within(workspace: str | None) -> Generator[None]:
    """What is done inside, tasks that are begun there included, meets only this workspace in the database; None: all of them."""
    before = _WORKSPACE.set(workspace)
    try:
        yield
    finally:
        _WORKSPACE.reset(before)


def enter(workspace: str) -> None:
    """For the rest of this task, such as a WebSocket's."""
    _WORKSPACE.set(workspace)


async def narrow(tx: AsyncConnection, workspace: str) -> None:
    """From here on this transaction meets only this workspace: for what learns whose it is by asking, such as a public page."""
    await tx.execute(text(f"select set_config('{SETTING}', :workspace, true)"), {"workspace": workspace})


def spread(engine: Engine) -> None:
    """Makes every transaction of the engine say whose it is."""
    event.listen(engine, "begin", _say)


def _say(connection: Connection) -> None:
    workspace = _WORKSPACE.get()
    if workspace is not None:
        connection.exec_driver_sql(f"select set_config('{SETTING}', %s, true)", (workspace,))


P = ParamSpec("P")
T = TypeVar("T")


Work = Callable[Concatenate[AsyncConnection, P], Awaitable[T]]


def through_all(work: Work[P, T]) -> Work[P, T]:
    """A function (its first argument is `tx`) that goes through all workspaces although a request is within one: for what is one person's
    own wherever they are (their name, their sessions, the workspaces that they are in), and for nothing else."""

    @wraps(work)
    async def wide(tx: AsyncConnection, *args: P.args, **given: P.kwargs) -> T:
        before = await _opened(tx)
        done = await work(tx, *args, **given)  # what raises is rolled back, and the setting with it
        if before:
            await tx.execute(text(f"select set_config('{SETTING}', :before, true)"), {"before": before})
        return done

    return wide


def through_all_until_commit(work: Work[P, T]) -> Work[P, T]:
    """The same for what ends in another workspace: where it writes its audit log, whose entries are numbered at the commit, or goes on there."""

    @wraps(work)
    async def wide(tx: AsyncConnection, *args: P.args, **given: P.kwargs) -> T:
        await _opened(tx)
        return await work(tx, *args, **given)

    return wide


async def _opened(tx: AsyncConnection) -> str | None:
    """The workspace that the transaction was within; from here on it is within none."""
    before = (await tx.execute(text(f"select current_setting('{SETTING}', true)"))).scalar_one()
    if before:
        await tx.execute(text(f"select set_config('{SETTING}', '', true)"))
    return before


def knot(connection: Connection, metadata: MetaData) -> None:
    """Policies on every system table that has none yet."""
    known = connection.execute(
        text("select tablename from pg_policies where schemaname = :schema and policyname = :policy"),
        {"schema": metadata.schema, "policy": POLICY},
    )
    there = set(known.scalars())
    for table in metadata.sorted_tables:
        column = "workspace_id" if "workspace_id" in table.c else "id" if table.name == "workspaces" else None
        if column is None or table.name in there:
            continue
        name = f"{metadata.schema}.{table.name}"
        connection.exec_driver_sql(f"alter table {name} enable row level security")
        connection.exec_driver_sql(f"alter table {name} force row level security")
        connection.exec_driver_sql(
            f"create policy {POLICY} on {name} using ({NOTHING_SAID} or {column} = current_setting('{SETTING}', true))"
        )
