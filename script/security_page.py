"""docs/security.md: what people write (docs/security/model.md), and the tables that are kept as data beside it."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "security"


class Row(NamedTuple):
    name: str
    level: str
    words: str
    tests: tuple[str, ...]
    reason: str


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def requirements() -> list[Row]:
    known = read("asvs.yaml")
    return [_row(name, said, known["files"]) for name, said in known["requirements"].items()]


def risks(of: str) -> list[Row]:
    known = read("llm.yaml")
    return [_row(name, f" | {said}", known["files"]) for name, said in known[of].items()]


def _row(name: str, said: str, files: dict[str, str]) -> Row:
    level, words, tests, reason = (*(part.strip() for part in said.split("|")), "", "")[:4]
    paths = tuple(f"{files[file]}::{test}" for file, test in (one.split("::") for one in tests.split(", ") if one))
    return Row(name, level, words, paths, reason)


def page() -> str:
    rows = requirements()
    tested, named = [one for one in rows if one.tests], [one for one in rows if not one.tests]
    none = [one for one in named if one.reason.startswith("does not apply")]
    counts = (
        f"{len(rows)} requirements of levels 1 and 2: {len(tested)} stand on tests, {len(named) - len(none)} on a written reason or a page, "
        f"and {len(none)} do not apply."
    )
    return (
        (FOLDER / "model.md")
        .read_text("utf-8")
        .replace("{{counts}}", counts)
        .replace("{{asvs}}", "\n".join(_chapters(rows)))
        .replace("{{llm}}", _risks("llm"))
        .replace("{{agents}}", _risks("agents"))
    )


def _chapters(rows: list[Row]) -> list[str]:
    lines: list[str] = []
    for chapter, title in read("asvs.yaml")["chapters"].items():
        lines += [f"### {chapter} {title}", "", "| no. | level | what | stands on |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {one.name} | {one.level} | {one.words} | {_proof(one)} |" for one in rows if one.name.startswith(f"{chapter}.")
        ]
        lines.append("")
    return lines


def _risks(of: str) -> str:
    lines = ["| risk | what is done about it | stands on |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {one.name} | {one.words} | {_proof(one)} |" for one in risks(of))])


def _proof(row: Row) -> str:
    return "; ".join([*(f"`{test}`" for test in row.tests), *([row.reason] if row.reason else [])])
