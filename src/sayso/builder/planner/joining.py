"""Rules and marks meet: every part that only one of them found is weighed, and stays or joins when it is likely meant.

The weights (`marks/joining.json`) are fitted on annotated wishes by `training/joining.py`: rules keep their precision where people write as their
author thought, and are not believed where they do not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.marks.learned import Row, likely
from sayso.builder.planner.marks.mark import Heard
from sayso.builder.planner.marks.spans import Spans
from sayso.builder.planner.marks.tables import table_for
from sayso.builder.planner.sketch import AutomationSketch, FieldSketch, RoleSketch, Sketch, Span, TableSketch, ViewSketch
from sayso.builder.planner.spelling import Text

Sort = Literal["table", "field", "link", "view", "rule", "role"]
Side = Literal["rules", "marks"]
FEATURES = (
    "bias", "support", "support of others", "support above half", "sure", "known noun", "known exactly", "options", "weight", "fields", "assumed", "words",
    "names a table", "marks", "same sort", "computed", "kind said", "rules agree", "marks agree", "tables agree", "support and agree", "sure and agree",
)  # fmt: skip
TAGS: dict[Sort, str] = {"table": "T", "field": "FLXO", "link": "LF", "view": "V", "rule": "WSD", "role": "R"}
SURE = 0.85
CHOICE_SURE = 0.6
NO_CHOICES = frozenset({"image", "file", "email", "phone", "url"})
"""What stands in a list of choices and is of such a kind was meant as a field."""
PART_FIELDS: dict[Sort, str] = {"view": "views", "rule": "automations", "role": "roles"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part that one side alone found, with what speaks for it. `keep` puts or leaves it in the sketch, `drop` leaves or takes it out."""

    sort: Sort
    side: Side
    name: str
    table: str
    row: Row
    keep: Callable[[], None]
    drop: Callable[[], None]

    @property
    def likely(self) -> bool:
        """What the tagger is sure of stays."""
        if self.side == "marks" and self.row[FEATURES.index("support")] >= SURE:
            return True
        return likely(f"{self.sort} of {self.side}", FEATURES, self.row)


def join(lead: Sketch, other: Sketch, heard: Heard, text: Text, *, by: Side = "marks") -> None:
    """Adds to the leading sketch what the other found besides and is likely meant. Of marks that lead, what is likely not meant is taken out."""
    joiner = Joiner(lead, other, heard, text, by)
    for asked in (joiner.tables, joiner.fields, joiner.parts):
        for one in asked():
            (one.keep if one.likely else one.drop)()
    joiner.settle()


