"""Connected tables: what could be connected, where a table's rows come from, its syncs, and what waits for a decision."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.background import BackgroundTask

from sayso import db
from sayso.connections import reading
from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import found
from sayso.db import connection_tables
from sayso.errors import NotFound
from sayso.sources import conflicts, making, previewing, stored
from sayso.sources.reached import reached
from sayso.sources.source import OPEN
from sayso.sources.source import Sync as KeptSync
from sayso.spec.source import Source
from sayso.spec.table import Table
from sayso.team import people
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import BATCH_MAX, AppId, Asked, Json, PartId, RowId, ShortText, Shown, Token, VersionNumber
from sayso.web.work import Once, Tx

ConnectionId = Token
What = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class PlaceColumn(Shown):
    """`type` in the source's own words; `kind` is the kind of field that it suits."""

    name: str
    type: str
    kind: str
    key: bool


class Place(Shown):
    """Something that can be connected. `columns` and `sample` come with one that is asked for by `what`."""

    what: str
    name: str
    kind: Literal["table", "view", "sheet", "database", "feed", "files", "list"]
    detail: str
    rows: int | None
    """About how many, when that is known without counting."""
    key: list[str]
    cursors: list[str]
    """Columns that may grow with every change."""
    modes: list[Literal["synced", "live"]]
    writable: bool
    columns: list[PlaceColumn]
    sample: list[Json]
    problem: str

    @classmethod
    def of(cls, one: reading.Place) -> "Place":
        columns = [PlaceColumn(name=c.name, type=c.type, kind=c.kind, key=c.key) for c in one.columns]
        return cls(
            what=one.what, name=one.name, kind=one.kind, detail=one.detail, rows=one.rows, key=list(one.key), cursors=list(one.cursors),
            modes=list(one.modes), writable=one.writable, columns=columns, sample=list(one.sample), problem=one.problem,
        )  # fmt: skip


class Places(Shown):
    items: list[Place]
    next: str | None = None


class RefusedValue(Shown):
    key: str
    field: str
    reason: str


class Sync(Shown):
    """`written` are rows written back; `refused` values that did not fit, with some of them in `examples`."""

    id: str
    app: str
    table: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    origin: Literal["first", "schedule", "person"]
    full: bool
    read: int
    created: int
    changed: int
    trashed: int
    same: int
    conflicts: int
    written: int
    refused: int
    why: str
    may_force: bool
    """It stopped because so many rows are gone; somebody may say that this is right."""
    examples: list[RefusedValue]
    by: str | None
    by_name: str
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, one: KeptSync) -> "Sync":
        same = {name: getattr(one, name) for name in cls.model_fields if name not in ("app", "table", "examples")}
        examples = [RefusedValue(**e) for e in one.examples]
        return cls(**same, app=one.app_id, table=one.table_id, examples=examples)


class Syncs(Shown):
    items: list[Sync]
    next: str | None = None


class SourceConnection(Shown):
    id: str
    name: str
    kind: str


class SourceState(Shown):
    source: Source | None
    connection: SourceConnection | None
    """None when it is gone."""
    version: int
    """Of the app."""
    rows: int | None
    by: str | None
    by_name: str
    """Who connected it, and with whose rights the connection is used."""
    next_at: datetime | None
    last: Sync | None
    running: Sync | None
    conflicts: int
    problem: str
    writable: bool


class NewSource(Asked):
    """A new table of what a connection holds."""

    connection: ConnectionId
    what: What
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    columns: Annotated[list[Annotated[str, StringConstraints(max_length=300)]], Field(min_length=1, max_length=500)] | None = None
    key: Annotated[list[Annotated[str, StringConstraints(max_length=300)]], Field(min_length=1, max_length=8)] | None = None
    """The columns that tell rows apart, where the source names none."""
    mode: Literal["synced", "live"] = "synced"
    cron: Annotated[str, StringConstraints(max_length=100)] | None = None


class MadeTable(Shown):
    app: str
    version: int
    table: str
    view: str
    source: SourceState


class SourceChange(Asked):
    source: Source
    base_version: VersionNumber | None = None


class AskedPreview(Asked):
    source: Source | None = None
    """As it would be; without one as it is."""


class PreviewField(Shown):
    field: str
    name: str
    before: Any
    after: Any


