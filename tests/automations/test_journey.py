"""From one sentence to a letter: typed, planned, built, run, received."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.builder.planner import Wish, plan
from sayso.data import apps
from sayso.db import transaction
from sayso.gateway.builtin.embedding import available
from sayso.gateway.builtin.models import built_in
from sayso.spec.change import completed_app
from tests.automations.deals_desk import Deals, gateway_with, mail_account, with_connections
from tests.automations.running_desk import Outside
from tests.conftest import Northlight
from tests.connections.post_office import post_office


@pytest.mark.skipif(not available(), reason="the language model has not been fetched")
async def test_typed_as_one_sentence_it_arrives(engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path):
    ben, connections = northlight_kept.ben, with_connections(engine, tmp_path)
    made = plan(Wish("every Monday at 9 e-mail me a summary of open deals")).spec
    async with post_office() as office, gateway_with(engine, tmp_path, *built_in()) as gateway:
        await mail_account(connections, ben, office.port)
        async with transaction(engine) as tx:
            app = await apps.create(tx, completed_app(made), by=ben)
            registered = await Deals.register(tx, app, ben)
        desk = Deals(engine, ben, app, registered, Outside(), tmp_path, {"connections": connections, "gateway": gateway})
        for name, stage, value in (("Halden", "proposal", "38000.00"), ("Lind", "lead", "100.50"), ("Paid", "won", "99999.00")):
            await desk.add("deals", name=name, stage=stage, value=value)
        run = await desk.begin(key="slot:2026-11-23T09:00+00:00", kind="schedule")
        row = await desk.done(run)
        assert (row.state, row.problem) == ("done", "")
    (letter,) = office.messages
    assert str(letter["To"]).endswith("<ben@northlight.example>") and "Open deals" in letter["Subject"]
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain and html
    words = plain.get_content()
    assert "Halden" in words and "Lind" in words and "Paid" not in words and "38100.50" in words
    assert 'src="cid:' in html.get_content(), "with its chart"
