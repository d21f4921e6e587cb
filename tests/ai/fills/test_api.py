"""Fills over HTTP: estimated, begun, watched, called off; one value's provenance, written again, accepted."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect

from sayso.db import transaction
from sayso.team import keys
from sayso.team.actor import Actor
from tests.ai.fills.conftest import Story
from tests.gateway.conftest import CALL_COST
from tests.gateway.upstream import SlowFirst


@dataclass
class Hand:
    """Someone with an API token."""

    story: Story
    token: str

    async def __call__(self, verb: str, path: str, body: Any = None) -> httpx.Response:
        head = {"authorization": f"Bearer {self.token}"}
        return await self.story.desk.http.request(verb, f"/api/apps/{self.story.app}{path}", json=body, headers=head)

    async def until_over(self, id: str) -> dict[str, Any]:
        for _ in range(3_000):
            told = (await self("GET", f"/fills/{id}")).json()
            if told["state"] not in ("waiting", "running"):
                return told
            await asyncio.sleep(0.02)
        raise AssertionError(told)


async def hand(story: Story, by: Actor) -> Hand:
    async with transaction(story.desk.engine) as tx:
        return Hand(story, (await keys.create(tx, "Test", by=by))[1])


@pytest.fixture
async def ana(story: Story) -> Hand:
    return await hand(story, story.ana)


async def test_the_estimate_comes_first_and_asks_nothing(story: Story, ana: Hand):
    await story.rows({"letter": "x" * 4_000}, {"letter": "y" * 4_000}, {"letter": "z", "topic": "repair"})
    answer = await ana("POST", "/fills", {"table": "letters", "field": "topic", "dry": True})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["id"], told["state"], told["rows"]) == (None, "estimate", 2)
    estimate = told["estimate"]
    assert estimate["skipped"] == {"by_hand": 1, "up_to_date": 0, "writing": 0}
    assert estimate["model"] == "up/stub"
    assert 1_500 < estimate["tokens"]["input"] < 4_000
    assert Decimal(estimate["cost"]) > 0
    assert "2 rows" in estimate["sentence"] and "1 written by hand" in estimate["sentence"].casefold()
    assert story.asked == 0
    assert (await ana("GET", "/fills")).json()["items"] == []


async def test_a_fill_is_begun_and_told_of_as_it_goes(story: Story, ana: Hand):
    ids = await story.rows(*({"letter": f"L{n}"} for n in range(3)))
    story.always("repair")
    address = story.desk.url.replace("http", "ws") + "/api/live"
    async with connect(address, additional_headers={"authorization": f"Bearer {ana.token}"}) as socket:
        await socket.send(orjson.dumps({"watch": {"app": story.app}}).decode())
        begun = await ana("POST", "/fills", {"table": "letters", "field": "topic", "budget": "1.00"})
        assert begun.status_code == 201, begun.text
        told = await ana.until_over(begun.json()["id"])
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1].get("state") != "done":
            event = orjson.loads(await asyncio.wait_for(socket.recv(), 60))
            heard += [event] if event["event"] == "fill" else []
    assert (told["state"], told["written"], told["budget"], Decimal(told["cost"])) == ("done", 3, "1.00", 3 * CALL_COST)
    assert {e["id"] for e in heard} == {told["id"]}
    assert [e["state"] for e in heard][:2] == ["waiting", "running"]
    assert (heard[-1]["rows"], heard[-1]["done"]) == (3, 3)
    rows = (await ana("GET", f"/tables/letters/rows/{ids[0]}")).json()
    assert rows["ai"]["topic"]["state"] == "written"
    assert (await ana("GET", "/fills?table=letters&field=topic")).json()["items"][0]["id"] == told["id"]


async def test_one_value_is_looked_at_written_again_and_accepted(story: Story, ana: Hand):
    [id] = await story.rows({"subject": "Lamp"})
    at = f"/tables/letters/rows/{id}/ai/sure"
    assert (await ana("GET", at)).json()["state"] == "empty"
    story.always({"value": "hm", "confidence": 0.3})
    begun = await ana("POST", at, {})
    assert begun.status_code == 201, begun.text
    await ana.until_over(begun.json()["id"])
    seen = (await ana("GET", at)).json()
    assert (seen["state"], seen["confidence"], seen["provider"]) == ("review", 0.3, "up")
    accepted = (await ana("PUT", at, {})).json()
    assert (accepted["state"], accepted["accepted_by_name"]) == ("written", "Ana Prado")
    assert (await ana("PUT", at, {})).status_code == 409
    await story.edit(id, sure="Mine")
    story.always("theirs")
    await ana.until_over((await ana("POST", at, {})).json()["id"])
    assert await story.value(id, "sure") == ("theirs", "written")


async def test_one_that_is_called_off_stops_at_once_and_keeps_what_is_written(story: Story, ana: Hand):
    await story.rows(*({"letter": f"L{n}"} for n in range(200)))
    story.desk.up.always = SlowFirst(0.8)
    begun = (await ana("POST", "/fills", {"table": "letters", "field": "topic"})).json()
    while story.asked == 0:  # noqa: ASYNC110 (the upstream has no event for it)
        await asyncio.sleep(0.01)
    assert (await ana("DELETE", f"/fills/{begun['id']}")).status_code == 204
    told = await ana.until_over(begun["id"])
    assert (told["state"], told["why"], told["done"]) == ("cancelled", "Ana Prado cancelled it.", 0)
    assert story.asked <= 32
    await asyncio.sleep(1)
    assert story.asked <= 32, "nothing is asked any more"
    assert (await ana("DELETE", f"/fills/{begun['id']}")).status_code == 409


async def test_who_may_not_write_begins_nothing_and_another_workspace_sees_nothing(story: Story, ana: Hand):
    [id] = await story.rows({"letter": "x"})
    cleo = await hand(story, story.desk.company.cleo)
    for verb, path, body in (
        ("POST", "/fills", {"table": "letters", "field": "topic"}),
        ("POST", "/fills", {"table": "letters", "field": "topic", "dry": True}),
        ("POST", f"/tables/letters/rows/{id}/ai/topic", {}),
        ("PUT", f"/tables/letters/rows/{id}/ai/topic", {}),
    ):
        assert (await cleo(verb, path, body)).status_code == 403
    assert (await cleo("GET", f"/tables/letters/rows/{id}/ai/topic")).json()["state"] == "empty"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"field": "subject"}, "field"),
        ({"field": "nothing"}, "field"),
        ({"field": "topic", "budget": "0"}, "budget"),
        ({"field": "topic", "model": "nobody/nothing"}, "model"),
        ({"field": "topic", "filter": {"of": [{"field": "gone", "op": "is", "value": 1}]}}, "filter/0/field"),
    ],
)
async def test_what_makes_no_sense_is_told(story: Story, ana: Hand, body: dict[str, Any], path: str):
    await story.rows({"letter": "x"})
    answer = await ana("POST", "/fills", {"table": "letters", **body})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"].startswith(path.split("/")[0]), answer.text
