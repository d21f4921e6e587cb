"""A wish in pieces that can each be understood or listed as not understood: lines, bullets, sentences, clauses."""

import itertools
import re
from dataclasses import dataclass
from typing import Literal

from sayso.builder.planner.normalise import lowered

Section = Literal["tables", "fields", "views", "automations", "roles", "ai", ""]
CLAUSES_MAX = 4_000

_BULLET = re.compile(
    r"\s*(?:[-*•+]|–(?=\s)|>(?=\s)|\d{1,3}[.)](?=\s)|\([a-z0-9]{1,2}\)(?=\s)|[a-z]\)(?=\s)|☐|✓|✔|✅|□|\[[ x]?\])\s*"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|dr|mr|mrs|ms|approx|incl|excl|max|min|est|p\.m|a\.m|inc|ltd|co|st|dept|w|resp|tel|qty|ref)|\b[a-z])\.$"
)
_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)|;(?=\s|$)|…(?=\s+[A-Z])")
_SECTION: dict[str, Section] = {
    "table": "tables", "tables": "tables", "entities": "tables", "things": "tables", "data": "tables", "things we track": "tables",
    "what we track": "tables", "modules": "tables", "objects": "tables", "lists": "tables", "field": "fields", "fields": "fields",
    "columns": "fields", "views": "views", "view": "views", "screens": "views", "pages": "views", "reports": "views", "reporting": "views",
    "dashboards": "views", "charts": "views", "automation": "automations", "automations": "automations", "rules": "automations",
    "workflow": "automations", "workflows": "automations", "reminders": "automations", "notifications": "automations",
    "alerts": "automations", "roles": "roles", "permissions": "roles", "access": "roles", "users": "roles", "who can do what": "roles",
    "ai": "ai", "ai features": "ai", "ai parts": "ai",
}  # fmt: skip

_VIEW = r"(?:board|kanban|calendars?|timeline|gantt|gallery|galleries|charts?|graphs?|dashboards?|pie|histogram)"
_DO = (
    r"(?:remind|notify|alert|nudge|poke|ping|warn|slack|sms|let\s+(?!me\s+(?:describe|explain|know\s+if))(?:\w+\s+){1,4}know|"
    r"(?:e-?mail|mail|message|text|msg)\s+(?:the|them|him|her|me|us|everyone|everybody|all|each|our|a|an|to|out|both|whoever|parents?|customers?|clients?|it|(?!with|and|or|is|as|field|address|phone)\w+\s+(?:the|a|when|if|about|on|every|with))\b|"
    r"send\s+(?!dates?\b|times?\b|to\s+date)|post\s+(?:a|an|the|it|to|in|them|on)\b|tell\s+(?:me|us|the|them|everyone|whoever)\b)"
)
_WHEN = r"(?:when(?:ever)?|if|once|as\s+soon\s+as|every\s+time|each\s+time|anytime|the\s+moment|after|upon)\s+(?!(?:due|taken|returned|started|done|needed|possible|necessary|not|a\s+week|a\s+month|a\s+day|it's\s+due|is\s+it)\b)"
_TIMED = r"(?:every|each|evry|on)\s+(?:single\s+)?(?:first|last|\d{1,2}(?:st|nd|rd|th)|mon|tue|wed|thu|fri|sat|sun|day\b|morning|evening|night|week|month|quarter|year|hour|afternoon|weekday|other\s|\d+\s+(?:min|hour|day))|(?:daily|weekly|monthly|nightly|quarterly)\s+(?:e-?mail|report|digest|summary|reminder|forecast|overview|update|at\b|on\b|list)"
_SUBJECT = r"(?:each|every|an?|the|all|our)\s+(?:[\w'-]+\s+){1,3}(?:has|have|needs?|belongs?|contains?|can\s+have|should\s+have|gets?|must\s+have|consists?)\b"
_AI = r"(?:(?:let|have|want|get|use|and|the|an?|with)\s+){0,3}(?:ai|gpt|chatgpt|llm)\b|(?:summari[sz]e|categori[sz]e|classify|auto-?categori[sz]e|auto-?tag|translate|draft\s+an?)\b"
_ONLY = r"only\s+(?:the\s+)?[\w\s-]{2,30}?\s(?:can|may|should|are\s+allowed|get\s+to|must)\b|nobody\s+(?:else|but|except)"
_WANT = r"(?:i|we|they|you|he|she|the\s+\w+)\s+(?:also\s+|just\s+|really\s+)?(?:want|need|would|wanna|like|must|should|'d)\b|i'd\b|we'd\b|please\b|also\b|show\b|give\b|add\b"
_CUE = re.compile(
    rf"(?:\s*[,;]\s*|\s+[-–]\s+|\s+(?=and\s|plus\s|but\s|&\s))(?:(?:and|plus|also|then|but|&|as\s+well\s+as|so)\s+){{0,3}}"
    rf"(?=(?:{_DO}|{_WHEN}|{_TIMED}|{_SUBJECT}|{_AI}|{_ONLY}|{_WANT}|"
    rf"(?:(?:they|it|which)\s+)?(?:should|must|also)\s+(?:show|shows|display)\b|shows?\s+how\s+(?:much|many)\b|"
    rf"(?:an?|the|our|one)\s+(?:[\w-]+\s+){{0,3}}forms?\s*(?:where|with|that|\(|:|for\b)|"
    rf"(?:(?:an?|the|one|another|with|simple|nice|some)\s+){{0,3}}(?:[\w-]+\s+){{0,2}}{_VIEW}\b))"
)


