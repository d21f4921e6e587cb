"""Northlight's letters: a table with fields that a model fills, some of them from one another."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from sayso import db
from sayso.ai.fills import stored
from sayso.ai.fills.fill import OPEN, Fill
from sayso.ai.fills.wanted import Wanted
from sayso.ai.fills.work import Fills
from sayso.data import apps, rows, undo
from sayso.gateway.providers import stored as providers
from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from sayso.team.actor import Actor
from tests.gateway.conftest import PRICE, Desk, _fresh, desk, up, web  # noqa: F401  (fixtures)
from tests.gateway.upstream import Says

LETTERS: dict[str, Any] = {
    "name": "Letters",
    "slots": [{"name": "Writer", "id": "writer", "kind": "text", "model": "stub"}],
    "tables": [
        {"name": "Clients", "fields": ["Name", {"City": "text"}]},
        {
            "name": "Letters",
            "fields": [
                "Subject",
                {"Letter": "long_text"},
                {"name": "Client", "kind": "link", "to": "Clients"},
                {"name": "Topic", "kind": "select", "options": ["Billing", "Delivery", "Repair"], "fill": {"task": "classify", "prompt": "What is {Letter} about?", "slot": "writer"}},
                {"name": "Gist", "kind": "ai", "task": "summarise", "prompt": "Summarise {Letter}.", "slot": "writer"},
                {"name": "Reply", "kind": "long_text", "fill": {"task": "draft_reply", "prompt": "Reply to {Gist}", "slot": "writer"}},
                {"name": "Where", "kind": "text", "fill": {"task": "generate", "prompt": "Where is {Client}.{City}?", "slot": "writer"}},
                {"name": "Sure", "kind": "text", "fill": {"task": "generate", "prompt": "{Subject}", "slot": "writer", "review_below": 0.8}},
            ],
        },
    ],
}  # fmt: skip


@dataclass
class Story:
    """The desk and its app, and what people do with it."""

    desk: Desk
    app: str

    @property
    def ana(self) -> Actor:
        return self.desk.company.ana

    def will_say(self, *answers: Any) -> None:
        """The values, in the order of the calls; afterwards `always`."""
        self.desk.up.will(*(says(a) for a in answers))

    def always(self, answer: Any) -> None:
        self.desk.up.always = says(answer)

    @property
    def asked(self) -> int:
        return len(self.desk.up.heard)

    @asynccontextmanager
    async def opened(self, by: Actor | None = None, to: Any = "write") -> AsyncIterator[Any]:
        async with db.transaction(self.desk.engine) as tx:
            yield tx, await apps.open_app(tx, self.app, by=by or self.ana, to=to)

    async def rows(self, *many: dict[str, Any], by: Actor | None = None, table: str = "letters") -> list[int]:
        by = by or self.ana
        async with self.opened(by) as (tx, app):
            return [row["id"] for row in await rows.create_many(tx, app, table, many, by=by)]

    async def edit(self, id: int, by: Actor | None = None, **values: Any) -> dict[str, Any]:
        by = by or self.ana
        async with self.opened(by) as (tx, app):
            return await rows.update(tx, app, "letters", id, values, by=by)

    async def row(self, id: int) -> dict[str, Any]:
        async with self.opened() as (tx, app):
            return await rows.read(tx, app, "letters", id)

    async def value(self, id: int, field: str) -> tuple[Any, str | None]:
        """What is there, and what is known of it."""
        row = await self.row(id)
        return row["values"].get(field), row.get("ai", {}).get(field, {}).get("state")

    async def begin(self, field: str, by: Actor | None = None, **wanted: Any) -> Fill:
        by = by or self.ana
        async with self.opened(by) as (tx, app):
            return await stored.begin(tx, app, self.desk.gateway, Wanted("letters", field, **wanted), by=by)

    async def work(self, one: Fill) -> Fill:
        """Until it is over, whoever works it off: this or the desk's own server."""
        await Fills(self.desk.gateway).run_one(one.id)
        for _ in range(3_000):
            if (now := await self.read(one)).state not in OPEN:
                return now
            await asyncio.sleep(0.02)
        raise AssertionError(f"the fill is {now.state} for ever")

    async def fill(self, field: str, **wanted: Any) -> Fill:
        return await self.work(await self.begin(field, **wanted))

    async def read(self, one: Fill) -> Fill:
        async with self.opened() as (tx, app):
            return await stored.read(tx, app, one.id)

    async def undo(self, *, again: bool = False) -> undo.Undone:
        async with self.opened() as (tx, app):
            return await (undo.redo if again else undo.undo)(tx, app, by=self.ana)


def says(answer: Any) -> Says:
    """One value, sure of itself; or a whole answer. The upstream gives it whatever the property is called."""
    value = answer if isinstance(answer, dict) else {"value": answer, "confidence": 0.95}
    return Says.chat({"role": "assistant", "content": orjson.dumps(value).decode()})


def by_itself() -> dict[str, Any]:
    """The same letters, with fields that fill themselves."""
    app = copy.deepcopy(LETTERS)
    fields = {f["name"]: f for f in app["tables"][1]["fields"] if "name" in f}
    gist, reply, where = fields["Gist"], fields["Reply"], fields["Where"]
    gist["when"], reply["fill"]["when"], where["fill"]["when"] = ["created"], ["created", "changed"], ["changed"]
    return app


async def told(desk: Desk, spec: dict[str, Any]) -> Story:  # noqa: F811
    async with db.transaction(desk.engine) as tx:
        app = await apps.create(tx, completed_app(app_from(spec)), by=desk.company.ana)
        for provider in await providers.listed(tx, by=desk.company.ana):  # a loaded machine is no slow upstream
            patient = {"settings": {"prices": {"stub": PRICE}, "first_byte_seconds": 30, "idle_seconds": 30, "whole_seconds": 60}}
            await providers.change(tx, desk.gateway.vault, provider.id, patient, by=desk.company.ana)
    await desk.gateway.read_again()
    return Story(desk, app.id)


@pytest.fixture
async def story(desk: Desk) -> Story:  # noqa: F811
    return await told(desk, LETTERS)
