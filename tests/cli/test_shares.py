"""Whoever runs the machine sees what is public and ends it; nothing is published from here."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.cli.shares import command
from sayso.data import apps
from sayso.data.publishing import exposure, publish
from sayso.db import transaction
from sayso.spec.app import App
from sayso.team import people

SPEC = {
    "id": "shop", "name": "Shop",
    "tables": [{"id": "goods", "name": "Goods", "fields": [{"kind": "text", "id": "name", "name": "Name"}]}],
    "views": [{"kind": "grid", "id": "all", "name": "All goods", "table": "goods"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(fresh_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("SAYSO_URL", "https://sayso.example")


async def said(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, list(words))


def told(result: Result) -> Any:
    return json.loads(result.stdout)


async def test_what_is_public_is_listed_and_stopped(engine: AsyncEngine):
    assert told(await said("list", "--json")) == {"items": []}
    async with transaction(engine) as tx:
        by = replace(await people.first_owner(tx), session="se_test", proved_at=datetime.now(UTC))
        app = await apps.create(tx, App.model_validate(SPEC), by=by)
        shown = await exposure.of(tx, app, "all")
        share = await publish.publish(tx, app, publish.Wanted("all", shown.fingerprint), by=by)
    (one,) = told(await said("list", "--json"))["items"]
    assert (one["id"], one["app"], one["state"]) == (share.id, "shop", "open")
    assert one["url"] == f"https://sayso.example/share/{share.token}"
    assert (await said("stop")).exit_code == 2 and (await said("stop", share.id, "--all")).exit_code == 2
    assert (await said("stop", "sh_none")).exit_code != 0
    assert told(await said("stop", share.id, "--json")) == {"stopped": 1}
    assert told(await said("stop", "--all", "--json")) == {"stopped": 0}
    assert {"list", "stop"} == set(command.commands), "nothing is published from the command line"
