"""A sentence cut where one thing ends and the next begins: what starts it, each action, each `if` and `otherwise`."""

import re
from dataclasses import dataclass

DOES = (
    r"(?:re-?send|e-?mails?|mails?|sends?|posts?|slacks?|notif(?:y|ies)|alerts?|warns?|tells?|lets?|informs?|reminds?|nudges?|pings?|messages?|texts?|dms?|writes?|shares?|announces?|creates?|adds?|makes?|opens?|logs?|raises?|inserts?|upserts?|records?|"
    r"updates?|sets?|changes?|marks?|moves?|assigns?|closes?|archives?|ticks?|deletes?|removes?|bins?|trash(?:es)?|clears?|finds?|fetch(?:es)?|gets?|looks?\s+up|lists?|collects?|counts?|totals?|sums?|adds?\s+up|calculates?|works?\s+out|"
    r"attach(?:es)?|generates?|draws?|charts?|exports?|saves?|produces?|turns?|calls?|triggers?|fires?|hits?|asks?|requests?|needs?|waits?|pauses?|holds?|summari[sz]es?|classif(?:y|ies)|categori[sz]es?|translates?|drafts?|extracts?|scores?|"
    r"runs?|quer(?:y|ies)|stops?|replies|reply|responds?|answers?|publish(?:es)?|cc|copy|escalates?|reduces?|increases?|lowers?|raises?|books?|starts?|has|have|includes?|puts?|requires?|print|remember|give)"
)
_CONJ = r"(?:(?:(?:can|could|would|will)\s+you|i\s+want\s+(?:you\s+|it\s+)?to|i'd\s+like\s+(?:you\s+|it\s+)?to|and|then|also|plus|finally|next|afterwards?|but|after\s+that|please|it\s+should|automatically|just|first|secondly|so)\s*,?\s+)"
_WAY = (
    r"(?:(?:only\s+)?(?:if|when(?:ever)?)\b|once\b(?!\s+(?:a|per|every)\b)|as\s+soon\s+as\b|every\s+time\b|each\s+time\b|unless\b|otherwise\b|else\b|(?:if\s+)?not\s*,|in\s+any\s+other\s+case\b|only\s+(?:for|on|with)\b|"
    r"for\s+(?:each|every)\b|after\s+(?:\d+|an?|one|two|three|four|five|six|seven|ten|another)\s+(?:\w+\s+)?(?:minutes?|hours?|days?|weeks?|months?)\b(?!\s+(?:of|since))|(?:\d+|an?|one|two|three|four|five|six|seven)\s+(?:minutes?|hours?|days?|weeks?|months?)\s+later\b|"
    r"until\b)"
)
_CUT = re.compile(
    rf"(?:\s*[,;]\s*|\s+-?->\s*|\s+→\s*|\.\s+|\s+[-–]\s+){_CONJ}*(?=(?:the\s+app\s+)?(?:{DOES}|{_WAY})\b)"
    rf"|\s+{_CONJ}+(?=(?:{DOES}|{_WAY})\b)"
    rf"|(?<=\w)(?<!\bonly)\s+(?=(?:if|when(?:ever)?|unless|as\s+soon\s+as|otherwise|only\s+(?:if|when|for))\b)"
)
_QUOTED = re.compile(r"\"[^\"\n]{1,2000}\"|“[^”\n]{1,2000}”|(?<!\w)'[^'\n]{2,400}'(?!\w)|\([^()\n]*\)")
_QUOTES = re.compile(r"\"[^\"\n]{1,2000}\"|“[^”\n]{1,2000}”|(?<!\w)'[^'\n]{2,400}'(?!\w)")
NOUN_BEFORE = re.compile(
    r"\b(?:an?|the|this|that|its|their|our|my|your|each|every|any|new|by|via|per|of|with|as|in|on|from|no|more|daily|weekly|monthly|slack|whole|last|next|first|open|to\s+the|and\s+a)\s*$"
)
"""A word after one of these is no action: `the update`, `by e-mail`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is in lower case; both are as long as the span in the words."""

    text: str
    raw: str
    start: int
    end: int


def masked(raw: str) -> str:
    """In lower case, with what is quoted or in brackets made of underscores, as long as before."""
    low = raw.lower() if len(raw.lower()) == len(raw) else raw
    return _QUOTED.sub(lambda m: m[0][0] + "_" * (len(m[0]) - 2) + m[0][-1], low)


def _unquoted(raw: str) -> str:
    low = raw.lower() if len(raw.lower()) == len(raw) else raw
    return _QUOTES.sub(lambda m: m[0][0] + "_" * (len(m[0]) - 2) + m[0][-1], low)


def pieces(raw: str) -> list[Piece]:
    """In order. Nothing but conjunctions and commas lies between them."""
    text = masked(raw)
    cuts: list[tuple[int, int]] = []
    for m in _CUT.finditer(text):
        if m.start() < 2 or not text[: m.start()].strip():
            continue
        if re.search(r"\b(?:to|can|must|should|will|may|not|don't|who|that|which|didn't)\s*$", text[: m.end()]):
            continue
        if cuts and m.start() < cuts[-1][1]:
            continue
        cuts.append(m.span())
    found: list[Piece] = []
    at = 0
    for start, end in [*cuts, (len(raw), len(raw))]:
        a, b = _trim(raw, at, start)
        if re.search(r"\w", raw[a:b]):
            found.append(Piece(_unquoted(raw[a:b]), raw[a:b], a, b))
        at = end
    return found


_LEAD = re.compile(rf"^\s*{_CONJ}+", re.I)


def _trim(raw: str, start: int, end: int) -> tuple[int, int]:
    while end > start and raw[end - 1] in " \n,;.?":
        end -= 1
    while start < end and raw[start] in " \n,;.:–-":
        start += 1
    lead = _LEAD.match(raw[start:end])
    return (start + lead.end() if lead and lead.end() < end - start else start), end


def quoted(raw: str) -> str:
    """The first thing in quotes; empty without one."""
    m = re.search(r"\"([^\"\n]{1,4000})\"|“([^”\n]{1,4000})”|(?<!\w)'([^'\n]{2,4000})'(?!\w)", raw)
    return next((g for g in m.groups() if g), "").strip() if m else ""


def verb_at(text: str, after: int = 8) -> int | None:
    """Where an action begins within an event that has no comma: `when a deal is won e-mail the owner`."""
    for m in re.finditer(rf"\b{DOES}\b", text):
        if (
            m.start() >= after
            and not NOUN_BEFORE.search(text[: m.start()])
            and _STRONG.match(m[0])
            and not _PASSIVE.search(text[: m.start()])
        ):
            return m.start()
    return None


_STRONG = re.compile(
    r"(?:e-?mail|send|post|slack|notify|alert|warn|tell|let|inform|remind|nudge|ping|message|text|create|add|update|set|mark|assign|delete|ask|wait|call|generate|attach|draft|summari[sz]e|classify|translate)$"
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|gets?|has|have|we|i|they|you|someone|somebody|customer|client|user|people)\s*$"
)
