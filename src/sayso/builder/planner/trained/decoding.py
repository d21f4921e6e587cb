"""From scores of labels to the likeliest labelling that makes sense: no word is inside a span that did not begin."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from sayso.builder.planner.trained.labels import LABELS, OUTSIDE, TAGS, Tag, is_inside, tag_of
from sayso.gateway.builtin.weights import Array

N = len(TAGS)


def log_softmax(scores: Array) -> Array:
    """Over the last axis."""
    scores = scores - scores.max(-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(-1, keepdims=True))


def decoded(chances: Array, starts: Sequence[bool]) -> list[int]:
    """The likeliest labels of words, from their log probabilities (n, LABELS).

    `starts[i]` says that word `i` begins a line: no span goes on from one line to the next. Where the likeliest label of every word makes
    sense already, that is the answer; only other lines are searched.
    """
    best = chances.argmax(-1).tolist()
    edges = [i for i, start in enumerate(starts) if start or i == 0] + [len(best)]
    for start, stop in itertools.pairwise(edges):
        if not _makes_sense(best[start:stop]):
            best[start:stop] = _searched(chances[start:stop])
    return best


def _makes_sense(labels: Sequence[int]) -> bool:
    before = OUTSIDE
    for label in labels:
        if is_inside(label) and label not in (before, before + N):
            return False
        before = label
    return True


def _searched(chances: Array) -> list[int]:
    """Viterbi over one line. What may precede an inside is its own beginning or inside; anything may precede the rest."""
    score = chances[0].copy()
    score[1 + N :] = -np.inf
    came = np.empty((len(chances), LABELS), np.int64)
    own = np.arange(N)
    for i in range(1, len(chances)):
        top = int(score.argmax())
        came[i, : 1 + N] = top
        begun, within = score[1 : 1 + N], score[1 + N :]
        longer = within > begun
        came[i, 1 + N :] = np.where(longer, 1 + N + own, 1 + own)
        score = np.concatenate([np.full(1 + N, score[top]), np.where(longer, within, begun)]) + chances[i]
    path = [int(score.argmax())]
    for i in range(len(chances) - 1, 0, -1):
        path.append(int(came[i, path[-1]]))
    return path[::-1]


def runs(labels: Sequence[int]) -> Iterator[tuple[int, int, Tag]]:
    """`(first word, one after the last, tag)` of each span of a labelling that makes sense."""
    start, tag = 0, None
    for i, label in enumerate((*labels, OUTSIDE)):
        if tag is not None and not is_inside(label):
            yield start, i, tag
            tag = None
        if not is_inside(label):
            start, tag = i, tag_of(label)
