"""Finds what the words of a wish mean: spans with tags, from one pass through the changed layers of MiniLM."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sayso.builder.planner.trained.decoding import decoded, log_softmax, runs
from sayso.builder.planner.trained.known import FOLLOW_UP, NONE, Known, marks
from sayso.builder.planner.trained.labels import Tag
from sayso.builder.planner.trained.weights import Learned
from sayso.builder.planner.trained.words import Window, Words, windows
from sayso.gateway.builtin.embedding import LanguageModel
from sayso.gateway.builtin.encoder import Batch, Encoder
from sayso.gateway.builtin.weights import Array
from sayso.gateway.builtin.wordpiece import Tokens, WordPiece

WIDTH = 384
WINDOWS_AT_ONCE = 2
"""Windows in one forward pass: what stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of the text, what they mean, and how likely that is, 0 to 1."""

    start: int
    end: int
    tag: Tag
    probability: float


@dataclass(frozen=True, slots=True)
class Read:
    """A text that has been read. `states` (words + 1, 384): what the model makes of each word, and last of the whole."""

    words: Words
    states: Array
    chances: Array
    """Log probabilities of labels, (words, 27)."""
    spans: list[Span]

    def state(self, start: int, end: int) -> Array:
        """The mean state of the words that lie between two characters; that of the whole text when there are none."""
        within = self.words.within(start, end)
        return self.states[within.start : within.stop].mean(0) if len(within) else self.states[-1]


class Tagger:
    """A value: the same text and names give the same answer, on every thread."""

    def __init__(self, model: LanguageModel, learned: Learned) -> None:
        self.wordpiece: WordPiece = model.wordpiece
        self.encoder: Encoder = learned.encoder(model.encoder)
        self.marks, self.label, self.bias = learned["marks"], learned["label"], learned["label.bias"]

    def spans(self, text: str, known: Known = Known()) -> list[Span]:  # noqa: B008 (a frozen value)
        """The marks of a wish, in order and without overlap. `known` names the parts of the app that a follow-up is about."""
        return self.read(text, known).spans

    def read(self, text: str, known: Known = Known()) -> Read:  # noqa: B008
        words = Words.of(text, self.wordpiece.tokens(text))
        states = self._states(words, known)
        chances = log_softmax(states[:-1] @ self.label.T + self.bias)
        labels = decoded(chances, words.starts)
        return Read(words, states, chances, [_span(words, chances, labels, *run) for run in runs(labels)])

    def _states(self, words: Words, known: Known) -> Array:
        cut = sorted(windows(words), key=lambda w: words.pieces[w.stop] - words.pieces[w.first])  # neighbours need no padding
        states = np.zeros((len(words) + 1, WIDTH), np.float32)
        named = marks(words.plain(), known) if known else [NONE] * len(words)
        for i in range(0, len(cut), WINDOWS_AT_ONCE):
            for window, first, state in self._read(words, cut[i : i + WINDOWS_AT_ONCE], named, known):
                start = words.pieces[window.first] - 1
                states[window.own : window.stop] = state[[words.pieces[w] - start for w in range(window.own, window.stop)]]
                states[-1] += first / len(cut)
        return states

    def _read(self, words: Words, cut: Sequence[Window], named: list[int], known: Known) -> list[tuple[Window, Array, Array]]:
        batch = Batch.of([_tokens(words, window) for window in cut])
        x = self.encoder.embedded(batch)
        if known:
            for row, window in zip(x, cut, strict=True):
                row[0] += self.marks[FOLLOW_UP]
                for w in range(window.first, window.stop):
                    at = 1 - words.pieces[window.first]
                    row[words.pieces[w] + at : words.pieces[w + 1] + at] += self.marks[named[w]]
        states = self.encoder.onward(x, batch, 0)
        return [(window, state[0], state) for window, state in zip(cut, states, strict=True)]


def _tokens(words: Words, window: Window) -> Tokens:
    all_, start, stop = words.tokens, words.pieces[window.first], words.pieces[window.stop]
    return Tokens(
        [all_.ids[0], *all_.ids[start:stop], all_.ids[-1]],
        [all_.spans[0], *all_.spans[start:stop], all_.spans[-1]],
        [-1, *all_.words[start:stop], -1],
    )


def _span(words: Words, chances: Array, labels: list[int], start: int, stop: int, tag: Tag) -> Span:
    log = float(np.mean([chances[i, labels[i]] for i in range(start, stop)]))
    return Span(words.spans[start][0], words.spans[stop - 1][1], tag, float(np.exp(log)))
