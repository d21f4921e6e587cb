"""What every part of a spec has in common: a frozen value with a stable id and a name for people."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

NAME_CHARACTERS_MAX = 120
DESCRIPTION_CHARACTERS_MAX = 4_000

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""Stable and readable; made from the first name and never changed by a rename. References use ids."""


def _one_line(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValueError("a name cannot be empty")
    if "{" in name or "}" in name:
        raise ValueError("a name cannot hold { or }, which formulas use around names")
    return name


Name = Annotated[str, StringConstraints(max_length=NAME_CHARACTERS_MAX), AfterValidator(_one_line)]
"""What people see and formulas write in braces. Unique among its siblings, whatever the case."""

Description = Annotated[str, StringConstraints(max_length=DESCRIPTION_CHARACTERS_MAX)]


class Frozen(BaseModel):
    """A value: equal by content, never changed, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def portable(self) -> dict[str, Any]:
        """JSON-ready, without what is left at its default (but always with its kind): what a spec file and the API hold."""
        return _portable(self)


class Part(Frozen):
    """A named piece of an app."""

    id: Id
    name: Name
    description: Description = ""


def id_from(name: str, taken: "set[str] | frozenset[str] | dict[str, Any]" = frozenset()) -> str:
    """A fresh id for a name: `Unit price (€)` gives `unit_price`, the second one `unit_price_2`."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    stem = "_".join(words)[:48].strip("_") or "x"
    if not stem[0].isalpha():
        stem = f"n_{stem}"
    fresh, n = stem, 2
    while fresh in taken:
        fresh, n = f"{stem}_{n}", n + 1
    return fresh


_TAGS = ("do", "part", "kind")
"""What tells one class of a union from another is always written."""
_WRITTEN = (*_TAGS, "hue")
"""So is a colour: a choice that is written without one is given one when it is read, and grey would come back blue."""


def _portable(value: Any) -> Any:
    match value:
        case Frozen():
            fields = type(value).model_fields
            kept = {
                n: getattr(value, n)
                for n, f in fields.items()
                if n in _WRITTEN or f.is_required() or getattr(value, n) != f.default
            }
            return {n: _portable(v) for n, v in sorted(kept.items(), key=lambda item: item[0] not in (*_TAGS, "id", "name"))}
        case dict():
            return {k: _portable(v) for k, v in value.items()}
        case tuple() | list():
            return [_portable(v) for v in value]
        case _:
            return value
