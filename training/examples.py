"""Annotated wishes as the tagger learns them: a label for each word, and the names of the app that a follow-up speaks of."""

import re
from dataclasses import dataclass

from sayso.builder.planner.trained.known import Known
from sayso.builder.planner.trained.labels import OUTSIDE, begins, inside
from sayso.builder.planner.trained.words import Words
from sayso.gateway.builtin.wordpiece import WordPiece
from training.annotated import Annotated, Mark

_GIVEN = re.compile(r"\s*(?P<table>[^(;]+)\((?P<fields>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Example:
    """A wish, its words, and the label of each. `spans[i]` are the words of `wish.marks[i]`, without an article before a name."""

    wish: Annotated
    words: Words
    labels: list[int]
    spans: list[range]
    known: Known


def example(wish: Annotated, wordpiece: WordPiece) -> Example:
    words = Words.of(wish.text, wordpiece.tokens(wish.text))
    labels = [OUTSIDE] * len(words)
    plain = words.plain()
    spans = [_bare(words.within(m.start, m.end), m.tag, plain) for m in wish.marks]
    for mark, span in zip(wish.marks, spans, strict=True):
        for i in span:
            labels[i] = begins(mark.tag) if i == span.start else inside(mark.tag)  # type: ignore[arg-type]
    return Example(wish, words, labels, spans, known_of(wish))


_ARTICLES = frozenset("a an the our my your their its his her each every some any this these those".split())
"""Writers differ in whether these belong to a name; the tagger learns that they do not."""


def _bare(span: range, tag: str, plain: list[str]) -> range:
    """A span of words without the article that it begins with."""
    if tag in "TFLXV" and len(span) > 1 and plain[span.start] in _ARTICLES:
        return range(span.start + 1, span.stop)
    return span


def known_of(wish: Annotated) -> Known:
    """What `@given` and `@given_views` name."""
    tables: list[str] = []
    fields: list[str] = []
    choices: list[str] = []
    for given in _GIVEN.finditer(wish.given):
        tables.append(given["table"].strip())
        for choice in re.findall(r"\[([^\]]*)\]", given["fields"]):
            choices += [c.strip() for c in choice.split("|")]
        fields += [f.strip() for f in re.findall(r"([^,:>\[\]]+?)\s*[:>]", re.sub(r"\[[^\]]*\]", "", given["fields"]))]
    return Known(tuple(tables), tuple(fields), tuple(choices))


def owner(mark: Mark) -> str:
    """The table that a mark speaks of; empty when it names none."""
    match mark.tag:
        case "T":
            return mark.args
        case "F" | "L" | "O" | "X":
            return mark.args.partition(".")[0]
        case "V" | "D":
            return " ".join(mark.args.split(" by ")[0].split()[1:])
        case "W":
            return " ".join(mark.args.split()[1:]).partition(".")[0]
        case "A":
            return " ".join(mark.args.split()[1:]).partition(".")[0]
        case _:
            return ""


def field(mark: Mark) -> str:
    """`Table.Field` of a mark that names one."""
    m = re.match(r"([^.:>=]+\.[^.:>=]+)", mark.args) if mark.tag in "FLOX" else None
    return m[1].strip() if m else ""


def target(mark: Mark) -> str:
    """The table that a link leads to."""
    return mark.args.rpartition(">")[2].strip() if mark.tag == "L" else ""
