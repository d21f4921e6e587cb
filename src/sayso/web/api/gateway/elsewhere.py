"""What the same calls would have cost on other models."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import Query, Request

from sayso.errors import Invalid, Problem
from sayso.gateway import ledger_book
from sayso.gateway.ledger_book import DAYS_MAX, dollars
from sayso.models import spending
from sayso.models.spending import CANDIDATES_MAX
from sayso.models.workload import workload_of
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx

DAYS = 30
COUNTS = {
    "input": "input_tokens",
    "cached": "cached_tokens",
    "cache_write": "cache_write_tokens",
    "image_input": "input_image_tokens",
    "audio_input": "input_audio_tokens",
    "output": "output_tokens",
    "image_output": "output_image_tokens",
    "audio_output": "output_audio_tokens",
    "requests": "calls",
}


class AskedElsewhere(Asked):
    models: Annotated[str, Query(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    """Models of the directory, with commas; without any, the newest of each maker."""
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS
    """How many days back, with today."""


class OnAnother(Shown):
    model: str
    name: str
    total: str | None
    """Dollars; null when a price that it needs is not published."""
    saved: str | None
    """Against what was paid; less than nothing when it would have cost more."""
    sentence: str


class Elsewhere(Shown):
    items: list[OnAnother]
    """The cheapest first."""
    paid: str
    """What the ledger says it did cost."""
    calls: int
    days: int
    next: str | None = None


async def show(asked: Annotated[AskedElsewhere, Query()], request: Request, tx: Tx, by: By) -> Elsewhere:
    """What the last days' calls would have cost on other models, at today's prices. Owners see the workspace's, others their own."""
    directory, today = parts(request).shelf.directory, datetime.now(UTC).date()
    rows = await ledger_book.sums(tx, ("model",), today - timedelta(days=asked.days - 1), today, by=by)
    used = {row.model: workload_of({name: int(getattr(row, column) or 0) for name, column in COUNTS.items()}) for row in rows}
    paid = sum((row.cost for row in rows if row.cost), Decimal(0))
    names = [name.strip() for name in asked.models.split(",") if name.strip()]
    if len(names) > CANDIDATES_MAX:
        raise Invalid(Problem("models", f"are at most {CANDIDATES_MAX}"))
    chosen = [directory.read(name).id for name in names] or spending.candidates(directory, used, today)
    found = spending.elsewhere(directory, used, paid, chosen, today, days=asked.days)
    return Elsewhere(
        items=[OnAnother.model_validate(one.as_json()) for one in found],
        paid=dollars(paid),
        calls=sum(work.requests for work in used.values()),
        days=asked.days,
    )
