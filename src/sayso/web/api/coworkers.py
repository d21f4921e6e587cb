"""Co-workers: who there is, what they may do, what they remember and know, and what they cost."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import Field, StringConstraints

from sayso import db
from sayso.coworkers import knowledge as knowing
from sayso.coworkers import memories, roster, usage
from sayso.coworkers.reach import Reach
from sayso.coworkers.shown import shown
from sayso.errors import Unavailable
from sayso.gateway.refusals import Refused
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, Shown, Token
from sayso.web.work import Engine, Tx

Key = Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9][a-z0-9_-]{0,79}\.)?[a-z][a-z0-9_]{0,62}$")]
"""`mina` is a co-worker of the workspace, `crm.mina` one of the app `crm`."""
PARTS_MAX = 20


class May(Shown):
    tool: str
    title: str
    kind: Literal["reads", "keeps", "writes", "reaches", "destroys"]
    policy: Literal["always", "asks", "never"]


class Granted(Shown):
    app: str
    table: str
    name: str
    may: Literal["read", "write"]


class CoworkerUsage(Shown):
    month: str
    conversations: int
    answers: int
    cost: str
    """Dollars."""
    unpriced: int
    """Calls whose price is not known: they are not in the cost."""
    budget: str | None


class CoworkerState(Shown):
    key: str
    id: str
    name: str
    description: str
    app: str | None
    app_name: str | None
    slot: str
    model: str | None
    ready: bool
    """Whether a language model stands behind its slot; `problem` says what to do where none does."""
    problem: str | None
    instructions: str
    memory: bool
    schedule: Json | None
    knowledge: int
    may: list[May]
    tables: list[Granted]
    usage: CoworkerUsage
    edits: bool
    spec: Json


class Coworkers(Shown):
    items: list[CoworkerState]
    next: str | None = None


class Memory(Shown):
    id: str
    text: str
    at: datetime


class Memories(Shown):
    items: list[Memory]
    next: str | None = None


class Known(Shown):
    kind: Literal["table", "file"]
    id: str
    name: str
    pieces: int
    waiting: int
    """Rows, or the file, that have not been read yet, or have changed since."""
    read_at: datetime | None
    problem: str | None


class KnownThings(Shown):
    items: list[Known]
    next: str | None = None


class NoMore(Asked):
    """Nothing."""


Spec = Annotated[Json, Field(max_length=PARTS_MAX, description="Parts of a Coworker of the spec")]


async def listed(request: Request, tx: Tx, by: By, app: AppId | None = None) -> Coworkers:
    """All co-workers that I may talk to, or those of one app."""
    desk = parts(request).coworkers
    found = await roster.listed(tx, by=by, app=app)
    return Coworkers(items=[CoworkerState.model_validate(await shown(tx, desk, one, by=by)) for one in found])


async def create(spec: Spec, request: Request, tx: Tx, by: By) -> CoworkerState:
    """A co-worker of the workspace. Those of an app are made by a change of the app."""
    made = await roster.create(tx, spec, by=by)
    return CoworkerState.model_validate(await shown(tx, parts(request).coworkers, made, by=by))


async def show(coworker: Key, request: Request, tx: Tx, by: By) -> CoworkerState:
    """One of them."""
    return await _shown(coworker, request, tx, by)


async def update(coworker: Key, spec: Spec, request: Request, tx: Tx, by: By) -> CoworkerState:
    """Change parts of it: `{"allowed": ["change_rows"]}` lets it write without asking; of an app's, an ordinary change with undo."""
    changed = await roster.change(tx, coworker, spec, by=by)
    return CoworkerState.model_validate(await shown(tx, parts(request).coworkers, changed, by=by))


async def remove(coworker: Key, tx: Tx, by: By) -> Response:
    """Remove one of the workspace."""
    await roster.remove(tx, coworker, by=by)
    return Response(status_code=204)


async def remembered(coworker: Key, tx: Tx, by: By) -> Memories:
    """What it remembers of me."""
    found = await roster.found(tx, coworker, by=by)
    items = await memories.listed(tx, found, by=by)
    return Memories(items=[Memory(id=m.id, text=m.text, at=m.at) for m in items])


async def forget(coworker: Key, memory: Token, tx: Tx, by: By) -> Response:
    """Wipe one thing that it remembers of me."""
    await memories.forget(tx, await roster.found(tx, coworker, by=by), memory, by=by)
    return Response(status_code=204)


async def forget_all(coworker: Key, tx: Tx, by: By) -> Response:
    """Wipe everything that it remembers of me."""
    await memories.forget_all(tx, await roster.found(tx, coworker, by=by), by=by)
    return Response(status_code=204)


async def knowledge(coworker: Key, request: Request, tx: Tx, by: By) -> KnownThings:
    """What it has read beforehand, and how far."""
    reach = Reach(await roster.found(tx, coworker, by=by), by)
    return KnownThings(items=[Known.model_validate(one, from_attributes=True) for one in await knowing.listed(tx, parts(request).coworkers, reach)])  # fmt: skip


async def read_again(coworker: Key, nothing: NoMore, request: Request, engine: Engine, by: By) -> KnownThings:
    """Read what is new or has changed: a part of it now, the rest behind this answer."""
    async with db.transaction(engine) as tx:
        reach, desk = Reach(await roster.found(tx, coworker, by=by), by), parts(request).coworkers
    by.must("build")
    try:
        await knowing.refreshed(desk, reach, knowing.FRESH_ROWS_MAX)
    except Refused as error:
        raise Unavailable(f"No model gives meanings: {error}") from None
    desk.begin(knowing.all_refreshed(desk, reach))
    async with db.transaction(engine) as tx:
        return await knowledge(coworker, request, tx, by)


async def used(coworker: Key, tx: Tx, by: By) -> CoworkerUsage:
    """What it has done and cost this month."""
    return CoworkerUsage.model_validate(await usage.this_month(tx, await roster.found(tx, coworker, by=by)))


async def _shown(key: str, request: Request, tx: Tx, by: Actor) -> CoworkerState:
    found = await roster.found(tx, key, by=by)
    return CoworkerState.model_validate(await shown(tx, parts(request).coworkers, found, by=by))
