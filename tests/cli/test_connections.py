"""Connections by the command line: secrets come in by standard input, and are in no argument and no answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.connections.outside import Outside, answer, outside

from sayso.cli.connections import command
from sayso.db import transaction
from sayso.team import people

SECRET = "tk-canary-cli-1"


@pytest.fixture
async def there(
    engine: AsyncEngine, fresh_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Outside]:
    """An installation on the module's database, with an owner, and a service that it may reach."""
    async with transaction(engine) as tx:
        await people.first_owner(tx)
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("SAYSO_EGRESS_ALLOW", "127.0.0.0/8")
    async with outside() as one:
        yield one


async def said(*words: str, stdin: str = "") -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, [*words, "--json"], input=stdin)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


async def test_added_tried_listed_and_removed(there: Outside):
    there.says = [answer(200), answer(401)]
    setting = f"address={there.url}/v1"
    added = await said(
        "add", "http", "--name", "Stock", "--set", setting, "--set", "auth=bearer", "--secrets-from-stdin", stdin=f"{SECRET}\n"
    )
    assert added.exit_code == 0 and told(added)["test_ok"] is True, added.output
    assert there.heard[0].header("authorization") == f"Bearer {SECRET}"
    tried = await said("test", "stock")
    assert told(tried)["test_ok"] is False and "does not accept" in told(tried)["test_said"]
    listed = await said("list")
    assert [one["name"] for one in told(listed)["items"]] == ["Stock"]
    removed = await said("remove", "Stock")
    assert told(removed)["used_by"] == [] and told(await said("list"))["items"] == []
    assert SECRET not in added.output + tried.output + listed.output + removed.output
    missing = await said("test", "Stock")
    assert missing.exit_code == 3


async def test_what_is_wrong(there: Outside):
    for words, stdin, field in (
        (("--set", "auth=bearer"), SECRET, "settings/address"),
        (("--set", "token=x"), "", "--set"),
        (("--set", "address=https://x.example", "--set", "auth=bearer"), "", "secrets/token"),
        (("--set", "address=https://x.example"), "{nonsense", "secrets"),
    ):
        wrong = await said("add", "http", *words, "--secrets-from-stdin", stdin=stdin)
        assert wrong.exit_code == 2 and field in {one["path"] for one in told(wrong)["problems"]}, wrong.output
    assert there.came == 0
