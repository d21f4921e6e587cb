"""What changed and what is about to: prices, shutdowns, releases. From the dated figures themselves, and from what refreshes found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sayso.models.directory import Directory
from sayso.models.lifecycle import of
from sayso.models.model import Model
from sayso.models.prices import Period, active, dollars, label_of
from sayso.models.words import day as day_text
from sayso.models.words import listing, some_day

Kind = Literal["price", "shutdown", "release", "listed", "withdrawn"]
KINDS: tuple[Kind, ...] = ("price", "shutdown", "release", "listed", "withdrawn")
MAIN = (
    "input_mtok",
    "output_mtok",
    "output_image_mtok",
    "cache_read_mtok",
    "input_audio_mtok",
    "output_audio_mtok",
    "audio_hours",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a model, or will. `day` is when; `coming` says that it is yet to come."""

    day: date
    kind: Kind
    model: str
    name: str
    maker: str
    maker_name: str
    sentence: str
    source: str
    url: str
    coming: bool

    @property
    def id(self) -> str:
        """Stays the same over refreshes: for a feed's guid."""
        return f"{self.model}:{self.kind}:{self.day.isoformat()}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "day": self.day.isoformat(),
            "kind": self.kind,
            "model": self.model,
            "name": self.name,
            "maker": self.maker,
            "maker_name": self.maker_name,
            "sentence": self.sentence,
            "source": self.source,
            "url": self.url,
            "coming": self.coming,
        }


def changes(
    directory: Directory,
    since: date,
    today: date,
    *,
    until: date | None = None,
    kinds: frozenset[str] = frozenset(),
    makers: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """Everything dated from `since` on (announced future ones too, up to `until`), the latest first."""
    last = until or date.max
    found = [
        change
        for model in directory
        if not makers or model.maker in makers
        for change in (*_prices(model, today), *_shutdown(model, directory, today), *_release(model, today))
        if since <= change.day <= last and (not kinds or change.kind in kinds)
    ]
    return tuple(sorted(found, key=lambda change: (-change.day.toordinal(), change.maker_name, change.name, change.kind)))


def coming(directory: Directory, today: date, *, days: int = 400) -> tuple[Change, ...]:
    """What is announced, the nearest first."""
    ahead = changes(directory, today + timedelta(days=1), today, until=today + timedelta(days=days))
    return tuple(reversed(ahead))


def of_model(model: Model, directory: Directory, today: date) -> tuple[Change, ...]:
    """One model's own history, the latest first."""
    found = (*_prices(model, today), *_shutdown(model, directory, today), *_release(model, today))
    return tuple(sorted(found, key=lambda change: (-change.day.toordinal(), change.kind)))


def _change(model: Model, day: date, kind: Kind, sentence: str, source: str, url: str, today: date) -> Change:
    return Change(day, kind, model.id, model.name, model.maker, model.maker_name, sentence, source, url, day > today)


def _prices(model: Model, today: date) -> Iterator[Change]:
    dated = sorted({period.since for period in model.periods if period.since is not None})
    plain = tuple(period for period in model.periods if period.hours is None)
    for day in dated:
        before, after = active(plain, day - timedelta(days=1)), active(plain, day)
        if before is None or after is None or before is after:
            continue
        if sentence := _moved(model, before, after, day, today):
            price = model.price("input_mtok", day) or model.price("output_mtok", day)
            url = price.figure.url if price else ""
            yield _change(model, day, "price", sentence, "genai-prices", url, today)


def _moved(model: Model, before: Period, after: Period, day: date, today: date) -> str | None:
    moved = [
        (label_of(key, model.type).label.lower(), before.prices[key][0], after.prices[key][0], label_of(key, model.type).unit)
        for key in MAIN
        if key in before.prices and key in after.prices and before.prices[key][0] != after.prices[key][0]
    ]
    if not moved:
        return None
    up, down = all(new > old for _, old, new, _ in moved), all(new < old for _, old, new, _ in moved)
    will = day > today
    verb = (
        ("gets dearer" if up else "gets cheaper" if down else "changes its prices")
        if will
        else ("got dearer" if up else "got cheaper" if down else "changed its prices")
    )
    units = {unit for *_, unit in moved}
    if len(units) == 1:
        parts = listing([f"{label} {dollars(old)} → {dollars(new)}" for label, old, new, _ in moved]) + f" {units.pop()}"
    else:
        parts = listing([f"{label} {dollars(old)} → {dollars(new)} {unit}" for label, old, new, unit in moved])
    return f"{model.name} {verb} on {day_text(day)}: {parts}."


def _shutdown(model: Model, directory: Directory, today: date) -> Iterator[Change]:
    if model.shutdown:
        figure = model.shutdown
        yield _change(model, figure.value, "shutdown", of(model, directory, today).sentence, figure.source.id, figure.url, today)


def _release(model: Model, today: date) -> Iterator[Change]:
    if model.released and len(model.released.value) == 10:
        day = date.fromisoformat(model.released.value)
        sentence = (
            f"{model.maker_name} {'brings' if day > today else 'brought'} out {model.name} on {some_day(model.released.value)}."
        )
        yield _change(model, day, "release", sentence, model.released.source.id, model.released.url, today)


def between(old: Directory, new: Directory, today: date) -> tuple[Change, ...]:
    """What a refresh found: models that came and went, and prices that are another today."""
    found: list[Change] = []
    for model in new:
        if model.id not in old:
            found.append(
                _change(
                    model, today, "listed", f"{model.name} by {model.maker_name} is new in the directory.", "computed", "", today
                )
            )
            continue
        before = old.read(model.id)
        moved = [
            (one.label.lower(), was.amount, one.amount, one.unit, one.figure)
            for one in model.prices(today)
            if (was := before.price(one.key, today)) and was.amount != one.amount
        ]
        if moved:
            parts = listing([f"{label} {dollars(was)} → {dollars(now)} {unit}" for label, was, now, unit, _ in moved])
            figure = moved[0][4]
            found.append(
                _change(model, today, "price", f"{model.name} has new prices: {parts}.", figure.source.id, figure.url, today)
            )
        ends = before.shutdown.value if before.shutdown else None
        if model.shutdown and model.shutdown.value != ends:
            found.append(
                _change(
                    model, today, "shutdown", of(model, new, today).sentence, model.shutdown.source.id, model.shutdown.url, today
                )
            )
    for model in old:
        if model.id not in new:
            found.append(
                _change(
                    model,
                    today,
                    "withdrawn",
                    f"No source lists {model.name} by {model.maker_name} any more.",
                    "computed",
                    "",
                    today,
                )
            )
    return tuple(found)
