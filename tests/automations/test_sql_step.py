"""A query of an automation: what a stranger wrote into a row is one bound value, and reading is all that it may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections import stored
from sayso.connections.connections import Connections
from tests.automations.deals_desk import Deals, account, with_connections
from tests.conftest import Northlight
from tests.connections.databases import port_of


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Connections:
    return with_connections(engine, Path(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
async def shop(
    engine: AsyncEngine, fresh_url: str, connections: Connections, northlight_kept: Northlight
) -> AsyncIterator[stored.Stored]:
    async with engine.begin() as tx:
        for command in (
            "create schema shop",
            "create table shop.orders (id int primary key, who text, total numeric)",
            "insert into shop.orders values (1, 'Otto', 12.5), (2, 'Mia', 3)",
        ):
            await tx.execute(text(command))
    url = make_url(fresh_url)
    async with port_of(fresh_url) as port:
        settings = {"host": "127.0.0.1", "port": port, "database": url.database, "user": url.username, "tls": "off"}
        yield await account(connections, northlight_kept.ana, "postgresql", {**settings, "writes": True}, password="x")


async def ran(engine: AsyncEngine, by: Any, home: Path, connections: Connections, deal: str, **step: Any) -> tuple[Any, Any]:
    query = {"kind": "sql", "id": "asked", **step}
    desk = await Deals.opened(engine, by, home, [query], connections=connections)
    run = await desk.begin(await desk.deal(deal))
    row = await desk.done(run)
    return row, (await desk.steps(run))["asked"]


@pytest.mark.parametrize(
    ("deal", "ids"),
    [("Otto", [1]), ("1; drop table shop.orders", []), ("1 or 1=1", []), ("' or ''='", []), ("x%' or true --", [])],
)
@pytest.mark.parametrize(
    "query", ["select id, total from shop.orders where who = {Name}", "select id from shop.orders where who like '{Name}'"]
)
async def test_a_row_is_asked_by_a_bound_value(
    engine: AsyncEngine,
    northlight_kept: Northlight,
    tmp_path: Path,
    connections: Connections,
    shop: stored.Stored,
    query: str,
    deal: str,
    ids: list[int],
):
    run, step = await ran(engine, northlight_kept.ana, tmp_path, connections, deal, connection=shop.id, query=query)
    assert (run.state, run.problem) == ("done", "")
    assert [row["id"] for row in step.output["rows"]] == ids
    assert step.output["count"] == len(ids)
    async with engine.connect() as tx:
        assert (await tx.execute(text("select count(*) from shop.orders"))).scalar_one() == 2


async def test_values_may_have_names_of_their_own(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path, connections: Connections, shop: stored.Stored
):
    how = {
        "query": "select who from shop.orders where who = :who and total > :least::numeric",
        "values": {"who": "{Name}", "least": "10"},
    }
    _, step = await ran(engine, northlight_kept.ana, tmp_path, connections, "Otto", connection=shop.id, **how)
    assert step.output["first"] == {"who": "Otto"}


@pytest.mark.parametrize(
    ("query", "write", "said"),
    [
        ("insert into shop.orders values (9, {Name}, 1)", False, "only reads"),
        ("select * from shop.nothing where who = {Name}", False, "no such table"),
        ("select {Nonsense}", False, "Nonsense"),
        ("", False, "empty"),
    ],
)
async def test_what_cannot_be_is_told_on_the_run(
    engine: AsyncEngine,
    northlight_kept: Northlight,
    tmp_path: Path,
    connections: Connections,
    shop: stored.Stored,
    query: str,
    write: bool,
    said: str,
):
    run, _ = await ran(engine, northlight_kept.ana, tmp_path, connections, "Otto", connection=shop.id, query=query, write=write)
    assert run.state == "failed"
    assert said in run.problem


async def test_writing_is_done_where_both_the_step_and_the_connection_say_so(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path, connections: Connections, shop: stored.Stored
):
    query = "update shop.orders set total = total + 1 where who = {Name}"
    run, step = await ran(engine, northlight_kept.ana, tmp_path, connections, "Mia", connection=shop.id, query=query, write=True)
    assert (run.state, step.output["changed"]) == ("done", 1)
    async with engine.connect() as tx:
        assert (await tx.execute(text("select total from shop.orders where id = 2"))).scalar_one() == 4
