"""One thing that can be asked of a service: its way, its parameters as a form has them, and their shapes."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from sayso.connections.openapi.pointers import WrittenOut, followed

OPERATIONS_MAX = 1_000
PARAMETERS_MAX = 100
ID_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 2_000
CHOICES_MAX = 200
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
READS = frozenset({"get", "head", "options"})
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
NOT_OURS = frozenset({"accept", "content-type", "authorization", "content-length", "host", "cookie"})
"""Headers that a document may name, but that the request or the connection sets."""

Place = Literal["path", "query", "header", "body"]
Kind = Literal["text", "number", "checkbox", "choice", "json"]
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name` is what an argument is called, `key` what the service calls it; a body without fields of its own is one parameter, `body`.
    `joined`: how several values stand in a query, with commas or each with its name."""

    name: str
    key: str
    label: str
    place: Place
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    description: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    description: str
    group: str
    reads: bool
    body: str
    """The type of what is sent; empty without a body."""
    parameters: tuple[Parameter, ...]
    schema: Value = field(repr=False)
    """JSON Schema of the arguments."""


def operation(out: WrittenOut, verb: str, path: str, item: Value) -> Operation | None:
    """None for what cannot be asked from here: a body that is neither JSON nor a form."""
    told: Value = item[verb]
    whole = out.whole
    found = list[Parameter]()
    schemas: dict[str, Value] = {}
    for raw in _parameters(whole, item, told):
        _add(found, schemas, raw, out)
    for name in PLACEHOLDER.findall(path):
        if not any(p.place == "path" and p.key == name for p in found):
            _put(found, schemas, name, "path", {"type": "string"}, required=True)
    body = _body(whole, told.get("requestBody"))
    if body is None:
        return None
    kind, shape, needed = body
    if kind:
        _add_body(found, schemas, out.schema(shape), needed)
    said = _text(told.get("operationId"), ID_CHARACTERS_MAX)
    tags = told.get("tags")
    required = [one.name for one in found if one.required]
    return Operation(
        said or f"{verb} {path}"[:ID_CHARACTERS_MAX],
        verb.upper(),
        path,
        _text(told.get("summary"), 200) or said or f"{verb.upper()} {path}",
        _text(told.get("description"), TEXT_CHARACTERS_MAX),
        _text(tags[0], 80) if isinstance(tags, list) and tags else "",
        verb in READS,
        kind,
        tuple(found),
        {"type": "object", "properties": schemas, "required": required, "additionalProperties": False},
    )


def _parameters(whole: Any, item: Value, told: Value) -> list[Value]:
    """Those of the operation, and those of the path that it does not say itself."""
    all: dict[tuple[str, str], Value] = {}
    for source in (item.get("parameters"), told.get("parameters")):
        for one in (source if isinstance(source, list) else [])[: PARAMETERS_MAX * 2]:
            one = followed(whole, one)
            if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("in"), str):
                all[one["in"], one["name"]] = one
    return list(all.values())


def _add(found: list[Parameter], schemas: dict[str, Value], raw: Value, out: WrittenOut) -> None:
    place, key = raw["in"], raw["name"]
    if place not in ("path", "query", "header") or (place == "header" and key.lower() in NOT_OURS):
        return
    content: Any = raw.get("content")
    media: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
    schema = out.schema(raw.get("schema") or (media.get("schema") if isinstance(media, dict) else None) or {})
    said = _text(raw.get("description"), TEXT_CHARACTERS_MAX)
    joined = raw.get("explode") is False or (place != "query")
    _put(found, schemas, key, place, schema, required=raw.get("required") is True or place == "path", said=said, joined=joined)


def _add_body(found: list[Parameter], schemas: dict[str, Value], schema: Value, needed: bool) -> None:
    """Each field of an object is a parameter; a body of another shape is one."""
    properties: Any = schema.get("properties")
    if not isinstance(properties, dict) or not 0 < len(properties) <= PARAMETERS_MAX - len(found):
        _put(found, schemas, "body", "body", schema, required=needed)
        return
    required: Any = schema.get("required") or []
    for key, one in properties.items():
        if isinstance(one, dict) and one.get("readOnly") is not True:
            _put(found, schemas, key, "body", one, required=needed and key in required)


def _put(
    found: list[Parameter],
    schemas: dict[str, Value],
    key: str,
    place: Place,
    schema: Value,
    *,
    required: bool,
    said: str = "",
    joined: bool = False,
) -> None:
    if len(found) >= PARAMETERS_MAX or not 0 < len(key) <= 120 or not key.isprintable():
        return
    name = key if key not in schemas else f"{place} {key}"
    choices = tuple(str(one) for one in schema.get("enum", [])[:CHOICES_MAX] if isinstance(one, str | int | float))
    said = said or _text(schema.get("description"), TEXT_CHARACTERS_MAX)
    found.append(Parameter(name, key, _label(key), place, _kind(schema, choices), required, choices, said, joined))
    schemas[name] = {**schema, "description": said} if said else schema


def _body(whole: Any, raw: Any) -> tuple[str, Any, bool] | None:
    """Type, schema and whether it is needed; an empty type without a body; None for a body that we do not make."""
    raw = followed(whole, raw)
    content: Any = raw.get("content") if isinstance(raw, dict) else None
    if not isinstance(content, dict) or not content:
        return "", None, False
    needed = raw.get("required") is True
    types = {str(name).partition(";")[0].strip().lower(): media for name, media in content.items()}
    like = next((name for name in types if name == JSON or name.endswith("+json") or name == "*/*"), None)
    kind = like or (FORM if FORM in types else None)
    if kind is None:
        return ("", None, False) if not needed else None
    media: Any = types[kind]
    return (JSON if kind == "*/*" else kind), (media.get("schema") if isinstance(media, dict) else None) or {}, needed


def _kind(schema: Value, choices: tuple[str, ...]) -> Kind:
    if choices:
        return "choice"
    type = schema.get("type")
    types = [one for one in type if one != "null"] if isinstance(type, list) else [type]
    match types[0] if len(types) == 1 else None:
        case "string":
            return "text"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "checkbox"
        case None if not schema.keys() - {"description", "title", "example", "default"}:
            return "text"
        case _:
            return "json"


def _label(key: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key).replace("_", " ").replace("-", " ").split()
    return " ".join(words).capitalize() if words else key


def _text(value: Any, most: int) -> str:
    return value.strip()[:most].replace("\0", "") if isinstance(value, str) else ""
