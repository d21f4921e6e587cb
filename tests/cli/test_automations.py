"""Automations by the command line."""

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.automations.desk import automation, desk

from sayso.cli.automations import command
from sayso.db import transaction
from sayso.db.automation_tables import runs
from sayso.team import people


@pytest.fixture
async def installed(
    engine: AsyncEngine, fresh_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation on the module's database, with an owner and an app."""
    async with transaction(engine) as tx:
        owner = await people.first_owner(tx)
        mail = [{"kind": "send_email", "to": "ana@northlight.example"}]
        digest = automation("digest", {"kind": "schedule", "cron": "30 8 * * 1-5"}, on=False, steps=mail)
        order = automation("order", {"kind": "called", "inputs": [{"name": "Customer", "required": True}]})
        await desk(tx, digest, order, by=owner)
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))


async def said(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, [*words, "--json"])


def told(result: Result) -> Any:
    return json.loads(result.stdout)


async def test_they_are_listed_switched_run_and_foretold(installed: None, engine: AsyncEngine) -> None:
    assert [(one["automation"], one["on"]) for one in told(await said("list"))["items"]] == [
        ("desk/order", True),
        ("desk/digest", False),
    ]
    on = told(await said("on", "desk/digest"))
    assert on["on"] and len(on["next"]) == 5 and "mail server" in on["missing"][0]
    coming = told(await said("next", "desk/digest"))["items"]
    assert len(coming) == 5 and coming[0]["at"][11:16] == "08:30"
    assert told(await said("off", "desk/digest"))["on"] is False and told(await said("next"))["items"] == []

    run = told(await said("run", "desk/order", "--inputs", '{"Customer": "Otto"}'))["run"]
    async with engine.connect() as tx:
        assert (await tx.execute(select(runs.c.trigger).where(runs.c.id == run))).scalar_one()["inputs"] == {"Customer": "Otto"}
    for wrong in (
        ("run", "desk/order"),
        ("run", "desk/digest"),
        ("on", "desk/nothing"),
        ("on", "desk"),
        ("run", "desk/order", "--inputs", "x"),
    ):
        assert (await said(*wrong)).exit_code != 0

    tried = told(await said("next", "--words", "every weekday at 8:30", "--zone", "Asia/Tokyo"))
    assert tried["cron"] == "30 8 * * 1-5" and all(at.endswith("T08:30:00+09:00") for at in tried["next"])
    assert (await said("next", "--words", "every blue moon")).exit_code != 0
