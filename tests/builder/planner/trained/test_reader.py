import json
import math
from pathlib import Path
from typing import Any, get_args

import pytest

from sayso.builder.planner import trained
from sayso.builder.planner.trained import Known, Reader, reader
from sayso.builder.planner.trained.classes import INTENTS, KINDS
from sayso.builder.planner.trained.labels import Tag

EXPECTED = json.loads(Path(__file__).with_name("expected.json").read_text("utf-8"))
"""Written by `script/train-planner`: what torch finds in these texts with the shipped weights."""
WISH = (
    "We repair bicycles. Each repair has a bike, a customer, a due date and a status (waiting, in work, done). "
    "Customers have a name and a phone number. Show me a board of repairs by status. "
    "When a repair is done, text the customer."
)


@pytest.fixture(scope="module")
def ready() -> Reader:
    made = reader()
    assert made is not None
    return made


def said(ready: Reader, text: str, known: Known = Known()) -> list[tuple[str, str]]:  # noqa: B008
    return [(s.tag, text[s.start : s.end]) for s in ready.tagger.spans(text, known)]


def test_a_wish_is_read(ready: Reader):
    found = said(ready, WISH)
    for expected in (
        ("F", "due date"),
        ("F", "status"),
        ("O", "waiting, in work, done"),
        ("F", "phone number"),
        ("W", "When a repair is done"),
    ):
        assert expected in found
    assert {"T", "V", "D"} <= {tag for tag, _ in found}


def test_capitals_make_no_difference(ready: Reader):
    assert [(s.start, s.end, s.tag) for s in ready.tagger.spans(WISH.upper())] == [
        (s.start, s.end, s.tag) for s in ready.tagger.spans(WISH)
    ]


def test_spans_are_in_order_apart_and_sure_to_some_degree(ready: Reader):
    long = "\n".join([WISH, WISH.lower(), WISH.replace(".", "")] * 6)
    end = 0
    for span in ready.tagger.spans(long):
        assert end <= span.start < span.end <= len(long)
        assert span.tag in get_args(Tag) and 0 < span.probability <= 1
        end = span.end


@pytest.mark.parametrize("text", ["", " ", "\n\n", "!!!", "😀" * 50, "a" * 5_000, "{|}" * 200, "\x00\u202e", "名前、電話番号"])
def test_anything_can_be_read(ready: Reader, text: str):
    read = ready.tagger.read(text, Known(("Client",), ("",), ()))
    assert len(read.states) == len(read.words) + 1
    assert math.isclose(sum(ready.intents.of(read, 0, len(text)).values()), 1, rel_tol=1e-5)
    assert math.isclose(sum(ready.intents.expected(read).values()), 1, rel_tol=1e-5)
    attached = ready.attachment.over(read)
    assert all(attached.of("of", i) for i, s in enumerate(read.spans) if s.tag in "FLX")


def test_a_field_has_likely_kinds_and_a_table(ready: Reader):
    read = ready.tagger.read(WISH)
    at = [WISH[s.start : s.end] for s in read.spans]
    attached = ready.attachment.over(read)
    due, phone = read.spans[at.index("due date")], read.spans[at.index("phone number")]
    assert ready.kinds.of(read, due.start, due.end)[0][0] == "date"
    assert ready.kinds.of(read, phone.start, phone.end)[0][0] == "phone"
    assert [k for k, _ in ready.kinds.of(read, 0, 2)] != [] and len(ready.kinds.of(read, 0, 2)) == len(KINDS)
    answers = attached.of("of", at.index("phone number"))
    assert math.isclose(sum(a.probability for a in answers), 1, rel_tol=1e-5)
    by_table: dict[str, float] = {}
    for answer in answers:
        if answer.span is not None:
            name = at[answer.span].lower().removesuffix("s")
            by_table[name] = by_table.get(name, 0) + answer.probability
    assert max(by_table, key=by_table.__getitem__) == "customer"
    assert math.isclose(sum(a.probability for a in attached.of("of", at.index("waiting, in work, done"))), 1, rel_tol=1e-5)
    choices = attached.of("choices", at.index("waiting, in work, done"))
    assert choices[0].span == at.index("status")


def test_clauses_have_intents(ready: Reader):
    read = ready.tagger.read(WISH)
    start = WISH.index("Show")
    sure = ready.intents.of(read, start, WISH.index("When"))
    assert max(sure, key=sure.__getitem__) == "view" and tuple(sure) == INTENTS
    sure = ready.intents.of(read, WISH.index("When"), len(WISH))
    assert max(sure, key=sure.__getitem__) == "automation"


def test_names_of_the_app_are_a_hint(ready: Reader):
    read = ready.tagger.read("Rename pitch to field", Known(("Match",), ("Pitch",)))
    blind = ready.tagger.read("Rename pitch to field")
    assert abs(read.states - blind.states).max() > 0.01


def test_without_the_language_model_there_is_no_reader(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trained, "available", lambda: False)
    assert reader() is None


@pytest.mark.parametrize("one", EXPECTED, ids=lambda one: one["text"][:30])
def test_numpy_finds_what_torch_finds(ready: Reader, one: dict[str, Any]):
    found = ready.tagger.spans(one["text"], Known(tuple(one["tables"]), tuple(one["fields"])))
    assert [[s.start, s.end, s.tag] for s in found] == [span[:3] for span in one["spans"]]
    assert [s.probability for s in found] == pytest.approx([span[3] for span in one["spans"]], abs=0.01)
