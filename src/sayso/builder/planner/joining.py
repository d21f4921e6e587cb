"""Rules and marks meet: what the marks say stands; what only the rules found is weighed, part by part, and joins when it is likely meant.

The weights (`marks/joining.json`) are fitted on annotated wishes by `training/joining.py`: rules keep their precision where people write as their
author thought, and are not believed where they do not.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma, plural
from sayso.builder.planner.marks.mark import Heard
from sayso.builder.planner.marks.tables import table_for
from sayso.builder.planner.normalise import lowered
from sayso.builder.planner.sketch import AutomationSketch, FieldSketch, RoleSketch, Sketch, Span, TableSketch, ViewSketch
from sayso.builder.planner.spelling import Text

Sort = Literal["table", "field", "link", "view", "rule", "ai", "role"]
FEATURES = (
    "bias", "support", "support of others", "support above half", "sure", "known noun", "known exactly", "options", "weight", "fields", "topic",
    "assumed", "words", "linked", "marks", "same sort marked", "computed", "kind said", "names a table", "only in the rules",
)  # fmt: skip
TAGS: dict[Sort, str] = {"table": "TL", "field": "FLXO", "link": "L", "view": "V", "rule": "WSD", "ai": "A", "role": "R"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part that only the rules found, with what speaks for it. `keep` puts it into the sketch."""

    sort: Sort
    name: str
    table: str
    row: tuple[float, ...]
    keep: Callable[[], None]

    @property
    def likely(self) -> bool:
        return sum(w * x for w, x in zip(learned(self.sort), self.row, strict=True)) > 0


def join(rules: Sketch, marks: Sketch, heard: Heard, text: Text) -> None:
    """Adds to the sketch of the marks what the rules found besides and is likely meant."""
    joiner = Joiner(rules, marks, heard, text)
    for candidates in (joiner.tables, joiner.fields, joiner.parts):
        for one in candidates():
            if one.likely:
                one.keep()
    joiner.settle()


