"""The built-in planner: a wish in words becomes a plan. Pure: no database, no network, no clock but the wish's own."""

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.edits import edited
from sayso.builder.planner.finish import finished
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.reading import understand
from sayso.builder.planner.refusals import injected, question_for, refusal_for
from sayso.builder.planner.sheets import with_sheets
from sayso.builder.planner.sketch import Sketch
from sayso.builder.planner.spelling import Text, spelled
from sayso.builder.planner.wish import Plan, Wish
from sayso.spec.app import App
from sayso.spec.change import Change

WISH_CHARACTERS_MAX = 120_000


def plan(wish: Wish) -> Plan:
    """Every wish ends in a plan, a question or a kind refusal; nothing that anyone writes raises."""
    text = spelled(normalised(wish.words[:WISH_CHARACTERS_MAX]))
    if wish.app is not None:
        return edited(wish, text)
    return _fresh(wish, text)


def _fresh(wish: Wish, text: Text) -> Plan:
    empty = App(id="new", name="New app", zone=wish.zone)
    if refusal := refusal_for(text.text):
        return Plan(empty, Change(title="Nothing to build", steps=()), (), "refusal", refusal)
    pieces = clauses(text.text)
    sketch = Sketch()
    with_sheets(wish.sheets, sketch)
    commands = injected(text.text)
    commanded = {c.sentence for c in pieces if any(a < c.end and b > c.start for a, b in commands)}
    readable = [c for c in pieces if c.sentence not in commanded]
    understand(readable, sketch) if readable else None
    if not sketch.tables:
        return question_for(empty, text, pieces)
    return finished(wish, text, sketch, pieces)
