"""A worker killed (SIGKILL) exactly inside a step of every kind: the other side holds its answer, or a lock holds the row, and then it dies.

Every run writes a row before and one after; both are to be there once. What reached the world outside may have come twice, under one key.
All kinds are held at once, and one kill meets all of them; that is done twice, the second time in the moment in which they are answered.
"""

import asyncio
import os
import shutil
import socket
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.automated.desk import Desk, desk
from bench.automated.other_side import OtherSide, other_side, port_to
from bench.figure import Figure
from bench.server import Server, new_home, server
from sayso import db
from sayso.automations import approvals
from sayso.automations.registered import Registered
from sayso.automations.runs.run import OVER
from sayso.connections import egress, stored
from sayso.connections.connections import Connections
from sayso.data import apps, rows
from sayso.data.physical import found, rows_of
from sayso.db.automation_tables import runs as t
from sayso.db.connection_tables import deliveries
from sayso.db.installation import opened
from sayso.db.notification_tables import approvals as asked
from sayso.db.tables import files
from sayso.settings import Settings

LOOPBACK = "127.0.0.0/8"
BUTTON = {"kind": "button", "table": "tickets", "label": "Go"}
INSIDE_SECONDS_MAX = 120
WAIT_SECONDS = 15
TURNS = 3
LOCKED = ("create", "update", "delete", "upsert")
"""Kinds that are held by a lock on the rows of their app."""


@dataclass
class World:
    d: Desk
    outside: OtherSide
    mail: str
    slack: str
    shop: str
    runs: dict[str, tuple[Registered, str]]


async def measure() -> list[Figure]:
    os.environ |= {"SAYSO_EGRESS_ALLOW": LOOPBACK, "SAYSO_WORKER": "off"}
    home = new_home()
    settings = Settings(home=home, egress_allow=LOOPBACK)
    try:
        async with AsyncExitStack() as around:
            engine = await around.enter_async_context(opened(settings))
            outside = await around.enter_async_context(other_side(_free_port()))
            shop = await around.enter_async_context(port_to(f"{engine.url.query['host']}/.s.PGSQL.5432"))
            d = await desk(engine, home)
            async with server(home) as one:
                await _model(one, outside)
            world = await _world(d, settings, outside, shop)
            return [*await _round(world, "held", at_answer=False), *await _round(world, "answered", at_answer=True)]
    finally:
        shutil.rmtree(home, ignore_errors=True)


# ── what there is ─────────────────────────────────────────


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


async def _model(one: Server, outside: OtherSide) -> None:
    provider = {
        "name": "up",
        "kind": "compatible",
        "base_url": f"http://127.0.0.1:{outside.port}/v1",
        "secret": "sk-x",
        "models": ["stub"],
    }
    async with httpx.AsyncClient(base_url=one.url, headers={"Authorization": f"Bearer {one.token}"}, timeout=60) as c:
        (await c.post("/api/gateway/providers", json=provider)).raise_for_status()


async def _world(d: Desk, settings: Settings, outside: OtherSide, shop: int) -> World:
    connections = Connections.of(d.engine, settings, egress.Door(egress.networks(LOOPBACK)))
    url = d.engine.url
    async with db.transaction(d.engine) as tx:
        await tx.execute(text("create schema shop"))
        await tx.execute(text("create table shop.orders (id int, who text)"))
        mail = {"host": "127.0.0.1", "port": outside.mail_port, "security": "none", "from_address": "ops@northlight.example"}
        there = {"host": "127.0.0.1", "port": shop, "database": url.database, "user": url.username, "tls": "off", "writes": True}
        hook = f"http://127.0.0.1:{outside.port}/slack"
        made = [
            await stored.create(tx, connections, by=d.by, kind="smtp", settings=mail),
            await stored.create(tx, connections, by=d.by, kind="slack", settings={"by": "webhook"}, secrets={"webhook": hook}),
            await stored.create(tx, connections, by=d.by, kind="postgresql", settings=there, secrets={"password": "x"}),
        ]
    return World(d, outside, *(one.id for one in made), runs={})


