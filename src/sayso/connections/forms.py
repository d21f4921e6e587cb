"""What somebody has entered into a kind's form, checked: all problems at once, by field."""

from collections.abc import Mapping
from typing import Any

from sayso.connections.address import PORT_MAX, Url, checked_host
from sayso.connections.kind import LINES_LENGTH_MAX, TEXT_LENGTH_MAX, FormField, Kind
from sayso.errors import Invalid, Problem


def checked_settings(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept: known fields only, with their defaults; those that are not asked for are left out. Raises `Invalid`."""
    problems = [
        Problem(f"settings/{name[:60]}", "is a secret: send it in `secrets`" if (f := kind.field(name)) else "is not known here")
        for name in given
        if (f := kind.field(name)) is None or f.secret
    ]
    kept: dict[str, Any] = {}
    for field in kind.fields:
        if field.secret:
            continue
        try:
            value = _value(field, given.get(field.name))
        except Invalid as error:
            problems += error.problems
            continue
        value = field.default if value is None else value
        if value is not None:
            kept[field.name] = value
    asked = {name: value for name, value in kept.items() if (f := kind.field(name)) and f.asked(kept)}
    problems += [
        Problem(f"settings/{field.name}", "is needed", field.example or None)
        for field in kind.fields
        if field.required and not field.secret and field.asked(kept) and asked.get(field.name) in (None, "")
    ]
    if problems:
        raise Invalid(*problems)
    return asked


def checked_secrets(kind: Kind, given: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, str]:
    """The secrets that these settings ask for; `""` is one that was taken away. Raises `Invalid`."""
    problems: list[Problem] = []
    kept: dict[str, str] = {}
    for name, value in given.items():
        field = kind.field(name)
        most = LINES_LENGTH_MAX if field is not None and field.kind == "lines" else LINES_LENGTH_MAX // 2
        if field is None or not field.secret:
            problems.append(Problem(f"secrets/{name[:60]}", "is not known here"))
        elif not isinstance(value, str) or len(value) > most:
            problems.append(Problem(f"secrets/{name}", f"is text of at most {most:,} characters"))
        elif field.kind != "lines" and not value.isprintable():
            problems.append(Problem(f"secrets/{name}", "is one line, without characters that cannot be seen"))
        elif field.asked(settings):
            kept[name] = value.strip() if field.kind != "lines" else value
    if problems:
        raise Invalid(*problems)
    return kept


def needed_secrets(kind: Kind, settings: Mapping[str, Any]) -> list[str]:
    return [one.name for one in kind.fields if one.secret and one.required and one.asked(settings)]


def _value(field: FormField, value: Any) -> Any:
    where = f"settings/{field.name}"
    if value is None or value == "":
        return None
    match field.kind:
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
                raise Invalid(Problem(where, "is a number", field.example or None))
            if field.name == "port" and not (isinstance(value, int) and 0 < value <= PORT_MAX):
                raise Invalid(Problem(where, f"is a port, from 1 to {PORT_MAX}", field.example or None))
            return value
        case "switch":
            if not isinstance(value, bool):
                raise Invalid(Problem(where, "is true or false"))
            return value
        case "choice":
            known = [option.value for option in field.choices]
            if value not in known:
                raise Invalid(Problem(where, f"is one of {', '.join(known)}", known[0]))
            return value
        case _:
            return _text(field, where, value)


def _text(field: FormField, where: str, value: Any) -> str:
    most = LINES_LENGTH_MAX if field.kind == "lines" else TEXT_LENGTH_MAX
    if not isinstance(value, str) or len(value) > most:
        raise Invalid(Problem(where, f"is text of at most {most:,} characters", field.example or None))
    value = value.strip()
    if field.kind != "lines" and not value.isprintable():
        raise Invalid(Problem(where, "is one line, without characters that cannot be seen", field.example or None))
    if field.kind == "address" and value:
        Url.of(value, where)
    elif field.kind == "host" and value:
        return checked_host(value, where)
    return value
