"""Connected tables over the API: found, connected, synced in the background, previewed, settled, read live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.settings import Settings
from tests.connections.databases import port_of
from tests.web.conftest import Caller, Company, problem

ORDERS = "/api/apps/desk/tables/orders"


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    from dataclasses import replace  # noqa: PLC0415

    return replace(settings, egress_allow="127.0.0.0/8")


@pytest.fixture(scope="module")
async def shop(app: FastAPI, company: Company, engine: AsyncEngine, fresh_url: str) -> AsyncIterator[str]:
    """A connection to a shop's database; its id."""
    async with engine.begin() as tx:
        for command in (
            "create schema shop",
            "create table shop.orders (id int primary key, title text, total numeric(10,2), due date, paid boolean)",
            "insert into shop.orders select n, 'Order ' || n, n * 1.5, date '2026-11-01' + n, n % 2 = 0 from generate_series(1, 25) n",
            "create table shop.parts (code text primary key, name text)",
            "create view shop.names as select name, code from shop.parts",
            "insert into shop.parts values ('A/1', 'Screw'), ('B/2', 'Nut'), ('C/3', 'Bolt')",
        ):
            await tx.execute(text(command))
    url = make_url(fresh_url)
    async with port_of(fresh_url) as port:
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "database": url.database,
            "user": url.username,
            "tls": "off",
            "writes": True,
        }
        made = await company.ben.post(
            "/api/connections", json={"kind": "postgresql", "settings": settings, "secrets": {"password": "x"}}
        )
        assert made.status_code == 201, made.text
        await good(
            company.ben.post(
                "/api/apps", json={"spec": {"id": "desk", "name": "Desk", "tables": [{"name": "Notes", "fields": ["Note"]}]}}
            )
        )
        yield made.json()["id"]


async def good(asked: Any) -> Any:
    answer = await asked
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def ended(ben: Caller, table: str = ORDERS) -> Any:
    async with asyncio.timeout(60):
        while True:
            state = await good(ben.get(f"{table}/source"))
            if state["running"] is None and state["last"] is not None:
                return state
            await asyncio.sleep(0.05)


async def test_a_table_is_found_connected_and_kept_in_step(company: Company, shop: str, engine: AsyncEngine):
    ben = company.ben
    assert (await good(ben.post(f"/api/connections/{shop}/test", json={})))["test"]["ok"]
    found = await good(ben.get(f"/api/connections/{shop}/tables", params={"search": "shop."}))
    assert [(p["what"], p["kind"], p["columns"]) for p in found["items"]] == [
        ("shop.names", "view", []),
        ("shop.orders", "table", []),
        ("shop.parts", "table", []),
    ]
    place = await good(ben.get(f"/api/connections/{shop}/tables", params={"what": "shop.orders"}))
    assert [(c["name"], c["kind"]) for c in place["columns"]] == [
        ("id", "number"),
        ("title", "text"),
        ("total", "number"),
        ("due", "date"),
        ("paid", "checkbox"),
    ]
    assert (place["key"], place["modes"], place["writable"], len(place["sample"])) == (["id"], ["synced", "live"], True, 5)

    made = await good(
        ben.post("/api/apps/desk/sources", json={"connection": shop, "what": "shop.orders", "cron": "*/15 * * * *"})
    )
    assert (made["table"], made["view"], made["source"]["running"]["origin"]) == ("orders", "orders", "first")
    state = await ended(ben)
    assert (state["last"]["state"], state["last"]["created"], state["rows"], state["problem"]) == ("done", 25, 25, "")
    assert state["by_name"] == "Ben Okafor" and state["next_at"]
    page = await good(ben.get(f"{ORDERS}/rows", params={"limit": 1}))
    assert page["rows"][0]["values"] == {"id": 1, "title": "Order 1", "total": 1.5, "due": "2026-11-02", "paid": False}

    row = page["rows"][0]["id"]
    await good(ben.put(f"{ORDERS}/source", json={"source": {**state["source"], "wins": "ask"}}))
    await good(ben.patch(f"{ORDERS}/rows/{row}", json={"values": {"title": "Mine"}}))
    async with engine.begin() as tx:
        await tx.execute(text("update shop.orders set title = 'Theirs' where id = 1"))
    told = await good(ben.post(f"{ORDERS}/source/preview", json={}))
    assert (told["conflicts"], told["same"], told["sentence"]) == (1, 24, "Of 25 rows: 1 to be decided, 24 as they are.")
    begun = await ben.post(f"{ORDERS}/source/syncs", json={})
    assert begun.status_code == 202
    state = await ended(ben)
    assert (state["last"]["id"], state["conflicts"]) == (begun.json()["id"], 1)
    waiting = await good(ben.get(f"{ORDERS}/source/conflicts"))
    assert waiting["items"][0]["fields"] == [{"field": "title", "name": "Title", "ours": "Mine", "theirs": "Theirs"}]
    assert await good(ben.post(f"{ORDERS}/source/conflicts", json={"rows": [row], "keep": "source"})) == {"settled": 1}
    assert (await good(ben.get(f"{ORDERS}/rows/{row}")))["values"]["title"] == "Theirs"
    assert (await good(ben.get(f"{ORDERS}/source/syncs")))["items"][0]["origin"] == "person"

    assert (await ben.delete(f"{ORDERS}/source")).status_code == 204
    assert (await good(ben.get(f"{ORDERS}/source")))["source"] is None
    assert (await good(ben.get(f"{ORDERS}/rows", params={"limit": 1})))["total"] == 25


