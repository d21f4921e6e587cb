"""Which table a mark belongs to: a small linear scorer over where it stands, fitted on annotated wishes (`training/attachment.py`)."""

import bisect
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from operator import mul
from typing import Literal

from sayso.builder.planner.inflect import singular
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Mark

FEATURES = (
    "same sentence, before", "same sentence, after", "same line, before", "earlier line", "later sentence", "nearest before", "second before",
    "further before", "first of the sentence, before", "first of the sentence, after", "nearest after", "fields between", "distance",
    "owner of the field before", "owner before, same sentence", "owner before, no table since", "heads the line", "opens a list", "has",
    "per or of each", "of it follows", "opens the bracket", "in a closed bracket", "pronoun and subject", "first of the sentence before",
    "last of the sentence before", "table of the name", "link to itself", "semicolon or line between", "verb between", "only table", "bullet under a list",
    "first table of all", "field right before is another's", "named in its words", "named first in its words", "named in its sentence after", "a field of it is named",
    "a choice of it is named", "share of the fields", "most fields",
)  # fmt: skip
_HAS = re.compile(
    r"^[\s,]*(?:(?:can|may|should|must|will|also|always|each|all|then|just|only)\s+)*(?:has|have|having|with|needs?|needing|including|includes?|contains?|holds?|carry|carries|comes?\s+with|gets?|"
    r"is|are|lists?|shows?|stores?|records?|tracks?|must\s+have|that\s+(?:has|have)|which\s+(?:has|have))\b"
)
_OPENS = re.compile(r"^\s*(?:master|table|list|record|details?|info|data|sheet|tab|form|register)?\s*(?::|=|–|—|-|\(|\[)\s*")
_PER = re.compile(
    r"\b(?:per|for\s+each|for\s+every|for\s+an?|for\s+all|each|every|of\s+(?:the|each|every|our|an?)|on\s+(?:each|every|the)|about\s+(?:each|every|the))\s*$"
)
_OF_IT = re.compile(r"^[\s)]*(?:of|for|per|on|from|about|in)\s+(?:the|each|every|all|our|any|an?|my|their|every\s+single)?\s*$")
_PRONOUN = re.compile(
    r"^\W*(?:and\s+|also\s+|then\s+|for\s+)?(?:they|it|each(?:\s+(?:one|of\s+them))?(?=\s+(?:has|have|needs?|gets?|should|must|can|is|will|one))|these|those|this|every\s+one|all\s+of\s+them|he|she|them|fields?|columns?)\b"
)
_VERB = re.compile(r"\b(?:is|are|was|has|have|need|needs|want|track|record|keep|know|see|get|gets|can|must|should|will|would)\b")
NEAR_MENTIONS_MAX = 12
"""A mark chooses among so many mentions before it: the earlier ones of a long brief are said again where they are meant."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A mark that names a table, and which: mentions of one table share its number."""

    mark: Mark
    table: int


