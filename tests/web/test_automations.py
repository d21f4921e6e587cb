"""Automations by the API: which there are, switched on and off, pressed, called; schedules tried; the calendar."""

from typing import Any

import pytest
from sqlalchemy import select

from sayso.db.automation_tables import runs
from tests.automations.desk import TICKETS, automation, meets
from tests.web.conftest import Caller, Company, problem

WEEKDAYS = {"kind": "schedule", "cron": "30 8 * * 1-5"}
CALLED = {
    "kind": "called",
    "inputs": [{"name": "Customer", "required": True}, {"name": "Amount", "kind": "number"}, {"name": "Day", "kind": "date"}],
}
PRESSED = {"kind": "button", "table": "tickets", "label": "Escalate", "filter": meets(priority="urgent")}
AT = "/api/apps"


async def _desk(by: Caller, id: str, *automations: dict[str, Any], **also: Any) -> str:
    spec = {"id": id, "name": "Desk", "tables": [TICKETS], "automations": list(automations), "zone": "Europe/Berlin", **also}
    answer = await by.post("/api/apps", json={"spec": spec})
    assert answer.status_code == 201, answer.text
    return f"{AT}/{id}"


async def _runs(company: Company, app: str) -> list[Any]:
    async with company.engine.connect() as tx:
        return list((await tx.execute(select(runs).where(runs.c.app_id == app).order_by(runs.c.position))).all())


async def test_switching_on_is_a_change_with_undo_and_tells_what_is_missing(company: Company) -> None:
    mail = [
        {"kind": "send_email", "to": "ana@northlight.example", "subject": "Hello"},
        {"kind": "notify", "to": "everyone", "body": "Hello"},
    ]
    desk = await _desk(company.ben, "switch", automation("digest", WEEKDAYS, on=False, steps=mail))
    one = (await company.cleo.get(f"{desk}/automations/digest")).json()
    assert (one["on"], one["next"], one["owner"], one["may"]["switch"]) == (False, [], None, False)
    assert one["trigger"] == {
        "kind": "schedule", "sentence": "Every weekday at 08:30", "cron": "30 8 * * 1-5", "zone": "Europe/Berlin", "table": None,
    }  # fmt: skip

    assert (await company.mia.patch(f"{desk}/automations/digest", json={"on": True})).status_code == 403
    on = (await company.ben.patch(f"{desk}/automations/digest", json={"on": True})).json()
    assert on["on"] and on["version"] == 2 and len(on["next"]) == 5 and on["owner"]["name"] == "Ben Okafor"
    assert all(moment[11:16] == "08:30" for moment in on["next"])
    (lack,) = on["missing"]
    assert lack["what"] == "connection" and lack["step"] == "0" and "Ben Okafor" in lack["sentence"]

    assert (await company.ben.post(f"{desk}/undos", json={})).status_code == 200
    assert (await company.ben.get(f"{desk}/automations/digest")).json()["on"] is False


