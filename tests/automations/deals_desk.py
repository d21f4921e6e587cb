"""A sales app with one automation, and the world outside on loopback: a mail server, a web server, a model that is told what to say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations.steps.step import Parts
from sayso.connections import stored
from sayso.connections.connections import Connections
from sayso.data import apps, files
from sayso.data.files import FileStore
from sayso.gateway.gateway import Gateway
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.team import notifications
from sayso.team.actor import Actor
from tests.automations.running_desk import Desk, Outside
from tests.connections.outside import LOOPBACK
from tests.connections.post_office import PASSWORD, USER

STAGES = [{"id": "new", "name": "New"}, {"id": "talks", "name": "In talks"}, {"id": "won", "name": "Won"}]
DEALS: dict[str, Any] = {
    "id": "deals",
    "name": "Deals",
    "fields": [
        {"kind": "text", "id": "name", "name": "Name"},
        {"kind": "select", "id": "stage", "name": "Stage", "options": STAGES},
        {"kind": "money", "id": "worth", "name": "Worth", "currency": "EUR"},
        {"kind": "person", "id": "owner", "name": "Owner"},
        {"kind": "email", "id": "mail", "name": "E-mail"},
        {"kind": "long_text", "id": "note", "name": "Note"},
        {"kind": "ai", "id": "gist", "name": "Gist", "task": "summarise", "prompt": "Summarise {Note}"},
    ],
}  # fmt: skip
VIEWS: list[dict[str, Any]] = [
    {"kind": "grid", "id": "all", "name": "All deals", "table": "deals", "hidden": ["note", "gist"]},
    {"kind": "chart", "id": "worths", "name": "Worth by stage", "table": "deals", "shape": "donut", "by": "stage", "measure": {"summary": "sum", "field": "worth"}},
]  # fmt: skip
OPEN = {"of": [{"field": "stage", "op": "is_not", "value": "won"}]}
CREATED = {"kind": "row_created", "table": "deals"}


@dataclass
class Deals(Desk):
    home: Path = Path()
    also: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    async def opened(
        cls,
        engine: AsyncEngine,
        by: Actor,
        home: Path,
        steps: Sequence[Mapping[str, Any]],
        trigger: Mapping[str, Any] = CREATED,
        **also: Any,
    ) -> Deals:
        rule = {"id": "rule", "name": "Weekly", "trigger": dict(trigger), "steps": list(steps)}
        raw = {
            "id": "sales",
            "name": "Sales",
            "zone": "Europe/Berlin",
            "tables": [DEALS],
            "views": VIEWS,
            "automations": [rule],
            "coworkers": [{"id": "mina", "name": "Mina", "instructions": "Help."}],
        }
        async with db.transaction(engine) as tx:
            app = await apps.create(tx, completed_app(App.model_validate(raw)), by=by)
            registered = await cls.register(tx, app, by)
        return cls(engine, by, app, registered, Outside(), home, also)

    def parts(self) -> Parts:
        return replace(super().parts(), files=FileStore(self.home / "files"), **self.also)

    async def deal(self, name: str, **values: Any) -> int:
        return await self.add("deals", **{"name": name, "stage": "new", **values})

    async def begin(self, *ids: int, key: str | None = None, **trigger: Any) -> str:
        return await super().begin(*ids, key=key, **({"table": "deals"} if ids else {}), **trigger)

    async def told(self, by: Actor) -> list[notifications.Notification]:
        async with db.transaction(self.engine) as tx:
            return list(await notifications.listed(tx, by=by))

    async def content(self, file: Mapping[str, Any]) -> bytes:
        async with db.transaction(self.engine) as tx:
            _, path = await files.found(tx, FileStore(self.home / "files"), file["id"], by=self.by)
        return path.read_bytes()


def with_connections(engine: AsyncEngine, home: Path) -> Connections:
    return Connections(engine, home, LOOPBACK, "http://sayso.example")


async def account(connections: Connections, by: Actor, kind: str, settings: Mapping[str, Any], **secrets: str) -> stored.Stored:
    async with db.transaction(connections.engine) as tx:
        return await stored.create(tx, connections, by=by, kind=kind, settings=settings, secrets=secrets)


async def mail_account(connections: Connections, by: Actor, port: int) -> stored.Stored:
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "user": USER, "from_name": "Northlight"}
    return await account(connections, by, "smtp", settings, password=PASSWORD)


class Scripted:
    """A model that says what it is told, in turn, and remembers what it heard; under the built-in reader's name."""

    name = "sayso/reader"
    endpoints = ("chat/completions",)
    about: Mapping[str, Any] = {"input": ["text"], "slot": "text"}

    def __init__(self) -> None:
        self.says: list[str] = []
        self.heard: list[dict[str, Any]] = []

    async def answer(self, endpoint: str, body: dict[str, Any], *, workspace: str) -> dict[str, Any]:
        self.heard.append(body)
        message = {"role": "assistant", "content": self.says.pop(0)}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {"id": "x", "object": "chat.completion", "created": 0, "model": self.name, "choices": [choice], "usage": usage}

    @property
    def asked(self) -> str:
        """Everything that was said to it last."""
        return "\n".join(str(m["content"]) for m in self.heard[-1]["messages"])


@asynccontextmanager
async def gateway_with(engine: AsyncEngine, home: Path, *models: Any) -> AsyncIterator[Gateway]:
    gateway = Gateway(engine, home, LOOPBACK, lambda: models)
    async with gateway.running():
        yield gateway