class PreviewRow(Shown):
    key: str
    row: int | None
    name: str
    does: Literal["creates", "changes", "trashes", "conflicts"]
    fields: list[PreviewField]


class Preview(Shown):
    """What a sync would do. `whole`: all of the source was looked at, so that what is gone is known as well."""

    read: int
    whole: bool
    created: int
    changed: int
    trashed: int
    same: int
    conflicts: int
    refused: int
    examples: list[RefusedValue]
    sample: list[PreviewRow]
    sentence: str


class NewSync(Asked):
    full: bool = False
    """Everything, also where only what is new would be read."""
    force: bool = False
    """Also move many rows to the trash."""


class ConflictField(Shown):
    field: str
    name: str
    ours: Any
    theirs: Any


class SourceConflict(Shown):
    row: int
    name: str
    at: datetime
    fields: list[ConflictField]


class SourceConflicts(Shown):
    items: list[SourceConflict]
    total: int


class Settling(Asked):
    rows: Annotated[list[RowId], Field(min_length=1, max_length=BATCH_MAX)]
    keep: Literal["source", "ours"]


class Settled(Shown):
    settled: int


class AskedPlaces(Asked):
    search: ShortText = ""
    what: What | None = None


class AskedSyncs(Asked):
    cursor: Annotated[str, Field(max_length=40)] | None = None
    limit: Annotated[int, Field(ge=1, le=stored.LISTED_MAX)] = 50


async def places(connection: ConnectionId, asked: Annotated[AskedPlaces, Query()], request: Request, by: By) -> Places | Place:
    """What of a connection can become a table; with `what` that one, whole: with columns and a few rows."""
    by.must("build")
    connections = parts(request).connections
    async with db.transaction(connections.engine) as tx:
        there = await reached(tx, connections, connection, by=by, what=f"{by.name} looked at its tables")
    if asked.what is not None:
        return Place.of(await there.reader.place(connections, there.opened, asked.what))
    return Places(items=[Place.of(one) for one in await there.reader.places(connections, there.opened, asked.search)])


async def create(app: AppId, new: NewSource, request: Request, by: By, once: Once, after: BackgroundTasks) -> MadeTable:
    """Connect something as a new table, and begin its first sync."""
    at = parts(request)
    async with db.transaction(at.engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="build")
        there = await reached(tx, at.connections, new.connection, by=by, what=f"a new table in {opened.spec.name}")
    place = await there.reader.place(at.connections, there.opened, new.what)
    async with db.transaction(at.engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="build")
        made = await making.make(
            tx,
            opened,
            there.opened.id,
            place,
            by=by,
            name=new.name,
            columns=new.columns,
            key=new.key,
            mode=new.mode,
            cron=new.cron,
        )
        if new.mode == "synced":
            await stored.begin(tx, made.app, made.table, by=by, origin="first")
        state = await _state(tx, made.app, found(made.app, made.table))
    after.add_task(at.syncs.look)
    return MadeTable(app=made.app.id, version=made.app.version, table=made.table, view=made.view, source=state)


async def show(app: AppId, table: PartId, tx: Tx, by: By) -> SourceState:
    """Where a table's rows come from, and how it stands."""
    opened = await apps.open_app(tx, app, by=by)
    return await _state(tx, opened, found(opened, table))


async def update(app: AppId, table: PartId, change: SourceChange, request: Request, tx: Tx, by: By) -> SourceState:
    """Connect a table, or change how; one change with undo. Ask for a preview first."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    await reached(tx, parts(request).connections, change.source.connection, by=by, what=f"{table} in {opened.spec.name}")
    changed = await making.connect(tx, opened, found(opened, table), change.source, by=by, base_version=change.base_version)
    return await _state(tx, changed, found(changed, table))


async def remove(app: AppId, table: PartId, tx: Tx, by: By) -> Response:
    """Disconnect a table. Its rows stay, as its own."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    stored.source_of(found(opened, table))
    await making.connect(tx, opened, found(opened, table), None, by=by)
    return Response(status_code=204)


