"""Fields read from a text: each value with the words that it was taken from, and whether a person should look again.

In order: lines such as `Phone: 555-0142`; then what is recognised by its form (`findings`), each given to the field whose words stand
nearest; then what follows a field's own words (`seat 14C`); for questions of yes or no, the clause that speaks of it.
Nothing is ever made up: a field that is not in the text is None.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sayso.gateway.builtin.reader import likeness
from sayso.gateway.builtin.reader.findings import TEXT_CHARACTERS_MAX, Finding, Kind, figure, findings
from sayso.gateway.builtin.reader.passages import clauses, sentences

FIELDS_MAX = 100
NEAR_CHARACTERS = 60
"""How far a field's words may stand from its value."""
SURE_MIN = 0.5
"""A value that scores less needs review."""

Type = Literal["text", "number", "integer", "boolean"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field to read. Its `kind` is guessed from its words when none is given; `names` are the words that stand for it."""

    name: str
    type: Type = "text"
    kind: Kind | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """`value` is None when the text does not say it; `evidence` is `text[start:stop]`."""

    value: str | float | int | bool | None
    evidence: str = ""
    start: int = 0
    stop: int = 0
    score: float = 0.0

    @property
    def needs_review(self) -> bool:
        return self.score < SURE_MIN


NOTHING = Read(None)
_LINE = re.compile(
    r"(?:^|[;\n|]|,(?=\s*[A-Z])|\.(?=\s))[ \t]*(?:[-*•][ \t]*)?(?P<key>[^\W\d_][\w /()'’.-]{0,40}?)[ \t]*[:=][ \t]*(?P<value>[^\n;|]{1,300})",
    re.M,
)
_NEGATED = re.compile(r"\b(?:no|not|never|without|none|isn['’]t|aren['’]t|hasn['’]t|haven['’]t|wasn['’]t|don['’]t|doesn['’]t|didn['’]t|won['’]t|can['’]t|cannot|nor)\b|\bun(?=\w{4})", re.I)  # fmt: skip
_YES, _NO = (
    re.compile(r"^\W*(?:yes|y|true|ja|oui|sí|done|ok|correct|x|✓|☑)\b", re.I),
    re.compile(r"^\W*(?:no|n|false|nein|non|none|not|☐)\b", re.I),
)

KINDS: tuple[tuple[Kind, str], ...] = (
    ("email", r"e-?mails?|mail address"),
    ("phone", r"phone|tel|telephone|mobile|cell|fax|call ?back number"),
    ("url", r"url|website|web ?site|link|homepage|web address"),
    ("percent", r"percent|percentage|discount|rate|share"),
    ("amount", r"price|total|subtotal|amount|cost|costs|budget|fee|fees|tax|vat|deposit|salary|rent|balance|value|paid|payment|due amount|revenue|fare|invoice total|bill"),
    ("date", r"date|day|due|deadline|until|birthday|born|dob|on|by|when|expiry|expires|arrival|departure|start|end|appointment|check.?in|check.?out"),
    ("time", r"time|hour|start time|end time|o'?clock"),
    ("postcode", r"postcode|post code|zip|zip code|postal code"),
    ("company", r"company|organi[sz]ation|employer|firm|business|supplier|vendor|agency"),
    ("code", r"number|no|nr|id|code|reference|ref|sku|order|invoice|ticket|booking|flight|seat|serial|plate|tracking|account|iban|case"),
    ("person", r"name|person|customer|client|contact|owner|passenger|patient|guest|tenant|author|sender|manager|employee|student|teacher|driver|who|assignee|applicant|candidate"),
)  # fmt: skip
"""Which words in a field's name ask for which kind, the most telling first."""
_KINDS: list[tuple[Kind, re.Pattern[str]]] = [(kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in KINDS]
_ALSO: dict[str, tuple[str, ...]] = {
    "name": ("this is", "my name", "name's", "regards"), "amount": ("price", "cost", "for", "worth"), "total": ("in total", "altogether", "sum"),
    "age": ("years old", "aged", "year-old"), "phone": ("call", "number is", "ring", "tel"), "quantity": ("pieces", "units"), "people": ("guests", "persons", "attendees", "of us"),
    "valid_until": ("valid until",), "needed_by": ("needed by", "need it by", "by"), "due_date": ("due", "pay by", "payable by"), "tax": ("vat",),
    "start_time": ("from", "starts at", "at"), "end_time": ("until", "to", "ends at"), "discount": ("off", "reduction"), "tables": ("table",),
}  # fmt: skip


def extract(text: str, wanted: Sequence[Wanted], *, today: date) -> dict[str, Read]:
    """What the text says of each field, by the field's name."""
    wanted, text = wanted[:FIELDS_MAX], text[:TEXT_CHARACTERS_MAX]
    found = {field.name: read for field in wanted if (read := _from_lines(text, field, today))}
    for field, read in _by_form(text, [f for f in wanted if f.name not in found and f.type != "boolean"], found, today):
        found[field] = read
    for field in wanted:
        if field.name not in found:
            read = _yes_or_no(text, field) if field.type == "boolean" else _after_its_words(text, field)
            found[field.name] = read or NOTHING
    return {field.name: found[field.name] for field in wanted}


def kind_of(field: Wanted) -> Kind | None:
    """What form the value has; None when anything may stand there."""
    if field.kind:
        return field.kind
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field.name).replace("_", " ").replace("-", " ")
    # The end of a name says what it is: an `order_date` is a date, an `invoice_number` a code.
    ends: list[tuple[int, int, Kind]] = [
        (m.end(), -i, kind) for i, (kind, pattern) in enumerate(_KINDS) for m in pattern.finditer(words)
    ]
    kind: Kind | None = max(ends)[2] if ends else None
    if field.type in ("number", "integer"):
        return kind if kind in ("amount", "percent") else "number"
    return kind


def _words(field: Wanted) -> list[str]:
    return likeness.telling(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field.name).replace("_", " ").replace("-", " ")) or [
        field.name.lower()
    ]


