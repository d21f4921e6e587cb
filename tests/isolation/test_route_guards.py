"""T18: tricks with an address, its query, its headers or its verb, by which others let strangers past their guards."""

import pytest

from sayso.web.routes import API, Address
from tests.isolation.addresses import ask, name
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import filled
from tests.web.conftest import URL

QUERIES = ("/webhooks/trigger", "/sign-in/x", "/healthz", "x=/api/models", "token=sayso_x", "_method=GET", "access_token=sayso_x")
HEADERS = {
    "x-original-url": "/healthz", "x-rewrite-url": "/healthz", "x-forwarded-path": "/healthz", "x-forwarded-prefix": "/healthz",
    "x-http-method-override": "GET", "x-method-override": "GET", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1",
    "forwarded": "for=127.0.0.1;host=localhost", "x-forwarded-host": "localhost", "x-original-method": "GET", "x-remote-user": "owner",
    "x-forwarded-user": "owner", "remote-user": "owner", "x-internal": "1", "sec-fetch-site": "same-origin", "origin": URL,
}  # fmt: skip


def spelled(path: str) -> list[str]:
    """The same address, as a guard and a router may read it differently."""
    first, rest = path.split("/")[1], path.split("/", 2)[2]
    return [
        f"{path}/", f"{path}//", f"/{path}", f"//{first}//{rest}", f"/{first}/{rest};x", f"/{first};x/{rest}", f"/{first}/%2e%2e/{first}/{rest}",
        f"/healthz/%2e%2e/{first}/{rest}", f"/{first}/./{rest}", f"/{first}%2f{rest}", f"/{first.upper()}/{rest}", f"/static/..%2f{first}/{rest}",
        f"/models/%2e%2e/{first}/{rest}", f"{path}%00", f"{path}.json", f"{path}%20", f"/{first}\\{rest}", f"/look/%2e%2e/{first}/{rest}",
    ]  # fmt: skip


@pytest.mark.parametrize("address", API, ids=name)
async def test_no_trick_lets_a_stranger_in(matrix: Matrix, before: dict[str, str], address: Address):
    path, nobody = filled(address.path, matrix.theirs.ids), matrix.strangers["anonymous"]
    for query in QUERIES:
        assert (await ask(nobody, address, f"{path}?{query}")).status_code == 401, query
    assert (await ask(nobody, address, path, headers=HEADERS)).status_code == 401
    for other in spelled(path):
        answer = await ask(nobody, address, other)
        assert answer.status_code >= 300 or not answer.headers["content-type"].startswith("application/json"), (
            other,
            answer.text,
        )
        assert not matrix.theirs.words.leaked(answer), other
    if address.verb != "GET":
        await matrix.unchanged(before)


@pytest.mark.parametrize("verb", ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "POST", "FOO"])
async def test_no_other_verb_lets_a_stranger_in(matrix: Matrix, before: dict[str, str], verb: str):
    verbs = {path: {a.verb for a in API if a.path == path} for path in {a.path for a in API}}
    for path, own in verbs.items():
        if verb in own:
            continue
        answer = await matrix.strangers["anonymous"].request(verb, filled(path, matrix.theirs.ids), json={})
        assert answer.status_code in (401, 404, 405), (verb, path, answer.status_code)
        assert not matrix.theirs.words.leaked(answer), (verb, path)
    await matrix.unchanged(before)
