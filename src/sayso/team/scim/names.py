"""Schemas and attributes by name. SCIM's names have no case (RFC 7643, 2.1); the documents kept here have the standard's."""

from collections.abc import Mapping
from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

USER_ATTRIBUTES = (
    "schemas", "id", "externalId", "meta", "userName", "name", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage",
    "locale", "timezone", "active", "emails", "phoneNumbers", "ims", "photos", "addresses", "groups", "entitlements", "roles", "x509Certificates",
    "password",
)  # fmt: skip
GROUP_ATTRIBUTES = ("schemas", "id", "externalId", "meta", "displayName", "members")
MULTIPLE = frozenset(
    (
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
        "groups",
        "entitlements",
        "roles",
        "x509Certificates",
        "members",
        "schemas",
    )
)
READ_ONLY = frozenset(("id", "meta", "groups", "schemas"))
EXACT = frozenset(("id", "externalid", "meta", "schemas", "location", "$ref"))
"""Compared with their case (RFC 7643, 3.1, 4.2)."""
_STANDARD = {name.lower(): name for name in (*USER_ATTRIBUTES, *GROUP_ATTRIBUTES)}


def standard(name: str) -> str:
    """An attribute as the standard writes it; what it does not know stays as it is told."""
    return _STANDARD.get(name.lower(), name)


def found(value: Mapping[str, Any], name: str) -> str | None:
    """The key of a document that this name means, whatever its case."""
    if name in value:
        return name
    folded = name.lower()
    return next((key for key in value if key.lower() == folded), None)


def parted(text: str) -> tuple[str | None, str]:
    """A path's schema, when it names one, and what is left: `urn:…:2.0:User:name.givenName`."""
    for schema in (ENTERPRISE, USER, GROUP):
        if text.lower() == schema.lower():
            return schema, ""
        if text.lower().startswith(f"{schema.lower()}:"):
            return schema, text[len(schema) + 1 :]
    return None, text
