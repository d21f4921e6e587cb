"""The trained part of the built-in planner: finds spans and judges them. What the spans mean in detail is worked out by rules.

tagger.py     `Tagger.spans(text, known)`: what the words of a wish mean
heads.py      `Intents`, `Kinds`, `Senses`, `Attachment`: judgements over a text that has been read
known.py      the names of the app that a follow-up is about
weights.py    the file of what was learned
words.py, labels.py, decoding.py, relations.py, classes.py, evidence.py    their parts

    trained = reader()                                  # None without the language model: the planner goes on by rules
    read = trained.tagger.read(text, known)             # one pass; everything else is small
    for span in read.spans: ...
    trained.kinds.of(read, span.start, span.end)[:3]
    trained.attachment.over(read).of("of", 4)           # which mention of a table span 4 belongs to

How it is trained: `training/`; what it can and cannot do: `docs/planner-model-card.md`.
"""

from dataclasses import dataclass
from functools import cache

from sayso.builder.planner.trained.heads import Attachment, Intents, Kinds, Senses
from sayso.builder.planner.trained.known import Known
from sayso.builder.planner.trained.tagger import Read, Span, Tagger
from sayso.builder.planner.trained.weights import Learned, shipped
from sayso.gateway.builtin.embedding import LanguageModel, available, language_model

__all__ = ["Attachment", "Intents", "Kinds", "Known", "Learned", "Read", "Reader", "Senses", "Span", "Tagger", "reader"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that was trained, over one language model."""

    tagger: Tagger
    intents: Intents
    kinds: Kinds
    senses: Senses
    attachment: Attachment

    @classmethod
    def of(cls, model: LanguageModel, learned: Learned) -> "Reader":
        return cls(Tagger(model, learned), Intents(learned), Kinds(learned), Senses(learned), Attachment(learned))


def reader() -> Reader | None:
    """The trained reader of this release, made once; None when the language model has not been fetched."""
    return _made() if available() else None


@cache
def _made() -> Reader:
    return Reader.of(language_model(), shipped())
