"""Figures that were worked out elsewhere, by hand or in the papers that are named."""

import random

import pytest

from sayso.trials.frontier import frontier
from sayso.trials.statistics import Duel, agreement, percentile, preferred, strengths, wilson


def test_wilson_is_what_the_formula_says():
    found = wilson(8, 10)
    assert found is not None
    assert (found.value, found.n) == (0.8, 10)
    assert found.low == pytest.approx(0.5408, abs=1e-4) and found.high == pytest.approx(0.9314, abs=1e-4)
    certain = wilson(10, 10)
    assert certain is not None and certain.high == 1.0 and certain.low == pytest.approx(10 / (10 + 1.6448536**2), abs=1e-6)
    assert wilson(0, 0) is None


def test_wilson_holds_as_often_as_it_says():
    draw, held = random.Random(3), 0
    for _ in range(2_000):
        found = wilson(sum(draw.random() < 0.7 for _ in range(40)), 40)
        held += found is not None and found.low <= 0.7 <= found.high
    assert 0.88 <= held / 2_000 <= 0.94


def test_kappa_is_cohens():
    """The table of Cohen's method in most textbooks: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no gives 0.4."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = agreement(pairs)
    assert found is not None and found.same == 0.7 and found.kappa == pytest.approx(0.4) and found.n == 50
    assert agreement(pairs[:19]) is None, "too few say nothing"
    alike = agreement([("good", "good")] * 25)
    assert alike is not None and alike.same == 1.0 and alike.kappa is None, "who always says the same agrees by chance too"


def test_strengths_are_bradley_and_terrys():
    even = strengths([Duel("a", "b", "a"), Duel("a", "b", "b")])
    assert even["a"] == pytest.approx(0.5) and even["b"] == pytest.approx(0.5)
    ties = strengths([Duel("a", "b", None)] * 8)
    assert ties["a"] == pytest.approx(0.5)
    three = strengths(
        [Duel("a", "b", "a")] * 9 + [Duel("a", "b", "b")] * 3 + [Duel("b", "c", "b")] * 9 + [Duel("b", "c", "c")] * 3
    )
    assert three["a"] > three["b"] > three["c"], "a beats c through b, though they never met"
    many = strengths([Duel("a", "b", "a")] * 300 + [Duel("a", "b", "b")] * 100)
    assert many["a"] == pytest.approx(0.75, abs=0.01)
    assert strengths([]) == {}


def test_bounds_of_strengths_narrow_with_votes_and_can_be_drawn_again():
    few = [Duel("a", "b", "a")] * 6 + [Duel("a", "b", "b")] * 2
    some, many = preferred(few)["a"], preferred(few * 20)["a"]
    assert some.low <= some.value <= some.high and (many.high - many.low) < (some.high - some.low) / 2
    assert preferred(few)["a"] == some


def test_percentiles_are_values_that_were_seen():
    assert percentile([5, 1, 3, 2, 4], 0.5) == 3 and percentile([5, 1, 3, 2, 4], 0.95) == 5
    assert percentile([], 0.5) is None and percentile([7], 0.95) == 7


def test_the_frontier_holds_those_that_nobody_beats_in_both():
    points = {"dear": (9.0, 0.9), "best": (5.0, 0.9), "cheap": (1.0, 0.6), "worse": (2.0, 0.5), "free": (0.0, 0.4)}
    assert frontier(points) == ("free", "cheap", "best")
    assert frontier({}) == () and frontier({"a": (1.0, 0.5), "b": (1.0, 0.5)}) == ("a", "b")
