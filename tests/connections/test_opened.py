"""Who comes by a connection, and that its secrets are seen nowhere."""

import copy
import json
import logging
import pickle
from dataclasses import asdict, replace

import orjson
import pytest

from sayso.connections import stored
from sayso.connections.connections import SORRY, Connections
from sayso.connections.opened import HIDDEN, Missing, Opened, Secrets
from sayso.connections.rights import Use
from sayso.db import transaction
from sayso.errors import Forbidden, Invalid, NotFound, Unavailable
from sayso.team import people
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.connections.conftest import added, opened

SECRET = "tk-canary-a/b c+9"
HTTP = {"address": "https://api.example.com", "auth": "bearer"}


def automation(of: Actor) -> Actor:
    return replace(of, kind="automation", name="Monday mail")


async def test_a_step_opens_what_its_owner_may_use(connections: Connections, northlight_kept: Northlight, ben: Actor):
    n = northlight_kept
    async with transaction(connections.engine) as tx:
        with pytest.raises(Missing, match="Microsoft Teams"):
            await connections.opened(tx, None, "teams", by=ben)
    only = await added(connections, n.ana, "http", HTTP, {"token": SECRET}, use=Use(who="members", members=(str(n.ana.member),)))
    for_all = await added(connections, n.ana, "http", HTTP, {"token": SECRET})
    async with transaction(connections.engine) as tx:
        assert (await connections.opened(tx, only.id, "http", by=automation(n.ana))).id == only.id
        assert (await connections.opened(tx, None, "http", by=automation(ben))).id == for_all.id
        assert (await connections.opened(tx, None, ("slack", "http"), by=automation(n.ana))).id == only.id
        for id, by, wrong in (
            (only.id, automation(ben), Forbidden),
            (for_all.id, automation(n.cleo), Forbidden),
            ("cn_gone", automation(ben), NotFound),
        ):
            with pytest.raises(wrong):
                await connections.opened(tx, id, "http", by=by)
        with pytest.raises(Invalid, match="is HTTP API; here it takes"):
            await connections.opened(tx, for_all.id, "email", by=ben)
        with pytest.raises(Missing):
            await connections.opened(tx, None, "http", by=automation(n.cleo))
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe")
        with pytest.raises(NotFound) as refused:
            await connections.opened(tx, for_all.id, "http", by=zoe)
        assert for_all.name not in str(refused.value)


async def test_who_used_it_last_and_for_what(connections: Connections, ben: Actor):
    made = await added(connections, ben, "http", HTTP, {"token": SECRET})
    async with transaction(connections.engine) as tx:
        await connections.opened(tx, made.id, "http", by=ben, what="Monday mail")
        now = await stored.read(tx, connections, made.id, by=ben)
    assert now.used_by == "Monday mail" and now.used_at


async def test_nobody_sees_a_secret_by_looking(connections: Connections, ben: Actor, caplog: pytest.LogCaptureFixture):
    one = await opened(connections, ben, "http", HTTP, token=SECRET)
    assert one.secret("token") == SECRET
    with caplog.at_level(logging.INFO):
        logging.getLogger("sayso").info("opened %s with %s and %r", one, one.secrets, [one.secrets])
    texts = [repr(one), str(one), f"{one.secrets}", caplog.text, repr(vars(stored))]
    assert HIDDEN in texts[2] and not any(SECRET in text for text in texts)
    for carried in (pickle.dumps, copy.deepcopy, copy.copy, json.dumps, orjson.dumps, asdict):
        with pytest.raises(TypeError):
            carried(one.secrets if carried is not asdict else one)  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        f"bad token {SECRET}!",
        "https://x/?key=tk-canary-a%2Fb%20c%2B9",
        "key=tk-canary-a%2Fb+c%2B9",
        "Authorization: Basic dXNlcjp0ay1jYW5hcnktYS9iIGMrOQ==",
        "dGstY2FuYXJ5LWEvYiBjKzk=",
    ],
)
async def test_secrets_are_taken_out_of_what_others_say(connections: Connections, ben: Actor, text: str):
    settings = {"address": "https://api.example.com", "auth": "basic", "user": "user"}
    one = await opened(connections, ben, "http", settings, password=SECRET)
    assert HIDDEN in one.masked(text) and "canary" not in one.masked(text) and "dGst" not in one.masked(text)


async def test_without_its_key_a_secret_is_lost_and_says_so(
    connections: Connections, ben: Actor, tmp_path_factory: pytest.TempPathFactory
):
    made = await added(connections, ben, "http", HTTP, {"token": SECRET})
    other = Connections(connections.engine, tmp_path_factory.mktemp("other"), connections.door)
    async with transaction(connections.engine) as tx:
        with pytest.raises(Unavailable, match=r"secrets\.key"):
            await other.opened(tx, made.id, "http", by=ben)
        with pytest.raises(Unavailable):
            connections.vault.open(other.vault.seal(SECRET, made.id), made.id)
        with pytest.raises(Unavailable):
            connections.vault.open(connections.vault.seal(SECRET, "cn_other"), made.id)


def test_secrets_are_a_mapping():
    some = Secrets({"a": "1"})
    assert (dict(some), len(some), "a" in some, some.get("b")) == ({"a": "1"}, 1, True, None)


async def test_a_test_that_breaks_tells_nothing_secret(
    connections: Connections, ben: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def breaks(_: object, one: Opened) -> str:
        raise ValueError(f"half of {one.secret('token')[:9]}")

    one = await opened(connections, ben, "http", HTTP, token=SECRET)
    monkeypatch.setattr(connections, "kinds", {"http": replace(connections.kinds["http"], test=breaks)})
    assert await connections.tried(one) == (False, SORRY)
    assert "ValueError" in caplog.text and "tk-canary" not in caplog.text
