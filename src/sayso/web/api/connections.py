"""Accounts with the outside world. What is secret goes in, and never comes out."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Path, Query, Request, Response
from pydantic import Field, StringConstraints

from sayso import db
from sayso.connections import kind as kinds_of
from sayso.connections import oauth, stored
from sayso.connections import uses as naming
from sayso.connections.kinds import KINDS, mcp
from sayso.connections.rights import Use
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, ShortText, Shown
from sayso.web.work import Once, Tx

ConnectionId = Annotated[str, Path(alias="connection", pattern=r"^cn_[a-z0-9]{1,40}$")]
Does = Annotated[str | None, Query(max_length=40, description="Only those that do this, such as `email`, or are of this kind")]
Name = Annotated[str, StringConstraints(max_length=100)]
SecretText = Annotated[str, StringConstraints(max_length=kinds_of.LINES_LENGTH_MAX)]
SecretTexts = Annotated[dict[ShortText, SecretText], Field(max_length=50, description="Go in, and never come out again")]


class ConnectionOption(Shown):
    value: str
    label: str


class ConnectionField(Shown):
    """One field of a kind's form."""

    name: str
    label: str
    kind: kinds_of.Shape
    secret: bool
    """Goes into `secrets`, else into `settings`."""
    required: bool
    default: Any
    choices: list[ConnectionOption]
    help: str
    example: str
    when: dict[str, list[str]]
    """Shown when each of these fields has one of its values."""
    advanced: bool

    @classmethod
    def of(cls, one: kinds_of.FormField) -> Self:
        return cls(
            name=one.name,
            label=one.label,
            kind=one.kind,
            secret=one.secret,
            required=one.required,
            default=one.default,
            choices=[ConnectionOption(value=option.value, label=option.label) for option in one.choices],
            help=one.help,
            example=one.example,
            when={name: list(values) for name, values in (one.when or {}).items()},
            advanced=one.advanced,
        )


class ConnectionKind(Shown):
    key: str
    label: str
    icon: str
    does: list[str]
    about: str
    fields: list[ConnectionField]

    @classmethod
    def of(cls, one: kinds_of.Kind) -> Self:
        fields = [ConnectionField.of(field) for field in one.fields]
        return cls(key=one.key, label=one.label, icon=one.icon, does=list(one.does), about=one.about, fields=fields)


class Kinds(Shown):
    items: list[ConnectionKind]


class ConnectionMay(Shown):
    use: bool
    manage: bool


class Owner(Shown):
    id: str
    name: str


class Used(Shown):
    at: datetime
    by: str


class ConnectionTest(Shown):
    ok: bool
    said: str
    at: datetime


class Connection(Shown):
    id: str
    name: str
    kind: str
    kind_label: str
    icon: str
    does: list[str]
    settings: Json
    secrets: dict[str, bool]
    """Which are there."""
    hosts: list[str]
    use: Use
    owner: Owner | None
    may: ConnectionMay
    used: Used | None
    test: ConnectionTest | None
    consent: str
    """`none`, or of OAuth `needed` and `given`."""
    secrets_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: stored.Stored) -> Self:
        known = KINDS.get(one.kind)
        return cls(
            id=one.id,
            name=one.name,
            kind=one.kind,
            kind_label=known.label if known else one.kind,
            icon=known.icon if known else "plug",
            does=list(known.does) if known else [],
            settings=dict(one.settings),
            secrets=dict(one.secrets),
            hosts=list(one.hosts),
            use=one.use,
            owner=Owner(id=one.owner, name=one.owner_name or "") if one.owner else None,
            may=ConnectionMay(use=one.may_use, manage=one.may_manage),
            used=Used(at=one.used_at, by=one.used_by) if one.used_at else None,
            test=ConnectionTest(ok=bool(one.test_ok), said=one.test_said, at=one.tested_at) if one.tested_at else None,
            consent=one.consent,
            secrets_at=one.secrets_at,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class Connections(Shown):
    items: list[Connection]
    next: str | None = None


class NewConnection(Asked):
    kind: Name
    name: Name = ""
    """Without one it is called like its kind."""
    settings: Json = {}
    secrets: SecretTexts = {}
    use: Use = Use()


class ConnectionChange(Asked):
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    settings: Json | None = None
    secrets: SecretTexts | None = None
    use: Use | None = None


class NewSecrets(Asked):
    secrets: SecretTexts


class UsedBy(Shown):
    """A part of an app that names the connection."""

    app: str
    app_name: str
    kind: str
    id: str
    name: str
    on: bool | None


class Uses(Shown):
    items: list[UsedBy]
    sentence: str
    """What would stop without it."""


class Consent(Shown):
    url: str


async def kinds(by: By) -> Kinds:
    """The kinds of connection that there are, each with its form."""
    by.must("read")
    return Kinds(items=[ConnectionKind.of(one) for one in KINDS.values()])


async def listed(request: Request, tx: Tx, by: By, does: Does = None) -> Connections:
    """The connections that I may use or change."""
    return Connections(
        items=[Connection.of(one) for one in await stored.listed(tx, parts(request).connections, by=by, does=does)]
    )


async def create(new: NewConnection, request: Request, tx: Tx, by: By) -> Connection:
    """Add a connection. Test it next."""
    made = await stored.create(
        tx,
        parts(request).connections,
        by=by,
        kind=new.kind,
        name=new.name,
        settings=new.settings,
        secrets=new.secrets,
        use=new.use,
    )
    return Connection.of(made)


async def show(id: ConnectionId, request: Request, tx: Tx, by: By) -> Connection:
    """One connection."""
    return Connection.of(await stored.read(tx, parts(request).connections, id, by=by))


async def update(id: ConnectionId, change: ConnectionChange, request: Request, tx: Tx, by: By) -> Connection:
    """Change a connection. When it leads to another host, its secrets are entered again."""
    given = {name: getattr(change, name) for name in change.model_fields_set}
    return Connection.of(await stored.change(tx, parts(request).connections, id, given, by=by))


async def renew(id: ConnectionId, new: NewSecrets, request: Request, tx: Tx, by: By) -> Connection:
    """Put other secrets in place of those there are; they are in force at once."""
    return Connection.of(await stored.change(tx, parts(request).connections, id, {"secrets": new.secrets}, by=by))


async def remove(id: ConnectionId, tx: Tx, by: By) -> Response:
    """Remove a connection; its secrets are forgotten. `…/uses` tells first what stops."""
    await stored.remove(tx, id, by=by)
    return Response(status_code=204)


async def test(id: ConnectionId, request: Request, by: By, once: Once) -> Connection:
    """Try it: `test` says whether it works, and else what is wrong."""
    return Connection.of(await parts(request).connections.tested(id, by=by))


async def uses(id: ConnectionId, request: Request, tx: Tx, by: By) -> Uses:
    """The parts of apps that name this connection."""
    await stored.read(tx, parts(request).connections, id, by=by)
    found = await naming.uses(tx, id, by=by)
    items = [UsedBy(app=u.app, app_name=u.app_name, kind=u.kind, id=u.id, name=u.name, on=u.on) for u in found]
    return Uses(items=items, sentence=naming.sentence(found))


async def authorize(id: ConnectionId, request: Request, by: By, once: Once) -> Consent:
    """Where the browser goes, so that somebody consents. An MCP server is asked where that is, when nobody has entered it."""
    request.state.secret = True
    known = parts(request).connections
    await mcp.settle(known, id, by=by)
    session = by.session or ""
    async with db.transaction(known.engine) as tx:
        return Consent(url=await oauth.begin(tx, known, id, by=by, session=session))
