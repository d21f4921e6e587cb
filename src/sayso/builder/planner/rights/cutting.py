"""A wish in clauses that each say one thing of somebody: lists of people and of things stay whole, new predicates begin a clause."""

import re

from sayso.builder.planner.clauses import sentences
from sayso.builder.planner.rights.words import MAY, NOT, ONLY, VERB, plain

CLAUSES_MAX = 400
CLAUSE_CHARACTERS_MAX = 600
LOOK_AHEAD = 120
"""Characters of a clause that show whether something new begins."""
_BETWEEN = re.compile(
    r"\s*;\s*|\s*:\s+|\s*,\s*(?:(?:and|but|or|while|so)\s+)?|\s+(?:and|but|or|while|whereas|plus)\s+|\s+[-–—/]\s+(?!>)|\s*\n\s*"
)
_ENDS_IN_VERB = re.compile(rf"(?:^|\s)(?:{MAY}|{NOT}|{ONLY}|to|and|or)\s+(?:(?:{VERB})\s*(?:,|and|or|/)\s*)*(?:{VERB})$")
_ENDS_IN_ALL = re.compile(r"(?:^|\s)(?:nobody|everyone|anyone|all|everything|anything|nothing|it\s+all)(?:\s+else)?$")
_AFTER_COLON = re.compile(
    rf"^(?:only\s+[\w' &-]+?\s+(?:{MAY})\s|(?!(?:{VERB})\b)(?:each\s+|the\s+)?[\w'&-]+(?:\s+[\w'&-]+){{0,2}}\s+(?:{NOT}|(?:{MAY})\s+(?:{ONLY}\s+)?(?:{VERB})|{ONLY}\s+(?:{VERB}))\b|they\s|nobody\s|everyone\s+(?:else\s+)?(?:{MAY}|{NOT})\s)"
)
_BEGINS_WITH_VERB = re.compile(rf"^(?:{VERB})\b")
_COMMAND = r"hide|give|grant|let|allow|block|bar|ban|lock|revoke|take\s+away|restrict|limit|make|keep|do\s+not\s+(?:let|allow|show)|forbid"
_BEGINS = re.compile(
    rf"^(?:they\s+|he\s+|she\s+|who\s+|which\s+|it\s+|(?:the\s+)?others?\s+)?(?:(?:also|just|even|still|then)\s+)?"
    rf"(?:{NOT}|{MAY}|{ONLY}\s+\S|(?:{VERB})\b|nothing\b|without\b|no\s|read[- ]only\b|full\s+access|lose|loses|{_COMMAND}|everyone\s+else|nobody\b|all\s+others|the\s+rest\s+of|rest\s+of\s+the)"
)
_SOMEBODY = re.compile(
    rf"^(?:[\w'&/-]+\s+){{1,5}}?(?:(?:{NOT})\b|(?:{MAY})\s|(?:{ONLY})\s+(?:{VERB})\b|(?:sees?|edits?|gets?|reads?|views?|manages?|approves?|handles?|has|have|is|are|stays?|remains?|loses?)\s|only\s*:|[^:]{{0,20}}:)"
)
_LIST_ENDS = re.compile(rf"^(?!(?:{VERB})\b)(?:the\s+|our\s+)?[\w' -]{{2,40}}?\s+(?:only|alone)$")


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans of the clauses of a text, sentence by sentence: `(start, end)` pairs in order. Neighbours of one sentence touch or nearly so."""
    return [clause for sentence in of_sentences(text) for clause in sentence][:CLAUSES_MAX]


def of_sentences(text: str) -> list[list[tuple[int, int]]]:
    found: list[list[tuple[int, int]]] = []
    at = 0
    for line in text.split("\n"):
        found += [_cut(text, a, b) for a, b in sentences(text, at, at + len(line))]
        at += len(line) + 1
    return found


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at = start
    depth = 0
    marks = {m.start(): m for m in _BETWEEN.finditer(text, start, end)}
    i = start
    while i < end:
        depth += (text[i] in "([") - (text[i] in ")]")
        m = marks.get(i)
        if m is not None and m.end() > m.start() and depth <= 0 and at < m.start() and _parts(text, at, m, end):
            pieces.append((at, m.start()))
            at = i = m.end()
            continue
        i += 1
    return [*pieces, (at, end)] if text[at:end].strip() else pieces


def _parts(text: str, at: int, m: "re.Match[str]", end: int) -> bool:
    """Whether something new is said behind a comma or an `and`."""
    after = plain(text[m.end() : min(end, m.end() + LOOK_AHEAD)])
    if m[0].strip() == ":":
        return _AFTER_COLON.match(after) is not None
    if not (_BEGINS.match(after) or _SOMEBODY.match(after)):
        return False
    before = plain(text[max(at, m.start() - LOOK_AHEAD) : m.start()])
    if _ENDS_IN_VERB.search(before) and _BEGINS_WITH_VERB.match(after):
        return False
    if m[0].strip() == "but" and _ENDS_IN_ALL.search(before) and not re.match(rf"(?:{NOT}|{MAY}|{VERB})\b", after):
        return False
    return not (m[0].strip() in ("and", "or") and _LIST_ENDS.match(after))
