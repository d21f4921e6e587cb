"""What a co-worker remembers of one member, and what it has read beforehand."""

from sqlalchemy import text

from sayso.db import transaction
from sayso.gateway.builtin import embedding
from tests.coworkers.desk import Place, calls, card_of, text_of, words

PAPER = (
    b"Terms of the studio.\n\nCancelling a shoot is free of charge until five days before it.\n\nProps are returned on Mondays."
)


async def test_it_remembers_shows_and_forgets(crm: Place):
    await crm.sql("delete from sayso.coworker_memories")
    mia, ben = crm.callers["mia"], crm.callers["ben"]
    crm.up.will(calls(("remember", {"text": "Likes short answers"})), words("I will keep it short."))
    turn = await crm.say("I like short answers, remember that")
    assert turn["parts"][0]["result"] == "kept"
    kept = (await mia.get("/api/coworkers/crm.mina/memories")).json()["items"]
    assert [m["text"] for m in kept] == ["Likes short answers"]
    assert (await ben.get("/api/coworkers/crm.mina/memories")).json()["items"] == [], "each member's own"
    crm.up.will(words("Hi."))
    await crm.say("Hello")
    assert "Likes short answers" in crm.up.heard[-1].json["messages"][0]["content"]
    crm.up.will(words("Hi."))
    await crm.say("Hello", who="ben")
    assert "short answers" not in crm.up.heard[-1].body.decode()
    assert (await ben.delete(f"/api/coworkers/crm.mina/memories/{kept[0]['id']}")).status_code == 404
    crm.up.will(calls(("forget", {"id": kept[0]["id"]})), words("Forgotten."))
    await crm.say("Forget that")
    assert (await mia.get("/api/coworkers/crm.mina/memories")).json()["items"] == []
    crm.up.will(calls(("remember", {"text": "x"})), words("No."))
    await crm.say("Remember x", coworker="crm.bruno")
    assert "remember" not in {t["function"]["name"] for t in crm.up.heard[-1].json["tools"]}, "memory is off"
    crm.up.will(calls(("remember", {"text": "Wants rows in bold"})), words("Kept."))
    await crm.say("I want rows in bold")
    assert (await mia.delete("/api/coworkers/crm.mina/memories")).status_code == 204
    assert (await mia.get("/api/coworkers/crm.mina/memories")).json()["items"] == []


async def test_rows_are_found_by_meaning_and_kept_fresh(crm: Place):
    assert embedding.available()
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(("search", {"words": "spectacles photographed on a pale backdrop"})), words("It is [1]."))
    turn = await crm.say("Who has spectacles?")
    assert turn["sources"][0]["row"] == iris["id"] and text_of(turn) == "It is [1]."
    known = (await crm.callers["mia"].get("/api/coworkers/crm.mina/knowledge")).json()["items"]
    assert known[0]["name"] == "Clients" and known[0]["pieces"] >= 3 and known[0]["waiting"] == 0 and known[0]["problem"] is None
    changed = {"values": {"notes": "Bicycles in the rain."}, "version": iris["version"]}
    await crm.callers["ben"].patch(f"/api/apps/crm/tables/clients/rows/{iris['id']}", json=changed)
    assert (await crm.callers["mia"].get("/api/coworkers/crm.mina/knowledge")).json()["items"][0]["waiting"] == 1
    crm.up.will(calls(("search", {"words": "two-wheelers in wet weather"})), words("It is [1]."))
    turn = await crm.say("Who rides?")
    assert turn["sources"][0]["row"] == iris["id"], "read again before it was searched"
    await crm.callers["ben"].delete(f"/api/apps/crm/tables/clients/rows/{iris['id']}")
    crm.up.will(calls(("search", {"words": "two-wheelers in wet weather"})), words("Nobody."))
    assert all(s["row"] != iris["id"] for s in (await crm.say("Who rides?"))["sources"]), "what is gone is not told"
    async with transaction(crm.engine) as tx:
        assert (await tx.execute(text("select 1 from pg_extension where extname = 'vector'"))).first(), "pgvector compares them"


