# ruff: noqa: S608, ASYNC110  statements here are the tests' own; a server is asked until it says so
"""Connected databases: values are bound, the database keeps what only reads from writing, and every failure is a plain sentence."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import sql
from sayso.connections.databases import reader
from sayso.connections.databases.database import Refused
from sayso.connections.databases.reader import SqlReader
from sayso.connections.databases.statement import parsed
from sayso.connections.egress import Door, NotLetOut
from sayso.connections.opened import Opened
from sayso.connections.reading import SourceFailed, Wanted, Written
from sayso.errors import Forbidden, Invalid, NotFound
from tests.connections.databases import Outside, mariadb, mariadb_missing, opened, port_of

OUTSIDE: Any = Outside()
ORDERS = (
    "create table orders (id integer primary key, title varchar(80), total numeric(12,2), at timestamp null)",
    "insert into orders values (1, 'Lamp', 12.50, '2026-11-22 10:00:00'), (2, 'O''Brien; drop table orders', 99.99, null), (3, '100%', 3, null)",
)


@pytest.fixture(scope="module")
async def postgres(engine: AsyncEngine, fresh_url: str) -> AsyncIterator[Opened]:
    async with engine.begin() as tx:
        for command in ("create schema shop", "set search_path to shop", *ORDERS):
            await tx.execute(text(command))
    async with port_of(fresh_url) as port:
        url = make_url(fresh_url)
        yield opened(
            "postgresql",
            {"password": "secret-word"},
            host="127.0.0.1",
            port=port,
            database=url.database,
            user=url.username,
            tls="off",
            writes=True,
        )


@pytest.fixture(scope="module")
async def maria_or_none() -> AsyncIterator[Opened | None]:
    if mariadb_missing():
        yield None
        return
    async with mariadb() as port:
        one = opened(
            "mysql", {"password": "lamp"}, host="127.0.0.1", port=port, database="shop", user="sayso", tls="off", writes=True
        )
        for command in ORDERS:
            await sql.query(OUTSIDE, one, command, write=True)
        yield one


@pytest.fixture
def lite(tmp_path: Path) -> tuple[Outside, Opened]:
    with sqlite3.connect(tmp_path / "shop.db") as file:
        for command in ORDERS:
            file.execute(command)
    file.close()
    return Outside(sqlite_folder=tmp_path), opened("sqlite", file="shop.db")


@pytest.fixture
def maria(maria_or_none: Opened | None) -> Opened:
    if maria_or_none is None:
        pytest.skip(mariadb_missing())
    return maria_or_none


@pytest.fixture(params=["postgres", "maria"])
def server(request: pytest.FixtureRequest, postgres: Opened, maria_or_none: Opened | None) -> Opened:
    if request.param == "postgres":
        return postgres
    if maria_or_none is None:
        pytest.skip(mariadb_missing())
    return maria_or_none


def orders(one: Opened) -> str:
    return "shop.orders" if one.kind == "postgresql" else "orders"


async def test_rows_come_as_json(server: Opened):
    found = await sql.query(OUTSIDE, server, f"select id, title, total, at, at as at from {orders(server)} order by id")
    assert found.columns == ("id", "title", "total", "at", "at_2")
    assert found.rows[0]["title"] == "Lamp"
    assert found.rows[0]["total"] == 12.5
    assert str(found.rows[0]["at"]).replace(" ", "T").startswith("2026-11-22T10:00:00")
    assert found.rows[1]["at"] is None
    assert not found.cut


@pytest.mark.parametrize(
    "value", ["1; drop table orders", "1 or 1=1", "' or ''='", "\\' or 1=1 -- ", "O'Brien; drop table orders", "%s"]
)
async def test_what_a_stranger_sends_is_one_value(server: Opened, value: str):
    for query in ("title = {Title}", "title = '{Title}'"):
        found = await sql.query(OUTSIDE, server, f"select id from {orders(server)} where {query}", {"{Title}": value})
        assert [row["id"] for row in found.rows] == ([2] if value.startswith("O'") else [])
    assert len((await sql.query(OUTSIDE, server, f"select * from {orders(server)}")).rows) == 3


async def test_values_have_names_and_stand_in_words(server: Opened):
    found = await sql.query(OUTSIDE, server, f"select id from {orders(server)} where id = :id and title like '%a%'", {"id": 1})
    assert [r["id"] for r in found.rows] == [1]
    found = await sql.query(
        OUTSIDE, server, f"select id from {orders(server)} where title like '%{{Part}}%' order by id", {"%{Part}%": "%am%"}
    )
    assert [r["id"] for r in found.rows] == [1]
    with pytest.raises(Invalid, match="has no value"):
        await sql.query(OUTSIDE, server, f"select id from {orders(server)} where id = {{Id}}")


WRITES = [
    "insert into {} (id) values (9)",
    "update {} set title = 'x'",
    "delete from {}",
    "drop table {}",
    "create table more (id int)",
]


@pytest.mark.parametrize("command", WRITES)
async def test_what_only_reads_is_kept_from_writing_by_the_database(server: Opened, command: str):
    with pytest.raises(Refused, match="only reads"):
        await sql.query(OUTSIDE, server, command.format(orders(server)))


@pytest.mark.parametrize("command", ["select 1; drop table {}", "commit; drop table {}", "select 1; commit; delete from {}"])
async def test_there_is_one_statement(server: Opened, command: str):
    with pytest.raises(Refused):
        await sql.query(OUTSIDE, server, command.format(orders(server)))
    assert len((await sql.query(OUTSIDE, server, f"select * from {orders(server)}")).rows) == 3


async def test_writing_is_for_connections_that_allow_it(server: Opened):
    with pytest.raises(Forbidden, match="only read"):
        await sql.query(OUTSIDE, replace(server, settings={**server.settings, "writes": False}), "select 1", write=True)
    done = await sql.query(
        OUTSIDE, server, f"insert into {orders(server)} (id, title) values (:id, :title)", {"id": 7, "title": "New"}, write=True
    )
    assert done.changed == 1
    found = await sql.query(OUTSIDE, server, f"select title from {orders(server)} where id = 7")
    assert found.rows == ({"title": "New"},)
    await sql.query(OUTSIDE, server, f"delete from {orders(server)} where id = 7", write=True)


async def test_rows_and_bytes_have_a_limit(server: Opened, monkeypatch: pytest.MonkeyPatch):
    found = await sql.query(OUTSIDE, server, f"select * from {orders(server)}", rows_max=2)
    assert (len(found.rows), found.cut) == (2, True)
    monkeypatch.setattr(sql, "BYTES_MAX", 100)
    with pytest.raises(Refused, match="larger"):
        await sql.query(OUTSIDE, server, f"select * from {orders(server)}")


async def test_the_catalogue_names_tables_and_their_columns(server: Opened):
    async with sql.session(OUTSIDE, server) as session:
        tables = {t.name: t for t in await session.tables()}
        columns = await session.columns(tables["orders"].schema, "orders")
    assert [(c.name, c.key) for c in columns] == [("id", True), ("title", False), ("total", False), ("at", False)]


async def test_a_table_is_read_page_by_page_behind_its_key(server: Opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "BATCH_ROWS", 2)
    what = "shop.orders"
    place = await SqlReader().place(OUTSIDE, server, what)
    assert (place.key, place.writable, [c.kind for c in place.columns]) == (
        ("id",),
        True,
        ["number", "text", "number", "datetime"],
    )
    assert len(place.sample) == 3
    wanted = Wanted(what, ("id",), ("title", "total", "at"), cursor="at")
    batches = [one async for one in SqlReader().batches(OUTSIDE, server, wanted)]
    assert [[r["id"] for r in b.rows] for b in batches] == [[1, 2], [3]]
    assert batches[0].after == [2]
    again = [one async for one in SqlReader().batches(OUTSIDE, server, replace(wanted, after=[2]))]
    assert [r["id"] for b in again for r in b.rows] == [3]
    new = [one async for one in SqlReader().batches(OUTSIDE, server, replace(wanted, since=batches[0].since))]
    assert [r["id"] for b in new for r in b.rows] == [1]


async def test_a_row_is_written_by_its_key(server: Opened):
    await SqlReader().write(
        OUTSIDE, server, "shop.orders", [Written({"id": 3}, {"title": "50% \\ 'off'", "at": "2026-11-22 08:00:00"})]
    )
    found = await sql.query(OUTSIDE, server, f"select title, at from {orders(server)} where id = 3")
    assert found.rows[0]["title"] == "50% \\ 'off'"
    assert str(found.rows[0]["at"]).replace("T", " ").startswith("2026-11-22 08:00:00")
    await SqlReader().write(OUTSIDE, server, "shop.orders", [Written({"id": 3}, {"title": "100%", "at": None})])
    with pytest.raises(Forbidden):
        only = replace(server, settings={**server.settings, "writes": False})
        await SqlReader().write(OUTSIDE, only, "shop.orders", [Written({"id": 3}, {"title": "x"})])


async def test_a_table_or_a_column_that_is_gone_is_told(server: Opened):
    with pytest.raises(NotFound, match="no table"):
        await SqlReader().place(OUTSIDE, server, "shop.nothing")
    with pytest.raises(SourceFailed, match="no column worth any more"):
        await anext(SqlReader().batches(OUTSIDE, server, Wanted("shop.orders", ("id",), ("worth",))))


async def test_what_takes_too_long_is_stopped(server: Opened):
    nap = "select pg_sleep(30)" if server.kind == "postgresql" else "select sleep(30) from orders"
    with pytest.raises(Refused, match="too long"):
        await sql.query(OUTSIDE, server, nap, seconds_max=0.2)


async def test_who_no_longer_waits_stops_the_statement(postgres: Opened):
    asking = asyncio.create_task(sql.query(OUTSIDE, postgres, "select pg_sleep(30) /* left alone */"))
    busy = "select count(*) as n from pg_stat_activity where state = 'active' and query like '%pg_sleep(30) /* left%' and pid <> pg_backend_pid()"
    async with asyncio.timeout(60):
        while not (await sql.query(OUTSIDE, postgres, busy)).rows[0]["n"]:
            await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while (await sql.query(OUTSIDE, postgres, busy)).rows[0]["n"]:
            await asyncio.sleep(0.02)


async def test_failures_are_plain_sentences(server: Opened):
    with pytest.raises(Refused, match="no such table") as missing:
        await sql.query(OUTSIDE, server, "select * from nowhere")
    assert missing.value.reason == "missing"
    with pytest.raises(Refused, match="no such column"):
        await sql.query(OUTSIDE, server, f"select nothing from {orders(server)}")
    closed = replace(server, settings={**server.settings, "port": 9})
    with pytest.raises(Refused, match="cannot be reached") as unreached:
        await sql.query(OUTSIDE, closed, "select 1")
    assert unreached.value.again


async def test_a_wrong_password_is_told_without_the_password(maria: Opened):
    wrong = opened("mysql", {"password": "wrong-word"}, **maria.settings)
    with pytest.raises(Refused, match="user or password") as refused:
        await sql.query(OUTSIDE, wrong, "select 1")
    assert "wrong-word" not in refused.value.detail


async def test_a_database_that_is_not_there(postgres: Opened):
    with pytest.raises(Refused, match="no database"):
        await sql.query(OUTSIDE, replace(postgres, settings={**postgres.settings, "database": "elsewhere"}), "select 1")


async def test_days_that_python_does_not_know_are_texts(postgres: Opened):
    found = await sql.query(
        OUTSIDE,
        postgres,
        "select 'infinity'::timestamp as a, '0044-03-15 BC'::date as b, 'NaN'::numeric as c, 12345678901234567890.5 as d",
    )
    assert found.rows == ({"a": "infinity", "b": "0044-03-15 BC", "c": None, "d": "12345678901234567890.5"},)


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "sqlserver"])
async def test_nothing_is_opened_to_where_the_door_does_not_let(kind: str):
    met: list[object] = []
    canary = await asyncio.start_server(lambda *_: met.append(1), "127.0.0.1", 0)
    port = canary.sockets[0].getsockname()[1]
    for host in ("127.0.0.1", "localhost", "::ffff:127.0.0.1", "169.254.169.254"):
        with pytest.raises(NotLetOut):
            await sql.query(Outside(door=Door()), opened(kind, host=host, port=port, user="x"), "select 1")  # pyright: ignore[reportArgumentType]
    canary.close()
    assert met == []


async def test_a_sqlite_file_is_read(lite: tuple[Any, Opened]):
    outside, one = lite
    found = await sql.query(
        outside, one, "select id from orders where title = '{Title}' and id > :id", {"{Title}": "Lamp", "id": 0}
    )
    assert found.rows == ({"id": 1},)
    async with sql.session(outside, one) as session:
        assert [t.name for t in await session.tables()] == ["orders"]
        assert [c.name for c in await session.columns("", "orders") if c.key] == ["id"]


@pytest.mark.parametrize("command", [*WRITES, "attach database '/etc/passwd' as x", "pragma writable_schema = on"])
async def test_a_sqlite_file_is_only_read(lite: tuple[Any, Opened], command: str, tmp_path: Path):
    outside, one = lite
    with pytest.raises(Refused, match="only reads"):
        await sql.query(outside, one, command.format("orders"))
    with pytest.raises(Forbidden):
        await sql.query(outside, replace(one, settings={"file": "shop.db", "writes": True}), "delete from orders", write=True)
    assert [p.name for p in tmp_path.iterdir()] == ["shop.db"]


async def test_a_sqlite_file_lies_in_the_folder_that_the_operator_names(lite: tuple[Any, Opened], tmp_path: Path):
    outside, _ = lite
    (tmp_path / "link.db").symlink_to("/etc/passwd")
    for name in ("../shop.db", "/etc/passwd", "link.db", "..", "."):
        with pytest.raises(Forbidden, match="outside"):
            await sql.query(outside, opened("sqlite", file=name), "select 1")
    with pytest.raises(NotFound):
        await sql.query(outside, opened("sqlite", file="none.db"), "select 1")
    with pytest.raises(Forbidden, match="SAYSO_SQLITE_FOLDER"):
        await sql.query(OUTSIDE, opened("sqlite", file="shop.db"), "select 1")


async def test_a_sqlite_file_that_thinks_forever_is_stopped(lite: tuple[Any, Opened]):
    outside, one = lite
    with pytest.raises(Refused, match="too long"):
        await sql.query(
            outside,
            one,
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
            seconds_max=0.1,
        )


async def test_drivers_that_open_their_own_sockets_need_the_operator(lite: tuple[Any, Opened]):
    one = opened("sql_url", {"url": "bigquery://project/shop"})
    with pytest.raises(Forbidden, match="SAYSO_SQL_DIALECTS=bigquery"):
        await sql.query(OUTSIDE, one, "select 1")
    with pytest.raises(Refused, match="not installed"):
        await sql.query(Outside(sql_dialects=("bigquery",)), one, "select 1")  # pyright: ignore[reportArgumentType]
    with pytest.raises(Invalid, match="kind of connection of its own"):
        await sql.query(OUTSIDE, opened("sql_url", {"url": "postgresql://localhost/x"}), "select 1")


@pytest.mark.parametrize(
    ("query", "rendered", "binds"),
    [
        ("select '{\"a\": 1}'::jsonb -- {Not this}", "select '{\"a\": 1}'::jsonb -- {Not this}", []),
        ("select {A} where x like '50%' and y = {A};", "select %s where x like '50%%' and y = %s", ["{A}", "{A}"]),
        ("select '{A}', 'it''s {A}', /* {B} */ :a, b::text, \":a {c}\"", 'select %s, %s, /* {B} */ %s, b::text, ":a {c}"', ["{A}", "it's {A}", ":a"]),
        ("select $x$ {A} :a $x$, ':a'", "select $x$ {A} :a $x$, ':a'", []),
        ("select 12:30, {step_1: rows.0.id}", "select 12:30, %s", ["{step_1: rows.0.id}"]),
    ],
)  # fmt: skip
def test_values_are_found_where_values_stand(query: str, rendered: str, binds: list[str]):
    statement = parsed(query, ["a"])
    assert statement.rendered("%s") == rendered
    assert [p.template for p in statement.parts if not isinstance(p, str)] == binds
