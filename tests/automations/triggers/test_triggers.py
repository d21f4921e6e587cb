"""What happens begins runs: each once, none lost, with what a run needs to know."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations import runs
from sayso.automations.registry import rights
from sayso.automations.triggers import bulk, caused
from sayso.automations.triggers import triggers as module
from sayso.automations.triggers.triggers import Triggers
from sayso.data import apps, events, public_forms, rows
from sayso.data.publishing import exposure, publish
from sayso.db import transaction
from sayso.db.automation_tables import automations as registered
from sayso.db.automation_tables import runs as t
from sayso.db.notification_tables import notifications
from sayso.db.tables import members
from sayso.team.actor import Actor
from tests.automations.desk import altered, automation, desk, meets
from tests.conftest import Northlight

CREATED = {"kind": "row_created", "table": "tickets"}


async def _runs(engine: AsyncEngine, app: str) -> list[Any]:
    async with engine.connect() as tx:
        return list((await tx.execute(select(t).where(t.c.app_id == app).order_by(t.c.position))).all())


async def _built(engine: AsyncEngine, by: Actor, id: str, *some: dict[str, Any], **also: Any) -> Triggers:
    triggers = Triggers(engine)
    async with transaction(engine) as tx:
        await triggers.step(tx)  # from here on
    async with transaction(engine) as tx:
        await desk(tx, *some, by=by, id=id, **also)
    return triggers


async def _adds(engine: AsyncEngine, by: Actor, app: str, *values: dict[str, Any]) -> list[int]:
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="write")
        return [row["id"] for row in await rows.create_many(tx, opened, "tickets", values, by=by)]


async def _changes(engine: AsyncEngine, by: Actor, app: str, ids: Sequence[int], **values: Any) -> None:
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="write")
        await rows.update_many(tx, opened, "tickets", [rows.Edit(id, values) for id in ids], by=by)


async def test_new_rows_begin_a_run_each_or_one_for_all_and_never_twice(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    mia, ana = northlight_kept.mia, northlight_kept.ana
    each, together = automation("each", CREATED), automation("together", {**CREATED, "many": "together"})
    triggers = await _built(engine, ana, "new", each, together, automation("off", CREATED, on=False))
    ids = await _adds(engine, mia, "new", {"name": "A"}, {"name": "B"})
    assert await triggers.caught_up() == 3
    assert await triggers.caught_up() == 0
    found = await _runs(engine, "new")
    assert [(r.automation, r.trigger["rows"], r.trigger["count"]) for r in found] == [
        ("each", [ids[0]], 1), ("each", [ids[1]], 1), ("together", ids, 2),
    ]  # fmt: skip
    assert all(r.owner == ana.member and r.trigger["by"] == mia.member and r.hops == 0 for r in found)
    assert found[0].trigger["table"] == "tickets" and found[0].trigger["kind"] == "row_created"


async def test_what_came_in_a_pause_is_heard_in_portions(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: Any
) -> None:
    monkeypatch.setattr(module, "ROWS_READ", 5)
    monkeypatch.setattr(module, "ROW_IDS_TOLD_MAX", 3)
    triggers = await _built(engine, northlight_kept.ana, "pause", automation("each", CREATED))
    for many in (2, 2, 2, 7, 1):
        await _adds(engine, northlight_kept.mia, "pause", *({"name": "A"} for _ in range(many)))
    portions = list[int]()
    while not portions or portions[-1]:
        async with transaction(engine) as tx:
            portions.append((await triggers.step(tx)).begun)
    assert portions == [4, 2, 7, 1, 0]
    for _ in range(3):
        await _adds(engine, northlight_kept.mia, "pause", *({"name": "B"} for _ in range(3)))
    assert await triggers.caught_up() == 9, "all of it at once all the same"


async def test_many_processes_hear_each_event_once(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    triggers = await _built(engine, northlight_kept.ana, "crowd", automation("each", CREATED))
    others = [triggers, Triggers(engine), Triggers(engine)]

    async def busy() -> None:
        for _ in range(8):
            await _adds(engine, northlight_kept.mia, "crowd", {"name": "A"})

    await asyncio.gather(busy(), busy(), *(one.caught_up() for one in others * 5))
    await triggers.caught_up()
    assert len(await _runs(engine, "crowd")) == 16


async def test_nothing_is_lost_when_the_process_dies_before_it_commits(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    triggers = await _built(engine, northlight_kept.ana, "dies", automation("each", CREATED))
    await _adds(engine, northlight_kept.mia, "dies", {"name": "A"})
    async with engine.connect() as tx:
        begun = await tx.begin()
        assert (await triggers.step(tx))[1] == 1
        await begun.rollback()
    assert await _runs(engine, "dies") == []
    assert await triggers.caught_up() == 1


async def test_what_a_change_replaced_and_what_a_deleted_row_said_are_told(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    by = northlight_kept.mia
    urgent = {"kind": "row_changed", "table": "tickets", "fields": ["priority"], "filter": meets(priority="urgent")}
    gone = {"kind": "row_deleted", "table": "tickets"}
    triggers = await _built(engine, northlight_kept.ana, "told", automation("urgent", urgent), automation("gone", gone))
    (row,) = await _adds(engine, by, "told", {"name": "Printer", "priority": "low", "hours": 2})
    await _changes(engine, by, "told", [row], priority="urgent", name="Printer burns")
    await _changes(engine, by, "told", [row], priority="urgent", name="Printer burns down")
    async with transaction(engine) as tx:
        await rows.trash(tx, await apps.open_app(tx, "told", by=by, to="write"), "tickets", [row], by=by)
    await triggers.caught_up()
    deleted, changed = sorted(await _runs(engine, "told"), key=lambda r: r.automation)
    assert changed.trigger["was"] == {str(row): {"priority": "low", "name": "Printer"}}
    assert deleted.automation == "gone" and deleted.trigger["values"][str(row)]["name"] == "Printer burns down"


async def test_two_changes_of_a_row_in_one_transaction_are_one(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    any_change = automation("any", {"kind": "row_changed", "table": "tickets"})
    triggers = await _built(engine, northlight_kept.ana, "twice", any_change)
    (row,) = await _adds(engine, northlight_kept.mia, "twice", {"name": "A"})
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "twice", by=northlight_kept.mia, to="write")
        for name in ("B", "C"):
            await rows.update(tx, app, "tickets", row, {"name": name}, by=northlight_kept.mia)
    await triggers.caught_up()
    (run,) = await _runs(engine, "twice")
    assert run.trigger["was"] == {str(row): {"name": "A"}}


async def test_only_what_comes_by_the_form_is_a_form_that_was_sent(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    ana = northlight_kept.ana
    forms = [{"id": f"form{n}", "name": f"Form {n}", "kind": "form", "table": "tickets"} for n in (1, 2)]
    sent = automation("sent", {"kind": "form_submitted", "view": "form1"})
    triggers = await _built(engine, ana, "forms", sent, views=forms)
    await _adds(engine, ana, "forms", {"name": "By hand"})
    for view in ("form1", "form2"):
        async with transaction(engine) as tx:
            opened, person = (
                await apps.open_app(tx, "forms", by=ana),
                replace(ana, session="se_of_ana", proved_at=datetime.now(UTC)),
            )
            shown = await exposure.of(tx, opened, view)
            link = await publish.publish(tx, opened, publish.Wanted(view, shown.fingerprint), by=person)
        async with transaction(engine) as tx:
            await public_forms.add(tx, await public_forms.opened(tx, link.token), {"name": f"By {view}"})
    assert await triggers.caught_up() == 1
    assert (await _runs(engine, "forms"))[0].trigger["kind"] == "form_submitted"


async def test_very_many_rows_are_taken_in_batches(engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "BATCH_ROWS", 7)
    monkeypatch.setattr(events, "ROW_IDS_TOLD_MAX", 10)
    by, urgent = northlight_kept.mia, meets(priority="urgent")
    some = [
        automation("each", {**CREATED, "filter": urgent}),
        automation("together", {**CREATED, "many": "together"}),
        automation("changed", {"kind": "row_changed", "table": "tickets", "filter": urgent}),
    ]
    triggers = await _built(engine, northlight_kept.ana, "bulk", *some)
    ids = await _adds(engine, by, "bulk", *({"name": str(n), "priority": "urgent" if n % 2 else "low"} for n in range(40)))
    later = await _one_row_after_the_first_batch(engine, by, triggers, monkeypatch)
    found = await _runs(engine, "bulk")
    places = [r.trigger["rows"][0] for r in found if r.automation == "each"]
    assert places.index(later) == 7, "who edits one row meanwhile does not wait for all of them"
    found = [r for r in found if later not in r.trigger["rows"]]
    assert sorted(r.trigger["rows"][0] for r in found if r.automation == "each") == ids[1::2]
    (one,) = [r for r in found if r.automation == "together"]
    assert one.trigger["rows"] == ids and one.trigger["count"] == 40
    await _changes(engine, by, "bulk", ids, priority="urgent")
    await triggers.caught_up()
    changed = [r for r in await _runs(engine, "bulk") if r.automation == "changed"]
    assert sorted(r.trigger["rows"][0] for r in changed) == ids[0::2]
    assert await _called_off(engine, by, "bulk", "changed") == 20
    await _changes(engine, by, "bulk", ids, priority="low")
    await _changes(engine, by, "bulk", ids, priority="urgent")
    async with transaction(engine) as tx:
        await triggers.step(tx)
    async with transaction(engine) as tx:
        assert await bulk.step(tx)  # of the first change, in which nothing came to be urgent
    assert await _called_off(engine, by, "bulk", "changed") == 0
    assert await triggers.caught_up() == 0
    await _changes(engine, by, "bulk", ids, priority="low")
    await _changes(engine, by, "bulk", ids, priority="urgent")
    assert await _called_off(engine, by, "bulk", "changed") == 0
    assert await triggers.caught_up() == 0, "what was not heard yet starts nothing either"
    states = [(r.automation, r.state) for r in await _runs(engine, "bulk")]
    assert states.count(("changed", "cancelled")) == 20 and states.count(("changed", "waiting")) == 0
    assert ("each", "cancelled") not in states


async def test_a_change_of_hundreds_of_rows_is_asked_about_in_one_go(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    """In a new app PostgreSQL knows nothing of how many rows an event has; gone through for one another, 300 took it minutes."""
    by, urgent = northlight_kept.mia, meets(priority="urgent")
    changed = automation("changed", {"kind": "row_changed", "table": "tickets", "fields": ["priority"], "filter": urgent})
    triggers = await _built(engine, northlight_kept.ana, "hundreds", changed)
    ids = await _adds(engine, by, "hundreds", *({"name": str(n), "priority": "low"} for n in range(300)))
    await _changes(engine, by, "hundreds", ids, priority="urgent")
    async with asyncio.timeout(20):
        assert await triggers.caught_up() == 300


async def _called_off(engine: AsyncEngine, by: Actor, app: str, automation: str) -> int:
    async with transaction(engine) as tx:
        return await runs.call_off(tx, await apps.open_app(tx, app, by=by, to="write"), automation, by=by)


async def _one_row_after_the_first_batch(engine: AsyncEngine, by: Actor, triggers: Triggers, monkeypatch: Any) -> int:
    """Caught up; the row's id."""
    added, batch = list[int](), bulk.step

    async def step(tx: Any) -> bool:
        more = await batch(tx)
        if not added:
            added.extend(await _adds(engine, by, "bulk", {"name": "Later", "priority": "urgent"}))
        return more

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "step", step)
        await triggers.caught_up()
    return added[0]


