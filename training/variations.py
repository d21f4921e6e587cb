"""A wish in other words: what 1,600 texts do not show is shown by changing them a little, anew in each epoch, with all marks kept.

Changed are names of fields and tables (for those of other wishes), separators of lists, punctuation, letters, and the talk around.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.inflect import is_plural, lemma, plural_phrase
from sayso.builder.planner.normalise import normalised
from training.annotated import Annotated, Mark

Piece = tuple[str, Mark | None]
"""Words with their mark, or words between marks."""
NAME_WORDS_MAX = 5
TALK_WORDS_MIN, TALK_WORDS_MAX = 5, 40
_FILLERS = ("um", "uh", "and", "and then", "like", "so", "you know", "er", "also", "comma", "with", "plus")
_SPLIT = re.compile(r"\s*(?:,|/|\||;|\bor\b|\band\b)\s*(?:(?:or|and)\s+)?")
_SEPARATORS = (", ", " / ", "/", " | ", ", ", "; ")


@dataclass(slots=True)
class Words:
    """What may stand in the place of what: from the wishes that are trained on, never from others."""

    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By kind."""
    tables: list[str] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    """Sentences that ask for nothing."""

    @classmethod
    def of(cls, wishes: Sequence[Annotated]) -> "Words":
        words, tables = cls(), set[str]()
        for wish in wishes:
            for mark in wish.marks:
                said = wish.text[mark.start : mark.end]
                if mark.tag == "F" and len(said.split()) <= NAME_WORDS_MAX:
                    words.fields[mark.args.rpartition(":")[2]].append(said)
                if mark.tag == "T" and len(said.split()) <= 2 and said.replace(" ", "").isalpha():
                    tables.add(lemma(said))
            words.talk += _talk(wish)
        words.tables = sorted(tables)
        return words


def _talk(wish: Annotated) -> list[str]:
    if wish.expect != "plan" or wish.unread:
        return []
    found = [
        wish.text[c.start : c.end].strip()
        for c in clauses(normalised(wish.text))
        if not any(m.start < c.end and m.end > c.start for m in wish.marks)
    ]
    return [t for t in found if TALK_WORDS_MIN <= len(t.split()) <= TALK_WORDS_MAX and "\n" not in t]


def variation(words: Words) -> Callable[[Annotated, random.Random], Annotated]:
    """A function that gives a wish in other words; about a third of the time as it is."""

    def varied(wish: Annotated, dice: random.Random) -> Annotated:
        if dice.random() < 0.3:
            return wish
        pieces = _pieces(wish)
        if wish.sort != "edit" and dice.random() < 0.35:
            pieces = _with_other_table(pieces, words, dice)
        if dice.random() < 0.5:
            pieces = [_with_other_field(p, words, dice) for p in pieces]
        if dice.random() < 0.4:
            pieces = [_with_other_separator(p, dice) for p in pieces]
        if dice.random() < 0.2:
            pieces = _with_bullets(pieces) if dice.random() < 0.5 else _without_bullets(pieces)
        if dice.random() < 0.25:
            pieces = _spoken(pieces, dice)
        if dice.random() < 0.25:
            pieces = [(_mistyped(t, dice), m) for t, m in pieces]
        if dice.random() < 0.25 and words.talk:
            pieces = _with_talk(pieces, dice.choice(words.talk), dice)
        return _whole(wish, pieces)

    return varied


def _pieces(wish: Annotated) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for mark in sorted(wish.marks, key=lambda m: m.start):
        found += [(wish.text[at : mark.start], None), (wish.text[mark.start : mark.end], mark)]
        at = mark.end
    return [*found, (wish.text[at:], None)]


def _whole(wish: Annotated, pieces: Sequence[Piece]) -> Annotated:
    text, marks = "", []
    for words, mark in pieces:
        if mark is not None and words.strip():
            marks.append(replace(mark, start=len(text), end=len(text) + len(words)))
        text += words
    return replace(wish, text=text, marks=tuple(marks))


