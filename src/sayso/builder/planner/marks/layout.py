"""Where a mark stands: its line, its sentence, the brackets and the heading around it."""

import bisect
import re
from dataclasses import dataclass

from sayso.builder.planner.clauses import sentences
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.normalise import lowered

_BULLET = re.compile(r"\s*(?:[-*•+–>☐✓✔✅□]|\d{1,3}[.)]|\([a-z0-9]{1,2}\)|[a-z]\))\s+|\s{2,}\S")
HEADING_CHARACTERS_MAX = 90


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    end: int
    indent: int
    bullet: bool
    gap: bool
    """Whether an empty line stands before it."""


class Layout:
    """Lines and sentences of a text, and which table mark heads each line."""

    def __init__(self, text: str, marks: list[Mark]) -> None:
        self.text, self.low = text, lowered(text)
        self.lines = _lines(text)
        self.line_starts = [line.start for line in self.lines]
        spans = [s for line in self.lines for s in sentences(text, line.start, line.end)]
        self.sentence_starts = [a for a, _ in spans]
        self.sentence_spans = spans
        self.depths = _depths(text)
        self.marks = marks
        self.by_line: dict[int, list[Mark]] = {}
        for mark in marks:
            self.by_line.setdefault(self.line(mark.start), []).append(mark)
        self.headings = self._headings()

    def line(self, place: int) -> int:
        return max(bisect.bisect_right(self.line_starts, place) - 1, 0)

    def sentence(self, place: int) -> int:
        return max(bisect.bisect_right(self.sentence_starts, place) - 1, 0)

    def sentence_text(self, number: int) -> str:
        return self.low[slice(*self.sentence_spans[number])] if self.sentence_spans else ""

    def _headings(self) -> dict[int, Mark]:
        """For each line, the table mark of the line that it stands under: a bare name or one with a colon, above bullets or a list."""
        found: dict[int, Mark] = {}
        open_: list[tuple[int, Mark]] = []
        for n, line in enumerate(self.lines):
            marks = self.by_line.get(n, [])
            named = [m for m in marks if m.tag == "T"]
            rest = [m for m in marks if m.tag != "T"]
            words = self.text[line.start : line.end].strip()
            open_ = [(indent, m) for indent, m in open_ if indent < line.indent or not (named and not rest)]
            if line.gap and not line.bullet and not rest:
                open_ = []
            if open_ and (line.bullet or not named):
                found[n] = open_[-1][1]
            if named and not rest and (words.endswith(":") or len(words) <= HEADING_CHARACTERS_MAX):
                open_.append((line.indent, named[-1]))
            elif named and rest and not line.bullet:
                open_ = [(line.indent, named[0])] if words.endswith(":") else []
        return found


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    at, gap = 0, False
    for raw in text.split("\n"):
        if raw.strip():
            indent = len(raw) - len(raw.lstrip())
            found.append(Line(at, at + len(raw), indent, bool(_BULLET.match(raw)), gap))
            gap = False
        else:
            gap = True
        at += len(raw) + 1
    return found or [Line(0, len(text), 0, False, False)]


def _depths(text: str) -> list[int]:
    """Which bracket each character is in: 0 outside, else the number of the bracket that was opened last."""
    depths: list[int] = []
    open_: list[int] = []
    count = 0
    for c in text:
        if c in "([":
            count += 1
            open_.append(count)
        depths.append(open_[-1] if open_ else 0)
        if c in ")]" and open_:
            open_.pop()
        elif c == "\n":
            open_ = []
    return [*depths, 0]
