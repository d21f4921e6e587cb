"""Whoever runs the machine lets people in again; what they type is in no argument and no answer."""

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyotp.totp import TOTP
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.cli.password import command
from sayso.connections.vault import Vault
from sayso.db import transaction
from sayso.errors import SignInNeeded
from sayso.team import people, sessions
from sayso.team.actor import Actor
from sayso.team.signin import codes, mailed, passwords, person

GOOD = "otter under the pier"


@pytest.fixture(scope="module")
async def owner(engine: AsyncEngine) -> Actor:
    async with transaction(engine) as tx:
        return await people.first_owner(tx)


@pytest.fixture(autouse=True)
def here(owner: Actor, fresh_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("SAYSO_URL", "https://sayso.example")


async def said(*words: str, stdin: str = "") -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, list(words), input=stdin)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


async def test_the_first_owner_gets_an_address_and_a_password(
    engine: AsyncEngine, owner: Actor, tmp_path_factory: pytest.TempPathFactory
):
    without = await said("--stdin", stdin=f"{GOOD}\n")
    assert without.exit_code == 2 and "--email" in without.stderr
    async with transaction(engine) as tx:
        before = await sessions.begin(tx, by=owner)
    weak = await said("--email", "ana@northlight.example", "--stdin", stdin="password\n")
    assert weak.exit_code == 2 and "everybody tries first" in weak.stderr
    done = await said("--email", "ana@northlight.example", "--stdin", "--json", stdin=f"{GOOD}\n")
    assert done.exit_code == 0 and told(done)["email"] == "ana@northlight.example" and GOOD not in done.output
    async with transaction(engine) as tx:
        ana = await person.by_email(tx, "ana@northlight.example")
        assert ana is not None and await passwords.right(GOOD, await passwords.kept(tx, ana.id))
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, before)
        entry = (await tx.execute(text("select kind, sentence from sayso.audit order by id desc limit 1"))).one()
    assert entry.kind == "password.by_machine" and GOOD not in entry.sentence
    typed = await said("ana@northlight.example", stdin="six red kites\nsix red kites\n")
    assert typed.exit_code == 0 and "six red kites" not in typed.output


async def test_a_link_is_made_of_the_servers_address_and_codes_go_when_the_phone_is_lost(
    engine: AsyncEngine, owner: Actor, tmp_path_factory: pytest.TempPathFactory
):
    async with transaction(engine) as tx:
        member = await people.add(tx, "Ben Okafor", role="builder", email="ben@northlight.example", by=owner)
        vault = Vault(tmp_path_factory.mktemp("vault"))
        begun = await codes.begin(tx, member.person or "", label="", vault=vault)
        await codes.confirm(tx, member.person or "", TOTP(begun.secret).now(), vault=vault)
    made = told(await said("ben@northlight.example", "--link", "--without-codes", "--json"))
    url, _, secret = made["link"].rpartition("/")
    assert url == "https://sayso.example/signin/reset"
    async with transaction(engine) as tx:
        assert (await mailed.look(tx, secret, "reset")).person == member.person and await codes.since(
            tx, member.person or ""
        ) is None
    nobody = await said("nobody@northlight.example", "--link")
    assert nobody.exit_code == 3 and "Nobody here" in nobody.stderr
