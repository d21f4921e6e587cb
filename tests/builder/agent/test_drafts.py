"""The builder with a model, by the API: planned in lines, talked about, stopped, built; the planner where it is wanted."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from sayso.ai.job import Job
from sayso.builder import drafts
from sayso.builder.agent.drafting import Drafting
from sayso.db import transaction
from sayso.models.directory import packaged
from sayso.team import keys
from sayso.trials.players import Place
from sayso.trials.trial import Case
from sayso.web.builder_player import Wishes
from tests.builder.agent.test_planning import BOARD, FINISH, TABLES, WISH
from tests.gateway.conftest import Desk
from tests.gateway.upstream import PIXEL, Endless, Status
from tests.scripts import calls, says

PNG = base64.b64decode(PIXEL)


@pytest.fixture(scope="module")
async def ben(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with transaction(desk.engine) as tx:
        _, secret = await keys.create(tx, "Tests", by=desk.company.ben)
    await desk.alias("writer", {"provider": "up", "model": "stub"}, slot="text")
    async with httpx.AsyncClient(base_url=desk.url, headers={"authorization": f"Bearer {secret}"}, timeout=30) as client:
        yield client


READY = calls(("ready", {"word": "blue"}))


async def planned(ben: httpx.AsyncClient, id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    answer = await ben.get(f"/api/drafts/{id}/events")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return lines[:-1], lines[-1]["draft"]


async def described(ben: httpx.AsyncClient, wish: str, **more: Any) -> dict[str, Any]:
    made = await ben.post("/api/drafts", json={"wish": wish, **more})
    assert made.status_code == 201, made.text
    return (await planned(ben, made.json()["id"]))[1]


async def test_a_model_plans_a_person_talks_and_the_app_is_built(desk: Desk, ben: httpx.AsyncClient) -> None:
    assert (await ben.get("/api/builder")).json() == {"model": "stub"}
    desk.up.will(READY, calls(("create_tables", TABLES), ("create_views", BOARD), ("finish", FINISH)))
    draft = await described(ben, WISH)
    made = draft["plan"]["made"]
    assert (draft["state"], made["builder"], made["model"], made["rounds"], made["cost"]) == (
        "ready",
        "agent",
        "stub",
        1,
        "0.00125",
    )
    assert draft["working"] is None and draft["messages"][-1]["words"].startswith("Bike repairs: 2 tables (Customers, Repairs).")

    desk.up.will(
        calls(
            ("add_fields", {"fields": [{"table": "Repairs", "name": "Due", "kind": "date"}]}),
            ("finish", {"title": "Adds a due date"}),
        )
    )
    more = await ben.post(f"/api/drafts/{draft['id']}/messages", json={"wish": "repairs need a due date"})
    assert more.status_code == 200 and more.json()["state"] == "planning"
    assert [t["name"] for t in more.json()["plan"]["spec"]["tables"]] == ["Customers", "Repairs"], (
        "the plan before it stays in sight"
    )
    _, draft = await planned(ben, draft["id"])
    assert "Due" in [f["name"] for f in draft["plan"]["spec"]["tables"][1]["fields"]]
    assert [m["by"] for m in draft["messages"]] == ["you", "builder", "you", "builder"]

    undone = await ben.post(f"/api/drafts/{draft['id']}/messages", json={"wish": "undo that"})
    assert undone.json()["state"] == "ready" and "Due" not in [
        f["name"] for f in undone.json()["plan"]["spec"]["tables"][1]["fields"]
    ]

    built = (await ben.post(f"/api/drafts/{draft['id']}/acceptance", json={})).json()
    desk.up.will(calls(("look", {"at": "rows", "query": "Repairs"})), calls(("remove", {"parts": [{"part": "field", "table": "Repairs", "name": "Hours"}]})),
                 calls(("change", {"parts": [{"part": "field", "table": "Repairs", "name": "Costs", "set": {"formula": "{Hourly rate} * 2"}}]}),
                       ("remove", {"parts": [{"part": "field", "table": "Repairs", "name": "Hours"}]}), ("finish", {})))  # fmt: skip
    edit = await described(ben, "take the hours out of repairs, it costs twice the hourly rate", app=built["app"])
    assert edit["plan"]["losses"] and any("Hours" in e["sentence"] and e["severity"] == "loses" for e in edit["plan"]["effects"])
    back = next(m["content"] for m in desk.up.heard[-1].json["messages"] if m["role"] == "tool" and "<rows" in m["content"])
    assert "Open" in back or "open" in back or "Done" in back


async def test_who_wants_the_planner_gets_it_and_a_file_that_it_cannot_see_is_told(desk: Desk, ben: httpx.AsyncClient) -> None:
    picture = (await ben.post("/api/files", files={"file": ("form.png", PNG, "image/png")})).json()
    before = len(desk.up.heard)
    draft = await described(ben, "keep track of clients with name and e-mail", builder="planner", files=[picture["id"]])
    assert draft["plan"]["made"]["builder"] == "planner" and "did not look at form.png" in draft["plan"]["made"]["fallback"]
    assert len(desk.up.heard) == before and draft["messages"][0]["files"][0]["name"] == "form.png"

    desk.up.will(calls(("create_tables", TABLES), ("finish", FINISH)))
    seen = await described(ben, "an app for this form", files=[picture["id"]])
    assert seen["plan"]["made"]["builder"] == "agent"
    assert desk.up.heard[-1].json["messages"][1]["content"][1]["image_url"]["url"].startswith("data:image/")
    assert (await ben.post("/api/drafts", json={"wish": "x", "files": ["f_nothing"]})).status_code == 404


async def test_stop_keeps_what_was_proposed_by_then(desk: Desk, ben: httpx.AsyncClient) -> None:
    desk.up.will(calls(("create_tables", TABLES)))
    desk.up.always = Endless(pause=0.01)
    id = (await ben.post("/api/drafts", json={"wish": WISH})).json()["id"]
    async with asyncio.timeout(60):
        while True:
            draft = (await ben.get(f"/api/drafts/{id}")).json()
            if draft["plan"] is not None and draft["working"]["round"] >= 1:
                break
            await asyncio.sleep(0.05)
    assert draft["working"]["model"] == "stub" and [t["name"] for t in draft["plan"]["spec"]["tables"]] == [
        "Customers",
        "Repairs",
    ]
    assert (await ben.post(f"/api/drafts/{id}/acceptance", json={})).status_code == 409
    assert (await ben.delete(f"/api/drafts/{id}/planning")).status_code == 200
    lines, done = await planned(ben, id)
    assert done["state"] == "ready" and any("You stopped" in n["words"] for n in done["plan"]["notes"])
    assert [t["name"] for t in done["plan"]["spec"]["tables"]] == ["Customers", "Repairs"]
    assert "tables" in [line.get("section") for line in lines]
    assert (await ben.delete(f"/api/drafts/{id}/planning")).json()["state"] == "ready", "stopping twice is no error"
    async with asyncio.timeout(60):
        while not desk.up.gone:  # noqa: ASYNC110  the upstream hears of it a moment later
            await asyncio.sleep(0.02)


async def test_a_model_that_is_down_leaves_a_follow_up_to_the_planner(desk: Desk, ben: httpx.AsyncClient) -> None:
    desk.up.will(calls(("create_tables", TABLES), ("finish", FINISH)))
    draft = await described(ben, WISH)
    desk.up.always = Status(503, "gone fishing")
    await ben.post(f"/api/drafts/{draft['id']}/messages", json={"wish": "add a due date to repairs"})
    _, after = await planned(ben, draft["id"])
    assert "gone fishing" in after["plan"]["made"]["fallback"] and after["plan"]["made"]["builder"] == "planner"
    assert "Due date" in [f["name"] for t in after["plan"]["spec"]["tables"] for f in t["fields"]]


async def test_a_draft_that_a_process_left_behind_is_planned_by_whoever_looks(desk: Desk, ben: httpx.AsyncClient) -> None:

    desk.up.will(calls(("create_tables", TABLES), ("finish", FINISH)))
    draft = await described(ben, WISH)
    async with transaction(desk.engine) as tx:
        stale = "update sayso.drafts set state = 'planning', plan = null, updated_at = now() - interval '1 minute' where id = :id"
        await tx.execute(text(stale), {"id": draft["id"]})
    desk.up.will(calls(("create_tables", TABLES), ("finish", FINISH)))
    _, again = await planned(ben, draft["id"])
    assert again["state"] == "ready" and again["plan"]["spec"]["tables"]


async def test_drafts_of_a_model_are_their_makers_own(desk: Desk, ben: httpx.AsyncClient) -> None:
    desk.up.will(says("hello"), calls(("create_tables", TABLES), ("finish", FINISH)))
    draft = await described(ben, WISH)
    async with transaction(desk.engine) as tx:
        _, secret = await keys.create(tx, "Tests", by=desk.company.ana)
    other = {"authorization": f"Bearer {secret}"}
    assert (await desk.http.delete(f"/api/drafts/{draft['id']}/planning", headers=other)).status_code == 404


async def test_a_spreadsheet_goes_into_the_table_that_the_model_makes_for_it(desk: Desk, ben: httpx.AsyncClient) -> None:
    sheet = b"Guest,Born,Room\nRosa Diaz,1981-02-03,12\nIgor Petrov,1990-11-30,7\n"
    coming = (await ben.post("/api/imports", files={"file": ("guests.csv", sheet, "text/csv")})).json()
    async with asyncio.timeout(60):
        while (await ben.get(f"/api/imports/{coming['id']}")).json()["state"] == "reading":  # noqa: ASYNC110  a person looks again
            await asyncio.sleep(0.05)
    guests = {"name": "Guests", "fields": [{"name": "Guest", "kind": "text"}, {"name": "Born", "kind": "date"}, {"name": "Room", "kind": "number"}, {"name": "Paid", "kind": "checkbox"}]}  # fmt: skip
    desk.up.will(calls(("create_tables", {"app_name": "Hotel", "tables": [guests]}), ("finish", {})))
    draft = await described(ben, "guests of our hotel, with whether they have paid", **{"import": coming["id"]})
    assert "Guest (text" in desk.up.heard[-1].json["messages"][1]["content"]
    built = (await ben.post(f"/api/drafts/{draft['id']}/acceptance", json={})).json()
    assert built["importing"] == coming["id"]
    async with asyncio.timeout(60):
        while (done := (await ben.get(f"/api/imports/{coming['id']}")).json())["state"] == "running":  # noqa: ASYNC110  a person looks again
            await asyncio.sleep(0.05)
    assert (done["state"], done["done"]) == ("done", 2)


async def test_a_pasted_document_of_another_language_is_a_wish_and_a_long_one_is_read(desk: Desk, ben: httpx.AsyncClient) -> None:
    desk.up.will(calls(("create_tables", {"app_name": "Mieter", "tables": [{"name": "Mieter", "fields": [{"name": "Name", "kind": "text"}, {"name": "Miete", "kind": "money"}]}]}), ("finish", {})))  # fmt: skip
    draft = await described(ben, "Wir verwalten Mieter mit Namen und Miete.\n" + "Weitere Absätze des Vertrags. " * 2000)
    assert draft["plan"]["made"]["builder"] == "agent" and draft["plan"]["spec"]["tables"][0]["name"] == "Mieter"
    assert [n["words"] for n in draft["plan"]["notes"] if n["path"] == "tables/mieter/fields/miete"] == ["Miete"]


async def test_in_a_trial_a_model_plans_and_nothing_is_built(desk: Desk, ben: httpx.AsyncClient) -> None:
    player = Wishes(desk.gateway, packaged)
    place = Place(desk.company.ben, None, desk.gateway.caller(desk.company.workspace))
    case = Case(0, "builder", "", "", {"message": "track bike repairs"}, None, None, None, "hand")
    before = len((await ben.get("/api/apps")).json()["items"])
    desk.up.will(calls(("create_tables", TABLES), ("finish", {})))
    played = await player.play(place, Job("builder", "builder", "", "text", None), case, "up/stub")
    assert played.state == "written" and "Adds the table Repairs" in played.text and played.cost == Decimal("0.00125")
    desk.up.always = Status(500, "down")
    failed = await player.play(place, Job("builder", "builder", "", "text", None), case, "up/stub")
    assert failed.state == "failed" and "could not be asked" in (failed.problem or "")
    assert len((await ben.get("/api/apps")).json()["items"]) == before


async def test_two_who_plan_the_same_draft_pay_once(desk: Desk, ben: httpx.AsyncClient) -> None:
    desk.up.always = calls(("create_tables", TABLES), ("finish", FINISH))
    drafting = Drafting(desk.engine, desk.gateway, packaged)
    async with transaction(desk.engine) as tx:
        draft = await drafts.begin(tx, WISH, by=desk.company.ben)
    before = len(desk.up.heard)
    made = await asyncio.gather(*(drafts.make(desk.engine, draft.id, by=desk.company.ben, planner=drafting) for _ in range(3)))
    states = [one.state for one in made]
    assert "ready" in states and set(states) <= {"planning", "ready"}  # who comes while it is planned, or when it is
    assert len(desk.up.heard) == before + 1
