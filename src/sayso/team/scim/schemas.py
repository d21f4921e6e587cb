"""What our SCIM can do and which attributes it knows, told in its own words (RFC 7643, 5 to 7)."""

from typing import Any

from sayso.team.scim.names import ENTERPRISE, GROUP, USER

PAGE_MAX = 500
PREFIX = "urn:ietf:params:scim:schemas:core:2.0"


def service(base: str) -> dict[str, Any]:
    return {
        "schemas": [f"{PREFIX}:ServiceProviderConfig"],
        "documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE_MAX},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token of the workspace, made under Settings, Identity providers.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def types(base: str) -> list[dict[str, Any]]:
    def one(name: str, endpoint: str, schema: str, extensions: list[dict[str, Any]]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "schemas": [f"{PREFIX}:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": schema,
        }
        told |= {"schemaExtensions": extensions} if extensions else {}
        return {**told, "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"}}

    return [one("User", "/Users", USER, [{"schema": ENTERPRISE, "required": False}]), one("Group", "/Groups", GROUP, [])]


def _attribute(name: str, type: str = "string", *, subs: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": name, "type": type, "multiValued": False, "description": name, "required": False, "caseExact": False, "mutability": "readWrite",
        "returned": "default", "uniqueness": "none", **more,
    }  # fmt: skip
    return {**told, "subAttributes": list(subs)} if subs else told


def _several(name: str, *more: dict[str, Any], **settings: Any) -> dict[str, Any]:
    subs = (_attribute("value"), _attribute("type"), _attribute("display"), _attribute("primary", "boolean"), *more)
    return _attribute(name, "complex", multiValued=True, subs=subs, **settings)


NAME = tuple(
    _attribute(one) for one in ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
)
REF = _attribute("$ref", "reference", referenceTypes=["User", "Group"], mutability="readOnly")
ATTRIBUTES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    USER: (
        "User",
        [
            _attribute("userName", required=True, uniqueness="server"),
            _attribute("externalId", caseExact=True),
            _attribute("name", "complex", subs=NAME),
            *(_attribute(one) for one in ("displayName", "nickName", "title", "userType", "preferredLanguage", "locale", "timezone")),
            _attribute("profileUrl", "reference", referenceTypes=["external"]),
            _attribute("active", "boolean"),
            *(_several(one) for one in ("emails", "phoneNumbers", "ims", "photos", "entitlements", "roles")),
            _attribute("addresses", "complex", multiValued=True, subs=tuple(_attribute(one) for one in ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"))),
            _several("groups", REF, mutability="readOnly"),
        ],
    ),
    GROUP: (
        "Group",
        [
            _attribute("displayName", required=True, uniqueness="server"),
            _attribute("externalId", caseExact=True),
            _attribute("members", "complex", multiValued=True, subs=(_attribute("value", mutability="immutable"), REF, _attribute("display"), _attribute("type"))),
        ],
    ),
    ENTERPRISE: (
        "Enterprise User",
        [
            *(_attribute(one) for one in ("employeeNumber", "costCenter", "organization", "division", "department")),
            _attribute("manager", "complex", subs=(_attribute("value"), REF, _attribute("displayName", mutability="readOnly"))),
        ],
    ),
}  # fmt: skip


def schemas(base: str) -> list[dict[str, Any]]:
    return [
        {
            "schemas": [f"{PREFIX}:Schema"], "id": id, "name": name, "description": name, "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{id}"},
        }
        for id, (name, attributes) in ATTRIBUTES.items()
    ]  # fmt: skip
