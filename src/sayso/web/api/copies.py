"""Apps copied, moved to another workspace, and changed apart from the live one."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints

from sayso import db
from sayso.data import apps
from sayso.data.copies import jobs, moving, review
from sayso.data.copies import merging as merge
from sayso.data.copies.spec import Kind
from sayso.data.open_app import OpenApp
from sayso.db import net
from sayso.errors import Invalid, Problem
from sayso.spec.part import NAME_CHARACTERS_MAX
from sayso.team import proof
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.api.changes import Change
from sayso.web.copying import in_workspace
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Effect, Loss, ShortText, Shown, Token
from sayso.web.shapes import Problem as ProblemShown
from sayso.web.work import Engine, Once, Tx

MemberId = Annotated[str, StringConstraints(pattern=r"^m_[A-Za-z0-9_-]{1,80}$")]
Path = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Side = Literal["live", "copy"]
CHOICES_MAX = 1_000


class Copy(Shown):
    """A copy that was asked for, and how far it is."""

    id: str
    kind: Kind
    app: str
    state: jobs.State
    name: str
    done: int
    total: int
    """Rows."""
    made: str | None
    """The id of the new app, once it is there."""
    workspace: str
    """Where the new app is."""
    notes: list[str]
    problem: str | None
    created_at: datetime

    @classmethod
    def of(cls, one: jobs.Copy) -> Self:
        return cls(
            id=one.id, kind=one.kind, app=one.app, state=one.state, name=one.name, done=one.done, total=one.total, made=one.made,
            workspace=one.into, notes=list(one.notes), problem=one.problem, created_at=one.created_at,
        )  # fmt: skip


class Copies(Shown):
    items: list[Copy]
    next: str | None = None


class NewCopy(Asked):
    name: ShortText | None = None
    rows: bool = True


class NewMove(Asked):
    workspace: Token
    people: dict[MemberId, MemberId | None] = Field(default={}, max_length=CHOICES_MAX)
    """Who stands there for a member of here; nobody for null. Who is left out is the same person there, else their name stays as text."""


class NewDraftCopy(Asked):
    rows: jobs.Rows = "sample"


class DraftCopy(Shown):
    app: str
    """The copy's id."""
    name: str
    base_version: int
    """Of the live app, when the copy was made."""
    version: int
    live_version: int
    changed: bool
    """Whether anything was changed in the copy."""
    by: str
    at: datetime


class Clash(Shown):
    path: str
    name: str
    sentence: str
    live: str
    copy_: str = Field(serialization_alias="copy", validation_alias="copy")
    chosen: Side | None


class Compared(Shown):
    part: str
    what: str
    before: str
    after: str


class DraftReview(Shown):
    """What would change in the live app."""

    live_version: int
    base_version: int
    effects: list[Effect]
    compared: list[Compared]
    """What parts said before, and would say."""
    live_effects: list[Effect]
    """What has changed in the live app since the copy was made; it stays."""
    clashes: list[Clash]
    losses: list[Loss]
    problems: list[ProblemShown]
    change: Change

    @classmethod
    def of(cls, one: review.Review) -> Self:
        clashes = [
            Clash.model_validate(
                {"path": c.path, "name": c.name, "sentence": c.sentence, "live": c.live, "copy": c.copy, "chosen": c.chosen}
            )
            for c in one.clashes
        ]
        return cls(
            live_version=one.live.version, base_version=one.base_version, effects=[Effect.of(e) for e in one.effects],
            compared=[Compared(part=c.part, what=c.what, before=c.before, after=c.after) for c in one.compared], live_effects=[Effect.of(e) for e in one.since], clashes=clashes, losses=[Loss.of(loss) for loss in one.losses],
            problems=[ProblemShown.of(p) for p in one.problems], change=Change.of(one.change),
        )  # fmt: skip


class DraftPromotion(Asked):
    base_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """Of the live app, as it was looked at."""
    choices: dict[Path, Side] = Field(default={}, max_length=CHOICES_MAX)
    """Whose word counts, by the path of a clash."""
    losses: bool = False
    """What would be lost may be lost."""
    note: ShortText = ""


class DraftPromoted(Shown):
    app: str
    version: int
    effects: list[Effect]


class MoveCandidate(Shown):
    id: str
    name: str


class MovePerson(Shown):
    member: str
    name: str
    values: int
    """In how many values they stand."""
    there: MoveCandidate | None


class MovePlan(Shown):
    workspace: MoveCandidate
    app: str
    rows: int
    notes: list[str]
    people: list[MovePerson]
    candidates: list[MoveCandidate]
    shares: int
    links: list[str]
    """Public forms and views that end, by name."""
    grants: int
    connections: list[str]
    automations: int


