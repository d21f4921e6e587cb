"""What I want to be told of: where, when, and of which apps."""

from datetime import time
from typing import Annotated, Any, Literal, Self

from fastapi import Request
from pydantic import Field, StringConstraints

from sayso.data import apps
from sayso.errors import Forbidden, Invalid, Problem
from sayso.team import preferences
from sayso.team.actor import Actor
from sayso.team.preferences import Following
from sayso.team.telling import TOPICS, Every, Mail, Topic, Wishes
from sayso.web import letters
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Shown
from sayso.web.work import Tx

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""`08:00`, on my own clock."""


class Way(Shown):
    app: bool
    """In the inbox."""
    mail: Mail


class AskedWay(Asked):
    app: bool | None = None
    mail: Mail | None = None


class Digest(Shown):
    every: Every
    at: str
    day: int
    """Monday is 1; for once a week."""


class AskedDigest(Asked):
    every: Every | None = None
    at: Clock | None = None
    day: Annotated[int, Field(ge=1, le=7)] | None = None


class Quiet(Shown):
    from_: str = Field(serialization_alias="from", validation_alias="from")
    until: str


class AskedQuiet(Asked):
    from_: Clock = Field(alias="from")
    until: Clock


class MailWay(Shown):
    address: str | None
    works: bool
    """Whether there is a mail server."""


class Preferences(Shown):
    kinds: dict[Topic, Way]
    digest: Digest
    quiet: Quiet | None
    zone: str
    apps: dict[str, Literal["follow", "mute"]]
    mail: MailWay

    @classmethod
    def of(cls, wanted: Wishes, apps: dict[str, Any], mail: MailWay) -> Self:
        ways: dict[Topic, Way] = {topic: Way(app=wanted.way(topic).app, mail=wanted.way(topic).mail) for topic in TOPICS}
        each = Digest(every=wanted.digest.every, at=_clock(wanted.digest.at), day=wanted.digest.day)
        quiet = (
            Quiet.model_validate({"from": _clock(wanted.quiet.begins), "until": _clock(wanted.quiet.until)})
            if wanted.quiet
            else None
        )
        return cls(kinds=ways, digest=each, quiet=quiet, zone=wanted.zone, apps=apps, mail=mail)


class ChangedPreferences(Asked):
    """What is not said stays; `quiet: null` ends quiet hours."""

    kinds: dict[Topic, AskedWay] | None = None
    digest: AskedDigest | None = None
    quiet: AskedQuiet | None = None


class FollowedApp(Asked):
    state: Following


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


async def show(request: Request, tx: Tx, by: By) -> Preferences:
    """What I want to be told of."""
    return await _mine(request, tx, by)


async def update(change: ChangedPreferences, request: Request, tx: Tx, by: By) -> Preferences:
    """Change what I want to be told of, and how."""
    if (change.kinds or {}).get("security") and (change.kinds or {})["security"].app is False:
        raise Invalid(Problem("kinds/security/app", "always stands in the inbox"))
    ways: dict[Topic, dict[str, Any]] = {topic: way.model_dump(exclude_none=True) for topic, way in (change.kinds or {}).items()}
    digest = change.digest.model_dump(exclude_none=True) if change.digest else None
    quiet: Any = False
    if "quiet" in change.model_fields_set:
        quiet = change.quiet and {"from": change.quiet.from_, "until": change.quiet.until}
    await preferences.change(tx, by=by, ways=ways, digest=digest, quiet=quiet)
    return await _mine(request, tx, by)


async def follow(app: AppId, change: FollowedApp, request: Request, tx: Tx, by: By) -> Preferences:
    """Hear of every comment in an app, of nothing, or as usual."""
    opened = await apps.open_app(tx, app, by=by)
    await preferences.follow(tx, opened.number, change.state, by=by)
    return await _mine(request, tx, by)


async def _mine(request: Request, tx: Tx, by: Actor) -> Preferences:
    if by.member is None:
        raise Forbidden("Preferences are a member's own.")
    works = await letters.possible(parts(request), by.workspace)
    mail = MailWay(address=await preferences.address(tx, by.member, by.workspace), works=works)
    wanted = await preferences.read(tx, by=by)
    seen = {app: state for app, state in (await preferences.followed(tx, by=by)).items() if await _may_see(tx, app, by)}
    return Preferences.of(wanted, seen, mail)


async def _may_see(tx: Tx, app: str, by: Actor) -> bool:
    return any(line.id == app for line in await apps.listed(tx, by=by))
