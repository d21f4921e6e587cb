"""Webhooks out, at the API's door: who may, what is told once, and the list of what was sent."""

import asyncio
import json

from sayso.connections.deliveries import Deliveries
from sayso.connections.endpoints import EVENTS
from tests.connections.outside import LOOPBACK, outside
from tests.web.conftest import Company, problem

URL = "https://hears.example/sayso"


async def test_a_secret_is_told_once(company: Company):
    made = (await company.ben.post("/api/webhooks", json={"url": URL, "events": ["row.created"], "name": "Ours"})).json()
    assert made["secret"].startswith("whsec_") and made["on"] and made["why"] is None
    path = f"/api/webhooks/{made['id']}"
    read, listed = await company.ben.get(path), await company.ben.get("/api/webhooks")
    changed = await company.ben.patch(path, json={"events": ["*"], "name": ""})
    assert all(made["secret"] not in one.text for one in (read, listed, changed))
    assert read.json()["secret"] is None and changed.json()["events"] == ["*"]
    renewed = (await company.ben.put(f"{path}/secret", json={})).json()
    assert renewed["secret"] not in (None, made["secret"]) and renewed["old_until"]
    async with company.engine.connect() as tx:
        stored = repr((await tx.exec_driver_sql("select w::text from sayso.webhooks w")).all())
    assert made["secret"] not in stored and renewed["secret"] not in stored


async def test_an_answer_with_a_secret_is_not_kept(company: Company):
    headers, asked = {"idempotency-key": "webhook-1"}, {"url": URL, "events": ["app.built"]}
    first, again = [await company.ben.post("/api/webhooks", json=asked, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 409)
    async with company.engine.connect() as tx:
        kept = (await tx.exec_driver_sql("select body from sayso.idempotency where key = 'webhook-1'")).scalars().all()
    assert kept == [None]


async def test_who_may(company: Company):
    made = (await company.ana.post("/api/webhooks", json={"url": URL, "events": ["app.built"]})).json()
    path = f"/api/webhooks/{made['id']}"
    for caller, status in ((company.mia, 403), (company.cleo, 403), (company.zoe, 404)):
        assert (await caller.get(path)).status_code == status
        assert (await caller.put(f"{path}/secret", json={})).status_code == status
        assert (await caller.get(f"{path}/deliveries")).status_code == status
    assert (await company.zoe.get("/api/webhooks")).json()["items"] == []
    assert (await company.mia.post("/api/webhooks", json={"url": URL, "events": ["*"]})).status_code == 403


async def test_whoever_leads_it_elsewhere_tells_what_they_may_see_themselves(company: Company):
    made = (await company.ana.post("/api/webhooks", json={"url": URL, "events": ["row.created"]})).json()
    path = f"/api/webhooks/{made['id']}"
    renamed = (await company.ben.patch(path, json={"name": "Hers"})).json()
    assert renamed["created_by"] == made["created_by"], "another name changes nothing"
    turned = (await company.ben.patch(path, json={"url": "https://elsewhere.example/x"})).json()
    assert turned["created_by"] not in (None, made["created_by"])


async def test_what_can_be_followed(company: Company):
    kinds = (await company.cleo.get("/api/webhooks/events")).json()["items"]
    assert {one["kind"] for one in kinds} == set(EVENTS)
    for asked in ({"url": "http://x:y@z.example", "events": ["*"]}, {"url": URL, "events": []}, {"url": URL, "events": ["x"]}):
        refused = await company.ben.post("/api/webhooks", json=asked)
        assert refused.status_code == 422 and problem(refused)["problems"]


async def test_a_ping_arrives_and_is_listed_and_sent_again(company: Company, app):  # type: ignore[no-untyped-def]
    connections = app.state.parts.connections
    door, connections.door = connections.door, LOOPBACK
    try:
        async with outside() as there:
            made = (await company.ben.post("/api/webhooks", json={"url": f"{there.url}/hears", "events": ["app.built"]})).json()
            path = f"/api/webhooks/{made['id']}/deliveries"
            sent = (await company.ben.post(path, json={})).json()
            assert (sent["event"], sent["attempts"]) == ("ping", 0)
            carrier = Deliveries(connections)
            await arrived(carrier, there.heard, 1)
            again = (await company.ben.post(f"{path}/{sent['id']}/replay", json={})).json()
            assert again["replay_of"] == sent["id"]
            await arrived(carrier, there.heard, 2)
        assert [json.loads(heard.body)["data"]["by"] for heard in there.heard] == ["Ben Okafor"] * 2
        first = (await company.ben.get(path, params={"limit": 1})).json()
        rest = (await company.ben.get(path, params={"limit": 1, "cursor": first["next"]})).json()
        assert [one["items"][0]["id"] for one in (first, rest)] == [again["id"], sent["id"]]
        off = await company.ben.patch(f"/api/webhooks/{made['id']}", json={"on": False})
        assert off.json()["on"] is False
        assert (await company.ben.post(path, json={})).status_code == 403
        assert (await company.ben.get(path, params={"cursor": "x"})).status_code == 422
    finally:
        connections.door = door


async def arrived(carrier: Deliveries, heard: list[object], count: int) -> None:
    """The app carries deliveries by itself; whichever of the two is first."""
    while len(heard) < count:
        await carrier.once()
        await asyncio.sleep(0.01)
