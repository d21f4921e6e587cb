"""Fields that fill themselves: new rows, changed sources, fields made of one another, and what becomes stale."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from sayso import db
from sayso.ai.fills import triggers
from sayso.ai.fills.triggers import Triggers
from sayso.data import apps, rows
from sayso.spec.change import Alter, Change
from tests.ai.fills.conftest import Desk, Story, by_itself, told


async def settled(story: Story) -> list[Any]:
    """Every event heard and every fill over, whoever works them off; the fills, oldest first."""

    async def nothing() -> None: ...

    for _ in range(500):
        await Triggers(story.desk.engine, nothing).caught_up()
        async with story.desk.engine.connect() as tx:
            heard = (await tx.execute(text(BEHIND))).scalar_one()
            fills = (
                await tx.execute(text("select * from sayso.ai_fills where app_id = :app order by position"), {"app": story.app})
            ).all()
        if not heard and all(row.state not in ("waiting", "running") for row in fills):
            return list(fills)
        await asyncio.sleep(0.02)
    raise AssertionError([(row.settings["field"], row.state, row.why) for row in fills])


BEHIND = """
    select count(*) from sayso.events e, sayso.ai_follow f
    where f.name = 'fills' and (e.xact, e.id) > (f.xact, f.event) and e.kind in ('row.created', 'row.changed', 'row.imported', 'app.changed')
"""


@pytest.fixture
async def story(desk: Desk) -> Story:
    one = await told(desk, by_itself())
    await settled(one)
    return one


async def test_a_new_row_is_filled_in_order_and_each_field_once(story: Story):
    story.will_say("Lamp broken.", "Dear Otto, we shall repair it.")
    [id] = await story.rows({"letter": "My lamp is broken."})
    fills = await settled(story)
    assert [(f.settings["field"], f.origin, f.chain, f.rows) for f in fills] == [
        ("gist", "created", [], 1),
        ("reply", "created", ["gist"], 1),
    ]
    assert await story.value(id, "gist") == ("Lamp broken.", "written")
    assert await story.value(id, "reply") == ("Dear Otto, we shall repair it.", "written")
    assert story.asked == 2
    assert "Lamp broken." in story.desk.up.heard[1].json["messages"][1]["content"], "the reply is made of the gist"


async def test_many_new_rows_are_filled_together(story: Story):
    story.always("x")
    for n in range(5):
        await story.rows({"letter": f"One {n}"}, {"letter": f"Two {n}"})
    fills = await settled(story)
    assert sum(f.done for f in fills if f.settings["field"] == "gist") == 10
    assert story.asked == 20


async def test_a_changed_source_fills_again_what_says_so_and_makes_the_rest_stale(story: Story):
    story.always("first")
    [id] = await story.rows({"letter": "a", "subject": "s"})
    await settled(story)
    await story.fill("topic", again=True)
    story.always("repair")
    await story.fill("topic", again=True)
    asked = story.asked
    await story.edit(id, letter="b")
    await settled(story)
    assert await story.value(id, "topic") == ("repair", "stale")
    assert (await story.row(id))["ai"]["topic"]["stale"] == "sources"
    assert await story.value(id, "gist") == ("first", "stale"), "it fills itself for new rows only"
    assert story.asked == asked
    await story.edit(id, gist="By hand")
    await settled(story)
    assert story.asked == asked + 1
    assert await story.value(id, "reply") == ("repair", "written"), "it is made of the gist, which a person has changed"
    await story.edit(id, letter="a")
    await settled(story)
    assert (await story.fill("topic")).skipped == 1, "made of the very same as before, so nobody is asked"
    assert await story.value(id, "topic") == ("repair", "written")


async def test_what_a_person_wrote_is_not_filled_by_itself(story: Story):
    story.always("theirs")
    [id] = await story.rows({"letter": "a", "gist": "Mine", "reply": "Mine too"})
    await settled(story)
    await story.edit(id, gist="Mine again")
    await settled(story)
    assert story.asked == 0
    assert await story.value(id, "reply") == ("Mine too", "by_hand")


async def test_a_field_behind_a_link_is_a_source_too(story: Story):
    story.always("Oslo")
    [client] = await story.rows({"name": "Otto", "city": "Berlin"}, table="clients")
    [id, other] = await story.rows({"client": [client], "gist": "-", "reply": "-"}, {"gist": "-", "reply": "-"})
    await settled(story)
    assert story.asked == 0
    async with story.opened() as (tx, app):
        await rows.update(tx, app, "clients", client, {"city": "Oslo"}, by=story.ana)
    await settled(story)
    assert await story.value(id, "where") == ("Oslo", "written")
    assert await story.value(other, "where") == (None, None)
    assert story.asked == 1


async def test_another_prompt_makes_its_values_stale_and_the_old_one_makes_them_good_again(story: Story):
    [id] = await story.rows({"letter": "a", "gist": "-", "reply": "-"})
    story.always("repair")
    await story.fill("topic")

    async def asks(prompt: str) -> None:
        async with story.opened(to="build") as (tx, app):
            field = app.spec.table("letters").field("topic")
            changed = field.model_copy(update={"fill": field.fill.model_copy(update={"prompt": prompt})})
            step = Alter(part="field", table="letters", id="topic", value=changed)
            await apps.change(tx, app, Change(title="", steps=(step,)), by=story.ana)
        await settled(story)

    await asks("What does {Letter} want?")
    assert (await story.row(id))["ai"]["topic"]["stale"] == "prompt"
    assert await story.value(id, "topic") == ("repair", "stale")
    await asks("What is {Letter} about?")
    assert await story.value(id, "topic") == ("repair", "written")
    assert (await story.fill("topic")).rows == 0


async def test_a_great_many_rows_at_once_wait_for_a_person(story: Story):
    story.always("x")
    ids = await story.rows(*({"letter": f"L{n}"} for n in range(1_001)))
    fills = await settled(story)
    assert [(f.settings["field"], f.state, f.rows) for f in fills] == [("gist", "stopped", 1_001)]
    assert fills[0].why.startswith("1,001 rows were added at once.")
    assert story.asked == 0
    assert await story.value(ids[0], "gist") == (None, None)


async def test_an_app_without_such_fields_costs_one_statement_and_nothing_is_heard_twice(story: Story):
    async def nothing() -> None: ...

    story.always("x")
    await story.rows({"letter": "a"})
    first = await settled(story)
    async with db.transaction(story.desk.engine) as tx:
        assert (await Triggers(story.desk.engine, nothing).step(tx))[1] == 0
    assert len(await settled(story)) == len(first) == 2


async def test_a_whole_table_filled_by_hand_does_not_fill_the_next_field_unasked(story: Story, monkeypatch: pytest.MonkeyPatch):
    ids = await story.rows(*({"letter": f"L{n}", "gist": "-", "reply": "-"} for n in range(3)))
    await settled(story)
    story.always("x")
    for id in ids:
        await story.edit(id, gist=None, reply=None)
    await settled(story)
    before = story.asked
    monkeypatch.setattr(triggers, "TRIGGERED_ROWS_MAX", 2)
    done = await story.fill("gist")
    assert done.written == 3, done
    await settled(story)
    assert story.asked == before + 3, "nobody has seen what the replies would cost"
