"""Small judges over what the tagger has read: what clauses are about, which kind a field is, what a view or rule asks for, and which
span belongs to which.

Each is one linear step over the mean states of spans, fitted without torch (`script/train-planner --heads`), with chances made honest by a
temperature that was found on writers who had been left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sayso.builder.planner.trained.classes import EXPECTED, INTENTS, KINDS, SENSES, Expected, Intent, Kind
from sayso.builder.planner.trained.decoding import log_softmax
from sayso.builder.planner.trained.evidence import evidence
from sayso.builder.planner.trained.relations import NOTHING, RELATIONS, Ints, Layout, Place, Relation
from sayso.builder.planner.trained.tagger import Read, Span
from sayso.builder.planner.trained.weights import Learned
from sayso.gateway.builtin.weights import Array

PAIR_WIDTH = 64
"""Width of a span as a question or as an answer, in each relation."""
QUERIES_AT_ONCE = 256
CHOICES_CHARACTERS = 24
"""How far after a field's name its choices may begin to count as evidence of its kind."""


def chances(scores: Array, temperature: float) -> Array:
    return np.exp(log_softmax(scores / np.float32(temperature)))


class Intents:
    """What clauses are about, and what a whole wish calls for."""

    def __init__(self, learned: Learned) -> None:
        self.weights, self.bias, self.temperature = (
            learned["intent"],
            learned["intent.bias"],
            float(learned["intent.temperature"]),
        )
        self.whole, self.whole_bias = learned["expected"], learned["expected.bias"]
        self.whole_temperature = float(learned["expected.temperature"])

    def of(self, read: Read, start: int, end: int) -> dict[Intent, float]:
        """How likely the clause between two characters is about each thing; adds up to 1."""
        scores = self.weights @ read.state(start, end) + self.bias
        return dict(zip(INTENTS, chances(scores, self.temperature).tolist(), strict=True))

    def expected(self, read: Read) -> dict[Expected, float]:
        """How likely the wish is one to plan, to ask about, or to refuse."""
        scores = self.whole @ read.states.mean(0) + self.whole_bias
        return dict(zip(EXPECTED, chances(scores, self.whole_temperature).tolist(), strict=True))


class Kinds:
    """Which kind a field is, from its words where they stand, and from what the word lists know."""

    def __init__(self, learned: Learned) -> None:
        self.weights, self.bias, self.temperature = learned["kind"], learned["kind.bias"], float(learned["kind.temperature"])

    def of(self, read: Read, start: int, end: int) -> list[tuple[Kind, float]]:
        """All kinds of the field that is named between two characters, the likeliest first; the first three make good choices to offer."""
        follows = any(s.tag == "O" and 0 <= s.start - end <= CHOICES_CHARACTERS for s in read.spans)
        row = np.concatenate([read.state(start, end), evidence(read.words.text[start:end], choices=follows)])
        sure = chances(self.weights @ row + self.bias, self.temperature)
        return [(KINDS[i], float(sure[i])) for i in np.argsort(-sure, kind="stable")]


class Senses:
    """Which view, start of a rule, act, task of a model or change the words ask for."""

    def __init__(self, learned: Learned) -> None:
        self.weights = {tag: learned[f"sense.{tag}"] for tag in SENSES}
        self.biases = {tag: learned[f"sense.{tag}.bias"] for tag in SENSES}
        self.temperature = float(learned["sense.temperature"])

    def of(self, read: Read, span: Span) -> list[tuple[str, float]]:
        """All senses of a span whose tag has some (`classes.SENSES`), the likeliest first. Raises `KeyError` for another tag."""
        names = SENSES[span.tag]
        sure = chances(self.weights[span.tag] @ read.state(span.start, span.end) + self.biases[span.tag], self.temperature)
        return [(names[i], float(sure[i])) for i in np.argsort(-sure, kind="stable")]


@dataclass(frozen=True, slots=True)
class Answer:
    """A span that may be the other end, by its place in the list of spans (None: it is not mentioned), and how likely."""

    span: int | None
    probability: float


