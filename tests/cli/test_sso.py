"""Identity providers by the command line: looked at, and the way back in when one is broken."""

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.conftest import Northlight

from sayso.cli import sso
from sayso.db import transaction
from sayso.team.signin import policy
from sayso.team.signin.policy import Policy
from sayso.team.sso import providers
from sayso.team.sso.enforcing import ONLY


@pytest.fixture(autouse=True)
def here(fresh_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("SAYSO_URL", "https://sayso.example")
    monkeypatch.setenv("SAYSO_EGRESS_ALLOW", "127.0.0.0/8")


async def told(*words: str, code: int = 0) -> Any:
    result = await asyncio.to_thread(CliRunner().invoke, sso.command, [*words, "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


async def test_the_operator_looks_at_it_and_lets_people_in_otherwise(engine: AsyncEngine, northlight_kept: Northlight):
    ana = northlight_kept.ana
    assert (await told())["items"] == []
    async with transaction(engine) as tx:
        settings = {"issuer": "http://127.0.0.1:1", "client_id": "sayso"}
        made = await providers.create(tx, preset="oidc", kind="oidc", name="Work", settings=settings, mapping={}, on=True, by=ana)
        await policy.put(tx, Policy(ONLY, False, 30, None), by=ana)
    (looked,) = (await told("test", "work", code=1))["items"]
    assert not looked["ok"] and looked["checks"][0]["name"] == "Reach it"
    assert (await told())["enforced"]
    assert await told("disable", "Work") == {"lifted": True, "off": made.id}
    async with transaction(engine) as tx:
        assert (await policy.read(tx, ana.workspace)).methods == policy.METHODS
    assert (await told()) | {"items": []} == {"enforced": False, "items": []}
    assert [one["on"] for one in (await told("list"))["items"]] == [False]
    assert await told("enable", made.id) == {"on": made.id}
    await told("test", "elsewhere", code=3)
