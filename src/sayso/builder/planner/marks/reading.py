"""From marks to a sketch: tables first, then what each has, then views, rules, what a model does, and roles."""

import itertools
import re
from dataclasses import replace

from sayso.builder.planner import attach, companions, kinds
from sayso.builder.planner.ai_parts import settle as settle_ai
from sayso.builder.planner.inflect import is_plural, lemma
from sayso.builder.planner.marks import asking, fields, links, pairs, parts, rules, worked
from sayso.builder.planner.marks.attachment import Attachment, Known, Mention, Spoken
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Heard, Mark, Relation
from sayso.builder.planner.marks.tables import mentioned
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.nouns import noun_of, tableish
from sayso.builder.planner.placing import field_on, put_field
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch
from sayso.builder.planner.views import field_named

SURE = 0.6
"""From here on a kind is not told as an assumption; below, what the list of business nouns says of a name counts more."""
_PASSING = re.compile(
    r" (?:\w+ed )?(?:against|per|for (?:each|every|all)|(?:at|in|on|of) (?:each|every))(?: (?:the|our|each|every))? "
)
_BOTH = re.compile(r"\s*(?:,?\s+(?:and|or)|\s*&|\s*/)\s*(?:(?:the|our|my|their)\s+)?")
_HAVING = re.compile(r"\s+(?:both\s+|all\s+|each\s+)?(?:with|having|including|have|has)\b")
_WITH = re.compile(r" (?:with|having|including)(?: an?| the| its| their)? ")
_STATE = re.compile(
    r"\b(?:open|closed|done|new|active|inactive|pending|ready|paid|sold|free|taken|available|waiting|draft|sent|finished|cancelled|approved|rejected|planned|in|out|lost|on|off|todo|[a-z]{3,}ed)\b"
)
"""What rows come into and leave again."""
_CHOICE_FOLLOWS = 12
_CHOICE_GAP = 80
"""A list of choices may stand so many characters from the field that it belongs to."""


def understand(text: str, marks: list[Mark], sketch: Sketch, heard: Heard | None = None) -> None:
    """Fills the sketch with what the marks say; `heard` has further opinions of them."""
    reader = MarkReader(text, marks, sketch, heard)
    reader.tables_and_fields()
    reader.settle()
    reader.everything_else()


UNSURE, PLAIN = 0.55, 0.15
"""Where nobody knows a noun and text is among what it may be, it is text: any answer fits into it."""
_NO_CHOICES = frozenset({"image", "file", "email", "phone", "url", "money", "long_text"})
"""Kinds whose fields have no choices: a list that follows one with a comma is something else."""


_END = {
    "start": "end",
    "from": "to",
    "begin": "end",
    "check in": "check out",
    "arrival": "departure",
    "opened": "closed",
    "taken": "returned",
    "in": "out",
}


def _to_the_hour(table: TableSketch) -> None:
    """What begins at an hour ends at one: of two moments that are said together the finer kind holds for both."""
    dated = {f.key: f for f in table.fields if f.kind in ("date", "datetime") and f.origin is None}
    for key, field in dated.items():
        for begin, end in _END.items():
            other = dated.get(re.sub(rf"\b{begin}\b", end, key)) if re.search(rf"\b{begin}\b", key) else None
            if other is not None and "datetime" in (field.kind, other.kind):
                field.kind = other.kind = "datetime"


def _chosen_from(field: FieldSketch, table: TableSketch) -> bool:
    """Whether a list of choices without a name may be that field's. The state beside a city is a part of an address."""
    if field.key == "state" and any(
        set(f.key.split()) & {"city", "town", "zip", "postcode", "street", "country"} for f in table.fields
    ):
        return False
    return field.key in ("status", "stage", "state", "type", "category")


