"""The guides say what is true: every command and setting has its place, every link leads somewhere, the locks are fresh."""

import re
import tomllib
from pathlib import Path

import pytest

from sayso.cli import COMMANDS
from sayso.cli.command import EXIT

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def test_every_command_has_a_heading_and_every_heading_a_command():
    text = (ROOT / "docs/guides/cli.md").read_text()
    assert set(re.findall(r"^## sayso (\w+)$", text, re.M)) == set(COMMANDS)
    for code in EXIT.values():
        assert f"| {code} |" in text


def test_every_setting_is_explained():
    read = set(re.findall(r'"((?:SAYSO_\w+|DATABASE_URL))"', (ROOT / "src/sayso/settings.py").read_text()))
    told = set(re.findall(r"^\| `(SAYSO_\w+|DATABASE_URL)`", (ROOT / "docs/guides/running.md").read_text(), re.M))
    assert read == told


@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(guide: Path):
    for link in re.findall(r"\]\(([^)\s]+)\)", guide.read_text()):
        if not re.match(r"https?:|mailto:|#", link):
            assert (guide.parent / link.partition("#")[0]).exists(), link


def test_the_locks_hold_what_the_project_asks_for_with_hashes_and_without_hosts():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {
        name: set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / name).read_text(), re.M)) for name in (p.name for p in LOCKS)
    }
    asked = {_name(d) for d in project["dependencies"]}
    assert asked <= names["requirements.txt"]
    assert asked | {_name(d) for d in project["optional-dependencies"]["test"]} <= names["requirements-test.txt"]
    for lock in LOCKS:
        text = lock.read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.M | re.S)
        assert all("--hash=sha256:" in one for one in pinned), lock


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower()
