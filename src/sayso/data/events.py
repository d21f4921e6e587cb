"""What happened, written in the transaction of what it tells of: nothing is told that was rolled back, nothing is lost.

Listeners (open tabs, later automations) are woken at the commit through PostgreSQL's NOTIFY, which carries the event's id.

kinds   row.created row.changed row.moved row.trashed row.restored row.imported      `table` and `rows` say which
        app.built app.changed app.trashed app.restored                               payload `{"version": n}`
        comment.created comment.changed comment.removed                              `table`, `rows`; payload `{"comment": id}`
        draft.changed import.changed trial.changed                                   payload `{"id": …}`
        fill.changed                                                                 payload `{"id": …, "state", "rows", "done", …}`
        team.changed                                                                 not written here (`team/news.py`); payload `{"whose": [ids] or null}`
        notification.created approval.changed                                        not written here; payload `{"members": […]}`
        sync.changed                                                                 `table`; payload `{"id", "state", "read", …}`
        run.changed                                                                  payload `{"id", "automation", "state", …}`

What a run of an automation causes says so: its payload has `run` (the run's id) and `hops` (how many runs led to it), see `caused_by`.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from sqlalchemy import Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.tables import EVENTS_CHANNEL
from sayso.db.tables import events as t
from sayso.team.actor import Actor

CHANNEL = EVENTS_CHANNEL
ROW_IDS_TOLD_MAX = 1_000
"""An event of more rows names none of them: whoever shows the table reads it again."""

Kind = Literal[
    "row.created", "row.changed", "row.moved", "row.trashed", "row.restored", "row.imported",
    "app.built", "app.changed", "app.trashed", "app.restored",
    "comment.created", "comment.changed", "comment.removed", "draft.changed", "import.changed", "fill.changed", "trial.changed", "run.changed", "sync.changed",
]  # fmt: skip

_cause: ContextVar[dict[str, Any]] = ContextVar("cause", default={})  # noqa: B039 (never changed in place)


@contextmanager
def caused_by(run: str, hops: int) -> Generator[None]:
    """Every event written inside says which run of an automation led to it, and how many before that: so loops are found."""
    with told_with(run=run, hops=hops):
        yield


@contextmanager
def told_with(**payload: Any) -> Generator[None]:
    """Every event written inside carries this too: `form`, the id of the form that a row came by."""
    token = _cause.set({**_cause.get(), **payload})
    try:
        yield
    finally:
        _cause.reset(token)


async def write(
    tx: AsyncConnection,
    kind: Kind,
    *,
    by: Actor,
    app: str | None = None,
    table: str | None = None,
    table_no: int | None = None,
    rows: Sequence[int] = (),
    payload: dict[str, Any] | None = None,
) -> None:
    """Writes one event. `app` and `table` are ids of the spec; `table_no` is the table's number in PostgreSQL."""
    told = {} if table is None else {"table": table}
    written = (
        t.insert()
        .values(
            workspace_id=by.workspace,
            app_id=app,
            table_no=table_no,
            kind=kind,
            row_ids=list(rows) if len(rows) <= ROW_IDS_TOLD_MAX else [],
            payload={**told, "rows": len(rows), "by_name": by.name, **_cause.get(), **(payload or {})},
            by_actor=by.id,
        )
        .returning(t.c.id)
        .cte("written")
    )
    await tx.execute(select(func.pg_notify(CHANNEL, written.c.id.cast(Text))))
