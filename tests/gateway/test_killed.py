"""What was answered is in the ledger, once, whatever happens to the process that answered it."""

import asyncio
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.gateway import budget_book, ledger
from sayso.gateway.journal import Journal
from tests.gateway.conftest import CALL_COST, Desk
from tests.gateway.upstream import Normal, SlowFirst

ROOT = Path(__file__).parents[2]
CALLS_BEFORE_KILL = 60


@pytest.mark.crash
async def test_kill_9_keeps_every_answered_call_and_gives_back_the_rest(desk: Desk, engine: AsyncEngine, tmp_path: Path):
    folder = tmp_path
    (folder / "secrets.key").write_bytes(desk.gateway.vault.path.read_bytes())
    async with transaction(engine) as tx:
        budget = await budget_book.create(tx, by=desk.company.ana, scope="workspace", period="month", amount=Decimal(1))
    desk.up.always = Normal()
    command = [
        sys.executable,
        "-m",
        "tests.gateway.killed_gateway",
        engine.url.render_as_string(hide_password=False),
        str(folder),
        desk.company.workspace,
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    )
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    answered = {(await process.stdout.readline()).decode().strip() for _ in range(CALLS_BEFORE_KILL)}
    desk.up.always = SlowFirst(30)  # some are under way
    process.send_signal(signal.SIGKILL)
    rest, _ = await process.communicate()
    answered |= {line for line in rest.decode().splitlines() if len(line) == len("req_") + 32}
    desk.up.forget()

    async with engine.connect() as tx:
        leased = (
            await tx.execute(text("select leased from sayso.gateway_budgets where id = :id"), {"id": budget.id})
        ).scalar_one()
    assert leased > 0
    assert await ledger.recover(engine, folder / "gateway") >= len(answered)
    assert await ledger.recover(engine, folder / "gateway") == 0, "and only once"
    async with engine.connect() as tx:
        ids = {f"req_{row.id.hex}": row for row in await tx.execute(text("select * from sayso.gateway_ledger where key is null"))}
        after = (await tx.execute(text("select * from sayso.gateway_budgets where id = :id"), {"id": budget.id})).one()
    assert answered <= set(ids)
    assert all(ids[id].cost == CALL_COST for id in answered)
    interrupted = [row for row in ids.values() if "interrupted" in row.flags]
    assert all(row.status == 499 and row.cost > 0 for row in interrupted)
    assert after.spent == sum(row.cost for row in ids.values() if budget.id in row.budgets)
    assert after.leased == 0
    async with transaction(engine) as tx:
        await budget_book.remove(tx, budget.id, by=desk.company.ana)
    await desk.gateway.read_again()


async def test_lines_wait_on_disk_while_postgresql_is_away(tmp_path: Path):
    journal = Journal(tmp_path / "p")
    line = b'{"id":"' + b"0" * 32 + b'","x":"' + b"y" * 900 + b'"}'
    for _ in range(5000):
        place = journal.begin(line[:200])
        journal.end(place, line)
    assert journal.waiting()
    read = 0
    while data := journal.unread(2**18):
        read += data.count(b"\n")
        journal.has(len(data))
    assert read == 5000
    assert not journal.waiting()
    journal.close()
    assert not (tmp_path / "p").exists()


async def test_a_line_that_postgresql_never_takes_does_not_stop_the_others(desk: Desk, engine: AsyncEngine):
    key, id = await desk.new_key()
    assert (await desk.post("chat/completions", {"model": "stub", "messages": []}, key)).status_code == 200
    gateway = desk.gateway
    gateway.books.journal.end(-1, b'{"id":"' + b"0" * 32 + b'","workspace_id":"w_nobody","endpoint":"x","asked":"x"}')
    gateway.books.journal.end(-1, b'{"id":"not an id"}')
    assert (await desk.post("chat/completions", {"model": "stub", "messages": []}, key)).status_code == 200
    assert len(await desk.ledger(id)) == 2
    assert not gateway.ledger.away
