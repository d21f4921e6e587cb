"""References of a document, followed inside it and nowhere else: no file and no address is ever opened for one.

A schema is written out with everything it refers to, as far as a budget goes: documents refer in circles, and some on purpose.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

DEPTH_MAX = 6
NODES_MAX = 600
"""Of the schemas of one operation, written out."""
DOCUMENT_NODES_MAX = 100_000
"""Of all operations together."""
HOPS_MAX = 20
KEPT = (
    "type", "format", "title", "description", "default", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "required", "nullable", "example", "readOnly", "writeOnly",
)  # fmt: skip
"""What is told of a schema beside what it is made of."""
MADE_OF_ONE = ("items", "additionalProperties", "not")
MADE_OF_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
TEXT_CHARACTERS_MAX = 500
ENUM_MAX = 200


def pointed(whole: Any, ref: Any) -> Any:
    """What a reference such as `#/components/schemas/Pet` leads to; None when it leads out of the document, or nowhere."""
    if not isinstance(ref, str) or not ref.startswith("#/"):
        return None
    here = whole
    for step in ref[2:].split("/"):
        step = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(here, list):
            here = here[int(step)] if step.isdecimal() and int(step[:9]) < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
        if here is None:
            return None
    return here


def followed(whole: Any, value: Any) -> Any:
    """The value itself, or what it refers to, and so on; None when that leads nowhere."""
    for _ in range(HOPS_MAX):
        if not isinstance(value, dict) or "$ref" not in value:
            return value
        value = pointed(whole, value["$ref"])
    return None


@dataclass(slots=True)
class WrittenOut:
    """Schemas of one operation, with one budget for all of them."""

    whole: Any
    left: int = NODES_MAX

    def schema(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """Where the budget ends, anything goes: `{}`."""
        value = followed(self.whole, value)
        if not isinstance(value, dict) or self.left <= 0:
            return {}
        self.left -= 1
        told: dict[str, Any] = {key: _short(value[key]) for key in KEPT if key in value}
        properties = value.get("properties")
        if depth == DEPTH_MAX:
            return told
        if isinstance(properties, dict):
            told["properties"] = {str(name): self.schema(one, depth + 1) for name, one in properties.items() if self.left > 0}
        for key in MADE_OF_ONE:
            if isinstance(value.get(key), dict):
                told[key] = self.schema(value[key], depth + 1)
        for key in MADE_OF_MANY:
            if isinstance(value.get(key), list):
                told[key] = [self.schema(one, depth + 1) for one in value[key][:50]]
        return _joined(told)


def _joined(schema: dict[str, Any]) -> dict[str, Any]:
    """`allOf` of objects is one object with the fields of all."""
    parts: list[dict[str, Any]] = schema.get("allOf", [])
    if not parts or not all("properties" in part or part.keys() <= {"description", "title"} for part in parts):
        return schema
    rest = {key: value for key, value in schema.items() if key != "allOf"}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in (*parts, rest):
        properties |= part.get("properties", {})
        required += part.get("required", [])
    return {**rest, "type": "object", "properties": properties, "required": list(dict.fromkeys(required))}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:TEXT_CHARACTERS_MAX].replace("\0", "")
    if isinstance(value, list):
        return [_short(one) for one in value[:ENUM_MAX] if isinstance(one, str | int | float | bool) or one is None]
    return value if isinstance(value, int | float | bool) or value is None else None
