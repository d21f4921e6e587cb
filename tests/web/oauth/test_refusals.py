"""OAuth with nonsense, theft and strangers: nobody is led to an address that was not registered, and no code serves twice."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.errors import Invalid
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.web.cookies import COOKIE
from sayso.web.oauth import clients
from sayso.web.rate import Rate
from tests.web.conftest import URL, Company

BACK = "http://127.0.0.1/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SAME = {"origin": URL}


async def registered(company: Company, **more: Any) -> str:
    answer = await company.nobody.post("/oauth/register", json={"redirect_uris": [BACK], "client_name": "Desk", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["client_id"]


def asked(client: str, **other: str) -> dict[str, str]:
    return {
        "response_type": "code", "client_id": client, "redirect_uri": BACK, "state": "s", "scope": "read", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", "resource": f"{URL}/mcp", **other,
    }  # fmt: skip


async def session(company: Company, by: Actor) -> dict[str, str]:
    async with transaction(company.engine) as tx:
        return {"cookie": f"{COOKIE}={await sessions.begin(tx, by=by, agent='Tests')}"}


async def code_of(company: Company, by: Actor, client: str) -> str:
    headers = {**await session(company, by), **SAME}
    answer = await company.nobody.post("/oauth/authorize", data={**asked(client), "answer": "allow"}, headers=headers)
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def redeems(client: str, code: str, **other: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **other,
    }


async def test_metadata_is_what_clients_look_for(company: Company):
    for path in ("", "/mcp"):
        told = (await company.nobody.get(f"/.well-known/oauth-protected-resource{path}")).json()
        assert told["resource"] == f"{URL}/mcp"
        assert told["authorization_servers"] == [URL]
        told = (await company.nobody.get(f"/.well-known/oauth-authorization-server{path}")).json()
        assert told["issuer"] == URL
        assert told["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "http://evil.example/cb", "https://user@evil.example/", "https://", "//evil.example", "x", "",
     "https://evil.example/#f", "file:///etc/passwd", "https://a.example/;script-src *", "https://a b.example", 7, None, "https://a.example:99999/x",
     "http://localhost.evil.example/", "https://a.example/" + "x" * 600, "https://ä.example/\n"],
)  # fmt: skip
async def test_addresses_that_no_code_is_ever_sent_to(company: Company, address: Any):
    answer = await company.nobody.post("/oauth/register", json={"redirect_uris": [address]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_an_id_holds_what_was_registered_and_nothing_else_is_one():
    one = clients.registered({"redirect_uris": ["https://a.example/cb", "cursor://x/cb", BACK], "client_name": "  A \n B\u202e "})
    assert clients.known(one.id) == one
    assert one.name == "A B"
    assert one.takes("http://127.0.0.1:4711/callback")
    for other in (
        "http://127.0.0.1:4711/other",
        "http://127.0.0.2/callback",
        "https://a.example:444/cb",
        "https://a.example/cb/",
    ):
        assert not one.takes(other)
    forged = base64.urlsafe_b64encode(b'{"n":"x","r":["javascript:1"]}').decode().rstrip("=")
    for id in (
        "",
        "x",
        clients.PREFIX,
        clients.PREFIX + "e30",
        clients.PREFIX + forged,
        one.id[:-2],
        one.id + "=",
        clients.PREFIX + "A" * 9_000,
    ):
        with pytest.raises(Invalid):
            clients.known(id)


@pytest.mark.parametrize(
    "other", [{"client_id": "x"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": BACK + "/x"}, {"state": "a\0"}]
)
async def test_where_it_is_not_settled_who_asks_nobody_is_led_anywhere(company: Company, other: dict[str, str]):
    query = {**asked(await registered(company)), **other}
    headers = await session(company, company.mia.actor)
    shown = await company.nobody.get("/oauth/authorize", params=query, headers=headers)
    assert shown.status_code in (400, 422)
    assert "location" not in shown.headers
    decided = await company.nobody.post("/oauth/authorize", data={**query, "answer": "allow"}, headers={**headers, **SAME})
    assert decided.status_code in (400, 422)
    assert "location" not in decided.headers


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
    ],
)
async def test_what_else_is_wrong_goes_back_to_the_program(company: Company, other: dict[str, str], error: str):
    answer = await company.nobody.get("/oauth/authorize", params={**asked(await registered(company)), **other})
    assert answer.status_code == 303
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (said["error"], said["state"]) == ([error], ["s"])


async def test_only_a_signed_in_member_on_our_own_page_says_yes(company: Company):
    query = asked(await registered(company, client_name="<b>Evil</b>"))
    shown = await company.nobody.get("/oauth/authorize", params=query)
    assert shown.status_code == 401
    assert "Sign in first" in shown.text
    assert "<b>Evil" not in shown.text
    yes = {**query, "answer": "allow"}
    assert (await company.nobody.post("/oauth/authorize", data=yes, headers=SAME)).status_code == 401
    mine = await session(company, company.mia.actor)
    for elsewhere in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = await company.nobody.post("/oauth/authorize", data=yes, headers={**mine, **elsewhere})
        assert answer.status_code == 403
        assert "location" not in answer.headers


async def test_a_code_serves_once_and_only_who_asked_for_it(company: Company):
    client, other = await registered(company), await registered(company, client_name="Other")
    code = await code_of(company, company.mia.actor, client)
    for wrong in (
        redeems(other, code), redeems(client, code, code_verifier="x" * 64), redeems(client, code, redirect_uri="http://127.0.0.1/x"),
        redeems(client, code + "x"), redeems(client, code, grant_type="password"), redeems(client, code, resource="https://other.example"),
        {"grant_type": "authorization_code"}, {},
    ):  # fmt: skip
        answer = await company.nobody.post("/oauth/token", data=wrong)
        assert answer.status_code == 400, wrong
        assert answer.json()["error"] in ("invalid_grant", "invalid_request", "unsupported_grant_type", "invalid_target")
    first = await company.nobody.post("/oauth/token", data=redeems(client, code))
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "no-store"
    bearer = {"authorization": f"Bearer {first.json()['access_token']}"}
    assert (await company.nobody.get("/api/me", headers=bearer)).status_code == 200
    assert (await company.nobody.post("/api/apps", json={"template": "hiring"}, headers=bearer)).status_code == 403
    again = await company.nobody.post("/oauth/token", data=redeems(client, code))
    assert again.json()["error"] == "invalid_grant"
    assert (await company.nobody.get("/api/me", headers=bearer)).status_code == 401


async def test_codes_and_refresh_tokens_grow_too_old(company: Company):
    client = await registered(company)
    code = await code_of(company, company.mia.actor, client)
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.oauth_grants set created_at = now() - interval '2 minutes' where token is null"))
    answer = await company.nobody.post("/oauth/token", data=redeems(client, code))
    assert answer.json()["error_description"] == "This code is too old."
    tokens = (
        await company.nobody.post("/oauth/token", data=redeems(client, await code_of(company, company.mia.actor, client)))
    ).json()
    async with transaction(company.engine) as tx:
        await tx.execute(text("update sayso.oauth_grants set refresh_expires_at = now() - interval '1 day'"))
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": client}
    assert (await company.nobody.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"
    await code_of(company, company.mia.actor, client)
    async with company.engine.connect() as tx:
        left = "select count(*) from sayso.tokens where name = 'Desk' and revoked_at is null"
        assert (await tx.execute(text(left))).scalar_one() == 0, "what can never be renewed is withdrawn"


@pytest.mark.parametrize("path", ["/oauth/register", "/oauth/token", "/oauth/revoke", "/oauth/authorize"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff" * 100, b"a=1&a=2", b"client_id=%00", b"x=1&" * 50, b"[]", b"x" * 70_000])
async def test_nonsense_is_refused_in_the_shapes_of_oauth(company: Company, path: str, body: bytes):
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await company.nobody.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 401, 413, 422, 200), (path, kind, answer.text)
        if path != "/oauth/authorize" and answer.status_code != 200:
            assert answer.json()["error"], answer.text


async def test_nobody_guesses_fast(company: Company, rate: Rate):
    rate.times = 2
    answers = [await company.nobody.post("/oauth/token", data={"grant_type": "refresh_token"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [400, 400, 429]
    assert int(answers[2].headers["retry-after"]) > 0
