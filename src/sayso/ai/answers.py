"""What a model said, looked at with distrust: is it JSON, is it whole, is it the value or talk about it."""

from __future__ import annotations

import math
import re
from typing import Any

import orjson

from sayso.gateway.builtin.reader.language import NAMES, language

JUDGED_CHARACTERS_MIN = 40
"""A shorter text does not show its language."""
LANGUAGE_SURE_MIN = 0.5
BEGINNINGS_MAX = 50
"""Places that an object is looked for from: brackets within brackets would be read as often as there are of them."""
_FENCE = re.compile(r"\A\s*```(?:\w+)?\s*\n?(.*?)\n?\s*```\s*\Z", re.S)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.S | re.I)
_PREAMBLE = re.compile(
    r"\A(?:sure|certainly|of course|okay|ok|here (?:is|are)|here['’]s|the (?:answer|value|summary|translation|reply) is)\b[^\n:]{0,80}:\s+",
    re.I,
)
_DECLINED = re.compile(
    r"\A\W*(?:i['’]?m sorry,?\s*(?:but\s*)?(?:i|as an ai)|i (?:can ?not|can['’]t|am (?:unable|not able)|won['’]t be able)|as an ai\b|sorry,?\s*(?:but\s*)?i can)"
    r"[^.\n]{0,160}\b(?:assist|help|comply|do that|fulfil|provide|process|access|see|view|read|answer|complete|determine|generate|translate|summari[sz]e)",
    re.I,
)
_CLAIMS = re.compile(
    r"\A\W*(?:(?:done|success(?:ful(?:ly)?)?|all set|okay|ok|sure)\b[\s,.!:–—-]*)?(?:i(?:['’]ve| have)?|the (?:row|record|field|table|database|value)s? (?:has|have|was|were)(?: been)?)"
    r"\s+(?:now\s+|just\s+|successfully\s+|already\s+)*(?:updated|filled|saved|written|stored|deleted|removed|sent|e-?mailed|added|set|changed|completed|created|emptied|exported|forwarded)\b",
    re.I,
)
_ONLY_DONE = re.compile(r"\A\W*(?:done|success(?:fully)?(?: completed)?|task completed?|completed|all set)\W*\Z", re.I)


def without_nul(value: Any) -> Any:
    """The same without the character NUL, which PostgreSQL cannot store: one answer with it would never be written."""
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [without_nul(one) for one in value]
        case dict():
            return {without_nul(name): without_nul(one) for name, one in value.items()}
        case _:
            return value


def json_in(text: str) -> Any:
    """The JSON object in an answer, whatever stands around it. Raises `ValueError` when there is none."""
    value = _json_in(text)
    return without_nul(value) if "\\u0000" in text else value


def _json_in(text: str) -> Any:
    text = _THOUGHT.sub("", text)
    if fenced := _FENCE.match(text):
        text = fenced[1]
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    start, tries = text.find("{"), 0
    while start >= 0 and (tries := tries + 1) <= BEGINNINGS_MAX:
        end = _closing(text, start)
        if end < 0:
            break
        try:
            return orjson.loads(text[start : end + 1])
        except orjson.JSONDecodeError:
            start = text.find("{", start + 1)
    raise ValueError("no JSON object")


def _closing(text: str, start: int) -> int:
    """Where the object that opens at `start` closes; -1 when it does not."""
    depth, quoted, escaped = 0, False, False
    for at in range(start, len(text)):
        c = text[at]
        if escaped:
            escaped = False
        elif quoted and c == "\\":
            escaped = True
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in "{}":
            depth += 1 if c == "{" else -1
            if depth == 0:
                return at
    return -1


def bare(text: str) -> str:
    """A text that was asked for without JSON, without what models put around it."""
    text = _THOUGHT.sub("", text)
    if fenced := _FENCE.match(text):
        text = fenced[1]
    return _PREAMBLE.sub("", text.strip()).strip()


def is_declined(text: str) -> bool:
    """Whether this is a model saying that it will not."""
    return bool(_DECLINED.match(text))


def is_claim(text: str) -> bool:
    """Whether this tells of something done, which no model here can do, in place of giving the value."""
    return bool(_CLAIMS.match(text) or _ONLY_DONE.match(text))


def wrong_language(text: str, wanted: str) -> str | None:
    """The language that a text is in, when that is surely not the one that was wanted (`German`, `de`)."""
    code = code_of(wanted)
    if code is None or len(text) < JUDGED_CHARACTERS_MIN:
        return None
    found = language(text)
    if found.code in ("und", code) or found.sure < LANGUAGE_SURE_MIN or {found.code, code} <= {"da", "no", "sv"}:
        return None
    return found.name


def code_of(name: str) -> str | None:
    """`German`, `german (formal)` and `de` are `de`; None for a language that we cannot tell."""
    folded = name.strip().casefold()
    if folded in NAMES:
        return folded
    return next((code for code, known in NAMES.items() if folded.startswith(known.casefold())), None)


def likelihood(choice: dict[str, Any]) -> float | None:
    """The mean chance of the answer's tokens, from `logprobs` where an upstream gives them."""
    content = (choice.get("logprobs") or {}).get("content") if isinstance(choice.get("logprobs"), dict) else None
    chances = [t["logprob"] for t in content or () if isinstance(t, dict) and isinstance(t.get("logprob"), (int, float))]
    return round(math.exp(max(-50.0, sum(chances) / len(chances))), 4) if chances else None
