"""What is over is thrown away for good, and nothing else."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import stored
from sayso.connections.connections import Connections
from sayso.connections.egress import Door
from sayso.data import apps, comments, files, rows, sweeping
from sayso.data.files import FileStore
from sayso.data.physical import rows_of
from sayso.db import open_engine, transaction
from sayso.db import tables as t
from sayso.errors import SignInNeeded
from sayso.spec.app import app_from
from sayso.team import invitations, joining, keys, links, people, sessions, workspaces
from sayso.team.secret import hashed
from tests.conftest import Northlight, fresh

SPEC = {"name": "Desk", "tables": [{"name": "Clients", "fields": [{"kind": "text", "name": "Name"}]}]}


async def test_only_what_is_over_goes(engine: AsyncEngine, northlight_kept: Northlight):
    ana, long_ago = northlight_kept.ana, datetime.now(UTC) - timedelta(days=31)
    async with transaction(engine) as tx:
        desk = await apps.create(tx, app_from(SPEC), by=ana)
        gone, kept = [await apps.create(tx, app_from({**SPEC, "id": id}), by=ana) for id in ("gone", "kept")]
        for app in (gone, kept):
            await apps.remove(tx, app, by=ana)
        await tx.execute(update(t.apps).where(t.apps.c.number == gone.number).values(deleted_at=long_ago))
        ids = [(await rows.create(tx, desk, "clients", {"name": name}, by=ana))["id"] for name in ("old", "new", "there")]
        await rows.trash(tx, desk, "clients", ids[:2], by=ana)
        rows_there = rows_of(desk, desk.spec.tables[0]).sql
        await tx.execute(update(rows_there).where(rows_there.c.id == ids[0]).values(deleted_at=long_ago))
        over, here = await sessions.begin(tx, by=ana), await sessions.begin(tx, by=ana)
        await tx.execute(update(t.sessions).where(t.sessions.c.hash == hashed(over)).values(expires_at=long_ago))
        await links.sign_in(tx, by=ana)
        await tx.execute(update(t.links).values(expires_at=long_ago))
        fresh = await links.sign_in(tx, by=ana)
        mine = {"workspace_id": ana.workspace, "actor": ana.id, "request": b""}
        await tx.execute(t.idempotency.insert().values(key="old", at=long_ago, **mine))
        await tx.execute(t.idempotency.insert().values(key="new", **mine))

    await sweeping.sweep(engine)

    async with transaction(engine) as tx:
        numbers = set((await tx.execute(select(t.apps.c.number))).scalars())
        assert numbers == {desk.number, kept.number}
        schemas = set((await tx.execute(text("select nspname from pg_namespace where nspname like 'app\\_%'"))).scalars())
        assert f"app_{gone.number}" not in schemas and f"app_{desk.number}" in schemas
        assert set((await tx.execute(select(rows_there.c.id))).scalars()) == {ids[1], ids[2]}
        assert (await sessions.actor(tx, here)).member == ana.member
        assert (await tx.execute(select(func.count()).select_from(t.sessions))).scalar_one() == 1
        assert set((await tx.execute(select(t.idempotency.c.key))).scalars()) == {"new"}
        assert (await links.redeem(tx, fresh)).member == ana.member
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, over)


async def test_a_workspace_leaves_nothing_behind(database_url: str, tmp_path: Path):
    """Thirty days and a bit after it was deleted: no row, file, secret, name or act of it is anywhere; what another workspace has stays."""
    async with fresh(database_url) as url, _engine(url) as engine:
        store, connections = FileStore(tmp_path / "files"), Connections(engine, tmp_path, Door())
        async with transaction(engine) as tx:
            cora = await people.found(tx, name=f"{CANARY} Ltd", owner=f"Cora {CANARY}")
            other = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
            both = await people.add(tx, "Ben Okafor", role="builder", email="ben@both.example", by=cora)
            await joining.join(
                tx, (await invitations.by_link(tx, invitations.Wanted("member"), by=other)).secret, both.actor.person or ""
            )
            spec = {
                "name": CANARY,
                "tables": [{"name": "Clients", "fields": [{"kind": "text", "name": "Name"}, {"kind": "file", "name": "Papers"}]}],
            }
            app = await apps.create(tx, app_from(spec), by=cora)
            mine = await files.store(tx, store, f"{CANARY}.txt", _bytes(CANARY), by=cora)
            loose = await files.store(tx, store, "loose.txt", _bytes(f"{CANARY} loose"), by=cora)
            shared = [await files.store(tx, store, "shared.txt", _bytes("the same everywhere"), by=by) for by in (cora, other)]
            row = await rows.create(tx, app, "clients", {"name": CANARY, "papers": [mine.id]}, by=cora)
            await comments.create(tx, app, "clients", row["id"], f"About {CANARY}", by=cora)
            await keys.create(tx, CANARY, by=cora)
            await invitations.by_link(tx, invitations.Wanted("member", message=CANARY), by=cora)
            settings = {"host": f"{CANARY}.example", "user": "ops@x.example"}
            await stored.create(
                tx, connections, by=cora, kind="smtp", name=CANARY, settings=settings, secrets={"password": CANARY}
            )
            await sessions.begin(tx, by=cora)
            await workspaces.remove(tx, f"{CANARY} Ltd", by=cora)
        assert await _traces(engine, tmp_path)
        now, forgotten = datetime.now(UTC), list[str]()
        for days in (29, 31):
            await sweeping.sweep(engine, tmp_path, now=now + timedelta(days=days), also=forgotten.append)
            assert bool(await _traces(engine, tmp_path)) is (days == 29)
        assert forgotten == [cora.workspace]
        async with transaction(engine) as tx:
            assert (await files.found(tx, store, shared[1].id, by=other))[1].read_bytes() == b"the same everywhere"
            assert not store.path(hashlib.sha256(f"{CANARY} loose".encode()).hexdigest()).exists() and loose.bytes
            schemas = await tx.scalar(text("select count(*) from pg_namespace where nspname = :n"), {"n": f"app_{app.number}"})
            assert schemas == 0 and (await people.listed(tx, by=other))[1].name == "Ben Okafor"
            gone = {table.name for table in t.metadata.sorted_tables if "workspace_id" in table.c} - {"members"}
            for name in sorted(gone):
                held = text(f"select count(*) from sayso.{name} where workspace_id = :w")  # noqa: S608  a name of ours
                assert not await tx.scalar(held, {"w": cora.workspace}), name
            assert await workspaces.over(tx, now + timedelta(days=40)) == []


CANARY = "kestrelcanary"


async def _bytes(words: str) -> AsyncIterator[bytes]:
    yield words.encode()


@asynccontextmanager
async def _engine(url: str) -> AsyncGenerator[AsyncEngine]:
    engine = open_engine(url)
    yield engine
    await engine.dispose()


async def _traces(engine: AsyncEngine, home: Path) -> list[str]:
    """Where the canary still is: in which tables, in which files."""
    query = "select schemaname || '.' || tablename from pg_tables where schemaname like 'app\\_%' or schemaname = 'sayso'"
    async with engine.connect() as tx:
        tables = list((await tx.execute(text(query))).scalars())
        asked = {one: text(f"select count(*) from {one} x where x::text ilike :c") for one in tables}  # noqa: S608  names of ours
        found = [one for one, query in asked.items() if await tx.scalar(query, {"c": f"%{CANARY}%"})]
    return [*found, *(str(one) for one in home.rglob("*") if one.is_file() and CANARY.encode() in one.read_bytes())]
