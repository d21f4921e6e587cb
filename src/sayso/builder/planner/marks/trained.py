"""The trained tagger as the reader of marks knows it; without the language model there is none, and the planner reads by rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sayso.builder.planner.marks.mark import Found, Heard, Relation
from sayso.builder.planner.trained import Known, Read, Reader, reader
from sayso.builder.planner.trained.classes import SENSES
from sayso.builder.planner.trained.heads import Attached
from sayso.builder.planner.trained.labels import LABELS, TAGS
from sayso.spec.app import App

_TASKS = {"draft": "generate", "answer": "generate"}
_KINDS = {"currency": "money", "boolean": "checkbox", "user": "person", "address": "text"}


@dataclass
class TrainedHeard:
    """One wish, read once by the model."""

    reader: Reader
    read: Read
    found: Sequence[Found] = field(default_factory=tuple)

    def support(self, start: int, end: int, tags: str) -> float:
        within = self.read.words.within(start, end)
        if not len(within):
            return 0.0
        columns = [c for c in range(1, LABELS) if TAGS[(c - 1) % len(TAGS)] in tags]
        return float(np.exp(self.read.chances[within.start : within.stop, columns]).sum(1).mean())

    def meanings(self, mark: int) -> Mapping[str, float]:
        span = self.read.spans[mark]
        if span.tag in "FX":
            said = [(_KINDS.get(k, k), p) for k, p in self.reader.kinds.of(self.read, span.start, span.end)]
        elif span.tag in SENSES:
            said = [(_TASKS.get(s, s), p) for s, p in self.reader.senses.of(self.read, span)]
        else:
            return {}
        chances: dict[str, float] = {}
        for name, chance in said:
            chances[name] = chances.get(name, 0.0) + chance
        return chances

    def related(self, relation: Relation, mark: int) -> Mapping[int | None, float]:
        return {a.span: a.probability for a in self._attached.of(relation, mark)}

    def expected(self) -> Mapping[str, float]:
        return {str(k): v for k, v in self.reader.intents.expected(self.read).items()}

    @cached_property
    def _attached(self) -> Attached:
        return self.reader.attachment.over(self.read)


def trained_tagger(words: str, app: App | None = None) -> Heard | None:
    """What the trained tagger hears; None when the language model has not been fetched."""
    known = reader()
    return hears(known, words, app) if known is not None and words.strip() else None


def hears(known: Reader, words: str, app: App | None = None) -> TrainedHeard:
    """What a trained reader hears in some words."""
    read = known.tagger.read(words, names_of(app))
    return TrainedHeard(known, read, tuple(Found(s.start, s.end, s.tag, s.probability) for s in read.spans))


def names_of(app: App | None) -> Known:
    """The names of an app's tables, fields and choices: the strongest gazetteer there is."""
    if app is None:
        return Known()
    fields = tuple(dict.fromkeys(f.name for t in app.tables for f in t.fields))
    choices = tuple(dict.fromkeys(o.name for t in app.tables for f in t.fields for o in getattr(f, "options", ())))
    return Known(tuple(t.name for t in app.tables), fields, choices)
