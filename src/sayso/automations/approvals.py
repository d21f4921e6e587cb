"""Questions of automations that wait for a person: asked once, decided once, in the app or by an address that came by e-mail.

open ── approved │ declined      somebody who was asked decided
     ── expired                  nobody did in time
     ── withdrawn                its run was cancelled
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Text, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.runs.waking import wake
from sayso.data import finding
from sayso.db import tables as t
from sayso.db.notification_tables import approval_links, approvals
from sayso.errors import Conflict, Forbidden, NotFound
from sayso.team import audit, people, standing
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import hashed, new_secret

APPROVAL_SECONDS_MAX = 90 * 24 * 3600
"""A question that nobody answers for so long is declined by time, whatever its step says."""
QUESTION_CHARACTERS_MAX = 2_000
REASON_CHARACTERS_MAX = 2_000
DETAILS_MAX = 20
DETAIL_CHARACTERS_MAX = 1_000
PAGE_APPROVALS_MAX = 100

State = Literal["open", "approved", "declined", "expired", "withdrawn"]
Through = Literal["app", "link"]


@dataclass(frozen=True, slots=True)
class Approval:
    """`members` (ids) may decide; `details` are pairs of a name and a text that say what it is about; `app` is the app's number."""

    id: str
    workspace: str
    app: int
    app_id: str
    app_name: str
    automation: str
    automation_name: str
    run: str
    key: str
    question: str
    details: tuple[tuple[str, str], ...]
    members: tuple[str, ...]
    state: State
    reason: str
    decided_by: str | None
    decided_by_name: str
    decided_through: Through | None
    created_at: datetime
    expires_at: datetime | None
    decided_at: datetime | None

    @property
    def heading(self) -> str:
        """The question's first line."""
        return self.question.partition("\n")[0].strip()

    @property
    def rest(self) -> str:
        return self.question.partition("\n")[2].strip()

    @property
    def is_open(self) -> bool:
        return self.state == "open" and (self.expires_at is None or self.expires_at > datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `key` is the step's: asked again under it, it is the same question. `seconds` is how long it may be answered."""

    key: str
    app: int
    automation: str
    automation_name: str
    run: str
    text: str
    members: tuple[str, ...]
    seconds: int | None = None
    details: tuple[tuple[str, str], ...] = ()


async def ask(tx: AsyncConnection, question: Question, *, by: Actor) -> tuple[Approval, bool]:
    """The approval, and whether it is new."""
    seconds = min(question.seconds or APPROVAL_SECONDS_MAX, APPROVAL_SECONDS_MAX)
    values: dict[str, Any] = {
        "id": new_id("ok"), "workspace_id": by.workspace, "app": question.app, "automation": question.automation,
        "automation_name": question.automation_name, "run": question.run, "key": question.key,
        "question": question.text[:QUESTION_CHARACTERS_MAX],
        "details": [[name, text[:DETAIL_CHARACTERS_MAX]] for name, text in question.details[:DETAILS_MAX]],
        "members": list(question.members), "expires_at": datetime.now(UTC) + timedelta(seconds=seconds),
    }  # fmt: skip
    new = insert(approvals).values(values).on_conflict_do_nothing(index_elements=["key"]).returning(approvals.c.id)
    made = (await tx.execute(new)).scalar_one_or_none()
    if made is not None:
        await _told(tx, made, question.members, by)
    return await _one(tx, approvals.c.key == question.key), made is not None


async def link(tx: AsyncConnection, approval: Approval, member: str) -> str:
    """A secret that lets this member decide, once, without signing in. Only its hash is kept."""
    secret = new_secret()
    values = {"hash": hashed(secret), "workspace_id": approval.workspace, "approval": approval.id, "member": member}
    await tx.execute(approval_links.insert().values(values))
    return secret


async def by_link(tx: AsyncConnection, secret: str) -> tuple[Approval, Actor]:
    """The approval behind a link, and the member whom the link was sent to. Raises `NotFound` for whatever is none."""
    c, m = approval_links.c, t.members.c
    query = select(c.approval, c.member).where(c.hash == hashed(secret)).join(t.members, m.id == c.member)
    row = (await tx.execute(query.where(m.removed_at.is_(None), m.suspended_at.is_(None)))).one_or_none()
    if row is None:
        raise NotFound("This link asks nothing, or no longer.")
    approval = await _one(tx, approvals.c.id == row.approval)
    who = await standing.read(tx, row.member, workspace=approval.workspace)
    if who is None:
        raise NotFound("This link asks nothing, or no longer.")
    return approval, who


async def decide(
    tx: AsyncConnection, id: str, approved: bool, reason: str = "", *, by: Actor, through: Through = "app"
) -> Approval:
    """Once, and its run goes on. Raises `Conflict` when it was decided before, `Forbidden` for whoever was not asked."""
    found = await read(tx, id, by=by, lock=True)
    if not await may_decide(tx, found, by=by):
        raise Forbidden("Somebody else was asked about this.")
    if not found.is_open:
        raise Conflict(f"This was {_already(found)} already.")
    c = approvals.c
    await tx.execute(
        update(approvals)
        .where(c.id == id)
        .values(
            state="approved" if approved else "declined",
            reason=reason.strip()[:REASON_CHARACTERS_MAX],
            decided_by=by.member,
            decided_by_name=by.name,
            decided_through=through,
            decided_at=func.now(),
        )
    )
    await tx.execute(update(approval_links).where(approval_links.c.approval == id).values(used_at=func.now()))
    await _told(tx, id, found.members, by)
    what = f"said {'yes' if approved else 'no'} to: {found.question}"
    told = {"run": found.run, "automation": found.automation, "through": through, "reason": reason.strip()}
    await audit.write(tx, "approval.decided", what, by=by, subject=id, app=found.app_id, detail=told)
    await wake(tx, found.run)
    return await _one(tx, c.id == id)


async def settled(tx: AsyncConnection, id: str, *, now: datetime | None = None) -> Approval:
    """As it stands now, for its run: what is overdue expires here."""
    found = await _one(tx, approvals.c.id == id, lock=True)
    if found.state == "open" and found.expires_at is not None and found.expires_at <= (now or datetime.now(UTC)):
        await tx.execute(update(approvals).where(approvals.c.id == id).values(state="expired", decided_at=func.now()))
        return await _one(tx, approvals.c.id == id)
    return found


async def withdraw(tx: AsyncConnection, runs: Iterable[str]) -> int:
    """Questions of runs that nobody waits for any more; cancelling a run does so too."""
    c = approvals.c
    gone = update(approvals).where(c.run.in_(list(runs)), c.state == "open").values(state="withdrawn", decided_at=func.now())
    return (await tx.execute(gone)).rowcount


async def may_decide(tx: AsyncConnection, approval: Approval, *, by: Actor) -> bool:
    """Who was asked; owners, when none of those is here any more."""
    if by.workspace != approval.workspace or by.member is None or by.kind not in ("member", "token"):
        return False
    if by.scopes is not None and "write" not in by.scopes:
        return False  # a token that only reads says yes to nothing
    if by.member in approval.members:
        return True
    here = {m.id for m in await people.listed(tx, by=by)}
    return by.may("manage") and not here.intersection(approval.members)


async def read(tx: AsyncConnection, id: str, *, by: Actor, lock: bool = False) -> Approval:
    """For those who were asked, and for builders. Raises `NotFound` for everybody else."""
    return await _one(tx, (approvals.c.id == id) & await _seen(tx, by), lock=lock)


async def listed(
    tx: AsyncConnection,
    *,
    by: Actor,
    state: State | None = None,
    mine: bool = False,
    app: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> tuple[Approval, ...]:
    """Newest first; `mine` are those that I was asked. `before` is the id of the last one that was seen."""
    c = approvals.c
    query = _approvals().where(_asked(by) & (c.workspace_id == by.workspace) if mine else await _seen(tx, by))
    if state is not None:
        overdue = c.expires_at <= func.now()
        query = query.where(c.state == state)
        query = query.where(~overdue) if state == "open" else query
    if app is not None:
        query = query.where(t.apps.c.id == app)
    if before is not None:
        last = select(c.created_at).where(c.id == before, c.workspace_id == by.workspace).scalar_subquery()
        query = query.where((c.created_at < last) | ((c.created_at == last) & (c.id < before)))
    rows = await tx.execute(query.order_by(c.created_at.desc(), c.id.desc()).limit(min(limit, PAGE_APPROVALS_MAX)))
    return tuple(_approval(row) for row in rows)


async def waiting(tx: AsyncConnection, *, by: Actor) -> int:
    """How many wait for this member."""
    c = approvals.c
    mine = (c.workspace_id == by.workspace) & _asked(by)
    query = select(func.count()).select_from(approvals).where(mine, c.state == "open", c.expires_at > func.now())
    return (await tx.execute(query)).scalar_one()


def _already(approval: Approval) -> str:
    if approval.state == "open" or approval.state == "expired":
        return "left unanswered for too long, and has ended"
    return f"{approval.state} by {approval.decided_by_name}" if approval.decided_by_name else approval.state


def _asked(by: Actor) -> ColumnElement[bool]:
    return literal(by.member or "") == any_(approvals.c.members)


async def _seen(tx: AsyncConnection, by: Actor) -> ColumnElement[bool]:
    """Those that they were asked, and all of apps that they build and see whole: a question tells what is in a row."""
    whole = [app.number for app in await finding.every(tx, by) if app.sight.whole and app.may("build")]
    return (approvals.c.workspace_id == by.workspace) & (_asked(by) | approvals.c.app.in_(whole))


async def _one(tx: AsyncConnection, which: ColumnElement[bool], *, lock: bool = False) -> Approval:
    query = _approvals().where(which)
    row = (await tx.execute(query.with_for_update(of=approvals) if lock else query)).one_or_none()
    if row is None:
        raise NotFound("There is no such question.")
    return _approval(row)


def _approvals() -> Select[*tuple[Any, ...]]:
    a = t.apps.c
    query = select(approvals, a.id.label("app_id"), a.spec["name"].astext.label("app_name"))
    return query.join(t.apps, a.number == approvals.c.app)


def _approval(row: Any) -> Approval:
    values: dict[str, Any] = {name: value for name, value in row._mapping.items() if name in Approval.__dataclass_fields__}
    values["workspace"], values["members"] = row.workspace_id, tuple(row.members)
    values["details"] = tuple((str(name), str(text)) for name, text in row.details)
    return Approval(**values)


async def _told(tx: AsyncConnection, id: str, members: Iterable[str], by: Actor) -> None:
    """The event that open tabs of those who were asked hear."""
    written = (
        t.events.insert()
        .values(
            workspace_id=by.workspace,
            kind="approval.changed",
            payload={"id": id, "members": list(members), "by_name": by.name},
            by_actor=by.id,
        )
        .returning(t.events.c.id)
        .cte("written")
    )
    await tx.execute(select(func.pg_notify(t.EVENTS_CHANNEL, written.c.id.cast(Text))))
