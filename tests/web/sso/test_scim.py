"""Provisioning by SCIM 2.0, case by case as RFC 7643 and 7644 say, and in the dialects of Entra and Okta."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import persons, standing
from sayso.team.scim.names import ENTERPRISE, GROUP, LIST, PATCH, SEARCH, USER
from tests.web.conftest import URL, Company
from tests.web.sso.conftest import Browser, proved, signed_in

JSON = "application/scim+json"


class Directory(httpx.AsyncClient):
    """A company's directory, with the token of Northlight."""

    async def makes(self, user_name: str, **other: Any) -> dict[str, Any]:
        told = {"schemas": [USER], "userName": user_name, "active": True, **other}
        answer = await self.post("/Users", json=told)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def patches(self, path: str, *operations: dict[str, Any]) -> httpx.Response:
        return await self.patch(path, json={"schemas": [PATCH], "Operations": list(operations)})

    async def finds(self, filter: str, kind: str = "Users", **query: Any) -> list[str]:
        answer = await self.get(f"/{kind}", params={"filter": filter, **query})
        assert answer.status_code == 200, answer.text
        return [one.get("userName") or one["displayName"] for one in answer.json()["Resources"]]


def problem(answer: httpx.Response, status: int, type: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert answer.headers["content-type"] == JSON and told["status"] == str(status) and told.get("scimType", "") == type, told
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"] and told["detail"]
    return told


@pytest.fixture
async def directory(app: FastAPI, company: Company) -> AsyncIterator[Directory]:
    token = (await company.ana.post("/api/scim", json={})).json()["token"]
    headers = {"authorization": f"Bearer {token}", "content-type": JSON}
    async with Directory(transport=httpx.ASGITransport(app), base_url=f"{URL}/scim/v2", headers=headers) as one:
        yield one
    async with transaction(company.engine) as tx:
        mine = "(select member from sayso.scim_users)"
        await tx.execute(text(f"update sayso.members set email = null, removed_at = now() where id in {mine}"))  # noqa: S608
        await tx.execute(text("delete from sayso.scim_users"))
        await tx.execute(text("delete from sayso.groups"))


# ── users ─────────────────────────────────────────────────────


async def test_somebody_is_made_and_read(directory: Directory, company: Company):
    told = {
        "name": {"givenName": "Otto", "familyName": "Falk"},
        "emails": [{"value": "otto@x.example", "primary": True}],
        "externalId": "E7",
        "title": "Baker",
    }
    answer = await directory.post(
        "/Users", json={"schemas": [USER, ENTERPRISE], "userName": "otto", **told, ENTERPRISE: {"department": "North"}}
    )
    made = answer.json()
    assert (
        answer.status_code == 201
        and answer.headers["location"] == made["meta"]["location"] == f"{URL}/scim/v2/Users/{made['id']}"
    )
    assert answer.headers["etag"] == made["meta"]["version"] and made["meta"]["resourceType"] == "User"
    assert made["userName"] == "otto" and made["externalId"] == "E7" and made["active"] is True and made["title"] == "Baker"
    assert (
        made["name"]["familyName"] == "Falk"
        and made["displayName"] == "Otto Falk"
        and made[ENTERPRISE] == {"department": "North"}
    )
    assert set(made["schemas"]) == {USER, ENTERPRISE} and "password" not in made
    assert (await directory.get(f"/Users/{made['id']}")).json() == made
    async with transaction(company.engine) as tx:
        query = text("select name, email, role, properties from sayso.members where id = :id")
        member = (await tx.execute(query, {"id": made["id"]})).one()
    assert (member.name, member.email, member.role) == ("Otto Falk", "otto@x.example", "member")
    assert member.properties == {"department": "North", "title": "Baker"}


async def test_nobody_is_made_twice(directory: Directory):
    await directory.makes("otto@x.example")
    problem(await directory.post("/Users", json={"schemas": [USER], "userName": "OTTO@x.example"}), 409, "uniqueness")
    problem(await directory.post("/Users", json={"schemas": [USER], "userName": "mia@northlight.example"}), 409, "uniqueness")


NONSENSE: list[tuple[bytes, str]] = [
    (b"{", "invalidSyntax"), (b"[]", "invalidSyntax"), (b"{}", "invalidValue"), (b'{"userName": ""}', "invalidValue"),
    (b'{"userName": 7}', "invalidValue"), (b'{"userName": "a", "active": "maybe"}', "invalidValue"), (b'{"userName": "\\u0000"}', ""),
]  # fmt: skip


async def test_nonsense_makes_nobody(directory: Directory):
    for body, type in NONSENSE:
        answer = await directory.post("/Users", content=body)
        assert answer.status_code == 400 and (not type or answer.json()["scimType"] == type), body


async def test_everybody_here_is_found_however_they_came(directory: Directory):
    assert await directory.finds('userName eq "mia@northlight.example"') == ["mia@northlight.example"]
    assert await directory.finds('userName eq "MIA@northlight.example"') == ["mia@northlight.example"]
    assert await directory.finds('userName eq "zoe@elsewhere.example"') == []


FILTERS = {
    'userName eq "otto@x.example"': ["otto@x.example"],
    'USERNAME EQ "OTTO@X.EXAMPLE"': ["otto@x.example"],
    'externalId eq "E7"': ["otto@x.example"],
    'externalId eq "e7"': [],
    'userName sw "ot"': ["otto@x.example"],
    'userName ew "x.example"': ["otto@x.example", "ada@x.example"],
    'userName co "da@"': ["ada@x.example"],
    'name.familyName eq "falk"': ["otto@x.example"],
    'name.givenName co "tt"': ["otto@x.example"],
    'emails.value eq "otto@x.example"': ["otto@x.example"],
    'emails eq "otto@x.example"': ["otto@x.example"],
    'emails[type eq "work" and value co "otto"]': ["otto@x.example"],
    'emails[type eq "home"]': [],
    'active eq false': ["ada@x.example"],
    'userName ew "x.example" and active eq true': ["otto@x.example"],
    'userName eq "otto@x.example" or userName eq "ada@x.example"': ["otto@x.example", "ada@x.example"],
    'title pr and not (title eq "Miller")': ["otto@x.example"],
    'title pr': ["otto@x.example", "ada@x.example"],
    'userName ew "x.example" and (title eq "Miller" or title eq "Baker")': ["otto@x.example", "ada@x.example"],
    'userName ew "x.example" and title ne "Baker"': ["ada@x.example"],
    'meta.lastModified gt "2020-01-01T00:00:00Z" and title eq "Baker"': ["otto@x.example"],
    'userName gt "b" and userName le "otto@x.example" and title pr': ["otto@x.example"],
    f'{ENTERPRISE}:department eq "north"': ["otto@x.example"],
    f'{USER}:userName eq "ada@x.example"': ["ada@x.example"],
}  # fmt: skip


async def test_filters_find_whom_they_mean(directory: Directory):
    otto = {
        "name": {"givenName": "Otto", "familyName": "Falk"},
        "externalId": "E7",
        "title": "Baker",
        ENTERPRISE: {"department": "North"},
    }
    await directory.makes("otto@x.example", emails=[{"value": "otto@x.example", "type": "work", "primary": True}], **otto)
    await directory.makes("ada@x.example", active=False, title="Miller")
    for filter, expected in FILTERS.items():
        assert await directory.finds(filter) == expected, filter


@pytest.mark.parametrize(
    "bad",
    ['userName', 'userName eq', 'userName is "x"', '(userName eq "x"', 'userName eq "x"]', 'userName eq x', '"x" eq userName', 'userName eq "x" and', 'emails[type eq "x"', "not userName pr", 'a..b eq "x"', 'userName eq "x', "(" * 30 + 'a pr' + ")" * 30, "a" * 3_000],
)  # fmt: skip
async def test_filters_that_cannot_be_read_are_told(directory: Directory, bad: str):
    problem(await directory.get("/Users", params={"filter": bad}), 400, "invalidFilter")


async def test_lists_come_a_page_at_a_time(directory: Directory):
    for n in range(5):
        await directory.makes(f"p{n}@x.example")
    asked = {"filter": 'userName ew "x.example"', "sortBy": "userName", "sortOrder": "descending"}
    first = (await directory.get("/Users", params={**asked, "count": 2})).json()
    assert first["schemas"] == [LIST] and (first["totalResults"], first["startIndex"], first["itemsPerPage"]) == (5, 1, 2)
    assert [one["userName"] for one in first["Resources"]] == ["p4@x.example", "p3@x.example"]
    last = (await directory.get("/Users", params={**asked, "count": 2, "startIndex": 5})).json()
    assert [one["userName"] for one in last["Resources"]] == ["p0@x.example"] and last["startIndex"] == 5
    none = (await directory.get("/Users", params={**asked, "count": 0})).json()
    assert none["totalResults"] == 5 and none["Resources"] == []
    odd = (await directory.get("/Users", params={**asked, "count": -5, "startIndex": -5})).json()
    assert odd["startIndex"] == 1 and odd["Resources"] == []
    problem(await directory.get("/Users", params={"count": "many"}), 400, "invalidValue")
    told = {"schemas": [SEARCH], **asked, "count": 1}
    assert (await directory.post("/Users/.search", json=told)).json()["Resources"][0]["userName"] == "p4@x.example"


async def test_attributes_are_chosen(directory: Directory):
    made = await directory.makes("otto@x.example", title="Baker")
    only = (await directory.get(f"/Users/{made['id']}", params={"attributes": "userName"})).json()
    assert set(only) == {"schemas", "id", "userName"}
    but = (await directory.get(f"/Users/{made['id']}", params={"excludedAttributes": "title,emails"})).json()
    assert "title" not in but and "emails" not in but and but["userName"]


async def test_versions_keep_two_from_overwriting_each_other(directory: Directory):
    made = await directory.makes("otto@x.example")
    where, version = f"/Users/{made['id']}", made["meta"]["version"]
    assert (await directory.get(where, headers={"if-none-match": version})).status_code == 304
    told = {"schemas": [USER], "userName": "otto@x.example", "title": "Baker"}
    changed = await directory.put(where, json=told, headers={"if-match": version})
    assert changed.status_code == 200 and changed.headers["etag"] != version
    problem(await directory.put(where, json=told, headers={"if-match": version}), 412)
    assert (
        await directory.patch(
            where, json={"schemas": [PATCH], "Operations": [{"op": "remove", "path": "title"}]}, headers={"if-match": "*"}
        )
    ).status_code == 200


async def test_a_replaced_user_is_what_was_told(directory: Directory):
    made = await directory.makes("otto@x.example", title="Baker", externalId="E7")
    told = {"schemas": [USER], "id": "m_other", "userName": "o.falk@x.example", "displayName": "O. Falk", "active": True}
    now = (await directory.put(f"/Users/{made['id']}", json=told)).json()
    assert now["id"] == made["id"] and now["userName"] == "o.falk@x.example" and "title" not in now and "externalId" not in now
    problem(await directory.put("/Users/m_nobody", json=told), 404)


# ── changes, as they are sent ─────────────────────────────────

ENTRA = {
    "capital letters": ({"op": "Replace", "path": "displayName", "value": "Otto F."}, lambda u: u["displayName"] == "Otto F."),
    "False as a word": ({"op": "Replace", "path": "active", "value": "False"}, lambda u: u["active"] is False),
    "a filter in the path": (
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "o@x.example"},
        lambda u: u["emails"][0]["value"] == "o@x.example",
    ),
    "a value that was not there": (
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+491"},
        lambda u: u["phoneNumbers"] == [{"type": "mobile", "value": "+491"}],
    ),
    "dotted names in a value": (
        {"op": "Add", "value": {"name.givenName": "Oskar", "title": "Miller"}},
        lambda u: u["name"]["givenName"] == "Oskar" and u["title"] == "Miller",
    ),
    "an extension by its URN": (
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "South"},
        lambda u: u[ENTERPRISE]["department"] == "South",
    ),
    "an extension in a value": (
        {"op": "Add", "value": {f"{ENTERPRISE}:manager": "m-1"}},
        lambda u: u[ENTERPRISE]["manager"] == "m-1",
    ),
    "a value in a list": ({"op": "Replace", "path": "title", "value": [{"value": "Miller"}]}, lambda u: u["title"] == "Miller"),
}
OKTA = {
    "a whole object without a path": ({"op": "replace", "value": {"active": False}}, lambda u: u["active"] is False),
    "an extension as an object": (
        {"op": "replace", "value": {ENTERPRISE: {"division": "Bread"}}},
        lambda u: u[ENTERPRISE]["division"] == "Bread",
    ),
    "a whole resource": (
        {"op": "replace", "value": {"id": "x", "schemas": [USER], "userName": "otto2@x.example", "meta": {}}},
        lambda u: u["userName"] == "otto2@x.example",
    ),
}
RFC = {
    "add to many": ({"op": "add", "path": "emails", "value": [{"value": "b@x.example", "type": "home"}]}, lambda u: len(u["emails"]) == 2),
    "add what is there": ({"op": "add", "path": "emails", "value": [{"value": "otto@x.example", "type": "work"}]}, lambda u: len(u["emails"]) == 1),
    "remove one": ({"op": "remove", "path": "title"}, lambda u: "title" not in u),
    "remove by a filter": ({"op": "remove", "path": 'phoneNumbers[type eq "fax"]'}, lambda u: not u.get("phoneNumbers")),
    "remove a part": ({"op": "remove", "path": "name.familyName"}, lambda u: "familyName" not in u["name"]),
    "replace a part": ({"op": "replace", "path": "name.familyName", "value": "Fuchs"}, lambda u: u["name"]["familyName"] == "Fuchs"),
    "replace many": ({"op": "replace", "path": "phoneNumbers", "value": [{"value": "2"}]}, lambda u: u["phoneNumbers"] == [{"value": "2"}]),
    "without case": ({"op": "replace", "path": "TITLE", "value": "Miller"}, lambda u: u["title"] == "Miller"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ENTRA, *OKTA, *RFC])
