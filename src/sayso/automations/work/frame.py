"""Where in a run a step stands: which turns of which loops, about whose row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sayso.automations.steps.step import RowRef


@dataclass(frozen=True, slots=True)
class Frame:
    """`turns` are counted from 0, the outermost loop first; `rows` are those that plain names read, the nearest first."""

    turns: tuple[int, ...] = ()
    rows: tuple[RowRef, ...] = ()
    item: Any = None
    in_loop: bool = False

    def place(self, name: str) -> str:
        return f"{name}:{'.'.join(map(str, self.turns))}" if self.turns else name

    def key(self, run: str, name: str, again: int) -> str:
        """`run:step:n`, with the times that a person had it done again."""
        n = ".".join(map(str, self.turns)) or "0"
        return f"{run}:{name}:{n}" + (f":{again}" if again else "")

    def inside(self, turn: int, item: Any, row: RowRef | None) -> Frame:
        return Frame((*self.turns, turn), (row, *self.rows) if row else self.rows, item, True)

    def places(self, name: str) -> list[str]:
        """Where the step of this name may have been done for what stands here: in the same turns, or further out."""
        return [f"{name}:{'.'.join(map(str, self.turns[:n]))}" if n else name for n in range(len(self.turns), -1, -1)]
