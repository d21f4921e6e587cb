"""Writes docs/licences.md: under which licence each locked package comes, as it says itself.

python script/licences.py     where all of them are installed
"""

import importlib.metadata
import sys
from pathlib import Path

from script import sbom

ROOT = Path(__file__).resolve().parent.parent
TELLS = "License :: OSI Approved :: "
SAID_ELSEWHERE = {"httpx2-jsfetch": "not installed where Sayso runs (for Python in browsers only)"}
"""Packages whose metadata says nothing, with what their licence file says."""


def licence(name: str) -> str:
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return SAID_ELSEWHERE.get(name, "")
    expression = "; ".join(told.get_all("License-Expression") or [])
    named = [one.removeprefix(TELLS) for one in told.get_all("Classifier") or [] if one.startswith(TELLS)]
    lines = "".join(told.get_all("License") or []).strip().splitlines()
    short = lines[0] if lines and len(lines[0]) < 60 else ""
    return expression or "; ".join(named) or short or SAID_ELSEWHERE.get(name, "")


def page() -> str:
    lines = [
        "# Licences",
        "",
        "Sayso is Apache-2.0. What it stands on comes under the licences below, as each package says itself.",
        "",
    ]
    lines += ["| package | version | licence |", "| --- | --- | --- |"]
    for name, (version, _) in sorted(sbom.python().items()):
        lines.append(f"| {name} | {version} | {licence(name) or 'UNKNOWN'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(page(), "utf-8")
    sys.stdout.write("docs/licences.md\n")
