"""Rows through the API: the answer, what is stored, and what is told."""

from typing import Any

import pytest

from tests.web.conftest import Company, problem
from tests.web.crm import CLIENTS, CRM, DEALS

ROWS = f"{CLIENTS}/rows"


@pytest.fixture(scope="module", autouse=True)
async def crm(company: Company) -> None:
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text


async def _added(company: Company, **values: Any) -> dict[str, Any]:
    made = await company.mia.post(ROWS, json={"values": values})
    assert made.status_code == 201, made.text
    return made.json()["rows"][0]


async def _page(company: Company, **query: Any) -> dict[str, Any]:
    answer = await company.cleo.get(ROWS, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_row_is_added_read_changed_and_thrown_away(company: Company):
    since = await company.last_event()
    row = await _added(company, name="Otto", stage="Won", worth="12.5", since="27.11.2026")
    assert row["values"]["stage"] == "won" and row["values"]["worth"] == "12.50" and row["values"]["since"] == "2026-11-27"
    assert row["created_by"] == company.mia.actor.member and row["version"] == 1
    assert (await company.cleo.get(f"{ROWS}/{row['id']}")).json() == row

    changed = (await company.mia.patch(f"{ROWS}/{row['id']}", json={"values": {"worth": "20"}, "version": 1})).json()
    assert changed["values"]["worth"] == "20.00" and changed["version"] == 2 and changed["values"]["name"] == "Otto"
    assert (await company.mia.delete(f"{ROWS}/{row['id']}")).status_code == 204
    assert (await company.cleo.get(f"{ROWS}/{row['id']}")).status_code == 404
    assert await company.events(since) == ["row.created", "row.changed", "row.trashed"]


async def test_a_viewer_reads_and_writes_nothing(company: Company):
    row, since = await _added(company, name="Cleo's"), await company.last_event()
    for answer in (
        await company.cleo.post(ROWS, json={"values": {"name": "Mia"}}),
        await company.cleo.patch(f"{ROWS}/{row['id']}", json={"values": {"name": "x"}}),
        await company.cleo.patch(ROWS, json={"rows": [{"id": row["id"], "values": {"name": "x"}}]}),
        await company.cleo.delete(f"{ROWS}/{row['id']}"),
        await company.cleo.request("DELETE", ROWS, json={"ids": [row["id"]]}),
        await company.cleo.put(f"{ROWS}/{row['id']}/position", json={"before": None}),
        await company.cleo.post(f"{CLIENTS}/restorations", json={"ids": [row["id"]]}),
        await company.cleo.post("/api/apps/crm/undos", json={}),
    ):
        assert answer.status_code in (403, 404), answer.text
    assert (await company.cleo.get(f"{ROWS}/{row['id']}")).json() == row
    assert await company.events(since) == []


async def test_a_change_that_came_too_late_shows_both_states(company: Company):
    row = await _added(company, name="Old")
    await company.ben.patch(f"{ROWS}/{row['id']}", json={"values": {"name": "Ben's"}, "version": 1})
    late = await company.mia.patch(f"{ROWS}/{row['id']}", json={"values": {"name": "Mia's"}, "version": 1})
    assert late.status_code == 409
    told = problem(late)
    assert told["yours"]["values"] == {"name": "Mia's"} and told["theirs"]["values"]["name"] == "Ben's"
    assert told["theirs"]["version"] == 2


async def test_several_rows_are_written_all_or_none(company: Company):
    before, since = (await _page(company, total="1"))["total"], await company.last_event()
    good, bad = {"values": {"name": "A"}}, {"values": {"name": "B", "worth": "much"}}
    refused = await company.mia.post(ROWS, json={"rows": [good, bad, {"values": {}}]})
    assert refused.status_code == 422
    assert [p["path"] for p in problem(refused)["problems"]] == ["rows/1/values/worth", "rows/2/values/name"]
    assert (await _page(company, total="1"))["total"] == before and await company.events(since) == []

    added = (await company.mia.post(ROWS, json={"rows": [good, {"values": {"name": "B"}}]})).json()["rows"]
    changes = [{"id": r["id"], "version": 1, "values": {"notes": "n"}} for r in added]
    assert [r["version"] for r in (await company.mia.patch(ROWS, json={"rows": changes})).json()["rows"]] == [2, 2]
    assert (await company.mia.request("DELETE", ROWS, json={"ids": [r["id"] for r in added]})).status_code == 204
    assert (await _page(company, total="1"))["total"] == before
    back = await company.mia.post(f"{CLIENTS}/restorations", json={"ids": [r["id"] for r in added]})
    assert [r["values"]["name"] for r in back.json()["rows"]] == ["A", "B"]


async def test_pages_are_filtered_sorted_searched_and_walked(company: Company):
    for n in range(7):
        await _added(company, name=f"Page {n}", stage="won" if n % 2 else "lost", worth=str(n))
    won = await _page(company, filter='{"of": [{"field": "stage", "op": "is", "value": "lost"}]}', sorts='[{"field": "worth"}]')
    assert [r["values"]["name"] for r in won["rows"]] == ["Page 0", "Page 2", "Page 4", "Page 6"]
    view = await _page(company, view="won", search="Page")
    assert [r["values"]["name"] for r in view["rows"]] == ["Page 5", "Page 3", "Page 1"]
    few = await _page(company, search="page", fields="name,worth", limit=3, sorts='[{"field": "worth", "descending": true}]')
    assert [set(r["values"]) for r in few["rows"]] == [{"name", "worth"}] * 3
    rest = await _page(
        company, search="page", fields="name", limit=100, sorts='[{"field": "worth", "descending": true}]', cursor=few["next"]
    )
    assert [r["values"]["name"] for r in rest["rows"]] == ["Page 3", "Page 2", "Page 1", "Page 0"] and rest["next"] is None
    jumped = await _page(company, search="page", offset=5, sorts='[{"field": "worth"}]')
    assert [r["values"]["name"] for r in jumped["rows"]] == ["Page 5", "Page 6"] and jumped["offset"] == 5


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"filter": "{"}, "filter"),
        ({"filter": '{"of": [{"field": "none", "op": "is", "value": 1}]}'}, "filter"),
        ({"filter": '{"of": [{"field": "name", "op": "like"}]}'}, "filter/of/0"),
        ({"filter": "[" * 50 + "]" * 50}, "filter"),
        ({"sorts": '[{"field": "none"}]'}, "sorts"),
        ({"sorts": "{}"}, "sorts"),
        ({"fields": "name,none"}, "fields"),
        ({"view": "none"}, "view"),
        ({"view": "hello"}, "view"),
        ({"limit": "0"}, "limit"),
        ({"limit": "99999"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "9" * 30}, "offset"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"search": "x" * 201}, "search"),
        ({"sort": "name"}, "sort"),
    ],
)  # fmt: skip
async def test_a_wrong_question_is_answered_with_its_place(company: Company, query: dict[str, str], path: str):
    answer = await company.cleo.get(ROWS, params=query)
    assert answer.status_code == 422, answer.text
    assert problem(answer)["problems"][0]["path"].startswith(path), answer.text


