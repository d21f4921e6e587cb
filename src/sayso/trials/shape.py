"""Whether a value has a shape: the few keywords of JSON Schema (2020-12) that describe what a model was to answer."""

from collections.abc import Mapping
from typing import Any

SHAPE_DEPTH_MAX = 12
KEYWORDS = frozenset(
    (
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "minimum",
        "maximum",
        "minItems",
        "additionalProperties",
        "title",
        "description",
    )
)
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def problems_of_shape(shape: Any, depth: int = 0) -> list[str]:
    """What of it is not understood. A check that skips what it does not know would pass for the wrong reason."""
    if not isinstance(shape, dict):
        return ['a shape is an object, such as {"type": "object"}']
    if depth > SHAPE_DEPTH_MAX:
        return [f"a shape is at most {SHAPE_DEPTH_MAX} deep"]
    found = [f"a shape knows no {key!r}; it knows {', '.join(sorted(KEYWORDS))}" for key in shape if key not in KEYWORDS]
    kinds = shape.get("type", [])
    found += [f"there is no type {kind!r}" for kind in ([kinds] if isinstance(kinds, str) else kinds or []) if kind not in TYPES]
    inner = shape.get("properties", {})
    if not isinstance(inner, dict):
        return [*found, "properties are an object of shapes"]
    if not isinstance(shape.get("required", []), list) or not isinstance(shape.get("enum", []), list):
        return [*found, "required and enum are lists"]
    if any(not isinstance(shape.get(name, 0), (int, float)) for name in ("minimum", "maximum", "minItems")):
        return [*found, "minimum, maximum and minItems are numbers"]
    if not isinstance(shape.get("additionalProperties", True), bool):
        return [*found, "additionalProperties is true or false"]
    for one in (*inner.values(), *([shape["items"]] if "items" in shape else [])):
        found += problems_of_shape(one, depth + 1)
    return found


def matches_shape(value: Any, shape: Mapping[str, Any]) -> bool:
    kinds = shape.get("type")
    if kinds and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if "enum" in shape and value not in shape["enum"]:
        return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return shape.get("minimum", value) <= value <= shape.get("maximum", value)
    if isinstance(value, list):
        return len(value) >= shape.get("minItems", 0) and all(matches_shape(one, shape.get("items", {})) for one in value)
    if isinstance(value, dict):
        inner: Mapping[str, Any] = shape.get("properties", {})
        if any(name not in value for name in shape.get("required", ())):
            return False
        if shape.get("additionalProperties") is False and any(name not in inner for name in value):
            return False
        return all(matches_shape(value[name], one) for name, one in inner.items() if name in value)
    return True


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])