async def test_rules_that_set_one_another_off_are_stopped_and_the_owner_is_told_once(
    engine: AsyncEngine, northlight_kept: Northlight, monkeypatch: Any
) -> None:
    ana = northlight_kept.ana
    triggers = await _built(engine, ana, "loop", automation("again", CREATED))
    for hops in (1, caused.HOPS_MAX, caused.HOPS_MAX + 1, caused.HOPS_MAX + 2):
        with events.caused_by("r_some", hops):
            await _adds(engine, northlight_kept.mia, "loop", {"name": str(hops)})
    await triggers.caught_up()
    assert [r.hops for r in await _runs(engine, "loop")] == [1, caused.HOPS_MAX]
    monkeypatch.setattr(caused, "CAUSED_PER_MINUTE_MAX", 4)
    with events.caused_by("r_some", 1):
        await _adds(engine, northlight_kept.mia, "loop", *({"name": str(n)} for n in range(10)))
    await _adds(engine, northlight_kept.mia, "loop", {"name": "By hand, which is not counted"})
    await triggers.caught_up()
    found = (await _runs(engine, "loop"))[2:]
    assert [r.hops for r in found] == [1] * 10 + [0], "what is too much at once is lost no more than anything"
    minutes = [round((r.wake_at - found[-1].wake_at).total_seconds() / 60) for r in found]
    assert minutes == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0]
    monkeypatch.setattr(caused, "CAUSED_WAITING_MAX", 15)
    with events.caused_by("r_some", 1):
        await _adds(engine, northlight_kept.mia, "loop", *({"name": str(n)} for n in range(10)))
    assert await triggers.caught_up() == 3, "but of a flood no more is begun than may wait"
    async with engine.connect() as tx:
        told = (await tx.execute(select(notifications).where(notifications.c.app_id == "loop"))).all()
    assert [(n.member, n.times > 1) for n in told] == [(ana.member, True)]


