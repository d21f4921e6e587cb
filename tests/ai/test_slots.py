"""Slots: what stands behind them, what another model would mean, and switching."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso import db
from sayso.ai import slots
from sayso.data import apps, undo
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.spec.app import App
from sayso.spec.coworker import Slot
from tests.ai.conftest import Story


def app_with(*own: Slot) -> App:
    return App(id="a", name="A", slots=own)


def test_a_slot_resolves_to_the_app_then_to_the_workspace() -> None:
    writer = Slot(id="reply_writer", name="Reply writer", kind="text")
    assert slots.resolve(app_with(), "text").model == "slot:text"
    assert slots.resolve(app_with(writer), "reply_writer").model == "slot:text"
    shared = Slot(id="text", name="Text", kind="text", model="openai/gpt-6-luna")
    assert slots.resolve(app_with(writer, shared), "reply_writer").model == "openai/gpt-6-luna"
    own = writer.model_copy(update={"model": "anthropic/claude"})
    plug = slots.resolve(app_with(own, shared), "reply_writer")
    assert (plug.model, plug.kind, plug.where) == ("anthropic/claude", "text", "app")
    assert slots.resolve(app_with(), "nobody_knows").model == "slot:text"


async def opened(story: Story, tx, to="read"):
    return await apps.open_app(tx, story.app, by=story.desk.company.ana, to=to)


async def test_what_uses_a_slot_is_told_in_sentences(story: Story) -> None:
    async with db.transaction(story.desk.engine) as tx:
        spec = (await opened(story, tx)).spec
        everywhere = await slots.workspace_uses(tx, "vision", by=story.desk.company.ana)
    told = [use.sentence for use in slots.uses(spec, "text")]
    assert "summarises into Summary in Tickets" in told and "chooses Topic in Tickets" in told
    assert [use.sentence for use in slots.uses(spec, "image")] == ["draws Banner in Tickets", "retouches Retouched in Tickets"]
    seen = slots.uses(spec, "vision")
    assert [(use.path, use.needs) for use in seen] == [("tables/tickets/fields/seen", ("vision",))]
    assert everywhere == seen


async def test_switching_is_one_change_with_undo(story: Story) -> None:
    ana, gateway = story.desk.company.ana, story.desk.gateway
    async with db.transaction(story.desk.engine) as tx:
        before = await opened(story, tx, "build")
        after = await slots.switch(tx, gateway, before, "text", "up/stub", by=ana)
        assert slots.resolve(after.spec, "text").model == "up/stub"
        assert after.version == before.version + 1
        again = await slots.switch(tx, gateway, after, "text", None, by=ana)
        assert slots.resolve(again.spec, "text") == replace(slots.resolve(before.spec, "text"))
        undone = await undo.undo(tx, again, by=ana)
        assert "follow the workspace" in undone.sentence
        assert slots.resolve((await opened(story, tx)).spec, "text").model == "up/stub"
        await slots.switch(tx, gateway, await opened(story, tx, "build"), "text", None, by=ana)


async def test_a_model_that_nobody_serves_is_refused_with_names(story: Story) -> None:
    async with db.transaction(story.desk.engine) as tx:
        app = await opened(story, tx, "build")
        with pytest.raises(Invalid, match="no provider serves a model 'up2/none'") as wrong:
            await slots.switch(tx, story.desk.gateway, app, "text", "up2/none", by=story.desk.company.ana)
        assert "sayso/reader" in str(wrong.value.problems[0].example)
        with pytest.raises(NotFound, match="there are text, vision"):
            await slots.switch(tx, story.desk.gateway, app, "heart", "stub", by=story.desk.company.ana)
        with pytest.raises(Forbidden):
            await slots.switch_workspace(tx, story.desk.gateway, "text", "stub", by=story.desk.company.ben)


async def test_the_workspaces_slot_is_an_alias(story: Story) -> None:
    desk, ana = story.desk, story.desk.company.ana
    caller = desk.gateway.caller(ana.workspace)
    assert desk.gateway.plan(caller, "slot:text").routes[0].model == "sayso/reader"
    for model, answers in (("up/stub", "stub"), ("sayso/reader", "sayso/reader"), (None, "sayso/reader")):
        async with db.transaction(desk.engine) as tx:
            await slots.switch_workspace(tx, desk.gateway, "text", model, by=ana)
        await desk.gateway.read_again()
        assert desk.gateway.plan(caller, "slot:text").routes[0].model == answers


async def test_a_preview_says_what_a_model_cannot_do(story: Story) -> None:
    ana, gateway = story.desk.company.ana, story.desk.gateway
    await story.desk.provider(
        "openai", story.desk.up.url, kind="openai", secret="sk-x", models=["gpt-6-luna", "gpt-3.5-turbo", "gpt-image-2"]
    )
    async with db.transaction(story.desk.engine) as tx:
        spec = (await opened(story, tx)).spec
        blind = await slots.preview(tx, gateway, spec, "vision", "openai/gpt-3.5-turbo", by=ana)
        seeing = await slots.preview(tx, gateway, spec, "vision", "openai/gpt-6-luna", by=ana)
        drawing = await slots.preview(tx, gateway, spec, "image", "openai/gpt-6-luna", by=ana)
        reader = await slots.preview(tx, gateway, spec, "text", "sayso/reader", by=ana)
    assert blind.refusals[0] == "Seen sends pictures; GPT-3.5 Turbo does not read them."
    assert seeing.refusals == ()
    assert any("asks for pictures" in one for one in drawing.refusals)
    assert any(one.startswith("Reply is written; sayso/reader reads and does not write") for one in reader.refusals)
    assert not any(one.startswith(("Topic", "Summary")) for one in reader.refusals)
    assert blind.now.answers is None and "Connect one under Models" in blind.now.problems[0]
    assert any("shut" in note.lower() or "ends" in note.lower() for note in blind.notes), blind.notes


async def test_what_last_month_would_have_cost_comes_from_the_ledger(story: Story) -> None:
    ana, gateway = story.desk.company.ana, story.desk.gateway
    async with db.transaction(story.desk.engine) as tx:
        await slots.switch(tx, gateway, await opened(story, tx, "build"), "text", "up/stub", by=ana)
    row = await story.row(subject="x", letter="The lamp is broken.")
    for _ in range(2):
        story.will_say({"summary": "Broken lamp.", "confidence": 1})
        assert (await story.does(row, "summary", model=None)).state == "written"
    await gateway.ledger.flush()
    async with db.transaction(story.desk.engine) as tx:
        app = await opened(story, tx, "build")
        told = (await slots.preview(tx, gateway, app.spec, "text", "openai/gpt-6-luna", by=ana)).spent
        free = (await slots.preview(tx, gateway, app.spec, "text", "sayso/reader", by=ana)).spent
        await slots.switch(tx, gateway, app, "text", None, by=ana)
    assert (told.calls, f"{told.paid:.4f}") == (2, "0.0025")
    assert told.elsewhere and told.sentence.startswith("Your last 30 days would have cost about")
    assert free.elsewhere == 0
