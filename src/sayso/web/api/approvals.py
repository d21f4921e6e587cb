"""What automations ask people for a yes."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import approvals as asking
from sayso.team import people
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.shapes import AppId, Asked, Shown, Token
from sayso.web.work import Tx

PAGE_APPROVALS = 30
Reason = Annotated[str, Field(max_length=asking.REASON_CHARACTERS_MAX)]


class ApprovalDetail(Shown):
    name: str
    text: str


class ApprovalMember(Shown):
    id: str
    name: str


class ApprovalShown(Shown):
    id: str
    app: str
    app_name: str
    automation: str
    automation_name: str
    run: str
    question: str
    details: list[ApprovalDetail]
    state: asking.State
    members: list[ApprovalMember]
    """Who may decide."""
    mine: bool
    """Whether I may, now."""
    reason: str
    decided_by: str | None
    decided_by_name: str
    decided_through: asking.Through | None
    created_at: datetime
    expires_at: datetime | None
    decided_at: datetime | None


class Approvals(Shown):
    items: list[ApprovalShown]
    next: str | None = None
    waiting: int
    """How many wait for me."""


class AskedApprovals(Asked):
    state: asking.State | None = None
    mine: bool = False
    app: AppId | None = None
    cursor: Token | None = None
    limit: Annotated[int, Query(ge=1, le=asking.PAGE_APPROVALS_MAX)] = PAGE_APPROVALS


class Decision(Asked):
    approved: bool
    reason: Reason = ""


async def listed(asked: Annotated[AskedApprovals, Query()], tx: Tx, by: By) -> Approvals:
    """Questions that I was asked (builders: of everybody), newest first."""
    found = await asking.listed(
        tx, by=by, state=asked.state, mine=asked.mine, app=asked.app, before=asked.cursor, limit=asked.limit
    )
    more = found[-1].id if len(found) == asked.limit else None
    return Approvals(items=await _shown(tx, found, by), next=more, waiting=await asking.waiting(tx, by=by))


async def show(approval: Token, tx: Tx, by: By) -> ApprovalShown:
    """One question, and how it was decided."""
    return (await _shown(tx, (await asking.read(tx, approval, by=by),), by))[0]


async def decide(approval: Token, decision: Decision, tx: Tx, by: By) -> ApprovalShown:
    """Say yes or no, once. Its run goes on at once."""
    decided = await asking.decide(tx, approval, decision.approved, decision.reason, by=by)
    return (await _shown(tx, (decided,), by))[0]


async def _shown(tx: AsyncConnection, found: tuple[asking.Approval, ...], by: Actor) -> list[ApprovalShown]:
    names = {m.id: m.name for m in await people.listed(tx, by=by)} if found else {}
    return [
        ApprovalShown(
            id=one.id, app=one.app_id, app_name=one.app_name, automation=one.automation, automation_name=one.automation_name,
            run=one.run, question=one.question, details=[ApprovalDetail(name=name, text=text) for name, text in one.details],
            state="expired" if one.state == "open" and not one.is_open else one.state,
            members=[ApprovalMember(id=id, name=names[id]) for id in one.members if id in names],
            mine=one.is_open and await asking.may_decide(tx, one, by=by), reason=one.reason, decided_by=one.decided_by,
            decided_by_name=one.decided_by_name, decided_through=one.decided_through, created_at=one.created_at,
            expires_at=one.expires_at, decided_at=one.decided_at,
        )
        for one in found
    ]  # fmt: skip
