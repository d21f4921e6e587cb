"""Accepting a draft: the app, its sample rows and the report, in one transaction, once however often it is asked."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.builder import access_given, drafts, samples
from sayso.builder import plan as cards
from sayso.data import apps, events
from sayso.data import samples as sample_rows
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Conflict, Invalid
from sayso.spec.change import Change, difference
from sayso.team.actor import Actor

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Built:
    """What was done, told from what was applied: sentences, and how many sample rows each table has."""

    app: str
    version: int
    report: tuple[Json, ...]
    samples: dict[str, int]


async def accept(
    engine: AsyncEngine, id: str, *, by: Actor, choices: dict[str, Any] | None = None, with_samples: bool = True
) -> Built:
    """Builds a draft. Asked again, gives the same answer and builds nothing.

    Raises `Conflict` when the app has moved on so far that the plan no longer fits, `Invalid` when there is nothing to build.
    """
    async with transaction(engine) as tx:
        return await accepted(tx, id, by=by, choices=choices, with_samples=with_samples)


async def accepted(
    tx: AsyncConnection, id: str, *, by: Actor, choices: dict[str, Any] | None = None, with_samples: bool = True
) -> Built:
    """The same, inside the caller's transaction."""
    row = await drafts.row_of(tx, id, by, lock=True)
    if row.state == "built":
        return Built(row.report["app"], row.report["version"], tuple(row.report["report"]), row.report["samples"])
    if row.state != "ready":
        raise Conflict(f"This draft is {row.state}; only a draft that is ready can be built.")
    if not row.plan or row.plan.get("outcome") != "plan" or not row.plan.get("spec"):
        raise Invalid((row.plan or {}).get("message") or "There is nothing to build yet: say what you need first.")
    done, number = await (
        _changed(tx, row, choices or {}, by) if row.app is not None else _created(tx, row, choices or {}, by, with_samples)
    )
    stored = {"app": done.app, "version": done.version, "report": list(done.report), "samples": done.samples}
    update = t.drafts.update().where(t.drafts.c.id == id)
    await tx.execute(update.values(state="built", app=number, report=stored, updated_at=datetime.now(UTC)))
    await events.write(tx, "draft.changed", app=done.app, payload={"id": id, "version": done.version}, by=by)
    return done


async def _created(tx: AsyncConnection, row: Any, choices: dict[str, Any], by: Actor, with_samples: bool) -> tuple[Built, int]:
    spec = cards.answered(row.plan, choices, None)
    app = await apps.create(tx, spec, by=by, note=_note(row.wish))
    built = [asdict(e) for e in cards.told(cards.empty(app.spec), app.spec)]
    report = _with_rights(built, await access_given.given(tx, app, app.spec.roles, by=by))
    counts = (
        await sample_rows.put(tx, app, samples.rows_of_app(app.spec, datetime.now(UTC).date()))
        if with_samples and row.import_id is None
        else {}
    )
    return Built(app.id, app.version, tuple(report), counts), app.number


async def _changed(tx: AsyncConnection, row: Any, choices: dict[str, Any], by: Actor) -> tuple[Built, int]:
    slug = (await drafts.read(tx, row.id, by=by)).app
    if slug is None:
        raise Conflict("The app of this draft is gone.")
    app = await apps.open_app(tx, slug, by=by, to="build")
    before = app.spec
    change = (
        _rebased(row, choices, app)
        if app.version != row.base_version
        else difference(before, cards.answered(row.plan, choices, before), row.plan["title"])
    )
    if not change.steps:
        raise Invalid("There is nothing left to change: the app is already as the plan says.")
    after = await apps.change(tx, app, change, by=by, note=_note(row.wish), base_version=app.version)
    known = {role.id for role in before.roles}
    new = tuple(role for role in after.spec.roles if role.id not in known)
    changed = [asdict(e) for e in cards.told(before, after.spec)]
    report = _with_rights(changed, await access_given.given(tx, after, new, by=by))
    return Built(after.id, after.version, tuple(report), {}), after.number


def _with_rights(built: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was built, with a sentence for each new role that says what it may and who has it, in place of the one that says it was added."""
    told = {line["path"] for line in given}
    return [*(line for line in built if line["path"] not in told), *given]


def _rebased(row: Any, choices: dict[str, Any], app: apps.OpenApp) -> Change:
    """The plan's own steps on the app as it is now, when they still fit it; else a clear conflict with both states."""
    planned = cards.read_change(row.plan["change"])
    try:
        card = cards.edited(row.plan, planned, app.spec)
        return difference(app.spec, cards.answered(card, choices, app.spec), planned.title)
    except Invalid as wrong:
        reasons = "; ".join(str(p) for p in wrong.problems[:3])
        message = f"{app.spec.name} has changed since this was planned, and the plan no longer fits: {reasons}"
        raise Conflict(message, yours=row.plan["spec"], theirs=app.spec.portable()) from None


def _note(words: str) -> str:
    return " ".join(words.split())[:500]
