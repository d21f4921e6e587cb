"""Budgets are never overspent, whoever asks how often; and what a call did not need is there for the next."""

import asyncio
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from sayso.connections.egress import Door, networks
from sayso.db import transaction
from sayso.gateway import budget_book
from sayso.gateway.gateway import Gateway
from tests.gateway.conftest import CALL_COST, LOOPBACK, Desk
from tests.gateway.upstream import CutAt, Normal

ASK: dict[str, Any] = {"model": "stub", "messages": [{"role": "user", "content": "Hello"}], "max_completion_tokens": 100}
"""Reserves at most its length in tokens of input, and 100 of output."""


async def test_two_hundred_at_once_overspend_by_nothing(desk: Desk):
    key, id = await desk.new_key(budget="0.0125")  # ten calls at $0.00125
    half = [{**ASK, "stream": n % 2 == 0} for n in range(200)]
    desk.up.will(*[CutAt(0.5) if n % 10 == 0 else Normal() for n in range(10)])
    answers = await asyncio.gather(*(desk.post("chat/completions", body, key) for body in half))
    ok = [a for a in answers if a.status_code == 200]
    refused = [a for a in answers if a.status_code == 429]
    assert len(ok) + len(refused) == 200
    assert 0 < len(ok) <= 12
    assert all(a.json()["error"]["code"] == "insufficient_quota" and a.headers["x-should-retry"] == "false" for a in refused)
    budget = await desk.budget(id)
    lines = [line for line in await desk.ledger(id) if line.status != 429]
    assert budget.spent <= budget.amount
    assert budget.spent == sum(line.cost for line in lines)
    assert len(lines) == len(desk.up.heard), "the upstream's own count"


async def test_two_processes_share_one_budget(desk: Desk, tmp_path: Any):
    key, id = await desk.new_key(budget="0.0125")
    other = Gateway(desk.engine, tmp_path, Door(networks(LOOPBACK)))
    other.vault = desk.gateway.vault
    async with other.running():
        callers = [await g.caller_of(b"Bearer " + key.encode()) for g in (desk.gateway, other)]

        async def call(n: int) -> bool:
            gateway = (desk.gateway, other)[n % 2]
            try:
                await gateway.ask(callers[n % 2], "chat/completions", ASK)
            except Exception as error:
                assert "budget" in str(error)
                return False
            return True

        done = await asyncio.gather(*(call(n) for n in range(60)))
        await other.ledger.flush()
    budget = await desk.budget(id)
    assert budget.spent == CALL_COST * sum(done)
    assert 0 < budget.spent <= budget.amount


async def test_what_was_set_aside_comes_back(desk: Desk):
    key, id = await desk.new_key(budget="1")
    for _ in range(3):
        assert (await desk.post("chat/completions", ASK, key)).status_code == 200
    await desk.gateway.ledger.flush()
    await desk.gateway.budgets.give_back(all_of_it=True)
    budget = await desk.budget(id)
    assert (budget.spent, budget.leased) == (3 * CALL_COST, 0)


async def test_an_answer_without_a_limit_gets_one_only_near_the_budgets_end(desk: Desk):
    key, _ = await desk.new_key(budget="1000")
    await desk.post("chat/completions", {"model": "stub", "messages": []}, key)
    assert "max_completion_tokens" not in desk.up.heard[-1].json
    key, _ = await desk.new_key(budget="0.10")
    await desk.post("chat/completions", {"model": "stub", "messages": []}, key)
    assert 256 <= desk.up.heard[-1].json["max_completion_tokens"] < 2000


async def test_calls_without_a_price_are_not_let_through_a_budget(desk: Desk):
    key, _ = await desk.new_key(budget="1")
    answer = await desk.post("chat/completions", {**ASK, "model": "up/priceless"}, key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "unpriced")
    free, id = await desk.new_key()
    assert (await desk.post("chat/completions", {**ASK, "model": "up/priceless"}, free)).status_code == 200
    (line,) = await desk.ledger(id)
    assert (line.cost, line.flags) == (None, ["unpriced"])


async def test_the_budgets_of_app_person_and_workspace_all_count(desk: Desk):
    ana = desk.company.ana
    async with transaction(desk.engine) as tx:
        made = await budget_book.create(
            tx, by=ana, scope="member", subject=ana.member or "", period="day", amount=Decimal("0.004")
        )
    await desk.gateway.read_again()
    caller = desk.gateway.caller(ana.workspace, member=ana.member)
    assert made.id in caller.budgets
    spent = 0
    for _ in range(5):
        try:
            await desk.gateway.ask(caller, "chat/completions", ASK)
            spent += 1
        except Exception as error:
            assert "current budget" in str(error)
    assert 1 <= spent <= 3
    async with transaction(desk.engine) as tx:
        await budget_book.remove(tx, made.id, by=ana)
    await desk.gateway.read_again()


async def test_a_new_day_begins_with_a_whole_budget(desk: Desk):
    key, id = await desk.new_key(budget="0.0025")
    async with desk.engine.begin() as tx:
        of = {"key": id}
        await tx.execute(
            text(
                "update sayso.gateway_budgets set period = 'day', spent = amount, period_start = now() - interval '2 days' where subject = :key"
            ),
            of,
        )
    assert (await desk.post("chat/completions", ASK, key)).status_code == 200
    assert (await desk.budget(id)).spent == CALL_COST


async def test_a_process_that_is_gone_gives_back_what_it_held(desk: Desk, tmp_path: Any):
    key, id = await desk.new_key(budget="1")
    gone = Gateway(desk.engine, tmp_path, Door())
    await gone.budgets.alive()
    caller = await desk.gateway.caller_of(b"Bearer " + key.encode())
    await gone.budgets.reserve(caller.budgets, Decimal("0.5"), caller.workspace)
    assert (await desk.budget(id)).leased > 0
    async with desk.engine.begin() as tx:
        await tx.execute(
            text("update sayso.gateway_processes set seen_at = now() - interval '5 minutes' where id = :id"), {"id": gone.process}
        )
    await desk.gateway.budgets.alive()
    assert (await desk.budget(id)).leased == 0
