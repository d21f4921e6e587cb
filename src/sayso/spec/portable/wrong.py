"""Pydantic's errors in our words: a path of ids, the reason, an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from sayso.errors import Invalid, Problem
from sayso.spec.portable.kinds import FIELD_KINDS, VIEW_KINDS, near


def invalid_from(error: ValidationError, raw: object) -> Invalid:
    """`raw` is what was validated, so that places in lists can be named by the ids that stand there."""
    return Invalid.of(dict.fromkeys(problem_from(dict(e), raw) for e in error.errors(include_url=False, include_input=False)))


def problem_from(error: dict[str, Any], raw: object) -> Problem:
    loc: Sequence[Any] = error["loc"]
    path, value, found = _walked(loc, raw)
    key = str(loc[-1]) if loc else ""
    reason, example = _reason(error, key, value if found else None, loc)
    return Problem(path, reason, example)


def _walked(loc: Sequence[Any], raw: object) -> tuple[str, object, bool]:
    """The readable path and the value there. What is in `loc` but not in the value is a union's tag, and no place."""
    path, at, found = list[str](), raw, True
    for step in loc:
        if isinstance(at, dict) and step in at:
            at, found = at[step], True
            path.append(str(step))
        elif isinstance(at, (list, tuple)) and isinstance(step, int) and step < len(at):
            at = at[step]
            path.append(_label(at, step))
        elif step == loc[-1] and isinstance(step, str) and step not in FIELD_KINDS and step not in VIEW_KINDS:
            path.append(step)
            found = False
    return "/".join(path), at, found


def _label(value: object, number: int) -> str:
    if isinstance(value, dict):
        return str(value.get("id") or value.get("name") or number)
    return str(number)


def _reason(error: dict[str, Any], key: str, value: object, loc: Sequence[Any]) -> tuple[str, str | None]:
    kind, ctx = error["type"], error.get("ctx", {})
    match kind:
        case "missing":
            return f"{key} is missing", _EXAMPLES.get(key)
        case "extra_forbidden":
            return f"{key!r} is not known here", None
        case "union_tag_not_found":
            kinds = _kinds(loc)
            return "its kind is missing", f'"kind": one of {", ".join(kinds)}'
        case "union_tag_invalid":
            kinds = _kinds(loc)
            tag = ctx.get("tag", "")
            meant = near(tag, kinds)
            return f"there is no kind {tag!r}" + (
                f"; did you mean {meant}?" if meant else ""
            ), meant or f"one of: {', '.join(kinds)}"
        case "literal_error" | "enum":
            return f"{value!r} is not one of {ctx.get('expected', '')}", None
        case "string_pattern_mismatch" if "a-z" in str(ctx.get("pattern", "")):
            return f"{value!r} is neither an id nor the name of anything here", "clients"
        case "string_pattern_mismatch":
            return f"{value!r} does not look right", _EXAMPLES.get(key)
        case "string_too_long":
            return f"this is longer than {ctx.get('max_length', 0):,} characters", None
        case "value_error":
            return str(ctx.get("error", error["msg"])), _EXAMPLES.get(key)
        case _:
            said = str(error["msg"])
            return said[:1].lower() + said[1:], _EXAMPLES.get(key)


def _kinds(loc: Sequence[Any]) -> tuple[str, ...]:
    if "fields" in loc:
        return FIELD_KINDS
    if loc and loc[0] == "views":
        return ("number", "chart", "list") if "tiles" in loc else VIEW_KINDS
    return ("see docs/guides/spec.md",)


_EXAMPLES = {
    "name": '"name": "Clients"', "id": '"id": "clients"', "to": '"to": "clients"', "table": '"table": "clients"', "by": '"by": "stage"',
    "start": '"start": "due"', "formula": '"formula": "{Qty} * {Unit price}"', "link": '"link": "client"', "field": '"field": "worth"',
    "cron": '"cron": "0 9 * * 1"', "currency": '"currency": "EUR"', "trigger": '"trigger": {"kind": "row_created", "table": "clients"}',
    "hue": "blue", "tables": '"tables": [{"name": "Clients", "fields": ["Name"]}]', "kind": '"kind": "text"',
    "do": '"do": "add", "alter", "rename", "move" or "remove"',
}  # fmt: skip
