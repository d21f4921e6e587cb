"""A model's price over time beside its family's: lines in the units of their drawing, and a table of the same. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sayso.models.directory import Directory
from sayso.models.model import Model
from sayso.models.prices import dollars, label_of
from sayso.models.words import MONTHS

WIDTH, HEIGHT = 790, 236
LEFT, RIGHT, TOP, BOTTOM = 48, 744, 26, 190
LINES_MAX = 6
AHEAD_DAYS = 45
LABEL_HEIGHT = 15
LETTER_WIDTH = 6.6

Across = Callable[[date], float]
Up = Callable[[Decimal], float]


@dataclass(frozen=True, slots=True)
class Trace:
    """One model: its line as a path, a name where there is room, and a mark where it ends."""

    name: str
    path: str
    ahead: str
    """What is announced, drawn dashed."""
    series: int
    own: bool
    label: str
    x: float
    y: float
    end: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class History:
    what: str
    unit: str
    traces: tuple[Trace, ...]
    ys: tuple[tuple[float, str], ...]
    xs: tuple[tuple[float, str], ...]
    now: float
    summary: str
    """The drawing in words, for who does not see it."""


@dataclass(frozen=True, slots=True)
class _Steps:
    model: Model
    steps: tuple[tuple[date, Decimal], ...]
    until: date


def history(model: Model, directory: Directory, today: date) -> History | None:
    """`None` when no price with a day is known: a line needs a beginning."""
    key = _key(model, today)
    family = [model, *_family(model, directory)] if key else []
    found = [steps for one in family if key and (steps := _steps(one, key, today))][:LINES_MAX]
    if key is None or not found or found[0].model.id != model.id:
        return None
    first = min(steps.steps[0][0] for steps in found)
    last = max(today, *(steps.until for steps in found))
    most = max(amount for steps in found for _, amount in steps.steps)
    if most == 0:
        return None
    tick = _tick(most)
    top = tick * (int(most / tick) + 1)
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + 12 + (min(day, last) - first).days / span * (RIGHT - LEFT - 12), 1)

    def y(amount: Decimal) -> float:
        return round(BOTTOM - float(amount / top) * (BOTTOM - TOP), 1)

    kind = label_of(key, model.type)
    return History(
        kind.label.lower(),
        kind.unit,
        tuple(_traces(found, model, x, y, today)),
        tuple((y(tick * n), dollars((tick * n).normalize() if n else Decimal(0))) for n in range(int(top / tick) + 1)),
        tuple((x(day), text) for day, text in _months(first, last)),
        x(today),
        f"{kind.label} {kind.unit}: " + "; ".join(_told(steps) for steps in found) + ".",
    )


def _key(model: Model, today: date) -> str | None:
    order = ("output_image_mtok", "output_mtok", "input_mtok") if model.type == "image" else ("output_mtok", "input_mtok")
    return next((key for key in order if model.price(key, today)), None)


def _family(model: Model, directory: Directory) -> Iterator[Model]:
    """Its own family, the newest first."""
    if model.family is None:
        return
    alike = [
        other
        for other in directory
        if other.id != model.id
        and other.family
        and other.family.value == model.family.value
        and other.type == model.type
        and other.maker == model.maker
    ]
    yield from sorted(alike, key=lambda other: other.released.value if other.released else "", reverse=True)


def _steps(model: Model, key: str, today: date) -> _Steps | None:
    if model.released is None or len(model.released.value) < 7:
        return None
    born = date.fromisoformat((model.released.value + "-01")[:10])
    plain = [period for period in model.periods if period.hours is None and key in period.prices]
    steps = tuple(sorted((max(p.since or born, born), p.prices[key][0]) for p in plain))
    if not steps:
        price = model.price(key, today)
        steps = ((born, price.amount),) if price else ()
    if not steps:
        return None
    ahead = steps[-1][0] + timedelta(days=AHEAD_DAYS) if steps[-1][0] > today else today
    gone = model.shutdown.value if model.shutdown and model.shutdown.value <= today else None
    return _Steps(model, steps, gone or ahead)


def _traces(found: list[_Steps], own: Model, x: Across, y: Up, today: date) -> Iterator[Trace]:
    taken: list[tuple[float, float, float]] = []
    for number, steps in enumerate(found, 1):
        past, ahead = [], []
        for place, (day, amount) in enumerate(steps.steps):
            until = steps.steps[place + 1][0] if place + 1 < len(steps.steps) else steps.until
            target = ahead if day > today else past
            target.append(f"{'L' if target else 'M'}{x(day)} {y(amount)}H{x(until)}")
        amount = next((a for d, a in reversed(steps.steps) if d <= today), steps.steps[0][1])
        text = f"{steps.model.name}, {dollars(amount)}"
        at = _room(taken, x(steps.steps[0][0]), y(steps.steps[0][1]), len(text) * LETTER_WIDTH)
        ended = steps.model.shutdown is not None and steps.until == steps.model.shutdown.value
        end = (x(steps.until), y(steps.steps[-1][1])) if ended else None
        yield Trace(
            steps.model.name,
            "".join(past),
            "".join(ahead),
            (1, 2, 4, 3, 5, 6)[number - 1],
            steps.model.id == own.id,
            text if at else "",
            *(at or (0, 0)),
            end,
        )


def _room(taken: list[tuple[float, float, float]], start: float, level: float, width: float) -> tuple[float, float] | None:
    """Above the line or below it, over no other name; moved to the left when it would run out of the drawing. The first come has its place."""
    left = max(LEFT + 4, min(start, RIGHT - width))
    for y in (level - 7, level + 16):
        if TOP - 16 < y < BOTTOM and not any(
            a < left + width + 6 and left < b + 6 and abs(y - at) < LABEL_HEIGHT for a, b, at in taken
        ):
            taken.append((left, left + width, y))
            return round(left, 1), round(y, 1)
    return None


def _tick(most: Decimal) -> Decimal:
    for exponent in range(-4, 6):
        for digit in (1, 2, 5):
            tick = Decimal(digit).scaleb(exponent)
            if most / tick < 6:
                return tick
    return most


def _months(first: date, last: date) -> Iterator[tuple[date, str]]:
    """Firsts of months, so many that their names have room."""
    count = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24) if count / step <= 7), 36)
    for month in range(first.year * 12 + first.month, last.year * 12 + last.month):
        year, number = divmod(month, 12)
        if number % step == 0 if step <= 12 else number == 0 and year % (step // 12) == 0:
            name = MONTHS[number][:3]
            yield date(year, number + 1, 1), f"{name} {year}" if number == 0 or step == 12 else name


def _told(steps: _Steps) -> str:
    parts = [f"{dollars(amount)} from {day.day} {MONTHS[day.month - 1]} {day.year}" for day, amount in steps.steps]
    return f"{steps.model.name} {', '.join(parts)}"
