"""Nouns that are said in several words, and nouns that only say what is asked for."""

import re
from dataclasses import replace

from sayso.builder.planner.inflect import is_plural, lemma, singular
from sayso.builder.planner.marks.mark import Mark

_APP_AFTER = re.compile(r" (?:that|which|to|where) ")
_CALLED = re.compile(r"\b(?:are|is|as) (?:just |an? |the )?$")
_ASKED_BEFORE = 40
"""What is asked for stands at the beginning of a wish, within so many characters."""
_CONTAINER = re.compile(r" (?:list|log|register|tracker|database|sheet|book|directory|records)\b")


def _is_app(mark: Mark, low: str) -> bool:
    """`a tool that makes …`, `both are fixed lists`: what is being asked for, or what it is like, is no table."""
    last = singular(mark.text.split()[-1])
    if mark.tag != "T" or last not in ("tool", "app", "system", "list", "table", "tracker", "sheet"):
        return False
    asked = mark.start < _ASKED_BEFORE and mark.text == last and bool(_APP_AFTER.match(low, mark.end))
    return asked or (last in ("list", "table", "sheet") and bool(_CALLED.search(low[max(0, mark.start - 20) : mark.start])))


def compounds(marks: list[Mark], low: str) -> list[Mark]:
    """`used car`, `wedding guest list`: two marks of tables with nothing between them are one noun, unless the first is a plural."""
    marks = [m for m in marks if not _is_app(m, low)]
    made: list[Mark] = []
    alone = {
        lemma(m.text) for n, m in enumerate(marks) if m.tag == "T" and not (n + 1 < len(marks) and _joined(m, marks[n + 1], low))
    }
    for mark in marks:
        last = made[-1] if made else None
        if last is not None and last.tag == mark.tag == "T" and _joined(last, mark, low) and lemma(last.text) in alone:
            continue
        if (
            last is not None
            and mark.tag == last.tag == "T"
            and _joined(last, mark, low)
            and len(last.text.split()) + len(mark.text.split()) <= 3
        ):
            made[-1] = replace(
                last, end=mark.end, raw=f"{last.raw} {mark.raw}", text=f"{last.text} {mark.text}", sure=max(last.sure, mark.sure)
            )
        else:
            made.append(mark)
    return [
        m
        for n, m in enumerate(made)
        if not (n > 1 and m.tag == "T" and _CONTAINER.match(low, m.end) and _run(made[n - 2 : n + 1], low))
    ]


def _joined(a: Mark, b: Mark, low: str) -> bool:
    return a.tag == b.tag == "T" and low[a.end : b.start] == " " and not is_plural(a.text.split()[-1])


def _run(marks: list[Mark], low: str) -> bool:
    """`used car lot stock list`: a table, a field and a table that are one phrase; the first is what it is about."""
    one, two, three = marks
    return one.tag == "T" and two.tag == "F" and low[one.end : two.start] == low[two.end : three.start] == " "
