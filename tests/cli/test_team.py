"""People by the command line: who is here, inviting, groups, workspaces."""

import asyncio
import json
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.conftest import Northlight
from tests.connections.post_office import PASSWORD, USER, post_office

from sayso.cli import groups, invitations, invite, members, workspaces
from sayso.db import transaction
from sayso.team import joining


@pytest.fixture(autouse=True)
def here(
    fresh_url: str, northlight_kept: Northlight, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("SAYSO_URL", "https://sayso.example")


async def told(command: click.Command, *words: str, code: int = 0) -> Any:
    result = await asyncio.to_thread(CliRunner().invoke, command, [*words, "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


async def test_members_are_listed_changed_and_removed(northlight_kept: Northlight):
    assert "Ana Prado" in {one["name"] for one in (await told(members.command))["items"]}
    assert (await told(members.command, "role", "Cleo Martin", "builder"))["role_name"] == "Builder"
    await told(members.command, "role", "Cleo Martin", "king", code=2)
    await told(members.command, "role", "Ana Prado", "member", code=5)
    await told(members.command, "suspend", "cleo@northlight.example")
    cleo = next(one for one in (await told(members.command, "list"))["items"] if one["name"] == "Cleo Martin")
    assert cleo["suspended"]
    await told(members.command, "back", cleo["id"])
    assert (await told(members.command, "remove", cleo["id"], "--to", "Ben Okafor"))["to"] == northlight_kept.ben.id
    await told(members.command, "remove", cleo["id"], code=3)


async def test_an_invitation_link_lets_somebody_in(engine: AsyncEngine, northlight_kept: Northlight):
    made = await told(invite.command, "eva@new.example, nobody", "--role", "viewer")
    assert made["refused"] == [{"text": "nobody", "reason": "is no e-mail address"}]
    secret = made["items"][0]["url"].removeprefix("https://sayso.example/join/")
    async with transaction(engine) as tx:
        eva = await joining.join_as_new(tx, secret, "Eva Lund")
    assert (eva.workspace, eva.role) == (northlight_kept.workspace, "viewer")
    await told(invite.command, code=2)
    again = await told(invite.command, "otto@new.example")
    assert again["items"][0]["letter"] == "none"  # there is no mail
    listed = (await told(invitations.command))["items"]
    assert [(one["email"], one["state"], one["letter"]) for one in listed] == [("otto@new.example", "open", "none")]
    sent = await told(invitations.command, "resend", "otto@new.example")
    assert sent["url"] != again["items"][0]["url"] and sent["id"] == again["items"][0]["id"]
    await told(invitations.command, "withdraw", sent["id"])
    await told(invitations.command, "withdraw", sent["id"], code=3)
    assert "/join/" in (await told(invite.command, "--link", "--uses", "0"))["items"][0]["url"]


async def test_an_invitation_goes_by_a_letter_where_there_is_mail(monkeypatch: pytest.MonkeyPatch):
    async with post_office() as office:
        monkeypatch.setenv("SAYSO_SMTP_URL", f"smtp+plain://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{office.port}")
        one = (await told(invite.command, "lena@new.example"))["items"][0]
        assert one["letter"] == "sent" and office.messages[0]["To"] == "lena@new.example"
        assert one["url"] in office.messages[0].as_string().replace("=\n", "").replace("=3D", "=")
        assert (await told(invitations.command, "resend", "lena@new.example"))["letter"] == "sent" and len(office.messages) == 2
        assert (await told(invite.command, "max@new.example", "--no-letter"))["items"][0]["letter"] == "none"
    assert (await told(invite.command, "nina@new.example"))["items"][0]["letter"] == "failed"  # nobody is there


async def test_groups_and_workspaces():
    made = await told(groups.command, "create", "Support", "--member", "Mia Lindqvist", "--property", "region=North")
    assert (len(made["members"]), made["properties"]) == (1, {"region": "North"})
    assert len((await told(groups.command, "add", "support", "Ben Okafor"))["members"]) == 2
    assert len((await told(groups.command, "take", "Support", "Ben Okafor"))["members"]) == 1
    await told(groups.command, "remove", "Support")
    assert (await told(groups.command))["items"] == []
    other = await told(workspaces.command, "create", "Side project")
    assert {one["name"] for one in (await told(workspaces.command))["items"]} == {"Northlight", "Side project"}
    alone = await told(members.command, "list", "--workspace", "side project")
    assert [one["name"] for one in alone["items"]] == ["Ana Prado"]
    await told(members.command, "list", "--workspace", other["id"])
    await told(members.command, "list", "--workspace", "Nowhere", code=3)
