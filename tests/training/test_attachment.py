"""The scorer of attachments learns from choices of different sizes what tells the right mention."""

import numpy as np
from training.attachment import Choice, fitted, share_right

from sayso.builder.planner.marks.attachment import FEATURES


def test_what_tells_the_right_mention_is_learned_from_choices_of_any_size():
    dice = np.random.default_rng(3)
    told = FEATURES.index("opens a list")
    data: list[Choice] = []
    for size in (2, 5, 3, 7) * 20:
        rows, right = dice.random((size, len(FEATURES))), np.arange(size) == dice.integers(size)
        rows[:, told] = right
        data.append((rows, right))
    weights = fitted(data[:60])
    assert weights.argmax() == told
    assert share_right(weights, data[60:]) == (20, 20)
    assert share_right(-weights, data[60:])[0] < 10
