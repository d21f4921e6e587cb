"""Many pieces of a text at once, asked whether any of them touches another piece."""

import bisect
from collections.abc import Iterable
from itertools import accumulate

from sayso.builder.planner.sketch import Span


class Spans:
    """Pieces of a text by their first and last characters, in no order; they may overlap. Asking takes no longer for many."""

    def __init__(self, spans: Iterable[Span]) -> None:
        inside = sorted(spans)
        self.starts = [a for a, _ in inside]
        self.furthest = list(accumulate((b for _, b in inside), max))

    def touch(self, span: Span | None) -> bool:
        """Whether any of them has a character with this one in common."""
        if span is None:
            return False
        before = bisect.bisect_left(self.starts, span[1])
        return before > 0 and self.furthest[before - 1] > span[0]