def _steps(w: World) -> dict[str, list[dict[str, Any]]]:
    """By the name of the app that each is tried in."""
    there = f"http://127.0.0.1:{w.outside.port}"
    asks = {"kind": "http_request", "method": "POST", "body": "{Name}"}
    return {
        "create": [{"kind": "create_row", "table": "log", "values": {"line": "made"}}],
        "update": [{"kind": "update_row", "table": "tickets", "values": {"hours": "42"}}],
        "delete": [{"kind": "delete_row", "table": "tickets"}],
        "upsert": [{"kind": "upsert_row", "table": "log", "match": ["line"], "values": {"line": "made"}}],
        "mail": [{"kind": "send_email", "connection": w.mail, "to": "otto@northlight.example", "subject": "{Name}", "body": "Hello"}],
        "message": [{"kind": "send_message", "via": "slack", "connection": w.slack, "body": "{Name}"}],
        "http": [{**asks, "url": f"{there}/http"}],
        "webhook": [{"kind": "webhook_out", "url": f"{there}/webhook", "event": "ticket.done", "body": '{"name": "{Name}"}'}],
        "wait": [{"kind": "wait", "seconds": WAIT_SECONDS}],
        "approval": [{"kind": "approval", "by": "everyone", "question": "Shall it go on?"}],
        "loop": [{"kind": "find_rows", "table": "tickets"}, {"kind": "for_each", "steps": [{**asks, "url": f"{there}/loop"}, {"kind": "create_row", "table": "log", "values": {"line": "turn"}}]}],
        "model": [{"kind": "ai", "prompt": "Say something about {Name}", "slot": "text"}],
        "paper": [{"kind": "document", "template": "# {Name}"}],
        "query": [{"kind": "sql", "connection": w.shop, "query": "insert into shop.orders (id, who) values (1, {Name})", "write": True}],
    }  # fmt: skip


async def _made(w: World, round_: str) -> None:
    """An app for each kind, its run begun."""
    for name, steps in _steps(w).items():
        around = [{"kind": "create_row", "table": "log", "values": {"line": "before"}}, *steps, {"kind": "create_row", "table": "log", "values": {"line": "after"}}]  # fmt: skip
        slots = [{"id": "text", "name": "Text", "kind": "text", "model": "stub"}] if name == "model" else []
        registered = await w.d.automated(f"{name}_{round_}", around, BUTTON, slots=slots)
        ids = await w.d.tickets(registered.app_id, TURNS if name == "loop" else 1)
        await w.d.begin(registered, ids[:1])
        w.runs[name] = (registered, (await _run(w, registered)).id)


# ── killed ────────────────────────────────────────────────


async def _round(w: World, round_: str, *, at_answer: bool) -> list[Figure]:
    w.outside.let_go.clear()
    w.outside.came.clear()
    w.outside.keys.clear()
    w.runs.clear()
    async with db.transaction(w.d.engine) as tx:
        await tx.execute(text("delete from shop.orders"))
    await _made(w, round_)
    async with w.d.engine.connect() as locks:
        for name in LOCKED:
            await _locked(locks, w, name)
        await locks.execute(text(f"lock table {files.fullname} in share row exclusive mode"))
        await locks.execute(text("lock table shop.orders in share row exclusive mode"))
        async with w.d.worker() as worker:
            await _inside(w)
            if at_answer:
                w.outside.let_go.set()
                await locks.rollback()
            worker.kill()
            await worker.wait()
        await locks.rollback()
    first = dict(w.outside.came)
    w.outside.let_go.set()
    async with db.transaction(w.d.engine) as tx:
        question = (await tx.execute(select(asked.c.id).where(asked.c.state == "open"))).scalar_one()
        await approvals.decide(tx, question, approved=True, by=w.d.by)
    async with w.d.worker():
        async with asyncio.timeout(INSIDE_SECONDS_MAX * 2):
            while not (await _over(w) and await _delivered(w)):  # noqa: ASYNC110  other processes do the work
                await asyncio.sleep(0.2)
    return await _told(w, round_, first)


async def _locked(tx: AsyncConnection, w: World, name: str) -> None:
    app = await apps.open_app(tx, w.runs[name][0].app_id, by=w.d.by)
    for table in ("log", "tickets"):
        await tx.execute(text(f"lock table {rows_of(app, found(app, table)).sql.fullname} in share row exclusive mode"))


async def _inside(w: World) -> None:
    """Until the worker is in the middle of each."""
    async with asyncio.timeout(INSIDE_SECONDS_MAX):
        while missing := [name for name in w.runs if not await _is_inside(w, name)]:
            await asyncio.sleep(0.1)
            w.d.env["MISSING"] = " ".join(missing)


