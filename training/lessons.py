"""Everything that one wish teaches, as numbers: pieces, labels, intents, kinds and pairs."""

from dataclasses import dataclass

import numpy as np

from sayso.builder.planner.trained.classes import EXPECTED, INTENTS, KINDS, SENSES
from sayso.builder.planner.trained.known import FOLLOW_UP, NONE, Known, marks
from sayso.builder.planner.trained.relations import Layout
from sayso.builder.planner.trained.words import Words, windows
from sayso.gateway.builtin.wordpiece import WordPiece
from training.annotated import Annotated, Mark
from training.clause_intents import intents
from training.examples import Example, example
from training.pairs import Question, layout, questions


@dataclass(frozen=True, slots=True)
class Reading:
    """A window: its pieces, their marks, where in it the first pieces of its own words lie, and which words these are."""

    ids: list[int]
    marks: list[int]
    pieces: list[int]
    words: range


@dataclass(frozen=True, slots=True)
class Lesson:
    example: Example
    readings: list[Reading]
    labels: np.ndarray
    intents: list[tuple[range, int]]
    expected: int
    kinds: list[tuple[range, int]]
    senses: list[tuple[range, str, int]]
    """Words, tag, and which of `SENSES[tag]`."""
    pairs: list[tuple[Question, np.ndarray]]
    """Questions with the features of their candidates and of nothing."""
    spans: list[range]
    laid: Layout


def readings(words: Words, names: Known) -> list[Reading]:
    """The windows of a text, as the network takes them."""
    known = marks(words.plain(), names)
    found: list[Reading] = []
    for w in windows(words):
        start, stop = words.pieces[w.first], words.pieces[w.stop]
        ids = [words.tokens.ids[0], *words.tokens.ids[start:stop], words.tokens.ids[-1]]
        piece_marks = [FOLLOW_UP if names else NONE]
        for i in range(w.first, w.stop):
            piece_marks += [known[i]] * (words.pieces[i + 1] - words.pieces[i])
        found.append(
            Reading(ids, [*piece_marks, NONE], [words.pieces[i] - start + 1 for i in range(w.own, w.stop)], range(w.own, w.stop))
        )
    return found


def _sense(mark: Mark) -> int | None:
    """Which of the senses of its tag a mark has; None when its tag has none."""
    name = mark.args.partition(" ")[0]
    name = {"summarize": "summarise", "categorise": "classify", "categorize": "classify"}.get(name, name)
    name = "ai" if name.startswith("ai") else name
    return SENSES[mark.tag].index(name) if name in SENSES.get(mark.tag, ()) else None


def lesson(wish: Annotated, wordpiece: WordPiece) -> Lesson:
    ex = example(wish, wordpiece)
    words = ex.words
    clause_words = [(words.within(start, end), INTENTS.index(intent)) for start, end, intent in intents(wish)]
    kinds = [
        (span, KINDS.index(mark.args.rpartition(":")[2]))  # type: ignore[arg-type]
        for mark, span in zip(wish.marks, ex.spans, strict=True)
        if mark.tag in "FX" and ":" in mark.args and len(span)
    ]
    laid = layout(ex)
    asked = [(q, laid.features(q.query, q.candidates)) for q in questions(ex, laid)]
    return Lesson(
        ex,
        readings(words, ex.known),
        np.array(ex.labels),
        [(r, i) for r, i in clause_words if len(r)],
        EXPECTED.index(wish.expect),  # type: ignore[arg-type]
        kinds,
        [(s, m.tag, sense) for m, s in zip(wish.marks, ex.spans, strict=True) if len(s) and (sense := _sense(m)) is not None],
        asked,
        ex.spans,
        laid,
    )