@pytest.mark.parametrize(
    "values",
    [
        {"name": {"a": 1}}, {"name": ["x"]}, {"worth": "1e400"}, {"worth": 10**40}, {"stage": "nothing"}, {"since": "2026-02-30"},
        {"email": "x"}, {"deals": [10**30]}, {"deals": "x"}, {"deals": [99]}, {"papers": ["f_none"]}, {"none": 1}, {"double": 4},
        {"name": None}, {"name": " "}, {"deals": [{"id": None}]}, {"since": 10**20}, {"worth": True},
    ],
)  # fmt: skip
async def test_a_wrong_value_names_its_field(company: Company, values: dict[str, Any]):
    answer = await company.mia.post(ROWS, json={"values": {"name": "X", **values}})
    assert answer.status_code == 422, answer.text
    assert problem(answer)["problems"][0]["path"] == f"values/{next(iter(values))}"


async def test_linked_rows_show_at_both_ends(company: Company):
    client = await _added(company, name="Linked")
    deal = (await company.mia.post(f"{DEALS}/rows", json={"values": {"name": "Big", "client": [client["id"]]}})).json()["rows"][0]
    assert deal["values"]["client"] == [{"id": client["id"], "name": "Linked"}]
    there = (await company.cleo.get(f"{ROWS}/{client['id']}")).json()
    assert there["values"]["deals"] == [{"id": deal["id"], "name": "Big"}]


async def test_a_row_is_put_before_another(company: Company):
    first, second = await _added(company, name="Order 1"), await _added(company, name="Order 2")
    moved = await company.mia.put(f"{ROWS}/{second['id']}/position", json={"before": first["id"], "values": {"stage": "won"}})
    assert moved.json()["values"]["stage"] == "won"
    assert [r["values"]["name"] for r in (await _page(company, search="Order"))["rows"]] == ["Order 2", "Order 1"]


async def test_what_i_did_i_can_undo_and_do_again(company: Company):
    row = await _added(company, name="Undo me")
    await company.mia.patch(f"{ROWS}/{row['id']}", json={"values": {"name": "Changed"}})
    assert "Changed" in (await company.mia.get("/api/apps/crm/undos")).json()["next_undo"]
    assert (await company.ben.get("/api/apps/crm/undos")).json()["next_undo"] != "Changed"
    undone = (await company.mia.post("/api/apps/crm/undos")).json()
    assert undone["undone"]["kind"] == "rows" and undone["undone"]["ids"] == [row["id"]]
    assert (await company.cleo.get(f"{ROWS}/{row['id']}")).json()["values"]["name"] == "Undo me"
    await company.mia.post("/api/apps/crm/redos", json={})
    assert (await company.cleo.get(f"{ROWS}/{row['id']}")).json()["values"]["name"] == "Changed"


