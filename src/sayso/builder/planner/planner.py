"""The built-in planner: a wish in words becomes a plan. Pure: no database, no network, no clock but the wish's own."""

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.edits import edited
from sayso.builder.planner.finish import finished
from sayso.builder.planner.joining import join
from sayso.builder.planner.marks.choosing import chosen
from sayso.builder.planner.marks.mark import Heard, Tagger, marks_of
from sayso.builder.planner.marks.reading import understand as by_marks
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


def plan(wish: Wish, tagger: Tagger | None = None) -> Plan:
    """Every wish ends in a plan, a question or a kind refusal; nothing that anyone writes raises.

    Without a `tagger` the planner reads by rules alone.
    """
    words = normalised(wish.words[:WISH_CHARACTERS_MAX])
    text = spelled(words)
    heard = tagger(words, wish.app) if tagger is not None else None
    if wish.app is not None:
        return edited(wish, text, heard)
    return _fresh(wish, text, heard)


def _fresh(wish: Wish, text: Text, heard: Heard | None) -> Plan:
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
    if heard is not None:
        sketch = _joined(wish, text, heard, sketch, commands)
    if not sketch.tables:
        return question_for(empty, text, pieces)
    return finished(wish, text, sketch, pieces)


def _joined(wish: Wish, text: Text, heard: Heard, rules: Sketch, commands: list[tuple[int, int]]) -> Sketch:
    """What the marks say, with what only the rules found. Marks in words that command the planner are not read."""
    sketch = Sketch()
    with_sheets(wish.sheets, sketch)
    marks = [m for m in marks_of(text, heard.found) if not any(a < m.end and b > m.start for a, b in commands)]
    by_marks(text.text, chosen(rules, marks, heard, text), sketch, heard)
    join(rules, sketch, heard, text)
    return sketch
