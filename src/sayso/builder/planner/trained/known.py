"""The names of the app that a follow-up speaks of, marked in its words: the strongest hint that there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sayso.builder.planner.inflect import lemma

NONE, TABLE, FIELD, CHOICE, FOLLOW_UP = range(5)
MARKS = 5
"""What a word may be marked as. `FOLLOW_UP` stands at the beginning of every window when there is an app."""


@dataclass(frozen=True, slots=True)
class Known:
    """Names of tables, fields and choices (and views) of the app as it is."""

    tables: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables)


def marks(words: Sequence[str], known: Known) -> list[int]:
    """For each lower-case word, the part of the app that it names, alone or with its neighbours, singular or plural."""
    found = [NONE] * len(words)
    lemmas = [lemma(w) if w.isalpha() else w for w in words]
    for names, mark in ((known.choices, CHOICE), (known.fields, FIELD), (known.tables, TABLE)):
        for name in names:
            _mark(lemmas, [lemma(w) for w in name.lower().split()], mark, found)
    return found


def _mark(words: list[str], name: list[str], mark: int, found: list[int]) -> None:
    n = len(name)
    for i in range(len(words) - n + 1 if n else 0):
        if words[i] == name[0] and words[i : i + n] == name:
            found[i : i + n] = [mark] * n
