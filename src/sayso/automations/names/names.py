"""What names mean at one place of a run: fields of the row, outputs of steps, what came in.

`text` is for sentences, `value` keeps the type of a text that is one name alone, `filled` does so for any JSON. A name that means nothing
raises `Unknown`, which says what there is instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from sayso.automations.names.readable import readable
from sayso.automations.names.rows import RowValues, plain
from sayso.automations.names.template import Named, names_in, pieces
from sayso.spec.app import App
from sayso.spec.fields import Link
from sayso.spec.filter import Filter
from sayso.spec.part import id_from

ALSO_NAMED_MAX = 12
TEXT_CHARACTERS_MAX = 1_000_000
"""Of one text, once its names are filled in."""
_MISSING: Any = object()


class Unknown(Exception):
    """A name that means nothing here. The message is for people."""


@dataclass(frozen=True, slots=True)
class Names:
    """`rows` are those that plain names read, the nearest first. `output` gives what a step gave, None for one that did not run."""

    app: App
    run: Mapping[str, Any]
    trigger: Mapping[str, Any]
    now: datetime
    rows: Sequence[RowValues] = ()
    item: Any = _MISSING
    output: Callable[[str], Mapping[str, Any] | None] = lambda step: None
    steps: Sequence[str] = ()
    many: int = 0
    """How many rows the run is about, when it is about several together and none is the one."""
    guesses: Mapping[str, str] = field(default_factory=dict[str, str])
    """In a dry run: steps that were only prepared, with how they are called."""

    def text(self, template: str) -> str:
        """Raises `Unknown`."""
        found = pieces(template)
        said, length = list[str](), 0
        for piece in found:
            one = piece if isinstance(piece, str) else self._text(piece)
            length += len(one)
            if length > TEXT_CHARACTERS_MAX:
                raise Unknown(f"The text is longer than {TEXT_CHARACTERS_MAX:,} characters once its names are filled in.")
            said.append(one)
        return "".join(said)

    def value(self, template: str) -> Any:
        """A text that is one name alone keeps the value's type. Raises `Unknown`."""
        found = pieces(template.strip())
        if len(found) == 1 and isinstance(found[0], Named):
            return self._value(found[0])
        return self.text(template)

    def filled(self, value: Any) -> Any:
        """Any JSON with its texts filled in, keys left as they are."""
        match value:
            case str():
                return self.value(value) if "{" in value else value
            case Mapping():
                return {key: self.filled(one) for key, one in value.items()}
            case list() | tuple():
                return [self.filled(one) for one in value]
            case _:
                return value

    def json(self, template: str) -> Any:
        """A text that is JSON once its names are filled in, safely: names inside its strings cannot break out of them. Other text stays text."""
        if template.lstrip()[:1] in ("{", "["):
            try:
                return self.filled(orjson.loads(template))
            except orjson.JSONDecodeError:
                pass
        return self.text(template)

    def filter(self, filter: Filter) -> Filter:
        """A filter whose values are filled in."""
        if next(names_in(filter), None) is None:
            return filter
        return Filter.model_validate(self._filter(filter))

    def _filter(self, filter: Filter) -> dict[str, Any]:
        return {
            "match": filter.match,
            "of": [
                self._filter(one)
                if isinstance(one, Filter)
                else {"field": one.field, "op": one.op, "value": _compared(self.filled(one.value))}
                for one in filter.of
            ],
        }

    @property
    def row(self) -> RowValues | None:
        return self.rows[0] if self.rows else None

    # ── what a name means ─────────────────────────────────────

    def _text(self, name: Named) -> str:
        for row in self.rows:
            one = row.table.named(name.name)
            if one is not None and name.behind is None:
                return row.text(one)
        value = self._value(name)
        return ", ".join(v for v in map(readable, value) if v) if isinstance(value, list) and name.behind else readable(value)

    def _value(self, name: Named) -> Any:
        for row in self.rows:
            one = row.table.named(name.name)
            if one is not None:
                return row.value(one) if name.behind is None else self._behind(row, one, name)
        if name.behind is None and (value := self._ours(name)) is not _MISSING:
            return value
        raise Unknown(self._unknown(name))

    def _behind(self, row: RowValues, one: Any, name: Named) -> Any:
        there = self.app.table(one.to) if isinstance(one, Link) else None
        target = there.named(name.behind or "") if there else None
        if target is None:
            has = ", ".join(f.name for f in there.fields[:ALSO_NAMED_MAX]) if there else ""
            raise Unknown(
                f"{name.written} means nothing: {one.name} {f'leads to {there.name}, which has {has}' if there else 'is no link'}."
            )
        values = [plain(target, r["values"].get(target.id)) for r in row.linked.get(one.id, ())]
        return values[0] if len(values) == 1 else values or None

    def _ours(self, name: Named) -> Any:
        local = self.now.astimezone(ZoneInfo(self.app.zone))
        match name.name.casefold():
            case "today":
                return local.date().isoformat()
            case "now":
                return local.replace(microsecond=0).isoformat()
            case "item" if self.item is not _MISSING:
                return self.item
            case "app":
                return self.app.name
            case _:
                return self._asked(*name.parts) if name.parts else _MISSING

    def _asked(self, of: str, key: str) -> Any:
        match of:
            case "trigger":
                return dug(self.trigger, key)
            case "item":
                return self._of_item(key)
            case "run":
                return dug(self.run, key)
            case "app":
                return {"name": self.app.name, "id": self.app.id, "zone": self.app.zone}.get(key, _MISSING)
            case _:
                return self._of_step(of, key)

    def _of_step(self, step: str, key: str) -> Any:
        output = self.output(step)
        if output is None:
            return _MISSING
        value = dug(output, key)
        if value is _MISSING:
            value = dug(output, _as_key(key))
        if value is _MISSING and step in self.guesses:
            return f"‹{key} of {self.guesses[step]}›"
        if value is _MISSING and output.get("none"):
            return None
        return value

    def _of_item(self, key: str) -> Any:
        if self.item is _MISSING:
            return _MISSING
        if isinstance(self.item, Mapping) and self.rows and self.item.get("id") == self.rows[0].id:
            one = self.rows[0].table.named(key) or self.rows[0].table.field(key)
            if one is not None:
                return self.rows[0].value(one)
        return dug(self.item, key)

    def _unknown(self, name: Named) -> str:
        if name.parts and (output := self.output(name.parts[0])) is not None:
            has = ", ".join(list(output)[:ALSO_NAMED_MAX]) or "nothing"
            return f"{name.written} means nothing here: {name.parts[0]} gave {has}."
        if name.parts and name.parts[0] in self.steps:
            return f"{name.written} means nothing here: the step {name.parts[0]} was not done before this one."
        if name.parts and name.parts[0] == "trigger":
            return f"{name.written} means nothing here: what came in has {', '.join(list(self.trigger)[:ALSO_NAMED_MAX]) or 'nothing'}."
        if self.many and not self.rows:
            return f"{name.written} means nothing here: this run is about {self.many:,} rows together. Take them one by one with “for each”."
        known = [f.name for row in self.rows for f in row.table.fields]
        near = get_close_matches(name.name, known, n=1)
        if near:
            return f"{name.written} means nothing here. {{{near[0]}}} does."
        there = ", ".join(f"{{{one}}}" for one in [*known[:ALSO_NAMED_MAX], *(f"{step}: …" for step in self.steps[:4])])
        return f"{name.written} means nothing here{f'; there is {there}' if there else ''}."


def dug(value: Any, path: str) -> Any:
    """`rows.0.values.name` of a value; a key that has dots itself is found first. `_MISSING` when there is none."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    first, dot, rest = path.partition(".")
    if isinstance(value, Mapping):
        inside = value.get(first, _MISSING)
    elif isinstance(value, (list, tuple)) and first.lstrip("-").isdecimal() and -len(value) <= int(first) < len(value):
        inside = value[int(first)]
    else:
        inside = _MISSING
    return inside if not dot or inside is _MISSING else dug(inside, rest)


def _as_key(name: str) -> str:
    """What people see is called `Total worth`, and kept as `total_worth`: both are understood."""
    first, dot, rest = name.partition(".")
    return f"{id_from(first)}{dot}{rest}"


def _compared(value: Any) -> Any:
    """What a condition can take: of a linked row its id, of several their ids."""
    match value:
        case {"id": id, "name": _}:
            return id
        case list():
            return [_compared(one) for one in value]
        case _:
            return value
