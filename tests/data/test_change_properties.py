"""For random apps with rows in them and random changes: taken back, every value is what it was; done again, what it had become."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.data import apps, undo
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.change import Change, apply, completed
from sayso.spec.check import check_change
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.desk_rows import link, put, whole
from tests.spec.random_apps import apps as random_apps
from tests.spec.random_apps import changes

STORED: dict[str, list[object]] = {
    "text": ["x", "12", "2026-11-27", "Open"], "long_text": ["a\nb", "3"], "number": [1, 2.5, -3], "money": [1250, 0], "percent": [0.25],
    "duration": [5400], "rating": [4], "checkbox": [True, False], "email": ["a@b.example"], "phone": ["030 123"],
    "url": ["https://x.example"], "ai": ["said"],
}  # fmt: skip
ROWS = 5


async def filled(tx: AsyncConnection, spec: App, by: Actor, seed: int) -> OpenApp:
    chance = random.Random(seed)
    app = await apps.create(tx, spec, by=by)
    for table in app.spec.tables:
        for _ in range(ROWS):
            values = {f.id: chance.choice([*STORED[f.kind], None]) for f in table.fields if f.kind in STORED}
            choices = {f.id: chance.choice([o.id for o in f.options]) for f in table.fields if f.kind == "select"}
            many = {f.id: [o.id for o in f.options] for f in table.fields if f.kind == "multi_select"}
            await put(tx, app, table.id, **values, **choices, **many)
    for table_id, field_id in app.columns.ends.values():
        for row, other in zip(chance.sample(range(1, ROWS + 1), 3), chance.sample(range(1, ROWS + 1), 3), strict=True):
            await link(tx, app, table_id, field_id, row, other)
    return app


def valid(app: App, change: Change) -> bool:
    whole_change = completed(app, change)
    return apply(app, whole_change) != app and check_change(app, whole_change) == ()


@pytest.mark.slow
async def test_any_change_is_taken_back_with_every_value(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    drawn: list[tuple[App, Change, int]] = []

    @settings(max_examples=150, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.data(), st.integers(0, 10_000))
    def draw(data: st.DataObject, seed: int) -> None:
        app = data.draw(random_apps())
        change = data.draw(changes(app))
        if valid(app, change) and len(drawn) < 40:
            drawn.append((app, change, seed))

    draw()
    assert len(drawn) == 40
    ben = northlight_kept.ben
    for app, change, seed in drawn:
        async with engine.connect() as tx, tx.begin() as begun:
            await there_and_back(tx, app, change, seed, ben)
            await begun.rollback()


async def there_and_back(tx: AsyncConnection, spec: App, change: Change, seed: int, ben: Actor) -> None:
    app = await filled(tx, spec, ben, seed)
    before = await whole(tx, app)
    try:
        changed = await apps.change(tx, app, change, by=ben)
    except Invalid:
        assert (await apps.open_app(tx, app.id, by=ben)).version == 1
        return
    after = await whole(tx, changed)
    await undo.undo(tx, await apps.open_app(tx, app.id, by=ben, to="write"), by=ben)
    back = await apps.open_app(tx, app.id, by=ben)
    assert back.spec == app.spec
    assert await whole(tx, back) == before
    await undo.redo(tx, await apps.open_app(tx, app.id, by=ben, to="write"), by=ben)
    again = await apps.open_app(tx, app.id, by=ben)
    assert again.spec == changed.spec
    assert await whole(tx, again) == after
