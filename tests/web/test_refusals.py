"""What somebody tried and may not do stands in the audit log: at once, and a flood of it as one entry with a count."""

import asyncio
from typing import Any

from fastapi import FastAPI

from sayso.errors import Forbidden, NotFound
from sayso.team.proof import ProofNeeded
from sayso.web.refusals import ADDRESSES_OF_ONE_MAX, CALLERS_MAX, TOGETHER_SECONDS, Refusals, written
from tests.web.conftest import Company


async def told(company: Company, many: int = 1, kind: str = "access.refused") -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        while True:  # it is written beside the answer
            items = (await company.ana.get("/api/audit", params={"kind": kind})).json()["items"]
            if len(items) >= many:
                return items
            await asyncio.sleep(0.02)


async def test_a_refused_act_is_written_down_once_and_then_counted(app: FastAPI, company: Company):
    member = {"role": "owner"}
    for _ in range(20):
        assert (await company.mia.patch(f"/api/members/{company.cleo.actor.id}", json=member)).status_code == 403
    assert (await company.mia.get("/api/audit")).status_code == 403, "reading what is for few is an attempt as well"
    entries = await told(company, 2)
    assert {(one["detail"]["verb"], one["detail"]["path"]) for one in entries} == {
        ("PATCH", "/api/members/{member}"),
        ("GET", "/api/audit"),
    }
    assert {one["by"]["id"] for one in entries} == {company.mia.actor.id} and len(entries) == 2
    for tried in app.state.parts.refusals.over(all=True):
        await written(company.engine, tried)
    (again,) = await told(company, 1, "access.refused_again")
    assert again["detail"]["times"] == 19 and "19 times more" in again["sentence"]
    seen = (await company.ana.get("/api/audit", params={"kind": "access"})).json()["items"]
    assert len(seen) == 3 and (await company.zoe.get("/api/audit", params={"kind": "access"})).json()["items"] == []


async def test_a_flood_is_bounded_and_a_proof_is_no_refusal(company: Company):
    now = 0.0
    refusals, mia, no = Refusals(lambda: now), company.mia.actor, Forbidden("Mia may not.")

    def tries(path: str, by: Any = mia, error: Exception = no, verb: str = "POST") -> bool:
        return refusals.first(by, verb, path, {}, error) is not None

    assert sum(tries(f"/api/{n}") for n in range(10_000)) == ADDRESSES_OF_ONE_MAX + 1, "and one for all the rest"
    assert not any(tries("/api/0") for _ in range(1_000))
    assert (
        not tries("/api/x", error=ProofNeeded("Show it."))
        and not tries("/api/x", error=NotFound(""))
        and not tries("/api/apps/crm", verb="GET")
    )
    assert (
        sum(tries("/api/y", by=type(mia)("member", mia.workspace, f"m_{n}", "viewer", "X")) for n in range(3 * CALLERS_MAX))
        <= CALLERS_MAX + 1
    )
    now = TOGETHER_SECONDS
    counted = {one.detail.get("path", "rest"): one.again for one in refusals.over()}
    assert counted["/api/0"] == 1_000 and counted["rest"] == 10_000 - ADDRESSES_OF_ONE_MAX - 1
    assert refusals.over() == [] and tries("/api/0"), "and it is told anew"
