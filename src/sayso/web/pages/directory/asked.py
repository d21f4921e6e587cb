"""What somebody asks of the list of models, read from the address and written back into one. What makes no sense is left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from sayso.models.lifecycle import STATUSES
from sayso.models.listing import SORTS, Filters, Sort
from sayso.models.model import ABILITIES, TYPES
from sayso.models.providers import PROVIDERS
from sayso.models.search import CHARACTERS_MAX

PAGE_MAX = 1000
AMOUNT_MAX = Decimal(10**9)
DESCENDING_FIRST = frozenset({"context", "output_limit", "released"})
"""What one wants the most of first."""


@dataclass(frozen=True, slots=True)
class Asked:
    filters: Filters = field(default_factory=Filters)
    sort: Sort | None = None
    descending: bool = False
    page: int = 1

    @property
    def query(self) -> str:
        """The same, as an address has it: in one order, with nothing that says nothing. Also what the page is kept under."""
        f = self.filters
        pairs: list[tuple[str, Any]] = [
            ("q", f.search),
            *(("provider", one) for one in sorted(f.makers)),
            *(("type", one) for one in sorted(f.types)),
            *(("status", one) for one in sorted(f.statuses)),
            *(("can", one) for one in sorted(f.abilities)),
            ("input", f.input_max),
            ("output", f.output_max),
            ("context", f.context_min),
            ("open", "1" if f.open_weights else ""),
            ("sort", self.sort),
            ("down", "1" if self.descending else ""),
            ("page", self.page if self.page > 1 else ""),
        ]
        return urlencode([(name, value) for name, value in pairs if value not in ("", None)])

    @property
    def filtered(self) -> int:
        """How many of the filters are set."""
        f = self.filters
        sets = (f.makers, f.types, f.statuses, f.abilities)
        single = (f.search, f.input_max, f.output_max, f.context_min, f.open_weights)
        return sum(map(len, sets)) + sum(one not in ("", None) for one in single)

    def address(self, **changed: Any) -> str:
        query = replace(self, **changed).query
        return f"/models?{query}" if query else "/models"

    def sorted_by(self, sort: Sort) -> str:
        """The address that the heading of a column leads to: first the useful way round, then the other."""
        down = not self.descending if self.sort == sort else sort in DESCENDING_FIRST
        return self.address(sort=sort, descending=down, page=1)


def asked(query: QueryParams) -> Asked:
    sort = query.get("sort", "")
    return Asked(
        Filters(
            search=" ".join(query.get("q", "").replace("\0", "").split())[:CHARACTERS_MAX],
            makers=_known(query.getlist("provider"), PROVIDERS),
            types=_known(query.getlist("type"), TYPES),
            statuses=_known(query.getlist("status"), STATUSES),
            abilities=_known(query.getlist("can"), ABILITIES),
            input_max=_amount(query.get("input")),
            output_max=_amount(query.get("output")),
            context_min=_count(query.get("context")),
            open_weights=True if query.get("open") == "1" else None,
        ),
        sort=sort if sort in SORTS else None,  # pyright: ignore[reportArgumentType]
        descending=query.get("down") == "1",
        page=min(_count(query.get("page")) or 1, PAGE_MAX),
    )


def _known(values: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    return frozenset(values) & frozenset(known)


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal((text or "").strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return amount.normalize() if amount.is_finite() and 0 <= amount <= AMOUNT_MAX else None


def _count(text: str | None) -> int | None:
    """`200000`, `200K` and `1M`."""
    written = (text or "").strip().lower().replace(",", "")
    size = {"k": 1_000, "m": 1_000_000}.get(written[-1:], 1)
    amount = _amount(written.rstrip("km"))
    return int(amount * size) if amount else None