async def test_files_are_known_cited_and_read(crm: Place):
    ben = crm.callers["ben"]
    file = (await ben.post("/api/files", files={"file": ("terms.txt", PAPER, "text/plain")})).json()
    spec = (await ben.get("/api/coworkers/crm.mina")).json()["spec"]
    await ben.patch("/api/coworkers/crm.mina", json={"knowledge": [*spec["knowledge"], {"file": file["id"]}]})
    read = (await ben.post("/api/coworkers/crm.mina/knowledge", json={})).json()["items"]
    assert [(k["kind"], k["name"], k["pieces"]) for k in read][1] == ("file", "terms.txt", 1)
    assert (await crm.callers["mia"].post("/api/coworkers/crm.mina/knowledge", json={})).status_code == 403
    crm.up.will(
        calls(("search", {"words": "what does it cost to call off a session"})), words("Nothing, until five days before [1].")
    )
    turn = await crm.say("What does cancelling cost?")
    source = next(s for s in turn["sources"] if s["kind"] == "file")
    assert source["file"] == file["id"] and source["title"] == "terms.txt"
    halden = (await crm.rows())["Halden & Wolfe"]
    await ben.patch(f"/api/apps/crm/tables/clients/rows/{halden['id']}", json={"values": {"papers": [file["id"]]}})
    crm.up.will(calls(("read_file", {"table": "clients", "row": halden["id"], "file": "terms.txt"})), words("On Mondays [1]."))
    turn = await crm.say("When are props returned?")
    assert turn["parts"][0]["words"] == "terms.txt" and turn["sources"][0]["detail"] == "Files of Halden & Wolfe"
    other = (await ben.post("/api/files", files={"file": ("pay.txt", b"SECRET-4711", "text/plain")})).json()
    crm.up.will(calls(("read_file", {"table": "clients", "row": halden["id"], "file": other["id"]})), words("No."))
    assert (await crm.say("Read it"))["parts"][0]["state"] == "failed", "only files of rows that may be seen"


async def test_attachments_go_with_a_question(crm: Place):
    mia = crm.callers["mia"]
    file = (await mia.post("/api/files", files={"file": ("terms.txt", PAPER, "text/plain")})).json()
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(words("Five days [1]; that is Iris [2]."))
    turn = await crm.say(
        "Look", files=[file["id"]], rows=[{"table": "clients", "id": iris["id"]}, {"table": "salaries", "id": 1}]
    )
    assert [s["kind"] for s in turn["sources"]] == ["file", "row"] and turn["asked"]["files"][0]["name"] == "terms.txt"
    said = crm.up.heard[-1].json["messages"][-1]["content"]
    assert "until five days before" in said and "Iris Eyewear" in said and "may not see that table" in said
    assert text_of(turn) == "Five days [1]; that is Iris [2]."
    talk = await crm.talk()
    refused = await mia.post(f"/api/conversations/{talk}/messages", json={"text": "x", "files": ["f_nothing"]})
    assert refused.status_code == 404


async def test_a_coworker_of_the_workspace_reaches_into_apps(crm: Place):
    ben = crm.callers["ben"]
    wrong = await ben.post(
        "/api/coworkers", json={"name": "Otto", "grants": [{"table": "clients"}, {"app": "nope", "table": "x"}]}
    )
    assert wrong.status_code == 422 and len(wrong.json()["problems"]) == 2
    made = await ben.post("/api/coworkers", json={"name": "Otto", "grants": [{"app": "crm", "table": "clients", "may": "write"}]})
    assert made.status_code == 201 and made.json()["key"] == "otto" and made.json()["tables"][0]["app"] == "crm"
    assert (await crm.callers["mia"].post("/api/coworkers", json={"name": "Eve"})).status_code == 403
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(("change_rows", {"table": "crm/clients", "rows": [{"id": iris["id"], "values": {"worth": "9"}}]})))
    turn = await crm.say("Change", coworker="otto")
    card = card_of(turn)
    assert card["acts"][0]["app"] == "crm"
    crm.up.will(words("Fine."))
    await crm.callers["mia"].post(f"/api/cards/{card['id']}/approval", json={"version": 1})
    await crm.goes_on(turn["conversation"])
    assert (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "9.00"
    everybody = (await crm.callers["mia"].get("/api/coworkers")).json()["items"]
    assert [c["key"] for c in everybody] == ["otto", "crm.mina", "crm.bruno", "crm.nemo"]
    assert (await crm.callers["zoe"].get("/api/coworkers")).json()["items"] == []
    assert (await crm.callers["zoe"].get("/api/coworkers/otto")).status_code == 404
    assert (await ben.delete("/api/coworkers/otto")).status_code == 204
    assert (await ben.delete("/api/coworkers/crm.mina")).status_code == 409
