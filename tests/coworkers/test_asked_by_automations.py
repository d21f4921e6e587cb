"""A co-worker that an automation asks: with the rights of the automation's owner, and a yes for what it would write."""

from sayso.errors import NotFound
from sayso.team.actor import Actor
from sayso.web.coworker_asked import asked
from tests.coworkers.desk import Place, calls, words


def rule(by: Actor) -> Actor:
    return Actor("automation", by.workspace, by.member, by.role, "Weekly")


async def test_it_reads_and_answers_in_a_conversation_of_the_owner(crm: Place):
    crm.up.will(
        calls(("find_rows", {"table": "clients", "where": [{"field": "Stage", "op": "is", "value": "Won"}]})),
        words("Two are won: Vesna Atelier [1] and Halden & Wolfe [2]."),
    )
    said = await asked(crm.desk, "crm", "mina", "Which clients are won?", by=rule(crm.company.mia), title="Weekly")
    assert said["answer"] == "Two are won: Vesna Atelier and Halden & Wolfe." and not said["waiting"] and not said["problem"]
    assert said["name"] == "Mina" and said["model"].startswith("stub") and said["cost"] > 0
    mine = (await crm.callers["mia"].get("/api/coworkers/crm.mina/conversations")).json()["items"]
    assert (mine[0]["id"], mine[0]["title"]) == (said["conversation"], "Weekly")
    others = (await crm.callers["ben"].get("/api/coworkers/crm.mina/conversations")).json()["items"]
    assert said["conversation"] not in [one["id"] for one in others]


async def test_what_it_would_write_waits_for_a_yes(crm: Place):
    before = await crm.rows()
    crm.up.will(
        calls(("change_rows", {"table": "clients", "rows": [{"id": before["Iris Eyewear"]["id"], "values": {"Stage": "Won"}}]}))
    )
    said = await asked(crm.desk, "crm", "mina", "Iris has bought", by=rule(crm.company.mia), title="Weekly")
    assert said["waiting"] and (await crm.rows())["Iris Eyewear"]["values"]["stage"] == "new"


async def test_a_failed_answer_is_told(crm: Place):
    crm.up.will(*[calls(("find_rows", {"table": "nowhere"})) for _ in range(2)], words(""), words(""), words(""))
    said = await asked(crm.desk, "crm", "mina", "Which?", by=rule(crm.company.mia), title="Weekly")
    assert not said["answer"] and said["problem"]


async def test_a_coworker_that_the_owner_does_not_have_is_not_found(crm: Place):
    for app, name in (("crm", "nobody"), ("elsewhere", "mina")):
        try:
            await asked(crm.desk, app, name, "Hello", by=rule(crm.company.mia), title="Weekly")
        except NotFound:
            continue
        raise AssertionError("it was found")
