"""Every address of the OpenAPI file, asked for what is another workspace's."""

import pytest
from fastapi import FastAPI

from sayso.web.app import described
from sayso.web.routes import API, Address
from tests.isolation.addresses import BY_ID, about, ask, mixed, name
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import filled, parameters
from tests.web.conftest import problem
from tests.web.test_every_address import BODIES

every = pytest.mark.parametrize("address", API, ids=name)
by_id = pytest.mark.parametrize("address", BY_ID, ids=name)

SIGNED_OUT = ("anonymous", "share_link", "share_cookie", "withdrawn_token", "ended_session")
MEMBERS = ("viewer", "member", "builder", "owner")
ENDS_WHO_ASKS = {
    "DELETE /api/session", "DELETE /api/me", "DELETE /api/workspace", "DELETE /api/me/sessions", "PUT /api/session/workspace",
    "PUT /api/workspace/sign-in",
}  # fmt: skip
"""These name nothing but the one who asks, and would be the end of them: then the rest of the matrix were refused for another reason."""
EMPTY_LISTS = {"GET /api/apps/{app}/automations/{automation}/runs"}
"""An automation that is gone still has runs: one that never was has none, and says so by an empty list."""


def test_the_matrix_holds_every_address_of_the_openapi_file(app: FastAPI):
    there = {f"{verb.upper()} {path}" for path, item in described(app)["paths"].items() for verb in item}
    listed = {name(address).replace(":path}", "}") for address in API}
    assert there == listed


def test_what_addresses_name_is_seeded(matrix: Matrix):
    for world in (matrix.ours, matrix.theirs):
        for address in API:
            assert "{" not in filled(address.path, world.ids)


@every
async def test_who_is_not_signed_in_is_turned_away(matrix: Matrix, before: dict[str, str], address: Address):
    for who in SIGNED_OUT:
        answer = await ask(matrix.strangers[who], address, filled(address.path, matrix.theirs.ids))
        assert answer.status_code == 401, (who, answer.text)
        assert not matrix.theirs.words.leaked(answer), who
    if address.verb != "GET":
        await matrix.unchanged(before)


@by_id
async def test_what_is_elsewhere_is_not_found(matrix: Matrix, before: dict[str, str], address: Address):
    path = filled(address.path, matrix.theirs.ids)
    for who in MEMBERS:
        answer = await ask(matrix.strangers[who], address, path)
        assert answer.status_code == 404 or (who != "owner" and answer.status_code == 403), (who, answer.status_code, answer.text)
        assert problem(answer)["type"] in ("/problems/not-found", "/problems/forbidden")
        assert not matrix.theirs.words.leaked(answer), who
    if address.verb != "GET":
        await matrix.unchanged(before)


@by_id
async def test_a_guest_without_a_grant_finds_nothing(matrix: Matrix, before: dict[str, str], address: Address):
    """They are in that very workspace, as a guest of none of its apps."""
    answer = await ask(matrix.guest, address, filled(address.path, matrix.theirs.ids))
    assert answer.status_code in (403, 404), (answer.status_code, answer.text)
    assert matrix.theirs.words.secret not in answer.text
    if address.verb != "GET":
        await matrix.unchanged(before)


@by_id
async def test_what_is_elsewhere_is_not_found_among_what_is_ours(matrix: Matrix, before: dict[str, str], address: Address):
    for ids in mixed(address, matrix.ours, matrix.theirs):
        answer = await ask(matrix.ours.owner, address, filled(address.path, ids))
        refused = 400 <= answer.status_code < 500
        assert refused or (name(address) in EMPTY_LISTS and answer.json()["items"] == []), (ids, answer.status_code, answer.text)
        assert not matrix.theirs.words.leaked(answer)
    if address.verb != "GET":
        await matrix.unchanged(before)


@pytest.mark.parametrize("address", [a for a in API if a not in BY_ID and name(a) not in ENDS_WHO_ASKS], ids=name)
async def test_what_is_ones_own_says_nothing_of_others(matrix: Matrix, before: dict[str, str], address: Address):
    body = BODIES.get(name(address))
    for who in MEMBERS:
        for sent in (body, about(body, matrix.theirs)):
            answer = await ask(matrix.strangers[who], address, filled(address.path, matrix.ours.ids), sent)
            assert answer.status_code < 500, (who, answer.text)
            assert not matrix.theirs.words.leaked(answer), (who, answer.text)
    if address.verb != "GET":
        await matrix.unchanged(before)


async def test_they_who_asked_are_still_there(matrix: Matrix):
    """Or all of the above was refused for another reason than it says."""
    for who in MEMBERS:
        assert (await matrix.strangers[who].get("/api/me")).json()["member"]["role"] == who
    for world in (matrix.ours, matrix.theirs):
        for address in (a for a in BY_ID if a.verb == "GET" and set(parameters(a.path)) <= {"app", "table", "row", "view"}):
            answer = await ask(world.owner, address, filled(address.path, world.ids))
            assert answer.status_code in (200, 404) or address.path in IN_PERSON, (address.path, answer.text)


IN_PERSON = {"/api/apps/{app}/moves"}
"""What a token may not ask for at all, whose ever it is."""
