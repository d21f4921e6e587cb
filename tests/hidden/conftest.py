"""The vault, its clerk, and what is hidden from them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import open_engine, transaction
from sayso.settings import Settings
from sayso.team import access, members, people
from sayso.team.access import Grant
from sayso.web.app import create_app
from tests.conftest import fresh
from tests.isolation import worlds
from tests.isolation.seeds import planted
from tests.isolation.worlds import Words, World, made
from tests.web.conftest import URL, Caller

HIDDEN = ("Halifax", "Winterthur", "Oaxaca")
"""In a field, in a row and in a table that the clerk does not see."""

CLERK: dict[str, Any] = {
    "id": "clerk",
    "name": "Clerk",
    "rights": [
        {
            "table": "achests",
            "may": "everything",
            "comment": True,
            "export": True,
            "rows": {"of": [{"field": "keeper", "op": "any_of", "value": ["me"]}]},
            "hidden": ["worth", "notes", "papers", "seal"],
        }
    ],
}


@dataclass
class Vault:
    """`row` is one that Tess keeps, `other` one that she does not; `file` and `seen_file` are held by a hidden and a seen field."""

    world: World
    tess: Caller
    guest: Caller
    """A guest who was given the role of a clerk, and nothing else."""
    custom: Caller
    """A member by a role of the workspace's own, who was given the role of a clerk."""
    row: int
    other: int
    key: int
    file: str

    @property
    def table(self) -> str:
        return f"/api/apps/{self.world.ids['app']}/tables/{self.world.ids['table']}"

    @property
    def ben(self) -> Caller:
        return self.world.builder

    @property
    def engine(self) -> AsyncEngine:
        return self.world.engine

    async def says(self, worth: int) -> None:
        """Ben writes what Tess does not see: a number, the same number in words, a row of others, a row of another table."""
        told = {"worth": worth, "notes": f"Halifax {worth}"}
        made(await self.ben.patch(f"{self.table}/rows/{self.row}", json={"values": told}))
        made(await self.ben.patch(f"{self.table}/rows/{self.other}", json={"values": told | {"label": f"Winterthur {worth}"}}))
        keys = self.table.replace("achests", "akeys")
        made(await self.ben.patch(f"{keys}/rows/{self.key}", json={"values": {"label": f"Oaxaca {worth}"}}))


@pytest.fixture(scope="package")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
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
async def vault(app: FastAPI, engine: AsyncEngine) -> AsyncIterator[Vault]:
    world = await planted(await worlds.founded(app, engine, "a", Words("Quennell", "Northlight")))
    ben, tess, where = world.builder, world.callers["member"], f"/api/apps/{world.ids['app']}"
    fields = [
        {"kind": "formula", "id": "twice", "name": "Twice", "formula": "{Worth} * 2"},
        {"kind": "formula", "id": "shout", "name": "Shout", "formula": 'upper({Notes}) & "!"'},
        {"kind": "number", "id": "badge", "name": "Badge", "unique": True},
        {"kind": "number", "id": "seal", "name": "Seal", "unique": True},
    ]
    steps = [{"do": "add", "part": "field", "table": "achests", "value": field} for field in fields]
    view = {"kind": "grid", "id": "dear", "name": "Dear", "table": "achests", "sorts": [{"field": "worth", "descending": True}]}
    rich = {**view, "id": "rich", "name": "Rich", "filter": {"of": [{"field": "worth", "op": "gt", "value": 6000}]}}
    lookup = {"kind": "lookup", "id": "costs", "name": "Costs", "link": "chest", "field": "worth"}
    steps += [{"do": "add", "part": "view", "value": one} for one in (view, rich)]
    steps += [{"do": "add", "part": "field", "table": "akeys", "value": lookup}, {"do": "add", "part": "role", "value": CLERK}]
    version = (await ben.get(where)).json()["version"]
    made(await ben.post(f"{where}/versions", json={"change": {"title": "", "steps": steps}, "base_version": version}))
    rights = {"name": "Nearly all", "rights": ["read", "comment", "write"]}
    guest, custom = (
        await joined(world, "guest"),
        await joined(world, made(await world.owner.post("/api/roles", json=rights))["id"]),
    )
    number = world.inside["app_number"]
    async with transaction(engine) as tx:
        owner = world.actors["owner"]
        clerks = [Grant("member", one.actor.member or "", "clerk") for one in (tess, guest, custom)]
        await access.put(tx, number, clerks, by=owner, id="avault", name="vault", roles={"clerk": "Clerk"})
    paper = ("Halifax.txt", b"Halifax in a file", "text/plain")
    file = made(await ben.post("/api/files", files={"file": paper}))["id"]
    table = f"{where}/tables/achests"
    mine = {
        "label": "Mine",
        "keeper": [tess.actor.member],
        "papers": [file],
        "stage": "won",
        "badge": 7,
    }
    theirs = {"label": "Winterthur", "stage": "won", "badge": 8, "papers": [file]}
    others = [{"label": "Mine", "keeper": [one.actor.member], "stage": "won"} for one in (guest, custom)]
    rows = made(await ben.post(f"{table}/rows", json={"rows": [{"values": one} for one in (mine, theirs, *others)]}))["rows"]
    made(await ben.post(f"{table}/rows/{rows[1]['id']}/comments", json={"text": "Winterthur is not for clerks"}))
    key = made(await ben.post(f"{where}/tables/akeys/rows", json={"values": {"label": "Oaxaca", "chest": [rows[1]["id"]]}}))[
        "rows"
    ][0]
    vault = Vault(world, tess, guest, custom, rows[0]["id"], rows[1]["id"], key["id"], file)
    world.ids["row"] = str(vault.row)
    await vault.says(1)
    yield vault


async def joined(w: World, role: str) -> Caller:
    """Somebody new, with this role in the workspace."""
    owner = w.actors["owner"]
    async with transaction(w.engine) as tx:
        actor = (await people.add(tx, f"Of {role}", role="viewer", by=owner)).actor
        await members.change_role(tx, actor.member or "", role, by=owner)
    return await worlds.token_of(w.app, w.engine, actor)


def plain(text: str) -> str:
    """An answer without times, versions and places, which differ from one asking to the next whatever is asked."""
    text = re.sub(r'"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?"', '"at"', text)
    text = re.sub(r'"(id|version|seq|place|now|ms|took_ms|seconds|next|base_version|count|day)": ?"?\d+"?', r'"\1":0', text)
    return re.sub(r"\b[a-z]{1,4}_[a-z0-9]{12}\b", "id", text)


def leaks(text: str) -> list[str]:
    return [word for word in HIDDEN if word.casefold() in text.casefold()]