async def test_who_may_do_what(company: Company, shop: str):
    new = {"connection": shop, "what": "shop.parts", "name": "Guarded"}
    for caller, status in ((company.mia, 403), (company.cleo, 403), (company.zoe, 404), (company.nobody, 401)):
        assert (await caller.post("/api/apps/desk/sources", json=new)).status_code == status
        assert (await caller.get(f"/api/connections/{shop}/tables")).status_code == status
    assert (await company.zoe.get(f"{ORDERS}/source")).status_code == 404
    assert (await company.ben.post("/api/apps/desk/sources", json={**new, "connection": "cn_elsewhere"})).status_code == 404


async def test_what_cannot_be_connected_is_told(company: Company, shop: str):
    answer = await company.ben.post("/api/apps/desk/sources", json={"connection": shop, "what": "shop.nothing"})
    assert problem(answer)["detail"].startswith("There is no table")
    assert answer.status_code == 404
    answer = await company.ben.post(
        "/api/apps/desk/sources", json={"connection": shop, "what": "shop.parts", "columns": ["nope"]}
    )
    assert answer.status_code == 422
    answer = await company.ben.get("/api/apps/desk/tables/notes/source/syncs/s_0")
    assert answer.status_code == 404


async def test_a_view_has_a_key_when_somebody_names_it(company: Company, shop: str):
    new = {"connection": shop, "what": "shop.names"}
    for key in (None, ["nope"]):
        answer = await company.ben.post("/api/apps/desk/sources", json={**new, "key": key})
        assert (answer.status_code, problem(answer)["problems"][0]["path"]) == (422, "key")
    made = await good(company.ben.post("/api/apps/desk/sources", json={**new, "key": ["code"]}))
    assert made["source"]["source"]["key"] == ["code"]
    assert (await ended(company.ben, f"/api/apps/desk/tables/{made['table']}"))["last"]["created"] == 3


async def test_a_live_table_is_asked_where_it_lies(company: Company, shop: str, engine: AsyncEngine):
    ben = company.ben
    async with engine.begin() as tx:
        await tx.execute(text("update shop.orders set title = 'Order ' || id"))
    made = await good(
        ben.post(
            "/api/apps/desk/sources", json={"connection": shop, "what": "shop.orders", "name": "Live orders", "mode": "live"}
        )
    )
    at = f"/api/apps/desk/tables/{made['table']}"
    page = await good(ben.get(f"{at}/rows", params={"limit": 10, "sorts": '[{"field": "total", "descending": true}]'}))
    assert ([r["id"] for r in page["rows"]], page["total"], page["next"]) == (list(range(25, 15, -1)), 25, "10")
    assert page["rows"][0]["values"] == {"id": 25, "title": "Order 25", "total": 37.5, "due": "2026-11-26", "paid": False}
    more = await good(
        ben.get(f"{at}/rows", params={"limit": 100, "cursor": page["next"], "sorts": '[{"field": "total", "descending": true}]'})
    )
    assert ([r["id"] for r in more["rows"]], more["next"]) == (list(range(15, 0, -1)), None)

    async def ids(*conditions: str, match: str = "all", **params: str) -> list[int]:
        of = ", ".join(conditions)
        answer = await good(ben.get(f"{at}/rows", params={"filter": f'{{"match": "{match}", "of": [{of}]}}', **params}))
        assert answer["total"] == len(answer["rows"])
        return [r["id"] for r in answer["rows"]]

    def one(field: str, op: str, value: str) -> str:
        return f'{{"field": "{field}", "op": "{op}", "value": {value}}}'

    assert await ids(one("total", "gte", "36")) == [24, 25]
    assert await ids(one("total", "any_of", "[1.5, 3]")) == [1, 2]
    assert await ids(one("total", "is_not", "1.5")) == list(range(2, 26))
    assert await ids(one("title", "is", '"order 7"')) == [7]
    assert await ids(one("title", "ends_with", '"1"')) == [1, 11, 21]
    assert await ids(one("title", "contains", '"%"')) == []
    assert await ids(one("title", "contains", '"\' or 1=1 --"')) == []
    assert await ids(one("due", "lt", '"2026-11-04"'), one("paid", "is", "true")) == [2]
    assert await ids(one("due", "is", '"2026-11-11"'), one("id", "is", "1"), match="any") == [1, 10]
    assert await ids(one("title", "not_empty", "null"), search="order 2") == [2, *range(20, 26)]
    assert (await good(ben.get(f"{at}/rows/3")))["values"]["title"] == "Order 3"
    assert (await ben.get(f"{at}/rows/99")).status_code == 404
    async with engine.begin() as tx:
        await tx.execute(text("update shop.orders set title = 'Fresh' where id = 3"))
    assert (await good(ben.get(f"{at}/rows/3")))["values"]["title"] == "Fresh"
    for refused in (
        ben.post(f"{at}/rows", json={"values": {"title": "x"}}),
        ben.patch(f"{at}/rows/3", json={"values": {"title": "x"}}),
        ben.get(f"{at}/groups", params={"by": '[{"field": "paid"}]'}),
        ben.post(f"{at}/source/syncs", json={}),
    ):
        answer = await refused
        assert answer.status_code == 422, answer.text


async def test_rows_of_a_live_table_keep_the_ids_that_they_are_given(company: Company, shop: str):
    made = await good(company.ben.post("/api/apps/desk/sources", json={"connection": shop, "what": "shop.parts", "mode": "live"}))
    at = f"/api/apps/desk/tables/{made['table']}/rows"
    pages = await asyncio.gather(*(good(company.mia.get(at)) for _ in range(4)))
    first = {r["values"]["code"]: r["id"] for r in pages[0]["rows"]}
    assert all({r["values"]["code"]: r["id"] for r in page["rows"]} == first for page in pages)
    assert len(set(first.values())) == 3
    assert (await good(company.mia.get(f"{at}/{first['B/2']}")))["values"]["name"] == "Nut"
