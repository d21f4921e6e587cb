"""A dry run sends nothing, whatever the kind of step, and says what it would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations.work import dry
from tests.automations.deals_desk import Deals, mail_account, with_connections
from tests.automations.test_reaching_steps import LETTER
from tests.conftest import Northlight
from tests.connections.outside import outside
from tests.connections.post_office import post_office

Kept = Northlight


async def tried(desk: Deals, *ids: int) -> Any:
    """What a dry run of it tells: the steps by place."""
    about = {"kind": "row_created", "table": "deals", "rows": list(ids), "count": len(ids)} if ids else {"kind": "called"}
    return await desk.steps(await dry.tried(desk.parts(), desk.registered, about, by=desk.by))


async def test_a_dry_run_opens_no_socket(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    connections = with_connections(engine, tmp_path)
    async with post_office() as office, outside() as there:
        by = (await mail_account(connections, northlight_kept.ana, office.port)).id
        steps = [
            {**LETTER, "connection": by},
            {"kind": "http_request", "id": "ask", "url": f"{there.url}/x", "method": "POST", "body": "{Name}"},
            {"kind": "notify", "id": "tell", "to": "everyone", "body": "{Name}"},
            {"kind": "approval", "id": "may", "by": "owners", "question": "May {Name}?"},
            {"kind": "send_message", "id": "say", "via": "slack", "to": "#sales", "body": "{Name}"},
            {"kind": "ask_coworker", "id": "mina", "coworker": "mina", "ask": "Who is {Name}?"},
            {"kind": "document", "id": "paper", "template": "# {Name}"},
            {"kind": "send_email", "id": "last", "to": "a@b.example", "subject": "{may: approved}", "body": "{ask: body}", "attachments": ["{paper: file}"]},
        ]  # fmt: skip
        desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, steps, connections=connections)
        before = {by.id: len(await desk.told(by)) for by in (northlight_kept.ana, northlight_kept.ben)}
        told = await tried(desk, await desk.deal("Otto", mail="otto@halden.example"))
        assert {place: one.state for place, one in told.items()} == dict.fromkeys(
            ("mail", "ask", "tell", "may", "say", "mina", "paper", "last"), "done"
        ), {place: one.problem for place, one in told.items() if one.problem}
        assert told["mail"].told.startswith("Would e-mail “About Otto now” to Mia Lindqvist")
        assert told["mail"].input["body"] == "Dear Otto,\n\nyour deal is **New**.\n\n", (
            "what would be said is kept to be looked at"
        )
        assert told["may"].told.startswith("Would ask Ana Prado: “May Otto?”")
        assert told["ask"].told == f"Would ask POST {there.url}/x; in a dry run nothing goes out."
        assert told["paper"].told == "Made Weekly.pdf with 1 page."
        assert office.came == [] and there.came == 0
        assert before == {by.id: len(await desk.told(by)) for by in (northlight_kept.ana, northlight_kept.ben)}
