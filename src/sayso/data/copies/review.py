"""What a copy to work on would change in the live app, as it is now, and the change made: one version, which can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.apps import Loss
from sayso.data.copies import jobs
from sayso.data.copies.compared import Compared, compared
from sayso.data.copies.merging import Clash, Side, merged
from sayso.data.open_app import OpenApp
from sayso.db.tables import versions as v
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.change import Change, Effect, difference
from sayso.team import audit
from sayso.team.actor import Actor


@dataclass(frozen=True, slots=True)
class Review:
    """`effects` is what the live app would gain and lose, `since` what has changed in it since the copy was made."""

    live: OpenApp
    copy: OpenApp
    base_version: int
    change: Change
    effects: tuple[Effect, ...]
    since: tuple[Effect, ...]
    clashes: tuple[Clash, ...]
    losses: tuple[Loss, ...]
    problems: tuple[Problem, ...]
    compared: tuple[Compared, ...]


async def opened_copy(tx: AsyncConnection, live: OpenApp, *, by: Actor, to: str = "read") -> tuple[jobs.DraftCopy, OpenApp]:
    """The copy to work on of an app. Raises `NotFound` when there is none."""
    draft = await jobs.draft_of(tx, live.number)
    if draft is None:
        raise NotFound(f"There is no copy of {live.spec.name} to work on.")
    return draft, await apps.open_app(tx, draft.app, by=by, to=to)  # pyright: ignore[reportArgumentType]  read or build


async def review(tx: AsyncConnection, live: OpenApp, *, by: Actor, choices: Mapping[str, Side] | None = None) -> Review:
    draft, copy = await opened_copy(tx, live, by=by)
    began = App.model_validate((await tx.execute(select(v.c.spec).where(v.c.app == copy.number, v.c.n == 1))).scalar_one())
    target, clashes = merged(began, copy.spec, live.spec, choices)
    change = difference(live.spec, target, f"Takes over what was changed in {copy.spec.name}")
    planned = await apps.planned(tx, live, change)
    since = select(v.c.effects).where(v.c.app == live.number, v.c.n > draft.base_version).order_by(v.c.n)
    told = tuple(Effect(**one) for effects in (await tx.execute(since)).scalars() for one in effects)
    return Review(
        live, copy, draft.base_version, planned.change, planned.effects, told, clashes, planned.losses, planned.problems,
        compared(live.spec, target),
    )  # fmt: skip


async def promote(
    tx: AsyncConnection, live: OpenApp, *, by: Actor, version: int, choices: Mapping[str, Side], losses: bool, note: str = ""
) -> tuple[OpenApp, Review]:
    """The live app with what was changed in the copy, which is in the trash then. `version` is the one of the live app that was looked at.

    Raises `Conflict` when the live app is another by now, `Invalid` for clashes that nobody has decided, for what does not fit, and for
    losses that were not agreed to.
    """
    if live.version != version:
        raise Conflict(
            f"{live.spec.name} has changed since this was looked at. Look at it again.", theirs={"version": live.version}
        )
    seen = await review(tx, live, by=by, choices=choices)
    open_ = [
        Problem(f"choices/{one.path}", f"{one.sentence}: choose the live app's or the copy's")
        for one in seen.clashes
        if not one.chosen
    ]
    if open_ or seen.problems:
        raise Invalid.of((*open_, *seen.problems))
    if seen.losses and not losses:
        told = "; ".join(loss.sentence for loss in seen.losses[:5])
        raise Invalid(Problem("losses", f"would lose something: {told}. Say that it may", "true"))
    if not seen.change.steps:
        raise Invalid("Nothing was changed in the copy that the live app does not have already.")
    after = await apps.change(tx, live, seen.change, by=by, note=note or seen.change.title, base_version=version)
    await throw_away(tx, live, by=by)
    n = len(seen.effects)
    said = f"took over {n} {'change' if n == 1 else 'changes'} of a copy into {live.spec.name}"
    await audit.write(tx, "app.promoted", said, by=by, subject=live.id)
    return after, seen


async def throw_away(tx: AsyncConnection, live: OpenApp, *, by: Actor) -> None:
    """The copy to work on goes to the trash. Raises `NotFound` when there is none."""
    _, copy = await opened_copy(tx, live, by=by, to="build")
    await apps.remove(tx, copy, by=by)
