"""Many pieces of a text asked at once answer as each of them would."""

import random

from sayso.builder.planner.marks.spans import Spans


def test_touching_is_having_a_character_in_common() -> None:
    spans = Spans([(10, 20), (40, 50), (12, 45)])
    assert spans.touch((19, 21))
    assert spans.touch((30, 31))  # only within the long one
    assert spans.touch((0, 100))
    assert not spans.touch((0, 10))
    assert not spans.touch((50, 60))
    assert not spans.touch(None)


def test_it_answers_as_asking_one_after_another() -> None:
    dice = random.Random(7)
    for _ in range(300):
        pieces = [(a, a + dice.randrange(1, 9)) for a in (dice.randrange(60) for _ in range(dice.randrange(6)))]
        asked = (a := dice.randrange(60), a + dice.randrange(1, 9))
        assert Spans(pieces).touch(asked) == any(s[0] < asked[1] and asked[0] < s[1] for s in pieces)
