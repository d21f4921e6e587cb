"""Apps through the API for those who see a part of them, and seeing them as somebody else would."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from sayso.db import transaction
from sayso.db.people_tables import app_grants, group_members, groups
from sayso.web.seeing import Seeing
from tests.data.rights.desk import DESK
from tests.web.conftest import Caller, Company

APP = "/api/apps/desk"
ROWS = f"{APP}/tables/tickets/rows"


@pytest.fixture(scope="module", autouse=True)
async def desk(company: Company) -> dict[str, int]:
    """Everybody may look on, Support are agents; Mia is one. Three tickets: hers, Cleo's and nobody's."""
    assert (await company.ben.post("/api/apps", json={"spec": DESK.portable()})).status_code == 201
    ids = dict[str, int]()
    for subject, who in (("Lamp", [company.mia.actor.member]), ("Chair", [company.cleo.actor.member]), ("Desk", [])):
        made = await company.ben.post(
            ROWS, json={"values": {"subject": subject, "assignee": who, "cost": 12, "secret": f"s-{subject}"}}
        )
        assert made.status_code == 201, made.text
        ids[subject] = made.json()["rows"][0]["id"]
    workspace = company.ana.actor.workspace
    async with transaction(company.engine) as tx:
        number = (await tx.exec_driver_sql("select number from sayso.apps where id = 'desk'")).scalar_one()
        await tx.execute(groups.insert().values(id="g_support", workspace_id=workspace, name="Support"))
        await tx.execute(
            group_members.insert().values(workspace_id=workspace, group_id="g_support", member=company.mia.actor.member)
        )
        for kind, subject, role in (("everyone", "", "@reader"), ("group", "g_support", "agent")):
            await tx.execute(
                app_grants.insert().values(workspace_id=workspace, app=number, subject_kind=kind, subject=subject, role=role)
            )
    return ids


async def _subjects(by: Caller, **headers: str) -> list[str]:
    answer = await by.get(ROWS, headers=headers)
    assert answer.status_code == 200, answer.text
    return [row["values"]["subject"] for row in answer.json()["rows"]]


def _as(subject: str) -> dict[str, str]:
    return {"X-Sayso-See-As": subject}


async def test_the_app_is_told_as_it_is_seen(company: Company):
    seen: dict[str, Any] = (await company.mia.get(APP)).json()
    assert seen["may"] == ["read", "comment", "write"]
    assert seen["tables"]["tickets"] == {"may": ["read", "comment", "add", "edit", "export"], "read_only": ["team"]}
    assert seen["tables"]["customers"]["may"] == ["read"]
    assert "secret" not in str(seen)
    assert not seen["spec"]["roles"]
    assert (await company.cleo.get(APP)).json()["may"] == ["read"]
    whole = (await company.ben.get(APP)).json()
    assert whole["tables"] is None and len(whole["spec"]["roles"]) == 5


async def test_rows_are_what_their_role_says(company: Company, desk: dict[str, int]):
    assert await _subjects(company.mia) == ["Lamp"]
    assert await _subjects(company.ben) == ["Lamp", "Chair", "Desk"]
    hidden = f"{ROWS}/{desk['Chair']}"
    assert (await company.mia.get(hidden)).status_code == 404
    assert (await company.mia.patch(hidden, json={"values": {"subject": "x"}})).status_code == 404
    assert (await company.mia.delete(f"{ROWS}/{desk['Lamp']}")).status_code == 403
    asked = await company.mia.get(ROWS, params={"filter": '{"of": [{"field": "cost", "op": "gt", "value": 1}]}'})
    assert asked.status_code == 422
    refused = await company.cleo.post(ROWS, json={"values": {"subject": "x"}})
    assert refused.status_code == 403


async def test_whoever_manages_sees_it_as_somebody_else_and_changes_nothing(company: Company, desk: dict[str, int]):
    mia = f"member:{company.mia.actor.member}"
    for subject, seen in ((mia, ["Lamp"]), ("group:g_support", []), ("role:agent", []), ("role:lead", ["Lamp", "Chair", "Desk"])):
        assert await _subjects(company.ben, **_as(subject)) == seen, subject
        assert await _subjects(company.ana, **_as(subject)) == seen, subject
    shown = (await company.ben.get(APP, headers=_as("role:agent"))).json()
    assert shown["may"] == ["read"] and "secret" not in str(shown)
    for write in (
        company.ben.post(ROWS, json={"values": {"subject": "x"}}, headers=_as(mia)),
        company.ben.patch("/api/me", json={"name": "x"}, headers=_as(mia)),
        company.ben.delete(f"{ROWS}/{desk['Lamp']}", headers=_as(mia)),
    ):
        assert (await write).status_code == 403
    assert (await company.ben.get("/api/me", headers=_as(mia))).json()["member"]["id"] == company.ben.actor.member


async def test_nobody_else_does_and_only_of_what_is_there(company: Company):
    for by in (company.mia, company.cleo):
        assert (await by.get(ROWS, headers=_as(f"member:{company.ana.actor.member}"))).status_code == 403
    assert (await company.zoe.get(ROWS, headers=_as(f"member:{company.mia.actor.member}"))).status_code == 404
    assert (await company.ben.get("/api/apps", headers=_as("group:g_support"))).status_code == 403
    assert [a["id"] for a in (await company.ana.get("/api/apps", headers=_as("group:g_support"))).json()["items"]] == ["desk"]
    for nobody in ("member:m_nobody", "group:g_none", "role:none", f"member:{company.zoe.actor.member}"):
        assert (await company.ben.get(APP, headers=_as(nobody))).status_code == 404
    assert (await company.ben.get(APP, headers=_as("everyone"))).status_code == 422


async def test_seeing_as_somebody_reaches_no_further_than_ones_own_token(company: Company, desk: dict[str, int]):
    assert (await company.ben.post("/api/apps", json={"spec": {"id": "payroll", "name": "Payroll"}})).status_code == 201
    made = await company.ana.post("/api/tokens", json={"name": "Desk only", "scopes": ["read", "manage"], "apps": ["desk"]})
    narrow = {"Authorization": f"Bearer {made.json()['token']}"}
    ben = _as(f"member:{company.ben.actor.member}")
    assert (await company.nobody.get("/api/apps/payroll", headers=narrow)).status_code == 404
    assert (await company.nobody.get(APP, headers=narrow | ben)).status_code == 200
    assert (await company.nobody.get("/api/apps/payroll", headers=narrow | ben)).status_code == 404
    listed = (await company.nobody.get("/api/apps", headers=narrow | ben)).json()["items"]
    assert [app["id"] for app in listed] == ["desk"]


async def test_who_manages_one_app_sees_only_that_one_as_somebody_else(company: Company):
    """A socket that was opened for one app watches no other one with the sight of whom it sees as."""
    seeing = Seeing()
    socket = {"type": "websocket", "path": "/api/live", "headers": [], "query_string": b"", "server": ("sayso.example", 80)}
    for by, reached in ((company.ben.actor, frozenset({"desk"})), (company.ana.actor, None)):
        asked = socket | {"query_string": f"app=desk&see_as=member:{company.ana.actor.member}".encode()}
        seen = await seeing.seen_as(HTTPConnection(asked), company.engine, by)
        assert seen.member == company.ana.actor.member and seen.apps == reached


async def test_seeing_as_somebody_is_written_down_once(company: Company):
    for _ in range(2):
        await company.ben.get(APP, headers=_as("role:teamwork"))
    entries = (await company.ana.get("/api/audit", params={"kind": "app.seen_as"})).json()["items"]
    assert [e["sentence"] for e in entries].count("looked at what Teamwork sees") == 1
