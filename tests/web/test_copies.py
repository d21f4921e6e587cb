"""Apps copied with their rows, worked on apart and taken over, moved to another workspace, kept as templates."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from sayso.data import apps
from sayso.data.copies import rows as engine_rows
from sayso.db import transaction
from sayso.team.shares import kept
from sayso.team.shares.rules import Rules
from sayso.web import copying
from tests.web.conftest import Caller, Company, problem
from tests.web.crm import CRM
from tests.web.sharing import in_person

PICTURE = ("a.txt", b"hello", "text/plain")


async def built(ben: Caller, id: str, **more: Any) -> str:
    """The CRM under this id, with two clients, three deals between them and a file."""
    tables: list[Any] = [dict(table) for table in CRM["tables"]]
    tables[1]["fields"] = [
        *tables[1]["fields"],
        {"kind": "person", "id": "owner", "name": "Owner"},
        {"kind": "autonumber", "id": "no", "name": "No"},
    ]
    made = await ben.post("/api/apps", json={"spec": {**CRM, "tables": tables, "id": id, "name": id.capitalize(), **more}})
    assert made.status_code == 201, made.text
    file = (await ben.post("/api/files", files={"file": PICTURE})).json()["id"]
    rows = f"/api/apps/{id}/tables"
    both = {"rows": [{"values": {"name": "Otto", "worth": "12.50", "papers": [file]}}, {"values": {"name": "Mia"}}]}
    assert (await ben.post(f"{rows}/clients/rows", json=both)).status_code == 201
    deals = [("Film", 1), ("Photo", 1), ("Web", 2)]
    sent = {"rows": [{"values": {"name": name, "client": [to], "owner": [ben.actor.id]}} for name, to in deals]}
    assert (await ben.post(f"{rows}/deals/rows", json=sent)).status_code == 201
    await ben.request("DELETE", f"{rows}/deals/rows", json={"ids": [2]})
    return id


async def rows(by: Caller, app: str, table: str) -> list[dict[str, Any]]:
    answer = await by.get(f"/api/apps/{app}/tables/{table}/rows")
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


async def copied(by: Caller, address: str, **body: Any) -> dict[str, Any]:
    answer = await by.post(address, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "done", answer.text
    return answer.json()


async def test_a_copy_has_the_rows_the_links_the_files_and_nothing_that_begins_by_itself(company: Company):
    ben = company.ben
    on = {"id": "tell", "name": "Tell", "on": True, "trigger": {"kind": "row_created", "table": "deals"}}
    app = await built(ben, "desk", automations=[on])
    await ben.post(f"/api/apps/{app}/tables/clients/rows/1/comments", json={"text": "Only here"})
    one = await copied(ben, f"/api/apps/{app}/copies", name="Desk two", rows=True)
    assert (one["made"], one["done"], one["total"]) == ("desk_two", 4, 4)
    assert any("1 automation that is on here is off there" in note for note in one["notes"])
    clients, deals = await rows(ben, "desk_two", "clients"), await rows(ben, "desk_two", "deals")
    assert [r["values"]["name"] for r in clients] == ["Otto", "Mia"] and clients[0]["values"]["worth"] == "12.50"
    assert [d["name"] for d in clients[0]["values"]["deals"]] == ["Film"]
    assert [(r["id"], r["values"]["client"][0]["name"], r["values"]["owner"]) for r in deals] == [
        (1, "Otto", [ben.actor.id]),
        (3, "Mia", [ben.actor.id]),
    ]
    file = clients[0]["values"]["papers"][0]
    assert (await ben.get(f"/api/files/{file['id']}")).content == b"hello"
    assert (
        file["id"] != (await rows(ben, app, "clients"))[0]["values"]["papers"][0]["id"]
    )  # a file of its own, the bytes are kept once
    assert (await ben.get("/api/apps/desk_two")).json()["spec"]["automations"][0]["on"] is False
    assert (await ben.get("/api/apps/desk_two/tables/clients/rows/1/comments")).json()["total"] == 0
    new = await ben.post("/api/apps/desk_two/tables/deals/rows", json={"values": {"name": "Next"}})
    assert (new.json()["rows"][0]["id"], new.json()["rows"][0]["values"]["no"]) == (4, 4)  # goes on where the copied ones end
    assert [r["values"]["name"] for r in await rows(ben, app, "deals")] == ["Film", "Web"]
    found = await ben.get("/api/apps/desk_two/tables/clients/rows", params={"search": "otto"})
    assert [r["id"] for r in found.json()["rows"]] == [1]

    empty = await copied(ben, f"/api/apps/{app}/copies", name="Bare", rows=False)
    assert await rows(ben, empty["made"], "clients") == []


async def test_who_may_not_build_copies_nothing(company: Company):
    app = await built(company.ben, "closed")
    for address, body in (
        (f"/api/apps/{app}/copies", {}),
        (f"/api/apps/{app}/draft-copy", {}),
        (f"/api/apps/{app}/moves", {"workspace": "w_0"}),
    ):
        assert problem(await company.mia.post(address, json=body))["status"] == 403
        assert problem(await company.zoe.post(address, json=body))["status"] == 404
    one = await copied(company.ben, f"/api/apps/{app}/copies", rows=False)
    assert problem(await company.zoe.get(f"/api/copies/{one['id']}"))["status"] == 404


async def test_a_copy_is_whole_or_not_at_all(company: Company, monkeypatch: pytest.MonkeyPatch):
    """Stopped between two tables by whoever cancels it, there is nothing of it."""
    ben = company.ben
    source = await built(ben, "stopped")
    original = engine_rows._pairs  # pyright: ignore[reportPrivateUsage]

    async def cancelled(tx: Any, pair: Any, table: Any) -> None:
        async with transaction(company.engine) as other:
            await other.execute(text("update sayso.app_copies set state = 'cancelled' where state = 'running'"))
        await original(tx, pair, table)

    monkeypatch.setattr(engine_rows, "_pairs", cancelled)
    answer = await ben.post(f"/api/apps/{source}/copies", json={"name": "Half", "rows": True})
    assert answer.json()["state"] == "cancelled" and answer.json()["made"] is None
    assert problem(await ben.get("/api/apps/half"))["status"] == 404
    monkeypatch.undo()
    suspension = text("update sayso.members set suspended_at = cast(:at as timestamptz) where id = :m")

    async def loses(tx: Any, pair: Any, table: Any) -> None:
        async with transaction(company.engine) as other:
            await other.execute(suspension, {"at": "now", "m": ben.actor.member})
        await original(tx, pair, table)

    monkeypatch.setattr(engine_rows, "_pairs", loses)
    gone = await ben.post(f"/api/apps/{source}/copies", json={"name": "Half", "rows": True})
    async with transaction(company.engine) as tx:
        await tx.execute(suspension, {"at": None, "m": ben.actor.member})
    assert gone.json()["state"] == "failed" and "not here any more" in gone.json()["problem"], (
        "a copy of what they may not have any more"
    )
    assert problem(await company.ana.get("/api/apps/half"))["status"] == 404
    monkeypatch.undo()
    whole = await copied(ben, f"/api/apps/{source}/copies", name="Half", rows=True)
    assert whole["made"] == "half"


async def test_changes_are_made_in_a_copy_looked_at_and_taken_over(company: Company):
    ben = company.ben
    live = await built(ben, "shop")
    assert problem(await ben.get(f"/api/apps/{live}/draft-copy"))["status"] == 404
    made = (await copied(ben, f"/api/apps/{live}/draft-copy", rows="all"))["made"]
    again = await ben.post(f"/api/apps/{live}/draft-copy", json={})
    assert problem(again)["status"] == 409
    assert made not in [one["id"] for one in (await ben.get("/api/apps")).json()["items"]]
    assert (await ben.get(f"/api/apps/{made}")).json()["copy_of"] == {"id": live, "name": "Shop"}
    assert problem(await company.mia.get(f"/api/apps/{made}"))["status"] == 404  # only who may build sees it

    steps: list[dict[str, Any]] = [
        {"do": "rename", "part": "field", "table": "clients", "id": "worth", "name": "Value"},
        {"do": "remove", "part": "field", "table": "deals", "id": "qty"},
        {"do": "add", "part": "field", "table": "clients", "value": {"kind": "date", "id": "until", "name": "Until"}},
    ]
    changed = await ben.post(f"/api/apps/{made}/versions", json={"change": {"steps": steps}, "base_version": 1})
    assert changed.status_code == 201, changed.text
    await ben.post(f"/api/apps/{made}/tables/clients/rows", json={"values": {"name": "A try"}})
    await ben.patch(
        f"/api/apps/{live}/tables/deals/rows/1", json={"values": {"qty": 7}}
    )  # what would be lost is counted in the live rows
    other = {"steps": [{"do": "rename", "part": "field", "table": "clients", "id": "notes", "name": "Remarks"}]}
    assert (await ben.post(f"/api/apps/{live}/versions", json={"change": other, "base_version": 1})).status_code == 201

    seen = (await ben.get(f"/api/apps/{live}/draft-copy/promotion")).json()
    sentences = [one["sentence"] for one in seen["effects"]]
    assert "Renames Worth to Value in Clients" in sentences and "Adds Until to Clients" in sentences
    assert [one["sentence"] for one in seen["live_effects"]] == ["Renames Notes to Remarks in Clients"]
    assert {"part": "Clients, Value", "what": "name", "before": "Worth", "after": "Value"} in seen["compared"]
    assert [one["rows"] for one in seen["losses"]] == [1] and seen["clashes"] == [] == seen["problems"]
    address = f"/api/apps/{live}/draft-copy/promotion"
    assert problem(await ben.post(address, json={"base_version": 1}))["status"] == 409
    refused = problem(await ben.post(address, json={"base_version": seen["live_version"]}))
    assert refused["status"] == 422 and refused["problems"][0]["path"] == "losses"
    done = await ben.post(address, json={"base_version": seen["live_version"], "losses": True})
    assert done.status_code == 200, done.text
    assert done.json()["version"] == seen["live_version"] + 1
    now = (await ben.get(f"/api/apps/{live}")).json()["spec"]
    assert [f["name"] for f in now["tables"][0]["fields"] if f["id"] in ("worth", "notes", "until")] == [
        "Value",
        "Remarks",
        "Until",
    ]
    assert [r["values"]["name"] for r in await rows(ben, live, "clients")] == ["Otto", "Mia"]  # rows of the copy stay there
    assert problem(await ben.get(f"/api/apps/{live}/draft-copy"))["status"] == 404

    assert (await ben.post(f"/api/apps/{live}/undos", json={})).status_code == 200
    back = (await ben.get(f"/api/apps/{live}")).json()["spec"]["tables"]
    assert "Worth" in [f["name"] for f in back[0]["fields"]] and "Remarks" in [f["name"] for f in back[0]["fields"]]
    assert [r["values"].get("qty") for r in await rows(ben, live, "deals")] == [7, None]  # with what it held


async def test_a_clash_is_told_and_decided(company: Company):
    ben = company.ben
    live = await built(ben, "clash")
    made = (await copied(ben, f"/api/apps/{live}/draft-copy", rows="sample"))["made"]
    for app, name in ((made, "Sum"), (live, "Price")):
        step = {"do": "rename", "part": "field", "table": "clients", "id": "worth", "name": name}
        assert (
            await ben.post(f"/api/apps/{app}/versions", json={"change": {"steps": [step]}, "base_version": 1})
        ).status_code == 201
    seen = (await ben.get(f"/api/apps/{live}/draft-copy/promotion")).json()
    [clash] = [one for one in seen["clashes"] if one["path"].endswith("worth/name")]
    assert (clash["live"], clash["copy"], clash["chosen"]) == ("Price", "Sum", None)
    address = f"/api/apps/{live}/draft-copy/promotion"
    assert problem(await ben.post(address, json={"base_version": 2}))["status"] == 422
    choices = {one["path"]: "copy" for one in seen["clashes"]}
    done = await ben.post(address, json={"base_version": 2, "choices": choices})
    assert done.status_code == 200, done.text
    fields = (await ben.get(f"/api/apps/{live}")).json()["spec"]["tables"][0]["fields"]
    assert "Sum" in [f["name"] for f in fields]


@pytest.fixture(scope="module")
async def ben_elsewhere(company: Company) -> AsyncIterator[str]:
    """Ben is a builder in Zoe's workspace as well, as the same person."""
    async with transaction(company.engine) as tx:
        put = text(
            "insert into sayso.members (id, workspace_id, person, name, role) select 'm_benthere0000', :there, person, name, 'builder'"
            " from sayso.members where id = :ben returning person"
        )
        person = (await tx.execute(put, {"there": company.zoe.actor.workspace, "ben": company.ben.actor.id})).scalar_one()
        assert person is not None
    yield company.zoe.actor.workspace


