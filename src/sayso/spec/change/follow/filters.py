"""Filters, sorts and other lists of fields, without what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sayso.spec.app import App
from sayso.spec.change.gone import Gone
from sayso.spec.conditions import condition_problems
from sayso.spec.fields import Link
from sayso.spec.filter import Condition, Filter, Grouping, Sort

Ordered = TypeVar("Ordered", Sort, Grouping)


@dataclass(frozen=True, slots=True)
class Following:
    """The app as it is becoming, and what it has lost on the way."""

    app: App
    gone: Gone

    def filter(self, table: str, filter: Filter) -> Filter:
        """The filter without conditions on what is gone; a filter left without any is left out."""
        kept: list[Condition | Filter] = []
        for one in filter.of:
            if isinstance(one, Filter):
                inner = self.filter(table, one)
                kept += [inner] if inner.of or not one.of else []
            elif (condition := self._condition(table, one)) is not None:
                kept.append(condition)
        return filter if tuple(kept) == filter.of else filter.model_copy(update={"of": tuple(kept)})

    def _condition(self, table: str, condition: Condition) -> Condition | None:
        for link in condition.via:
            there = self._there(table, link)
            if there is None:
                return None
            table = there
        if self.gone.field(table, condition.field):
            return None
        if (table, condition.field) in self.gone.turned:
            return condition if self.still_suits(table, condition) else None
        lost = {option for t, f, option in self.gone.options if (t, f) == (table, condition.field)}
        match condition.value:
            case list() | tuple():
                left = [v for v in condition.value if not (isinstance(v, str) and v in lost)]
                same = len(left) == len(condition.value)
                return condition if same else condition.model_copy(update={"value": left}) if left else None
            case str() if condition.value in lost:
                return None
            case _:
                return condition

    def _there(self, table_id: str, link_id: str) -> str | None:
        """The table that a link leads to; None when it is gone, or no link any more."""
        table = self.app.table(table_id)
        link = table.field(link_id) if table is not None and not self.gone.field(table_id, link_id) else None
        return link.to if isinstance(link, Link) and link.to not in self.gone.tables else None

    def still_suits(self, table_id: str, condition: Condition) -> bool:
        """Whether a field of another kind can be asked the same."""
        table = self.app.table(table_id)
        here = condition.model_copy(update={"via": ()})
        return table is not None and next(condition_problems(self.app, "", table, here), None) is None

    def ids(self, table: str, fields: Sequence[str]) -> tuple[str, ...]:
        return tuple(f for f in fields if not self.gone.field(table, f))

    def ordered(self, table: str, fields: Sequence[Ordered]) -> tuple[Ordered, ...]:
        return tuple(f for f in fields if not self.gone.field(table, f.field))

    def keyed(self, table: str, values: dict[str, Any]) -> dict[str, Any]:
        return {f: v for f, v in values.items() if not self.gone.field(table, f)}

    def maybe(self, table: str, field: str | None) -> str | None:
        return None if self.gone.field(table, field) else field