async def test_changes_are_read_as_they_are_meant(directory: Directory, name: str):
    operation, holds = {**ENTRA, **OKTA, **RFC}[name]
    told = {
        "name": {"givenName": "Otto", "familyName": "Falk"},
        "emails": [{"value": "otto@x.example", "type": "work"}],
        "title": "Baker",
    }
    made = await directory.makes(
        "otto@x.example", phoneNumbers=[{"value": "1", "type": "fax"}] if "filter" in name and "path" not in name else [], **told
    )
    answer = await directory.patches(f"/Users/{made['id']}", operation)
    assert answer.status_code == 200, answer.text
    assert holds(answer.json()), answer.json()
    assert (await directory.get(f"/Users/{made['id']}")).json() == answer.json(), "what was answered is what is there"


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"op": "replace", "path": "id", "value": "m_x"}, "mutability"), ({"op": "add", "path": "groups", "value": []}, "mutability"),
    ({"op": "move", "path": "title"}, "invalidSyntax"), ({"op": "remove"}, "noTarget"), ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": 'emails[value eq "nobody"].type', "value": "x"}, "noTarget"), ({"op": "add", "value": "x"}, "invalidValue"),
    ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"), ({"op": "replace", "path": 7, "value": ""}, "invalidPath"),
]  # fmt: skip


