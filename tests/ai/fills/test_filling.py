"""A table is filled: what is written, what is left alone, what is known of each value, and taking it all back."""

import copy
from decimal import Decimal

from tests.ai.fills.conftest import LETTERS, Desk, Story, told
from tests.gateway.conftest import CALL_COST


async def test_a_whole_table_is_filled_and_each_value_says_who_wrote_it(story: Story):
    ids = await story.rows(*({"subject": f"S{n}", "letter": f"Lamp {n} is broken"} for n in range(5)))
    story.always("repair")
    done = await story.fill("topic")
    assert (done.state, done.rows, done.done, done.written, done.failed) == ("done", 5, 5, 5, 0)
    assert (done.calls, done.cost, story.asked) == (5, 5 * CALL_COST, 5)
    row = await story.row(ids[0])
    assert row["values"]["topic"] == "repair"
    about = row["ai"]["topic"]
    assert (about["state"], about["provider"], about["model"], about["confidence"]) == ("written", "up", "stub-2026-10-01", 0.95)
    assert Decimal(about["cost"]) == CALL_COST
    assert about["version"]
    assert about["at"]


async def test_what_people_wrote_and_what_is_up_to_date_is_left_alone_unless_it_is_asked_for(story: Story):
    ids = await story.rows({"letter": "a", "topic": "billing"}, {"letter": "b"}, {"letter": "c"})
    story.always("repair")
    assert (await story.fill("topic")).written == 2
    assert (await story.value(ids[0], "topic"))[0] == "billing"
    again = await story.fill("topic")
    assert (again.state, again.rows, story.asked) == ("done", 0, 2)
    assert again.settings["left_out"] == {"by_hand": 1, "up_to_date": 2}
    assert (await story.fill("topic", again=True)).rows == 2
    assert (await story.fill("topic", overwrite=True, again=True)).rows == 3
    assert await story.value(ids[0], "topic") == ("repair", "written")


async def test_a_value_written_by_hand_stays_and_clearing_it_gives_it_back(story: Story):
    [id] = await story.rows({"letter": "a"})
    story.always("repair")
    await story.fill("topic")
    await story.edit(id, topic="delivery")
    assert await story.value(id, "topic") == ("delivery", "by_hand")
    assert (await story.row(id))["ai"]["topic"]["by_name"] == "Ana Prado"
    assert (await story.fill("topic", again=True)).rows == 0
    await story.edit(id, topic=None)
    assert await story.value(id, "topic") == (None, None)
    assert (await story.fill("topic")).written == 1
    assert await story.value(id, "topic") == ("repair", "written")


async def test_undo_of_an_edit_brings_back_who_had_written_the_value(story: Story):
    [id] = await story.rows({"letter": "a"})
    story.always("repair")
    await story.fill("topic")
    written = (await story.row(id))["ai"]["topic"]
    await story.edit(id, topic="delivery")
    await story.undo()
    row = await story.row(id)
    assert (row["values"]["topic"], row["ai"]["topic"]) == ("repair", written)
    await story.undo(again=True)
    assert await story.value(id, "topic") == ("delivery", "by_hand")


async def test_a_whole_fill_is_one_thing_to_undo(story: Story):
    ids = await story.rows(*({"letter": f"L{n}"} for n in range(4)))
    await story.edit(ids[0], topic="billing")
    story.always("repair")
    await story.fill("topic", overwrite=True)
    assert await story.value(ids[0], "topic") == ("repair", "written")
    undone = await story.undo()
    assert undone.sentence == "Fill Topic of 4 rows"
    assert sorted(undone.undone["ids"]) == ids
    assert await story.value(ids[0], "topic") == ("billing", "by_hand")
    assert [await story.value(id, "topic") for id in ids[1:]] == [(None, None)] * 3
    await story.undo(again=True)
    assert [await story.value(id, "topic") for id in ids] == [("repair", "written")] * 4


async def test_what_a_model_is_not_sure_of_waits_for_a_person(story: Story):
    ids = await story.rows({"subject": "a"}, {"subject": "b"})
    story.will_say({"value": "sure", "confidence": 0.9}, {"value": "hm", "confidence": 0.5})
    done = await story.fill("sure")
    assert (done.written, done.review) == (1, 1)
    assert sorted([await story.value(id, "sure") for id in ids]) == [("hm", "review"), ("sure", "written")]


async def test_rows_that_say_nothing_are_left_out_without_asking(story: Story):
    ids = await story.rows({"subject": "only"}, {"letter": "x"})
    story.always("repair")
    done = await story.fill("topic")
    assert (done.written, done.skipped, story.asked) == (1, 1, 1)
    assert await story.value(ids[0], "topic") == (None, None)


async def test_some_rows_or_those_that_meet_a_filter(story: Story):
    ids = await story.rows(*({"subject": f"S{n % 2}", "letter": "x"} for n in range(6)))
    story.always("repair")
    assert (await story.fill("topic", rows=(ids[1], ids[2], 9_999_999))).rows == 2
    assert (await story.fill("topic", search="S0")).rows == 2
    assert [(await story.value(id, "topic"))[0] for id in ids] == ["repair", "repair", "repair", None, "repair", None]


async def test_rows_that_say_the_same_share_one_call_where_the_field_says_so(desk: Desk):
    spec = copy.deepcopy(LETTERS)
    topic = next(f for f in spec["tables"][1]["fields"] if isinstance(f, dict) and f.get("name") == "Topic")
    topic["fill"]["reuse"] = True
    story = await told(desk, spec)
    ids = await story.rows(*({"letter": f"Lamp {n % 2}"} for n in range(8)))
    story.always("repair")
    done = await story.fill("topic")
    assert (done.written, done.calls, done.cost, story.asked) == (8, 2, 2 * CALL_COST, 2)
    assert [await story.value(id, "topic") for id in ids] == [("repair", "written")] * 8
