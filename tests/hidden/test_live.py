"""What a tab of somebody who sees only some of an app hears of it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from sayso.db import transaction
from sayso.team import access
from sayso.team.access import Grant
from tests.hidden.conftest import Vault, leaks, plain
from tests.isolation.test_live import opened
from tests.isolation.worlds import made
from tests.web.conftest import address

__all__ = ["address"]

SECONDS_MAX = 60


class Tab:
    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def until(self, **like: Any) -> list[dict[str, Any]]:
        """Everything up to the message that is like this, that one included."""
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(SECONDS_MAX):
            while not heard or not like.items() <= heard[-1].items():
                heard.append(json.loads(await self.socket.recv()))
        return heard


async def watching(vault: Vault, address: str) -> Tab:
    tab = Tab(await opened(address, vault.tess).__aenter__())
    await tab.socket.send(json.dumps({"watch": {"app": "avault"}}))
    await tab.until(event="people")
    return tab


async def mark(vault: Vault) -> int:
    """Something that Tess does hear of, so that what comes before it is all that there was."""
    return made(await vault.ben.patch(f"{vault.table}/rows/{vault.row}", json={"values": {"label": "Mine"}}))["version"]


async def test_events_of_a_hidden_value_are_the_same_whatever_it_is(vault: Vault, address: str):
    tab = await watching(vault, address)
    heard: list[str] = []
    for worth in (4_000, 9_000):
        await vault.says(worth)
        made(await vault.ben.patch(f"{vault.table}/rows/{vault.row}", json={"values": {"label": f"Mine {worth}"}}))
        heard.append(plain(json.dumps(await tab.until(event="rows", ids=[vault.row]))))
        heard[-1] += plain(json.dumps(await tab.until(event="rows", ids=[vault.row])))
    assert heard[0] == heard[1]
    assert not leaks("".join(heard)) and f"[{vault.other}]" not in "".join(heard) and "akeys" not in "".join(heard)
    await tab.socket.close()


async def test_a_row_that_is_given_to_somebody_else_is_read_again_without_its_number(vault: Vault, address: str):
    new = {"label": "Ours", "keeper": [vault.tess.actor.member]}
    id = made(await vault.ben.post(f"{vault.table}/rows", json={"values": new}))["rows"][0]["id"]
    tab = await watching(vault, address)
    made(await vault.ben.patch(f"{vault.table}/rows/{id}", json={"values": {"keeper": []}}))
    assert (await tab.until(event="rows"))[-1]["ids"] == []
    made(await vault.ben.patch(f"{vault.table}/rows/{id}", json={"values": {"label": "Not ours"}}))
    made(await vault.ben.patch(f"{vault.table}/rows/{id}", json={"values": {"keeper": [vault.tess.actor.member]}}))
    after = await tab.until(event="rows", ids=[id])
    assert [one["ids"] for one in after if one["event"] == "rows"] == [[id]]
    await tab.socket.close()


async def test_nobody_is_told_that_others_are_at_a_place_they_do_not_see(vault: Vault, address: str):
    ben = Tab(await opened(address, vault.ben).__aenter__())
    await ben.socket.send(json.dumps({"watch": {"app": "avault"}}))
    tab = await watching(vault, address)
    at = {"app": "avault", "view": "aall", "table": "achests", "row": vault.other, "field": "worth", "typing": True}
    for place in (at, {**at, "row": vault.row}, {**at, "row": vault.row, "field": "label"}, {**at, "table": "akeys"}):
        await ben.socket.send(json.dumps({"at": place}))
        await ben.until(event="people")
        told = (await tab.until(event="people"))[-1]["people"]
        where = next(one["at"] for one in told if one["member"] == vault.ben.actor.member)
        seen = {
            "row": place["row"] if place["row"] == vault.row else None,
            "field": "label" if place["field"] == "label" else None,
            "typing": place["field"] == "label",
        }
        hidden = place["table"] == "akeys"
        assert where == {**place, **seen} if not hidden else {**dict.fromkeys(place), "app": "avault", "typing": False}
    await ben.socket.close()
    await tab.socket.close()


async def test_who_loses_an_app_hears_nothing_more_of_it(vault: Vault, address: str):
    tab = await watching(vault, address)
    number, owner = vault.world.inside["app_number"], vault.world.actors["owner"]
    clerks = [Grant("member", one.actor.member or "", "clerk") for one in (vault.tess, vault.guest, vault.custom)]
    out = [replace(clerks[0], role="@nothing"), *clerks[1:]]
    async with transaction(vault.engine) as tx:
        await access.put(tx, number, out, by=owner, id="avault", name="vault", roles={"clerk": "Clerk"})
    await asyncio.sleep(0.6)
    await mark(vault)
    async with transaction(vault.engine) as tx:
        await access.put(tx, number, clerks, by=owner, id="avault", name="vault", roles={"clerk": "Clerk"})
        assert (await tx.execute(text("select 1"))).scalar_one()
    await asyncio.sleep(0.6)
    await tab.socket.send(json.dumps({"watch": {"app": "avault"}}))
    heard = await tab.until(event="people")
    assert "rows" not in {one["event"] for one in heard}
    await tab.socket.close()
