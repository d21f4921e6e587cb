"""Writes `openapi.json`, from which `npm run types` makes `src/lib/schema.d.ts`: the server's own OpenAPI file, made sharper for types.

What only answers hold is always there, so it is required. A spec leaves out what is at its default, so only what has none
is required there; `kind` always is, as it tells parts apart.

    python frontend/schema.py && npm --prefix frontend run types
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from sayso.settings import Settings
from sayso.spec.app import App
from sayso.web.app import NAMES, create_app, described

HERE = Path(__file__).parent
Json = dict[str, Any]


def document() -> Json:
    api = described(create_app(None, Settings(home=Path())))
    schemas: dict[str, Json] = api["components"]["schemas"]
    operations = [operation for path in api["paths"].values() for operation in path.values()]
    asked = reached([operation.get("requestBody", {}) for operation in operations], schemas)
    answered = reached([operation.get("responses", {}) for operation in operations], schemas)
    for name in answered - asked:
        schemas[name]["required"] = sorted(schemas[name].get("properties", {}))
    schemas.update(spec_schemas())
    return api


def reached(parts: list[Json], schemas: dict[str, Json]) -> set[str]:
    """Names of the schemas that these parts refer to, and those in turn."""
    found: set[str] = set()
    waiting = named(parts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= named(schemas[name])
    return found


def named(part: object) -> set[str]:
    return set(re.findall(r"#/components/schemas/([\w-]+)", json.dumps(part)))


def spec_schemas() -> dict[str, Json]:
    app = App.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = app.pop("$defs") | {"App": app}
    for schema in parts.values():
        if "kind" in schema.get("properties", {}):
            schema["required"] = sorted({*schema.get("required", []), "kind"})
    text = json.dumps(parts)
    for long, short in NAMES.items():
        text = text.replace(long, short)
    return json.loads(text)


if __name__ == "__main__":
    (HERE / "openapi.json").write_text(json.dumps(document(), indent=1))
    sys.stdout.write("frontend/openapi.json written\n")
