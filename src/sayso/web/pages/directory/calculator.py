"""The cost of one's own workload: a plain form, whose counts stand in the address, and what each model would charge a month for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from sayso.models.cost import cost, rounded
from sayso.models.facts import UNKNOWN
from sayso.models.images import matrix
from sayso.models.model import Model
from sayso.models.words import day as day_text
from sayso.models.words import listing
from sayso.models.workload import Workload

DAYS = 30
"""Of the month that is counted."""
COUNT_MAX = 10**8
BAR_WIDTH = 360
TOKENS, PICTURES, SPEECH, READING = "tokens", "pictures", "speech", "reading"
WORK = {
    "text": TOKENS, "moderation": TOKENS, "realtime": TOKENS, "embedding": TOKENS, "image": PICTURES, "transcription": SPEECH, "speech": READING,
}  # fmt: skip
"""What of a kind of model is counted. Videos, pages and searches are sold in too many ways for one form."""


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to fill in."""

    name: str
    label: str
    unit: str
    usual: int
    work: str
    most: int = COUNT_MAX


COUNTS = (
    Count("requests", "Requests", "a day", 1000, TOKENS),
    Count("input", "Tokens in", "for each request", 3500, TOKENS),
    Count("cached", "Of them from cache", "in percent", 0, TOKENS, 100),
    Count("output", "Tokens out", "for each request", 420, TOKENS),
    Count("images", "Pictures", "a day", 100, PICTURES),
    Count("prompt", "Prompt tokens", "for each picture", 120, PICTURES),
    Count("minutes", "Minutes of speech", "a day", 240, SPEECH),
    Count("characters", "Characters read aloud", "a day", 50_000, READING),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, for pictures: quality or size."""

    name: str
    label: str
    options: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    text: str
    x: int
    width: int
    series: int


@dataclass(frozen=True, slots=True)
class Result:
    """One model's month. `when` is set where a price will be another; `missing` names prices that nobody published."""

    name: str
    when: str
    total: str
    known: bool
    bars: tuple[Bar, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Calculation:
    counts: tuple[tuple[Count, int], ...]
    choices: tuple[Choice, ...]
    results: tuple[Result, ...]
    legend: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address says: counts and choices that make sense, in one order."""

    counts: tuple[tuple[str, int], ...] = ()
    quality: str = ""
    size: str = ""

    @property
    def query(self) -> str:
        return urlencode([*self.counts, *((n, v) for n, v in (("quality", self.quality), ("size", self.size)) if v)])

    def count(self, count: Count) -> int:
        return dict(self.counts).get(count.name, count.usual)


def wanted(query: QueryParams) -> Wanted:
    read: list[tuple[str, int]] = []
    for count in COUNTS:
        written = query.get(count.name, "").strip().replace(",", "").removesuffix("%")
        if written.isascii() and written.isdigit() and len(written) <= 12:
            read.append((count.name, min(int(written), count.most)))
    return Wanted(tuple(read), _word(query.get("quality", "")), _word(query.get("size", "")))


def _word(text: str) -> str:
    return text if len(text) <= 20 and text.isascii() and text.replace("-", "").isalnum() else ""


def calculation(models: Sequence[Model], want: Wanted, today: date) -> Calculation | None:
    """`None` when nothing of what these models do can be counted in a form."""
    kinds = {WORK[model.type] for model in models if model.type in WORK}
    if not kinds:
        return None
    chosen = tuple(_choices(models, want)) if PICTURES in kinds else ()
    months = [month for model in models if model.type in WORK for month in _months(model, want, chosen, today)]
    most = max((month.total for month in months if month.total), default=Decimal(0))
    series = {label: place for place, label in enumerate(dict.fromkeys(part for m in months for part, _ in m.parts), 1)}
    return Calculation(
        tuple((count, want.count(count)) for count in COUNTS if count.work in kinds),
        chosen,
        tuple(_result(month, most, series) for month in months),
        tuple((_colour(place), label) for label, place in series.items()),
    )


@dataclass(frozen=True, slots=True)
class _Month:
    model: Model
    when: str
    total: Decimal | None
    parts: tuple[tuple[str, Decimal], ...]
    missing: tuple[str, ...]


def _months(model: Model, want: Wanted, chosen: tuple[Choice, ...], today: date) -> Iterator[_Month]:
    """Today's month, and one for each price that is announced."""
    ahead = sorted({p.since for p in model.periods if p.since and p.since > today and p.hours is None})
    yield _month(model, want, chosen, today, "")
    for since in ahead:
        yield _month(model, want, chosen, since, f"from {day_text(since)}")


def _month(model: Model, want: Wanted, chosen: tuple[Choice, ...], day: date, when: str) -> _Month:
    count = {one.name: want.count(one) for one in COUNTS}
    match WORK[model.type]:
        case "pictures":
            return _pictures(model, count, chosen, day, when)
        case "speech":
            work = Workload(audio_seconds=Decimal(count["minutes"] * 60 * DAYS))
        case "reading":
            work = Workload(characters=count["characters"] * DAYS)
        case _:
            requests = count["requests"] * DAYS
            read, written = requests * count["input"], requests * count["output"]
            work = Workload(
                input=read,
                cached=read * count["cached"] // 100,
                output=0 if model.type == "embedding" else written,
                requests=requests,
                input_each=count["input"],
            )
    found = cost(model, work, day)
    return _Month(model, when, found.total, tuple((line.label, line.cost) for line in found.lines), found.missing)


def _pictures(model: Model, count: dict[str, int], chosen: tuple[Choice, ...], day: date, when: str) -> _Month:
    """The published price of a picture of that quality and size, and the prompt by the token; else the price of any picture."""
    pictures = count["images"] * DAYS
    quality, size = (one.chosen for one in chosen) if chosen else ("", "")
    each = next((image.amount for image in model.images if (image.quality, image.size) == (quality, size)), None)
    if each is None:
        single = model.price("image", day)
        each = single.amount if single and not model.images else None
    if each is None:
        what = f"Price of a picture of {quality} quality at {size.replace('x', '×')}" if model.images else "Price of a picture"
        return _Month(model, when, None, (), (what,))
    parts = [("Pictures", pictures * each)]
    text = model.price("input_mtok", day)
    if text:
        parts.append(("Prompts", pictures * count["prompt"] * text.amount / 1_000_000))
    return _Month(model, when, sum((amount for _, amount in parts), Decimal(0)), tuple(parts), ())


def _choices(models: Iterable[Model], want: Wanted) -> Iterator[Choice]:
    tables = [table for model in models if (table := matrix(model))]
    if not tables:
        return
    for name, label, options, asked in (
        ("quality", "Quality", [q for t in tables for q in t.qualities], want.quality),
        ("size", "Size", [s for t in tables for s in t.sizes], want.size),
    ):
        known = tuple(dict.fromkeys(options))
        usual = "medium" if "medium" in known else known[0]
        yield Choice(name, label, known, asked if asked in known else usual)


def _result(month: _Month, most: Decimal, series: dict[str, int]) -> Result:
    bars: list[Bar] = []
    at = 0
    for label, amount in month.parts:
        width = round(float(amount / most) * BAR_WIDTH) if most and month.total is not None else 0
        if width:
            bars.append(Bar(label, rounded(amount), at, max(width - 1, 1), _colour(series[label])))
        at += width
    told = UNKNOWN if month.total is None else rounded(month.total)
    note = f"{listing(month.missing)}: {UNKNOWN}" if month.missing else ""
    return Result(month.model.name, month.when, told, month.total is not None, tuple(bars), note)


def _colour(place: int) -> int:
    return (1, 2, 4, 3, 5, 6)[min(place, 6) - 1]
