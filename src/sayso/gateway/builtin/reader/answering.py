"""A chat request, answered by reading.

With a JSON schema or a tool to call it fills in what it can read. In plain chat it does six tasks when they are asked for: summing up, choosing
a label, sentiment, language, keywords, extraction. Anything else it declines, and says what to connect.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from sayso.gateway.builtin.reader import likeness, mood
from sayso.gateway.builtin.reader.choosing import Label, choose
from sayso.gateway.builtin.reader.extraction import Wanted, extract
from sayso.gateway.builtin.reader.filling import Unfilled, fill
from sayso.gateway.builtin.reader.gist import keywords, summary
from sayso.gateway.builtin.reader.language import language
from sayso.gateway.builtin.reader.request import Request, fields_in, labels_in, request_of

SENTENCES_MAX = 12
CONNECT = "Connect a model that writes under Models → Providers (OpenAI, Anthropic, Ollama and others), or pull one with `sayso models pull`."
TASKS = "summarising, choosing one of several labels, sentiment, urgency, keywords, the language, and extracting fields"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said back. `refusal` is there when nothing could be read; `call` is the tool to call and its arguments; `told` is the evidence."""

    content: str | None = None
    refusal: str | None = None
    call: tuple[str, str] | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def read(body: Mapping[str, Any], *, today: date) -> Reading:
    """Answers the body of a chat completion."""
    request = request_of([m for m in body.get("messages") or () if isinstance(m, Mapping)])
    if not request.text:
        why = "It cannot see pictures." if request.pictures else "There is no text to read in this request."
        return Reading(None, f"{why} sayso/reader reads text: {TASKS}. {CONNECT}")
    if tool := _tool(body, request):
        name, schema = tool
        return _filled(schema, request, today, name=name)
    format = body.get("response_format") or {}
    if format.get("type") == "json_schema":
        schema = (format.get("json_schema") or {}).get("schema") or {}
        return _filled(schema, request, today)
    if format.get("type") == "json_object":
        return _filled(_named_in(request.instruction), request, today)
    return _plain(request, today)


def _filled(schema: Mapping[str, Any], request: Request, today: date, *, name: str | None = None) -> Reading:
    try:
        filled = fill(schema, request.text, instruction=request.instruction, today=today)
    except Unfilled as missing:
        return Reading(None, _why_not(missing))
    told = {"needs_review": filled.needs_review, "fields": filled.told}
    value = orjson.dumps(filled.value).decode()
    return Reading(None, call=(name, value), told=told) if name else Reading(value, told=told)


def _why_not(missing: Unfilled) -> str:
    parts: list[str] = []
    if missing.written:
        parts.append(f"sayso/reader reads and does not write, so it cannot fill in {_and(missing.written)}. {CONNECT}")
    if missing.absent:
        parts.append(
            f"The text does not say {_and(missing.absent)}, which the schema requires. Allow null there, or send a text that says it."
        )
    return " ".join(parts)


def _named_in(instruction: str) -> dict[str, Any]:
    """For `json_object` without a schema: the keys that the instruction names in quotes."""
    names = list(dict.fromkeys(re.findall(r"[\"'`]([A-Za-z_]\w{0,40})[\"'`]", instruction))) or [
        f.replace(" ", "_") for f in fields_in(instruction)
    ]
    one = {"type": ["string", "null"]}
    return {"type": "object", "properties": dict.fromkeys(names, one), "required": names}


def _tool(body: Mapping[str, Any], request: Request) -> tuple[str, Mapping[str, Any]] | None:
    """The function that must be called: the one that is named, else the one whose description is nearest to the text."""
    chosen = body.get("tool_choice")
    functions = {
        t["function"]["name"]: t["function"]
        for t in body.get("tools") or ()
        if isinstance(t, Mapping) and isinstance(t.get("function"), Mapping)
    }
    if not functions or chosen in (None, "none", "auto"):
        return None
    name: str | None = (
        chosen["function"]["name"] if isinstance(chosen, Mapping) and isinstance(chosen.get("function"), Mapping) else None
    )
    if name is None or name not in functions:
        labels = [Label(n, str(f.get("description", ""))) for n, f in functions.items()]
        name = choose(request.text, labels).label if len(labels) > 1 else labels[0].name
    return name, functions[name].get("parameters") or {}


