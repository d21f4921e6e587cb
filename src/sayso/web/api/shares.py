"""What is public: forms and views behind an address. Publishing is a person's act, with what becomes visible before their eyes."""

from datetime import datetime
from html import escape
from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, finding
from sayso.data.open_app import OpenApp
from sayso.data.publishing import publish
from sayso.data.publishing.agreed import Agreed
from sayso.data.publishing.publish import Wanted
from sayso.db import tables as t
from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor
from sayso.team.shares import kept
from sayso.team.shares.rules import ORIGINS_MAX, FormRules, Origin, RowRules, Rules
from sayso.team.shares.share import Share as Kept
from sayso.web.actor import By
from sayso.web.pages.share import visiting
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, PartId, Shown, Token
from sayso.web.work import Tx

FIELDS_MAX = 500
State = Literal["open", "closed", "full", "expired", "stopped", "held"]


class Named(Shown):
    id: str
    name: str


class ShareMay(Shown):
    change: bool
    stop: bool


class SharedLink(Shown):
    id: str
    kind: Literal["form", "view"]
    app: str
    app_name: str
    view: str
    view_kind: str
    name: str
    url: str
    embed: str | None
    """HTML to paste into a page of one of `origins`."""
    state: State
    """`held`: nothing is shown, because the app is another than what was agreed to. `stopped`: it stopped by itself; `why` says so."""
    why: str
    fields: list[Named]
    changed: list[str]
    """What is there now and was not agreed to, in sentences. None of it is shown."""
    has_password: bool
    expires_at: datetime | None
    origins: list[str]
    title: str
    form: FormRules | None
    rows: RowRules | None
    answers: int
    opened: int
    last_at: datetime | None
    created_by: Named
    created_at: datetime
    may: ShareMay


class Shares(Shown):
    items: list[SharedLink]
    next: str | None = None


class Stopped(Shown):
    stopped: int


Name = Annotated[str, StringConstraints(max_length=publish.NAME_CHARACTERS_MAX)]
Title = Annotated[str, StringConstraints(max_length=200)]
Password = Annotated[str, StringConstraints(max_length=200)]
PartShown = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}(/[a-z][a-z0-9_]{0,62})?$")]
"""A field's id; of a dashboard a tile's, or `tile/field` for a field of its list."""
Fields = Annotated[list[PartShown], Field(max_length=FIELDS_MAX)]
Origins = Annotated[list[Origin], Field(max_length=ORIGINS_MAX)]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class NewShare(Asked):
    view: PartId
    fingerprint: Fingerprint
    """Of the exposure that the person was shown."""
    fields: Fields | None = None
    name: Name = ""
    password: Password = ""
    expires_at: AwareDatetime | None = None
    origins: Origins = []
    title: Title = ""
    form: FormRules = FormRules()
    rows: RowRules = RowRules()


class ShareChange(Asked):
    """What is left out stays as it is."""

    fingerprint: Fingerprint | None = None
    fields: Fields | None = None
    agree: bool = False
    """To what the view has become since: needs a fresh `fingerprint`, as `fields` do."""
    name: Name | None = None
    password: Password | None = None
    """An empty one takes it away."""
    expires_at: AwareDatetime | None = None
    origins: Origins | None = None
    title: Title | None = None
    form: FormRules | None = None
    rows: RowRules | None = None


async def of_app(app: AppId, request: Request, tx: Tx, by: By, view: PartId | None = None) -> Shares:
    """What is public of an app, newest first."""
    opened = await apps.open_app(tx, app, by=by)
    _must_look(opened)
    found = await kept.listed(tx, by=by, app=opened.number, view=view)
    return Shares(items=[await _shown(tx, request, one, opened, by) for one in found])


async def listed(request: Request, tx: Tx, by: By) -> Shares:
    """Everything that is public, of all apps that I may see."""
    seen = await _with_apps(tx, by)
    if not any(app.may("build") for _, app in seen):
        await finding.must_somewhere(tx, by, "build")
    return Shares(items=[await _shown(tx, request, one, app, by) for one, app in seen if _may_look(app)])


async def create(app: AppId, new: NewShare, request: Request, tx: Tx, by: By) -> SharedLink:
    """Make a form or a view public. Only a person who is signed in may, and only what they were shown."""
    opened = await apps.open_app(tx, app, by=by)
    publish.must_be_a_person(by)
    rules = Rules(title=new.title, origins=tuple(new.origins), form=new.form, rows=new.rows)
    fields = tuple(new.fields) if new.fields is not None else None
    wanted = Wanted(new.view, new.fingerprint, fields, new.name, rules, new.password or None, new.expires_at)
    return await _shown(tx, request, await publish.publish(tx, opened, wanted, by=by), opened, by)


async def show(share: Token, request: Request, tx: Tx, by: By) -> SharedLink:
    """One share, and what has changed since it was agreed to."""
    found, app = await _one(tx, share, by)
    _must_look(app)
    return await _shown(tx, request, found, app, by)


