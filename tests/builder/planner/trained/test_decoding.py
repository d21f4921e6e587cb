import itertools

import numpy as np

from sayso.builder.planner.trained.decoding import decoded, log_softmax, runs
from sayso.builder.planner.trained.labels import LABELS, OUTSIDE, TAGS, begins, inside, is_inside, tag_of

T, F = begins("T"), begins("F")


def test_labels_tell_their_tag_and_whether_they_begin():
    assert [tag_of(begins(t)) for t in TAGS] == [tag_of(inside(t)) for t in TAGS] == list(TAGS)
    assert not any(is_inside(begins(t)) for t in TAGS) and all(is_inside(inside(t)) for t in TAGS)
    assert tag_of(OUTSIDE) is None and LABELS == 27


def test_runs_are_the_spans_of_a_labelling():
    assert list(runs([T, inside("T"), OUTSIDE, F, F, inside("F")])) == [(0, 2, "T"), (3, 4, "F"), (4, 6, "F")]
    assert list(runs([])) == []


def _sensible(labels: tuple[int, ...]) -> bool:
    before = OUTSIDE
    for label in labels:
        if is_inside(label) and tag_of(before) != tag_of(label):
            return False
        before = label
    return True


def test_the_answer_is_the_likeliest_of_all_that_make_sense():
    dice = np.random.default_rng(7)
    sensible = np.array([c for c in itertools.product(range(LABELS), repeat=3) if _sensible(c)])
    for _ in range(60):
        chances = log_softmax(dice.normal(0, 2, (3, LABELS)).astype(np.float32))
        found = decoded(chances, [True, False, False])
        best = chances[range(3), sensible].sum(1).max()
        assert _sensible(tuple(found))
        assert np.isclose(chances[range(3), found].sum(), best)


def test_no_span_goes_on_over_the_end_of_a_line():
    chances = np.full((2, LABELS), -9, np.float32)
    chances[0, T] = chances[1, inside("T")] = -0.1
    chances[1, T] = -1
    assert decoded(chances, [True, False]) == [T, inside("T")]
    assert decoded(chances, [True, True]) == [T, T]
