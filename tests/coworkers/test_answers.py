"""A question, what was looked at, an answer that cites; and what goes wrong, told."""

from decimal import Decimal
from typing import Any

from tests.coworkers.desk import Place, calls, kinds, lines, notes_of, text_of, words
from tests.gateway.upstream import CutAt, Says, Status


async def test_rows_are_found_shown_and_cited(crm: Place):
    crm.up.will(
        calls(
            (
                "find_rows",
                {"table": "clients", "where": [{"field": "Stage", "op": "is", "value": "Won"}], "sort": [{"field": "worth"}]},
            )
        ),
        words("Two are won: **Vesna Atelier** [1] and Halden & Wolfe [2], and [99] more."),
    )
    turn = await crm.say("Which clients are won?")
    assert turn["state"] == "done" and kinds(turn) == ["tool", "text"]
    tool = turn["parts"][0]
    assert (tool["title"], tool["words"], tool["result"], tool["state"]) == (
        "Find rows",
        "in Clients where Stage is Won",
        "2 rows",
        "done",
    )
    assert text_of(turn) == "Two are won: **Vesna Atelier** [1] and Halden & Wolfe [2], and  more."
    assert '<button class="cite" data-n="1">1</button>' in turn["parts"][1]["html"]
    assert [(s["n"], s["kind"], s["title"], s["table"]) for s in turn["sources"]] == [
        (1, "row", "Vesna Atelier", "clients"), (2, "row", "Halden & Wolfe", "clients"),
    ]  # fmt: skip
    assert Decimal(turn["cost"]) == Decimal("0.0025") and turn["tokens"] == {"input": 500, "output": 200}
    assert turn["model"].startswith("stub") and turn["looked"] == {"things": 1, "apps": ["crm"]}
    heard = crm.up.heard[-1].json
    assert heard["messages"][0]["role"] == "system" and "Look after the clients." in heard["messages"][0]["content"]
    assert {t["function"]["name"] for t in heard["tools"]} >= {"find_rows", "change_rows", "search", "remember"}
    assert "salar" not in crm.up.heard[0].body.decode().casefold(), "a table without a grant is not even named"


async def test_figures_are_worked_out_by_us(crm: Place):
    crm.up.will(
        calls(("count_rows", {"table": "Clients", "measure": "sum", "field": "Worth", "by": "stage"})),
        words("In all 2550.50 [1]."),
    )
    turn = await crm.say("What are they worth?")
    assert turn["parts"][0]["words"] == "sum of Worth by Stage in Clients"
    said = crm.up.heard[-1].json["messages"][-1]["content"]
    assert "2550.5" in said and "2300" in said
    assert turn["sources"][0]["kind"] == "rows"


async def test_views_rows_and_words(crm: Place):
    id = (await crm.rows())["Iris Eyewear"]["id"]
    crm.up.will(
        calls(("open_view", {"view": "Won clients"}), ("read_row", {"table": "clients", "id": id}), ("search", {"words": "glasses"}), ("look_around", {})),
        words("Seen."),
    )  # fmt: skip
    turn = await crm.say("Look")
    assert [p["result"] for p in turn["parts"] if p["kind"] == "tool"][:2] == ["2 rows", "1 row"]
    assert all(p["state"] == "done" for p in turn["parts"] if p["kind"] == "tool"), turn["parts"]
    assert "Glasses on white" in crm.up.heard[-1].json["messages"][-2]["content"]


async def test_what_is_asked_wrongly_is_told_to_the_model(crm: Place):
    crm.up.will(
        calls(
            ("find_rows", {"table": "salaries"}), ("find_rows", {"table": "clients", "where": [{"field": "pay", "op": "is", "value": 1}]}),
            ("open_view", {"view": "paid"}), ("find_rows", {"tabel": "x"}), ("no_such", {}), ("read_row", {"table": "clients", "id": 99999999}),
            ("find_rows", {"table": "clients", "fields": ["hush"]}), ("count_rows", {"table": "clients", "measure": "sum", "field": "salaries"}),
        ),
        words("I could not."),
    )  # fmt: skip
    turn = await crm.say("Show me the pay")
    assert [p["state"] for p in turn["parts"] if p["kind"] == "tool"] == ["failed"] * 7
    assert "has no field" in turn["parts"][1]["result"] and turn["state"] == "done"


async def test_the_conversation_is_kept_with_its_title_and_goes_on(crm: Place):
    talk = await crm.talk()
    crm.up.will(calls(("find_rows", {"table": "clients", "limit": 1})), words("One [1]."), words("Still [1]; not [7]."))
    await crm.say(
        "Tell me about one client, whichever comes first in the list of all of them, and be brief about it please", talk=talk
    )
    turn = await crm.say("And again?", talk=talk)
    assert text_of(turn) == "Still [1]; not ."
    said = crm.up.heard[-1].json["messages"]
    assert [m["role"] for m in said] == ["system", "user", "assistant", "user"] and "[1] clients" in said[2]["content"]
    shown = (await crm.callers["mia"].get(f"/api/conversations/{talk}")).json()
    assert shown["title"].startswith("Tell me about one client") and len(shown["title"]) <= 82 and len(shown["turns"]) == 2
    listed = (await crm.callers["mia"].get("/api/coworkers/crm.mina/conversations")).json()
    assert listed["items"][0]["id"] == talk and listed["items"][0]["state"] == "done"