async def test_changes_that_cannot_be_are_told(directory: Directory):
    made = await directory.makes("otto@x.example")
    for operation, type in IMPOSSIBLE:
        problem(await directory.patches(f"/Users/{made['id']}", operation), 400, type)
        problem(await directory.patch(f"/Users/{made['id']}", json={"Operations": [operation]}), 400, "invalidSyntax")
    assert (await directory.get(f"/Users/{made['id']}")).json() == made


async def test_whoever_is_switched_off_is_out_at_once(directory: Directory, company: Company, browser_of: Callable[[], Browser]):
    await proved(company)
    made = await directory.makes("otto@northlight.example")
    async with transaction(company.engine) as tx:
        by = await standing.read(tx, made["id"])
    assert by and by.person
    otto = await signed_in(browser_of(), company.engine, by)
    assert await otto.me()
    begun = time.monotonic()
    await directory.patches(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert await otto.me() is None and time.monotonic() - begun < 1
    assert (await directory.get(f"/Users/{made['id']}")).json()["active"] is False, "soft: they are still known"
    await directory.patches(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "True"})
    assert (await directory.get(f"/Users/{made['id']}")).json()["active"] is True


async def test_whoever_is_deleted_is_gone_and_comes_back_as_who_they_were(directory: Directory, company: Company):
    await proved(company)
    made = await directory.makes("otto@northlight.example")
    assert (await directory.delete(f"/Users/{made['id']}")).status_code == 204
    problem(await directory.get(f"/Users/{made['id']}"), 404)
    problem(await directory.delete(f"/Users/{made['id']}"), 404)
    assert (await directory.makes("otto@northlight.example"))["id"] == made["id"]


