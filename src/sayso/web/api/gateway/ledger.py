"""The ledger: every call."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, Field
from starlette.responses import StreamingResponse

from sayso import db
from sayso.errors import Invalid
from sayso.gateway import ledger_book
from sayso.gateway.ledger_book import Filter
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.exports import begun, saved_as
from sayso.web.api.gateway.shapes import CallId
from sayso.web.csv_lines import line
from sayso.web.cursor import UNKNOWN, Cursor
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Engine, Tx

Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


class AskedCalls(Asked):
    key: Text | None = None
    app: Text | None = None
    member: Text | None = None
    provider: Text | None = None
    model: Text | None = None
    """As the upstream calls it."""
    asked: Text | None = None
    """As it was asked for."""
    endpoint: Text | None = None
    status: Annotated[str, Query(max_length=10)] | None = None
    """`ok`, `failed`, or a status such as 429."""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    unpriced: bool = False

    def filter(self) -> Filter:
        return Filter(**{name: getattr(self, name) for name in AskedCalls.model_fields})


class AskedCallPage(AskedCalls):
    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class GatewayCall(Shown):
    """One call. `id` is what its answer carried as `x-request-id`."""

    id: str
    at: datetime
    key: str | None
    app: str | None
    member: str | None
    endpoint: str
    asked: str
    provider: str
    model: str
    """What the upstream says that it was."""
    status: int
    streamed: bool
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    input_image_tokens: int
    input_audio_tokens: int
    output_tokens: int
    reasoning_tokens: int
    output_image_tokens: int
    output_audio_tokens: int
    cost: str | None
    """Dollars; null when the price is not known."""
    flags: list[str]
    """unpriced; estimated (the upstream did not say); interrupted (Sayso stopped); cached."""
    latency_ms: int
    first_ms: int | None
    """Until the first part of a stream."""
    attempts: int
    error: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate(ledger_book.shown(row))


class GatewayCalls(Shown):
    items: list[GatewayCall]
    next: str | None = None


class WholeCall(GatewayCall):
    request: str | None = None
    """What was asked, when the owner has it kept."""
    answer: str | None = None


async def listed(asked: Annotated[AskedCallPage, Query()], tx: Tx, by: By) -> GatewayCalls:
    """Calls, newest first. Owners see all, others their own."""
    rows, more = await ledger_book.page(tx, asked.filter(), by=by, before=_place(asked.cursor), limit=asked.limit)
    return GatewayCalls(items=[GatewayCall.of(row) for row in rows], next=more.hex if more else None)


async def show(id: CallId, tx: Tx, by: By) -> WholeCall:
    """One call, and what was said in it when that is kept."""
    row, bodies = await ledger_book.read(tx, ledger_book.id_of(id), by=by)
    said = {"request": _text(bodies.request), "answer": _text(bodies.answer)} if bodies else {}
    if bodies:
        await audit.write(tx, "call.read", "read what was said in a call of the gateway", by=by, subject=str(id))
    return WholeCall.model_validate(ledger_book.shown(row) | said)


async def export(asked: Annotated[AskedCalls, Query()], engine: Engine, by: By) -> StreamingResponse:
    """All of them as CSV, oldest first, streamed."""
    wanted = asked.filter()
    async with db.transaction(engine) as tx:
        await ledger_book.page(tx, wanted, by=by, limit=1)  # says what is wrong while that can still be said
        filters = asked.model_dump(mode="json", exclude_defaults=True)
        await audit.write(tx, "calls.exported", "took a copy of the gateway's ledger", by=by, detail=filters)
    return StreamingResponse(
        await begun(_csv(engine, wanted, by)), media_type="text/csv; charset=utf-8", headers=saved_as("calls.csv")
    )


async def _csv(engine: Engine, wanted: Filter, by: Actor) -> AsyncGenerator[bytes]:
    yield line(ledger_book.COLUMNS)
    async with db.transaction(engine) as tx:
        async for row in ledger_book.all_of(tx, wanted, by=by):
            yield line(ledger_book.shown(row).values())


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(cursor) if cursor is not None else None
    except ValueError:
        raise Invalid(UNKNOWN) from None


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
