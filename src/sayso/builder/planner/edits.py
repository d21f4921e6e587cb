"""Follow-up words on an existing app."""

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.finish import finished
from sayso.builder.planner.given import sketch_of
from sayso.builder.planner.reading import understand
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Plan, Wish


def edited(wish: Wish, text: Text) -> Plan:
    assert wish.app is not None
    sketch = sketch_of(wish.app)
    pieces = clauses(text.text)
    readings = understand(pieces, sketch)
    return finished(wish, text, sketch, [r.clause for r in readings])
