"""Tables that the lists of a wish say: heads of parallel lists, plurals listed beside tables, and links inside the list of a head."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, lemma, singular
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.nouns import PLACES

NP = r"[a-z][\w'&/-]*(?: [a-z][\w'&-]*){0,2}"
_HEAD = re.compile(
    rf"(?:^|(?<=\n)|(?<=; )|(?<=\. ))[ ]*(?:[-*•–>+]+ +|\d{{1,2}}[.)] +|\| *)?(?P<n>{NP})(?P<o> ?:(?!\d)| +[–-](?= )| *\||\.(?= +\w)| ?\()"
)
_NO_HEAD = frozenset(
    "view rule report note automation role requirement example thing way need extra other question permission who what why when where field column table reminder dashboard "
    "alert notification workflow integration people everyone access phase step priority status page screen menu feature goal detail option background context purpose scope summary type".split()
)
_STOP = re.compile(r"\n|;|\.(?=\s|$)")
_COMMA = re.compile(r" ?(?:,|,? and|,? \+|,? &|/) ?(?:our |the |their )?")
_GOES_ON = re.compile(r"\s*(?:,|and\b|\.|;|$|with\b|\n)")
_COLON = re.compile(r" ?:(?!\d)| [–-] ")
_ONE = re.compile(r"(?:[:,–-]|\band) ?(?:an?|the|one|which) $")


def heads(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
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
            known = " ".join(words)
            several = sum(table for _, _, table in heads) >= 3 and is_plural(words[-1]) and lemma(known) in lexicon.tables()
            if lexicon.is_table_noun(known) and (several or fields_after(end + len(opener), marks, low, 30) >= 2):
                yield start, end


def listed(marks: list[Mark], low: str) -> Iterator[tuple[int, int]]:
    """`books, branches, copies`: a plural that businesses keep a table of, in a list that a table opens, is one too."""
    last: Mark | None = None
    for mark in marks:
        if last is not None and last.tag == "T" and mark.tag == "F" and _COMMA.fullmatch(low[last.end : mark.start]):
            after = _GOES_ON.match(low, mark.end)
            if after and is_plural(mark.text.split()[-1]) and kept_as_rows(mark.text) and is_plural(last.text.split()[-1]):
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


def named_in_lists(marks: list[Mark], low: str) -> list[Mark]:
    """`Schedule: a training on a date with a room`: in the list of a head, one of another table is a link to it."""
    made: list[Mark] = []
    head = -1
    for mark in marks:
        piece = low.rfind("\n", 0, mark.start) + 1
        if mark.tag == "T" and not low[piece : mark.start].strip(" -*•|0123456789.)") and _COLON.match(low, mark.end):
            head = piece
        elif (
            mark.tag == "T"
            and head == piece
            and _ONE.search(low[max(piece, mark.start - 12) : mark.start])
            and not is_plural(mark.text.split()[-1])
        ):
            again = any(o.tag == "T" and o is not mark and lemma(o.text) == lemma(mark.text) for o in marks)
            mark = (
                replace(mark, tag="L", place=-1) if again and "." not in low[made[-1].end if made else 0 : mark.start] else mark
            )
        made.append(mark)
    return made


def fields_after(place: int, marks: list[Mark], low: str, most: int) -> int:
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


def kept_as_rows(noun: str) -> bool:
    """Whether businesses keep a table of the very noun, and it is not usually a plain field."""
    one = lemma(noun)
    return one in lexicon.tables() and lexicon.fields().get(one) in (None, "person", "text") and one not in PLACES
