"""Tables that the build of the sentence says outright, whatever the tagger thinks of the noun: heads of parallel lists, `copies with a
condition`, `expenses against projects`, `one of our vendors`, `volunteers sign up for shifts`, `a service request form (…)`.

Each reading is about the words around a noun, never about the noun; what may be a noun of a table comes from the list of business nouns.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import UNCOUNTED, is_plural, lemma, singular
from sayso.builder.planner.marks.compounds import compounds
from sayso.builder.planner.marks.lists import NP, fields_after, heads, kept_as_rows, listed, named_in_lists
from sayso.builder.planner.marks.mark import Mark

SURE = 0.95
"""A table that is said outright is there, whoever else doubts it."""
_WITH = re.compile(r" +(?:with|having|that have|which have)(?: an?| their| its)? +")
_OF_TABLE = re.compile(
    r" +(?:\w+ed +)?(?:(?:against|per|for each|for every|at each|at every|in each|in every|on each|on every|of each|of every)(?: +(?:the|our|each|every))?) +$"
)
_HAVING = re.compile(
    rf"(?: *\([^()]*\))? +(?:with|have|has)(?: their| its| several| many| multiple)? +(?P<n>{NP}?)(?= *[;.,\n]| +and\b|$)"
)
_SIGN_UP = re.compile(
    r"(?:^|(?<=[.;\n,] )|(?<=\n))(?:our |the |all |and )*(?P<a>[a-z-]+(?: [a-z-]+)?) (?:can |may |should |will )?(?:sign(?: themselves)? up|enrol|enroll|register|volunteer) (?:for|in|to|on) (?:one or more |several |many |our |the )?(?P<b>[a-z-]+(?: [a-z-]+)?)(?= +(?:at|in|of|with|on|online|by)\b|\s*[,;.\n]|\s*$)"
)
_OUR = re.compile(
    r"\b(?:one|some|any|several|two|either) of (?:our|the|my) (?P<n>[a-z-]+(?: [a-z-]+)??)(?= *[,.;:)\n]|$| +(?:and|or|to|for|who|which|that|with|by|as|on|in|at)\b)"
)
_FORM = re.compile(
    r"(?:(?:an?|the|our|my|online|public|simple|short|fill|in|new|web|single|quick) +)*(?P<n>[a-z][\w-]*(?: [a-z][\w-]*)?) forms?\b"
)
_HISTORY = re.compile(
    r"\b(?:keep|write|add|store|record|save|make|create|log)s? (?:an?|one|the) (?:full |complete |new )?(?P<n>history|(?:audit|change|status|price) (?:log|history|trail))(?: (?:row|entry|record|line))?(?= (?:every|each|whenever|when|of|for)\b)"
)
_ASKS = re.compile(r"\s*(?:\(|:|with\b|where\b|that asks\b|asking\b)")
_NO_FORM = frozenset("sign contact online web intake entry submission google public order application feedback".split())


def outright(marks: list[Mark], low: str) -> list[Mark]:
    """The marks with those of tables that are said outright. `low` is the wish in lower case."""
    kept = compounds(marks, low)
    for reading in (heads, listed, _with_fields, _of_tables, _possessed, _signing_up, _ours, _forms, _histories):
        found = list(reading(kept, low))
        kept = _with_tables(kept, found, low)
    return named_in_lists(kept, low)


def _with_tables(marks: list[Mark], found: list[tuple[int, int]], low: str) -> list[Mark]:
    """Marks of a table at some places: a field or view there becomes one, and what only overlaps stays as it is."""
    made = list(marks)
    for start, end in found:
        if (known := next((m for m in made if m.tag == "T" and m.start < end and start < m.end), None)) is not None:
            made[made.index(known)] = replace(known, sure=max(known.sure, SURE))
            continue
        same = next(
            (m for m in made if m.start <= start and end <= m.end and m.tag in "FXO" and m.end - m.start <= end - start + 6), None
        )
        if same is not None:
            made[made.index(same)] = replace(same, tag="T", sure=SURE, place=-1)
            continue
        view = next((m for m in made if m.tag == "V" and m.start <= start and end < m.end), None)
        if view is not None:
            made[made.index(view)] = replace(view, start=end + 1, raw=low[end + 1 : view.end], text=low[end + 1 : view.end])
        if not any(m.start < end and start < m.end for m in made):
            least = min((m.place for m in made), default=0)
            made.append(_table(start, end, low, min(least, 0) - 1))
    return sorted(made, key=lambda m: m.start)


def _table(start: int, end: int, low: str, place: int) -> Mark:
    return Mark(start, end, "T", low[start:end], low[start:end], SURE, place)


def _with_fields(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`copies with condition`: what has fields of its own is a table."""
    for mark in marks:
        m = _WITH.match(low, mark.end) if mark.tag == "F" and len(mark.text.split()) <= 2 and _kept(mark.text) else None
        if m and any(o.tag in "FL" and 0 <= o.start - m.end() <= 2 for o in marks):
            yield mark.start, mark.end


