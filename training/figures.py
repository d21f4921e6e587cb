"""How good a trained reader is on wishes that it has not seen: spans, and each head given the right spans."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sayso.builder.planner.trained.labels import TAGS
from sayso.builder.planner.trained.relations import RELATIONS
from sayso.builder.planner.trained.tagger import Tagger
from sayso.builder.planner.trained.weights import Arrays, from_arrays
from sayso.gateway.builtin.embedding import LanguageModel
from training.annotated import STYLES, Annotated
from training.fit_heads import CLASSES, Examples, examples
from training.lessons import lesson
from training.scores import Score, Tally

Scored = list[tuple[np.ndarray, np.ndarray]]
"""Scores of what may be chosen, and which are right."""


@dataclass(slots=True)
class Figures:
    """Spans by all, tag, style, kind of wish and writer; for each head its scores, of which shares and temperatures are told."""

    spans: Tally = field(default_factory=Tally)
    heads: dict[str, Scored] = field(default_factory=dict)
    wishes: int = 0

    def add(self, other: "Figures") -> None:
        self.wishes += other.wishes
        for name, score in other.spans.scores.items():
            mine = self.spans.scores.setdefault(name, Score())
            mine.right, mine.said, mine.meant = mine.right + score.right, mine.said + score.said, mine.meant + score.meant
        for head, scored in other.heads.items():
            self.heads.setdefault(head, []).extend(scored)

    def share(self, head: str, among: int = 1) -> float:
        """How often a right one is among the first so many."""
        return float(np.mean([right[np.argsort(-scores, kind="stable")[:among]].any() for scores, right in self.heads[head]]))

    def table(self) -> str:
        lines = [f"{self.wishes} wishes", "", f"{'spans, exactly right':24} precision recall F1 (number)"]
        names = ["all", "words", *TAGS, *(f"style {s}" for s in sorted(STYLES))]
        names += sorted(n for n in self.spans.scores if n.startswith(("kind ", "writer ")))
        lines += [f"{n:24} {self.spans.scores[n]}" for n in names if n in self.spans.scores]
        lines += ["", f"{'heads, given the spans':24} first  first three (number)"]
        lines += [f"{h:24} {self.share(h):.2f}   {self.share(h, 3):.2f}  ({len(s)})" for h, s in self.heads.items() if s]
        return "\n".join(lines)

    def summary(self) -> dict[str, object]:
        """For the manifest."""
        scores = {n: [round(s.precision, 3), round(s.recall, 3), round(s.f1, 3), s.meant] for n, s in self.spans.scores.items()}
        heads = {h: [round(self.share(h), 3), round(self.share(h, 3), 3), len(s)] for h, s in self.heads.items() if s}
        return {"wishes": self.wishes, "spans": scores, "heads": heads}


def measured(wishes: Sequence[Annotated], model: LanguageModel, arrays: Arrays) -> Figures:
    """`arrays` are those of `weights.npz`."""
    figures = Figures(wishes=len(wishes))
    tagger = Tagger(model, from_arrays(arrays))
    for wish in wishes:
        _spans(figures.spans, wish, tagger)
    found = examples(wishes, model, arrays)
    figures.heads = {**_classified(found, arrays), **_chosen(found, arrays)}
    return figures


def _spans(tally: Tally, wish: Annotated, tagger: Tagger) -> None:
    taught = lesson(wish, tagger.wordpiece)
    words = taught.example.words
    meant = [(w.start, w.stop, m.tag) for w, m in zip(taught.spans, wish.marks, strict=True) if len(w)]
    said: list[tuple[int, int, str]] = []
    for s in tagger.spans(wish.text, taught.example.known):
        within = words.within(s.start, s.end)
        said.append((within.start, within.stop, s.tag))
    for name in ("all", f"style {wish.style}", f"kind {wish.sort}", f"writer {wish.writer}"):
        tally.add(name, said, meant)
    for tag in TAGS:
        tally.add(tag, [s for s in said if s[2] == tag], [s for s in meant if s[2] == tag])
    tally.add("words", [(i, t) for a, b, t in said for i in range(a, b)], [(i, t) for a, b, t in meant for i in range(a, b)])


def _classified(found: Examples, arrays: Arrays) -> dict[str, Scored]:
    scored: dict[str, Scored] = {}
    for head, names in CLASSES.items():
        each = np.eye(len(names), dtype=bool)
        weights, bias = np.asarray(arrays[head], np.float32), np.asarray(arrays[f"{head}.bias"], np.float32)
        scored[head] = [(weights @ row + bias, each[c]) for row, c in zip(found.rows[head], found.classes[head], strict=True)]
    return scored


def _chosen(found: Examples, arrays: Arrays) -> dict[str, Scored]:
    pair = np.asarray(arrays["pair"], np.float32)
    return {f"pair {r}": [(rows @ pair[n], right) for rows, right in found.questions[r]] for n, r in enumerate(RELATIONS)}
