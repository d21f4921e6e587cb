"""One operation, asked: arguments put where the document says, sent to the connection's hosts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from sayso.connections import http
from sayso.connections.address import Url
from sayso.connections.openapi.operations import FORM
from sayso.connections.opened import Opened
from sayso.errors import Forbidden, Invalid, NotFound, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

TEXT_CHARACTERS_MAX = 100_000
ANSWER_BYTES_MAX = 5 * 2**20
JSON_BYTES_MAX = 512 * 1024
"""Of an answer that is kept as values; a longer one is kept as the beginning of its text."""

Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """`value` when the answer is JSON, else `text`."""

    status: int
    value: Any
    text: str
    url: str


async def call(
    connections: Connections, opened: Opened, catalogue: Value, operation: str, arguments: Value, *, key: str = ""
) -> Done:
    """Asks it. `catalogue` is what was read of the document. Raises `NotFound`, `Invalid` with every argument that is wrong, `NotDelivered`."""
    one = named(catalogue, operation)
    asked = request(one, catalogue["base"], arguments)
    if Url.of(asked.url).origin not in opened.hosts:
        raise Forbidden(f"{opened.name} is for {', '.join(opened.hosts)}. Read its document again.")
    asked = http.Asked(asked.method, asked.url, asked.headers, asked.body, key)
    answered = await http.ask(connections, asked, opened=opened, bytes_max=ANSWER_BYTES_MAX)
    if failure := answered.failure(opened.name):
        raise failure
    return told(answered)


def named(catalogue: Value, operation: str) -> Value:
    found: list[Value] = catalogue.get("operations", [])
    one = next((one for one in found if one["id"] == operation), None)
    if one is None:
        raise NotFound(f"The document has no operation {operation[:80]!r}." if found else "No document was read yet.")
    return one


def request(operation: Value, base: str, arguments: Value) -> http.Asked:
    """What would be sent, without what lets it in. Raises `Invalid`."""
    known = {one["name"]: one for one in operation["parameters"]}
    problems = [
        Problem(f"arguments/{name}", "is no parameter of this operation", next(iter(known), None))
        for name in arguments
        if name not in known
    ]
    path: str = operation["path"]
    query, headers, body = list[tuple[str, str]](), list[tuple[str, str]](), dict[str, Any]()
    for name, one in known.items():
        value = arguments.get(name)
        if value is None or (value == "" and not (one["place"] == "body" and one["kind"] == "text")):
            if one["required"]:
                problems.append(Problem(f"arguments/{name}", "is needed"))
            continue
        try:
            value = typed(one, value)
        except ValueError as wrong:
            problems.append(Problem(f"arguments/{name}", str(wrong)))
            continue
        match one["place"]:
            case "path":
                path = path.replace(f"{{{one['key']}}}", _segment(value))
            case "query":
                query += _pairs(one, value)
            case "header":
                headers.append((one["key"], ",".join(_texts(value))))
            case _:
                body[one["key"]] = value
    if problems:
        raise Invalid.of(problems)
    url = base + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
    content, type = _content(operation, body)
    sent = [("Content-Type", type), *headers] if content else headers
    return http.Asked(operation["method"], url, [("Accept", "application/json, */*;q=0.8"), *sent], content)


def typed(parameter: Value, value: Any) -> Any:
    """The value as its kind has it; words are read, since automations often have nothing else. Raises `ValueError`."""
    match parameter["kind"]:
        case "number" if isinstance(value, str):
            try:
                return int(value) if value.strip().lstrip("-").isdecimal() else float(value)
            except ValueError:
                raise ValueError("is a number") from None
        case "checkbox" if isinstance(value, str):
            if value.strip().lower() not in ("true", "false", "yes", "no", "1", "0"):
                raise ValueError("is yes or no")
            return value.strip().lower() in ("true", "yes", "1")
        case "choice":
            said = str(value)
            if said not in parameter["choices"]:
                raise ValueError(f"is one of {', '.join(parameter['choices'][:20])}")
            return value
        case "json" if isinstance(value, str):
            try:
                return orjson.loads(value)
            except orjson.JSONDecodeError:
                return value
        case "text" if not isinstance(value, str):
            return orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)
        case _:
            return value


def told(answered: http.Answered) -> Done:
    kind = answered.header("content-type").partition(";")[0].strip().lower()
    if (kind.endswith("json") or not kind) and answered.body and len(answered.body) <= JSON_BYTES_MAX:
        try:
            return Done(answered.status, orjson.loads(answered.body), "", answered.url)
        except orjson.JSONDecodeError:
            pass
    return Done(answered.status, None, answered.text[:TEXT_CHARACTERS_MAX].replace("\0", ""), answered.url)


def _content(operation: Value, body: Value) -> tuple[bytes, str]:
    type: str = operation["body"]
    if not type or not body:
        return b"", ""
    whole = any(one["place"] == "body" and one["key"] == "body" for one in operation["parameters"]) and len(body) == 1
    value = body["body"] if whole and "body" in body else body
    if type == FORM:
        pairs = value.items() if isinstance(value, dict) else ()
        return urlencode([(key, text) for key, one in pairs for text in _texts(one)]).encode(), type
    return orjson.dumps(value), type


def _segment(value: Any) -> str:
    """One step of a path, whatever stands in it: it never leads to another."""
    text = ",".join(_texts(value))
    if text in (".", ".."):
        raise Invalid(Problem("arguments", "hold a step of a path that leads elsewhere", "7"))
    return quote(text, safe="")


def _pairs(parameter: Value, value: Any) -> list[tuple[str, str]]:
    texts = _texts(value)
    return [(parameter["key"], ",".join(texts))] if parameter["joined"] else [(parameter["key"], text) for text in texts]


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, dict):
        return [orjson.dumps(value).decode()]
    return ["" if value is None else str(value)]
