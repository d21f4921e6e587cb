import numpy as np
from training.solver import chooser, classifier, minimised, temperature


def test_a_valley_is_found():
    stretch = np.array([1.0, 10.0, 100.0])

    def valley(x: np.ndarray) -> tuple[float, np.ndarray]:
        off = x - np.array([3.0, -2.0, 0.5])
        return float((stretch * off**2).sum() / 2), stretch * off

    assert np.allclose(minimised(valley, np.zeros(3)), [3, -2, 0.5], atol=1e-4)


def test_classes_that_lie_apart_are_told_apart():
    dice = np.random.default_rng(3)
    middles = np.array([[4, 0], [-4, 0], [0, 5]])
    classes = dice.integers(0, 3, 300)
    rows = (middles[classes] + dice.normal(0, 0.5, (300, 2))).astype(np.float32)
    weights, bias = classifier(rows, classes, 3, 1e-3)
    assert ((rows @ weights.T + bias).argmax(1) == classes).all()
    again, _ = classifier(rows, classes, 3, 1e-3)
    assert np.array_equal(weights, again), "the same data give the same weights"


def test_a_chooser_learns_what_the_right_ones_have_in_common():
    dice = np.random.default_rng(4)
    questions = []
    for _ in range(80):
        rows = dice.normal(0, 1, (5, 3)).astype(np.float32)
        right = np.zeros(5, bool)
        right[(2 * rows[:, 0] - rows[:, 2]).argmax()] = True
        questions.append((rows, right))
    weights = chooser(questions, 1e-3)
    assert np.mean([right[(rows @ weights).argmax()] for rows, right in questions]) > 0.95


def test_scores_that_are_too_sure_are_cooled():
    dice = np.random.default_rng(5)
    scores = [dice.normal(0, 1, 4) for _ in range(2_000)]
    right = []
    for s in scores:
        p = np.exp(s) / np.exp(s).sum()
        right.append(np.arange(4) == dice.choice(4, p=p))
    assert 0.85 < temperature(scores, right) < 1.2
    assert 2.5 < temperature([3 * s for s in scores], right) < 3.6
