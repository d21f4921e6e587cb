"""Asks whether a hole is known in anything that is locked: packages of Python at the index that pip knows, of the front end by npm.

It asks only with SAYSO_AUDIT=yes, one question for each package. Otherwise, and without the network, it says "not checked" and ends well: a
test run on a train does not fail for that. Ends with 1 when a hole is known.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from script import sbom

ROOT = Path(__file__).resolve().parent.parent
ANSWER_SECONDS_MAX = 6
NPM_SECONDS_MAX = 60
AT_ONCE = 8
Ask = Callable[[str, str], list[dict[str, Any]]]


class NotChecked(Exception):
    """Nobody answered."""


def index() -> str:
    """Where pip asks about packages. Raises `NotChecked` where there is no pip."""
    try:
        from pip._internal.models.index import PyPI  # noqa: PLC0415 (its own, where there is one)
    except ImportError:
        raise NotChecked("there is no pip") from None
    return PyPI.pypi_url


def known(name: str, version: str) -> list[dict[str, Any]]:
    """The holes that the index knows of one release. Raises `NotChecked`."""
    try:
        with urllib.request.urlopen(f"{index()}/{name}/{version}/json", timeout=ANSWER_SECONDS_MAX) as answer:
            return [one for one in json.load(answer).get("vulnerabilities", []) if not one.get("withdrawn")]
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise NotChecked(str(error)) from None


def python(ask: Ask = known) -> tuple[str, list[str]]:
    """What to say, and the holes."""
    packages = sbom.python()
    first, *_ = packages.items()
    try:
        ask(first[0], first[1][0])
        with ThreadPoolExecutor(AT_ONCE) as asking:
            found = list(asking.map(lambda one: (one[0], one[1][0], ask(one[0], one[1][0])), packages.items()))
    except NotChecked:
        return f"Python: not checked, the index does not answer ({len(packages)} packages)", []
    holes = [f"{name} {version}: {one['id']}" for name, version, told in found for one in told]
    return f"Python: {len(packages)} packages, {len(holes)} known holes", holes


def front_end() -> tuple[str, list[str]]:
    try:
        asked = subprocess.run(
            ["npm", "audit", "--json", "--omit=optional"],
            cwd=ROOT / "frontend",
            capture_output=True,
            timeout=NPM_SECONDS_MAX,
            check=False,
        )
        told = json.loads(asked.stdout or b"{}")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return "Front end: not checked, npm does not answer", []
    if "vulnerabilities" not in told:
        return "Front end: not checked, the registry does not answer", []
    holes = [
        f"{name}: {one['severity']}" for name, one in told["vulnerabilities"].items() if one["severity"] in ("high", "critical")
    ]
    return f"Front end: {len(holes)} grave holes known", holes


def main() -> int:
    if os.environ.get("SAYSO_AUDIT", "").lower() not in ("1", "yes", "on", "true"):
        print("· Known holes: not checked (SAYSO_AUDIT=yes asks)", file=sys.stderr)  # noqa: T201
        return 0
    wrong = 0
    for said, holes in (python(), front_end()):
        print(f"· {said}", file=sys.stderr)  # noqa: T201
        for one in holes:
            print(f"  {one}", file=sys.stderr)  # noqa: T201
        wrong += len(holes)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