async def test_the_last_owner_stays(directory: Directory, company: Company):
    id = company.ana.actor.member
    for answer in (
        await directory.delete(f"/Users/{id}"),
        await directory.patches(f"/Users/{id}", {"op": "replace", "path": "active", "value": False}),
    ):
        problem(answer, 409, "mutability")
    assert (await company.ana.get("/api/me")).status_code == 200


async def test_an_address_elsewhere_is_not_the_directorys_to_change(directory: Directory, company: Company):
    """Whoever has the token of one workspace takes over nobody: the address by which a person signs in everywhere stays theirs."""
    mia = company.mia.actor
    answer = await directory.patches(
        f"/Users/{mia.member}", {"op": "replace", "value": {"emails": [{"value": "evil@evil.example"}], "userName": "mia"}}
    )
    assert answer.status_code == 200
    async with transaction(company.engine) as tx:
        who = await persons.read(tx, mia.person or "")
        assert who.email != "evil@evil.example"
        await tx.execute(text("delete from sayso.scim_users where member = :m"), {"m": mia.member})


# ── groups ────────────────────────────────────────────────────


async def test_groups_are_kept_by_the_directory(directory: Directory, company: Company):
    otto, ada = await directory.makes("otto@x.example"), await directory.makes("ada@x.example")
    told = {"schemas": [GROUP], "displayName": "Support", "externalId": "G1", "members": [{"value": otto["id"]}]}
    answer = await directory.post("/Groups", json=told)
    made = answer.json()
    assert (
        answer.status_code == 201
        and made["members"][0]["value"] == otto["id"]
        and made["members"][0]["$ref"].endswith(otto["id"])
    )
    where = f"/Groups/{made['id']}"
    assert (await directory.get(f"/Users/{otto['id']}")).json()["groups"][0]["display"] == "Support"
    assert await directory.finds('displayName eq "support"', "Groups") == ["Support"]
    assert await directory.finds('externalId eq "G1"', "Groups") == ["Support"]
    assert await directory.finds(f'members eq "{otto["id"]}"', "Groups") == ["Support"]
    without = (await directory.get("/Groups", params={"excludedAttributes": "members"})).json()["Resources"]
    assert all("members" not in one for one in without)
    problem(await directory.post("/Groups", json=told), 409, "uniqueness")

    async def inside() -> set[str]:
        return {one["value"] for one in (await directory.get(where)).json()["members"]}

    await directory.patches(where, {"op": "Add", "path": "members", "value": [{"value": ada["id"]}]})
    assert await inside() == {otto["id"], ada["id"]}
    await directory.patches(where, {"op": "Remove", "path": f'members[value eq "{otto["id"]}"]'})
    assert await inside() == {ada["id"]}
    await directory.patches(where, {"op": "remove", "path": "members", "value": [{"value": ada["id"]}]})
    assert await inside() == set()
    await directory.patches(where, {"op": "replace", "path": "members", "value": [{"value": otto["id"]}, {"value": ada["id"]}]})
    assert await inside() == {otto["id"], ada["id"]}
    await directory.patches(where, {"op": "replace", "value": {"id": made["id"], "displayName": "Helpers"}})
    assert (await directory.get(where)).json()["displayName"] == "Helpers" and await inside() == {otto["id"], ada["id"]}
    problem(
        await directory.patches(where, {"op": "add", "path": "members", "value": [{"value": "m_nobody"}]}), 400, "invalidValue"
    )
    problem(
        await directory.patches(where, {"op": "add", "path": "members", "value": [{"value": made["id"], "type": "Group"}]}),
        400,
        "invalidValue",
    )
    put = await directory.put(where, json={"schemas": [GROUP], "displayName": "Helpers", "members": []})
    assert put.json()["members"] == []
    assert (await directory.delete(where)).status_code == 204
    problem(await directory.get(where), 404)


