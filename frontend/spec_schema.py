"""Writes the JSON schema of an app as an OpenAPI document, from which `npm run types` makes `src/lib/schema.d.ts`.

A spec leaves out what is at its default, so only what has none is required; `kind` always is, as it tells parts apart.

    python frontend/spec_schema.py && npm --prefix frontend run types
"""

import json
import sys
from pathlib import Path

from sayso.spec.app import App

HERE = Path(__file__).parent


def document() -> dict[str, object]:
    app = App.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = app.pop("$defs") | {"App": app}
    for schema in schemas.values():
        if "kind" in schema.get("properties", {}):
            schema["required"] = sorted({*schema.get("required", []), "kind"})
    return {"openapi": "3.1.0", "info": {"title": "Sayso", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}


if __name__ == "__main__":
    (HERE / "openapi.json").write_text(json.dumps(document(), indent=1))
    sys.stdout.write("frontend/openapi.json written\n")