class MarkReader:
    """Reads the marks of one wish, in the order in which they stand."""

    def __init__(self, text: str, marks: list[Mark], sketch: Sketch, heard: Heard | None = None) -> None:
        self.text, self.marks, self.sketch, self.heard = text, marks, sketch, heard
        self.by_place = {m.place: m for m in marks}
        self.layout = Layout(text, marks)
        self.tables = mentioned(marks, sketch)
        self.numbers = numbers = {id(t): n for n, t in enumerate(sketch.tables)}
        self.attachment = Attachment(
            self.layout, [Mention(m, numbers[id(self.tables[m.start])]) for m in marks if m.start in self.tables and m.tag == "T"]
        )
        self.spoken = Spoken()
        self.owners: dict[int, TableSketch] = {}
        """By place of a mark: the table that it belongs to."""
        self.placed: list[tuple[Mark, TableSketch, FieldSketch]] = []
        self.summaries: list[tuple[Mark, int, worked.Summary]] = []

    def tables_and_fields(self) -> None:
        if not self.sketch.tables and any(m.tag in "FLX" for m in self.marks):
            self._implied_table()
        for n, mark in enumerate(self.marks):
            if mark.tag in "FLX":
                self._field(mark, n)
        self.placed.sort(key=lambda p: p[0].start)
        for mark in self.marks:
            if mark.tag == "O" and not self._sorted_into(mark):
                self.spoken = self.spoken_before(mark)
                self._choices(mark)
        self._shared()

    def _sorted_into(self, mark: Mark) -> bool:
        """`classify each letter as urgent, normal or junk`: choices of the model, of no field that was said before."""
        low, sentence = self.layout.low, self.layout.sentence(mark.start)
        before = [m for m in self.marks if m.tag in "AF" and m.start <= mark.start and self.layout.sentence(m.start) == sentence]
        if not before or before[-1].tag != "A":
            return False
        return (
            mark.end <= before[-1].end
            or re.fullmatch(r"[^.;:,()]{0,40}\b(?:as|into|in|between)\s+(?:either\s+)?", low[before[-1].end : mark.start])
            is not None
        )

    def _shared(self) -> None:
        """`cables and adapters with a shelf and a supplier`: what both are said to have, both have."""
        mentions = self.attachment.mentions
        for a, b in itertools.pairwise(mentions):
            first, second = self.sketch.tables[a.table], self.sketch.tables[b.table]
            low = self.layout.low
            together = _BOTH.fullmatch(low[a.mark.end : b.mark.start]) and _HAVING.match(low, b.mark.end)
            if first is second or not together or first.origin is not None or any(t is first for _, t, _ in self.placed):
                continue
            sentence = self.layout.sentence(b.mark.start)
            after = [
                f for m, t, f in self.placed if t is second and m.start > b.mark.end and self.layout.sentence(m.start) == sentence
            ]
            first.fields += [
                replace(f, options=list(f.options), settings=dict(f.settings))
                for f in after
                if f.link is not first and first.field(f.name) is None and not f.computed
            ]

    def owner(self, mark: Mark) -> TableSketch | None:
        """The table that a mark belongs to."""
        number, _ = self.attachment.table_of(
            mark, self.spoken, also=lambda: self._thought("of", mark), never=self._leads_to(mark)
        )
        if number is None or (self.sketch.origin is not None and not self._close(mark)):
            return self._of_app(mark, number)
        number = self._described(mark, number)
        self.spoken.field, self.spoken.owner = mark, number
        return self.sketch.tables[number]

    def _described(self, mark: Mark, number: int) -> int:
        """`deliveries against sites with a receipt`: what follows a table in passing is of the one that is kept for it."""
        before = [m for m in self.attachment.mentions if m.mark.end <= mark.start][-2:]
        if len(before) == 2 and before[1].table == number and before[0].table != number:
            kept, passing = before
            low = self.layout.low
            same = self.layout.sentence(kept.mark.start) == self.layout.sentence(mark.start)
            if (
                same
                and _WITH.fullmatch(low[passing.mark.end : mark.start])
                and _PASSING.fullmatch(low[kept.mark.end : passing.mark.start])
            ):
                return kept.table
        return number

    def _leads_to(self, mark: Mark) -> int | None:
        """The table that a link names is not the one that holds it, but for parents and other ones of its kind."""
        if mark.tag != "L" or re.search(
            r"\b(?:parent|other|related|previous|next|same|another|reports?\s+to|manager|depends)\b", mark.text
        ):
            return None
        return self.numbers.get(id(links.target(mark.text, None, self.sketch)))

    def _led_to(self, mark: Mark) -> TableSketch | None:
        """The table that the tagger thinks a link leads to, when it thinks of one rather than none."""
        if self.heard is None:
            return None
        chances: dict[int, float] = {}
        nowhere = 0.0
        for place, chance in self.heard.related("target", mark.place).items():
            other = self.by_place.get(place) if place is not None else None
            if other is not None and other.start in self.tables:
                number = self.numbers[id(self.tables[other.start])]
                chances[number] = chances.get(number, 0.0) + chance
            else:
                nowhere += chance
        best = max(chances, key=lambda n: chances[n], default=None)
        return self.sketch.tables[best] if best is not None and chances[best] > max(nowhere, 0.4) else None

    def _related(self, relation: Relation, mark: Mark) -> Mark | None:
        """The mark that the tagger takes for the other end, when it takes one."""
        chances = self.heard.related(relation, mark.place) if self.heard is not None else {}
        best = max(chances, key=lambda p: chances[p], default=None)
        return self.by_place.get(best) if best is not None else None

    def by_field(self, mark: Mark) -> FieldSketch | None:
        """The field that the tagger thinks a view or the start of a rule goes by."""
        other = self._related("by", mark)
        return next((f for m, _, f in self.placed if m is other), None)

    def _close(self, mark: Mark) -> bool:
        """Whether a table is named in the sentence of a mark, before it in the line, or as the heading of its line."""
        sentence, line = self.layout.sentence(mark.start), self.layout.line(mark.start)
        return line in self.layout.headings or any(
            self.layout.sentence(p) == sentence or (p < mark.start and self.layout.line(p) == line) for p in self.tables
        )

    def _of_app(self, mark: Mark, number: int | None) -> TableSketch | None:
        """In a follow-up that names no table here: the one that has what is named, then what was spoken of last."""
        sentence = self.layout.sentence_text(self.layout.sentence(mark.start))
        said = [t for t in self.sketch.mentioned(sentence) if t.origin is not None]
        owners = [t for t in self.sketch.tables if t.origin is not None and t.field(fields.name_of(mark)) is not None]
        if said or owners:
            return said[0] if said else owners[0]
        if self.sketch.subject is not None:
            return self.sketch.subject
        return (
            self.sketch.tables[number]
            if number is not None
            else max(self.sketch.tables, key=lambda t: len(t.fields), default=None)
        )

    def near(self, mark: Mark, words: str | None = None) -> TableSketch | None:
        """The table that a view, a rule or a model's task is about."""
        spoken = self.spoken_before(mark)
        number, _ = self.attachment.table_of(
            mark, spoken, self.known(mark.text if words is None else words), lambda: self._thought("about", mark)
        )
        return self.sketch.tables[number] if number is not None else self.sketch.main

    def _thought(self, relation: Relation, mark: Mark) -> dict[int, float]:
        """What the tagger thinks of the tables that a mark may belong to: chances by number."""
        if self.heard is None or mark.tag not in ("FLX" if relation == "of" else "VWDA"):
            return {}
        chances: dict[int, float] = {}
        for place, chance in self.heard.related(relation, mark.place).items():
            other = self.by_place.get(place) if place is not None else None
            if other is not None and other.start in self.tables:
                number = self.numbers.get(id(self.tables[other.start]))
                if number is not None:
                    chances[number] = chances.get(number, 0.0) + chance
        return chances

    def spoken_before(self, mark: Mark) -> Spoken:
        """The field that stands last before a mark, and its table."""
        last = next(((m, t) for m, t, _ in reversed(self.placed) if m.start < mark.start), None)
        return Spoken(last[0], self.sketch.tables.index(last[1])) if last else Spoken()

    def known(self, words: str) -> Known:
        """Which tables some words name, by themselves, by a field or by a choice."""
        tables = self.sketch.tables
        numbers = {id(t): n for n, t in enumerate(tables)}
        low = f" {words} "
        total = sum(len(t.fields) for t in tables) or 1
        return Known(
            tuple(numbers[id(t)] for t in self.sketch.mentioned(words)),
            frozenset(n for n, t in enumerate(tables) if field_named(t, words) is not None),
            frozenset(
                n
                for n, t in enumerate(tables)
                if any(len(o) > 2 and f" {o.lower()} " in low for f in t.fields for o in f.options)
            ),
            tuple(len(t.fields) / total for t in tables),
        )

    def _stop(self, n: int) -> int:
        return self.marks[n + 1].start if n + 1 < len(self.marks) else len(self.text)

    def _field(self, mark: Mark, n: int) -> None:
        if mark.tag != "L" and (summary := worked.summary_of(mark, self.layout.low)) is not None:
            self.summaries.append((mark, n, summary))
            return
        self._own_field(mark, n)

    def _summarised(self) -> None:
        """Summaries per row of a table, once all tables are known; what turns out to be none is a field like others."""
        for mark, n, summary in self.summaries:
            placed = worked.placed(summary, mark, self.sketch)
            if placed is None:
                self._own_field(mark, n)
            else:
                self.placed.append((mark, *placed))
        self.placed.sort(key=lambda p: p[0].start)

    def _own_field(self, mark: Mark, n: int) -> None:
        table = self.owner(mark)
        if table is None:
            return
        total = worked.total_of(mark.text, self.sketch) if mark.tag != "L" and self.sketch.origin is None else None
        if total is not None:
            table = total[0]
        self.owners[mark.start] = table
        if mark.tag == "L":
            self.placed.append((mark, table, links.link(mark, table, self.sketch, self._led_to(mark))))
            return
        if mark.tag == "X":
            field = parts.computed_field(mark, table, self.text, self._stop(n), self.sketch)
            if total is not None and field.origin is None and table.field(total[1]) is None:
                field.name = cased_name(total[1])
            self.placed.append((mark, table, field))
            return
        if (names := pairs.both(mark.text)) is not None:
            self._pair(mark, n, names, table)
            return
        said = fields.said(mark, self.text, self._stop(n))
        said.name = self._completed(mark, n, said.name)
        likely: tuple[str, ...] = ()
        if not said.options:
            guess = asking.asked(mark, self.layout, self.marks, n, self.heard)
            if guess.best in ("formula", "rollup"):
                self.placed.append((mark, table, parts.computed_field(mark, table, self.text, self._stop(n), self.sketch)))
                return
            said.kind, said.sure = guess.best, guess.sure >= SURE
            known, _ = fields.kind_evidence(said.name)
            if guess.sure < SURE and known is not None:
                said.kind = known
            elif guess.sure < UNSURE and guess.chance("text") >= PLAIN:
                said.kind = "text"
            likely = tuple(k for k, _ in guess.ranked[:3]) if guess.sure < SURE else ()
        if lemma(said.name) == table.key and not said.options:
            said.name = "Name"
        field = table.field(said.name)
        if field is not None and (field.link is not None or field.origin is not None):
            self.placed.append((mark, table, field))
            return
        put_field(table, said, self.sketch, mark.span)
        placed = field_on(table, said.name, mark.span, self.sketch)
        placed.kinds = placed.kinds or likely
        self.placed.append((mark, table, placed))

    def _pair(self, mark: Mark, n: int, names: tuple[str, str], table: TableSketch) -> None:
        """Two fields of one kind, said in one breath."""
        guess = asking.asked(mark, self.layout, self.marks, n, self.heard)
        for name in names:
            known, certain = fields.kind_evidence(name)
            kind = known if known is not None and (certain == 1.0 or guess.sure < SURE) else guess.best
            field = field_on(table, cased_name(name), mark.span, self.sketch)
            if field.origin is None and field.link is None:
                field.kind = field.kind or kind
            self.placed.append((mark, table, field))

    def _completed(self, mark: Mark, n: int, name: str) -> str:
        """The name of a field that is said together with its neighbour."""
        before = next((m for m in reversed(self.marks[:n]) if m.tag == "F"), None) if n else None
        after = self.marks[n + 1] if n + 1 < len(self.marks) and self.marks[n + 1].tag == "F" else None
        words = pairs.completed(
            mark.text,
            (self.layout.low[before.end : mark.start], before.text) if before is not None else ("", ""),
            (self.layout.low[mark.end : after.start], after.text) if after is not None else ("", ""),
        )
        return name if words == mark.text else cased_name(words)

    def _choices(self, mark: Mark) -> None:
        """A list of choices belongs to the field before it, or to one that follows at once (`open, done or paid as status`)."""
        names = fields.listed(mark.raw)
        before = next(((m, t, f) for m, t, f in reversed(self.placed) if m.end <= mark.start), None)
        after = (
            None
            if self._behind_a_table(mark)
            else next(
                ((m, t, f) for m, t, f in self.placed if 0 <= m.start - mark.end <= _CHOICE_FOLLOWS and not f.options), None
            )
        )
        if after is not None and (before is None or before[2].options or mark.start - before[0].end > _CHOICE_GAP // 2):
            before = after
        if (other := self._related("choices", mark)) is not None:
            before = next(((m, t, f) for m, t, f in self.placed if m is other), before)
        if (
            before is not None
            and mark.text.count("/") >= 2
            and re.fullmatch(r"\s*,\s*(?:and\s+)?", self.layout.low[before[0].end : mark.start])
            and not _chosen_from(before[2], before[1])
        ):
            before = None  # between commas, a list of choices is a field of its own
        near = (
            before is not None
            and abs(mark.start - before[0].end) <= _CHOICE_GAP
            and self.layout.sentence(before[0].start) == self.layout.sentence(mark.start)
        )
        if (
            before is not None
            and (near or (mark.start - before[0].end <= 12))
            and before[2].link is None
            and not (before[2].kind in _NO_CHOICES and not self.layout.depths[mark.start])
        ):
            field = before[2]
        else:
            table = self.owner(mark)
            if table is None or not names:
                return
            field = next((f for f in table.fields if _chosen_from(f, table) and not f.options), None)
            if field is None:
                field = field_on(table, self._unnamed(mark, names), mark.span, self.sketch)
                self.placed.append((mark, table, field))
        if len(names) >= 2 or field.options or field.kind in ("select", "multi_select"):
            field.changed = field.changed or field.origin is not None
            field.options += [o for o in names if o.lower() not in [x.lower() for x in field.options]]
            if field.kind not in ("select", "multi_select"):
                field.kind = (
                    "multi_select" if field.many or (is_plural(field.name.lower().split()[-1]) and not field.sure) else "select"
                )
            field.computed = False

    def _unnamed(self, mark: Mark, names: list[str]) -> str:
        """What a list of choices without a name is: `rooms (single, double)` are of types, other rows are in a state."""
        return "Type" if self._behind_a_table(mark) and not any(_STATE.search(n.lower()) for n in names) else "Status"

    def _behind_a_table(self, mark: Mark) -> bool:
        """Whether a list of choices opens the brackets right behind a table."""
        table = next((m for m in reversed(self.marks) if m.tag == "T" and m.end <= mark.start), None)
        return table is not None and re.fullmatch(r"\s*\(\s*", self.layout.low[table.end : mark.start]) is not None

    def _implied_table(self) -> None:
        """Fields without any table: the wish says what it is about in words that nobody marked."""
        for word in re.findall(r"[a-z][\w'-]*(?:\s+[a-z][\w'-]*)?", self.layout.low):
            noun = noun_of(word)
            if tableish(noun) and noun not in ("list",):
                table = self.sketch.add(noun, None)
                break
        else:
            table = self.sketch.add("item", None)
        self.sketch.subject = table

    def settle(self) -> None:
        """Links that are named like tables, links that such tables usually have, and the kind of every field."""
        for table in self.sketch.tables:
            _to_the_hour(table)
        links.from_fields(self.sketch)
        self._summarised()
        links.between(self.layout, self.sketch, self.tables)
        companions.assumed(self.sketch)
        attach.assumed(self.sketch)
        for table in self.sketch.tables:
            for field in table.fields:
                if field.origin is None and not (field.computed and field.kind is None):
                    kinds.settle(field, table)

    def everything_else(self) -> None:
        parts.views(self)
        parts.models(self)
        rules.read(self)
        parts.roles(self)
        for table in self.sketch.tables:
            for field in table.fields:
                if field.origin is None and not (field.computed and field.kind is None and field.formula):
                    kinds.settle(field, table)
        settle_ai(self.sketch)