async def test_what_it_can_do_is_told(directory: Directory):
    service = (await directory.get("/ServiceProviderConfig")).json()
    assert (
        service["patch"]["supported"]
        and service["filter"]["supported"]
        and service["etag"]["supported"]
        and not service["bulk"]["supported"]
    )
    types = (await directory.get("/ResourceTypes")).json()["Resources"]
    assert [one["endpoint"] for one in types] == ["/Users", "/Groups"]
    schemas = {one["id"]: one for one in (await directory.get("/Schemas")).json()["Resources"]}
    assert set(schemas) == {USER, GROUP, ENTERPRISE}
    name = next(one for one in schemas[USER]["attributes"] if one["name"] == "userName")
    assert name["required"] and name["uniqueness"] == "server" and not name["caseExact"]
    assert (await directory.get(f"/Schemas/{USER}")).json()["id"] == USER
    assert (await directory.get("/ResourceTypes/User")).json()["schema"] == USER
    problem(await directory.get("/Schemas/urn:x"), 404)


# ── whose token ───────────────────────────────────────────────


async def test_only_the_token_of_now_opens(directory: Directory, company: Company, app: FastAPI):
    assert (await directory.get("/Users")).status_code == 200
    old = directory.headers["authorization"]
    fresh = (await company.ana.post("/api/scim", json={"role": "viewer"})).json()
    assert fresh["role"] == "viewer" and fresh["begins"] and fresh["token"].startswith(fresh["begins"])
    problem(await directory.get("/Users"), 401)
    for wrong in ("", "Bearer x", f"Basic {fresh['token']}", company.ana.headers["authorization"]):
        directory.headers["authorization"] = wrong
        problem(await directory.get("/Users"), 401)
    directory.headers["authorization"] = f"Bearer {fresh['token']}"
    assert (await directory.get("/Users")).status_code == 200
    assert (await company.ana.get("/api/apps", headers={"authorization": f"Bearer {fresh['token']}"})).status_code == 401, (
        "it opens nothing else"
    )
    assert "token" not in (await company.ana.get("/api/scim")).json()
    await company.ana.delete("/api/scim")
    problem(await directory.get("/Users"), 401)
    directory.headers["authorization"] = old


async def test_a_directory_sees_its_own_workspace_only(directory: Directory, company: Company):
    zoe = company.zoe.actor.member
    problem(await directory.get(f"/Users/{zoe}"), 404)
    for answer in (
        await directory.delete(f"/Users/{zoe}"),
        await directory.patches(f"/Users/{zoe}", {"op": "replace", "path": "active", "value": False}),
        await directory.put(f"/Users/{zoe}", json={"schemas": [USER], "userName": "x"}),
    ):
        problem(answer, 404)
    everybody = (await directory.get("/Users", params={"count": 500})).text
    assert "Zoe" not in everybody
    for caller in (company.ben, company.mia, company.cleo):
        assert (await caller.post("/api/scim", json={})).status_code == 403
