"""Webhooks out: signed as the standard says, tried for 75 hours, and given up in the open."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from sayso.connections import deliveries, endpoints, webhooks
from sayso.connections.connections import Connections
from sayso.connections.deliveries import Deliveries, Delivery
from sayso.connections.endpoints import Endpoint
from sayso.db import transaction
from sayso.db.notification_tables import notifications
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.connections.outside import Heard, Outside, answer


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def carrier(connections: Connections, clock: Clock) -> Deliveries:
    return Deliveries(connections, clock)


async def webhook(connections: Connections, by: Actor, url: str, **other: object) -> Endpoint:
    async with transaction(connections.engine) as tx:
        return await endpoints.create(tx, connections, by=by, url=url, events=["row.created"], **other)  # type: ignore[arg-type]


async def put(connections: Connections, to: Endpoint, by: Actor, key: str = "event:1") -> str:
    body = webhooks.written("row.created", datetime.now(UTC), {"rows": [{"id": 7}]})
    async with transaction(connections.engine) as tx:
        return await webhooks.put(tx, by.workspace, to.id, event="row.created", body=body, key=key)


async def all_of(connections: Connections, to: Endpoint, by: Actor) -> list[Delivery]:
    async with transaction(connections.engine) as tx:
        return list(reversed(await deliveries.listed(tx, to.id, by=by)))


async def now_of(connections: Connections, to: Endpoint, by: Actor) -> Endpoint:
    async with transaction(connections.engine) as tx:
        return await endpoints.read(tx, connections, to.id, by=by)


def verified(secret: str, heard: Heard) -> object:
    return Webhook(secret).verify(heard.body, dict(heard.headers))


async def test_the_standards_own_library_takes_it(connections: Connections, ben: Actor, there: Outside, carrier: Deliveries):
    to = await webhook(connections, ben, f"{there.url}/hears")
    assert to.secret and to.secret.startswith("whsec_")
    id = await put(connections, to, ben)
    assert await put(connections, to, ben) == id, "the same event is never two messages"
    assert await carrier.once() == 1
    (heard,) = there.heard
    assert heard.header("webhook-id") == id
    told = json.loads(heard.body)
    assert verified(to.secret, heard) == told and told["type"] == "row.created" and told["data"] == {"rows": [{"id": 7}]}
    with pytest.raises(WebhookVerificationError):
        verified(webhooks.new_secret(), heard)
    (one,) = await all_of(connections, to, ben)
    assert (one.state, one.status, one.attempts, one.problem) == ("delivered", 200, 1, "") and one.ended_at
    assert (await now_of(connections, to, ben)).secret is None
    assert await carrier.once() == 0


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    connections: Connections, ben: Actor, there: Outside, carrier: Deliveries, clock: Clock
):
    to = await webhook(connections, ben, f"{there.url}/hears")
    async with transaction(connections.engine) as tx:
        renewed = await endpoints.rotate(tx, connections, to.id, by=ben)
    assert to.secret and renewed.secret and renewed.secret != to.secret
    await put(connections, to, ben)
    await carrier.once()
    assert verified(to.secret, there.heard[0]) == verified(renewed.secret, there.heard[0])
    clock.passes(hours=25)
    await put(connections, to, ben, "event:2")
    await carrier.once()
    signed = there.heard[1].header("webhook-signature").split()
    seconds = str(int(clock.now.timestamp()))
    assert signed == [webhooks.signature(renewed.secret, there.heard[1].header("webhook-id"), seconds, there.heard[1].body)]


async def test_it_is_tried_for_75_hours_and_then_told(
    connections: Connections, ben: Actor, there: Outside, carrier: Deliveries, clock: Clock
):
    to = await webhook(connections, ben, f"{there.url}/hears")
    there.at["/hears"] = answer(500, "broken")
    id, began, waits = await put(connections, to, ben), clock.now, [timedelta()]
    while (one := (await all_of(connections, to, ben))[0]).state == "waiting":
        assert await carrier.once() == 1
        one = (await all_of(connections, to, ben))[0]
        if one.next_at is not None:
            waits.append(one.next_at - clock.now)
            clock.now = one.next_at - timedelta(seconds=1)
            assert await carrier.once() == 0, "not before it is due"
            clock.now = one.next_at
    assert len(there.heard) == 10 and {heard.header("webhook-id") for heard in there.heard} == {id}
    assert len({heard.body for heard in there.heard}) == 1
    for waited, seconds in zip(waits[1:], webhooks.RETRY_SECONDS, strict=True):
        assert seconds <= waited.total_seconds() <= seconds * 1.1 + 1
    assert timedelta(hours=75) <= clock.now - began < timedelta(hours=84)
    assert (one.state, one.attempts) == ("failed", 10) and "answered 500" in one.problem
    off = await now_of(connections, to, ben)
    assert not off.on and off.why == deliveries.GIVEN_UP and off.last_state == "failed"
    async with transaction(connections.engine) as tx:
        told = (await tx.execute(select(notifications.c.title).where(notifications.c.member == ben.member))).scalars().all()
    assert [title for title in told if there.url in title] == [f"The webhook to {there.url}/hears is switched off"]


async def test_gone_is_gone(connections: Connections, ben: Actor, there: Outside, carrier: Deliveries):
    to = await webhook(connections, ben, f"{there.url}/hears")
    there.says = [answer(410)]
    for key in ("event:1", "event:2"):
        await put(connections, to, ben, key)
    assert await carrier.once() == 1
    assert [one.state for one in await all_of(connections, to, ben)] == ["failed", "cancelled"]
    assert (await now_of(connections, to, ben)).why == deliveries.GONE
    async with transaction(connections.engine) as tx:
        with pytest.raises(Forbidden):
            await deliveries.replay(tx, to.id, (await deliveries.listed(tx, to.id, by=ben))[0].id, by=ben)


async def test_once_it_arrives_all_is_forgotten_and_it_can_be_sent_again(
    connections: Connections, ben: Actor, there: Outside, carrier: Deliveries, clock: Clock
):
    to = await webhook(connections, ben, f"{there.url}/hears")
    there.says = [
        answer(301, headers={"Location": f"{there.url}/other"}),
        answer(429, headers={"Retry-After": "3600"}),
        answer(204),
    ]
    id = await put(connections, to, ben)
    await carrier.once()
    assert (await now_of(connections, to, ben)).failing_since
    clock.passes(minutes=1)
    await carrier.once()
    (one,) = await all_of(connections, to, ben)
    assert one.next_at and one.next_at >= clock.now + timedelta(hours=1), "when the other side says so, it is waited longer"
    clock.now = one.next_at
    await carrier.once()
    assert [heard.target for heard in there.heard] == ["/hears"] * 3
    assert (await now_of(connections, to, ben)).failing_since is None
    async with transaction(connections.engine) as tx:
        again = await deliveries.replay(tx, to.id, id, by=ben)
        third = await deliveries.replay(tx, to.id, again.id, by=ben)
    await carrier.once()
    assert (again.replay_of, third.replay_of) == (id, id) and again.id != third.id
    assert {heard.header("webhook-id") for heard in there.heard} == {id} and len(there.heard) == 5


async def test_each_is_carried_by_one_of_many(connections: Connections, ben: Actor, there: Outside, clock: Clock):
    to = await webhook(connections, ben, f"{there.url}/hears")
    for n in range(20):
        await put(connections, to, ben, f"event:{n}")
    carriers = [Deliveries(connections, clock) for _ in range(3)]
    for n, one in enumerate(carriers):
        one.process = f"process-{n}"
    counts = await asyncio.gather(*(one.once() for one in carriers))
    assert sum(counts) == 20 == len({heard.header("webhook-id") for heard in there.heard}) == len(there.heard)


async def test_where_nobody_is_and_where_nobody_may_go(
    connections: Connections, ben: Actor, there: Outside, carrier: Deliveries, clock: Clock
):
    nowhere = await webhook(connections, ben, "http://127.0.0.1:9999/hears")
    inside = await webhook(connections, ben, "http://10.0.0.1/hears")
    for to in (nowhere, inside):
        await put(connections, to, ben)
    assert await carrier.once() == 2
    (first,), (second,) = [await all_of(connections, to, ben) for to in (nowhere, inside)]
    assert (first.state, first.status) == ("waiting", None) and "takes no connections" in first.problem
    assert second.state == "failed" and "SAYSO_EGRESS_ALLOW" in second.problem
    assert (await now_of(connections, inside, ben)).on


async def test_what_automations_send(
    connections: Connections, ben: Actor, northlight_kept: Northlight, there: Outside, carrier: Deliveries
):
    asked = {"url": f"{there.url}/auto", "event": "deal.won", "body": {"deal": 7}, "by": northlight_kept.mia}
    async with transaction(connections.engine) as tx:
        ids = [await webhooks.send(tx, connections, key=key, hops=3, **asked) for key in ("run:s1:1", "run:s1:1", "run:s1:2")]  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            await webhooks.send(tx, connections, key="x", **{**asked, "url": "ftp://x"})  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            await webhooks.send(tx, connections, key="x", **{**asked, "by": northlight_kept.cleo})  # type: ignore[arg-type]
        (mine,) = [one for one in await endpoints.listed(tx, by=ben) if one.url == f"{there.url}/auto"]
    assert ids[0] == ids[1] != ids[2] and mine.events == ()
    assert await carrier.once() == 2
    assert {heard.header("webhook-id") for heard in there.heard} == set(ids) and json.loads(there.heard[0].body)[
        "type"
    ] == "deal.won"
    async with transaction(connections.engine) as tx:
        await endpoints.change(tx, connections, mine.id, {"on": False}, by=ben)
        with pytest.raises(Forbidden):
            await webhooks.send(tx, connections, key="y", **asked)  # type: ignore[arg-type]


async def test_what_is_no_webhook(connections: Connections, ben: Actor, northlight_kept: Northlight):
    async with transaction(connections.engine) as tx:
        for url, events, app in (
            ("ftp://x", ["row.created"], None),
            ("http://a:b@c.example", ["row.created"], None),
            ("http://c.example:22/", ["row.created"], None),
            ("https://c.example", [], None),
            ("https://c.example", ["draft.changed"], None),
            ("https://c.example", ["row.created"], "nothing"),
        ):
            with pytest.raises(Invalid):
                await endpoints.create(tx, connections, by=ben, url=url, events=events, app=app)
        with pytest.raises(Forbidden):
            await endpoints.create(tx, connections, by=northlight_kept.mia, url="https://c.example", events=["row.created"])
        with pytest.raises(NotFound):
            await endpoints.read(tx, connections, "wh_000000000000", by=ben)
