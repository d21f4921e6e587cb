"""The built-in planner: a wish in words becomes a plan. Pure: no database, no network, no clock but the wish's own."""

from dataclasses import replace

from sayso.builder.planner import companions, titles
from sayso.builder.planner.clauses import Clause, clauses
from sayso.builder.planner.edits import edited
from sayso.builder.planner.finish import finished
from sayso.builder.planner.joining import join
from sayso.builder.planner.marks import links
from sayso.builder.planner.marks.choosing import chosen
from sayso.builder.planner.marks.leading import rules_lead
from sayso.builder.planner.marks.mark import Heard, Tagger, marks_of
from sayso.builder.planner.marks.mended import mended
from sayso.builder.planner.marks.reading import understand as by_marks
from sayso.builder.planner.marks.trained import trained_tagger
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.reading import understand
from sayso.builder.planner.refusals import asks, injected, question_for, refusal_for, refusal_of
from sayso.builder.planner.rights import is_of_all, spoken_of, without
from sayso.builder.planner.sheets import with_sheets
from sayso.builder.planner.sketch import Sketch
from sayso.builder.planner.spelling import Text, spelled
from sayso.builder.planner.wish import Note, Plan, Wish
from sayso.spec.app import App
from sayso.spec.change import Change

WISH_CHARACTERS_MAX = 120_000


WITHOUT_MODEL = "Built-in planner without its language model: it understands usual phrases and misses unusual ones. `sayso setup` fetches the model."


def plan(wish: Wish, tagger: Tagger | None = trained_tagger) -> Plan:
    """Every wish ends in a plan, a question or a kind refusal; nothing that anyone writes raises.

    Without a `tagger` the planner reads by rules alone; so it does when the tagger's language model has not been fetched, and tells it.
    """
    words = normalised(wish.words[:WISH_CHARACTERS_MAX])
    text = spelled(words)
    heard = tagger(words, wish.app) if tagger is not None else None
    made = edited(wish, text, heard) if wish.app is not None else _fresh(wish, text, heard)
    if tagger is not None and heard is None and words.strip():
        return replace(made, notes=(*made.notes, Note("assumed", "", WITHOUT_MODEL)))
    return made


def _fresh(wish: Wish, text: Text, heard: Heard | None) -> Plan:
    empty = App(id="new", name="New app", zone=wish.zone)
    if refusal := refusal_for(text.text):
        return Plan(empty, Change(title="Nothing to build", steps=()), (), "refusal", refusal)
    pieces = clauses(text.text)
    if heard is not None:
        if refusal := refusal_of(heard):
            return Plan(empty, Change(title="Nothing to build", steps=()), (), "refusal", refusal)
        if asks(heard):
            return question_for(empty, text, pieces)
    about_rights = spoken_of(None, text.text)
    apart = [*about_rights, *titles.named(text.text)]
    sketch = _sketched(wish, text, heard, pieces, apart)
    unknown = [span for span in about_rights if not _known(sketch, text.text[slice(*span)])]
    if unknown:
        sketch = _sketched(wish, text, heard, pieces, [span for span in apart if span not in unknown])
    if not sketch.tables:
        return question_for(empty, text, pieces)
    return finished(wish, text, sketch, pieces)


def _known(sketch: Sketch, words: str) -> bool:
    """Whether words about rights speak of what the rest of the wish describes. What is only named in them is read from them."""
    low = words.lower()
    return bool(sketch.mentioned(low) or any(f.key and f.key in low for t in sketch.tables for f in t.fields)) or (
        bool(sketch.tables) and is_of_all(low)
    )


def _sketched(wish: Wish, text: Text, heard: Heard | None, pieces: list[Clause], apart: list[tuple[int, int]]) -> Sketch:
    """What is read in a wish; nothing `apart` is taken for tables, fields, views or rules."""
    sketch = Sketch()
    with_sheets(wish.sheets, sketch)
    commands = injected(text.text)
    commanded = {c.sentence for c in pieces if any(a < c.end and b > c.start for a, b in commands)}
    readable = [c for c in without(pieces, apart) if c.sentence not in commanded and c.text.strip()]
    understand(readable, sketch) if readable else None
    return sketch if heard is None else _joined(wish, text, heard, sketch, [*commands, *apart], readable)


def _joined(wish: Wish, text: Text, heard: Heard, rules: Sketch, commands: list[tuple[int, int]], pieces: list[Clause]) -> Sketch:
    """What the marks say together with what the rules say. Marks in words that command the planner are not read."""
    sketch = Sketch()
    with_sheets(wish.sheets, sketch)
    marks = [m for m in marks_of(text, heard.found) if not any(a < m.end and b > m.start for a, b in commands)]
    by_marks(text.text, mended(chosen(rules, marks, heard, text), text.text), sketch, heard)
    if rules.tool or rules_lead(rules, marks, pieces):
        join(rules, sketch, heard, text, by="rules")
        sketch = rules
    else:
        join(sketch, rules, heard, text)
    links.from_fields(sketch)
    companions.assumed(sketch)
    return sketch
