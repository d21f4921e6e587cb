"""Links between tables that are named side by side and usually belong together: a contact works for a company."""

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import singular
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

_HAPPENED = frozenset({"history", "trail"})
"""What is kept of the changes of something else."""
_PARTS = frozenset("line item entry row step detail note comment log history change stage version".split())
"""What is called `order line` or `test step` is a part of an order, of a test."""


def assumed(sketch: Sketch) -> None:
    """Gives a table of which nothing links anywhere yet its usual links to the others, and parts a link to their whole, marked as assumed."""
    fresh = [t for t in sketch.tables if t.origin is None and not (t.topic and not t.fields)]
    alone = [t for t in fresh if not any(f.link is not None for f in t.fields)]
    for table in fresh:
        whole = _whole(table, fresh)
        if whole is not None and not _linked(whole, table) and not _linked(table, whole):
            _link(table, whole, "is part of")
    for table in alone:
        others = [t for t in fresh if t is not table and not _linked(t, table)]
        if table.key.split()[-1] in _HAPPENED and others:
            _link(table, max(others, key=lambda t: len(t.fields)), "is about")
        for key in lexicon.companions().get(table.key, ()):
            other = next((t for t in fresh if t.key == key), None)
            if other is not None and not _linked(other, table) and not _linked(table, other):
                _link(table, other, "usually belongs to")


def _whole(table: TableSketch, among: list[TableSketch]) -> TableSketch | None:
    """`order line` is part of `order`, `test case step` of `test case`."""
    words = table.key.split()
    if len(words) < 2 or singular(words[-1]) not in _PARTS:
        return None
    return next((t for t in among if t is not table and t.key == " ".join([*words[:-2], singular(words[-2])])), None)


def _link(table: TableSketch, other: TableSketch, how: str) -> None:
    name = other.key[:1].upper() + other.key[1:]
    if table.field(name) is None:
        why = f"{{table}} has a link to {name}, because each {table.key} {how} one {other.key}"
        table.fields.append(FieldSketch(name, table.span, "link", link=other, sure=True, assumed=why))


def _linked(table: TableSketch, other: TableSketch) -> bool:
    return any(f.link is other for f in table.fields)