def _kept(noun: str) -> bool:
    """Whether many of the very noun are rows (`copies`) rather than what one field holds (`notes`, `photos`)."""
    known = lexicon.fields()
    return (
        _many(noun)
        and lemma(noun) in lexicon.tables()
        and known.get(noun) in (None, "number", "person")
        and known.get(lemma(noun)) not in ("image", "file")
    )


def _many(noun: str) -> bool:
    last = noun.split()[-1]
    return is_plural(last) or last in UNCOUNTED


def _of_tables(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`expenses against projects`, `equipment installed at each site`, `daily logs per project`."""
    for other in marks:
        if other.tag not in "TL":
            continue
        floor = max((m.end for m in marks if m.end <= other.start and m.tag != "F"), default=0)
        before = low[max(floor, other.start - 60) : other.start]
        if not (m := _OF_TABLE.search(before)):
            continue
        end = other.start - len(before) + m.start()
        field = next((f for f in marks if f.tag == "F" and f.end == end), None)
        if field is not None:
            start = field.start
        elif n := re.search(r"(?:^|[.;,\n•|-] ?|\band )(?:the |a |our )?(?P<n>[a-z][\w-]*(?: [a-z][\w-]*)?)$", low[:end]):
            start = n.start("n")
        else:
            continue
        words = low[start:end]
        if (
            _many(words)
            and lexicon.is_table_noun(words)
            and lexicon.kind_of(words)[1] < 1.0
            and not any(m.start < start < m.end for m in marks)
        ):
            yield start, end


def _possessed(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`clients with contacts;`: a plural that businesses keep a table of, and of which nothing else is said, is a table."""
    for mark in marks:
        if mark.tag == "T" and (m := _HAVING.match(low, mark.end)):
            start, end = m.span("n")
            if is_plural(m["n"].split()[-1]) and kept_as_rows(m["n"]) and not any(o.start < end and start < o.end for o in marks):
                yield start, end


def _signing_up(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`volunteers sign up for shifts`: both are tables."""
    for m in _SIGN_UP.finditer(low):
        if all(is_plural(m[g].split()[-1]) and lexicon.is_table_noun(m[g]) for g in "ab") and singular(m["a"]) != "people":
            yield m.span("a")
            yield m.span("b")


def _ours(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`one of our vendors`: rows to choose from."""
    for m in _OUR.finditer(low):
        if is_plural(m["n"].split()[-1]) and kept_as_rows(m["n"]):
            yield m.span("n")


def _histories(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`keep a history row every time the status changes`: a table of what happened."""
    for m in _HISTORY.finditer(low):
        yield m.span("n")


def _forms(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`a service request form (what is wrong, how urgent)`: what the form asks makes a row of what it is called after."""
    for mark in marks:
        if mark.tag != "V" or not (m := _FORM.search(low, mark.start, mark.end + 1)):
            continue
        noun = m["n"]
        opens = _ASKS.match(low, m.end())
        known = any(o.tag == "T" and lemma(o.text).split()[-1] == lemma(noun).split()[-1] for o in marks)
        kept = lexicon.is_table_noun(noun) and noun not in _NO_FORM and not known
        if opens and kept and fields_after(opens.end(), marks, low, 30) >= 2:
            yield m.span("n")
