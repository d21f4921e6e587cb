"""/models: search, filters, order, a chart, and a table of fifty rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso.models.lifecycle import STATUSES
from sayso.models.listing import Listed, Sort, choices, listed, rows_of
from sayso.models.model import ABILITIES, Model
from sayso.models.prices import Price, dollars
from sayso.models.words import tokens
from sayso.web.pages.directory import structured
from sayso.web.pages.directory.asked import Asked, asked
from sayso.web.pages.directory.kept import Kept
from sayso.web.pages.directory.plot import plot
from sayso.web.pages.directory.sheet import TONES, source_text
from sayso.web.pages.directory.shown import Shown, answered, for_anybody

ROWS_MAX = 50
ICONS = {
    "text": "text", "image": "image", "embedding": "grid", "transcription": "mic", "speech": "speaker", "realtime": "mic", "video": "film",
    "rerank": "sort", "moderation": "shield", "ocr": "page",
}  # fmt: skip
SHORT = {"current": "Current", "preview": "Preview", "unknown": "Not published", "retired": "Shut down"}
COLUMNS: tuple[tuple[str, Sort, bool], ...] = (
    ("Context", "context", True),
    ("Longest answer", "output_limit", True),
    ("Input / 1M", "input", True),
    ("Output / 1M", "output", True),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A price in a cell: what it is today, what stands under it, and where it is from."""

    text: str | None
    notes: tuple[str, ...] = ()
    """What it will be, or is above a step."""
    source: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    row: Listed
    icon: str
    tone: str
    status: str
    context: str | None
    longest: str | None
    input: Amount
    cached: Amount
    output: Amount
    checked: str


@for_anybody
async def show(request: Request) -> Response:
    """A form also sends the fields that were left empty; the address that people share has none of them."""
    wish = asked(request.query_params)
    if "" in request.query_params.values():
        return RedirectResponse(wish.address(), 303)
    return await answered(request, ("models", wish.query), lambda shown: _page(shown, wish))


def _page(shown: Shown, wish: Asked) -> Kept:
    everything = rows_of(shown.directory, shown.today)
    found = listed(shown.directory, wish.filters, shown.today, sort=wish.sort, descending=wish.descending)
    pages = max(1, -(-len(found) // ROWS_MAX))
    page = min(wish.page, pages)
    part = found[(page - 1) * ROWS_MAX : page * ROWS_MAX]
    return shown.html(
        "models.html",
        wish=wish,
        found=found,
        lines=[line(row, shown) for row in part],
        page=page,
        pages=pages,
        total=len(everything),
        makers=len({row.maker for row in everything}),
        choices=choices(everything),
        statuses=STATUSES,
        abilities=ABILITIES,
        columns=COLUMNS,
        plot=plot(found, shown.directory, shown.today) if page == 1 else None,
        data=structured.list_of_models(shown, found),
        plain=not wish.query,
    )


def line(row: Listed, shown: Shown) -> Line:
    model = shown.directory.read(row.id)
    prices = {price.key: price for price in model.prices(shown.today)}
    output = "output_image_mtok" if row.type == "image" else "output_mtok"
    each = f"from {dollars(row.image)} an image" if row.image is not None else None
    named = prices.get("input_mtok") or prices.get(output) or next(iter(prices.values()), None)
    window = model.context_window.value if model.context_window else None
    return Line(
        row,
        ICONS[row.type],
        TONES[row.status],
        SHORT.get(row.status) or (f"Ends {short_day(row.shutdown)}" if row.shutdown else "Ending"),
        tokens(window) if window else f"{tokens(row.context)} in" if row.context else None,
        tokens(row.output_limit) if row.output_limit else None,
        _amount(
            model, "input_mtok", prices, shown.today, other=_other(prices, output), beside="text" if row.type == "image" else ""
        ),
        _amount(model, "cache_read_mtok", prices, shown.today, short=True),
        _amount(model, output, prices, shown.today, beside=each or ""),
        short_day(named.figure.date) if named else "",
    )


def _other(prices: dict[str, Price], output: str) -> Price | None:
    """What a model costs that is not billed by tokens read: by the hour, the character, the picture."""
    apart = {"input_mtok", "cache_read_mtok", output, "image"}
    return next((price for key, price in prices.items() if key not in apart and not key.endswith("mtok")), None)


def _amount(
    model: Model,
    key: str,
    prices: dict[str, Price],
    today: date,
    *,
    other: Price | None = None,
    beside: str = "",
    short: bool = False,
) -> Amount:
    price = prices.get(key)
    if price is None and other is not None:
        return Amount(f"{dollars(other.amount)} {other.short}", (), source_text(other.figure))
    if price is None:
        return Amount(beside if beside != "text" else None)
    notes = (*_later(model, key, price, today), *(f"{dollars(amount)} above {tokens(start)}" for start, amount in price.above))
    return Amount(dollars(price.amount), () if short else notes, source_text(price.figure), beside)


def _later(model: Model, key: str, price: Price, today: date) -> Iterator[str]:
    for period in model.periods:
        if period.since and period.since > today and period.hours is None and key in period.prices:
            amount = period.prices[key][0]
            if amount != price.amount:
                year = f" {period.since.year}" if period.since.year != today.year else ""
                yield f"{dollars(amount)} from {short_day(period.since)}{year}"


def short_day(day: date | None) -> str:
    """`1 Dec`."""
    return f"{day.day} {day:%b}" if day else ""
