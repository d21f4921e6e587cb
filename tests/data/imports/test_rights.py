"""A file is brought in by somebody who sees a part of an app: nothing that is hidden is filled, and no row lands where they cannot see it."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.data import apps, rows
from sayso.data.imports.target import Choice
from sayso.errors import Forbidden, Invalid
from tests.conftest import Northlight
from tests.data.imports.test_imports import looked, ran, values
from tests.data.rights.desk import desk, filled, granted

MINE = "Subject;Assignee;Secret\nMirror;Mia Lindqvist;x\nClock;Mia Lindqvist;y\n"
HERS = "Subject;Assignee\nMirror;Mia Lindqvist\nClock;Cleo Martin\n"


@pytest.fixture(scope="module", autouse=True)
async def _desk(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    team = northlight_kept
    async with db.transaction(engine) as tx:
        app = await desk(tx, team.ana)
        await filled(tx, app, team.mia, team.cleo)
        await granted(tx, app, "member", team.mia.member, "agent")
        await granted(tx, app, "member", team.cleo.member, "teamwork")


async def test_hidden_fields_are_not_filled_and_their_defaults_are(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path
) -> None:
    mia, ana = northlight_kept.mia, northlight_kept.ana
    one = await ran(engine, tmp_path, await looked(engine, tmp_path, MINE.encode(), mia), mia, app="desk", table="tickets")
    assert one.state == "done", one.message
    assert [row["subject"] for row in await values(engine, "desk", "tickets", mia)] == ["Lamp", "Mirror", "Clock"]
    new = [row for row in await values(engine, "desk", "tickets", ana) if row["subject"] == "Mirror"]
    assert [(row["secret"], row["cost"]) for row in new] == [(None, 7)]


async def test_rows_of_others_take_nothing_with_them(engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path) -> None:
    mia, ana = northlight_kept.mia, northlight_kept.ana
    async with db.transaction(engine) as tx:
        before = await rows.count(tx, await apps.open_app(tx, "desk", by=ana), "tickets")
    one = await ran(engine, tmp_path, await looked(engine, tmp_path, HERS.encode(), mia), mia, app="desk", table="tickets")
    assert one.state == "failed"
    assert "would not see 1 of these rows" in one.message
    async with db.transaction(engine) as tx:
        assert await rows.count(tx, await apps.open_app(tx, "desk", by=ana), "tickets") == before


async def test_what_may_not_be_changed_or_seen_is_refused(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path
) -> None:
    mia, cleo = northlight_kept.mia, northlight_kept.cleo
    one = await looked(engine, tmp_path, MINE.encode(), mia)
    for field in ("secret", "team"):
        with pytest.raises(Invalid):
            await ran(
                engine,
                tmp_path,
                one,
                mia,
                app="desk",
                table="tickets",
                choices=[Choice("Subject", field="subject"), Choice("Secret", field=field)],
            )
    with pytest.raises(Forbidden):
        await ran(engine, tmp_path, one, mia, app="desk", table="customers")
    with pytest.raises(Forbidden):
        await looked(engine, tmp_path, MINE.encode(), cleo)
