"""The audit log: who did what, to what, from where. For whoever manages the workspace."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

import orjson
from fastapi import Query, Request
from pydantic import AwareDatetime, Field, StringConstraints
from starlette.responses import StreamingResponse

from sayso import db
from sayso.connections import audit_streams
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.audit import chain, keeping
from sayso.team.audit.reading import PAGE_ENTRIES_MAX
from sayso.web.actor import By
from sayso.web.api.exports import begun, saved_as
from sayso.web.api.webhooks import Endpoint, Endpoints, Name, Url
from sayso.web.csv_lines import line
from sayso.web.cursor import Cursor, number, written
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, Shown
from sayso.web.work import Engine, Tx

Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
COLUMNS = (
    "n", "at", "by_name", "by", "by_kind", "kind", "sentence", "subject", "app", "address", "agent", "session", "token", "detail",
    "before", "after", "hash",
)  # fmt: skip


class AskedEntries(Asked):
    by: Text | None = None
    """A member's id, or automation, system, link."""
    kind: Text | None = None
    """Such as `token.created`, or `token` for all of that family."""
    subject: Text | None = None
    """The id of what it was done to."""
    app: Text | None = None
    address: Text | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    q: Text | None = None
    """Words in what was done, by whom, to what."""

    def wanted(self) -> audit.Wanted:
        fields = {name: getattr(self, name) for name in AskedEntries.model_fields if name != "q"}
        return audit.Wanted(**fields, text=self.q)


class AskedEntryPage(AskedEntries):
    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=PAGE_ENTRIES_MAX)] = 50


class AskedEntryFile(AskedEntries):
    format: Literal["csv", "ndjson"] = "csv"


class WhoActed(Shown):
    id: str
    name: str
    kind: str
    """member: in a session. token: by an API token of theirs. Else automation, model, link or system."""


class AuditEntry(Shown):
    """One act."""

    id: int
    n: int | None
    """Its number in the workspace's chain."""
    kind: str
    sentence: str
    """Reads on after the name of who did it."""
    subject: str | None
    app: str | None
    by: WhoActed
    at: datetime
    address: str
    agent: str
    session: str | None
    token: str | None
    detail: Json
    before: Any
    after: Any
    hash: str | None

    @classmethod
    def of(cls, one: audit.Entry) -> Self:
        return cls.model_validate(one.as_json())


class AuditEntries(Shown):
    items: list[AuditEntry]
    next: str | None = None


class KindCount(Shown):
    kind: str
    count: int


class KindCounts(Shown):
    items: list[KindCount]


class BrokenEntry(Shown):
    n: int | None
    id: int | None
    """Null when it is missing."""
    why: str
    sentence: str


class AuditVerification(Shown):
    """`n` and `hash` are the chain's head: noted elsewhere, they also tell when all of it was written anew."""

    ok: bool
    entries: int
    first: int
    n: int
    hash: str
    broken: list[BrokenEntry]

    @classmethod
    def of(cls, found: chain.Verification) -> Self:
        broken = [BrokenEntry(n=one.n, id=one.id, why=one.why, sentence=one.sentence) for one in found.broken]
        return cls(ok=found.ok, entries=found.entries, first=found.first, n=found.n, hash=found.hash, broken=broken)


class AuditSettings(Shown):
    keep_days: int | None
    """Null: for ever."""


class AuditSettingsChange(Asked):
    keep_days: int | None


class NewStream(Asked):
    url: Url
    name: Name = ""
    kinds: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")]], Field(max_length=40)] = []
    """Families such as `member` and `token`; none for all."""


async def listed(asked: Annotated[AskedEntryPage, Query()], tx: Tx, by: By) -> AuditEntries:
    """Entries, newest first."""
    found = await audit.listed(tx, by=by, wanted=asked.wanted(), before=number(asked.cursor), limit=asked.limit)
    return AuditEntries(
        items=[AuditEntry.of(one) for one in found], next=written(found[-1].id if len(found) == asked.limit else None)
    )


async def kinds(tx: Tx, by: By) -> KindCounts:
    """Which kinds of acts there are here, and how many."""
    return KindCounts(items=[KindCount(kind=kind, count=n) for kind, n in (await audit.kinds(tx, by=by)).items()])


async def export(asked: Annotated[AskedEntryFile, Query()], engine: Engine, by: By) -> StreamingResponse:
    """Entries as a file, oldest first, streamed: CSV, or JSON lines."""
    wanted = asked.wanted()
    async with db.transaction(engine) as tx:
        by.must("manage")
        filters = asked.model_dump(mode="json", exclude_none=True)
        await audit.write(tx, "audit.exported", "took a copy of the audit log", by=by, detail=filters)
    chunks = _csv(engine, wanted, by) if asked.format == "csv" else _lines(engine, wanted, by)
    return StreamingResponse(await begun(chunks), media_type=TYPES[asked.format], headers=saved_as(f"audit.{asked.format}"))


async def verification(tx: Tx, by: By) -> AuditVerification:
    """Whether every entry is as it was written, looked at now."""
    return AuditVerification.of(await chain.verify(tx, by=by))


async def settings(tx: Tx, by: By) -> AuditSettings:
    """How long entries are kept."""
    return AuditSettings(keep_days=await keeping.days(tx, by=by))


async def change_settings(change: AuditSettingsChange, tx: Tx, by: By) -> AuditSettings:
    """Keep entries for so many days, or for ever."""
    await keeping.keep(tx, change.keep_days, by=by)
    return await settings(tx, by)


async def streams(tx: Tx, by: By) -> Endpoints:
    """The webhooks that carry entries elsewhere."""
    return Endpoints(items=[Endpoint.of(one) for one in await audit_streams.listed(tx, by=by)])


async def stream(new: NewStream, request: Request, tx: Tx, by: By) -> Endpoint:
    """Have entries carried to an address as they are written. Its secret is told once, here."""
    request.state.secret = True
    made = await audit_streams.create(tx, parts(request).connections, by=by, url=new.url, kinds=new.kinds, name=new.name)
    return Endpoint.of(made)


async def _csv(engine: Engine, wanted: audit.Wanted, by: Actor) -> AsyncGenerator[bytes]:
    yield line(COLUMNS)
    async with db.transaction(engine) as tx:
        async for one in audit.streamed(tx, by=by, wanted=wanted):
            told = one.as_json()
            who = {"by": one.by, "by_name": one.by_name, "by_kind": one.by_kind}
            yield line((told | who)[name] for name in COLUMNS)


async def _lines(engine: Engine, wanted: audit.Wanted, by: Actor) -> AsyncGenerator[bytes]:
    async with db.transaction(engine) as tx:
        async for one in audit.streamed(tx, by=by, wanted=wanted):
            yield orjson.dumps(one.as_json(), option=orjson.OPT_APPEND_NEWLINE)