async def test_what_cannot_be_asked_holds_up_no_other(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    gone = {**CREATED, "filter": {"of": [{"field": "hours", "op": "gt", "value": 3}]}}
    triggers = await _built(engine, northlight_kept.ana, "wrong", automation("odd", gone), automation("fine", CREATED))
    async with transaction(engine) as tx:  # a field whose kind no longer fits, as a release with a fault could leave it
        spec = text(
            "update sayso.apps set spec = jsonb_set(spec, '{automations,0,trigger,filter,of,0,field}', '\"away\"') where id = 'wrong'"
        )
        await tx.execute(spec)
    await _adds(engine, northlight_kept.mia, "wrong", {"name": "A", "hours": 5})
    await triggers.caught_up()
    assert [r.automation for r in await _runs(engine, "wrong")] == ["fine"]
    async with engine.connect() as tx:
        problem = select(registered.c.problem).where(registered.c.app_id == "wrong", registered.c.automation == "odd")
        assert "away" in (await tx.execute(problem)).scalar_one()


async def test_an_app_in_the_trash_starts_nothing(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    ana = northlight_kept.ana
    minutely = automation("minutely", {"kind": "schedule", "cron": "* * * * *"})
    triggers = await _built(engine, ana, "trash", automation("each", CREATED), minutely)
    await triggers.caught_up()
    await _adds(engine, ana, "trash", {"name": "A"})
    async with transaction(engine) as tx:
        await apps.remove(tx, await apps.open_app(tx, "trash", by=ana, to="build"), by=ana)
    later = Triggers(engine, lambda: datetime.now(UTC) + timedelta(minutes=5))
    assert await triggers.caught_up() == 0
    await later.due()
    assert await _runs(engine, "trash") == []


async def test_rows_of_before_it_was_switched_on_start_nothing(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    ana = northlight_kept.ana
    triggers = await _built(engine, ana, "late", automation("each", CREATED, on=False))
    await _adds(engine, ana, "late", {"name": "Before"})
    async with transaction(engine) as tx:
        await altered(tx, await apps.open_app(tx, "late", by=ana, to="build"), "each", by=ana, on=True)
    await _adds(engine, ana, "late", {"name": "After"})
    assert await triggers.caught_up() == 1


async def test_whoever_lost_the_right_acts_through_no_automation_any_more(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    ben, ana = northlight_kept.ben, northlight_kept.ana
    triggers = await _built(engine, ben, "rights", automation("each", CREATED))
    await triggers.caught_up()
    async with transaction(engine) as tx:
        await tx.execute(update(members).where(members.c.id == ben.member).values(role="viewer"))
    async with transaction(engine) as tx:
        assert await rights.sweep(tx) == 1
        assert await rights.sweep(tx) == 0
        assert not (await apps.open_app(tx, "rights", by=ana)).spec.automations[0].on
        told = (await tx.execute(select(notifications).where(notifications.c.app_id == "rights"))).all()
        await tx.execute(update(members).where(members.c.id == ben.member).values(role="builder"))
    assert {n.member for n in told} == {ana.member, ben.member} and "may no longer build it" in told[0].title
    await _adds(engine, ana, "rights", {"name": "A"})
    assert await triggers.caught_up() == 0


async def test_apps_that_are_older_than_the_registry_are_registered_at_the_start(
    engine: AsyncEngine, northlight_kept: Northlight
) -> None:
    await _built(engine, northlight_kept.ana, "old", automation("each", CREATED))
    triggers = Triggers(engine)
    async with transaction(engine) as tx:
        await triggers.step(tx)
        await tx.execute(delete(registered).where(registered.c.app_id == "old"))
    await triggers.registered()
    await _adds(engine, northlight_kept.mia, "old", {"name": "A"})
    assert await triggers.caught_up() == 1