async def test_a_connection_that_the_owner_may_not_use_is_missing(company: Company) -> None:
    made = await company.ana.post(
        "/api/connections",
        json={"kind": "slack", "name": "Ana's", "settings": {}, "secrets": {"webhook": "https://hooks.slack.com/services/T/B/x"},
              "use": {"who": "roles", "roles": ["owner"]}},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    steps = [{"kind": "send_message", "via": "slack", "to": "#sales", "body": "Hello", "name": "Tell sales"}]
    desk = await _desk(company.ben, "lacks", automation("tell", WEEKDAYS, steps=steps))
    (lack,) = (await company.ben.get(f"{desk}/automations/tell")).json()["missing"]
    assert lack["sentence"].startswith("Tell sales needs a connection (Slack)")
    await company.ana.patch(f"/api/connections/{made.json()['id']}", json={"use": {"who": "everybody"}})
    assert (await company.ben.get(f"{desk}/automations/tell")).json()["missing"] == []


async def test_all_automations_of_a_workspace_are_listed_and_no_others(company: Company) -> None:
    await _desk(company.ben, "list", automation("b_on", WEEKDAYS), automation("a_off", WEEKDAYS, on=False))
    items = (await company.mia.get("/api/automations", params={"app": "list"})).json()["items"]
    assert [(one["id"], one["on"], one["app_name"]) for one in items] == [("b_on", True, "Desk"), ("a_off", False, "Desk")]
    assert "list" in {one["app"] for one in (await company.mia.get("/api/automations")).json()["items"]}
    assert (await company.zoe.get("/api/automations")).json()["items"] == []
    assert (await company.zoe.get("/api/automations", params={"app": "list"})).status_code == 404
    assert (await company.zoe.get("/api/apps/list/automations")).status_code == 404


async def test_rules_that_start_one_another_are_told(company: Company) -> None:
    done = {"kind": "row_changed", "table": "tickets", "fields": ["done"]}
    urgent = {"kind": "row_changed", "table": "tickets", "filter": meets(priority="urgent")}
    desk = await _desk(
        company.ben,
        "circle",
        automation("one", done, steps=[{"kind": "update_row", "table": "tickets", "values": {"priority": "urgent"}}]),
        automation("two", urgent, steps=[{"kind": "update_row", "table": "tickets", "values": {"done": True}}]),
        automation("alone", done, steps=[{"kind": "update_row", "table": "tickets", "values": {"hours": 1}}]),
    )
    items = (await company.ben.get(f"{desk}/automations")).json()["items"]
    assert {one["id"]: one["circle"] for one in items} == {"one": ["One", "Two"], "two": ["One", "Two"], "alone": []}


async def test_a_button_is_pressed_for_a_row_that_has_it(company: Company) -> None:
    desk = await _desk(company.ben, "press", automation("escalate", PRESSED), automation("off", {**PRESSED}, on=False))
    rows = [{"name": "A", "priority": "urgent"}, {"name": "B", "priority": "low"}]
    made = [(await company.mia.post(f"{desk}/tables/tickets/rows", json={"values": row})).json()["rows"][0]["id"] for row in rows]
    pressed = await company.mia.post(f"{desk}/automations/escalate/press", json={"row": made[0]})
    assert pressed.status_code == 202, pressed.text
    (run,) = await _runs(company, "press")
    assert run.id == pressed.json()["run"] and run.trigger["rows"] == [made[0]] and run.started_by == "Mia Lindqvist"
    assert run.owner == company.ben.actor.member
    for caller, row, status in (
        (company.mia, made[1], 422),
        (company.mia, 999, 404),
        (company.cleo, made[0], 403),
        (company.zoe, made[0], 404),
    ):
        assert (await caller.post(f"{desk}/automations/escalate/press", json={"row": row})).status_code == status
    off = await company.mia.post(f"{desk}/automations/off/press", json={"row": made[0]})
    assert off.status_code == 409 and "switched off" in problem(off)["detail"]
    assert (await company.mia.post(f"{desk}/automations/nothing/press", json={"row": 1})).status_code == 404


async def test_a_call_is_checked_and_sent_twice_begins_one_run(company: Company) -> None:
    desk = await _desk(company.ben, "call", automation("order", CALLED), automation("digest", WEEKDAYS))
    wrong = await company.mia.post(f"{desk}/automations/order/call", json={"inputs": {"Amount": "many", "Day": "soon", "Odd": 1}})
    assert {p["path"] for p in problem(wrong)["problems"]} == {"inputs/Odd", "inputs/Customer", "inputs/Amount", "inputs/Day"}
    inputs = {"Customer": "Otto", "Amount": "12.5", "Day": "2026-11-27"}
    once = {"idempotency-key": "one"}
    sent, again = [
        await company.mia.post(f"{desk}/automations/order/call", json={"inputs": inputs}, headers=once) for _ in range(2)
    ]
    assert sent.status_code == again.status_code == 202 and sent.json() == again.json()
    (run,) = await _runs(company, "call")
    assert run.trigger["inputs"] == {"Customer": "Otto", "Amount": 12.5, "Day": "2026-11-27"}
    assert sent.json()["run"] == run.id
    assert (await company.mia.post(f"{desk}/automations/digest/call", json={"inputs": {}})).status_code == 409


async def test_schedules_are_tried_before_they_are_one(company: Company) -> None:
    tried = (
        await company.cleo.get("/api/schedules/preview", params={"words": "every weekday at 8:30", "zone": "Asia/Tokyo"})
    ).json()
    assert (tried["cron"], tried["words"], len(tried["next"])) == ("30 8 * * 1-5", "every weekday at 08:30", 5)
    assert all(moment.endswith("08:30:00+09:00") for moment in tried["next"])
    assert (await company.cleo.get("/api/schedules/preview", params={"cron": "0 9 * * MON"})).json()[
        "words"
    ] == "every Monday at 09:00"
    for asked in (
        {"words": "every blue moon"},
        {"cron": "61 * * * *"},
        {"cron": "0 9 30 2 *"},
        {"words": "daily", "zone": "Mars"},
        {},
    ):
        refused = await company.cleo.get("/api/schedules/preview", params=asked)
        assert refused.status_code == 422 and problem(refused)["problems"]


async def test_the_calendar_shows_a_week_of_what_comes_round(company: Company) -> None:
    often = {"kind": "schedule", "cron": "*/5 * * * *"}
    await _desk(
        company.ben, "week", automation("digest", WEEKDAYS), automation("often", often), automation("off", WEEKDAYS, on=False)
    )
    asked = {"from": "2026-11-23", "to": "2026-11-30", "app": "week", "zone": "Europe/Berlin"}
    week = (await company.mia.get("/api/automations/calendar", params=asked)).json()
    assert [slot["at"] for slot in week["items"] if slot["automation"] == "digest"] == [
        f"2026-11-{d}T08:30:00+01:00" for d in range(23, 28)
    ]
    assert sum(slot["automation"] == "off" for slot in week["items"]) == 5 and not any(
        s["on"] for s in week["items"] if s["automation"] == "off"
    )
    assert [(one["automation"], one["count"], one["words"]) for one in week["often"]] == [("often", 7 * 288, "every 5 minutes")]
    assert (await company.zoe.get("/api/automations/calendar", params=asked)).json()["items"] == []


@pytest.mark.parametrize(
    "asked", [{"from": "2026-11-30", "to": "2026-11-23"}, {"from": "2026-01-01", "to": "2027-01-01"}, {"from": "0001-01-01"}]
)
async def test_a_calendar_of_nonsense_is_refused(company: Company, asked: dict[str, str]) -> None:
    assert (await company.mia.get("/api/automations/calendar", params=asked)).status_code == 422
