"""Cards: what a co-worker would do, waiting for a yes."""

from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field, StringConstraints

from sayso import db
from sayso.coworkers import asking
from sayso.coworkers import cards as acting
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, Shown, Token, VersionNumber
from sayso.web.work import Engine, Once, Tx

Lost = Annotated[str, StringConstraints(max_length=20_000)]


class Card(Shown):
    """See docs/architecture.md for what an act is."""

    id: str
    turn: str
    conversation: str
    state: Literal["open", "applied", "refused", "put_aside"]
    version: int
    sentence: str
    acts: list[Json]
    loses: str | None
    changed: bool
    allow: str | None
    by_itself: bool
    reason: str | None
    decided_by: str | None
    decided_at: Any
    undo: list[Json]


class EditedRow(Asked):
    n: Annotated[int, Field(ge=0, le=1_000)]
    values: Annotated[Json, Field(max_length=500)]


class EditedAct(Asked):
    id: Token
    rows: Annotated[list[EditedRow], Field(max_length=1_000)]


class CardChange(Asked):
    version: VersionNumber
    acts: Annotated[list[EditedAct], Field(max_length=acting.ACTS_MAX)]


class CardApproval(Asked):
    version: VersionNumber
    """Of the card as you saw it."""
    acts: Annotated[list[Token], Field(max_length=acting.ACTS_MAX)] | None = None
    """Only these; the others stay undone."""
    allow: bool = False
    """From now on these tools need not ask in this conversation, unless something would be lost."""
    confirm: Lost | None = None
    """What the card says is lost, word for word; only where it says so."""


class CardRefusal(Asked):
    reason: Annotated[str, Field(max_length=acting.REASON_CHARACTERS_MAX)] = ""


async def show(card: Token, tx: Tx, by: By) -> Card:
    """A card."""
    return Card.model_validate((await acting.read(tx, card, by=by))[0])


async def update(card: Token, edited: CardChange, tx: Tx, by: By) -> Card:
    """Put other values into it before saying yes."""
    edits = [act.model_dump() for act in edited.acts]
    return Card.model_validate(await acting.edit(tx, card, edited.version, edits, by=by))


async def approve(card: Token, how: CardApproval, request: Request, engine: Engine, by: By, once: Once) -> Card:
    """Say yes: it is done in one transaction, once. The answer goes on under the conversation's `run`."""
    async with db.transaction(engine) as tx:
        await acting.read(tx, card, by=by, own=True)
    done, mine = await acting.approve(
        engine,
        card,
        how.version,
        by=by,
        chosen=how.acts,
        confirm=how.confirm,
        allow=how.allow,
        automations=parts(request).coworkers.automations,
    )  # fmt: skip
    if mine:
        await asking.go_on(parts(request).coworkers, done["turn"], by=by)
    return Card.model_validate(done)


async def refuse(card: Token, why: CardRefusal, request: Request, engine: Engine, by: By, once: Once) -> Card:
    """Say no: nothing is done, and the model hears the reason."""
    async with db.transaction(engine) as tx:
        told, mine = await acting.refuse(tx, card, why.reason, by=by)
    if mine:
        await asking.go_on(parts(request).coworkers, told["turn"], by=by)
    return Card.model_validate(told)