async def update(share: Token, change: ShareChange, request: Request, tx: Tx, by: By) -> SharedLink:
    """Change how something public is guarded, or agree to what it shows now."""
    found, app = await _one(tx, share, by)
    publish.must_be_a_person(by)
    if not _whole(found, app, by):
        raise Forbidden("It may show what is hidden from you: only whoever sees all of the app changes how it is guarded.")
    new = change.model_dump(exclude_unset=True, include={"name", "password", "expires_at"})
    given = {name: getattr(change, name) for name in ("title", "form", "rows") if getattr(change, name) is not None}
    if change.origins is not None:
        given["origins"] = tuple(change.origins)
    if given:
        new["rules"] = found.rules.model_copy(update=given)
    fields = tuple(change.fields) if change.fields is not None else None
    told = await publish.change(
        tx, app, found, {k: v for k, v in new.items() if v is not None or k == "expires_at"},
        fingerprint=change.fingerprint, fields=fields, agree=change.agree, by=by,
    )  # fmt: skip
    return await _shown(tx, request, told, app, by)


async def remove(share: Token, tx: Tx, by: By) -> Response:
    """Stop sharing: at once, for pages, files and downloads alike."""
    found, app = await _one(tx, share, by)
    await publish.stop(tx, app, found, by=by)
    return Response(status_code=204)


async def remove_all(tx: Tx, by: By) -> Stopped:
    """Stop everything that is public in this workspace, at once."""
    return Stopped(stopped=await publish.stop_all(tx, by=by))


def _may_look(app: OpenApp) -> bool:
    return app.may("build") or app.by.may("build")


def _must_look(app: OpenApp) -> None:
    """What is public of an app is for who builds it, and for builders who see some of it."""
    if not _may_look(app):
        app.allowed("build")


async def _one(tx: AsyncConnection, id: str, by: Actor) -> tuple[Kept, OpenApp]:
    share = await kept.read(tx, id, by=by)
    app = await publish.app_id(tx, share)
    if app is None:
        raise NotFound("There is no such share.")
    return share, await apps.open_app(tx, app, by=by)


async def _with_apps(tx: AsyncConnection, by: Actor) -> list[tuple[Kept, OpenApp]]:
    """Those of apps that I may not open, or that lie in the trash, are not among them."""
    opened: dict[int, OpenApp | None] = {}
    pairs: list[tuple[Kept, OpenApp]] = []
    for share in await kept.listed(tx, by=by):
        if share.app not in opened:
            opened[share.app] = await _opened(tx, share, by)
        if (app := opened[share.app]) is not None:
            pairs.append((share, app))
    return pairs


async def _opened(tx: AsyncConnection, share: Kept, by: Actor) -> OpenApp | None:
    id = await publish.app_id(tx, share)
    try:
        return await apps.open_app(tx, id, by=by) if id else None
    except (NotFound, Forbidden):
        return None


async def _shown(tx: AsyncConnection, request: Request, share: Kept, app: OpenApp, by: Actor) -> SharedLink:
    agreed = Agreed.model_validate(share.agreed) if share.agreed is not None else None
    mine = _whole(share, app, by)
    changed = await publish.changed_since(tx, share, app) if mine else ()
    table = agreed.table(app.spec) if agreed else None
    seen = {f.id for f in table.fields} if table else set[str]()
    url = f"{parts(request).settings.url}{visiting.path(share)}" if mine else ""
    names = agreed.names if agreed else {}
    m = t.members.c
    maker = (await tx.execute(select(m.name).where(m.id == share.maker))).scalar_one_or_none()
    held = share.state() == "open" and any("shows nothing" in one for one in changed)
    name = agreed.shape.name if agreed and share.name == "Public form" else share.name
    return SharedLink(
        id=share.id, kind=share.kind, app=app.id, app_name=app.spec.name, view=share.view,
        view_kind=agreed.shape.kind if agreed else "form", name=name, url=url, embed=_embed(share, url, name) if mine else None,
        state="held" if held else share.state(), why=share.why, changed=list(changed),
        fields=[Named(id=id, name=names.get(id, id)) for id in (agreed.order if agreed else ()) if mine or id in seen],
        has_password=share.password is not None, expires_at=share.expires_at, origins=list(share.rules.origins),
        title=share.rules.title, form=share.rules.form if share.kind == "form" else None,
        rows=share.rules.rows if share.kind == "view" else None, answers=share.answers, opened=share.opened,
        last_at=share.last_at, created_by=Named(id=share.maker, name=maker or "Somebody who has left"),
        created_at=share.created_at, may=ShareMay(change=mine and _is_person(by), stop=publish.may_stop(app, share)),
    )  # fmt: skip


def _whole(share: Kept, app: OpenApp, by: Actor) -> bool:
    """Whether `by` sees all of the app, or made the share themselves: to anybody else its address could show what is hidden from them."""
    return app.sight.whole or share.maker == by.member


def _embed(share: Kept, url: str, name: str) -> str | None:
    if not share.rules.origins:
        return None
    title = escape(share.rules.title or name, quote=True)
    return f'<iframe src="{escape(url, quote=True)}?embed=1" title="{title}" width="100%" height="640" loading="lazy"></iframe>'


def _is_person(by: Actor) -> bool:
    try:
        publish.must_be_a_person(by)
    except Forbidden:
        return False
    return True