class Joiner:
    """Compares two sketches of one wish. Tables are asked first, then fields, then everything that speaks of them.

    `lead` has the say where both read the same words; `by` tells whose it is.
    """

    def __init__(self, lead: Sketch, other: Sketch, heard: Heard, text: Text, by: Side = "marks") -> None:
        self.lead, self.other, self.heard, self.text = lead, other, heard, text
        self.by: Side = by
        self.side: Side = "rules" if by == "marks" else "marks"
        """Whose the other sketch is."""
        self.same: dict[int, TableSketch] = {}
        """By `id()` of a table of the other: the table that it is in the joined sketch."""
        for table in other.tables:
            twin = lead.exact(table.key) or table_for(table.key, lead)
            if twin is not None:
                self.same[id(table)] = twin
        self.found = list(heard.found)
        self.fields_found = sum(f.tag in "FLXO" for f in self.found)
        self.agree = self._agreement()

    def _agreement(self) -> tuple[float, float, float]:
        """Shares of the rules' fields that marks touch, of the marks' fields that the rules touch, and of the other's tables that stayed."""
        marks, rules = (self.lead, self.other) if self.by == "marks" else (self.other, self.lead)
        mine = [f.span for t in marks.tables for f in t.fields if f.span]
        theirs = [f.span for t in rules.tables for f in t.fields if f.span and not f.assumed]
        ours, others = Spans(mine), Spans(theirs)
        hit = sum(ours.touch(a) for a in theirs) / max(len(theirs), 1)
        back = sum(others.touch(a) for a in mine) / max(len(mine), 1)
        return hit, back, len(self.same) / max(len(self.other.tables), 1)

    # ── tables ────────────────────────────────────────────

    def tables(self) -> list[Candidate]:
        """Where the rules lead, tables that only the marks found and of which they found fields."""
        if self.by == "marks":
            return []
        return [
            self._table(t)
            for t in self.other.tables
            if id(t) not in self.same and t.origin is None and any(f.span for f in t.fields)
        ]

    def _table(self, table: TableSketch) -> Candidate:
        def keep() -> None:
            made = TableSketch(table.name, table.span, weight=table.weight)
            self.lead.tables.append(made)
            self.same[id(table)] = made

        row = self._row(
            "field", self.text.span(*table.span) if table.span else None, sure=True, noun=True, exact=True, weight=table.weight, fields=len(table.fields), assumed=False,
            words=table.key, names=True, options=False, same=0,
        )  # fmt: skip
        return Candidate("table", "marks", table.name, table.name, row, keep, _nothing)

    # ── fields and links ──────────────────────────────────

    def fields(self) -> list[Candidate]:
        made: list[Candidate] = []
        touched: set[int] = set()
        spans = [(f.span, f) for t in self.lead.tables for f in t.fields if f.span]
        for table in self.other.tables:
            home = self.same.get(id(table))
            for field in table.fields:
                if field.origin is not None or field.assumed or (self.by == "marks" and self._is_choice(field, home)):
                    continue
                twin = next((f for s, f in spans if field.span and _overlap(s, field.span)), None) or (
                    home.field(field.name) if home else None
                )
                if twin is not None:
                    touched.add(id(twin))
                    if self.by == "marks":
                        _settled(twin, field)
                elif home is not None and (one := self._of_other(field, home)) is not None:
                    made.append(one)
        if self.by == "rules":
            return made
        for table in self.lead.tables:
            own = [
                f
                for f in table.fields
                if id(f) not in touched and not f.assumed and not f.outright and f.span and f.origin is None and f.kind != "ai"
            ]
            made += [self._of_lead(f, table) for f in own]
        return made

    def _is_choice(self, field: FieldSketch, home: TableSketch | None) -> bool:
        """Whether the tagger takes the words of a field for one of several choices."""
        if field.span is None or field.link is not None or field.computed or field.kind in NO_CHOICES:
            return False
        if home is not None and any(field.name.lower() in (o.lower() for o in f.options) for f in home.fields):
            return True
        start, end = self.text.span(*field.span)
        return any(f.tag == "O" and f.sure >= CHOICE_SURE and f.start <= start and end <= f.end for f in self.found)

    def _of_other(self, field: FieldSketch, home: TableSketch) -> Candidate | None:
        other = self.same.get(id(field.link)) if field.link is not None else None
        if field.kind == "ai" or (field.link is not None and (other is None or other is home or _linked(home, other))):
            return None

        def keep() -> None:
            field.link = other
            field.settings |= {k: self.same.get(id(v)) for k, v in field.settings.items() if isinstance(v, TableSketch)}
            home.fields.append(field)

        return Candidate(
            "link" if other is not None else "field",
            self.side,
            field.name,
            home.name,
            self._field_row(field, home),
            keep,
            _nothing,
        )

    def _of_lead(self, field: FieldSketch, home: TableSketch) -> Candidate:
        def drop() -> None:
            home.fields.remove(field)

        sort: Sort = "link" if field.link is not None else "field"
        return Candidate(sort, self.by, field.name, home.name, self._field_row(field, home), _nothing, drop)

    def _field_row(self, field: FieldSketch, home: TableSketch) -> Row:
        kind, sure = lexicon.kind_of(field.name.lower())
        return self._row(
            "link" if field.link is not None else "field", self.text.span(*field.span) if field.span else None, sure=field.sure, noun=sure >= 0.7, exact=sure == 1.0,
            weight=home.weight, fields=len(home.fields), assumed=field.kind_assumed, words=field.key, names=lexicon.is_table_noun(field.key), options=bool(field.options),
            same=self.fields_found, computed=field.computed, said=kind is not None,
        )  # fmt: skip

    # ── views, rules, roles ───────────────────────────────

    def parts(self) -> list[Candidate]:
        made: list[Candidate] = []
        for sort, name in PART_FIELDS.items():
            ours: list[Any] = getattr(self.lead, name)
            theirs: list[Any] = [p for p in getattr(self.other, name) if p.origin is None]
            twins = {id(m): r for m in ours for r in theirs if self._twin(m, r)}
            taken = {id(r) for r in twins.values()}
            made += [c for r in theirs if id(r) not in taken and (c := self._part(sort, r, ours, own=False)) is not None]
            if self.by == "marks":
                made += [
                    c
                    for m in ours
                    if id(m) not in twins and m.origin is None and (c := self._part(sort, m, ours, own=True)) is not None
                ]
        return made

    def _twin(self, mine: Any, theirs: Any) -> bool:
        if isinstance(mine, RoleSketch):
            return lemma(mine.name) == lemma(theirs.name)
        if isinstance(mine, ViewSketch):
            return mine.kind == theirs.kind and (theirs.table is None or mine.table is self.same.get(id(theirs.table)))
        return bool(mine.span and theirs.span and _overlap(mine.span, theirs.span))

    def _part(
        self, sort: Sort, part: ViewSketch | AutomationSketch | RoleSketch, among: list[Any], *, own: bool
    ) -> Candidate | None:
        given = None if isinstance(part, RoleSketch) else part.table
        table = self.same.get(id(given)) if not own and given is not None else given
        if given is not None and table is None:
            return None
        name = part.kind if isinstance(part, ViewSketch) else part.trigger if isinstance(part, AutomationSketch) else part.name
        row = self._row(
            sort, self._best(sort, part.span), sure=bool(getattr(part, "cron", "") or getattr(part, "by", "") or getattr(part, "rights", ())), noun=False, exact=False,
            weight=table.weight if table else 0, fields=len(table.fields) if table else 0, assumed=bool(getattr(part, "assumed", "")), words=part.words,
            names=isinstance(part, RoleSketch) and self.lead.table(lemma(part.name)) is not None, options=False, same=sum(f.tag in TAGS[sort] for f in self.found),
        )  # fmt: skip

        def keep() -> None:
            if isinstance(part, RoleSketch):
                part.rights = [{**r, "table": t} for r in part.rights if (t := self.same.get(id(r["table"]))) is not None]
            else:
                part.table = table
                for step in part.steps if isinstance(part, AutomationSketch) else ():
                    step.table = self.same.get(id(step.table)) if step.table is not None else None
            among.append(part)

        where = table.name if table else ""
        if own:
            return Candidate(sort, self.by, name, where, row, _nothing, lambda: among.remove(part))
        return Candidate(sort, self.side, name, where, row, keep, _nothing)

    def _best(self, sort: Sort, span: Span | None) -> Span | None:
        """The words inside a clause that the tagger takes for such a part, when there are any; else the whole clause."""
        if span is None:
            return None
        start, end = self.text.span(*span)
        inside = [f for f in self.found if f.tag in TAGS[sort] and f.start < end and f.end > start]
        return (inside[0].start, inside[0].end) if inside else (start, end)

    def _row(
        self, sort: Sort, span: Span | None, *, sure: bool, noun: bool, exact: bool, weight: float, fields: int, assumed: bool, words: str, names: bool, options: bool,
        same: int, computed: bool = False, said: bool = False,
    ) -> Row:  # fmt: skip
        mine = self.heard.support(*span, TAGS[sort]) if span else 0.0
        theirs = max(self.heard.support(*span, "TFLOXVWSCDARE") - mine, 0.0) if span else 0.0
        hit, back, tables = self.agree
        return (
            1.0, mine, theirs, float(mine > 0.5), float(sure), float(noun), float(exact), float(options), min(weight, 4.0) / 4, min(fields, 8) / 8, float(assumed),
            min(len(words.split()), 6) / 6, float(names), min(len(self.found), 20) / 20, min(same, 8) / 8, float(computed), float(said), hit, back, tables, mine * back,
            float(sure) * hit,
        )  # fmt: skip

    # ── afterwards ────────────────────────────────────────

    def settle(self) -> None:
        """What the rules noted of clauses is noted still: which were used, and why others were not."""
        for place, names in self.other.used.items():
            self.lead.used.setdefault(place, names)
        self.lead.left.update(self.other.left)


def _nothing() -> None:
    """What is in stays in, what is out stays out."""


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _linked(a: TableSketch, b: TableSketch) -> bool:
    return any(f.link is b for f in a.fields) or any(f.link is a for f in b.fields)


def _settled(twin: FieldSketch, field: FieldSketch) -> None:
    """Both read the same words: what the words say outright (choices, a formula, `yes/no`, `1-5`) is kept from whoever read it."""
    if twin.link is None and field.link is None:
        if len(field.options) >= 2 and not twin.options and not set(twin.key.split()) & {o.lower() for o in field.options}:
            twin.options, twin.kind, twin.computed = (
                list(field.options),
                "multi_select" if field.kind == "multi_select" else "select",
                False,
            )
        elif field.computed and field.formula and (not twin.formula or set("=×*+/") & set(field.formula)):
            twin.computed, twin.formula, twin.kind = True, field.formula, None
        elif field.sure and field.kind and not twin.options and not twin.computed:
            twin.kind, twin.sure = field.kind, True
    for key, value in field.settings.items():
        if key in ("maximum", "unit"):
            twin.settings.setdefault(key, value)
    twin.required = twin.required or field.required
    twin.unique = twin.unique or field.unique