async def test_an_app_moves_to_another_workspace_of_mine_with_all_that_was_said_and_done(
    company: Company, ben_elsewhere: str, monkeypatch: pytest.MonkeyPatch
):
    mia, zoe = company.mia, company.zoe
    token = await company.ben.get("/api/apps/crm/moves", params={"workspace": ben_elsewhere})
    assert problem(token)["status"] in (403, 404)
    ben = await in_person(company, company.ben)
    app = await built(ben, "leaving")
    deal = f"/api/apps/{app}/tables/deals/rows/3"
    await ben.patch(deal, json={"values": {"owner": [mia.actor.id]}})
    text = f"@[Mia]({mia.actor.id}) and @[Ben]({ben.actor.id}), look"
    said = (await company.ana.post(f"{deal}/comments", json={"text": text})).json()
    await mia.post(f"{deal}/comments", json={"text": "Seen", "parent": said["id"]})
    await ben.request("PUT", f"{deal}/comments/{said['id']}/reactions/tada")
    gone = {"steps": [{"do": "remove", "part": "field", "table": "deals", "id": "qty"}]}
    await ben.patch(deal, json={"values": {"qty": 4}})
    assert (await ben.post(f"/api/apps/{app}/versions", json={"change": gone, "base_version": 1})).status_code == 201
    async with transaction(company.engine) as tx:
        number = (await apps.open_app(tx, app, by=ben.actor)).number
        how: dict[str, Any] = {
            "kind": "form",
            "app": number,
            "view": "hello",
            "name": "Say hello",
            "rules": Rules(),
            "agreed": {},
        }
        share = await kept.add(tx, by=ben.actor, password=None, expires_at=None, **how)
    answer = await ben.get(f"/api/apps/{app}/moves", params={"workspace": ben_elsewhere})
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert plan["rows"] == 4 and plan["links"] == ["Say hello"] and plan["workspace"]["name"] == "Elsewhere"
    assert {p["name"]: (p["values"], (p["there"] or {}).get("id")) for p in plan["people"]} == {
        "Ben Okafor": (1, "m_benthere0000"),
        "Mia Lindqvist": (1, None),
    }
    assert problem(await company.mia.get(f"/api/apps/{app}/moves", params={"workspace": ben_elsewhere}))["status"] == 403
    assert problem(await ben.get(f"/api/apps/{app}/moves", params={"workspace": "w_nowhere"}))["status"] == 404

    monkeypatch.setattr(copying, "_left", _stopped)
    halfway = await ben.post(f"/api/apps/{app}/moves", json={"workspace": ben_elsewhere})
    assert halfway.json()["state"] == "failed" and (await ben.get(f"/api/apps/{app}")).status_code == 200
    assert problem(await zoe.get("/api/apps/leaving"))["status"] == 404  # it is whole here, and not there at all
    monkeypatch.undo()

    moved = await copied(ben, f"/api/apps/{app}/moves", workspace=ben_elsewhere, people={mia.actor.id: zoe.actor.id})
    assert moved["workspace"] == ben_elsewhere
    assert problem(await ben.get(f"/api/apps/{app}"))["status"] == 404
    assert app in [one["id"] for one in (await ben.get("/api/trash")).json()["items"]]
    async with transaction(company.engine) as tx:
        assert await kept.working(tx, number) == () and share.id
    there = await rows(zoe, moved["made"], "deals")
    assert [r["values"]["owner"] for r in there] == [["m_benthere0000"], [zoe.actor.id]]
    file = (await rows(zoe, moved["made"], "clients"))[0]["values"]["papers"][0]
    assert (await zoe.get(f"/api/files/{file['id']}")).content == b"hello"
    assert problem(await ben.get(f"/api/files/{file['id']}"))["status"] == 404

    deal = f"/api/apps/{moved['made']}/tables/deals/rows/3"
    first, answer = (await zoe.get(f"{deal}/comments")).json()["items"]
    assert first["by_name"] == "Ana Prado (Northlight)" and first["text"].startswith(f"@[Zoe Quist]({zoe.actor.id}) and @[Ben")
    assert {one["id"] for one in first["mentions"]} == {zoe.actor.id, "m_benthere0000"}
    assert (answer["parent"], first["reactions"][0]["names"]) == (first["id"], ["Ben Okafor"])
    said_by = answer["by"], answer["by_name"]
    assert zoe.actor.id not in said_by and said_by[1] == "Mia Lindqvist (Northlight)", "who stands in her place has not said it"
    entries = (await zoe.get(f"{deal}/history")).json()["items"]
    changes = [[(c["name"], c["before"], c["after"]) for c in e["changes"]] for e in entries]
    assert changes[1] == [("Owner", ["m_benthere0000"], [zoe.actor.id])] and entries[1]["by"] == "m_benthere0000"
    assert changes[0][0][0].startswith("A field that is gone") and changes[0][0][2] == 4
    versions = (await zoe.get(f"/api/apps/{moved['made']}/versions")).json()["items"]
    assert [one["version"] for one in versions] == [3, 2, 1] and versions[0]["note"] == "Moved from Northlight"
    back = await zoe.post(f"/api/apps/{moved['made']}/versions", json={"restore": 1, "base_version": 3})
    assert back.status_code == 201 and "qty" in back.text


