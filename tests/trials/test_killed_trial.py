"""A trial outlives the process that works on it."""

import asyncio
import os
import signal
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from sayso.db import transaction
from sayso.trials import begin
from sayso.trials.estimate import AT_ONCE
from sayso.trials.trial import Cases, Contender, Given
from tests.gateway.upstream import By
from tests.trials.conftest import LETTERS, NEXT, Story, answers

ROOT = Path(__file__).parents[2]
CASES = 100
KEPT_BEFORE_KILL = 50


@pytest.mark.crash
async def test_kill_9_loses_no_answer_and_asks_none_twice_but_those_under_way(story: Story, tmp_path: Path):
    desk, engine = story.desk, story.desk.engine
    given = tuple(Given(inputs={"Letter": f"{LETTERS[n % 5]}, number {n:03}"}) for n in range(CASES))
    wanted = begin.Wanted(
        story.app, NEXT, (Contender(id="c1", model="trio/better"),), Cases(source="hand", count=CASES, given=given)
    )
    async with transaction(engine) as tx:
        ready = await begin.prepared(tx, desk.gateway, wanted, desk.gateway._directory(), by=desk.company.ben)
        id = await begin.begin(tx, ready, by=desk.company.ben)
        await tx.execute(
            text("update sayso.trials set process = 'theirs', seen_at = now() + interval '1 hour' where id = :id"), {"id": id}
        )
    desk.up.always = By(answers, 0.02)
    (tmp_path / "secrets.key").write_bytes(desk.gateway.vault.path.read_bytes())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.trials.killed_trial", engine.url.render_as_string(hide_password=False), str(tmp_path), id,
        stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    assert process.stdout
    for _ in range(KEPT_BEFORE_KILL):
        assert await process.stdout.readline() == b"kept\n"  # written, and committed in a moment
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    async with transaction(engine) as tx:
        kept = (await tx.execute(text("select count(*) from sayso.trial_answers where trial = :id"), {"id": id})).scalar_one()
        state = (await tx.execute(text("select state from sayso.trials where id = :id"), {"id": id})).scalar_one()
        assert KEPT_BEFORE_KILL - AT_ONCE <= kept < 2 * CASES and state == "running"
        await tx.execute(text("update sayso.trials set seen_at = now() - interval '1 minute' where id = :id"), {"id": id})
    told = await story.ended(id)  # the server of this test takes it up

    assert told["state"] == "done" and told["answered"] == 2 * CASES
    asked = Counter(
        (h.json["model"], h.json["messages"][1]["content"]) for h in desk.up.heard if h.path.endswith("chat/completions")
    )
    assert len(asked) == 2 * CASES
    twice = [key for key, times in asked.items() if times > 1]
    assert len(twice) <= AT_ONCE and max(asked.values()) <= 2, "only what was under way is asked again"
    costs = sum(Decimal(one["cost"]) for one in told["contenders"])
    assert Decimal(told["spent"]) == costs == CASES * (Decimal("0.0025") + Decimal("0.00125"))
