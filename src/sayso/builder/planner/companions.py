"""Links between tables that are named side by side and usually belong together: a contact works for a company."""

from sayso.builder.planner import lexicon
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch


def assumed(sketch: Sketch) -> None:
    """Gives a table of which nothing links anywhere yet its usual links to the others, marked as assumed."""
    fresh = [t for t in sketch.tables if t.origin is None and not (t.topic and not t.fields)]
    alone = [t for t in fresh if not any(f.link is not None for f in t.fields)]
    for table in alone:
        for key in lexicon.companions().get(table.key, ()):
            other = next((t for t in fresh if t.key == key), None)
            name = key[:1].upper() + key[1:]
            if other is not None and not _linked(other, table) and table.field(name) is None:
                why = f"{{table}} has a link to {name}, because each {table.key} usually belongs to one {key}"
                table.fields.append(FieldSketch(name, table.span, "link", link=other, sure=True, assumed=why))


def _linked(table: TableSketch, other: TableSketch) -> bool:
    return any(f.link is other for f in table.fields)
