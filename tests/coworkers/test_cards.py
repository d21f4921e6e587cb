"""What would be written waits for a yes, shows exactly what it would do, and is done once."""

import asyncio
from typing import Any

import pytest

from sayso.coworkers import asking, cards, work
from tests.coworkers.desk import Place, calls, card_of, kinds, notes_of, text_of, words


async def proposed(
    crm: Place, *wanted: tuple[str, dict[str, Any]], who: str = "mia", said: str = "Do it", talk: str | None = None
) -> dict[str, Any]:
    crm.up.will(calls(*wanted))
    turn = await crm.say(said, who=who, talk=talk)
    assert turn["state"] == "waiting", turn["parts"]
    return turn


async def approve(crm: Place, card: dict[str, Any], who: str = "mia", **how: Any) -> Any:
    return await crm.callers[who].post(f"/api/cards/{card['id']}/approval", json={"version": card["version"], **how})


def change(row: dict[str, Any], **values: Any) -> tuple[str, dict[str, Any]]:
    return ("change_rows", {"table": "clients", "rows": [{"id": row["id"], "values": values}]})


async def test_a_change_is_shown_then_done_then_undone(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    turn = await proposed(crm, change(iris, Stage="Won", worth="300"))
    card = card_of(turn)
    assert card["state"] == "open" and card["loses"] is None and not card["changed"]
    assert card["sentence"] == "Change Stage, Worth of “Iris Eyewear” in Clients"
    assert card["allow"] == "change rows of Clients without asking"
    fields = {f["field"]: f for f in card["acts"][0]["rows"][0]["fields"]}
    assert (fields["stage"]["before_text"], fields["stage"]["after_text"]) == ("New", "Won")
    assert (fields["worth"]["before"], fields["worth"]["after"]) == ("250.50", "300.00")
    assert (await crm.rows())["Iris Eyewear"]["version"] == iris["version"], "nothing is done yet"

    crm.up.will(words("Iris is now won."))
    done = (await approve(crm, card)).json()
    assert done["state"] == "applied" and done["decided_by"].startswith("Mia") and done["undo"][0]["app"] == "crm"
    turn = await crm.goes_on(turn["conversation"])
    assert turn["state"] == "done" and kinds(turn) == ["tool", "card", "note", "text"]
    assert notes_of(turn).startswith("Changed Stage of “Iris Eyewear”: New → Won")
    row = (await crm.rows())["Iris Eyewear"]
    assert row["values"]["stage"] == "won" and row["updated_by"] == crm.company.mia.member
    told = [m for m in crm.up.heard[-1].json["messages"] if m["role"] == "tool"]
    assert '"done"' in told[-1]["content"] and "told" not in told[-1]
    undone = (await crm.callers["mia"].post("/api/apps/crm/undos", json={})).json()
    assert "Stage" in undone["sentence"] and (await crm.rows())["Iris Eyewear"]["values"]["stage"] == "new"


async def test_a_yes_counts_once(crm: Place):
    turn = await proposed(crm, ("add_rows", {"table": "clients", "rows": [{"values": {"name": "Otto", "stage": "new"}}]}))
    crm.up.will(words("Added."))
    answers = await asyncio.gather(*(approve(crm, card_of(turn)) for _ in range(6)))
    assert {a.status_code for a in answers} == {200} and {a.json()["state"] for a in answers} == {"applied"}
    await crm.goes_on(turn["conversation"])
    assert (
        len(
            await crm.sql("select 1 from sayso.history h join sayso.apps a on a.number = h.app where h.after::text like '%Otto%'")
        )
        == 1
    )
    assert list(await crm.rows()).count("Otto") == 1


async def test_a_yes_that_comes_before_the_run_has_ended_is_not_lost(crm: Place, monkeypatch: pytest.MonkeyPatch):
    ending = work._Run._end

    async def with_a_yes_first(run: Any) -> None:
        if run.turn.state == "waiting":
            id = next(p["id"] for p in run.turn.parts if p["kind"] == "card")
            _, mine = await cards.approve(crm.engine, id, 1, by=run.by)
            assert mine
        await ending(run)

    monkeypatch.setattr(work._Run, "_end", with_a_yes_first)
    iris = (await crm.rows())["Iris Eyewear"]
    talk = await crm.talk()
    crm.up.will(calls(change(iris, stage="won")), words("Iris is won."))
    turn = await crm.say("Do it", talk=talk)
    kept = await crm.sql("select state, thread from sayso.coworker_turns where id = :id", id=turn["id"])
    assert kept[0].state == "working" and kept[0].thread[-1]["role"] == "tool", "what was answered to the yes is kept"
    await asking.go_on(crm.desk, turn["id"], by=crm.company.mia)
    turn = await crm.goes_on(talk)
    assert turn["state"] == "done" and text_of(turn) == "Iris is won."


async def test_a_yes_waits_for_a_run_that_is_ending(crm: Place, monkeypatch: pytest.MonkeyPatch):
    ending, hold = work._Run._end, asyncio.Event()

    async def slowly(run: Any) -> None:
        await ending(run)
        if run.turn.state == "waiting":
            await hold.wait()

    monkeypatch.setattr(work._Run, "_end", slowly)
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(change(iris, stage="won")), words("Iris is won."))
    turn = await crm.say("Do it")
    said_yes = asyncio.create_task(approve(crm, card_of(turn)))
    await asyncio.sleep(0)
    hold.set()
    assert (await said_yes).json()["state"] == "applied"
    turn = await crm.goes_on(turn["conversation"])
    assert turn["state"] == "done" and text_of(turn) == "Iris is won."


