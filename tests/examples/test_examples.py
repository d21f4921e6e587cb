"""Every example is valid, complete, and works in a real database with its sample rows."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import examples
from sayso.data import apps, query, rows
from sayso.data.edits import Edit
from sayso.errors import NotFound
from sayso.examples import Example
from sayso.examples.example import FINISHED, TEMPLATES
from sayso.spec.change import Change, difference
from sayso.spec.check import check
from sayso.spec.fields import Link
from sayso.spec.view import Dashboard, Form
from tests.conftest import Northlight

TODAY = date(2026, 11, 22)
IDS = (*FINISHED, *TEMPLATES)


@pytest.mark.parametrize("id", IDS)
def test_an_example_is_valid_and_shows_what_there_is(id: str) -> None:
    spec = examples.load(id).spec
    assert check(spec) == ()
    assert len(spec.tables) >= 2 and spec.description and spec.automations and spec.roles
    assert {"grid", "form", "dashboard"} <= {v.kind for v in spec.views}
    assert any(isinstance(f, Link) for t in spec.tables for f in t.fields)
    assert not any(a.on for a in spec.automations)
    for table in spec.tables:
        assert any(getattr(v, "table", None) == table.id for v in spec.views if not isinstance(v, (Form, Dashboard))), table.name


def test_the_three_finished_apps_use_most_of_what_there_is() -> None:
    specs = [examples.load(id).spec for id in FINISHED]
    kinds = {f.kind for s in specs for t in s.tables for f in t.fields}
    assert {
        "date",
        "datetime",
        "money",
        "percent",
        "rating",
        "link",
        "lookup",
        "rollup",
        "formula",
        "ai",
        "person",
        "file",
        "image",
    } <= kinds
    assert len({v.kind for s in specs for v in s.views}) == 8


def test_the_gallery_lists_them_and_knows_no_others() -> None:
    assert [e.id for e in examples.listed()] == list(IDS) and len(TEMPLATES) >= 10
    assert len({e.name for e in examples.listed()}) == len(IDS)
    with pytest.raises(NotFound):
        examples.load("../../secrets")


@pytest.mark.parametrize("id", IDS)
async def test_an_example_is_built_and_its_rows_are_taken(tx: AsyncConnection, northlight: Northlight, id: str) -> None:
    example = examples.load(id)
    made = await apps.create(tx, example.spec, by=northlight.ben)
    wanted = examples.rows(example, TODAY, [northlight.ben.member or "", northlight.mia.member or ""])
    assert set(wanted) == {t.id for t in example.spec.tables}
    await put(tx, made, example, wanted, northlight)
    for table in example.spec.tables:
        assert len(wanted[table.id]) >= 3
        for view in example.spec.views:
            if getattr(view, "table", None) == table.id and not isinstance(view, (Form, Dashboard)):
                page = await query.page(tx, made, table.id, query.Query(filter=view.filter, sorts=view.sorts))
                assert page.rows and "error" not in str(page.rows), view.name


async def put(
    tx: AsyncConnection, app: apps.OpenApp, example: Example, wanted: dict[str, list[dict[str, Any]]], northlight: Northlight
) -> None:
    """Rows first, then the links between them."""
    links = {t.id: {f.id: f.to for f in t.fields if isinstance(f, Link)} for t in example.spec.tables}
    ids: dict[str, list[int]] = {}
    for table, many in wanted.items():
        plain = [{k: v for k, v in values.items() if k not in links[table]} for values in many]
        ids[table] = [row["id"] for row in await rows.create_many(tx, app, table, plain, by=northlight.ben)]
    for table, many in wanted.items():
        edits: list[Edit] = []
        for id, values in zip(ids[table], many, strict=True):
            linked = {k: [ids[to][one["id"] - 1] for one in values[k]] for k, to in links[table].items() if k in values}
            edits += [Edit(id, linked)] if linked else []
        if edits:
            await rows.update_many(tx, app, table, edits, by=northlight.ben)


async def test_one_example_can_become_another_and_go_back(tx: AsyncConnection, northlight: Northlight) -> None:
    first, second = examples.load(IDS[0]), examples.load(IDS[1])
    app = await apps.create(tx, first.spec, by=northlight.ben)
    there = difference(app.spec, second.spec.model_copy(update={"id": app.spec.id}))
    after = await apps.change(tx, app, Change(title="Something else", steps=there.steps), by=northlight.ben)
    assert after.spec.tables == second.spec.tables
    again = await apps.change(tx, after, difference(after.spec, app.spec), by=northlight.ben)
    assert again.spec == app.spec
