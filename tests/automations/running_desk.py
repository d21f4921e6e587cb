"""A small app with one automation, made for a story; and a worker that does its runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations import definitions, runs
from sayso.automations import steps as kinds
from sayso.automations.registered import Registered
from sayso.automations.runs.run import OVER
from sayso.automations.steps.step import Doing, Done, OutsideStep, Parts, StepFailed
from sayso.automations.work.worker import Worker
from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.data.physical import found, rows_of
from sayso.db.automation_tables import runs as t
from sayso.db.automation_tables import steps as s
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.team.actor import Actor

TABLES: list[dict[str, Any]] = [
    {
        "id": "clients",
        "name": "Clients",
        "fields": [
            {"kind": "text", "id": "name", "name": "Name"},
            {"kind": "email", "id": "mail", "name": "E-mail"},
        ],
    },
    {
        "id": "tickets",
        "name": "Tickets",
        "fields": [
            {"kind": "text", "id": "name", "name": "Name"},
            {
                "kind": "select",
                "id": "state",
                "name": "State",
                "options": [{"id": "open", "name": "Open"}, {"id": "done", "name": "Done"}],
            },
            {"kind": "number", "id": "hours", "name": "Hours"},
            {"kind": "link", "id": "client", "name": "Client", "to": "clients"},
        ],
    },
    {
        "id": "log",
        "name": "Log",
        "fields": [
            {"kind": "text", "id": "line", "name": "Line"},
            {"kind": "number", "id": "n", "name": "N"},
        ],
    },
]
CREATED: dict[str, Any] = {"kind": "row_created", "table": "tickets"}
FINISHES = ("failed", "done", "cancelled", "quarantined", "sleeping", "paused")


@dataclass
class Desk:
    """`sent` is what the scripted outside steps did: by key, as often as it was asked."""

    engine: AsyncEngine
    by: Actor
    app: OpenApp
    registered: Registered
    outside: Outside

    @classmethod
    async def made(
        cls,
        engine: AsyncEngine,
        by: Actor,
        steps: Sequence[Mapping[str, Any]],
        trigger: Mapping[str, Any] = CREATED,
        name: str = "Desk",
        **more: Any,
    ) -> Desk:
        automation = {"id": "rule", "name": "Rule", "trigger": dict(trigger), "steps": list(steps), **more}
        spec = App.model_validate(
            {"id": "desk", "name": name, "zone": "Europe/Berlin", "tables": TABLES, "automations": [automation]}
        )
        async with db.transaction(engine) as tx:
            app = await apps.create(tx, completed_app(spec), by=by)
            registered = await cls.register(tx, app, by)
        return cls(engine, by, app, registered, Outside())

    @staticmethod
    async def register(tx: AsyncConnection, app: OpenApp, by: Actor) -> Registered:
        one = app.spec.automations[0]
        digest = await definitions.keep(tx, by.workspace, one)
        return Registered(app.number, app.id, by.workspace, one, app.version, digest, by.member or "")

    async def add(self, table: str, **values: Any) -> int:
        async with db.transaction(self.engine) as tx:
            app = await apps.open_app(tx, self.app.id, by=self.by, to="write")
            return (await rows.create(tx, app, table, values, by=self.by))["id"]

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with db.transaction(self.engine) as tx:
            app = await apps.open_app(tx, self.app.id, by=self.by)
            found = [await rows.read(tx, app, table, id) for id in await self._ids(tx, app, table)]
        return [row["values"] for row in found]

    async def count(self, table: str) -> int:
        async with db.transaction(self.engine) as tx:
            return await rows.count(tx, await apps.open_app(tx, self.app.id, by=self.by), table)

    async def _ids(self, tx: AsyncConnection, app: OpenApp, table: str) -> list[int]:
        sql = rows_of(app, found(app, table)).sql
        return list((await tx.execute(select(sql.c.id).where(sql.c.deleted_at.is_(None)).order_by(sql.c.id))).scalars())

    async def begin(self, *ids: int, key: str | None = None, **trigger: Any) -> str:
        about = {"kind": "row_created", "table": "tickets", "rows": list(ids), "count": len(ids)} if ids else {"kind": "called"}
        async with db.transaction(self.engine) as tx:
            run = await runs.begin(tx, self.registered, {**about, **trigger}, key=key)
        assert run is not None
        return run

    def parts(self) -> Parts:
        return Parts(self.engine, "http://sayso.example", asks={"outside": self.outside.asked})

    @asynccontextmanager
    async def working(self, **more: Any) -> AsyncGenerator[Worker]:
        worker = Worker(self.parts(), **more)
        async with worker.running():
            yield worker

    async def through(self, run: str, until: Sequence[str] = FINISHES, seconds: float = 60) -> Any:
        """The run, once it has come to one of these states."""
        async with asyncio.timeout(seconds):
            while True:
                row = await self.run(run)
                if row.state in until:
                    return row
                await asyncio.sleep(0.02)

    async def run(self, run: str) -> Any:
        async with self.engine.connect() as tx:
            return (await tx.execute(select(t).where(t.c.id == run))).one()

    async def steps(self, run: str) -> dict[str, Any]:
        async with self.engine.connect() as tx:
            return {row.place: row for row in await tx.execute(select(s).where(s.c.run == run).order_by(s.c.n))}

    async def done(self, run: str) -> Any:
        async with self.working():
            return await self.through(run)

    async def ended(self, run: str) -> Any:
        async with self.working():
            return await self.through(run, OVER)

    async def all_over(self) -> bool:
        async with self.engine.connect() as tx:
            return (await tx.execute(select(t.c.id).where(t.c.state.not_in(OVER)).limit(1))).first() is None


@dataclass
class Outside:
    """The world outside, scripted: what it hears, and what it answers by the text that it is asked."""

    heard: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    fails: dict[str, list[StepFailed]] = field(default_factory=dict[str, list[StepFailed]])
    holds: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, many: int) -> None:
        async with self.more:
            await self.more.wait_for(lambda: len(self.heard) >= many)

    async def asked(self, text: str, key: str) -> str:
        async with self.more:
            self.heard.append((text, key))
            self.more.notify_all()
        if (hold := self.holds.get(text)) is not None:
            await hold.wait()
        if self.fails.get(text):
            raise self.fails[text].pop(0)
        return f"heard {text}"


class Knock(OutsideStep):
    """Stands in for every step that reaches out: `http_request`, with the scripted world behind it."""

    kind = "http_request"
    repeats = "keyed"

    async def prepared(self, step: Any, doing: Doing) -> dict[str, Any]:
        return {"text": doing.names.text(step.body)}

    async def done(self, prepared: dict[str, Any], step: Any, doing: Doing) -> Done:
        said = await doing.parts.asks["outside"](prepared["text"], doing.key)
        return Done({"answer": said}, f"Asked {prepared['text']}.")


def knocks(body: str, **more: Any) -> dict[str, Any]:
    return {"kind": "http_request", "url": "https://outside.example", "body": body, **more}


def logs(line: str, **more: Any) -> dict[str, Any]:
    return {"kind": "create_row", "table": "log", "values": {"line": line}, **more}


def scripted(monkeypatch: Any) -> None:
    monkeypatch.setitem(kinds.KINDS, "http_request", Knock())
