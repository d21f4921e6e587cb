"""The audit log from outside: read, narrowed, taken along, verified, carried elsewhere."""

import csv
import io
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.team import audit
from tests.web.conftest import Caller, Company, problem


async def entries(caller: Caller, **asked: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/api/audit", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_owners_read_who_did_what_from_where(company: Company):
    made = (await company.ben.post("/api/tokens", json={"name": "Nightly"}, headers={"user-agent": "Firefox"})).json()
    one, *_ = await entries(company.ana, kind="token")
    assert one["sentence"] == "created the token Nightly" and one["subject"] == made["id"]
    assert one["by"] == {"id": company.ben.actor.member, "name": "Ben Okafor", "kind": "token"}
    assert one["address"] == "127.0.0.1" and one["agent"] == "Firefox" and one["token"].startswith("k_")
    assert len(one["hash"]) == 64


async def test_nobody_else_reads_it(company: Company):
    for path in ("", "/kinds", "/export", "/verification", "/settings", "/streams"):
        for caller in (company.ben, company.mia, company.cleo):
            assert (await caller.get(f"/api/audit{path}")).status_code == 403
    assert "Nightly" not in (await company.zoe.get("/api/audit")).text


async def test_it_is_read_page_by_page(company: Company):
    async with transaction(company.engine) as tx:
        for n in range(7):
            await audit.write(tx, "paged.done", f"did {n}", by=company.ana.actor)
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        answer = (
            await company.ana.get("/api/audit", params={"kind": "paged", "limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [one["sentence"] for one in answer["items"]]
        cursor = answer["next"]
    assert seen == [f"did {n}" for n in range(6, -1, -1)] and cursor is None
    kinds = {one["kind"]: one["count"] for one in (await company.ana.get("/api/audit/kinds")).json()["items"]}
    assert kinds["paged.done"] == 7


async def test_it_is_taken_along_as_a_file_that_no_spreadsheet_runs(company: Company):
    async with transaction(company.engine) as tx:
        await audit.write(tx, "filed.done", "=HYPERLINK(1)", by=company.ana.actor, subject="+1", detail={"a": 1})
    sheet = await company.ana.get("/api/audit/export", params={"kind": "filed"})
    assert sheet.headers["content-disposition"].startswith("attachment")
    one, *rest = csv.DictReader(io.StringIO(sheet.text))
    assert (one["sentence"], one["subject"], one["detail"], rest) == ("'=HYPERLINK(1)", "'+1", '{"a":1}', [])
    lines = (await company.ana.get("/api/audit/export", params={"kind": "filed", "format": "ndjson"})).content.splitlines()
    assert [orjson.loads(line)["sentence"] for line in lines] == ["=HYPERLINK(1)"]
    assert [one["detail"]["kind"] for one in await entries(company.ana, kind="audit.exported")] == ["filed", "filed"]


async def test_it_says_that_it_is_whole_and_then_which_entry_is_not(company: Company):
    found = (await company.ana.get("/api/audit/verification")).json()
    assert found["ok"] and found["entries"] == found["n"] > 0 and found["broken"] == []
    async with transaction(company.engine) as tx:
        await tx.execute(text("alter table sayso.audit disable trigger audit_kept"))
        await tx.execute(
            text("update sayso.audit set sentence = 'did nothing' where n = 2 and workspace_id = :w"),
            {"w": company.ana.actor.workspace},
        )
        await tx.execute(text("alter table sayso.audit enable trigger audit_kept"))
    found = (await company.ana.get("/api/audit/verification")).json()
    assert not found["ok"] and [(one["n"], one["sentence"][-11:]) for one in found["broken"]] == [(2, "did nothing")]
    assert (await company.zoe.get("/api/audit/verification")).json()["ok"]


async def test_how_long_it_is_kept_is_the_owners_to_say(company: Company):
    assert (await company.ana.get("/api/audit/settings")).json() == {"keep_days": None}
    assert problem(await company.ana.patch("/api/audit/settings", json={"keep_days": 1}))["status"] == 422
    assert (await company.ana.patch("/api/audit/settings", json={"keep_days": 400})).json() == {"keep_days": 400}
    one, *_ = await entries(company.ana, kind="audit.kept")
    assert (one["before"], one["after"]) == ({"keep_days": None}, {"keep_days": 400})
    assert (await company.ben.patch("/api/audit/settings", json={"keep_days": None})).status_code == 403


async def test_a_stream_of_it_is_the_owners_alone(company: Company):
    made = await company.ana.post(
        "/api/audit/streams", json={"url": "https://siem.northlight.example/in", "kinds": ["member", "token"]}
    )
    assert made.status_code == 201 and made.json()["events"] == ["audit.member.*", "audit.token.*"] and made.json()["secret"]
    id = made.json()["id"]
    assert [one["id"] for one in (await company.ana.get("/api/audit/streams")).json()["items"]] == [id]
    elsewhere = {"url": "https://ben.example/in"}
    assert (await company.ben.patch(f"/api/webhooks/{id}", json=elsewhere)).status_code == 403
    assert (await company.ben.get(f"/api/webhooks/{id}/deliveries")).status_code == 403
    assert (await company.ben.post("/api/webhooks", json={**elsewhere, "events": ["audit.*"]})).status_code == 403
    assert (await company.ben.post("/api/audit/streams", json=elsewhere)).status_code == 403


@pytest.mark.parametrize("asked", [{"cursor": "x"}, {"limit": "0"}, {"since": "soon"}, {"kind": "x" * 300}, {"what": "1"}])
async def test_nonsense_is_told(company: Company, asked: dict[str, str]):
    assert problem(await company.ana.get("/api/audit", params=asked))["status"] == 422