async def test_a_lost_answer_does_not_make_a_second_row(company: Company):
    key, before = {"idempotency-key": "once-1"}, (await _page(company, total="1"))["total"]
    answers = [await company.mia.post(ROWS, json={"values": {"name": "Once"}}, headers=key) for _ in range(3)]
    assert len({a.content for a in answers}) == 1 and {a.status_code for a in answers} == {201}
    assert (await _page(company, total="1"))["total"] == before + 1


async def test_rows_are_counted_and_summed_up_in_groups(company: Company):
    only = '{"of": [{"field": "name", "op": "starts_with", "value": "Sum"}]}'
    for n, stage in enumerate(["won", "won", "lost", None]):
        await _added(company, name=f"Sum {n}", stage=stage, worth=str(n + 1), since=f"2026-0{n + 1}-15")
    ask = {"by": '[{"field": "stage"}]', "filter": only, "summaries": '{"worth": "sum"}'}
    groups = (await company.cleo.get(f"{CLIENTS}/groups", params=ask)).json()["groups"]
    assert {g["key"]: (g["name"], g["count"], g["summaries"]["worth"]) for g in groups}["won"] == ("Won", 2, "3.00")
    assert sum(g["count"] for g in groups) == 4 and groups[-1]["key"] is None
    ask = {"by": '{"field": "since", "bucket": "quarter"}', "measure": '{"summary": "sum", "field": "worth"}', "filter": only}
    chart = (await company.cleo.get(f"{CLIENTS}/aggregates", params=ask)).json()
    assert [g["value"] for g in chart["groups"]] == ["6.00", "4.00"] and chart["total"] == "10.00"
    ask = {"summaries": '{"worth": "average", "name": "filled"}', "filter": only}
    assert (await company.cleo.get(f"{CLIENTS}/summaries", params=ask)).json()["values"] == {"worth": "2.50", "name": 4}


@pytest.mark.parametrize(
    ("address", "query", "path"),
    [
        ("groups", {}, "by"),
        ("groups", {"by": "7"}, "by"),
        ("groups", {"by": '[{"field": "none"}]'}, "by"),
        ("groups", {"by": '[{"field": "stage"}]', "summaries": '{"name": "sum"}'}, "summaries"),
        ("groups", {"by": '[{"field": "stage"}]', "summaries": '{"worth": "magic"}'}, "summaries/worth"),
        ("aggregates", {"measure": '{"summary": "sum"}'}, "measure"),
        ("aggregates", {"by": '{"field": "stage", "bucket": "decade"}'}, "by/bucket"),
        ("summaries", {"summaries": "[]"}, "summaries"),
    ],
)
async def test_a_wrong_summary_is_answered_with_its_place(company: Company, address: str, query: dict[str, str], path: str):
    answer = await company.cleo.get(f"{CLIENTS}/{address}", params=query)
    assert answer.status_code == 422, answer.text
    assert problem(answer)["problems"][0]["path"].startswith(path), answer.text


async def test_a_row_remembers_what_happened_and_what_people_said(company: Company):
    row = await _added(company, name="Remembered", stage="new")
    where = f"{ROWS}/{row['id']}"
    await company.ben.patch(where, json={"values": {"stage": "won"}})
    entries = (await company.cleo.get(f"{where}/history")).json()["items"]
    assert [(e["kind"], e["by_name"]) for e in entries] == [("changed", "Ben Okafor"), ("created", "Mia Lindqvist")]
    assert [(c["field"], c["before"], c["after"]) for c in entries[0]["changes"]] == [("stage", "new", "won")]

    since = await company.last_event()
    said = await company.mia.post(f"{where}/comments", json={"text": " Call **back** "})
    assert said.status_code == 201 and said.json()["text"] == "Call **back**" and said.json()["mine"]
    assert await company.events(since) == ["comment.created"]
    seen = (await company.cleo.get(f"{where}/comments")).json()["items"]
    assert [(c["by_name"], c["mine"]) for c in seen] == [("Mia Lindqvist", False)]
    assert (await company.cleo.post(f"{where}/comments", json={"text": "Me too"})).status_code == 403
    for empty in ("", "  ", "x" * 20_001):
        assert (await company.mia.post(f"{where}/comments", json={"text": empty})).status_code == 422
    assert (await company.ben.delete(f"{where}/comments/{said.json()['id']}")).status_code == 403
    assert (await company.mia.delete(f"{where}/comments/{said.json()['id']}")).status_code == 204
    assert (await company.cleo.get(f"{where}/comments")).json()["items"] == []


async def test_the_trash_shows_what_was_thrown_away(company: Company):
    row = await _added(company, name="Thrown")
    await company.mia.delete(f"{ROWS}/{row['id']}")
    trash = (await company.cleo.get(f"{CLIENTS}/trash", params={"limit": 1})).json()
    assert trash["rows"][0]["values"]["name"] == "Thrown" and trash["rows"][0]["deleted_at"] and trash["total"] >= 1
    assert (await company.cleo.get(f"{CLIENTS}/trash", params={"offset": "-1"})).status_code == 422
