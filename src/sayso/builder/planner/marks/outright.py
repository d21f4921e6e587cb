"""Tables that the build of the sentence says outright, whatever the tagger thinks of the noun: heads of parallel lists, `copies with a
condition`, `expenses against projects`, `one of our vendors`, `volunteers sign up for shifts`, `a service request form (…)`.

Each reading is about the words around a noun, never about the noun; what may be a noun of a table comes from the list of business nouns.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import UNCOUNTED, is_plural, lemma, singular
from sayso.builder.planner.marks.mark import Mark, Tag
from sayso.builder.planner.nouns import PLACES

SURE = 0.95
"""A table that is said outright is there, whoever else doubts it."""
_NP = r"[a-z][\w'&/-]*(?: [a-z][\w'&-]*){0,2}"
_HEAD = re.compile(
    rf"(?:^|(?<=\n)|(?<=; )|(?<=\. ))[ ]*(?:[-*•–>+]+ +|\d{{1,2}}[.)] +|\| *)?(?P<n>{_NP})(?P<o> ?:(?!\d)| +[–-](?= )| *\||\.(?= +\w)| ?\()"
)
_NO_HEAD = frozenset(
    "view rule report note automation role requirement example thing way need extra other question permission who what why when where field column table reminder dashboard "
    "alert notification workflow integration people everyone access phase step priority status page screen menu feature goal detail option background context purpose scope summary type".split()
)
_WITH = re.compile(r" +(?:with|having|that have|which have)(?: an?| their| its)? +")
_OF_TABLE = re.compile(
    r" +(?:\w+ed +)?(?:(?:against|per|for each|for every|at each|at every|in each|in every|on each|on every|of each|of every)(?: +(?:the|our|each|every))?) +$"
)
_HAVING = re.compile(
    rf"(?: *\([^()]*\))? +(?:with|have|has)(?: their| its| several| many| multiple)? +(?P<n>{_NP}?)(?= *[;.,\n]| +and\b|$)"
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
_STOP = re.compile(r"\n|;|\.(?=\s|$)")
_ASKS = re.compile(r"\s*(?:\(|:|with\b|where\b|that asks\b|asking\b)")
_COMMA = re.compile(r" ?(?:,|,? and|,? \+|,? &|/) ?(?:our |the |their )?")
_GOES_ON = re.compile(r"\s*(?:,|and\b|\.|;|$|with\b|\n)")
_NO_FORM = frozenset("sign contact online web intake entry submission google public order application feedback".split())


def outright(marks: list[Mark], low: str) -> list[Mark]:
    """The marks with those of tables that are said outright. `low` is the wish in lower case."""
    kept = _compounds(marks, low)
    for reading in (_heads, _listed, _with_fields, _of_tables, _possessed, _signing_up, _ours, _forms):
        found = list(reading(kept, low))
        kept = _with_tables(kept, found, low)
    return kept


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
    tag: Tag = "T"
    return Mark(start, end, tag, low[start:end], low[start:end], SURE, place)


def _compounds(marks: list[Mark], low: str) -> list[Mark]:
    """`used car`, `wedding guest list`: two marks of tables with nothing between them are one noun, unless the first is a plural."""
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


_CONTAINER = re.compile(r" (?:list|log|register|tracker|database|sheet|book|directory|records)\b")


def _known(noun: str) -> bool:
    """Whether businesses keep a table of the very noun, and it is not usually a plain field."""
    one = lemma(noun)
    return one in lexicon.tables() and lexicon.fields().get(one) in (None, "person", "text") and one not in PLACES


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


def _fields_after(place: int, marks: list[Mark], low: str, most: int) -> int:
    """How many fields are said from a place on, in the same piece of the wish, before the next table."""
    m = _STOP.search(low, place)
    stop = m.start() if m else len(low)
    count = 0
    for mark in marks:
        if place <= mark.start < stop:
            if mark.tag == "T":
                break
            count += mark.tag in "FLXO"
            if count == 1 and mark.start - place > most and mark.tag in "FLXO":
                return 0
    return count


def _heads(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """Where two pieces of a wish open with a table in the same manner, the other pieces that open so and list fields do too."""
    opened: dict[str, list[tuple[int, int, bool]]] = {}
    starts = {(m.start, m.end) for m in marks if m.tag == "T"}
    for m in _HEAD.finditer(low):
        place = m.span("n")
        opened.setdefault(m["o"].strip(), []).append((*place, any(a >= place[0] and b <= place[1] + 1 for a, b in starts)))
    for opener, heads in opened.items():
        if sum(table for _, _, table in heads) < 2:
            continue
        for start, end, table in heads:
            words = low[start:end].split()
            if table or singular(words[-1]) in _NO_HEAD or lemma(low[start:end]) in _NO_HEAD:
                continue
            over = [m for m in marks if m.start < end and start < m.end]
            if any(m.tag != "F" or m.start < start or m.end > end for m in over):
                continue
            if _fields_after(end + len(opener), marks, low, 30) >= 2 and lexicon.is_table_noun(" ".join(words)):
                yield start, end


def _listed(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`books, branches, copies`: a plural that businesses keep a table of, in a list that a table opens, is one too."""
    last: Mark | None = None
    for mark in marks:
        if last is not None and last.tag == "T" and mark.tag == "F" and _COMMA.fullmatch(low[last.end : mark.start]):
            after = _GOES_ON.match(low, mark.end)
            if after and is_plural(mark.text.split()[-1]) and _known(mark.text) and is_plural(last.text.split()[-1]):
                last = replace(mark, tag="T")
                yield mark.start, mark.end
                continue
        elif (
            mark.tag == "F"
            and " " in mark.text
            and is_plural(mark.text.split()[-1])
            and lemma(mark.text) in lexicon.tables()
            and not _inside(mark, low)
        ):
            yield mark.start, mark.end
        last = mark


def _inside(mark: Mark, low: str) -> bool:
    """Whether a mark stands in brackets or in a list that a colon opens."""
    before = low[max(low.rfind("\n", 0, mark.start), low.rfind(". ", 0, mark.start)) + 1 : mark.start]
    return before.count("(") > before.count(")") or ":" in before or before.strip() in ("", "-", "•", "*")


def _with_fields(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`copies with condition`: what has fields of its own is a table."""
    for mark in marks:
        m = _WITH.match(low, mark.end) if mark.tag == "F" and len(mark.text.split()) <= 2 and _kept(mark.text) else None
        if m and any(o.tag in "FL" and 0 <= o.start - m.end() <= 2 for o in marks):
            yield mark.start, mark.end


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
            if is_plural(m["n"].split()[-1]) and _known(m["n"]) and not any(o.start < end and start < o.end for o in marks):
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
        if is_plural(m["n"].split()[-1]) and _known(m["n"]):
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
        if opens and kept and _fields_after(opens.end(), marks, low, 30) >= 2:
            yield m.span("n")
