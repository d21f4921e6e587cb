"""What an answer is measured by, and what differs between two."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sayso.errors import Invalid
from sayso.trials.checks import AnyCheck, Checked, compiled, equal, scored, together
from sayso.trials.differences import differences
from sayso.trials.shape import problems_of_shape

CHECK: TypeAdapter[Any] = TypeAdapter(AnyCheck)


def score(check: dict[str, Any], value: Any = None, text: str = "", expected: Any = None, **more: Any) -> float | None:
    return scored([CHECK.validate_python(check)], Checked(value, text or str(value or ""), expected, **more))[0]


@pytest.mark.parametrize(
    ("value", "expected", "same"),
    [
        ("delivery", "Delivery", True), ("Call  back.", "call back", True), ("12.50", 12.5, True), (3, "3", True), (3, 4, False),
        (["b", "a"], ["a", "b"], True), (["a"], ["a", "b"], False), ([{"id": 7, "name": "Otto"}], [7], True), (True, True, True), (True, 1, False),
        (None, "x", False), ("NaN", "nan", True), ({"a": 1}, {"a": 1}, True),
    ],
)  # fmt: skip
def test_equal_forgives_what_nobody_would_call_a_difference(value: Any, expected: Any, same: bool):
    assert equal(value, expected) is same


def test_checks_say_what_they_can_and_nothing_else():
    assert score({"kind": "exact"}, "a") is None, "nothing was expected"
    assert score({"kind": "exact"}, "billing", "Billing", "Billing") == 1
    assert score({"kind": "exact", "strict": True}, "billing", "billing", "Billing") == 0
    assert score({"kind": "rules"}, "a", rules=False) == 0
    assert score({"kind": "pattern", "pattern": r"\d+ days"}, "in 9 days") == 1
    assert score({"kind": "pattern", "pattern": r"\d+ days", "whole": True}, "in 9 days") == 0
    assert score({"kind": "contains", "words": ["ACME", "overdue"]}, "acme is late") == 0.5
    assert score({"kind": "contains", "absent": ["sorry"]}, "Sorry, no") == 0
    assert score({"kind": "contains"}, "Chase Otto", expected=["otto"]) == 1
    assert score({"kind": "likeness"}, "a", likeness={"expected": 0.79}) == 0 and score({"kind": "likeness"}, "a") is None
    assert together([None, 1.0, 0.5]) == 0.75 and together([None]) is None


def test_shapes_are_checked_and_unknown_words_in_them_refused():
    shape = {
        "type": "object",
        "required": ["total"],
        "properties": {
            "total": {"type": "number", "minimum": 0},
            "lines": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
    }
    check = {"kind": "shape", "shape": shape}
    assert score(check, '```json\n{"total": 7, "lines": [{}]}\n```') == 1
    assert [
        score(check, text)
        for text in ('{"total": -1}', '{"lines": []}', '{"total": "7"}', "[1]", "no json", '{"total": 1, "lines": [7]}')
    ] == [0.0] * 6
    assert score({"kind": "shape", "shape": {"type": ["integer", "null"]}}, True) == 0
    with pytest.raises(ValidationError, match="oneOf"):
        CHECK.validate_python({"kind": "shape", "shape": {"oneOf": []}})
    assert (
        problems_of_shape({"properties": {"a": {"typ": "x"}}}) and problems_of_shape({"type": "text"}) and problems_of_shape([])
    )


def test_a_pattern_that_is_none_is_told_and_a_nasty_one_is_quick():
    with pytest.raises(Invalid, match="regular expression"):
        compiled("(")
    with pytest.raises(Invalid):
        compiled(r"(a)\1")
    assert score({"kind": "pattern", "pattern": r"(a+)+$"}, "a" * 20_000 + "b") == 0


@given(st.text("ab c.,\n", max_size=60), st.text("ab c.,\n", max_size=60))
def test_differences_put_both_texts_together_again(before: str, after: str):
    pieces = differences(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
    assert all(p.text for p in pieces)


def test_differences_mark_phrases_and_not_letters():
    pieces = differences("Chase the deposit, then release the crew.", "Chase the deposit of €7,100, then release the crew.")
    assert [p.kind for p in pieces] == ["same", "added", "same"] and pieces[1].text == " of €7,100"
    long = "word " * 3_000
    assert [p.kind for p in differences(long, long + "more")] == ["removed", "added"], "too long to compare is told whole"
