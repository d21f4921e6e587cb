"""Single sign-on, as the API shows it and is asked for it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sayso.team.sso.providers import Kind
from sayso.web.api.connections import ConnectionField
from sayso.web.shapes import Asked, Json, ShortText, Shown

SecretTexts = Annotated[dict[ShortText, Annotated[str, StringConstraints(max_length=4_000)]], Field(max_length=10)]


class SignOnKind(Shown):
    key: str
    kind: Kind
    label: str
    icon: str
    about: str
    steps: list[str]
    """What to do at the provider, in order."""
    groups: str
    """What its groups are called, as a rule."""
    fields: list[ConnectionField]
    called: dict[str, str]
    """What it calls the addresses that it has to be told, by their names in `addresses`."""
    tried: bool
    """Whether it was tried with a real one; the others follow what their makers publish."""


class Reserved(Shown):
    """The addresses of a provider that is still to be made: it is asked for them before it tells us anything."""

    token: str
    addresses: dict[str, dict[str, str]]
    """By kind."""


class SignOnKinds(Shown):
    items: list[SignOnKind]
    reserved: Reserved


class MappingRule(Shown):
    value: str
    group: str | None
    role: str | None


class SignOnMapping(Shown):
    groups: str
    rules: list[MappingRule]
    role: str
    new: bool
    strict: bool


class SignOnCheck(Shown):
    name: str
    ok: bool | None
    said: str


class SignOnTest(Shown):
    ok: bool
    said: str
    checks: list[SignOnCheck]
    at: datetime


class SignOnCertificate(Shown):
    """One of ours, for SAML."""

    state: Literal["now", "next", "before"]
    certificate: str
    fingerprint: str
    """SHA-256."""
    until: datetime


class SignOnProvider(Shown):
    id: str
    preset: str
    kind: Kind
    kind_label: str
    icon: str
    name: str
    on: bool
    shown: bool
    settings: Json
    secrets: dict[str, bool]
    mapping: SignOnMapping
    test: SignOnTest | None
    used_at: datetime | None
    people: int
    addresses: dict[str, str]
    certificates: list[SignOnCertificate]
    created_at: datetime


class SignOnProviders(Shown):
    items: list[SignOnProvider]


class NewSignOnProvider(Asked):
    preset: ShortText
    reserved: Annotated[str, StringConstraints(max_length=500)] | None = None
    """From `/api/sso/kinds`: the provider gets the addresses that were shown there."""
    name: ShortText | None = None
    settings: Json = Field(default_factory=dict)
    secrets: SecretTexts = Field(default_factory=dict)
    mapping: Json = Field(default_factory=dict)
    on: bool = True


class SignOnProviderChange(Asked):
    name: ShortText | None = None
    on: bool | None = None
    shown: bool | None = None
    settings: Json | None = None
    secrets: SecretTexts | None = None
    mapping: Json | None = None


class Linking(Asked):
    try_: bool = Field(default=False, alias="try")


class Leading(Shown):
    url: str | None


class SignOnPolicy(Shown):
    enforced: bool
    owners: int
    """How many of the owners could come in by a passkey when the provider cannot be reached."""
    problems: list[str]


class NewSignOnPolicy(Asked):
    enforced: bool