async def _is_inside(w: World, name: str) -> bool:
    came = {"mail": "mail", "message": "/slack", "http": "/http", "loop": "/loop", "model": "/v1/chat/completions"}
    if name in came:
        return w.outside.came[came[name]] > 0
    row = await _run(w, w.runs[name][0])
    if name in ("wait", "approval"):
        return row.state == "sleeping"
    if name == "webhook":
        return w.outside.came["/webhook"] > 0
    if name == "query":
        return await _waits_for_lock(w, "insert into shop.orders")
    if name == "paper":
        return await _waits_for_lock(w, files.fullname)
    return row.state == "running" and await _waits_for_lock(w, "")


async def _waits_for_lock(w: World, what: str) -> bool:
    async with w.d.engine.connect() as tx:
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ilike :what"
        many = (await tx.execute(text(waits), {"what": f"%{what}%"})).scalar_one()
        return many >= (1 if what else len(LOCKED))


# ── counted ───────────────────────────────────────────────


async def _told(w: World, round_: str, first: dict[str, int]) -> list[Figure]:
    wrong, lines = list[str](), dict[str, Counter[str]]()
    for name, (registered, _) in w.runs.items():
        row = await _run(w, registered)
        if row.state != "done":
            wrong.append(f"{name} is {row.state}: {row.problem}")
        lines[name] = await _lines(w, registered.app_id)
    wanted = {name: Counter({"before": 1, "after": 1}) + _more(name) for name in w.runs}
    wrong += [f"{name} wrote {dict(lines[name])}, not {dict(wanted[name])}" for name in w.runs if lines[name] != wanted[name]]
    wrong += await _rows_wrong(w)
    most = max(many - (TURNS - 1 if what == "/loop" else 0) for what, many in w.outside.came.items())
    keys = sum(len(some) - (TURNS if what == "/loop" else 1) for what, some in w.outside.keys.items() if some != {""})
    sys.stdout.write(f"  killed while {round_}: {len(w.runs)} kinds; came at first {first}, in all {dict(w.outside.came)}\n")
    for one in wrong:
        sys.stdout.write(f"    {one}\n")
    return [
        Figure(f"killed while {round_}: runs that lost or doubled something", len(wrong), 0, "ratio"),
        Figure(f"killed while {round_}: times that something came outside, at most", most, 2, "ratio"),
        Figure(f"killed while {round_}: keys beyond one for each thing", keys, 0, "ratio"),
    ]


def _more(name: str) -> Counter[str]:
    return Counter({"create": {"made": 1}, "upsert": {"made": 1}, "loop": {"turn": TURNS}}.get(name, {}))


async def _rows_wrong(w: World) -> list[str]:
    async with w.d.engine.connect() as tx:
        orders = (await tx.execute(text("select count(*) from shop.orders"))).scalar_one()
        update = await apps.open_app(tx, w.runs["update"][0].app_id, by=w.d.by)
        hours = [row["values"]["hours"] for row in await _all(tx, update, "tickets")]
        gone = await rows.count(tx, await apps.open_app(tx, w.runs["delete"][0].app_id, by=w.d.by), "tickets")
    said = [f"{orders} orders in the shop"] if not 1 <= orders <= 2 else []
    said += [f"hours are {hours}"] if hours != [42] else []
    return said + ([f"{gone} tickets are left"] if gone else [])


async def _all(tx: AsyncConnection, app: Any, table: str) -> list[Any]:
    sql = rows_of(app, found(app, table)).sql
    ids = (await tx.execute(select(sql.c.id).where(sql.c.deleted_at.is_(None)))).scalars().all()
    return [await rows.read(tx, app, table, id) for id in ids]


async def _lines(w: World, app_id: str) -> Counter[str]:
    async with w.d.engine.connect() as tx:
        app = await apps.open_app(tx, app_id, by=w.d.by)
        return Counter(row["values"]["line"] for row in await _all(tx, app, "log"))


async def _run(w: World, registered: Registered) -> Any:
    async with w.d.engine.connect() as tx:
        return (await tx.execute(select(t).where(t.c.app == registered.app_number))).one()


async def _over(w: World) -> bool:
    return all([(await _run(w, registered)).state in OVER for registered, _ in w.runs.values()])


async def _delivered(w: World) -> bool:
    async with w.d.engine.connect() as tx:
        waiting = select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
        return (await tx.execute(waiting)).scalar_one() == 0
