"""A run that waits for a yes: asked in the app and by e-mail, going on at once, once, whatever is said."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations import approvals, runs
from sayso.automations.runs.waking import wake
from sayso.db import transaction
from sayso.db.automation_tables import runs as run_table
from sayso.db.notification_tables import approval_links
from sayso.db.notification_tables import approvals as t
from sayso.errors import Conflict, Forbidden
from tests.automations.deals_desk import Deals, mail_account, with_connections
from tests.conftest import Northlight
from tests.connections.post_office import post_office

Kept = Northlight
ASK: dict[str, Any] = {"kind": "approval", "id": "may", "by": "{Owner}", "question": "Refund {Worth} to {Name}?", "seconds": 3600}
THEN: dict[str, Any] = {"kind": "update_row", "table": "deals", "values": {"note": "{may: approved} by {may: by}: {may: reason}"}}


async def waiting(desk: Deals, run: str) -> approvals.Approval:
    await desk.through(run, ("sleeping",))
    async with transaction(desk.engine) as tx:
        id = (await tx.execute(select(t.c.id).where(t.c.run == run))).scalar_one()
        return await approvals.read(tx, id, by=desk.by)


async def test_a_yes_lets_it_go_on_at_once(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    connections = with_connections(engine, tmp_path)
    async with post_office() as office:
        await mail_account(connections, n.ana, office.port)
        desk = await Deals.opened(engine, n.ana, tmp_path, [ASK, THEN], connections=connections)
        run = await desk.begin(await desk.deal("Otto | *Ltd*", worth="12.50", owner=[n.mia.id]))
        async with desk.working():
            asked = await waiting(desk, run)
            assert asked.question == "Refund 12.50 EUR to Otto | *Ltd*?" and asked.members == (n.mia.id,)
            assert ("Name", "Otto | *Ltd*") in asked.details and ("Worth", "12.50 EUR") in asked.details
            told = (await desk.told(n.mia))[0]
            assert (told.kind, told.title, told.link) == ("approval", asked.question, "/inbox")
            assert (await desk.run(run)).waits_for == "approval" and (await desk.steps(run))["may"].told == "Asked Mia Lindqvist."

            [letter] = office.messages
            assert letter["To"] == "Mia Lindqvist <mia@northlight.example>" and asked.question in letter["Subject"]
            plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
            assert plain and html and "Otto | *Ltd*" in html.get_content()
            found = re.search(r"http://sayso\.example/approve/(\S+)", plain.get_content())
            assert found and f'href="{found[0]}"' in html.get_content()
            async with transaction(engine) as tx:
                _, who = await approvals.by_link(tx, found[1])
                assert who.id == n.mia.id and found[1] not in str((await tx.execute(select(approval_links))).all())
                await approvals.decide(tx, asked.id, True, "Fine", by=who, through="link")
            row = await desk.through(run, ("done", "failed"))
        assert (row.state, row.problem) == ("done", "")
    assert (await desk.rows("deals"))[0]["note"] == "yes by Mia Lindqvist: Fine"
    assert (await desk.steps(run))["may"].told == "Approved by Mia Lindqvist. “Fine”"


async def test_by_a_builders_mail_server_goes_no_link_that_decides(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    """Who runs the mail server reads the letter, and would say yes in the name of whoever was asked."""
    n = northlight_kept
    connections = with_connections(engine, tmp_path)
    async with transaction(engine) as tx:
        await tx.execute(text("delete from sayso.connections"))
    async with post_office() as office:
        await mail_account(connections, n.ben, office.port)
        desk = await Deals.opened(engine, n.ben, tmp_path, [ASK, THEN], connections=connections)
        run = await desk.begin(await desk.deal("Otto", owner=[n.mia.id]))
        async with desk.working():
            await waiting(desk, run)
        [letter] = office.messages
        said = [part.get_content() for kind in ("plain", "html") if (part := letter.get_body((kind,)))]
        assert len(said) == 2 and not any("/approve/" in one for one in said) and all("/inbox" in one for one in said)


@pytest.mark.parametrize(("declined", "note"), [("stop", None), ("go_on", "no by Mia Lindqvist: Not now")])
async def test_a_no_ends_it_or_goes_on(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, declined: str, note: str | None
):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [{**ASK, "declined": declined}, THEN])
    run = await desk.begin(await desk.deal("Otto", owner=[n.mia.id]))
    before = len([one for one in await desk.told(n.ana) if one.kind == "failure"])
    async with desk.working():
        asked = await waiting(desk, run)
        async with transaction(engine) as tx:
            await approvals.decide(tx, asked.id, False, "Not now", by=n.mia)
        row = await desk.through(run, ("done", "failed"))
    assert row.state == "done", "a no is an answer, and no failure"
    assert (await desk.rows("deals"))[0]["note"] == note
    assert row.told == ("Declined by Mia Lindqvist. “Not now”" if declined == "stop" else row.told)
    assert len([one for one in await desk.told(n.ana) if one.kind == "failure"]) == before


async def test_nobody_answers(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [{**ASK, "by": "", "declined": "go_on"}, THEN])
    run = await desk.begin(await desk.deal("Otto"))
    async with desk.working():
        asked = await waiting(desk, run)
        assert asked.members == (n.ana.id,), "whoever owns the automation, when it does not say who"
        async with transaction(engine) as tx:
            late = datetime.now(UTC) - timedelta(seconds=1)
            await tx.execute(update(t).where(t.c.id == asked.id).values(expires_at=late))
            await runs.wake(tx, run)
        assert (await desk.through(run, ("done", "failed"))).state == "done"
    assert (await desk.rows("deals"))[0]["note"] == "no by : "


async def test_waking_without_an_answer_waits_on(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [ASK, THEN])
    run = await desk.begin(await desk.deal("Otto", owner=[n.mia.id]))
    async with desk.working():
        asked = await waiting(desk, run)
        async with transaction(engine) as tx:
            await runs.wake(tx, run)
    async with desk.working():  # another process takes it up, and finds the same question
        await desk.through(run, ("sleeping",))
        async with transaction(engine) as tx:
            assert (await tx.execute(select(func.count()).select_from(t).where(t.c.run == run))).scalar_one() == 1
            await approvals.decide(tx, asked.id, True, by=n.mia)
        assert (await desk.through(run, ("done", "failed"))).state == "done"


async def test_cancelling_a_run_withdraws_its_question(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [ASK, THEN])
    run = await desk.begin(await desk.deal("Otto", owner=[n.mia.id]))
    async with desk.working():
        asked = await waiting(desk, run)
    async with transaction(engine) as tx:
        await runs.cancel(tx, run, by=n.ana)
    async with transaction(engine) as tx:
        assert (await approvals.read(tx, asked.id, by=n.ana)).state == "withdrawn"
        with pytest.raises(Conflict):
            await approvals.decide(tx, asked.id, True, by=n.mia)
        assert (await tx.execute(select(run_table.c.state).where(run_table.c.id == run))).scalar_one() == "cancelled"


async def test_a_question_cannot_be_left_out_nor_answered_with_a_token_that_only_reads(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path
):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [ASK, THEN])
    run = await desk.begin(await desk.deal("Otto", owner=[n.mia.id]))
    async with desk.working():
        asked = await waiting(desk, run)
        async with transaction(engine) as tx:
            with pytest.raises(Conflict, match="under way"):
                await runs.retry(tx, run, by=n.ana, step="may", skip=True)
            reader = replace(n.mia, kind="token", scopes=frozenset(("read",)))
            with pytest.raises(Forbidden):
                await approvals.decide(tx, asked.id, True, by=reader)
        async with transaction(engine) as tx:
            await approvals.decide(tx, asked.id, False, by=n.mia)
        await desk.through(run, ("done",))
        async with transaction(engine) as tx:
            with pytest.raises(Forbidden, match="not left out"):
                await runs.retry(tx, run, by=n.ana, step="may", skip=True)
    assert (await desk.rows("deals"))[0]["note"] is None


async def test_a_run_that_falls_asleep_meanwhile_is_woken_all_the_same(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path
):
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [THEN])
    run = await desk.begin(await desk.deal("Otto"))
    async with engine.begin() as tx:
        await tx.execute(update(run_table).where(run_table.c.id == run).values(state="running", wake_at=None))
    async with engine.connect() as worker:
        await worker.execute(update(run_table).where(run_table.c.id == run).values(state="sleeping"))

        async def woken() -> None:
            async with transaction(engine) as tx:
                await wake(tx, run)

        waking = asyncio.create_task(woken())
        locked = text("select 1 from pg_locks where not granted and locktype = 'transactionid'")
        async with engine.connect() as look:
            for _ in range(6_000):
                if (await look.execute(locked)).first() is not None:
                    break
                await asyncio.sleep(0.01)
        await worker.commit()
        await waking
    assert (await desk.run(run)).wake_at is not None
