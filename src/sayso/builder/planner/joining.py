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
from sayso.builder.planner.marks.tables import table_for
from sayso.builder.planner.sketch import AutomationSketch, FieldSketch, RoleSketch, Sketch, Span, TableSketch, ViewSketch
from sayso.builder.planner.spelling import Text

Sort = Literal["field", "link", "view", "rule", "role"]
Side = Literal["rules", "marks"]
FEATURES = (
    "bias", "support", "support of others", "support above half", "sure", "known noun", "known exactly", "options", "weight", "fields", "assumed", "words",
    "names a table", "marks", "same sort", "computed", "kind said", "rules agree", "marks agree", "tables agree", "support and agree", "sure and agree",
)  # fmt: skip
TAGS: dict[Sort, str] = {"field": "FLXO", "link": "LF", "view": "V", "rule": "WSD", "role": "R"}
SURE = 0.85
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


def join(rules: Sketch, marks: Sketch, heard: Heard, text: Text) -> None:
    """Adds to the sketch of the marks what the rules found besides and is likely meant, and takes out what likely is not."""
    joiner = Joiner(rules, marks, heard, text)
    for asked in (joiner.fields, joiner.parts):
        for one in asked():
            (one.keep if one.likely else one.drop)()
    joiner.settle()


class Joiner:
    """Compares two sketches of one wish. Fields are asked first, then everything that speaks of them."""

    def __init__(self, rules: Sketch, marks: Sketch, heard: Heard, text: Text) -> None:
        self.rules, self.marks, self.heard, self.text = rules, marks, heard, text
        self.same: dict[int, TableSketch] = {}
        """By `id()` of a table of the rules: the table that it is in the joined sketch."""
        for table in rules.tables:
            twin = marks.exact(table.key) or table_for(table.key, marks)
            if twin is not None:
                self.same[id(table)] = twin
        self.found = list(heard.found)
        self.agree = self._agreement()

    def _agreement(self) -> tuple[float, float, float]:
        """Shares of the rules' fields that marks touch, of the marks' fields that the rules touch, and of the rules' tables that stayed."""
        mine = [f.span for t in self.marks.tables for f in t.fields if f.span]
        theirs = [f.span for t in self.rules.tables for f in t.fields if f.span and not f.assumed]
        hit = sum(any(_overlap(a, b) for b in mine) for a in theirs) / max(len(theirs), 1)
        back = sum(any(_overlap(a, b) for b in theirs) for a in mine) / max(len(mine), 1)
        return hit, back, len(self.same) / max(len(self.rules.tables), 1)

    # ── fields and links ──────────────────────────────────

    def fields(self) -> list[Candidate]:
        made: list[Candidate] = []
        touched: set[int] = set()
        spans = [(f.span, f) for t in self.marks.tables for f in t.fields if f.span]
        for table in self.rules.tables:
            home = self.same.get(id(table))
            for field in table.fields:
                if field.origin is not None or field.assumed:
                    continue
                twin = next((f for s, f in spans if field.span and _overlap(s, field.span)), None) or (
                    home.field(field.name) if home else None
                )
                if twin is not None:
                    touched.add(id(twin))
                    _settled(twin, field)
                elif home is not None and (one := self._of_rules(field, home)) is not None:
                    made.append(one)
        for table in self.marks.tables:
            made += [
                self._of_marks(f, table)
                for f in table.fields
                if id(f) not in touched and not f.assumed and f.span and f.origin is None and f.kind != "ai"
            ]
        return made

    def _of_rules(self, field: FieldSketch, home: TableSketch) -> Candidate | None:
        other = self.same.get(id(field.link)) if field.link is not None else None
        if field.kind == "ai" or (field.link is not None and (other is None or other is home or _linked(home, other))):
            return None

        def keep() -> None:
            field.link = other
            field.settings |= {k: self.same.get(id(v)) for k, v in field.settings.items() if isinstance(v, TableSketch)}
            home.fields.append(field)

        return Candidate(
            "link" if other is not None else "field", "rules", field.name, home.name, self._field_row(field, home), keep, _nothing
        )

    def _of_marks(self, field: FieldSketch, home: TableSketch) -> Candidate:
        def drop() -> None:
            home.fields.remove(field)

        sort: Sort = "link" if field.link is not None else "field"
        return Candidate(sort, "marks", field.name, home.name, self._field_row(field, home), _nothing, drop)

    def _field_row(self, field: FieldSketch, home: TableSketch) -> Row:
        kind, sure = lexicon.kind_of(field.name.lower())
        return self._row(
            "link" if field.link is not None else "field", self.text.span(*field.span) if field.span else None, sure=field.sure, noun=sure >= 0.7, exact=sure == 1.0,
            weight=home.weight, fields=len(home.fields), assumed=field.kind_assumed, words=field.key, names=lexicon.is_table_noun(field.key), options=bool(field.options),
            same=sum(f.tag in "FLXO" for f in self.found), computed=field.computed, said=kind is not None,
        )  # fmt: skip

    # ── views, rules, roles ───────────────────────────────

    def parts(self) -> list[Candidate]:
        made: list[Candidate] = []
        for sort, name in PART_FIELDS.items():
            ours: list[Any] = getattr(self.marks, name)
            theirs: list[Any] = [p for p in getattr(self.rules, name) if p.origin is None]
            twins = {id(m): r for m in ours for r in theirs if self._twin(m, r)}
            taken = {id(r) for r in twins.values()}
            made += [c for r in theirs if id(r) not in taken and (c := self._part(sort, "rules", r, ours)) is not None]
            made += [
                c
                for m in ours
                if id(m) not in twins and m.origin is None and (c := self._part(sort, "marks", m, ours)) is not None
            ]
        return made

    def _twin(self, mine: Any, theirs: Any) -> bool:
        if isinstance(mine, RoleSketch):
            return lemma(mine.name) == lemma(theirs.name)
        if isinstance(mine, ViewSketch):
            return mine.kind == theirs.kind and (theirs.table is None or mine.table is self.same.get(id(theirs.table)))
        return bool(mine.span and theirs.span and _overlap(mine.span, theirs.span))

    def _part(
        self, sort: Sort, side: Side, part: ViewSketch | AutomationSketch | RoleSketch, among: list[Any]
    ) -> Candidate | None:
        given = None if isinstance(part, RoleSketch) else part.table
        table = self.same.get(id(given)) if side == "rules" and given is not None else given
        if given is not None and table is None:
            return None
        name = part.kind if isinstance(part, ViewSketch) else part.trigger if isinstance(part, AutomationSketch) else part.name
        row = self._row(
            sort, self._best(sort, part.span), sure=bool(getattr(part, "cron", "") or getattr(part, "by", "") or getattr(part, "rights", ())), noun=False, exact=False,
            weight=table.weight if table else 0, fields=len(table.fields) if table else 0, assumed=bool(getattr(part, "assumed", "")), words=part.words,
            names=isinstance(part, RoleSketch) and self.marks.table(lemma(part.name)) is not None, options=False, same=sum(f.tag in TAGS[sort] for f in self.found),
        )  # fmt: skip

        def keep() -> None:
            if isinstance(part, RoleSketch):
                part.rights = [{**r, "table": t} for r in part.rights if (t := self.same.get(id(r["table"]))) is not None]
            else:
                part.table = table
                for step in part.steps if isinstance(part, AutomationSketch) else ():
                    step.table = self.same.get(id(step.table)) if step.table is not None else None
            among.append(part)

        return Candidate(
            sort,
            side,
            name,
            table.name if table else "",
            row,
            keep if side == "rules" else _nothing,
            _nothing if side == "rules" else lambda: among.remove(part),
        )

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
        for place, names in self.rules.used.items():
            self.marks.used.setdefault(place, names)
        self.marks.left.update(self.rules.left)


def _nothing() -> None:
    """What is in stays in, what is out stays out."""


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _linked(a: TableSketch, b: TableSketch) -> bool:
    return any(f.link is b for f in a.fields) or any(f.link is a for f in b.fields)


def _settled(twin: FieldSketch, field: FieldSketch) -> None:
    """Both read the same words: what one lacks, the other lends."""
    if not twin.options and field.options and twin.kind in ("select", "multi_select", None) and twin.link is None:
        twin.options = list(field.options)
    if twin.computed and not twin.formula and field.formula:
        twin.formula = field.formula
    for key, value in field.settings.items():
        if key in ("maximum", "unit"):
            twin.settings.setdefault(key, value)
    twin.required = twin.required or field.required
    twin.unique = twin.unique or field.unique