def _plain(request: Request, today: date) -> Reading:
    writes = _WRITES.match(request.instruction)
    for pattern, task in () if writes else _TASKS:
        if pattern.search(request.instruction) and (found := task(request, today)) is not None:
            return found
    return Reading(
        f"sayso/reader is built in and needs no key: it reads, and does not write. It can do {TASKS}. For this request, {CONNECT[0].lower()}{CONNECT[1:]}",
        told={"declined": True},
    )


def _summary(request: Request, _: date) -> Reading:
    many = re.search(
        r"\b(\d{1,2}|one|two|three|four|five|a single)\s+(?:short |key |main |bullet )*(?:sentences?|points?|bullets?|lines?)",
        request.instruction,
        re.I,
    )
    spelt = {"one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5}
    count = 3 if not many else spelt.get(many[1].lower()) or int(many[1])
    found = [p.text for p in summary(request.text, sentences_max=max(1, min(count, SENTENCES_MAX)))]
    bullets = re.search(r"bullet|points|list", request.instruction, re.I)
    return Reading("\n".join(f"- {s.lstrip('-*• ')}" for s in found) if bullets else " ".join(found))


def _label(request: Request, _: date) -> Reading | None:
    labels = [Label(name, said) for name, said in labels_in(request.instruction)]
    if len(labels) < 2:
        return None
    choice = choose(request.text, labels, about=request.instruction)
    return Reading(
        choice.label, told={"margin": choice.margin, "needs_review": choice.needs_review, "scores": dict(choice.scores[:5])}
    )


def _mood(read_mood: Callable[[str], mood.Mood]) -> Callable[[Request, date], Reading]:
    def task(request: Request, _: date) -> Reading:
        felt = read_mood(request.text)
        return Reading(
            felt.label, told={"margin": felt.margin, "needs_review": felt.needs_review, "evidence": list(felt.evidence)}
        )

    return task


def _language(request: Request, _: date) -> Reading:
    found = language(request.text)
    return Reading(found.name, told={"code": found.code, "score": found.sure, "needs_review": found.sure < 0.3})


def _keywords(request: Request, _: date) -> Reading:
    many = re.search(r"\b(\d{1,2})\b", request.instruction)
    return Reading(", ".join(keywords(request.text, many=max(1, min(int(many[1]), 30)) if many else 8)))


def _fields(request: Request, today: date) -> Reading | None:
    names = fields_in(request.instruction)
    if not names:
        return None
    found = extract(request.text, [Wanted(name) for name in names], today=today)
    if all(one.value is None for one in found.values()):
        return Reading(f"The text does not say {_and(names)}.", told={"needs_review": True})
    lines = [f"{name}: {one.value if one.value is not None else 'not in the text'}" for name, one in found.items()]
    told = {name: {"evidence": one.evidence, "score": one.score, "needs_review": one.needs_review} for name, one in found.items()}
    return Reading("\n".join(lines), told={"needs_review": any(one.needs_review for one in found.values()), "fields": told})


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


_WRITES = re.compile(
    r"^\W*(?:please |can you |could you )?(?:write|draft|compose|reply|respond|translate|rewrite|paraphrase|invent|explain|generate)\b",
    re.I,
)
_TASKS: tuple[tuple[re.Pattern[str], Callable[[Request, date], Reading | None]], ...] = tuple(
    (re.compile(pattern, re.I), task)
    for pattern, task in (
        (r"\bsummar|\btl;?dr|\bmain points|\bshorten\b|\bgist\b", _summary),
        (
            r"\bclassif|\bcategor|\bwhich (?:of|label|topic|department|team)|\blabel\b|\bone of\b|\bassign\b|\broute\b|\bsort\b|\burgen|\bsentiment",
            _label,
        ),
        (r"\bsentiment|\bmood\b|\bpositive or negative|\btone\b", _mood(mood.sentiment)),
        (r"\burgen|\bpriority\b", _mood(mood.urgency)),
        (r"\b(?:what|which|detect|identify|recogni[sz]e|the) (?:the )?language|\blanguage (?:is|of)", _language),
        (r"\bkey ?words|\bkey ?phrases|\btags\b", _keywords),
        (r"\bextract|\bfind\b|\bpull out|\bwhat(?: is|'s| are)|\bgive me\b|\blist\b", _fields),
    )
)


def tokens(text: str) -> int:
    """How many word pieces a text has; by words when the language model is not here."""
    if likeness.by_meaning():
        return likeness.embedding.language_model().wordpiece.count(text) - 2
    return len(re.findall(r"\w+|[^\w\s]", text))