def _from_lines(text: str, field: Wanted, today: date) -> Read | None:
    """From a line whose key has the field's words."""
    words = _words(field)
    best: tuple[float, re.Match[str]] | None = None
    for line in _LINE.finditer(text):
        key = likeness.words(line["key"])
        shared = sum(word in key for word in words)
        score = shared / max(len(words), 1) - 0.1 * abs(len(key) - len(words))
        if shared and (best is None or score > best[0]):
            best = score, line
    if best is None or best[0] < 0.4:
        return None
    start = best[1].start("value")
    value = best[1]["value"].strip()
    return _typed(value, start, field, today, score=0.6 + 0.4 * min(1.0, best[0]))


def _typed(value: str, start: int, field: Wanted, today: date, *, score: float) -> Read | None:
    """A value as the field wants it, from words that are known to be its value."""
    kind = kind_of(field)
    if field.type == "boolean":
        answer = True if _YES.match(value) else False if _NO.match(value) else None
        said = value.split()[0].rstrip(".,") if value else ""
        return None if answer is None else Read(answer, said, start, start + len(said), score)
    for tried in (kind, "number" if field.type != "text" else None):
        if tried and (inside := findings(value, tried, today=today)):
            one = inside[0]
            return Read(_fits(one, field), value[one.start : one.stop], start + one.start, start + one.stop, score)
    if field.type != "text":
        return None
    value = re.split(r"\.\s|,\s(?=[A-Z][\w ]*:)", value)[0].rstrip(" .,;")
    return Read(value, value, start, start + len(value), score if kind in (None, "person", "company", "code") else 0.7 * score)


def _by_form(text: str, fields: Sequence[Wanted], known: dict[str, Read], today: date) -> list[tuple[str, Read]]:
    """Gives each field the finding of its kind that stands nearest to its words; the best pairs first, every finding once."""
    taken = [(read.start, read.stop) for read in known.values()]
    pairs: list[tuple[float, Wanted, Finding]] = []
    for field in fields:
        kind = kind_of(field)
        if not kind:
            continue
        candidates = findings(text, kind, today=today)
        if kind == "amount" and field.type != "text":
            amounts = [(one.start, one.stop) for one in candidates]
            candidates += [n for n in findings(text, "number", today=today) if not _overlaps(n, amounts)]
        pairs += [(_score(text, field, kind, one, candidates), field, one) for one in candidates]
    pairs.sort(key=lambda pair: -pair[0])
    out: list[tuple[str, Read]] = []
    done: set[str] = set()
    for score, field, one in pairs:
        if score < 0.25 or field.name in done or _overlaps(one, taken):
            continue
        taken.append((one.start, one.stop))
        done.add(field.name)
        out.append(
            (field.name, Read(_fits(one, field), text[one.start : one.stop], one.start, one.stop, round(min(score, 1.0), 2)))
        )
    return out


