"""The reference of the API, read from the OpenAPI file: plain HTML, without a script."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sayso.web.pages.page import page

FOLD_DEPTH_MAX = 3


async def show(request: Request) -> Response:
    file = request.app.state.openapi()
    resources: dict[str, list[dict[str, Any]]] = {}
    for path, verbs in file["paths"].items():
        for verb, operation in verbs.items():
            resources.setdefault(operation["tags"][0], []).append(_operation(file, path, verb, operation))
    return page("reference.html", title=file["info"]["title"], version=file["info"]["version"], resources=resources)


async def openapi(request: Request) -> Response:
    return Response(orjson.dumps(request.app.state.openapi()), media_type="application/json")


def _operation(file: dict[str, Any], path: str, verb: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    status, answer = next((s, a) for s, a in operation["responses"].items() if s.startswith("2"))
    return {
        "id": operation["operationId"],
        "verb": verb.upper(),
        "path": path,
        "summary": operation["summary"],
        "parameters": [_parameter(file, p) for p in operation.get("parameters", [])],
        "asks": next(({"type": t, "shape": _shape(file, c["schema"])} for t, c in bodies.items()), None),
        "status": status,
        "answers": next((_shape(file, c["schema"]) for c in answer.get("content", {}).values() if c.get("schema")), None),
    }


def _parameter(file: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
    schema = p["schema"]
    words = p.get("description") or schema.get("description") or ""
    default = f" Without it: {schema['default']}." if schema.get("default") not in (None, "") else ""
    return {"name": p["name"], "needed": p.get("required", False), "words": words + default, "type": _type(file, schema)}


def _type(file: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(file, one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(file, schema.get('items', {}))}"
    return str(schema.get("const") or schema.get("type", "any"))


def _shape(file: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> str:
    """A schema as somebody would write an example of it: keys with their types, a few levels deep."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _shape(file, file["components"]["schemas"][name], depth) if depth < FOLD_DEPTH_MAX else name
    if schema.get("type") == "array":
        return f"[{_shape(file, schema.get('items', {}), depth)}, …]"
    if "properties" not in schema:
        return _type(file, schema)
    inner = "  " * (depth + 1)
    needed = schema.get("required", ())
    lines = [
        f'{inner}"{key}"{"" if key in needed else "?"}: {_shape(file, value, depth + 1)}'
        for key, value in schema["properties"].items()
    ]
    return "{\n" + ",\n".join(lines) + f"\n{'  ' * depth}}}"