async def preview(app: AppId, table: PartId, asked: AskedPreview, request: Request, by: By, once: Once) -> Preview:
    """What a sync would do; nothing is written."""
    done = await previewing.preview(parts(request).connections, app, table, asked.source, by=by)
    c = done.told.counts
    return Preview(
        read=done.read, whole=done.whole, created=c["creates"], changed=c["changes"], trashed=done.trashed, same=c["nothing"],
        conflicts=c["conflicts"], refused=c["refused"], examples=[RefusedValue(**e) for e in done.told.examples],
        sample=[PreviewRow(**one) for one in done.sample], sentence=done.sentence,
    )  # fmt: skip


async def syncs(app: AppId, table: PartId, asked: Annotated[AskedSyncs, Query()], tx: Tx, by: By) -> Syncs:
    """The syncs of a table, newest first."""
    opened = await apps.open_app(tx, app, by=by)
    items, following = await stored.listed(tx, opened, table, before=asked.cursor, limit=asked.limit)
    return Syncs(items=[Sync.of(one) for one in items], next=following)


async def begin(app: AppId, table: PartId, new: NewSync, request: Request, tx: Tx, by: By, after: BackgroundTasks) -> Sync:
    """Bring a table up to date now."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    after.add_task(parts(request).syncs.look)
    return Sync.of(await stored.begin(tx, opened, table, by=by, full=new.full, force=new.force))


async def sync(app: AppId, table: PartId, sync: Token, tx: Tx, by: By) -> Sync:
    """How far a sync is."""
    return Sync.of(await stored.read(tx, await apps.open_app(tx, app, by=by), table, sync))


async def cancel(app: AppId, table: PartId, sync: Token, request: Request, tx: Tx, by: By) -> Response:
    """Stop a sync. What is done stays."""
    await stored.cancel(tx, await apps.open_app(tx, app, by=by, to="write"), table, sync, by=by)
    return Response(status_code=204, background=BackgroundTask(parts(request).syncs.called_off, sync))


async def waiting(app: AppId, table: PartId, tx: Tx, by: By) -> SourceConflicts:
    """Rows that were changed on both sides and wait for a person."""
    opened = await apps.open_app(tx, app, by=by)
    items = [SourceConflict(**one) for one in await conflicts.listed(tx, opened, table)]
    return SourceConflicts(items=items, total=await conflicts.count(tx, opened, found(opened, table)))


async def settle(app: AppId, table: PartId, settling: Settling, tx: Tx, by: By) -> Settled:
    """Keep the source's values, or ours."""
    opened = await apps.open_app(tx, app, by=by, to="write")
    return Settled(settled=await conflicts.settle(tx, opened, table, settling.rows, settling.keep, by=by))


async def _state(tx: AsyncConnection, app: OpenApp, table: Table) -> SourceState:
    source = table.source
    if source is None:
        return SourceState(
            source=None, connection=None, version=app.version, rows=None, by=None, by_name="", next_at=None, last=None, running=None,
            conflicts=0, problem="", writable=False,
        )  # fmt: skip
    kept = await stored.kept(tx, app, table)
    connection = await _connection(tx, source.connection, app.by)
    newest = (await stored.listed(tx, app, table.id, limit=2))[0]
    running = next((one for one in newest if one.state in OPEN), None)
    last = next((one for one in newest if one.state not in OPEN), None)
    problem = kept.problem or ("" if connection else "The connection is not there any more.")
    return SourceState(
        source=source,
        connection=SourceConnection(id=connection.id, name=connection.name, kind=connection.kind) if connection else None,
        version=app.version,
        rows=None if source.mode == "live" else await rows.count(tx, app, table.id),
        by=kept.owner,
        by_name=await _name(tx, kept.owner, app.by),
        next_at=kept.next_at,
        last=Sync.of(last) if last else None,
        running=Sync.of(running) if running else None,
        conflicts=await conflicts.count(tx, app, table),
        problem=problem,
        writable=bool(connection and connection.settings.get("writes")),
    )


async def _connection(tx: AsyncConnection, id: str, by: Actor) -> Any:
    c = connection_tables.connections.c
    return (
        await tx.execute(select(c.id, c.name, c.kind, c.settings).where(c.id == id, c.workspace_id == by.workspace))
    ).one_or_none()


async def _name(tx: AsyncConnection, member: str | None, by: Actor) -> str:
    try:
        return (await people.read(tx, member, by=by)).name if member else ""
    except NotFound:
        return ""