def _with_other_table(pieces: list[Piece], words: Words, dice: random.Random) -> list[Piece]:
    tables = sorted({m.args for _, m in pieces if m is not None and m.tag == "T"})
    if not tables or not words.tables:
        return pieces
    old, new = dice.choice(tables), dice.choice(words.tables)

    def other(piece: Piece) -> Piece:
        said, mark = piece
        if (
            mark is None
            or len(said.split()) > 2
            or not ((mark.tag == "T" and mark.args == old) or (mark.tag == "L" and mark.args.endswith(f">{old}")))
        ):
            return piece
        name = plural_phrase(new) if is_plural(said.lower().split()[-1]) else new
        return (name.capitalize() if said[:1].isupper() else name), mark

    return [other(p) for p in pieces]


def _with_other_field(piece: Piece, words: Words, dice: random.Random) -> Piece:
    said, mark = piece
    if mark is None or mark.tag != "F" or len(said.split()) > NAME_WORDS_MAX or dice.random() > 0.3:
        return piece
    others = words.fields[mark.args.rpartition(":")[2]]
    return (dice.choice(others), mark) if others else piece


def _with_other_separator(piece: Piece, dice: random.Random) -> Piece:
    said, mark = piece
    if mark is None or mark.tag != "O" or "=" in mark.args:
        return piece
    choices = [c for c in _SPLIT.split(said) if c]
    if len(choices) < 2 or dice.random() < 0.4:
        return piece
    if dice.random() < 0.4:
        return ", ".join(choices[:-1]) + dice.choice((" or ", " and ", ", or ")) + choices[-1], mark
    return dice.choice(_SEPARATORS).join(choices), mark


def _between(pieces: list[Piece], i: int) -> bool:
    sides = (pieces[i - 1][1], pieces[i + 1][1]) if 0 < i < len(pieces) - 1 else (None, None)
    return all(m is not None and m.tag in "FLX" for m in sides)


def _with_bullets(pieces: list[Piece]) -> list[Piece]:
    listed = [i for i in range(len(pieces)) if _between(pieces, i) and re.fullmatch(r"\s*(?:,|;|,?\s+and)\s*", pieces[i][0])]
    if len(listed) < 2:
        return pieces
    return [("\n- ", None) if i in listed else p for i, p in enumerate(pieces)]


def _without_bullets(pieces: list[Piece]) -> list[Piece]:
    return [
        (", ", None) if _between(pieces, i) and re.fullmatch(r"\s*\n\s*(?:[-*•]|\d+[.)])?\s*", t) else (t, m)
        for i, (t, m) in enumerate(pieces)
    ]


def _spoken(pieces: list[Piece], dice: random.Random) -> list[Piece]:
    """As if said aloud: without marks of punctuation, here and there with an `um` or an `and` between."""
    filled, joined = dice.random() < 0.5, dice.random() < 0.5
    found: list[Piece] = []
    for text, mark in pieces:
        bare = re.sub(r"[,.:;!?()\"–—](?=\s|$)|(?<=\s)[(\"–—-](?=\S)|(?<=\s)[–—-](?=\s)|^[(\"]", "", text)
        if mark is None and filled and dice.random() < 0.2 and " " in bare:
            at = bare.index(" ")
            bare = f"{bare[:at]} {dice.choice(_FILLERS)}{bare[at:]}"
        bare = re.sub(r"\s*\n\s*", " ", bare) if joined else bare
        found.append((bare if bare.strip() or mark is None else text, mark))
    return found


def _mistyped(text: str, dice: random.Random) -> str:
    def slip(m: "re.Match[str]") -> str:
        word = m[0]
        if dice.random() > 0.06:
            return word
        i = dice.randrange(1, len(word) - 1)
        return dice.choice(
            (word[:i] + word[i + 1 :], word[:i] + word[i] + word[i:], word[:i] + word[i + 1] + word[i] + word[i + 2 :])
        )

    return re.sub(r"[A-Za-z]{4,}", slip, text)


def _with_talk(pieces: list[Piece], talk: str, dice: random.Random) -> list[Piece]:
    talk = talk if talk[-1] in ".!?" else f"{talk}."
    if dice.random() < 0.5:
        return [(f"{talk} ", None), *pieces]
    return [*pieces, (f" {talk}", None)]
