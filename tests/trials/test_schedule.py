"""Trials that are done again by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.errors import Invalid
from sayso.models import lifecycle
from sayso.models.directory import Directory, packaged
from sayso.trials import again, schedule
from sayso.trials.trial import Again
from tests.trials.conftest import NEXT, Story

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_week_is_a_week_in_the_apps_own_zone_whatever_the_clock_does():
    weekly = Again(when=("weekly",), cron="0 6 * * 1")
    assert schedule.next_at(weekly, "Europe/Paris", NOW) == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert schedule.next_at(weekly, "Europe/Paris", datetime(2027, 3, 23, tzinfo=UTC)) == datetime(2027, 3, 29, 4, tzinfo=UTC)
    assert schedule.next_at(Again(when=("snapshot",)), "UTC", NOW) == NOW + timedelta(hours=schedule.LOOK_HOURS)


@pytest.mark.parametrize("cron", ["every monday", "* * * * *", "0 */6 * * *", "", "0 6 31 2 *"])
def test_a_cron_that_is_none_or_comes_round_too_often_is_refused(cron: str):
    with pytest.raises(Invalid):
        schedule.next_at(Again(when=("weekly",), cron=cron), "UTC", NOW)


async def begun(story: Story, **more: Any) -> str:
    told = await story.begins(NEXT, "better", cases={"source": "rows", "count": 2}, **more)
    assert told["state"] == "done"
    return told["id"]


async def turned(story: Story, directory: Directory, now: datetime) -> list[dict[str, Any]]:
    """Trials that have come of schedules, after every due one was looked at."""
    gateway = story.desk.gateway
    for _ in range(20):
        async with transaction(story.desk.engine) as tx:
            if await again.turn(tx, gateway, directory, now) is None:
                break
    return [one for one in (await story.ben.get("/api/trials")).json()["items"] if one["of"]]


async def test_weekly_trials_begin_once_however_many_look(story: Story):
    id = await begun(story, schedule={"when": ["weekly"], "cron": "0 6 * * 1"})
    shown = (await story.ben.get(f"/api/trials/{id}")).json()["schedule"]
    due = datetime.fromisoformat(shown["next_at"])
    assert await turned(story, packaged(), due - timedelta(minutes=1)) == []
    made = await turned(story, packaged(), due)
    assert [one["of"] for one in made] == [id]
    assert await turned(story, packaged(), due) == made, "one turn is one trial"
    told = await story.ended(made[0]["id"])
    assert told["answered"] == 4 and told["schedule"] is None
    after = (await story.ben.get(f"/api/trials/{id}")).json()["schedule"]
    assert datetime.fromisoformat(after["next_at"]) == due + timedelta(days=7)
    assert len(await turned(story, packaged(), due + timedelta(days=7))) == 2
    await story.ben.patch(f"/api/trials/{id}", json={"schedule": None})
    assert len(await turned(story, packaged(), due + timedelta(days=40))) == 2


async def test_two_who_look_at_the_same_time_begin_one(story: Story):
    id = await begun(story, schedule={"when": ["weekly"], "cron": "0 6 * * 1"})
    due = datetime.fromisoformat((await story.ben.get(f"/api/trials/{id}")).json()["schedule"]["next_at"])
    async with transaction(story.desk.engine) as first, transaction(story.desk.engine) as second:
        assert await again.turn(first, story.desk.gateway, packaged(), due) == id
        assert await again.turn(second, story.desk.gateway, packaged(), due) is None
    async with transaction(story.desk.engine) as tx:
        assert (await tx.execute(text("select count(*) from sayso.trials where of = :id"), {"id": id})).scalar_one() == 1
    await story.ben.delete(f"/api/trials/{id}")


async def as_if_made_before(story: Story, id: str, **kept: Any) -> None:
    """The trial remembers something else of the day on which it was made."""
    async with transaction(story.desk.engine) as tx:
        plan = text(
            "update sayso.trials set plan = jsonb_set(plan, '{kept}', plan -> 'kept' || cast(:kept as jsonb)) where id = :id"
        )
        await tx.execute(plan, {"id": id, "kept": orjson.dumps(kept).decode()})


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=schedule.LOOK_HOURS + 1)


async def test_a_shutdown_notice_tries_what_follows_once(story: Story):
    directory = packaged()
    lives = ((one, lifecycle.of(one, directory, soon().date())) for one in directory if one.type == "text")
    old, new = next(
        (one.id, life.successor) for one, life in lives if life.status in ("deprecated", "retired") and life.successor
    )
    await story.desk.provider("maker", story.desk.up.url, models=[old, new])
    id = await begun(story, schedule={"when": ["shutdown"]})
    before = len(await turned(story, directory, soon()))
    await as_if_made_before(story, id, in_use={NEXT: f"maker/{old}"})

    made = await turned(story, directory, soon() + timedelta(hours=12))
    assert len(made) == before + 1 and made[0]["of"] == id
    fresh = await story.ended(made[0]["id"])
    assert [one["model"] for one in fresh["contenders"]] == ["trio/plain", "trio/better", f"maker/{new}"]
    assert len(await turned(story, directory, soon() + timedelta(hours=24))) == len(made), "the same notice begins nothing twice"
    await story.ben.delete(f"/api/trials/{id}")


async def test_a_new_snapshot_is_tried_pinned(story: Story):
    directory = packaged()
    model = next(one for one in directory if one.type == "text" and one.snapshots)
    await story.desk.provider("dated", story.desk.up.url, models=[model.id])
    new = story.new(NEXT) | {"contenders": [{"model": f"dated/{model.id}"}], "schedule": {"when": ["snapshot"]}}
    id = (await story.ben.post("/api/trials", json=new | {"cases": {"source": "rows", "count": 1}})).json()["id"]
    await story.ended(id)
    before = len(await turned(story, directory, soon()))
    newest = model.snapshots[-1].id
    await as_if_made_before(story, id, snapshots=[one.id for one in model.snapshots[:-1]])
    made = await turned(story, directory, soon() + timedelta(hours=12))
    assert len(made) == before + 1
    fresh = await story.ended(made[0]["id"])
    assert fresh["contenders"][-1]["model"] == f"dated/{newest}" and fresh["contenders"][-1]["snapshot"] == newest
    await story.ben.delete(f"/api/trials/{id}")


async def test_a_schedule_of_somebody_who_has_left_ends_and_holds_up_nobody(story: Story):
    left = await begun(story, schedule={"when": ["weekly"], "cron": "0 6 * * 1"})
    async with transaction(story.desk.engine) as tx:
        await tx.execute(text("update sayso.trials set next_at = null where id <> :id"), {"id": left})
        await tx.execute(
            text("update sayso.trials set created_by = 'm_gone', next_at = :at where id = :id"), {"id": left, "at": NOW}
        )
    async with transaction(story.desk.engine) as tx:
        assert await again.turn(tx, story.desk.gateway, packaged(), NOW + timedelta(days=8)) == left
    async with transaction(story.desk.engine) as tx:
        row = (await tx.execute(text("select next_at, schedule, problem from sayso.trials where id = :id"), {"id": left})).one()
        assert row.next_at is None and row.schedule is None and "not done again" in row.problem
        assert await again.turn(tx, story.desk.gateway, packaged(), NOW + timedelta(days=9)) is None
