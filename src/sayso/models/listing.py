"""The list of models: what each row shows, filters, orders and search."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from sayso.models import naming, search
from sayso.models.directory import Directory
from sayso.models.facts import shortest
from sayso.models.lifecycle import Status, label_on, status_on
from sayso.models.model import Model, Type

Sort = Literal["name", "provider", "input", "output", "image", "context", "output_limit", "released", "shutdown"]
SORTS: tuple[Sort, ...] = ("name", "provider", "input", "output", "image", "context", "output_limit", "released", "shutdown")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list. Prices are dollars per million tokens, `image` dollars for the cheapest picture."""

    id: str
    name: str
    maker: str
    maker_name: str
    type: Type
    type_name: str
    status: Status
    label: str
    flagship: bool
    """Has a page of our own in the overlay."""
    input: Decimal | None
    output: Decimal | None
    """Image tokens for an image model."""
    image: Decimal | None
    context: int | None
    output_limit: int | None
    released: str | None
    shutdown: date | None
    open_weights: bool | None
    abilities: frozenset[str]
    providers: tuple[str, ...]
    """Who serves it, the maker first when he does."""
    key: str
    """What search looks in."""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "maker": self.maker,
            "maker_name": self.maker_name,
            "type": self.type,
            "type_name": self.type_name,
            "status": self.status,
            "label": self.label,
            "input": _amount(self.input),
            "output": _amount(self.output),
            "image": _amount(self.image),
            "context": self.context,
            "output_limit": self.output_limit,
            "released": self.released,
            "shutdown": self.shutdown.isoformat() if self.shutdown else None,
            "open_weights": self.open_weights,
            "abilities": sorted(self.abilities),
            "providers": list(self.providers),
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means any. A model whose figure is not published fails a bound on that figure."""

    search: str = ""
    makers: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    abilities: frozenset[str] = frozenset()
    """All of them."""
    input_max: Decimal | None = None
    output_max: Decimal | None = None
    image_max: Decimal | None = None
    context_min: int | None = None
    open_weights: bool | None = None

    def keeps(self, row: Listed) -> bool:
        return (
            (not self.makers or row.maker in self.makers)
            and (not self.providers or not self.providers.isdisjoint(row.providers))
            and (not self.types or row.type in self.types)
            and (not self.statuses or row.status in self.statuses)
            and self.abilities <= row.abilities
            and _within(row.input, self.input_max)
            and _within(row.output, self.output_max)
            and _within(row.image, self.image_max)
            and (self.context_min is None or (row.context is not None and row.context >= self.context_min))
            and (self.open_weights is None or row.open_weights is self.open_weights)
        )


def listed(
    directory: Directory, filters: Filters, today: date, *, sort: Sort | None = None, descending: bool = False
) -> tuple[Listed, ...]:
    """The rows that pass, in the order asked for; without one, the best found first, or flagships by release.

    What is not published stands last, whichever way it is sorted.
    """
    rows = [row for row in rows_of(directory, today) if filters.keeps(row)]
    if filters.search.strip():
        rows = search.found(rows, filters.search)
        if sort is None:
            return tuple(rows)
    if sort is None:
        return tuple(sorted(rows, key=_usual))
    known = [row for row in rows if _value(sort, row) is not None]
    rest = [row for row in rows if _value(sort, row) is None]
    return (*sorted(known, key=lambda row: _value(sort, row), reverse=descending), *rest)


@lru_cache(maxsize=4)
def rows_of(directory: Directory, today: date) -> tuple[Listed, ...]:
    """Every model's row on that day, by name."""
    rows = [_row(model, directory, today) for model in directory]
    return tuple(sorted(rows, key=lambda row: row.name.lower()))


def _row(model: Model, directory: Directory, today: date) -> Listed:
    kind = "output_image_mtok" if model.type == "image" else "output_mtok"
    entry = directory.entries[model.id]
    single = model.price("image", today)
    image = model.cheapest_image()
    served = () if model.hosted else (model.maker,)
    words = (
        model.id,
        model.name,
        model.maker_name,
        model.family.value if model.family else "",
        *model.aliases,
        *(s.id for s in model.snapshots),
    )
    return Listed(
        id=model.id,
        name=model.name,
        maker=model.maker,
        maker_name=model.maker_name,
        type=model.type,
        type_name=model.type_name,
        status=status_on(model, today),
        label=label_on(model, today),
        flagship="said" in entry,
        input=_price(model, "input_mtok", today),
        output=_price(model, kind, today),
        image=image.amount if image else single.amount if single else None,
        context=_first(model, "context_window", "max_input"),
        output_limit=model.max_output.value if model.max_output else None,
        released=model.released.value if model.released else None,
        shutdown=model.shutdown.value if model.shutdown else None,
        open_weights=model.open_weights.value if model.open_weights else None,
        abilities=frozenset(name for name, figure in model.abilities.items() if figure.value),
        providers=(*served, *(offer.provider for offer in model.offers)),
        key="|".join(naming.OTHER.sub("", word.lower()) for word in words if word),
    )


def _first(model: Model, *names: str) -> int | None:
    return next((figure.value for name in names if (figure := getattr(model, name))), None)


def _price(model: Model, key: str, today: date) -> Decimal | None:
    price = model.price(key, today)
    return price.amount if price else None


def _within(amount: Decimal | None, limit: Decimal | None) -> bool:
    return limit is None or (amount is not None and amount <= limit)


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else shortest(amount)


ORDER: dict[Status, int] = {"current": 0, "preview": 1, "deprecated": 2, "unknown": 3, "retired": 4}


def _usual(row: Listed) -> tuple[Any, ...]:
    newest = "".join(chr(0x10FFFF - ord(letter)) for letter in row.released or "")
    return (not row.flagship, ORDER[row.status], row.released is None, newest, row.name.lower())


VALUES: dict[Sort, Callable[[Listed], Any]] = {
    "name": lambda row: row.name.lower(),
    "provider": lambda row: (row.maker_name.lower(), row.name.lower()),
    "input": lambda row: row.input,
    "output": lambda row: row.output,
    "image": lambda row: row.image,
    "context": lambda row: row.context,
    "output_limit": lambda row: row.output_limit,
    "released": lambda row: row.released,
    "shutdown": lambda row: row.shutdown,
}


def _value(sort: Sort, row: Listed) -> Any:
    return VALUES[sort](row)


def choices(rows: Iterable[Listed]) -> dict[str, list[tuple[str, str, int]]]:
    """What there is to filter by: (value, label, how many), the most frequent first."""
    counted: dict[str, dict[tuple[str, str], int]] = {"makers": {}, "types": {}, "statuses": {}}
    for row in rows:
        for name, value in (
            ("makers", (row.maker, row.maker_name)),
            ("types", (row.type, row.type_name)),
            ("statuses", (row.status, row.status)),
        ):
            counted[name][value] = counted[name].get(value, 0) + 1
    return {
        name: sorted(((v, label, n) for (v, label), n in found.items()), key=lambda one: (-one[2], one[1]))
        for name, found in counted.items()
    }
