"""Writes the pages of docs/ that are made from the code: limits, functions of formulas, kinds of field. A test keeps them fresh.

python script/docs.py
"""

import ast
import typing
from pathlib import Path

from pydantic.fields import FieldInfo

from sayso.spec.fields import AnyField, Field, Storage
from sayso.spec.formula import FUNCTIONS
from sayso.spec.formula.functions import ALIASES, dates, logic, many, numbers, texts
from script import security_page

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sayso"
UNITS = ("SECONDS", "MS", "BYTES", "CHARACTERS", "ROWS", "DAYS", "PIXELS", "CONNECTIONS")
MADE = "This page is made from the code by `script/docs.py`.\n"


def limits() -> str:
    """Every constant whose name ends in MAX or MIN, or in a unit: where it is, how much, and why."""
    lines = ["# Limits", "", "Every loop over the outside world has one. " + MADE]
    for path in sorted(SOURCE.rglob("*.py")):
        found = _constants(path)
        if found:
            lines += [
                f"## {'.'.join(path.relative_to(SOURCE.parent).with_suffix('').parts)}",
                "",
                "| limit | value | why |",
                "| --- | --- | --- |",
            ]
            lines += [f"| `{name}` | {value} | {why} |" for name, value, why in found]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _constants(path: Path) -> list[tuple[str, str, str]]:
    body = ast.parse(path.read_text("utf-8")).body
    found: list[tuple[str, str, str]] = []
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name = statement.targets[0].id
        value = _number(statement.value)
        if name.isupper() and not name.startswith("_") and name.endswith(("_MAX", "_MIN", *UNITS)) and value is not None:
            said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
            found.append((name, f"{value:,}", " ".join(after.value.value.split()) if said else ""))  # type: ignore[union-attr]
    return found


def _number(node: ast.expr) -> int | float | None:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _number(left), _number(right)
            if a is None or b is None:
                return None
            return (
                a * b
                if isinstance(op, ast.Mult)
                else a**b
                if isinstance(op, ast.Pow)
                else a - b
                if isinstance(op, ast.Sub)
                else None
            )
        case _:
            return None


FAMILIES = {"Decisions": logic, "Numbers": numbers, "Several values": many, "Text": texts, "Days and moments": dates}


def formulas() -> str:
    lines = [
        "# Formulas", "",
        "Fields stand in braces: `{Qty} * {Unit price}`. A field behind a link is read through it: `{Client}.{City}`, or `SUM({Orders}.{Total})`",
        "where there are several. Text stands in quotation marks. `+ - * / ^ &` and `= <> < <= > >=` work as in a spreadsheet; a day plus a number",
        "is so many days later. Blank counts as nothing in sums, and what has no result (a division by zero) is blank. " + MADE,
    ]  # fmt: skip
    for family, module in FAMILIES.items():
        lines += [f"## {family}", "", "| function | what it gives | example |", "| --- | --- | --- |"]
        lines += [f"| {f.name} | {f.says} | `{f.example}` |" for f in module.FUNCTIONS]
        lines.append("")
    also = ", ".join(f"{alias} ({name})" for alias, name in sorted(ALIASES.items()))
    return "\n".join([*lines, f"Other names for the same: {also}.", ""])


STORED: dict[Storage, str] = {
    Storage.LINKS: "pairs of row ids, stored once for both ends",
    Storage.COMPUTED: "nothing: worked out when read",
    Storage.SYSTEM: "kept of every row anyway",
}


def fields() -> str:
    lines = [
        "# Kinds of field",
        "",
        "Every field has `id`, `name`, `description`, `required` and `unique`; a kind adds its own. " + MADE,
    ]
    for kind in typing.get_args(typing.get_args(AnyField)[0]):
        lines += [f"## {kind.model_fields['kind'].default}", ""]
        lines += [_doc(kind), "", f"Stored as {STORED.get(kind.storage, f'`{kind.storage}`')}. For example `{kind.example}`.", ""]
        own = {n: f for n, f in kind.model_fields.items() if n not in Field.model_fields and n != "kind"}
        lines += [f"- `{name}`: {_default(f)}" for name, f in own.items()]
        lines += [""] if own else []
    return "\n".join(lines).rstrip() + "\n"


def _doc(kind: type) -> str:
    told = (kind.__doc__ or "").strip() if "__doc__" in vars(kind) else ""
    return "\n".join(line.strip() for line in told.splitlines()) or "One of its kind."


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return f"`{field.default!r}` when left out"


PAGES = {"limits.md": limits, "formulas.md": formulas, "fields.md": fields, "security.md": security_page.page}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (ROOT / "docs" / name).write_text(made(), "utf-8")
    print(f"{len(PAGES)} pages, {len(FUNCTIONS)} functions")  # noqa: T201
