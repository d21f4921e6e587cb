"""Nouns that businesses use: what kind of field they usually are, and of which they keep tables. Read from `words/`."""

import csv
from functools import cache
from importlib.resources import files

from sayso.builder.planner.inflect import lemma, singular


@cache
def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    text = (files("sayso.builder.planner") / "words" / name).read_text(encoding="utf-8")
    return tuple(tuple(r) for r in csv.reader(text.splitlines(), delimiter="\t") if r and not r[0].startswith("#"))


@cache
def fields() -> dict[str, str]:
    """From a noun, as written and in the singular, to a field kind."""
    known: dict[str, str] = {}
    for noun, kind in _rows("fields.tsv"):
        known.setdefault(noun, kind)
    for noun, kind in _rows("fields.tsv"):
        known.setdefault(lemma(noun), kind)
    return known


@cache
def tables() -> frozenset[str]:
    """Nouns, in the singular, that businesses keep tables of."""
    return frozenset(lemma(r[0]) for r in _rows("tables.tsv"))


@cache
def spellings() -> dict[str, str]:
    """Usual slips of the keyboard and shorthand, from what was typed to what was meant."""
    return {row[0]: row[1] for row in _rows("spellings.tsv")}


@cache
def options() -> dict[str, tuple[str, ...]]:
    """Ready choices for common choice fields, used only when the wish names none: `priority` → Low, Medium, High."""
    return {row[0]: tuple(o.strip() for o in row[1].split(",")) for row in _rows("options.tsv")}


@cache
def options_fit() -> dict[str, frozenset[str]]:
    """The tables that a ready list of choices fits, by its noun: `species` of a pet, not of a plant. Others fit anywhere."""
    return {row[0]: frozenset(t.strip() for t in row[2].split(",")) for row in _rows("options.tsv") if len(row) > 2}


@cache
def companions() -> dict[str, tuple[str, ...]]:
    """What rows of a table usually belong to: `deal` → company, contact. Used when both are named and nothing is said."""
    known: dict[str, tuple[str, ...]] = {}
    for noun, one in _rows("companions.tsv"):
        known[noun] = (*known.get(noun, ()), one)
    return known


@cache
def hues() -> dict[str, str]:
    """Colours for well-known choices: `done` is green."""
    return {name: hue for hue, names in _rows("hues.tsv") for name in names.split(", ")}


@cache
def verbs() -> frozenset[str]:
    return frozenset(w for r in _rows("verbs.tsv") for w in r[0].split())


def kind_of(noun: str) -> tuple[str | None, float]:
    """The usual kind for a field of this name and how sure that is: 1 for the whole phrase, less for its head."""
    known = fields()
    words = noun.lower().split()
    if not words:
        return None, 0.0
    phrase = " ".join(words)
    for form in (phrase, lemma(phrase)):
        if form in known:
            return known[form], 1.0
    if "of" in words[1:]:
        return kind_of(" ".join(words[: words.index("of", 1)]))[0], 0.7
    for n in range(1, len(words)):
        tail = " ".join(words[n:])
        for form in (tail, lemma(tail)):
            if form in known:
                return known[form], 0.8 if n < len(words) - 1 else 0.7
    return None, 0.0


def is_table_noun(phrase: str) -> bool:
    """Whether businesses keep a table of these: the phrase itself, or its head noun."""
    one = lemma(phrase)
    return one in tables() or singular(one.split()[-1]) in tables() if one else False


@cache
def common() -> frozenset[str]:
    """Everyday words that are right as they are, though they look like slips of business nouns."""
    return frozenset(w for r in _rows("common.tsv") for w in r[0].split())
