"""Tables of which a wish says nothing but what should happen with their rows: they get what such tables usually keep.

"Every Monday at 9 e-mail me a summary of open deals" names no field; a deal without a stage is never open, and without a value there
is nothing to sum up. So the trade's own choices, days, amounts and people are assumed, and told as such.
"""

import re

from sayso.builder.planner.archetypes.archetype import TradeTable, archetypes
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

FIELDS_MAX = 4
_RULE = re.compile(r"\b(?:when|whenever|every|each|remind|alert|notify|daily|weekly|monthly)\b")
_KINDS = ("select", "money", "date", "datetime", "person")
"""What rules ask about, in the order in which it is missed."""


def assumed(sketch: Sketch, words: str) -> None:
    """Only where the whole wish is about what happens: who names fields has said what there is."""
    fresh = [t for t in sketch.tables if t.origin is None]
    speaks_of_rows = sketch.automations or _RULE.search(words.lower())
    if sketch.origin is not None or not speaks_of_rows or any(not f.assumed for t in fresh for f in t.fields):
        return
    said = set(re.findall(r"[a-z&]+", words.lower()))
    said |= {lemma(word) for word in said}
    for table in fresh:
        if trade := _trade(table, said):
            table.fields += _fields(table, trade)


def _trade(table: TableSketch, said: set[str]) -> TradeTable | None:
    """The table of that name in the trade whose words were said most."""
    best, most = None, -1
    for one in archetypes():
        for there in one.tables:
            spoken = sum(set(word.lower().split()) <= said for word in one.words)
            if lemma(there.name).lower() == table.key and spoken > most:
                best, most = there, spoken
    return best


def _fields(table: TableSketch, trade: TradeTable) -> list[FieldSketch]:
    wanted = sorted((f for f in trade.fields[1:] if f.kind in _KINDS), key=lambda f: _KINDS.index(f.kind))
    made: list[FieldSketch] = []
    for field in wanted:
        if len(made) == FIELDS_MAX or any(one.kind == field.kind for one in made):
            continue
        choices = f" ({', '.join(field.options)})" if field.options else ""
        why = f"{{table}} has {field.name}{choices}, as such tables usually do"
        made.append(FieldSketch(field.name, table.span, field.kind, list(field.options), sure=True, assumed=why))
    return made