class Joiner:
    """Compares two sketches of one wish. Tables are asked first, then fields, then everything that speaks of them."""

    def __init__(self, rules: Sketch, marks: Sketch, heard: Heard, text: Text) -> None:
        self.rules, self.marks, self.heard, self.text = rules, marks, heard, text
        self.low = lowered(text.text)
        self.same: dict[int, TableSketch] = {}
        """By `id()` of a table of the rules: the table that it is in the joined sketch."""
        for table in rules.tables:
            twin = marks.exact(table.key) or table_for(table.key, marks)
            if twin is not None:
                self.same[id(table)] = twin
        self.found = list(heard.found)

    # ── tables ────────────────────────────────────────────

    def tables(self) -> list[Candidate]:
        return [self._table(t) for t in self.rules.tables if id(t) not in self.same and t.origin is None]

    def _table(self, table: TableSketch) -> Candidate:
        linked = any(f.link is table for t in self.rules.tables for f in t.fields)
        row = self._row(
            "table", self._said(table.key), sure=False, noun=lexicon.is_table_noun(table.key), exact=table.key in lexicon.tables(), weight=table.weight,
            fields=len(table.fields), topic=table.topic, assumed=bool(table.assumed), words=table.key, linked=linked, options=False,
        )  # fmt: skip

        def keep() -> None:
            made = TableSketch(
                table.name, table.span, assumed=table.assumed, weight=table.weight, topic=table.topic, named=table.named
            )
            self.marks.tables.append(made)
            self.same[id(table)] = made

        return Candidate("table", table.name, "", row, keep)

    def _said(self, key: str) -> Span | None:
        """Where a noun stands in the wish, at the place where the tagger believes most in it."""
        words = key.split()
        if not words:
            return None
        pattern = rf"\b{re.escape(' '.join(words[:-1]) + ' ' if words[:-1] else '')}(?:{re.escape(words[-1])}|{re.escape(plural(words[-1]))})\b"
        spans = [self.text.span(*m.span()) for m in re.finditer(pattern, self.low)][:12]
        return max(spans, key=lambda s: self.heard.support(*s, "T"), default=None)

    # ── fields and links ──────────────────────────────────

    def fields(self) -> list[Candidate]:
        made: list[Candidate] = []
        spans = [(f.span, t, f) for t in self.marks.tables for f in t.fields if f.span]
        for table in self.rules.tables:
            home = self.same.get(id(table))
            if home is None:
                continue
            for field in table.fields:
                if field.origin is not None or field.assumed:
                    continue
                if (
                    field.kind == "ai"
                    and any(f.kind == "ai" for f in home.fields)
                    and field.span
                    and any(s and _overlap(s, field.span) for s, _, f in spans if f.kind == "ai")
                ):
                    continue
                twin = next((f for s, _, f in spans if field.span and s and _overlap(s, field.span)), None) or home.field(
                    field.name
                )
                if twin is not None:
                    _settled(twin, field)
                elif (one := self._field(field, table, home)) is not None:
                    made.append(one)
        return made

    def _field(self, field: FieldSketch, table: TableSketch, home: TableSketch) -> Candidate | None:
        other = self.same.get(id(field.link)) if field.link is not None else None
        if field.link is not None and (other is None or other is home or _linked(home, other)):
            return None
        sort: Sort = "link" if other is not None else "ai" if field.kind == "ai" else "field"
        kind, sure = lexicon.kind_of(field.name.lower())
        row = self._row(
            sort, self.text.span(*field.span) if field.span else None, sure=field.sure, noun=sure >= 0.7, exact=sure == 1.0, weight=home.weight, fields=len(home.fields),
            topic=False, assumed=field.kind_assumed, words=field.key, linked=lexicon.is_table_noun(field.key), options=bool(field.options), computed=field.computed,
            said=kind is not None, new=home not in self.marks.tables,
        )  # fmt: skip

        def keep() -> None:
            field.link = other
            field.settings |= {k: self.same.get(id(v)) for k, v in field.settings.items() if isinstance(v, TableSketch)}
            home.fields.append(field)

        return Candidate(sort, field.name, home.name, row, keep)

    # ── views, rules, what a model does, roles ────────────

    def parts(self) -> list[Candidate]:
        return [
            *(c for v in self.rules.views if v.origin is None and (c := self._view(v)) is not None),
            *(
                c
                for r in self.rules.automations
                if r.origin is None and (c := self._part("rule", r, self.marks.automations)) is not None
            ),
            *(c for r in self.rules.roles if r.origin is None and (c := self._role(r)) is not None),
        ]

    def _view(self, view: ViewSketch) -> Candidate | None:
        if any(
            v.kind == view.kind and (v.table is self.same.get(id(view.table)) or view.table is None) for v in self.marks.views
        ):
            return None
        return self._part("view", view, self.marks.views)

    def _part(self, sort: Sort, part: ViewSketch | AutomationSketch, among: list) -> Candidate | None:  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]
        if part.span and any(p.span and _overlap(p.span, part.span) for p in among):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            return None
        table = self.same.get(id(part.table)) if part.table is not None else None
        if part.table is not None and table is None:
            return None
        name = part.kind if isinstance(part, ViewSketch) else part.trigger
        row = self._row(
            sort, self._best(sort, part.span), sure=bool(getattr(part, "cron", "") or getattr(part, "by", "")), noun=False, exact=False, weight=table.weight if table else 0,
            fields=len(table.fields) if table else 0, topic=False, assumed=bool(getattr(part, "assumed", "")), words=part.words, linked=False, options=False, same=len(among),  # pyright: ignore[reportUnknownArgumentType]
        )  # fmt: skip

        def keep() -> None:
            part.table = table
            for step in getattr(part, "steps", ()):
                step.table = self.same.get(id(step.table)) if step.table is not None else None
            among.append(part)  # pyright: ignore[reportUnknownMemberType]

        return Candidate(sort, name, table.name if table else "", row, keep)

    def _role(self, role: RoleSketch) -> Candidate | None:
        if any(lemma(r.name) == lemma(role.name) for r in self.marks.roles):
            return None
        row = self._row(
            "role", self._best("role", role.span), sure=bool(role.rights), noun=False, exact=False, weight=0, fields=0, topic=False, assumed=False, words=role.name,
            linked=self.marks.table(lemma(role.name)) is not None, options=False, same=len(self.marks.roles),
        )  # fmt: skip

        def keep() -> None:
            role.rights = [{**r, "table": t} for r in role.rights if (t := self.same.get(id(r["table"]))) is not None]
            self.marks.roles.append(role)

        return Candidate("role", role.name, "", row, keep)

    def _best(self, sort: Sort, span: Span | None) -> Span | None:
        """The words inside a clause that the tagger takes for such a part, when there are any; else the whole clause."""
        if span is None:
            return None
        start, end = self.text.span(*span)
        inside = [f for f in self.found if f.tag in TAGS[sort] and f.start < end and f.end > start]
        return (inside[0].start, inside[0].end) if inside else (start, end)

    def _row(
        self, sort: Sort, span: Span | None, *, sure: bool, noun: bool, exact: bool, weight: float, fields: int, topic: bool, assumed: bool, words: str,
        linked: bool, options: bool, computed: bool = False, said: bool = False, new: bool = False, same: int = -1,
    ) -> tuple[float, ...]:  # fmt: skip
        mine = self.heard.support(*span, TAGS[sort]) if span else 0.0
        theirs = max(self.heard.support(*span, "TFLOXVWSCDARE") - mine, 0.0) if span else 0.0
        count = same if same >= 0 else sum(f.tag in TAGS[sort] for f in self.found)
        return (
            1.0, mine, theirs, float(mine > 0.5), float(sure), float(noun), float(exact), float(options), min(weight, 4.0) / 4, min(fields, 8) / 8, float(topic),
            float(assumed), min(len(words.split()), 6) / 6, float(linked), min(len(self.found), 20) / 20, min(count, 8) / 8, float(computed), float(said), float(linked),
            float(new),
        )  # fmt: skip

    # ── afterwards ────────────────────────────────────────

    def settle(self) -> None:
        """What the rules noted of clauses is noted still: which were used, and what was spoken of last."""
        for place, names in self.rules.used.items():
            self.marks.used.setdefault(place, names)
        self.marks.left.update(self.rules.left)


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


@cache
def learned(sort: Sort) -> tuple[float, ...]:
    """The weights of a sort of part, in the order of `FEATURES`."""
    raw = (files("sayso.builder.planner") / "marks" / "joining.json").read_text(encoding="utf-8")
    known = json.loads(raw).get(sort, {})
    return tuple(float(known.get(name, 0.0)) for name in FEATURES)
