"""What SCIM calls what can go wrong (RFC 7644, 3.12)."""

from typing import Literal

from sayso.errors import SaysoError

Type = Literal[
    "",
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
]


class Scim(SaysoError):
    """One of SCIM's errors, with its HTTP status and its `scimType`."""

    def __init__(self, status: int, detail: str, type: Type = "") -> None:
        super().__init__(detail)
        self.code, self.type = status, type

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": str(self.code),
            "detail": str(self),
        }
        return {**told, "scimType": self.type} if self.type else told
