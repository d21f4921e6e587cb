"""What would become visible, as a value: for the screen on which a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sayso.data.publishing.agreed import Agreed


@dataclass(frozen=True, slots=True)
class Exposed:
    """A field that could be shown, or a tile, or a field of a tile's list (`tile/field`). `shows` says what, `warns` what to think of first;
    `needed` ones cannot be left out."""

    id: str
    name: str
    kind: str
    chosen: bool
    needed: bool
    shows: str
    warns: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """`refused` is why it cannot be public at all, or empty. `sample` has the words of the first rows, by field."""

    view: str
    view_name: str
    view_kind: str
    table: str
    table_name: str
    kind: Literal["form", "view"]
    fields: tuple[Exposed, ...]
    rows: int
    rows_max: int
    sentences: tuple[str, ...]
    sample: tuple[dict[str, str], ...]
    refused: str
    agreed: Agreed

    @property
    def fingerprint(self) -> str:
        return self.agreed.fingerprint


def rows_said(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
