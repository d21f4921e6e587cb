"""From what a person, a file or the API sent to what is stored, by the rules of each field. All problems are told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, Problem
from sayso.spec.fields import AnyField, Checkbox, Link
from sayso.spec.fields.field import Storage, is_empty
from sayso.spec.table import Table

WHOLE_MAX = 2**63 - 1


@dataclass(slots=True)
class Clean:
    """Values of one row, by field id. `path` leads to them in what was sent; links are kept apart, as lists of row ids."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)


def cleaned(
    app: OpenApp,
    table: Table,
    raw: Mapping[str, Any],
    problems: list[Problem],
    *,
    path: str = "values",
    new: bool = False,
    clock: Clock,
) -> Clean:
    """What is wrong is added to `problems`; a new row gets its defaults and must have what is required."""
    clean = Clean(path)
    read_only = app.sight.read_only(table.id)
    for id, value in raw.items():
        one = table.field(id)
        if one is None:
            known = ", ".join(f.id for f in table.fields[:8])
            problems.append(Problem(f"{path}/{id[:80]}", f"{table.name} has no field {id[:60]!r}; it has {known}"))
        elif not one.writable:
            problems.append(Problem(f"{path}/{id}", f"{one.name} is worked out by the app itself and cannot be written"))
        elif id in read_only:
            problems.append(Problem(f"{path}/{id}", f"{one.name} is not for you to change"))
        else:
            _take(clean, one, value, problems)
    if new:
        for one in (app.whole.table(table.id) or table).fields:
            if one.id not in raw and one.writable and (default := default_of(app, one, clock)) is not None:
                _take(clean, one, default, problems)
    for one in table.fields:
        if (
            one.required
            and one.writable
            and (new or one.id in raw)
            and one.id not in read_only
            and not _filled(clean, one)
            and not _told(problems, path, one)
        ):
            problems.append(Problem(f"{path}/{one.id}", f"{one.name} is needed", _example(one)))
    return clean


def _take(clean: Clean, one: AnyField, raw: Any, problems: list[Problem]) -> None:
    try:
        value: Any = one.parse(raw)
        _fits(one, value)
    except Invalid as wrong:
        problems.extend(Problem(f"{clean.path}/{one.id}", p.reason, p.example or _example(one)) for p in wrong.problems)
    except (ValueError, OverflowError, TypeError, ArithmeticError, RecursionError):
        problems.append(Problem(f"{clean.path}/{one.id}", f"{one.name} cannot be read", _example(one)))
    else:
        if isinstance(one, Link):
            clean.links[one.id] = value or []
        else:
            clean.values[one.id] = value


def _fits(one: AnyField, value: Any) -> None:
    """What PostgreSQL could not hold. Raises `ValueError`."""
    match value:
        case str():
            value.encode()
        case int() if abs(value) > WHOLE_MAX and one.storage is not Storage.NUMERIC:
            raise ValueError(value)
        case list():
            for each in value:
                _fits(one, each)
        case datetime() | date() if not 1 < value.year < 9999:
            raise ValueError(value)
        case _:
            return


def default_of(app: OpenApp, one: AnyField, clock: Clock) -> Any:
    default = getattr(one, "default", None)
    match one.kind, default:
        case "person", "me":
            return [app.by.member] if app.by.member else None
        case "date", "today":
            return clock.today
        case "datetime", "now":
            return clock.now
        case _:
            return None if default in (None, ()) else default


def _filled(clean: Clean, one: AnyField) -> bool:
    if isinstance(one, Checkbox):
        return True
    return bool(clean.links.get(one.id)) or not is_empty(clean.values.get(one.id))


def _told(problems: list[Problem], path: str, one: AnyField) -> bool:
    return any(p.path == f"{path}/{one.id}" for p in problems)


def _example(one: AnyField) -> str:
    example = one.example
    return ", ".join(map(str, example)) if isinstance(example, tuple) else str(example)