async def listed(app: AppId, tx: Tx, by: By) -> Copies:
    """Copies that were made of an app, newest first."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    return Copies(items=[Copy.of(one) for one in await jobs.listed(tx, opened)])


async def create(app: AppId, new: NewCopy, request: Request, response: Response, engine: Engine, once: Once, by: By) -> Copy:
    """Copy an app, with its rows or without."""
    return await _begun(request, response, app, by, "copy", "all" if new.rows else "none", new.name)


async def show(copy: Token, tx: Tx, by: By) -> Copy:
    """How far a copy is."""
    return Copy.of(await jobs.read(tx, copy, by=by))


async def cancel(copy: Token, tx: Tx, by: By) -> Response:
    """Stop a copy: nothing of it stays."""
    await jobs.cancel(tx, copy, by=by)
    return Response(status_code=204)


async def move_plan(
    app: AppId, engine: Engine, by: By, workspace: Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
) -> MovePlan:
    """What moving an app to another workspace would do."""
    with net.within(None):  # two workspaces are looked into: both as the same person
        async with db.transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=by, to="build")
            found = await moving.plan(tx, opened, await _there(tx, by, workspace))
    people = [
        MovePerson(
            member=p.member,
            name=p.name,
            values=p.values,
            there=MoveCandidate(id=p.there[0], name=p.there[1]) if p.there else None,
        )
        for p in found.people
    ]
    return MovePlan(
        workspace=MoveCandidate(id=found.workspace[0], name=found.workspace[1]), app=app, rows=found.rows, notes=list(found.notes),
        people=people, candidates=[MoveCandidate(id=id, name=name) for id, name in found.candidates], shares=len(found.shares), links=list(found.shares),
        grants=found.grants, connections=list(found.connections), automations=found.automations,
    )  # fmt: skip


async def move(app: AppId, new: NewMove, request: Request, response: Response, engine: Engine, once: Once, by: By) -> Copy:
    """Move an app to another workspace of mine. Here it is in the trash afterwards."""
    proof.must(by)
    with net.within(None):
        async with db.transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=by, to="build")
            there = await _there(tx, by, new.workspace)
            people = await moving.matched(tx, opened, there, dict(new.people))
            name = opened.spec.name
    return await _begun(request, response, app, by, "move", "all", name, into=new.workspace, people=people)


async def begin_draft(
    app: AppId, new: NewDraftCopy, request: Request, response: Response, engine: Engine, once: Once, by: By
) -> Copy:
    """A copy of an app to work on, apart from the live one."""
    return await _begun(request, response, app, by, "draft", new.rows, None)


async def show_draft(app: AppId, tx: Tx, by: By) -> DraftCopy:
    """The copy to work on, when there is one."""
    live = await apps.open_app(tx, app, by=by, to="build")
    draft, copy = await review.opened_copy(tx, live, by=by)
    return DraftCopy(
        app=copy.id, name=copy.spec.name, base_version=draft.base_version, version=copy.version, live_version=live.version,
        changed=copy.version > 1, by=draft.created_by, at=draft.created_at,
    )  # fmt: skip


async def remove_draft(app: AppId, tx: Tx, by: By) -> Response:
    """Throw the copy away."""
    await review.throw_away(tx, await apps.open_app(tx, app, by=by, to="build"), by=by)
    return Response(status_code=204)


async def show_review(app: AppId, tx: Tx, by: By) -> DraftReview:
    """What was changed in the copy, and what that would change in the live app."""
    return DraftReview.of(await review.review(tx, await apps.open_app(tx, app, by=by, to="build"), by=by))


async def promote(app: AppId, new: DraftPromotion, tx: Tx, by: By) -> DraftPromoted:
    """Take what was changed in the copy over into the live app: one version, which can be undone."""
    live = await apps.open_app(tx, app, by=by, to="build")
    choices: dict[str, merge.Side] = dict(new.choices)
    after, seen = await review.promote(
        tx, live, by=by, version=new.base_version, choices=choices, losses=new.losses, note=new.note
    )
    return DraftPromoted(app=after.id, version=after.version, effects=[Effect.of(e) for e in seen.effects])


async def _begun(
    request: Request, response: Response, app: str, by: Actor, kind: Kind, rows: jobs.Rows, name: str | None, **more: Any
) -> Copy:
    """Asked for, and waited for a moment: small ones are there at once."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="build")
        begun = await jobs.begin(tx, opened, kind, _name(opened, kind, name), rows, by=by, **more)
    made = await known.copies.made(begun.id)
    response.status_code = 202 if made.state in jobs.OPEN else 201
    return Copy.of(made)


def _name(app: OpenApp, kind: Kind, name: str | None) -> str:
    said = " ".join((name or f"{app.spec.name} ({'draft' if kind == 'draft' else 'copy'})").split())
    if not said or len(said) > NAME_CHARACTERS_MAX or "{" in said or "}" in said:
        raise Invalid(Problem("name", f"has 1 to {NAME_CHARACTERS_MAX} characters, without braces", "Client desk 2027"))
    return said


async def _there(tx: Tx, by: Actor, workspace: str) -> Actor:
    """The same person in the other workspace, where they may build too."""
    if workspace == by.workspace:
        raise Invalid(Problem("workspace", "is the one that the app is in"))
    there = await in_workspace(tx, by, workspace)
    there.must("build")
    return there
