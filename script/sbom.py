"""Writes the bill of materials (CycloneDX 1.6) of what is locked: Python packages that run, and what the front end is built of.

python script/sbom.py [FILE]     without a FILE to standard output
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name → version and hashes, of requirements.txt."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    found = list(PACKAGE.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    return {
        one["name"].lower(): (one["version"], tuple(HASH.findall(text[one.end() : end])))
        for one, end in zip(found, ends, strict=True)
    }


def node() -> dict[str, tuple[str, str]]:
    """Name → version and integrity, of package-lock.json."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))
    named = {path.rpartition("node_modules/")[2]: one for path, one in lock["packages"].items() if path}
    return {name: (one["version"], one.get("integrity", "")) for name, one in sorted(named.items()) if "version" in one}


def version() -> str:
    return re.findall(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[0]


def bill() -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "sayso", "version": version()}},
        "components": [
            *(
                _component("pypi", name, number, [{"alg": "SHA-256", "content": one} for one in hashes])
                for name, (number, hashes) in sorted(python().items())
            ),
            *({**_component("npm", name, number, []), "scope": "excluded"} for name, (number, _) in node().items()),
        ],
    }


def _component(kind: str, name: str, number: str, hashes: list[dict[str, str]]) -> dict[str, Any]:
    purl = f"pkg:{kind}/{name.replace('@', '%40')}@{number}"
    told: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": number, "purl": purl}
    return told | ({"hashes": hashes} if hashes else {})


if __name__ == "__main__":
    text = json.dumps(bill(), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
