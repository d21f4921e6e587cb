"""Changes to a document, one by one (RFC 7644, 3.5.2), as directories really send them.

Microsoft Entra says `Add` and `Replace`, `"False"` for false, and puts dotted names and whole paths into a value without a path; Okta
replaces without a path and removes members by a list. Both are read as what they mean. Pure: a document in, a document out.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso.team.scim import filters
from sayso.team.scim.errors import Scim
from sayso.team.scim.names import ENTERPRISE, MULTIPLE, PATCH, READ_ONLY, found, parted, standard

OPERATIONS_MAX = 1_000
VALUES_MAX = 100_000
_PATH = re.compile(r"(?P<attribute>[^\[\].]+)(?:\[(?P<filter>.*)\])?(?:\.(?P<sub>[A-Za-z$][\w$-]*))?", re.DOTALL)
_FIXED = re.compile(r'\s*(?P<name>\w+)\s+eq\s+"(?P<value>[^"]*)"\s*', re.IGNORECASE)
"""A filter that says what a new value must be, such as `type eq "work"`."""


@dataclass(frozen=True, slots=True)
class _Target:
    schema: str | None
    attribute: str
    filter: filters.Filter | None
    fixed: tuple[str, str] | None
    sub: str | None


def patched(document: Mapping[str, Any], asked: Any) -> dict[str, Any]:
    """Raises `Scim`. The document given is not touched."""
    if not isinstance(asked, dict) or PATCH not in _list(asked.get("schemas")):
        raise Scim(400, f"A change says that it is one: schemas holds {PATCH}.", "invalidSyntax")
    operations = asked[key] if (key := found(asked, "Operations")) else None
    if not isinstance(operations, list) or not operations or len(operations) > OPERATIONS_MAX:
        raise Scim(400, f"Operations is a list of 1 to {OPERATIONS_MAX:,}.", "invalidSyntax")
    made = copy.deepcopy(dict(document))
    for operation in operations:
        if not isinstance(operation, dict):
            raise Scim(400, "An operation is an object.", "invalidSyntax")
        _one(made, operation)
    return made


def _one(document: dict[str, Any], operation: dict[str, Any]) -> None:
    op = str(operation.get("op", "")).lower()
    path, value = operation.get("path"), operation.get("value")
    if op not in ("add", "replace", "remove"):
        raise Scim(400, "An operation is add, replace or remove.", "invalidSyntax")
    if path is not None and not isinstance(path, str):
        raise Scim(400, "A path is a text.", "invalidPath")
    if not path:
        if op == "remove":
            raise Scim(400, "What is removed has a path.", "noTarget")
        if not isinstance(value, dict):
            raise Scim(400, "Without a path the value is an object of attributes.", "invalidValue")
        for name, one in value.items():
            _whole(document, op, name, one)
        return
    _at(document, op, _target(path), value)


def _whole(document: dict[str, Any], op: str, name: str, value: Any) -> None:
    """One attribute of a value without a path; Entra puts whole paths there."""
    if name.lower() == "schemas":
        return
    schema, rest = parted(name)
    if schema == ENTERPRISE and not rest and isinstance(value, dict):
        for inner, one in value.items():
            _at(document, op, _Target(ENTERPRISE, inner, None, None, None), one)
    else:
        _at(document, op, _target(name), value, lenient=True)


def _target(path: str) -> _Target:
    schema, rest = parted(path.strip())
    match = _PATH.fullmatch(rest)
    if match is None or len(path) > filters.FILTER_CHARACTERS_MAX:
        raise Scim(400, f"{path[:100]} is no path.", "invalidPath")
    asked, fixed = match["filter"], None
    if asked is not None:
        simple = _FIXED.fullmatch(asked)
        fixed = (simple["name"], simple["value"]) if simple else None
    try:
        filter = None if asked is None else filters.read(asked)
    except Scim as error:
        raise Scim(400, str(error), "invalidPath") from None
    attribute = match["attribute"].strip()
    return _Target(ENTERPRISE if schema == ENTERPRISE else None, standard(attribute), filter, fixed, match["sub"])


def _at(document: dict[str, Any], op: str, target: _Target, value: Any, *, lenient: bool = False) -> None:
    if target.schema is None and target.attribute in READ_ONLY:
        if lenient:
            return  # a whole resource was sent back
        raise Scim(400, f"{target.attribute} is not for others to change.", "mutability")
    holder = document
    if target.schema is not None:
        holder = document.setdefault(target.schema, {})
    key = found(holder, target.attribute) or target.attribute
    if target.filter is not None:
        _filtered(holder, key, op, target, value)
    elif target.sub is not None:
        _sub(holder, key, op, target.sub, value)
    elif op == "remove":
        _remove(holder, key, value)
    elif key in MULTIPLE:
        _several(holder, key, op, value)
    elif isinstance(value, dict) and isinstance(holder.get(key), dict):
        holder[key] = {**holder[key], **value}
    elif value is None:
        holder.pop(key, None)
    else:
        holder[key] = _unwrapped(value)


def _several(holder: dict[str, Any], key: str, op: str, value: Any) -> None:
    new = [_item(one) for one in (value if isinstance(value, list) else [] if value is None else [value])]
    if len(new) > VALUES_MAX:
        raise Scim(413, f"At most {VALUES_MAX:,} values at once.", "tooMany")
    if op == "replace":
        holder[key] = new
        return
    there: list[Any] = list(holder.get(key) or [])
    if any(isinstance(one, dict) and one.get("primary") is True for one in new):
        there = [{**one, "primary": False} if isinstance(one, dict) and one.get("primary") else one for one in there]
    holder[key] = there + [one for one in new if not any(_same(old, one) for old in there)]


def _remove(holder: dict[str, Any], key: str, value: Any) -> None:
    """All of it; with a value, as Entra and Okta take members away, only those named."""
    if key in MULTIPLE and value not in (None, [], {}):
        gone = [_item(one) for one in (value if isinstance(value, list) else [value])]
        holder[key] = [old for old in holder.get(key) or [] if not any(_same(old, one) for one in gone)]
    else:
        holder.pop(key, None)


def _sub(holder: dict[str, Any], key: str, op: str, sub: str, value: Any) -> None:
    inner = holder.get(key)
    if isinstance(inner, list):
        for one in inner:
            if isinstance(one, dict):
                _put(one, op, sub, value)
        return
    inner = holder.setdefault(key, {}) if not isinstance(inner, dict) else inner
    if not isinstance(inner, dict):
        raise Scim(400, f"{key} has no parts.", "invalidPath")
    _put(inner, op, sub, value)
    if not inner:
        holder.pop(key, None)


def _filtered(holder: dict[str, Any], key: str, op: str, target: _Target, value: Any) -> None:
    there: list[Any] = [one for one in holder.get(key) or [] if isinstance(one, dict)]
    assert target.filter is not None
    met = [one for one in there if filters.meets(one, target.filter)]
    if op == "remove":
        if target.sub is None:
            holder[key] = [one for one in there if one not in met]
        else:
            for one in met:
                _put(one, op, target.sub, None)
        return
    if not met:
        if target.fixed is None:
            raise Scim(400, f"Nothing of {key} meets the filter.", "noTarget")
        if op == "replace" and target.fixed[0].lower() == "value":
            raise Scim(400, f"Nothing of {key} meets the filter.", "noTarget")
        met = [{target.fixed[0]: target.fixed[1]}]
        there += met
    for one in met:
        if target.sub is not None:
            _put(one, op, target.sub, value)
        elif isinstance(value, dict):
            one.update(value)
        else:
            raise Scim(400, f"A value of {key} is an object.", "invalidValue")
    holder[key] = there


def _put(inner: dict[str, Any], op: str, sub: str, value: Any) -> None:
    key = found(inner, sub) or sub
    if op == "remove" or value is None:
        inner.pop(key, None)
    else:
        inner[key] = _unwrapped(value)


def _unwrapped(value: Any) -> Any:
    """Entra sends `[{"value": "x"}]` for one plain value at times."""
    match value:
        case [{"value": str() | bool() | int() as inner}]:
            return inner
        case _:
            return value


def _item(one: Any) -> Any:
    return {"value": one} if isinstance(one, str) else one


def _same(old: Any, told: Any) -> bool:
    """Whether a value is the one that is told; by its kind only where one is told."""
    if not isinstance(old, dict) or not isinstance(told, dict):
        return old == told
    value = str(old.get("value", "")).casefold() == str(told.get("value", "")).casefold()
    return value and ("type" not in told or str(old.get("type", "")).casefold() == str(told["type"]).casefold())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
