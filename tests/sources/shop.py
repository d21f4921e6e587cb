"""A shop's database elsewhere, and the table of an app that follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import stored as kept_connections
from sayso.connections.connections import Connections
from sayso.connections.egress import Door
from sayso.data import apps, query, rows
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.db import transaction
from sayso.sources import making, stored
from sayso.sources.reached import reached
from sayso.sources.source import Sync
from sayso.sources.work import Syncs
from sayso.spec.app import app_from
from sayso.spec.source import Source
from sayso.team.actor import Actor
from tests.connections.databases import LOOPBACK

APP = {"name": "Orders desk", "tables": [{"name": "Notes", "fields": ["Note"]}]}
SETTINGS = {"host": "127.0.0.1", "tls": "off", "writes": True}


@dataclass
class Shop:
    """`there` runs SQL at the source; `synced` brings the table up to date and tells what came of it."""

    engine: AsyncEngine
    connections: Connections
    by: Actor
    schema: str
    connection: str = ""
    app: str = ""
    table: str = ""
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def what(self) -> str:
        return f"{self.schema}.orders"

    async def there(self, *commands: str) -> None:
        async with self.engine.begin() as tx:
            await tx.execute(text(f"set local search_path to {self.schema}"))
            for command in commands:
                await tx.execute(text(command))

    async def what_is_there(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.begin() as tx:
            await tx.execute(text(f"set local search_path to {self.schema}"))
            return [tuple(row) for row in await tx.execute(text(query))]

    async def opened(self, tx: Any) -> OpenApp:
        return await apps.open_app(tx, self.app, by=self.by, to="build")

    async def connected(self, **how: Any) -> None:
        """Otherwise than now: `wins="ask"`."""
        async with transaction(self.engine) as tx:
            app = await self.opened(tx)
            table = app.spec.table(self.table)
            assert table and table.source
            await making.connect(tx, app, table, table.source.model_copy(update=how), by=self.by)

    async def begun(self, **how: Any) -> Sync:
        async with transaction(self.engine) as tx:
            return await stored.begin(tx, await self.opened(tx), self.table, by=self.by, **how)

    async def synced(self, **how: Any) -> Sync:
        sync = await self.begun(**how)
        await Syncs(self.connections).run_one(sync.id)
        return await self.sync(sync.id)

    async def sync(self, id: str) -> Sync:
        async with transaction(self.engine) as tx:
            return await stored.read(tx, await self.opened(tx), self.table, id)

    async def source(self) -> Source:
        async with transaction(self.engine) as tx:
            table = (await self.opened(tx)).spec.table(self.table)
            assert table and table.source
            return table.source

    async def rows(self) -> list[dict[str, Any]]:
        """In the order of their keys."""
        async with transaction(self.engine) as tx:
            page = await query.page(tx, await self.opened(tx), self.table, Query(limit=1000))
        return sorted(orjson.loads(page.rows), key=lambda row: row["values"]["id"])

    async def values(self, *fields: str) -> list[tuple[Any, ...]]:
        return [tuple(row["values"][f] for f in fields) for row in await self.rows()]

    async def edits(self, id: int, **values: Any) -> None:
        """A person changes a row here; `id` is its key at the source."""
        row = next(r for r in await self.rows() if r["values"]["id"] == id)
        async with transaction(self.engine) as tx:
            await rows.update(tx, await self.opened(tx), self.table, row["id"], values, by=self.by)


async def opened_shop(engine: AsyncEngine, url: str, port: int, by: Actor, home: Path, name: str, *commands: str) -> Shop:
    """A schema of its own with what the commands make, connected as a new table Orders."""
    connections = Connections(engine, home, Door(LOOPBACK))
    shop = Shop(engine, connections, by, name)
    async with engine.begin() as tx:
        await tx.execute(text(f"create schema {name}"))
    await shop.there(*commands)
    there = make_url(url)
    settings = {**SETTINGS, "port": port, "database": there.database, "user": there.username}
    async with transaction(engine) as tx:
        made = await kept_connections.create(
            tx, connections, by=by, kind="postgresql", settings=settings, secrets={"password": "x"}
        )
        app = await apps.create(tx, app_from(APP), by=by)
        way = await reached(tx, connections, made.id, by=by, what="Tests")
    shop.connection, shop.app = made.id, app.id
    place = await way.reader.place(connections, way.opened, shop.what)
    async with transaction(engine) as tx:
        shop.table = (await making.make(tx, await shop.opened(tx), made.id, place, by=by)).table
    return shop
