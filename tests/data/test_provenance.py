"""Who wrote a value stays known through edits, kinds, versions, the trash and forgetting; and costs nothing where no model writes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, forgetting, provenance, query, rows, trash, undo, versions, written
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.data.provenance import Provenance
from sayso.data.query import Query
from sayso.db.fill_tables import values
from sayso.spec.app import App, app_from
from sayso.spec.change import Change
from sayso.team.actor import Actor
from tests.conftest import Northlight

NOTES: App = app_from(
    {
        "id": "notes",
        "name": "Notes",
        "tables": [
            {
                "id": "notes",
                "name": "Notes",
                "fields": [
                    {"kind": "text", "id": "title", "name": "Title"},
                    {"kind": "text", "id": "mood", "name": "Mood", "fill": {"task": "generate", "prompt": "{Title}"}},
                ],
            },
            {"id": "plain", "name": "Plain", "fields": [{"kind": "text", "id": "title", "name": "Title"}]},
        ],
    }
)
ABOUT = {"model": "stub", "provider": "up", "version": "v1"}


@pytest.fixture
async def app(tx: AsyncConnection, northlight: Northlight) -> OpenApp:
    return await apps.create(tx, NOTES, by=northlight.ana)


async def _again(tx: AsyncConnection, app: OpenApp, by: Actor) -> OpenApp:
    return await apps.open_app(tx, app.id, by=by, to="build")


async def _model_writes(tx: AsyncConnection, app: OpenApp, id: int, value: str) -> None:
    table = app.spec.tables[0]
    at = rows_of(app, table)
    number = at.numbers["mood"]
    model = replace(app, by=Actor("model", app.by.workspace, None, "owner", "A model"))
    kept = await written.change(tx, model, at, [written.Change(id, {number: value})])
    await provenance.follow(tx, model, at, kept, {(id, number): Provenance("written", ABOUT, "digest")})


async def _shown(tx: AsyncConnection, app: OpenApp, id: int) -> tuple[Any, Any]:
    row = await rows.read(tx, app, "notes", id)
    return row["values"]["mood"], row.get("ai")


async def test_rows_that_no_model_wrote_say_nothing(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    plain = await rows.create(tx, app, "plain", {"title": "x"}, by=northlight.ana)
    note = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    assert "ai" not in plain
    assert "ai" not in note


async def test_a_value_given_with_a_new_row_is_a_persons(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x", "mood": "glad"}, by=northlight.ana)
    assert row["ai"]["mood"]["state"] == "by_hand"
    await undo.undo(tx, app, by=northlight.ana)
    await undo.redo(tx, app, by=northlight.ana)
    value, ai = await _shown(tx, app, row["id"])
    assert (value, ai["mood"]["state"]) == ("glad", "by_hand")


async def test_pages_show_it_beside_the_values_of_the_fields_asked_for(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    await _model_writes(tx, app, row["id"], "glad")
    page = await query.page(tx, app, "notes", Query())
    assert orjson.loads(page.rows)[0]["ai"] == {"mood": {**ABOUT, "state": "written"}}
    assert b'"ai"' not in (await query.page(tx, app, "notes", Query(fields=("title",)))).rows


async def test_an_edit_and_its_undo_and_redo(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    id = row["id"]
    await _model_writes(tx, app, id, "glad")
    assert await _shown(tx, app, id) == ("glad", {"mood": {**ABOUT, "state": "written"}})
    await rows.update(tx, app, "notes", id, {"mood": "sad"}, by=northlight.ana)
    assert (await _shown(tx, app, id))[1]["mood"]["by"] == northlight.ana.member
    await undo.undo(tx, app, by=northlight.ana)
    assert await _shown(tx, app, id) == ("glad", {"mood": {**ABOUT, "state": "written"}})
    await undo.redo(tx, app, by=northlight.ana)
    assert (await _shown(tx, app, id))[0] == "sad"
    await rows.update(tx, app, "notes", id, {"mood": ""}, by=northlight.ana)
    assert await _shown(tx, app, id) == (None, None)
    await undo.undo(tx, app, by=northlight.ana)
    assert (await _shown(tx, app, id))[1]["mood"]["state"] == "by_hand"


async def test_another_field_edited_leaves_it_alone(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    await _model_writes(tx, app, row["id"], "glad")
    await rows.update(tx, app, "notes", row["id"], {"title": "y", "mood": "glad"}, by=northlight.ana)
    assert (await _shown(tx, app, row["id"]))[1]["mood"]["state"] == "written", "the same value is no other value"


async def test_a_field_that_goes_and_comes_back_knows_it_still(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    await _model_writes(tx, app, row["id"], "glad")
    gone = Change.model_validate({"title": "", "steps": [{"do": "remove", "part": "field", "table": "notes", "id": "mood"}]})
    without = await apps.change(tx, await _again(tx, app, northlight.ana), gone, by=northlight.ana)
    assert "ai" not in await rows.read(tx, without, "notes", row["id"])
    back = await versions.restored(tx, await _again(tx, without, northlight.ana), 1, by=northlight.ana)
    assert await _shown(tx, back, row["id"]) == ("glad", {"mood": {**ABOUT, "state": "written"}})


async def test_a_field_of_another_kind_does_not_pass_for_a_persons(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    await _model_writes(tx, app, row["id"], "glad")
    long = {"kind": "long_text", "id": "mood", "name": "Mood", "fill": {"task": "generate", "prompt": "{Title}"}}
    step = {"do": "alter", "part": "field", "table": "notes", "id": "mood", "value": long}
    change = Change.model_validate({"title": "", "steps": [step]})
    after = await apps.change(tx, await _again(tx, app, northlight.ana), change, by=northlight.ana)
    assert await _shown(tx, after, row["id"]) == ("glad", {"mood": {**ABOUT, "state": "written"}})


async def test_it_comes_back_from_the_trash_and_is_forgotten_with_the_row(
    tx: AsyncConnection, app: OpenApp, northlight: Northlight
):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    id = row["id"]
    await _model_writes(tx, app, id, "glad")
    await rows.trash(tx, app, "notes", [id], by=northlight.ana)
    assert (await rows.restore(tx, app, "notes", [id], by=northlight.ana))[0]["ai"]["mood"]["state"] == "written"
    await rows.trash(tx, app, "notes", [id], by=northlight.ana)
    at = rows_of(app, app.spec.tables[0]).sql
    await tx.execute(update(at).values(deleted_at=func.now() - timedelta(days=99)))
    assert await trash.purge(tx, app, "notes", by=northlight.ana) == 1
    assert (await tx.execute(select(func.count()).select_from(values))).scalar_one() == 0


async def test_what_was_taken_away_for_good_takes_it_along(tx: AsyncConnection, app: OpenApp, northlight: Northlight):
    row = await rows.create(tx, app, "notes", {"title": "x"}, by=northlight.ana)
    await _model_writes(tx, app, row["id"], "glad")
    gone = Change.model_validate({"title": "", "steps": [{"do": "remove", "part": "field", "table": "notes", "id": "mood"}]})
    after = await apps.change(tx, await _again(tx, app, northlight.ana), gone, by=northlight.ana)
    assert await forgetting.forget(tx, await _again(tx, after, northlight.ana), by=northlight.ana, days=-1) == 1
    assert (await tx.execute(select(func.count()).select_from(values))).scalar_one() == 0
