"""The two workspaces and everybody who asks, made once for the whole matrix."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import open_engine, transaction
from sayso.settings import Settings
from sayso.team import people
from sayso.web.app import create_app
from tests.conftest import fresh
from tests.isolation import worlds
from tests.isolation.dump import digest
from tests.isolation.seeds import planted
from tests.isolation.worlds import Words, World
from tests.web.conftest import URL, Caller

NORTHLIGHT = Words("Quennell", "Northlight")
BLACKWATER = Words("Zarubezh", "Blackwater")

SETTLED_SECONDS_MAX = 60


@dataclass(frozen=True)
class Matrix:
    """`ours` asks, `theirs` is asked for. `strangers` have no business with anything of `theirs`."""

    ours: World
    theirs: World
    strangers: dict[str, Caller]
    guest: Caller
    """Somebody in `theirs` to whom no app was given."""

    @property
    def engine(self) -> AsyncEngine:
        return self.theirs.engine

    async def unchanged(self, before: dict[str, str]) -> None:
        """What they have is what it was, to the byte."""
        now = await digest(self.engine, self.theirs.workspace)
        changed = [name for name in now if now[name] != before.get(name)]
        assert not changed, (changed, await self._told_lately())

    async def _told_lately(self) -> list[str]:
        """What they were told last, which says what happened."""
        said = text(
            "select title || ' ' || coalesce(text, '') from sayso.notifications where workspace_id = :w order by id desc limit 3"
        )
        async with self.engine.connect() as tx:
            return [str(one)[:300] for one in (await tx.execute(said, {"w": self.theirs.workspace})).scalars()]

    async def settled(self) -> None:
        """After what they did themselves: until nothing of theirs goes on any more."""
        seen: list[dict[str, str]] = []
        async with asyncio.timeout(SETTLED_SECONDS_MAX):
            while len(seen) < 4 or any(one != seen[-1] for one in seen[-4:]):
                seen.append(await digest(self.engine, self.theirs.workspace))
                await asyncio.sleep(0.2)


@pytest.fixture(scope="package")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """One database for all of the matrix: making the two workspaces takes longer than asking for what is theirs."""
    async with fresh(database_url) as url:
        engine = open_engine(url)
        yield engine
        await engine.dispose()


@pytest.fixture(scope="package")
async def app(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    app = create_app(engine, Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=URL))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="package")
async def matrix(app: FastAPI, engine: AsyncEngine) -> AsyncIterator[Matrix]:
    ours = await planted(await worlds.founded(app, engine, "a", NORTHLIGHT))
    theirs = await planted(await worlds.founded(app, engine, "b", BLACKWATER))
    strangers = {
        "anonymous": worlds.client(app),
        "share_link": worlds.client(app, authorization=f"Bearer {theirs.inside['form_share']}"),
        "share_cookie": worlds.with_cookie(app, theirs.inside["form_share"]),
        "withdrawn_token": worlds.client(app, authorization=f"Bearer {theirs.inside['token_withdrawn']}"),
        "ended_session": worlds.with_cookie(app, theirs.inside["session_ended"]),
        **{role: ours.callers[role] for role in ("viewer", "member", "builder", "owner")},
    }
    assert (await worlds.with_cookie(app, theirs.inside["session"]).get("/api/me")).status_code == 200
    assert (await theirs.owner.get(f"/api/apps/{theirs.ids['app']}")).status_code == 200
    async with transaction(engine) as tx:
        guest = (await people.add(tx, "Gus Brandt", role="guest", by=theirs.actors["owner"])).actor
    yield Matrix(ours, theirs, strangers, await worlds.token_of(app, engine, guest))
    for caller in strangers.values():
        await caller.aclose()


@pytest.fixture(scope="module")
async def before(matrix: Matrix) -> dict[str, str]:
    """Their part of the database as it was before anybody asked."""
    return await digest(matrix.engine, matrix.theirs.workspace)
