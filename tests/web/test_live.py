"""Two people live: what one does, the other's tab is told of, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import websockets
from fastapi import FastAPI
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import sessions
from sayso.web.tab import WAITING_MESSAGES_MAX, Tab
from tests.web.conftest import Caller, Company
from tests.web.crm import CLIENTS, CRM

SECONDS_MAX = 60


@pytest.fixture(scope="module")
async def crm(company: Company) -> str:
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text
    return made.json()["id"]


class TabAtHome:
    """A tab's end of the socket."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def says(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hears(self, event: str, **like: Any) -> dict[str, Any]:
        """The next message of this kind that is like this; others are passed over."""
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                message = json.loads(await self.socket.recv())
                if message["event"] == event and like.items() <= message.items():
                    return message

    async def hears_nothing_but_people(self, seconds: float = 0.4) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    assert json.loads(await self.socket.recv())["event"] == "people"


@asynccontextmanager
async def tab(address: str, caller: Caller) -> AsyncIterator[TabAtHome]:
    headers = {"authorization": caller.headers["authorization"]}
    async with websockets.connect(f"ws://{address}/api/live", additional_headers=headers, proxy=None) as socket:
        yield TabAtHome(socket)


async def test_what_one_does_the_other_hears(company: Company, address: str, crm: str):
    async with tab(address, company.cleo) as cleo:
        await cleo.says(watch={"app": crm})
        await cleo.hears("people")
        await cleo.says(activity=True)
        made = (await company.mia.post(f"{CLIENTS}/rows", json={"values": {"name": "Otto"}})).json()["rows"][0]
        heard = await cleo.hears("rows", kind="created")
        assert (heard["app"], heard["table"], heard["ids"], heard["by"]) == (
            crm,
            "clients",
            [made["id"]],
            company.mia.actor.member,
        )
        assert await cleo.hears("activity") == {"event": "activity", "app": crm}
        await company.mia.patch(f"{CLIENTS}/rows/{made['id']}", json={"values": {"stage": "won"}})
        assert (await cleo.hears("rows", kind="changed"))["seq"] > heard["seq"]
        await company.ben.patch(f"/api/apps/{crm}", json={"hue": 20})
        assert (await cleo.hears("app"))["version"] == 2


async def test_a_change_that_was_refused_is_not_told(company: Company, address: str, crm: str):
    async with tab(address, company.ana) as ana:
        await ana.says(watch={"app": crm})
        await ana.hears("people")
        assert (await company.mia.post(f"{CLIENTS}/rows", json={"values": {"worth": "much"}})).status_code == 422
        await ana.hears_nothing_but_people()


async def test_people_see_where_the_others_are(company: Company, address: str, crm: str):
    async with tab(address, company.ana) as ana, tab(address, company.mia) as mia:
        await ana.says(watch={"app": crm})
        await mia.says(watch={"app": crm})
        await mia.says(at={"app": crm, "view": "all", "table": "clients", "row": 1, "field": "name", "typing": True})
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                people = {p["name"]: p for p in (await ana.hears("people"))["people"]}
                if people.get("Mia Lindqvist", {}).get("at"):
                    break
        assert (
            people["Mia Lindqvist"]["at"]["field"] == "name"
            and people["Mia Lindqvist"]["at"]["typing"]
            and people["Ana Prado"]["at"] is None
        )
        await mia.socket.close()
        assert [p["name"] for p in (await ana.hears("people"))["people"]] == ["Ana Prado"]


async def test_nobody_hears_of_another_workspace(company: Company, address: str, crm: str):
    async with tab(address, company.zoe) as zoe:
        await zoe.says(watch={"app": crm})
        await zoe.says(activity=True)
        assert (await zoe.hears("problem"))["status"] == 404
        await company.mia.post(f"{CLIENTS}/rows", json={"values": {"name": "Secret"}})
        await zoe.hears_nothing_but_people()


@pytest.mark.parametrize("said", ["", "{", "[]", '{"watch": 7}', '{"shout": 1}', '{"watch": {"app": "' + "a" * 9000 + '"}}'])
async def test_nonsense_is_answered_and_the_tab_lives_on(company: Company, address: str, crm: str, said: str):
    async with tab(address, company.cleo) as cleo:
        await cleo.socket.send(said)
        assert (await cleo.hears("problem"))["status"] == 422
        await cleo.says(watch={"app": crm})
        await cleo.hears("people")


async def test_a_page_of_another_site_opens_no_socket(company: Company, address: str):
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.mia.actor)
    cookie = {"cookie": f"sayso_session={secret}"}
    for headers in (cookie, cookie | {"origin": "https://evil.example"}, {"origin": f"http://{address}"}, {}):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"ws://{address}/api/live", additional_headers=headers, proxy=None)
        assert refused.value.response.status_code == 403
    own = cookie | {"origin": f"http://{address}"}
    async with websockets.connect(f"ws://{address}/api/live", additional_headers=own, proxy=None):
        pass


async def test_who_is_signed_out_hears_no_more(company: Company, address: str, crm: str):
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.cleo.actor)
    headers = {"cookie": f"sayso_session={secret}", "origin": f"http://{address}"}
    async with websockets.connect(f"ws://{address}/api/live", additional_headers=headers, proxy=None) as socket:
        cleo = TabAtHome(socket)
        await cleo.says(watch={"app": crm})
        await cleo.hears("people")
        async with transaction(company.engine) as tx:
            await sessions.end(tx, secret)
        await asyncio.sleep(0.6)
        await company.mia.post(f"{CLIENTS}/rows", json={"values": {"name": "After"}})
        with pytest.raises(websockets.ConnectionClosed):
            await cleo.hears("rows")
        assert socket.close_code == 4401


async def test_a_tab_that_takes_nothing_is_let_go(company: Company, app: FastAPI):
    slow = Tab(company.mia.actor, 0)
    for n in range(WAITING_MESSAGES_MAX + 10):
        slow.tell({"n": n})
    assert slow.waiting.get_nowait() == 1013 and slow.waiting.empty()


async def test_when_postgresql_drops_the_listener_tabs_are_sent_away_and_hear_again(company: Company, address: str, crm: str):
    async with tab(address, company.cleo) as cleo:
        await cleo.says(watch={"app": crm})
        await cleo.hears("people")
        async with company.engine.connect() as tx:
            await tx.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'"))
        with pytest.raises(websockets.ConnectionClosed):
            await cleo.hears("rows")
        assert cleo.socket.close_code == 1012
    await asyncio.sleep(1.2)
    async with tab(address, company.cleo) as cleo:
        await cleo.says(watch={"app": crm})
        await cleo.hears("people")
        await company.mia.post(f"{CLIENTS}/rows", json={"values": {"name": "Back"}})
        await cleo.hears("rows", kind="created")