async def test_conversations_are_private_unless_shared(crm: Place):
    crm.up.will(words("Hello."))
    talk = (await crm.say("Hello"))["conversation"]
    for who in ("ben", "cleo", "zoe"):
        assert (await crm.callers[who].get(f"/api/conversations/{talk}")).status_code == 404
        assert (await crm.callers[who].get(f"/api/conversations/{talk}/run")).status_code == 404
        assert (await crm.callers[who].post(f"/api/conversations/{talk}/messages", json={"text": "x"})).status_code == 404
    assert (
        await crm.callers["mia"].patch(f"/api/conversations/{talk}", json={"shared": True, "title": "For all"})
    ).status_code == 200
    assert (await crm.callers["cleo"].get(f"/api/conversations/{talk}")).json()["title"] == "For all"
    assert (await crm.callers["cleo"].post(f"/api/conversations/{talk}/messages", json={"text": "x"})).status_code == 403
    assert (await crm.callers["ben"].delete(f"/api/conversations/{talk}")).status_code == 403
    assert (await crm.callers["zoe"].get(f"/api/conversations/{talk}")).status_code == 404
    assert (await crm.callers["mia"].delete(f"/api/conversations/{talk}")).status_code == 204
    assert (await crm.callers["cleo"].get(f"/api/conversations/{talk}")).status_code == 404


async def test_what_fails_is_told(crm: Place):
    crm.up.will(Status(500, "it is broken"))
    turn = await crm.say("Hello")
    assert turn["state"] == "failed" and "could not be asked" in turn["problem"]
    crm.up.will(words(""), words(""), words(""))
    turn = await crm.say("Hello")
    assert turn["state"] == "done" and "gave no answer" in notes_of(turn)
    cut = Says.chunks([{"content": "Once upon"}], "length")
    crm.up.will(cut)
    assert "cut off" in notes_of(await crm.say("Hello"))
    crm.up.will(calls(("find_rows", {"table": "clients"})), CutAt(0.5))
    turn = await crm.say("Hello")
    assert turn["state"] == "failed" and kinds(turn)[0] == "tool"


async def test_rounds_have_an_end(crm: Place):
    crm.up.always = calls(("find_rows", {"table": "clients"}))
    turn = await crm.say("Look for ever")
    assert turn["state"] == "done" and len(crm.up.heard) == 12 and "12 rounds" in notes_of(turn)
    assert crm.up.heard[-1].json["tool_choice"] == "none"


async def test_a_claim_without_a_deed_gets_our_line(crm: Place):
    for claim in (
        "I have updated Iris Eyewear.",
        "Done! I deleted all three.",
        "The row has been changed.",
        "Ich habe den Eintrag geändert.",
        "Done.",
    ):
        crm.up.will(words(claim))
        turn = await crm.say("Do it")
        assert "Nothing was changed" in notes_of(turn), claim
    crm.up.will(words("I've sent the letter to Priya."))
    assert "Nothing was sent" in notes_of(await crm.say("Send it"))
    for honest in (
        "I would change Iris, shall I?",
        "I have not changed anything.",
        "The shoot was created on 3 May by Ana.",
        "Two were found.",
    ):
        crm.up.will(words(honest))
        assert notes_of(await crm.say("Hm")) == "", honest


async def test_the_lines_of_a_stream_make_the_turn(crm: Place):
    crm.up.will(calls(("find_rows", {"table": "clients", "limit": 1})), words("Hello there [1]."))
    talk = await crm.talk()
    said = lines(await crm.callers["mia"].post(f"/api/conversations/{talk}/messages", json={"text": "x"}))
    built: dict[int, str] = {}
    for line in said:
        if line["type"] == "text":
            built[line["n"]] = built.get(line["n"], "") + line["delta"]
    assert built == {1: "Hello there [1]."}
    assert [line["sources"][0]["n"] for line in said if line["type"] == "sources"] == [1]
    parts: dict[int, dict[str, Any]] = {}
    for line in said:  # as the chat does it
        if line["type"] == "part":
            parts[line["n"]] = line["part"]
        if line["type"] == "text":
            parts[line["n"]] = {**parts[line["n"]], "text": parts[line["n"]]["text"] + line["delta"]}
            assert "Hello there [1].".startswith(parts[line["n"]]["text"])
    assert list(parts.values()) == said[-1]["turn"]["parts"]
    again = lines(await crm.callers["mia"].get(f"/api/conversations/{talk}/run"))
    assert again[-1]["turn"]["parts"] == said[-1]["turn"]["parts"]