async def _stopped(*_: Any) -> None:
    raise RuntimeError("the server stopped here")


async def test_an_app_is_kept_as_a_template_and_begun_from(company: Company):
    ben, ana = company.ben, company.ana
    app = await built(ben, "pattern")
    saved = await ben.post("/api/workspace/templates", json={"app": app, "name": "Our CRM", "rows": True})
    assert saved.status_code == 201 and saved.json()["tables"] == ["Clients", "Deals"], saved.text
    begun = await ana.post("/api/apps", json={"template": saved.json()["id"]})
    assert begun.status_code == 201, begun.text
    id = begun.json()["id"]
    assert begun.json()["spec"]["name"] == "Our CRM" and begun.json()["samples"]
    assert [r["values"]["client"][0]["name"] for r in await rows(ana, id, "deals")] == ["Otto", "Mia"]
    assert [r["values"]["owner"] for r in await rows(ana, id, "deals")] == [[], []] and (await rows(ana, id, "clients"))[0][
        "values"
    ]["papers"] == []
    assert (await company.cleo.get("/api/workspace/templates")).json()["items"] == []
    assert (await company.zoe.get("/api/workspace/templates")).json()["items"] == []
    address = f"/api/workspace/templates/{saved.json()['id']}"
    assert problem(await company.zoe.post("/api/apps", json={"template": saved.json()["id"]}))["status"] == 404
    assert problem(await company.zoe.delete(address))["status"] == 404
    assert (await ana.delete(address)).status_code == 204
    assert problem(await ana.post("/api/apps", json={"template": saved.json()["id"]}))["status"] == 404
    assert (await ana.get(f"/api/apps/{id}")).status_code == 200
