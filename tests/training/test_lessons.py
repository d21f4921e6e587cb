import itertools
import random

import pytest
from training.annotated import Annotated, read
from training.clause_intents import intents
from training.examples import example, known_of
from training.lessons import lesson
from training.pairs import layout, questions
from training.variations import Words, variation

from sayso.builder.planner.trained.decoding import runs
from sayso.builder.planner.trained.known import CHOICE, FIELD, NONE, TABLE, Known, marks
from sayso.gateway.builtin.embedding import language_model

WISHES = tuple(read())
MARKS_IN_ONE_WORD_MAX = 3
"""`L×W×H` is one word for MiniLM: three marks, one label."""
BY_ID = {w.id: w for w in WISHES}


def test_labels_are_the_marks():
    wordpiece = language_model().wordpiece
    for wish in WISHES:
        taught = example(wish, wordpiece)
        spans = [s for s in taught.spans if len(s)]
        shared = {s for s, t in itertools.permutations(spans, 2) if s.start < t.stop and t.start < s.stop}
        found = [(a, b) for a, b, _ in runs(taught.labels) if not any(a < s.stop and s.start < b for s in shared)]
        assert found == [(s.start, s.stop) for s in spans if s not in shared], wish.id
        assert len(shared) <= MARKS_IN_ONE_WORD_MAX, wish.id


def test_variations_keep_every_mark_around_words():
    vary, dice = variation(Words.of(WISHES[:200])), random.Random(1)
    changed = 0
    for wish in WISHES[:200]:
        varied = vary(wish, dice)
        changed += varied.text != wish.text
        assert [m.tag for m in varied.marks] == [m.tag for m in sorted(wish.marks, key=lambda m: m.start)] or varied is wish
        ends = [0, *(m.end for m in varied.marks)]
        for before, mark in zip(ends, sorted(varied.marks, key=lambda m: m.start), strict=False):
            assert before <= mark.start < mark.end <= len(varied.text)
            assert varied.text[mark.start : mark.end].strip()
    assert changed > 80


@pytest.mark.parametrize("wish", WISHES[::40], ids=lambda w: w.id)
def test_a_wish_teaches(wish: Annotated):
    taught = lesson(wish, language_model().wordpiece)
    assert [w for r in taught.readings for w in r.words] == list(range(len(taught.example.words)))
    for reading in taught.readings:
        assert len(reading.ids) == len(reading.marks) and max(reading.pieces) < len(reading.ids) - 1
    for question, features in taught.pairs:
        assert len(features) == len(question.candidates) + 1
        assert question.right <= set(question.candidates)


def test_fields_belong_to_mentions_of_their_table():
    wish = BY_ID["maggie-005"]
    taught = example(wish, language_model().wordpiece)
    asked = {(q.relation, wish.marks[q.query].args): q for q in questions(taught, layout(taught))}
    mileage = asked["of", "Vehicle.Last mileage:number"]
    assert {wish.marks[i].args for i in mileage.right} == {"Vehicle"}
    assert {wish.marks[i].args for i in mileage.candidates} == {"Customer", "Vehicle"}


def test_clauses_are_about_what_their_marks_say():
    wish = BY_ID["maggie-002"]
    found = {wish.text[a:b]: intent for a, b, intent in intents(wish)}
    assert next(i for words, i in found.items() if "A calendar" in words) == "view"
    assert next(i for words, i in found.items() if "For clients" in words) == "schema"
    assert found[next(words for words in found if words.startswith("I own a salon"))] == "smalltalk"


def test_the_app_of_a_follow_up_is_known_by_name():
    known = known_of(BY_ID["maggie-021"])
    assert known.tables == ("Cat", "Owner", "Stay") and known.choices == ("Enquiry", "Confirmed", "Finished")
    assert "Vaccinated until" in known.fields and "Owner" in known.fields
    words = "when stays are confirmed check vaccinated until".split()
    assert marks(words, known) == [NONE, TABLE, NONE, CHOICE, NONE, FIELD, FIELD]
    assert marks(words, Known()) == [NONE] * 7
