"""A co-worker on trial reads with its tools, and only notes what it would do."""

from typing import Any

import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.errors import Invalid
from sayso.trials.coworker_player import ROUNDS_MAX, _arguments
from tests.trials.conftest import Story

PIA = "coworkers/pia"
LEFT = ("coworker_conversations", "coworker_turns", "coworker_cards", "coworker_memories")
CASES = {"source": "hand", "given": [{"inputs": {"message": "What about the parcel of ticket 3?"}}]}


async def left_behind(story: Story) -> list[Any]:
    async with transaction(story.desk.engine) as tx:
        counts = [(await tx.execute(text(f"select count(*) from sayso.{name}"))).scalar_one() for name in LEFT]  # noqa: S608
    return [*counts, await story.everything()]


async def test_what_a_coworker_would_write_is_recorded_and_not_done(story: Story):
    before = await left_behind(story)
    told = await story.begins(PIA, "better", "poor", cases=CASES)
    assert (told["state"], told["kind"], told["part"]) == ("done", "coworker", "Pia")
    plain, better, poor = (await story.cases(told["id"]))["items"][0]["answers"]
    assert plain["text"] == "Somebody should look into it." and plain["recorded"] == []
    assert better["text"] == "Chase the courier. A ticket is noted."
    assert [one["kind"] for one in better["recorded"]] == ["write", "remember"]
    assert "Tickets" in better["recorded"][0]["sentence"]
    assert poor["recorded"] == []
    assert sum(h.json["model"] == "poor" for h in story.desk.up.heard) == ROUNDS_MAX, "its loop is bounded"
    assert await left_behind(story) == before, "no row, no card, no conversation, no memory"


async def test_it_reads_with_its_tools_within_the_rights_of_who_began(story: Story):
    await story.begins(PIA, "better", cases=CASES)
    asked = [h.json for h in story.desk.up.heard if "tools" in h.json and h.json["model"] == "better"]
    results = [m["content"] for m in asked[-1]["messages"] if m["role"] == "tool"]
    assert "My bike was not delivered" in results[0] or "Ticket 0" in results[0]
    assert "noted" in results[1] and "noted" in results[2]


async def test_other_instructions_are_tried_and_kept(story: Story):
    new = story.new(PIA, cases=CASES) | {"contenders": [{"prompt": "Answer like a pirate."}]}
    made = await story.ben.post("/api/trials", json=new)
    told = await story.ended(made.json()["id"])
    asked = [h.json["messages"][0]["content"] for h in story.desk.up.heard if "tools" in h.json]
    assert sum("like a pirate" in one for one in asked) == 1 and sum("Help with tickets" in one for one in asked) == 1
    kept = await story.ben.post(f"/api/trials/{told['id']}/promotions", json={"contender": "c1"})
    assert kept.json()["applied"]
    assert (await story.spec())["coworkers"][0]["instructions"] == "Answer like a pirate."
    await story.ben.post(f"/api/apps/{story.app}/undos", json={})
    assert (await story.spec())["coworkers"][0]["instructions"] == "Help with tickets."


async def test_past_questions_are_ones_own_or_shared(story: Story):
    async with transaction(story.desk.engine) as tx:
        company = story.desk.company
        for n, (member, shared) in enumerate(((company.ben, False), (company.mia, False), (company.mia, True))):
            told = {"w": company.workspace, "c": f"conv{n}", "m": member.member, "s": shared, "t": f'{{"text": "Question {n}"}}'}
            await tx.execute(
                text(
                    "insert into sayso.coworker_conversations (id, workspace_id, app, coworker, member, shared) values (:c, :w, (select number from sayso.apps where id = 'repairs'), 'pia', :m, :s)"
                ),
                told,
            )
            await tx.execute(
                text(
                    "insert into sayso.coworker_turns (id, workspace_id, conversation, n, state, asked) values (:c, :w, :c, 1, 'done', cast(:t as jsonb))"
                ),
                told,
            )
    told = await story.begins(PIA, "better", cases={"source": "runs"})
    asked = sorted(case["inputs"][0]["text"] for case in (await story.cases(told["id"]))["items"])
    assert asked == ["Question 0", "Question 2"], "what another member asked in private is nobody's case"


def test_arguments_with_a_character_that_no_text_can_hold_are_told_to_the_model():
    with pytest.raises(Invalid, match="NUL"):
        _arguments('{"words": "a\\u0000b"}')
