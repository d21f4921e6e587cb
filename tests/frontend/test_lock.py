"""The front end's lock file: complete for every platform, and silent about where packages came from."""

import json
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend"
PACKAGES = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]


def test_no_entry_names_a_host():
    assert [name for name, entry in PACKAGES.items() if "resolved" in entry] == []


def test_every_package_is_pinned_by_its_hash():
    assert len(PACKAGES) > 50
    assert [name for name, entry in PACKAGES.items() if name and not entry.get("link") and "integrity" not in entry] == []


def test_binaries_of_every_platform_are_listed():
    """npm leaves out what one registry lacks; `npm ci` then fails on somebody else's machine."""
    listed = {name.rpartition("node_modules/")[2] for name in PACKAGES}
    wanted = {other for entry in PACKAGES.values() for other in entry.get("optionalDependencies", {})}
    assert wanted
    assert wanted - listed == set()


def test_direct_dependencies_are_exact():
    package = json.loads((FRONTEND / "package.json").read_text())
    versions = {**package.get("dependencies", {}), **package["devDependencies"]}
    assert [name for name, version in versions.items() if not version[0].isdigit()] == []
