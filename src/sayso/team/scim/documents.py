"""Users and groups as SCIM writes them, and what a directory's document means to us. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from sayso.team.addressed import is_address
from sayso.team.scim.errors import Scim
from sayso.team.scim.names import ENTERPRISE, GROUP, READ_ONLY, USER, found, standard

DOCUMENT_BYTES_MAX = 64 * 2**10
TEXT_CHARACTERS_MAX = 500
NAME_CHARACTERS_MAX = 100
PROPERTIES = {"department": "department", "division": "division", "organization": "organization", "costCenter": "cost_center"}
"""What rules about rows may ask for: `my.department`."""
OURS = ("userName", "externalId", "active", "password", "displayName", "emails")
"""What has a place of its own, or none at all; the rest of a document is kept as it came."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a directory says of somebody. `active` is None where it says nothing."""

    user_name: str
    name: str
    email: str | None
    active: bool | None
    external_id: str | None
    kept: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    """A member, as far as SCIM shows them."""

    id: str
    user_name: str
    name: str
    email: str | None
    active: bool
    external_id: str | None
    kept: Mapping[str, Any]
    groups: Sequence[tuple[str, str]]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    external_id: str | None
    members: Sequence[tuple[str, str]]
    created_at: datetime
    updated_at: datetime


def told(document: Any) -> Told:
    """Raises `Scim`. Names of attributes have no case."""
    if not isinstance(document, dict) or len(orjson.dumps(document)) > DOCUMENT_BYTES_MAX:
        raise Scim(400, f"A user is an object of at most {DOCUMENT_BYTES_MAX // 1024} KB.", "invalidSyntax")
    whole = {standard(name): value for name, value in document.items()}
    user_name = _text(whole, "userName")
    if not user_name:
        raise Scim(400, "A user has a userName.", "invalidValue")
    email = _address(whole.get("emails")) or (user_name if is_address(user_name) else None)
    named = whole.get("name")
    parts: Mapping[str, Any] = named if isinstance(named, dict) else {}
    formatted = " ".join(str(parts.get(one) or "") for one in ("givenName", "familyName")).strip()
    name = _text(whole, "displayName") or str(parts.get("formatted") or "") or formatted or user_name
    name = " ".join("".join(c for c in name if c.isprintable()).split())[:NAME_CHARACTERS_MAX] or user_name[:NAME_CHARACTERS_MAX]
    kept = {key: value for key, value in whole.items() if key not in READ_ONLY and key not in OURS}
    if _text(whole, "displayName"):
        kept["displayName"] = whole["displayName"]
    if isinstance(whole.get("emails"), list):
        kept["emails"] = whole["emails"]
    return Told(user_name, name, email, _bool(whole.get("active")), _text(whole, "externalId") or None, kept, _properties(whole))


def user(one: User, base: str) -> dict[str, Any]:
    made: dict[str, Any] = {"schemas": [USER], "id": one.id, **one.kept, "userName": one.user_name, "active": one.active}
    if one.external_id:
        made["externalId"] = one.external_id
    made.setdefault("displayName", one.name)
    made.setdefault("name", {"formatted": one.name})
    if one.email:
        emails = [mail for mail in made.get("emails") or [] if isinstance(mail, dict)]
        if not any(str(mail.get("value", "")).lower() == one.email.lower() for mail in emails):
            emails = [{"value": one.email, "type": "work", "primary": True}]
        made["emails"] = emails
    if one.groups:
        made["groups"] = [
            {"value": id, "display": name, "$ref": f"{base}/Groups/{id}", "type": "direct"} for id, name in one.groups
        ]
    if ENTERPRISE in one.kept:
        made["schemas"] = [USER, ENTERPRISE]
    return _with_meta(made, "User", f"{base}/Users/{one.id}", one.created_at, one.updated_at)