_TOPIC = re.compile(
    r":\s+(?=(?:each|every|an?)\s+(?:[\w'-]+\s+){0,3}?(?:(?:always|also|can|may|must|should|will)\s+)?(?:belongs?\s+to|is\s+(?:for|part\s+of|linked\s+to))\s)"
)
"""`Track jobs: each job belongs to …`: after what it is about comes a sentence of its own."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of the wish: `text` is in lower case, `raw` as typed; both as long as the span.

    `heading` is the line or lead that it stands under ("Students" in "Students: name, grade"), `section` what such a
    heading says about everything below it.
    """

    start: int
    end: int
    raw: str
    text: str
    heading: str = ""
    section: Section = ""
    bullet: bool = False
    row: bool = False
    sentence: int = 0
    defines: bool = False
    """Whether the heading names what this clause lists (`Name: a, b, c` or bullets under `Name`)."""


def _lines(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in ' \n,;|"':
        start += 1
    while end > start and text[end - 1] in ' \n,;|"':
        end -= 1
    return start, end


def _depth_ok(piece: str) -> bool:
    return piece.count("(") <= piece.count(")")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of one line; abbreviations, decimals and brackets do not end one."""
    found: list[tuple[int, int]] = []
    at = start
    for m in _END.finditer(text, start, end):
        piece = text[at : m.end()]
        if m[0] == "." and _ABBREVIATED.search(text[max(at, m.end() - 8) : m.end()].lower()):
            continue
        if m[0] == "." and re.search(r"(?i)\b(?:no|nr)\.$", piece) and text[m.end() : m.end() + 3].strip()[:1].isdigit():
            continue
        if not _depth_ok(piece) and m.end() - at < 400:
            continue
        if piece.strip():
            found.append((at, m.end()))
        at = m.end()
    if text[at:end].strip():
        found.append((at, end))
    return found


def section_of(heading: str) -> Section:
    words = re.sub(r"[^a-z ]", "", heading.lower()).split()
    words = [
        w
        for w in words
        if w
        not in (
            "the",
            "my",
            "our",
            "some",
            "we",
            "i",
            "want",
            "need",
            "care",
            "about",
            "as",
            "see",
            "them",
            "id",
            "like",
            "main",
            "key",
            "and",
            "also",
            "to",
            "have",
            "is",
            "are",
            "requirements",
        )
    ]
    joined = " ".join(words)
    if joined in _SECTION:
        return _SECTION[joined]
    return (
        _SECTION.get(words[0], "")
        if words
        and len(words) <= 3
        and words[0] in ("tables", "fields", "views", "rules", "automations", "permissions", "roles", "reports")
        else ""
    )


_HEADING = re.compile(r"^\s*(?:[A-Z][\w&'/-]*(?:\s+[\w&'/()-]+){0,4})\s*$")
_LEAD = re.compile(r"^(?P<name>[^:.,;!?(|]{2,48}?)\s*(?P<mark>:|\s–|\s-|=>?)(?=\s|$)\s*")


def _headed(text: str, lines: list[tuple[int, int]], n: int) -> bool:
    """Whether line `n` is a heading: it ends with a colon, or is short, bare, and followed by bullets or a list."""
    start, end = lines[n]
    line = text[start:end].strip()
    if line.endswith(":") and len(line) <= 160:
        return True
    if len(line) > 48 or not _HEADING.match(line) or n + 1 >= len(lines):
        return False
    following = text[slice(*lines[n + 1])]
    return bool(_BULLET.match(following)) or bool(section_of(line)) or following.count(",") >= 2


def clauses(text: str) -> list[Clause]:
    """All clauses of a normalised wish, in order. Nothing but spaces and marks lies between them."""
    found: list[Clause] = []
    lines = _lines(text)
    heading, section, number = "", "", 0
    below_heading = False
    for n, (start, end) in enumerate(lines):
        line = text[start:end]
        gap = n > 0 and "\n" in text[lines[n - 1][1] + 1 : start]
        if line.lstrip().startswith("|") and line.count("|") >= 2:
            number += 1
            if not re.fullmatch(r"[\s|:\-=+]+", line):
                found.append(_clause(text, start, end, heading, section, number, row=True))
            continue
        bullet = _BULLET.match(line)
        at = start + (bullet.end() if bullet else 0)
        if not bullet and _headed(text, lines, n):
            head = line.strip().rstrip(":").strip()
            number += 1
            found.append(_clause(text, at, end, "", "", number))
            heading, section, below_heading = head, section_of(head), False
            continue
        if gap and not bullet and below_heading:
            heading, section = "", ""
        below_heading = True
        for s, e in _joined_leads(text, sentences(text, at, end)):
            number += 1
            found.extend(_pieces(text, s, e, heading, section, number, bool(bullet)))
        if len(found) >= CLAUSES_MAX:
            break
    return [c for c in found if re.search(r"\w", c.raw)][:CLAUSES_MAX]


def _joined_leads(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`Projects. Title, description.` is one definition: a bare short name goes with the list that follows."""
    kept: list[tuple[int, int]] = []
    for span in spans:
        if kept and text[slice(*span)].count(",") >= 1 and kept[-1][1] >= span[0] - 1:
            lead = text[slice(*kept[-1])].strip()
            following = text[slice(*span)].strip()
            if _LEAD_ALONE.fullmatch(lead) and _lists(following):
                kept[-1] = (kept[-1][0], span[1])
                continue
        kept.append(span)
    return kept


_LEAD_ALONE = re.compile(r"(?!(?:I|We|My|Our)\b)[A-Z][\w'-]*(?:\s+[\w'&/-]+){0,3}\.")
_TELLS = re.compile(
    r"[:(]|\s[–-]\s|\b(?:has|have|with|contains?|needs?|belongs?|submits?|enters?|fills?|is|are|can|should|gets?|i|we|they|you|please)\b"
)


def _lists(following: str) -> bool:
    """Whether a sentence is a bare list of fields, or says what `each` of the lead has."""
    first = following.split(",")[0].lower()
    return first.startswith(("each belongs", "each has", "each one", "has ", "with ")) or not _TELLS.search(first)


def _clause(
    text: str,
    s: int,
    e: int,
    heading: str,
    section: str,
    number: int,
    *,
    bullet: bool = False,
    row: bool = False,
    defines: bool = False,
) -> Clause:
    s, e = (s, e) if row else _trim(text, s, e)
    while not row and e > s + 3 and text[e - 1] in ".!" and not text[s:e].endswith(("...", "a.m.", "p.m.", "etc.")):
        e -= 1
    raw = text[s:e]
    return Clause(s, e, raw, lowered(raw), heading, section, bullet, row, number, defines)  # type: ignore[arg-type]


def _pieces(text: str, s: int, e: int, heading: str, section: str, number: int, bullet: bool) -> list[Clause]:
    """One sentence, cut where it goes on to something of another kind (a view, a reminder, a rule)."""
    s, e = _trim(text, s, e)
    raw = text[s:e]
    small = lowered(raw)
    cuts = [0]
    depth_at = _depths(raw)
    for m in _CUE.finditer(small):
        if m.start() > cuts[-1] + 2 and depth_at[m.start()] == 0:
            cuts.append(m.start())
    if (topic := _TOPIC.search(small)) and depth_at[topic.start()] == 0:
        cuts = sorted({*cuts, topic.end()})
    cuts.append(len(raw))
    return [
        _clause(text, s + a, s + b, heading, section, number, bullet=bullet)
        for a, b in itertools.pairwise(cuts)
        if re.search(r"\w", raw[a:b])
    ]


def _depths(raw: str) -> list[int]:
    depths: list[int] = []
    depth = 0
    for c in raw:
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth = max(0, depth - 1)
        depths.append(depth)
    return [*depths, 0]


def lead_of(raw: str) -> tuple[str, int]:
    """The name before a colon or dash that opens a definition, and where its list begins; `("", 0)` without one."""
    if m := _LEAD.match(raw):
        return m["name"].strip(" *_-"), m.end()
    if m := re.match(r"([A-Z][\w'-]*(?:\s+[\w'&/-]+){0,3})\.\s+", raw):
        return m[1], m.end()
    return "", 0