class Attachment:
    """Which table a field stands in, which field a list of choices is for, where a link leads; see `relations.py`."""

    def __init__(self, learned: Learned) -> None:
        self.asks, self.asks_bias = learned["asks"], learned["asks.bias"]
        self.answers, self.answers_bias = learned["answers"], learned["answers.bias"]
        self.pair, self.temperatures = learned["pair"], learned["pair.temperature"]

    def over(self, read: Read, spans: Sequence[Span] | None = None) -> "Attached":
        """For the spans of a text, its own or others."""
        spans = read.spans if spans is None else spans
        within = [read.words.within(s.start, s.end) for s in spans]
        places = [Place(w.start, max(w.stop, w.start + 1), s.tag) for w, s in zip(within, spans, strict=True)]
        states = np.stack([*(read.state(s.start, s.end) for s in spans), read.states[-1]])
        return Attached(
            self,
            Layout.of(read.words, places),
            states @ self.asks.T + self.asks_bias,
            states @ self.answers.T + self.answers_bias,
        )


class Attached:
    """The spans of one text, ready to be asked about. A relation is worked out whole when it is first asked for."""

    def __init__(self, scorer: Attachment, layout: Layout, asks: Array, answers: Array) -> None:
        self.scorer, self.layout, self.asks, self.answers = scorer, layout, asks, answers
        self._known: dict[Relation, dict[int, list[Answer]]] = {}

    def of(self, relation: Relation, query: int) -> list[Answer]:
        """Every span that may be meant, the likeliest first, and nothing; adds up to 1. Mentions of one table add up. It was taught for the
        tags of `relations.FROM`; of others it says what it would say of those."""
        if relation not in self._known:
            self._known[relation] = self._answered(relation, self.layout.asking(relation))
        if query not in self._known[relation]:
            self._known[relation] |= self._answered(relation, np.array([query]))
        return self._known[relation][query]

    def _answered(self, relation: Relation, asking: Ints) -> dict[int, list[Answer]]:
        n = RELATIONS.index(relation)
        weights, temperature = self.scorer.pair[n], float(self.scorer.temperatures[n])
        found: dict[int, list[Answer]] = {}
        for i in range(0, len(asking), QUERIES_AT_ONCE):
            queries = asking[i : i + QUERIES_AT_ONCE]
            ends, kept = self.layout.nearest(relation, queries)
            scores = self.layout.all_features(queries, ends, kept) @ weights[:-1] + self.fit(n, queries, ends) * weights[-1]
            nothing = (NOTHING @ weights[:-1])[0] + self.fit(n, queries, np.full((len(queries), 1), -1)) * weights[-1]
            sure = chances(np.concatenate([np.where(kept, scores, np.float32(-np.inf)), nothing], 1), temperature)
            for query, row, able, count in zip(queries.tolist(), ends.tolist(), sure.tolist(), kept.tolist(), strict=True):
                answers = [Answer(end, p) for end, p, k in zip(row, able, count, strict=False) if k]
                found[query] = sorted([*answers, Answer(None, able[-1])], key=lambda a: -a.probability)
        return found

    def fit(self, relation: int, queries: Ints, ends: Ints) -> Array:
        """How well the meanings fit, (queries, ends); -1 stands for nothing."""
        at = slice(relation * PAIR_WIDTH, (relation + 1) * PAIR_WIDTH)
        whole = self.asks[queries, at] @ self.answers[:, at].T / np.sqrt(np.float32(PAIR_WIDTH))
        return np.take_along_axis(whole, ends % len(self.answers), 1)

    def rows(self, relation: Relation, query: int, candidates: Sequence[int]) -> Array:
        """(candidates + 1, FEATURES + 1): what the weights of a relation are fitted on. The last row is nothing's, the last column the fit."""
        ends = np.array([[*candidates, -1]])
        fit = self.fit(RELATIONS.index(relation), np.array([query]), ends)
        return np.concatenate([self.layout.features(query, candidates), fit[0][:, None]], 1)
