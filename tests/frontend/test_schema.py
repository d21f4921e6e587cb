"""The typed client is what the server's own OpenAPI file says, and nothing older."""

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType

from tests.frontend.test_pure import FRONTEND, SECONDS_MAX, node

__all__ = ["node"]


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frontend_schema", FRONTEND / "schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_types_are_fresh(node: str, tmp_path: Path):
    source, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    source.write_text(json.dumps(maker().document(), indent=1))
    command = [
        node,
        "node_modules/openapi-typescript/bin/cli.js",
        str(source),
        "-o",
        str(made),
        "--default-non-nullable",
        "false",
    ]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, done.stderr
    assert made.read_text() == (FRONTEND / "src/lib/schema.d.ts").read_text(), (
        "run: python frontend/schema.py && npm --prefix frontend run types"
    )


def test_what_an_answer_holds_is_always_there_and_a_spec_leaves_out_its_defaults():
    schemas = maker().document()["components"]["schemas"]
    assert "notes" in schemas["DraftPlan"]["required"]
    assert "choices" in schemas["Note"]["required"]
    assert schemas["Text"]["required"] == ["id", "kind", "name"]
    assert "wish" not in schemas["NewDraft"].get("required", [])
