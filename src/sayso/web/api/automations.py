"""Automations: which there are, whether they are on, when they come round, and starting one by hand."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import overview, starting, switching
from sayso.automations.overview import Doing
from sayso.automations.registry.watch import clock_of
from sayso.automations.sentences import trigger_sentence
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.errors import NotFound
from sayso.spec.automation import ButtonPressed, Called, EmailReceived, WebhookReceived, trigger_table
from sayso.team.actor import Actor
from sayso.team.people import Member
from sayso.web.actor import By
from sayso.web.parts import Parts, parts
from sayso.web.shapes import AppId, Asked, PartId, RowId, Shown, VersionNumber
from sayso.web.work import Tx

APPS_SHOWN_MAX = 200


class AutomationTrigger(Shown):
    kind: str
    sentence: str
    """Such as `Every weekday at 08:30`."""
    cron: str | None = None
    zone: str | None = None
    table: str | None = None


class AutomationOwner(Shown):
    """With whose rights it acts."""

    id: str
    name: str


class LastRun(Shown):
    run: str
    state: str
    at: datetime
    ended_at: datetime | None
    told: str
    problem: str


class AutomationCounts(Shown):
    day: int
    """Runs of the last 24 hours; at most 5,000 are counted."""
    failed_week: int
    open: int
    """Waiting, under way, asleep or paused."""


class MissingThing(Shown):
    """What it needs and has not: what does not need that works all the same."""

    what: Literal["connection", "secret", "mail", "owner"]
    kind: str | None
    step: str | None
    """The step's path, such as `2/then/0`; null for the trigger."""
    sentence: str
    to: str | None
    """Where to set it up."""


class MayAutomation(Shown):
    switch: bool
    press: bool
    call: bool
    call_off: bool
    """All that waits for its turn."""


class ShownAutomation(Shown):
    app: str
    app_name: str
    id: str
    name: str
    on: bool
    version: int
    """Of the app."""
    trigger: AutomationTrigger
    steps: int
    owner: AutomationOwner | None
    next: list[datetime]
    last: LastRun | None
    counts: AutomationCounts
    missing: list[MissingThing]
    problem: str
    """Why it does not start, in words."""
    circle: list[str]
    """Names of automations that start one another, this one among them."""
    may: MayAutomation
    hook: str | None
    """The address of its webhook, for those who may build."""
    mail: str | None
    """The address that mail is sent to, when it is started by e-mail and the mail door is open."""

    @classmethod
    async def of(cls, tx: AsyncConnection, known: Parts, one: Doing, by: Actor, members: dict[str, Member]) -> Self:
        automation, entry, app = one.entry.registered.automation, one.entry, one.app
        owner = one.owner or (None if entry.registered.owner or automation.on else members.get(by.member or ""))
        lacks = await switching.missing(tx, known.connections, app.spec, entry, owner, mail=known.mail_door.port is not None)
        trigger: Any = automation.trigger
        clock = clock_of(app.spec, automation)
        return cls(
            app=app.id,
            app_name=app.spec.name,
            id=automation.id,
            name=automation.name,
            on=automation.on,
            version=app.version,
            trigger=AutomationTrigger(
                kind=trigger.kind,
                sentence=trigger_sentence(app.spec, trigger),
                cron=clock.get("cron"),
                zone=clock.get("zone"),
                table=trigger_table(app.spec, automation),
            ),
            steps=len(automation.steps),
            owner=AutomationOwner(id=one.owner.id, name=one.owner.name) if one.owner else None,
            next=one.next,
            last=_last(one.last, whole=app.sight.whole),
            counts=AutomationCounts(day=one.last.day, failed_week=one.last.failed_week, open=one.last.open),
            missing=[MissingThing(what=m.what, kind=m.kind, step=m.step, sentence=m.sentence, to=m.to) for m in lacks],
            problem=entry.problem,
            circle=list(one.circle),
            may=MayAutomation(
                switch=app.may("build"),
                press=app.may("write") and isinstance(trigger, ButtonPressed),
                call=app.may("write") and isinstance(trigger, Called),
                call_off=app.may("write"),
            ),
            hook=f"{known.settings.url}/hooks/{entry.token}"
            if isinstance(trigger, WebhookReceived) and app.may("build")
            else None,
            mail=_mail(known, one),
        )


class ShownAutomations(Shown):
    items: list[ShownAutomation]
    next: str | None = None


class AutomationSwitch(Asked):
    on: bool
    base_version: VersionNumber | None = None


class Pressed(Asked):
    row: RowId


class StartedRun(Shown):
    run: str


async def of_workspace(request: Request, tx: Tx, by: By, app: Annotated[AppId | None, Query()] = None) -> ShownAutomations:
    """The automations of all apps: those that are on first."""
    members = await overview.members_of(tx, by)
    lines = [line for line in await apps.listed(tx, by=by) if app in (None, line.id)][:APPS_SHOWN_MAX]
    if app is not None and not lines:
        raise NotFound(f"There is no app {app!r} here.")
    found: list[ShownAutomation] = []
    for line in lines:
        found += await _shown(request, tx, await apps.open_app(tx, line.id, by=by), members)
    return ShownAutomations(items=sorted(found, key=lambda one: (not one.on, one.name.lower(), one.app)))


async def listed(app: AppId, request: Request, tx: Tx, by: By) -> ShownAutomations:
    """The automations of an app, in its order."""
    opened = await apps.open_app(tx, app, by=by)
    return ShownAutomations(items=await _shown(request, tx, opened, await overview.members_of(tx, by)))


async def show(app: AppId, automation: PartId, request: Request, tx: Tx, by: By) -> ShownAutomation:
    """One automation, and how it is doing."""
    return await _one(request, tx, await apps.open_app(tx, app, by=by), automation)


async def switch(app: AppId, automation: PartId, wanted: AutomationSwitch, request: Request, tx: Tx, by: By) -> ShownAutomation:
    """Switch it on or off: one change with undo. What is missing is told, and what does not need it works."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    changed = await switching.switch(tx, opened, automation, wanted.on, by=by, base_version=wanted.base_version)
    return await _one(request, tx, changed, automation)


async def press(app: AppId, automation: PartId, pressed: Pressed, tx: Tx, by: By) -> StartedRun:
    """Press the button of a row."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    return StartedRun(run=await starting.press(tx, opened, automation, pressed.row, by=by))


async def _shown(request: Request, tx: AsyncConnection, app: OpenApp, members: dict[str, Member]) -> list[ShownAutomation]:
    found = await overview.of_app(tx, app, datetime.now(UTC), members)
    return [await ShownAutomation.of(tx, parts(request), one, app.by, members) for one in found]


async def _one(request: Request, tx: AsyncConnection, app: OpenApp, automation: str) -> ShownAutomation:
    found = await _shown(request, tx, app, await overview.members_of(tx, app.by))
    for one in found:
        if one.id == automation:
            return one
    raise NotFound(f"{app.spec.name} has no automation {automation[:60]!r}.")


def _mail(known: Parts, one: Doing) -> str | None:
    trigger = one.entry.registered.automation.trigger
    own = isinstance(trigger, EmailReceived) and trigger.connection is None and one.app.may("build")
    return known.mail_door.address(one.entry.token) if own and one.entry.token else None


def _last(row: Any, *, whole: bool) -> LastRun | None:
    """What a run says may hold what its rows hold: that is for whoever sees the whole app."""
    if row.id is None:
        return None
    told, problem = (row.told, row.problem) if whole else ("", "")
    return LastRun(run=row.id, state=row.state, at=row.created_at, ended_at=row.ended_at, told=told, problem=problem)