Group = Literal["field", "view", "rule", "task"]
GROUP_OF: dict[str, Group] = {
    "F": "field",
    "L": "field",
    "O": "field",
    "X": "field",
    "V": "view",
    "W": "rule",
    "S": "rule",
    "D": "rule",
    "C": "rule",
    "A": "task",
    "R": "view",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the words of a mark say of tables, by number; filled once the fields are known."""

    named: tuple[int, ...] = ()
    fielded: frozenset[int] = frozenset()
    chosen: frozenset[int] = frozenset()
    shares: tuple[float, ...] = ()
    """How much of all fields each table has."""


NOTHING_KNOWN = Known()
LEAST = 1e-3
CERTAIN = 0.97
"""No opinion rules a table out altogether."""


@dataclass(slots=True)
class Spoken:
    """What was attached before: the last field and its table's number."""

    field: Mark | None = None
    owner: int | None = None


class Attachment:
    """Scores mentions for the marks of one wish. Marks are asked in the order in which they stand."""

    def __init__(self, layout: Layout, mentions: list[Mention]) -> None:
        self.layout, self.mentions = layout, mentions
        self.starts = [m.mark.start for m in mentions]
        self.sentence_of = [layout.sentence(s) for s in self.starts]
        self.line_of = [layout.line(s) for s in self.starts]
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        for i, s in enumerate(self.sentence_of):
            self.first.setdefault(s, i)
            self.last[s] = i
        self.tables = {m.table for m in mentions}
        self.unheard = self.tables - {m.table for m in mentions if m.mark.place >= 0}
        """Tables that only the words around them say: the tagger has no opinion of what belongs to them."""
        self.fields = sorted(m.start for m in layout.marks if m.tag in "FLX")

    def rows(self, mark: Mark, spoken: Spoken, known: Known = NOTHING_KNOWN) -> list[tuple[int, list[float]]]:
        """Numbers of mentions with their features, for those that a mark may belong to."""
        before = bisect.bisect_left(self.starts, mark.start)
        sentence, line = self.layout.sentence(mark.start), self.layout.line(mark.start)
        lately = self.sentence_of[before - 1] if before else -1
        own = sentence in self.first
        pronoun = bool(_PRONOUN.match(self.layout.sentence_text(sentence)))
        found: list[tuple[int, list[float]]] = []
        for i in range(max(0, before - NEAR_MENTIONS_MAX), min(len(self.mentions), before + 4)):
            found.append(
                (
                    i,
                    self._row(mark, i, before, sentence, line, lately, own, pronoun, spoken)
                    + self._known(i, before, sentence, known),
                )
            )
        return found

    def _row(
        self, mark: Mark, i: int, before: int, sentence: int, line: int, lately: int, own: bool, pronoun: bool, spoken: Spoken
    ) -> list[float]:
        mention, low = self.mentions[i], self.layout.low
        there = mention.mark
        earlier = i < before
        same = self.sentence_of[i] == sentence
        between = low[there.end : mark.start] if earlier else low[mark.end : there.start]
        low_end, high_end = min(there.start, mark.start), max(there.start, mark.start)
        fields = max(bisect.bisect_left(self.fields, high_end) - bisect.bisect_right(self.fields, low_end), 0)
        lead = low[max(0, there.start - 24) : there.start]
        opens = earlier and bool(_OPENS.match(between))
        bracket = self.layout.depths[mark.start]
        opener = (
            earlier
            and bracket > 0
            and self.layout.depths[there.start] != bracket
            and "(" in between
            and between.lstrip()[:1] in "(["
        )
        closed = earlier and self.layout.depths[there.start] > 0 and self.layout.depths[there.start] != bracket
        owner = spoken.owner is not None and spoken.owner == mention.table
        since = spoken.field is not None and bisect.bisect_left(self.starts, spoken.field.end) >= bisect.bisect_left(
            self.starts, mark.start
        )
        heading = self.layout.headings.get(line)
        lines = self.line_of[i]
        alike = not _stems(mark.text).isdisjoint(_stems(there.text))
        row = [
            earlier and same,
            not earlier and same,
            earlier and not same and lines == line,
            earlier and lines < line,
            not earlier and not same,
            earlier and i == before - 1,
            earlier and i == before - 2,
            earlier and i < before - 2,
            earlier and same and self.first.get(sentence) == i,
            not earlier and same and self.first.get(sentence) == i,
            not earlier and i == before and same,
            math.log1p(fields),
            math.log1p(len(between) / 10),
            owner,
            owner and same and spoken.field is not None and self.layout.sentence(spoken.field.start) == sentence,
            owner and since,
            heading is there,
            opens,
            earlier and bool(_HAS.match(between)),
            bool(_PER.search(lead)),
            not earlier and bool(_OF_IT.match(between)),
            opener,
            closed,
            pronoun and not own and self.first.get(lately) == i,
            not own and self.sentence_of[i] == lately and self.first.get(lately) == i,
            not own and self.sentence_of[i] == lately and self.last.get(lately) == i,
            alike,
            mark.tag == "L" and alike,
            ";" in between or "\n" in between,
            earlier and same and bool(_VERB.search(between)),
            len(self.tables) == 1,
            self.layout.lines[line].bullet and lines < line and heading is not there,
            i == 0,
            since and not owner and spoken.owner is not None,
        ]
        return [float(x) for x in row]

    def _known(self, i: int, before: int, sentence: int, known: Known) -> list[float]:
        table = self.mentions[i].table
        share = known.shares[table] if table < len(known.shares) else 0.0
        return [
            float(table in known.named),
            float(bool(known.named) and table == known.named[0]),
            float(i >= before and self.sentence_of[i] == sentence),
            float(table in known.fielded),
            float(table in known.chosen),
            share,
            float(bool(known.shares) and share == max(known.shares)),
        ]

    def table_of(
        self,
        mark: Mark,
        spoken: Spoken,
        known: Known = NOTHING_KNOWN,
        also: Callable[[], Mapping[int, float]] | None = None,
        never: int | None = None,
    ) -> tuple[int | None, float]:
        """The number of the table that a mark belongs to, and its chance; None without tables.

        `also` gives chances of tables from somebody else, who is asked when we are not certain and counts as much; `never` is a table that it cannot be.
        """
        weights = learned(GROUP_OF.get(mark.tag, "field"))
        best: dict[int, float] = {}
        for i, row in self.rows(mark, spoken, known):
            score = sum(map(mul, weights, row))
            table = self.mentions[i].table
            best[table] = max(best.get(table, -1e9), score)
        if not best:
            return (self.mentions[0].table if self.mentions else None), 0.0
        if never in best and len(best) > 1:
            best.pop(never)
        top = max(best.values())
        chances = {t: math.exp(s - top) for t, s in best.items()}
        if also is not None and 1 / sum(chances.values()) < CERTAIN and (other := also()):
            whole = sum(chances.values())
            chances = {
                t: math.sqrt(p * (p / whole if t in self.unheard else max(other.get(t, 0.0), LEAST))) for t, p in chances.items()
            }
        table = max(chances, key=lambda t: chances[t])
        return table, chances[table] / sum(chances.values())


@lru_cache(maxsize=2_000)
def _stems(words: str) -> frozenset[str]:
    return frozenset(map(singular, re.findall(r"[a-z]+", words)))


@cache
def learned(group: Group) -> tuple[float, ...]:
    """The weights of a group of tags, in the order of `FEATURES`."""
    raw = (files("sayso.builder.planner") / "marks" / "attachment.json").read_text(encoding="utf-8")
    known = json.loads(raw)[group]
    return tuple(float(known.get(name, 0.0)) for name in FEATURES)
