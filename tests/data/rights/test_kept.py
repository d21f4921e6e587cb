"""What a process keeps at hand never shows anybody what they may no longer see: in transactions that are committed, one after the other."""

from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import apps, query, rows
from sayso.data.query import Query
from sayso.db import transaction
from sayso.spec.change import Alter, Change
from sayso.spec.filter import Sort
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.rights.desk import described, desk, filled, granted, grouped


@pytest.fixture(scope="module")
async def ids(engine: AsyncEngine, northlight_kept: Northlight) -> dict[str, int]:
    team = northlight_kept
    async with transaction(engine) as tx:
        app = await desk(tx, team.ana)
        await described(tx, team.mia, region="North")
        return await filled(tx, app, team.mia, team.cleo)


async def _subjects(engine: AsyncEngine, by: Actor, **asked: Any) -> list[str]:
    async with transaction(engine) as tx:
        page = await query.page(tx, await apps.open_app(tx, "desk", by=by), "tickets", Query(fields=("subject",), **asked))
        return [row["values"]["subject"] for row in orjson.loads(page.rows)]


async def _given(engine: AsyncEngine, by: Actor, to: Actor, *roles: str) -> None:
    async with transaction(engine) as tx:
        await granted(tx, await apps.open_app(tx, "desk", by=by), "member", to.member, *roles)


async def _change(engine: AsyncEngine, by: Actor, table: str, id: int, **values: Any) -> None:
    async with transaction(engine) as tx:
        await rows.update(tx, await apps.open_app(tx, "desk", by=by, to="write"), table, id, values, by=by)


async def test_orders_follow_what_a_rule_reads(engine: AsyncEngine, northlight_kept: Northlight, ids: dict[str, int]) -> None:
    ana, mia, cleo = northlight_kept.ana, northlight_kept.mia, northlight_kept.cleo
    await _given(engine, ana, mia, "agent")
    await _given(engine, ana, cleo, "agent")
    for _ in range(2):  # the second time from what is kept
        assert await _subjects(engine, mia) == ["Lamp"]
        assert await _subjects(engine, cleo) == ["Chair"]
        assert await _subjects(engine, ana) == ["Lamp", "Chair", "Desk"]
    await _change(engine, ana, "tickets", ids["Lamp"], assignee=[cleo.member])
    assert await _subjects(engine, mia) == []
    assert await _subjects(engine, cleo) == ["Lamp", "Chair"]
    await _change(engine, ana, "tickets", ids["Lamp"], assignee=[mia.member])
    assert await _subjects(engine, mia) == ["Lamp"]


async def test_orders_follow_rows_at_the_other_end_of_a_rule(
    engine: AsyncEngine, northlight_kept: Northlight, ids: dict[str, int]
) -> None:
    ana, mia = northlight_kept.ana, northlight_kept.mia
    await _given(engine, ana, mia, "regional")
    down = (Sort(field="subject"),)
    for _ in range(2):
        assert await _subjects(engine, mia, sorts=down) == ["Chair", "Lamp"]
    await _change(engine, ana, "customers", ids["Rosa"], region="North")
    assert await _subjects(engine, mia, sorts=down) == ["Chair", "Desk", "Lamp"]
    await _change(engine, ana, "tickets", ids["Lamp"], customer=[])
    assert await _subjects(engine, mia, sorts=down) == ["Chair", "Desk"]
    await _change(engine, ana, "tickets", ids["Lamp"], customer=[ids["Otto"]])
    await _change(engine, ana, "customers", ids["Rosa"], region="South")
    assert await _subjects(engine, mia, sorts=down) == ["Chair", "Lamp"]


async def test_grants_groups_properties_and_roles_count_at_once(
    engine: AsyncEngine, northlight_kept: Northlight, ids: dict[str, int]
) -> None:
    ana, mia, cleo = northlight_kept.ana, northlight_kept.mia, northlight_kept.cleo
    await _given(engine, ana, mia, "regional")
    assert await _subjects(engine, mia) == ["Lamp", "Chair"]
    async with transaction(engine) as tx:
        await described(tx, mia, region="South")
    assert await _subjects(engine, mia) == ["Desk"]
    await _given(engine, ana, mia, "teamwork")
    assert await _subjects(engine, mia, search="Lamp") == []
    async with transaction(engine) as tx:
        await grouped(tx, ana, "Support", mia, cleo)
    async with transaction(engine) as tx:
        page = await query.page(tx, await apps.open_app(tx, "desk", by=mia), "tickets", Query(fields=("subject",)))
        assert page.total == 2
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, "desk", by=ana, to="build")
        role = next(role for role in app.spec.roles if role.id == "teamwork")
        right = role.rights[0].model_copy(update={"hidden": ("subject",)})
        value = role.model_copy(update={"rights": (right,)})
        await apps.change(tx, app, Change(steps=(Alter(part="role", id=role.id, value=value),)), by=ana)
    async with transaction(engine) as tx:
        seen = (await apps.open_app(tx, "desk", by=mia)).spec.table("tickets")
        assert seen is not None
        assert seen.field("subject") is None
    await _given(engine, ana, mia, "@nothing")
    async with transaction(engine) as tx:
        assert [line.id for line in await apps.listed(tx, by=mia)] == []