async def test_no_means_no_and_is_not_asked_again(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    turn = await proposed(crm, change(iris, stage="won"))
    crm.up.will(calls(change(iris, stage="won")), words("I leave it."))
    refused = (
        await crm.callers["mia"].post(f"/api/cards/{card_of(turn)['id']}/refusal", json={"reason": "Not before May"})
    ).json()
    assert refused["state"] == "refused" and refused["reason"] == "Not before May"
    turn = await crm.goes_on(turn["conversation"])
    assert turn["state"] == "done" and kinds(turn).count("card") == 1
    assert "Not before May" in crm.up.heard[-2].body.decode() and turn["parts"][2]["state"] == "failed"
    assert (await approve(crm, refused)).status_code == 409
    assert (await crm.rows())["Iris Eyewear"]["values"]["stage"] == "new"


async def test_a_row_that_changed_meanwhile_shows_both(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    card = card_of(turn := await proposed(crm, change(iris, stage="won", notes="Black ground.")))
    await crm.callers["ben"].patch(
        f"/api/apps/crm/tables/clients/rows/{iris['id']}", json={"values": {"notes": "Grey ground."}, "version": iris["version"]}
    )
    conflict = await approve(crm, card)
    assert conflict.status_code == 409
    card = (await crm.callers["mia"].get(f"/api/cards/{card['id']}")).json()
    assert card["state"] == "open" and card["changed"] and card["version"] == 2
    notes = next(f for f in card["acts"][0]["rows"][0]["fields"] if f["field"] == "notes")
    assert (notes["before"], notes["now"], notes["after"]) == ("Glasses on white ground.", "Grey ground.", "Black ground.")
    assert (await approve(crm, {**card, "version": 1})).status_code == 409, "a yes is given to what is shown"
    crm.up.will(words("Fine."))
    assert (await approve(crm, card)).json()["state"] == "applied"
    await crm.goes_on(turn["conversation"])
    assert (await crm.rows())["Iris Eyewear"]["values"]["notes"] == "Black ground."


async def test_a_row_that_is_gone_meanwhile(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    card = card_of(await proposed(crm, change(iris, stage="won")))
    await crm.callers["ben"].delete(f"/api/apps/crm/tables/clients/rows/{iris['id']}")
    assert (await approve(crm, card)).status_code == 409
    card = (await crm.callers["mia"].get(f"/api/cards/{card['id']}")).json()
    assert card["changed"] and card["acts"][0]["rows"][0]["gone"]


async def test_a_card_is_edited_and_done_in_part(crm: Place):
    rows = await crm.rows()
    turn = await proposed(crm, change(rows["Iris Eyewear"], worth="1"), change(rows["Vesna Atelier"], worth="2"))
    card = card_of(turn)
    assert card["sentence"] == "asks to do 2 things"
    first, second = card["acts"]
    bad = await crm.callers["mia"].patch(
        f"/api/cards/{card['id']}",
        json={"version": 1, "acts": [{"id": first["id"], "rows": [{"n": 0, "values": {"stage": "gold"}}]}]},
    )
    assert bad.status_code == 422
    edited = await crm.callers["mia"].patch(
        f"/api/cards/{card['id']}",
        json={"version": 1, "acts": [{"id": first["id"], "rows": [{"n": 0, "values": {"worth": "77"}}]}]},
    )
    card = edited.json()
    assert card["version"] == 2 and card["acts"][0]["rows"][0]["fields"][0]["after"] == "77.00"
    crm.up.will(words("One of two."))
    done = (await approve(crm, card, acts=[first["id"]])).json()
    assert [a["left_out"] for a in done["acts"]] == [False, True]
    await crm.goes_on(turn["conversation"])
    now = await crm.rows()
    assert now["Iris Eyewear"]["values"]["worth"] == "77.00" and now["Vesna Atelier"]["values"]["worth"] == "900.00"
    assert second["id"] != first["id"] and "left_out" in crm.up.heard[-1].body.decode()


async def test_always_for_this_conversation_and_by_a_builder(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    turn = await proposed(crm, change(iris, worth="1"))
    crm.up.will(words("Done so."))
    await approve(crm, card_of(turn), allow=True)
    await crm.goes_on(turn["conversation"])
    crm.up.will(calls(change(iris, worth="2")), words("I've changed it."))
    turn = await crm.say("Again", talk=turn["conversation"])
    assert turn["state"] == "done" and card_of(turn)["by_itself"] and card_of(turn)["state"] == "applied"
    assert "Worth of “Iris Eyewear”: 1.00 → 2.00" in notes_of(turn) and "Nothing was changed" not in notes_of(turn)
    await proposed(crm, change(iris, worth="3"))  # another conversation asks
    await proposed(crm, change(iris, notes=None), talk=turn["conversation"])  # what loses something asks always
    assert (await crm.callers["mia"].patch("/api/coworkers/crm.mina", json={"allowed": ["change_rows"]})).status_code == 403
    allowed = await crm.callers["ben"].patch("/api/coworkers/crm.mina", json={"allowed": ["change_rows", "trash_rows"]})
    assert {m["tool"]: m["policy"] for m in allowed.json()["may"]}["change_rows"] == "always"
    assert {m["tool"]: m["policy"] for m in allowed.json()["may"]}["trash_rows"] == "asks"
    crm.up.will(calls(change(iris, worth="4")), words("Changed."))
    assert (await crm.say("Again"))["state"] == "done"
    await proposed(crm, ("trash_rows", {"table": "clients", "ids": [iris["id"]]}))
    undone = await crm.callers["ben"].post("/api/apps/crm/undos", json={})
    assert undone.status_code == 200, "what a builder allows is an ordinary change"
    assert (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "4.00"


async def test_rights_are_those_of_whoever_asks(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(change(iris, stage="won")), words("I may not."))
    turn = await crm.say("Do it", who="cleo")
    assert turn["parts"][0]["state"] == "failed" and "may not" in turn["parts"][0]["result"]
    crm.up.will(calls(("find_rows", {"table": "clients"})), words("Three."))
    assert (await crm.say("How many?", who="cleo"))["parts"][0]["result"] == "3 rows"
    crm.up.will(calls(change(iris, stage="won")), words("No."))
    turn = await crm.say("Do it", coworker="crm.bruno")
    assert "no tool" in crm.up.heard[-1].body.decode() and turn["state"] == "done"
    crm.up.will(calls(("add_rows", {"table": "deals", "rows": [{"values": {"name": "x"}}]})), words("No."))
    assert (await crm.say("Do it"))["parts"][0]["state"] == "failed"
    crm.up.will(calls(change(iris, salaries=[1])), words("No."))
    assert "has no field" in (await crm.say("Do it"))["parts"][0]["result"]


async def test_rights_that_go_meanwhile_count(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    card = card_of(await proposed(crm, change(iris, stage="won")))
    for who, status in (("ben", 404), ("zoe", 404), ("ana", 404)):
        assert (await approve(crm, card, who)).status_code == status
        assert (await crm.callers[who].get(f"/api/cards/{card['id']}")).status_code == 404
    spec = (await crm.callers["ben"].get("/api/coworkers/crm.mina")).json()["spec"]
    grants = [{"table": "clients", "may": "read"}]
    assert (await crm.callers["ben"].patch("/api/coworkers/crm.mina", json={"grants": grants})).status_code == 200
    assert (await approve(crm, card)).status_code == 403
    await crm.callers["ben"].patch("/api/coworkers/crm.mina", json={"grants": spec["grants"]})
    assert (await crm.rows())["Iris Eyewear"]["values"]["stage"] == "new"


async def test_going_on_puts_an_open_card_aside(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    turn = await proposed(crm, change(iris, stage="won"))
    crm.up.will(words("Hello."))
    await crm.say("Something else", talk=turn["conversation"])
    card = (await crm.callers["mia"].get(f"/api/cards/{card_of(turn)['id']}")).json()
    assert card["state"] == "put_aside" and (await approve(crm, card)).status_code == 409


async def test_a_claim_beside_an_open_card_is_set_right(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(change(iris, stage="won"), words="I have changed Iris to won."))
    turn = await crm.say("Do it")
    assert turn["state"] == "waiting" and "waits for your yes" in notes_of(turn) and "changed" in text_of(turn)