def group(one: Group, base: str) -> dict[str, Any]:
    made: dict[str, Any] = {"schemas": [GROUP], "id": one.id, "displayName": one.name}
    if one.external_id:
        made["externalId"] = one.external_id
    made["members"] = [{"value": id, "display": name, "$ref": f"{base}/Users/{id}", "type": "User"} for id, name in one.members]
    return _with_meta(made, "Group", f"{base}/Groups/{one.id}", one.created_at, one.updated_at)


def narrowed(document: Mapping[str, Any], only: Sequence[str], but: Sequence[str]) -> dict[str, Any]:
    """RFC 7644, 3.9: `attributes` and `excludedAttributes`. `schemas` and `id` are always there."""
    always = ("schemas", "id")
    if only:
        wanted = {name.lower().rpartition(":")[2].partition(".")[0] for name in only} | {name.lower() for name in only}
        return {key: value for key, value in document.items() if key in always or key.lower() in wanted}
    unwanted = {name.lower() for name in but}
    return {key: value for key, value in document.items() if key in always or key.lower() not in unwanted}


def group_told(document: Any) -> tuple[str, str | None, list[str] | None]:
    """A group's name, what the directory calls it, and the ids of its members; None where it says nothing of them. Raises `Scim`."""
    if not isinstance(document, dict):
        raise Scim(400, "A group is an object.", "invalidSyntax")
    whole = {standard(name): value for name, value in document.items()}
    name = " ".join(_text(whole, "displayName").split())[:NAME_CHARACTERS_MAX]
    if not name:
        raise Scim(400, "A group has a displayName.", "invalidValue")
    members = whole.get("members")
    if members is None:
        return name, _text(whole, "externalId") or None, None
    if not isinstance(members, list) or not all(isinstance(one, dict) and isinstance(one.get("value"), str) for one in members):
        raise Scim(400, "The members of a group are objects with a value: the id of a user.", "invalidValue")
    if any(str(one.get("type", "User")).lower() == "group" for one in members):
        raise Scim(400, "Groups within groups are not known here. Provision their members.", "invalidValue")
    return name, _text(whole, "externalId") or None, list(dict.fromkeys(one["value"] for one in members))


def _with_meta(made: dict[str, Any], kind: str, location: str, created: datetime, updated: datetime) -> dict[str, Any]:
    version = hashlib.sha256(orjson.dumps(made, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    times = {"created": created.isoformat().replace("+00:00", "Z"), "lastModified": updated.isoformat().replace("+00:00", "Z")}
    return {**made, "meta": {"resourceType": kind, **times, "location": location, "version": f'W/"{version}"'}}


def _address(emails: Any) -> str | None:
    several = (
        [one for one in emails if isinstance(one, dict) and isinstance(one.get("value"), str)] if isinstance(emails, list) else []
    )
    ranked = sorted(several, key=lambda one: (not _bool(one.get("primary")), str(one.get("type", "")).lower() != "work"))
    return next((one["value"].strip() for one in ranked if is_address(one["value"].strip())), None)


def _properties(whole: Mapping[str, Any]) -> dict[str, str]:
    extension = whole.get(found(whole, ENTERPRISE) or ENTERPRISE)
    extension = extension if isinstance(extension, dict) else {}
    told = {
        PROPERTIES[standard_name]: value
        for standard_name in PROPERTIES
        if isinstance(value := extension.get(found(extension, standard_name) or ""), str)
    }
    if isinstance(whole.get("title"), str):
        told["title"] = whole["title"]
    return {name: value.strip()[:100] for name, value in told.items() if value.strip()}


def _text(whole: Mapping[str, Any], name: str) -> str:
    value = whole.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX or "\0" in value:
        raise Scim(400, f"{name} is a text of at most {TEXT_CHARACTERS_MAX} characters.", "invalidValue")
    return value.strip()


def _bool(value: Any) -> bool | None:
    """Entra says "True" and "False"."""
    match value:
        case None:
            return None
        case bool():
            return value
        case str() if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case _:
            raise Scim(400, "active is true or false.", "invalidValue")
