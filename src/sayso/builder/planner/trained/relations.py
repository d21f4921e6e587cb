"""Which span belongs to which: what the scorer sees of a pair besides the meaning of its words.

`of`       a field, link or worked-out value, and a mention of the table that holds it
`choices`  a list of choices, and the field that they are choices of
`target`   a link, and a mention of the table that it leads to
`about`    a view, a rule's start or act, a model's task, and a mention of the table it is about
`by`       a view or a rule's start, and the field that it goes by
A table is mentioned by a `T` span, and by an `L` span as what it leads to. A pair with nothing means: it is not mentioned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.trained.labels import Tag
from sayso.builder.planner.trained.words import Words
from sayso.gateway.builtin.weights import Array

Ints = NDArray[np.int64]
Relation = Literal["of", "choices", "target", "about", "by"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
FROM: dict[Relation, str] = {"of": "FLX", "choices": "O", "target": "L", "about": "VWDA", "by": "VW"}
TO: dict[Relation, str] = {"of": "TL", "choices": "FL", "target": "T", "about": "TL", "by": "FLX"}
FEATURES = 24
NEAR_WORDS = 60
PAIRS_MAX = 60
"""Candidates of one span that are looked at, the nearest."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span among the words of its text: words `start` to `stop`."""

    start: int
    stop: int
    tag: Tag


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the spans of a text stand among its sentences, lines, brackets and mentions of tables; arrays have an entry for each span."""

    places: Sequence[Place]
    starts: Ints
    stops: Ints
    sentences: Ints
    lines: Ints
    depths: Ints
    tables: Ints
    """How many `T` spans begin before it."""
    tags: NDArray[np.str_]
    names: Ints
    """The same number for spans whose last words are the same, but for case and plural."""
    opened: Ints
    """How many colons and opening brackets stand before it."""
    glued: NDArray[np.bool_]
    """Whether it follows right upon `'s` or `of`."""

    @classmethod
    def of(cls, words: Words, places: Sequence[Place]) -> "Layout":
        starts = np.array([p.start for p in places], np.int64)
        tags = np.array([p.tag for p in places], np.str_)
        tables = np.sort(starts[tags == "T"])
        plain = words.plain()
        glued = [p.start > 0 and plain[p.start - 1] in ("s", "of", "'") for p in places]
        sentences, lines, depths, opened = (column[starts] for column in _counted(words))
        return cls(
            places,
            starts,
            np.array([p.stop for p in places], np.int64),
            sentences,
            lines,
            depths,
            np.searchsorted(tables, starts),
            tags,
            _numbered([lemma(plain[p.stop - 1]) for p in places]),
            opened,
            np.array(glued, np.bool_),
        )

    def candidates(self, relation: Relation, query: int) -> list[int]:
        """The places that may be the other end, in the order of the text; the nearest when there are too many."""
        found, kept = self.nearest(relation, np.array([query]))
        return found[0][kept[0]].tolist()

    def asking(self, relation: Relation) -> Ints:
        """The places that have another end in this relation."""
        return np.flatnonzero(np.isin(self.tags, list(FROM[relation])))

    def nearest(self, relation: Relation, queries: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """For each query the places that may be its other end, in the order of the text, (queries, at most PAIRS_MAX), and which of them count."""
        able = np.flatnonzero(np.isin(self.tags, list(TO[relation])))
        found = np.broadcast_to(able, (len(queries), len(able)))
        if len(able) > PAIRS_MAX:
            far = np.abs(self.starts[able] - self.starts[queries][:, None])
            far[able == queries[:, None]] = np.iinfo(np.int64).max
            found = np.sort(able[np.argsort(far, axis=1, kind="stable")[:, :PAIRS_MAX]], axis=1)
        return found, found != queries[:, None]

    def features(self, query: int, candidates: Sequence[int]) -> Array:
        """(len(candidates) + 1, FEATURES); the last row is that of nothing."""
        c = np.array([candidates], np.int64).reshape(1, -1)
        return np.concatenate([self.all_features(np.array([query]), c, np.ones(c.shape, np.bool_))[0], NOTHING])

    def all_features(self, queries: Ints, c: Ints, kept: NDArray[np.bool_]) -> Array:
        """(queries, candidates, FEATURES) of `c` (queries, candidates); those that are not kept mean nothing and count for nothing."""
        q = queries[:, None]
        before = kept & (self.starts[c] < self.starts[q])
        after = kept & ~before
        gap = np.where(before, self.starts[q] - self.stops[c], self.starts[c] - self.stops[q]).clip(0)
        far = np.log1p(gap)
        sentence, line = self.sentences[c] == self.sentences[q], self.lines[c] == self.lines[q]
        table = self.tags[c] == "T"
        deeper = self.depths[q] - self.depths[c]
        columns = (
            before,
            after,
            np.where(before, far, 0),
            np.where(after, far, 0),
            sentence,
            sentence & before,
            line,
            line & before,
            _last(before),
            _first(after),
            _last(before & table),
            _first(kept),
            (np.abs(self.tables[c] - self.tables[q]) - (before & table)).clip(0, 4) / 4,
            self.tags[c] == "L",
            self.tags[c] == "X",
            np.isin(self.tags[q], ("L", "W", "V")),
            self.names[c] == self.names[q],
            before & (deeper > 0) & line,
            deeper < 0,
            (gap <= 2) & np.where(before, self.glued[q], self.glued[c]),
            (gap <= NEAR_WORDS) & before & (self.opened[q] > self.opened[c]),
            self.lines[q] - self.lines[c] == 1,
            kept.sum(1, keepdims=True) == 1,
        )
        rows = np.zeros((*c.shape, FEATURES), np.float32)
        for n, column in enumerate(columns):
            rows[:, :, n] = column
        return rows


NOTHING = np.eye(1, FEATURES, FEATURES - 1, dtype=np.float32)
"""The features of `it is not mentioned`, (1, FEATURES)."""


def _numbered(names: Sequence[str]) -> Ints:
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], np.int64)


def _counted(words: Words) -> list[Ints]:
    """For each word: its sentence, its line, how many brackets it is in, and how many colons and brackets were opened before."""
    columns: list[list[int]] = [[], [], [], []]
    sentence = line = depth = opened = 0
    for i, word in enumerate(words.plain()):
        if words.starts[i] and i:
            line, sentence, depth = line + 1, sentence + 1, 0
        depth = max(0, depth - (word in ")]"))
        for column, value in zip(columns, (sentence, line, depth, opened), strict=True):
            column.append(value)
        depth += word in "(["
        opened += word in "([:"
        sentence += word in ".!?"
    return [np.array(column, np.int64) for column in columns]


def _last(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In each row only the last of those that are chosen."""
    return chosen & (np.cumsum(chosen, 1) == chosen.sum(1, keepdims=True))


def _first(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return chosen & (np.cumsum(chosen, 1) == 1)
