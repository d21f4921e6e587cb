"""Somebody who comes from a provider: the one value in which every way in ends."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from sayso.errors import Forbidden

SUBJECT_CHARACTERS_MAX = 255
"""OpenID Connect Core 1.0, 2."""
GROUPS_MAX = 1_000
NAMES_MAX = 50


class NotAdmitted(Forbidden):
    """The provider, or this workspace, does not let them in. The words are for the person at the door."""

    slug, title = "not-admitted", "You were not signed in"


class UnknownCertificate(NotAdmitted):
    """It is signed with, or encrypted for, a certificate that is not known; the provider may have changed its own."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`issuer` and `subject` name them, nothing else does. `verified` says whether the provider stands for the address."""

    issuer: str
    subject: str
    email: str | None = None
    verified: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()
    sid: str | None = None
    named: dict[str, str] = field(default_factory=dict)
    """The attributes of a SAML NameID, which a sign-out there has to repeat."""
    told: tuple[str, ...] = ()
    """The names of all claims or attributes that came: for whoever looks why something is missing."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        made: dict[str, Any] = {**told, "groups": tuple(told["groups"]), "told": tuple(told.get("told", ()))}
        return cls(**made)

    @property
    def domain(self) -> str:
        return (self.email or "").rpartition("@")[2].lower()


def words(value: Any) -> tuple[str, ...]:
    """Groups as providers tell them: a list, one text, or texts with commas or blanks between."""
    match value:
        case str():
            parts = value.split(",") if "," in value else [value]
        case list() | tuple():
            parts = [one if isinstance(one, str) else str(one.get("name", "")) if isinstance(one, dict) else "" for one in value]
        case _:
            parts = []
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))[:GROUPS_MAX]
