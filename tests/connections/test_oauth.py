"""Tokens: fetched anew by one process at a time, kept sealed, and never in a text."""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from sqlalchemy import text

from sayso.connections import http, oauth, stored
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotDelivered
from sayso.connections.http import Asked
from sayso.connections.opened import Opened
from sayso.db import transaction
from sayso.errors import Forbidden
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.connections.conftest import opened
from tests.connections.outside import Heard, Outside, answer

SECRET = "cs-canary-0d0d"


def tokens(**told: object) -> Callable[[Heard], bytes]:
    """Answers with another token each time."""
    count = 0

    def say(_: Heard) -> bytes:
        nonlocal count
        count += 1
        return answer(200, orjson.dumps({"access_token": f"at-{count}", "token_type": "Bearer", **told}))

    return say


async def account(connections: Connections, by: Actor, there: Outside, **other: str) -> Opened:
    settings = {
        "address": f"{there.url}/api",
        "auth": "client_credentials",
        "token_address": f"{there.url}/token",
        "client_id": "sayso",
    }
    return await opened(connections, by, "http", {**settings, **other}, client_secret=SECRET)


async def consented(connections: Connections, by: Actor, there: Outside) -> Opened:
    one = await account(
        connections, by, there, auth="authorization_code", authorize_address=f"{there.url}/authorize", scopes="a b"
    )
    async with transaction(connections.engine) as tx:
        url = await oauth.begin(tx, connections, one.id, by=by)
    state = parse_qs(urlsplit(url).query)["state"][0]
    await oauth.finished(connections, state=state, code="c-1", by=by)
    return one


async def test_an_account_of_its_own(connections: Connections, ben: Actor, there: Outside):
    one = await account(connections, ben, there, scopes="orders.read")
    there.at["/token"] = tokens(expires_in=3600)
    for _ in range(3):
        assert (await http.ask(connections, Asked(url="orders"), opened=one)).status == 200
    asked = [heard for heard in there.heard if heard.target == "/token"]
    assert len(asked) == 1
    assert parse_qs(asked[0].body.decode()) == {"grant_type": ["client_credentials"], "scope": ["orders.read"]}
    assert asked[0].header("authorization").startswith("Basic ") and SECRET not in asked[0].all
    assert [h.header("authorization") for h in there.heard if h.target == "/api/orders"] == ["Bearer at-1"] * 3


async def test_many_at_once_fetch_one_token(
    connections: Connections, ben: Actor, there: Outside, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(oauth, "WAIT_SECONDS", 0.02)
    one = await account(connections, ben, there)
    there.at["/token"] = tokens(expires_in=3600)
    processes = [Connections(connections.engine, connections.vault.path.parent, connections.door) for _ in range(4)]
    found = await asyncio.gather(*(oauth.token(processes[n % 4], one) for n in range(12)))
    assert set(found) == {"at-1"} and there.came == 1


async def test_a_token_that_is_refused_is_fetched_anew_once(connections: Connections, ben: Actor, there: Outside):
    one = await account(connections, ben, there)
    there.at["/token"] = tokens(expires_in=3600)
    there.at["/api/orders"] = lambda heard: answer(200 if heard.header("authorization") == "Bearer at-2" else 401)
    assert (await http.ask(connections, Asked(url="orders"), opened=one)).status == 200
    there.at["/api/orders"] = answer(401)
    assert (await http.ask(connections, Asked(url="orders"), opened=one)).status == 401
    assert sum(heard.target == "/token" for heard in there.heard) == 3


async def test_a_consent_is_refreshed_and_ends(connections: Connections, ben: Actor, there: Outside):
    there.at["/token"] = tokens(expires_in=10, refresh_token="rt-1")
    one = await consented(connections, ben, there)
    assert await oauth.token(connections, one) == "at-2", "one that ends within a minute is not used any more"
    assert parse_qs(there.heard[-1].body.decode())["refresh_token"] == ["rt-1"]
    there.at["/token"] = tokens(expires_in=3600, refresh_token="rt-2")
    assert await oauth.token(connections, one) == "at-1" == await oauth.token(connections, one)
    there.at["/token"] = answer(400, '{"error": "invalid_grant", "error_description": "revoked"}')
    assert await oauth.put_aside(connections, one)
    with pytest.raises(NotDelivered, match="Somebody must connect"):
        await oauth.token(connections, one)
    async with transaction(connections.engine) as tx:
        now = await stored.read(tx, connections, one.id, by=ben)
    assert now.consent == "needed" and now.test_ok is False
    came = there.came
    with pytest.raises(NotDelivered, match="Somebody must connect"):
        await oauth.token(connections, one)
    assert there.came == came


async def test_a_refresh_token_that_is_not_told_again_stays(connections: Connections, ben: Actor, there: Outside):
    there.at["/token"] = tokens(expires_in=10, refresh_token="rt-1")
    one = await consented(connections, ben, there)
    there.at["/token"] = tokens(expires_in=10)
    for _ in range(2):
        await oauth.token(connections, one)
        assert parse_qs(there.heard[-1].body.decode())["refresh_token"] == ["rt-1"]


async def test_a_broken_address_of_tokens(connections: Connections, ben: Actor, there: Outside):
    one = await account(connections, ben, there, client_auth="body")
    there.at["/token"] = answer(503, "down")
    with pytest.raises(NotDelivered) as failure:
        await oauth.token(connections, one)
    assert failure.value.again and SECRET in there.heard[-1].all, "and the next one tries again at once"
    there.at["/token"] = answer(401, f'{{"error": "invalid_client", "error_description": "{SECRET} is wrong"}}')
    with pytest.raises(NotDelivered, match="invalid_client") as failure:
        await oauth.token(connections, one)
    assert not failure.value.again and SECRET not in str(failure.value) + failure.value.detail
    for body in ("[]", "{}", '{"access_token": 7}', '{"access_token": "a\\nb"}', "<html>"):
        there.at["/token"] = answer(200, body)
        with pytest.raises(NotDelivered):
            await oauth.token(connections, one)
    there.at["/token"] = answer(307, headers={"Location": "http://127.0.0.1:1/x"})
    with pytest.raises(NotDelivered):
        await oauth.token(connections, one)


async def test_a_state_is_of_one_person(connections: Connections, ben: Actor, northlight_kept: Northlight, there: Outside):
    one = await account(connections, ben, there, auth="authorization_code", authorize_address=f"{there.url}/authorize")
    async with transaction(connections.engine) as tx:
        url = await oauth.begin(tx, connections, one.id, by=ben)
        with pytest.raises(Forbidden):
            await oauth.begin(tx, connections, one.id, by=northlight_kept.mia)
    state = parse_qs(urlsplit(url).query)["state"][0]
    for by, told in ((northlight_kept.ana, state), (ben, "made-up"), (ben, state[:-1])):
        with pytest.raises(Forbidden):
            await oauth.finished(connections, state=told, code="c", by=by)
    assert there.came == 0


async def test_nothing_of_it_is_readable(connections: Connections, ben: Actor, there: Outside):
    there.at["/token"] = tokens(expires_in=3600, refresh_token="rt-canary")
    await consented(connections, ben, there)
    async with connections.engine.connect() as tx:
        rows = (
            await tx.execute(
                text("select c::text from sayso.connections c union all select c::text from sayso.connection_consents c")
            )
        ).all()
    assert not any(word in repr(rows) for word in ("rt-canary", "at-1", SECRET))
