"""What is another workspace's, named in a query, a header, a cookie or a body, with everything in the path being one's own."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from sayso.web.app import described
from sayso.web.routes import API, Address
from tests.isolation.addresses import ask, name
from tests.isolation.bodies import asking, known, naming, queries, schemas
from tests.isolation.conftest import Matrix
from tests.isolation.worlds import filled
from tests.web.conftest import problem
from tests.web.test_every_address import BODIES

writes = pytest.mark.parametrize("address", [a for a in API if a.verb in ("POST", "PUT", "PATCH")], ids=name)
reads = pytest.mark.parametrize("address", [a for a in API if a.verb == "GET"], ids=name)


@pytest.fixture(scope="module")
def file(app: FastAPI) -> dict[str, Any]:
    return described(app)


@writes
async def test_a_body_does_not_reach_elsewhere(matrix: Matrix, before: dict[str, str], file: dict[str, Any], address: Address):
    for body in naming(file, address, matrix.theirs):
        answer = await ask(matrix.ours.owner, address, filled(address.path, matrix.ours.ids), body)
        assert answer.status_code < 500, (body, answer.text)
        assert not matrix.theirs.words.leaked(answer), (body, answer.text)
        assert answer.status_code >= 400 or name(address) in TAKES_ANY_NAME, (body, answer.status_code, answer.text)
    await matrix.unchanged(before)


def test_names_are_put_in_however_deep_they_lie(matrix: Matrix, file: dict[str, Any]):
    """So that a property deep inside of a body is not left out by oversight."""
    deep = 0
    for address in (a for a in API if a.verb in ("POST", "PUT", "PATCH")):
        example = BODIES.get(name(address))
        for body in naming(file, address, matrix.theirs):
            changed = [key for key in body if not isinstance(example, dict) or body[key] != example.get(key)]
            deep += any(isinstance(body[key], dict | list) and "{" in orjson.dumps(body[key]).decode() for key in changed)
    assert deep >= 40, deep


ASKED = ("rows", "groups", "aggregates", "summaries", "export")
"""What can be asked about rows by conditions, orders, groups and figures."""


@pytest.mark.parametrize("what", ASKED)
async def test_what_rows_are_asked_by_names_nothing_elsewhere(matrix: Matrix, what: str):
    """In `filter`, `sorts`, `by`, `measure`, `summaries`, `fields`, `view`, `via`, `cursor` and `search`, of one's own table."""
    ours = matrix.ours
    path = f"/api/apps/{ours.ids['app']}/tables/{ours.ids['table']}/{what}"
    for query in asking(matrix.theirs):
        answer = await ours.owner.get(path, params={**({"format": "csv"} if what == "export" else {}), **query})
        assert answer.status_code in (200, 400, 404, 422), (query, answer.text)
        assert not matrix.theirs.words.leaked(answer.text.replace(str(query.get("search")), "")), (query, answer.text)


TAKES_ANY_NAME = {
    "POST /api/apps/{app}/fills": "a condition that none of one's own rows meets fills none",
    "POST /api/imports/{id}/start": "without an app a table is a new one, of a new app of one's own",
    "POST /api/trials": "the rows of a trial that is no field's are not read",
    "POST /api/trials/estimates": "likewise",
    "POST /api/connections": "who may use it is asked among one's own: a member of elsewhere is nobody here",
    "PATCH /api/connections/{connection}": "likewise",
    "POST /api/gateway/aliases": "a provider is looked for by its name among one's own when it is called",
    "PATCH /api/gateway/aliases/{alias}": "likewise",
    "POST /api/apps/{app}/plans": "a plan tells its problems; a connection is opened with the owner's rights when a run needs it",
    "POST /api/coworkers": "a file that is not theirs is not read: what it knows says so",
    "PATCH /api/coworkers/{coworker}": "likewise",
    "POST /api/gateway/keys": "a key may name an app that is not there yet; it counts among one's own calls",
    "POST /api/gateway/calls": "likewise",
}
"""Addresses where a name that nothing of theirs has is taken as it is, and why that tells and reaches nothing."""


@reads
async def test_a_query_does_not_reach_elsewhere(matrix: Matrix, file: dict[str, Any], address: Address):
    for key in queries(file, address):
        id = known(matrix.theirs, key)
        for sent in filter(None, (id, orjson.dumps([id]).decode())):
            answer = await ask(matrix.ours.owner, address, filled(address.path, matrix.ours.ids), query={key: sent})
            assert answer.status_code < 500 or problem(answer)["type"] == "/problems/source-failed", (key, answer.text)
            assert not matrix.theirs.words.leaked(answer), (key, answer.text)


@reads
async def test_the_workspace_is_the_callers_whatever_else_is_said(matrix: Matrix, address: Address):
    """T10: in a header, a query, a cookie; of what is asked for by one's own address, and by theirs."""
    theirs = matrix.theirs.workspace
    headers = dict.fromkeys(("x-workspace", "x-workspace-id", "x-sayso-workspace", "tenant", "x-tenant-id"), theirs)
    headers["cookie"] = f"workspace={theirs}; workspace_id={theirs}; sayso_workspace={theirs}"
    query = {"workspace": theirs, "workspace_id": theirs}
    for ids in (matrix.ours.ids, matrix.theirs.ids):
        answer = await ask(matrix.ours.owner, address, filled(address.path, ids), headers=headers, query=query)
        assert answer.status_code < 500 or problem(answer)["type"] == "/problems/source-failed", answer.text
        assert not matrix.theirs.words.leaked(answer), answer.text


@writes
async def test_what_the_server_sets_is_not_for_a_body_to_say(
    matrix: Matrix, before: dict[str, str], file: dict[str, Any], address: Address
):
    """T12: `id`, `workspace_id`, `role` and their like in every object of every body: refused where it says them, and of no effect."""
    properties = schemas(file, address).get("properties", {})
    path, said = filled(address.path, matrix.ours.ids), assigned(matrix)
    if not properties:
        return  # it takes no JSON: there is nothing that could be said
    extra = {k: v for k, v in said.items() if k not in properties}
    answer = await ask(matrix.ours.owner, address, path, {**BODIES[name(address)], **extra})
    assert answer.status_code == 422, (answer.status_code, answer.text)
    told = {one["path"].rpartition("/")[2] for one in problem(answer)["problems"]}
    assert told & set(extra), told
    for body in inside(BODIES[name(address)], {"workspace_id": said["workspace_id"], "created_by": said["created_by"]}):
        answer = await ask(matrix.ours.owner, address, path, body)
        assert answer.status_code < 500, (body, answer.text)
        assert not matrix.theirs.words.leaked(answer)
    await matrix.unchanged(before)


def inside(value: Any, extra: dict[str, Any], top: bool = True) -> Iterator[Any]:
    """The body, each time with one more of its inner objects saying more than it should."""
    if isinstance(value, dict):
        if not top:
            yield {**value, **extra}
        for key, one in value.items():
            yield from ({**value, key: bent} for bent in inside(one, extra, False))
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from ([*value[:n], bent, *value[n + 1 :]] for bent in inside(one, extra, False))


def assigned(matrix: Matrix) -> dict[str, Any]:
    theirs, owner = matrix.theirs, matrix.theirs.actors["owner"].member
    return {
        "id": theirs.ids["row"], "workspace_id": theirs.workspace, "workspace": theirs.workspace, "created_by": owner, "by": owner,
        "owner": owner, "role": "owner", "is_admin": True, "enabled": True, "version": 99,
    }  # fmt: skip