def _score(text: str, field: Wanted, kind: Kind, one: Finding, candidates: Sequence[Finding]) -> float:
    """0 to 1: how near the field's words stand, whether it is what is counted, and whether there is any other."""
    words = _words(field)
    near = _nearness(text, one, [*words, *_ALSO.get(field.name, ()), *_ALSO.get(words[-1], ())])
    counted = likeness.words(one.unit) if kind == "number" else []
    if any(word in counted[: 3 - n] for n, word in enumerate(words)):
        return 1.0
    if kind in ("email", "url", "phone", "postcode", "percent", "company", "time"):
        return max(near, 0.9 if len(candidates) == 1 else 0.5 - 0.01 * candidates.index(one))
    if kind == "person":
        return max(near, 0.6 if one.unit == "cued" else 0.35) - 0.001 * candidates.index(one)
    if kind == "amount":
        return max(near, 0.55 if [one] == [c for c in candidates if c.kind == "amount"] else 0.0) - (
            0.5 if one.kind == "number" else 0.0
        )
    if kind == "date":
        return max(near, 0.55 if len(candidates) == 1 else 0.3 - 0.01 * candidates.index(one))
    if kind == "number" and field.name in ("quantity", "count", "number", "pieces", "units") and likeness.telling(one.unit):
        return max(near, 0.6)
    return near


def _nearness(text: str, one: Finding, words: Sequence[str]) -> float:
    """1 when one of the words stands directly before, less with distance, less when it stands behind, little beyond the sentence."""
    before = text[max(0, one.start - NEAR_CHARACTERS) : one.start]
    after = text[one.stop : one.stop + NEAR_CHARACTERS]
    before = re.split(r"[.!?]\s|\n|;", before)[-1]
    after = re.split(r"[.!?]\s|\n|;|,", after)[0]
    best = 0.0
    for word in words:
        pattern = re.compile(rf"(?<!\w){re.escape(word)}\w{{0,4}}", re.I)
        places = [len(before) - m.end() for m in pattern.finditer(before)]
        if places:
            gap = before[len(before) - min(places) :]
            best = max(best, 1.0 - 0.9 * min(places) / NEAR_CHARACTERS - 0.25 * len(re.findall(r"\d+", gap)))
        behind = [m.start() for m in pattern.finditer(after)]
        if behind:
            best = max(best, 0.75 - 0.7 * min(behind) / NEAR_CHARACTERS)
    return best


def _after_its_words(text: str, field: Wanted) -> Read | None:
    """`Seat 14C`, `error F28`: what has figures in it and follows the field's last word. For free text, nothing is guessed."""
    if field.type != "text":
        return None
    words = _words(field)
    for word in reversed(words):
        pattern = re.compile(
            rf"(?<!\w){re.escape(word)}\w{{0,4}}\s(?:(?:is|no\.?|nr\.?|number|code)\s)?(?P<value>(?=[\w/-]*\d)[\w/-]+)", re.I
        )
        if m := pattern.search(text):
            return Read(m["value"], m["value"], m.start("value"), m.end("value"), 0.6)
    return None


def _yes_or_no(text: str, field: Wanted) -> Read | None:
    """True when a clause speaks of it, False when it says no. None when it is not spoken of."""
    words = _words(field)
    for sentence in sentences(text):
        for clause in clauses(sentence):
            said = likeness.words(clause.text)
            if all(word in said or f"un{word}" in said for word in words):
                denied = bool(_NEGATED.search(clause.text))
                return Read(not denied, clause.text, clause.start, clause.stop, 0.55)
    return None


def _fits(one: Finding, field: Wanted) -> str | float | int:
    if field.type == "integer":
        return round(float(one.value)) if not isinstance(one.value, str) else int(figure(re.sub(r"\D", "", one.value) or "0"))
    if field.type == "text" and not isinstance(one.value, str):
        return (
            f"{one.value:.2f} {one.unit}".strip()
            if one.kind == "amount"
            else f"{one.value:g}{one.unit if one.kind == 'percent' else ''}"
        )
    return one.value


def _overlaps(one: Finding, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < one.stop and one.start < stop for start, stop in spans)
