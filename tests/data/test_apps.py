"""An app is made, found, listed, put away and brought back; and only by those who may."""

# ruff: noqa: S608  numbers of the catalogue

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.db import tables as t
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.spec.app import App, app_from
from sayso.spec.table import Table
from sayso.team import people
from tests.conftest import Northlight
from tests.data.desk_rows import link, put
from tests.spec.desk import DESK


async def told(tx: AsyncConnection, northlight: Northlight) -> list[str]:
    return list(
        (
            await tx.execute(
                select(t.events.c.kind).where(t.events.c.workspace_id == northlight.workspace).order_by(t.events.c.id)
            )
        ).scalars()
    )


async def test_an_app_is_made_with_its_tables_and_found_again(tx: AsyncConnection, northlight: Northlight) -> None:
    made = await apps.create(tx, DESK, by=northlight.ben)
    assert (made.id, made.version, made.spec) == ("client_desk", 1, DESK)
    await put(tx, made, "clients", name="Brandt & Söhne", worth=1250)

    found = await apps.open_app(tx, "client_desk", by=northlight.cleo)
    assert (found.spec, found.columns, found.number) == (DESK.model_copy(update={"roles": ()}), made.columns, made.number)
    assert found.whole == DESK
    (line,) = await apps.listed(tx, by=northlight.cleo)
    assert (line.name, line.tables, line.rows, line.version) == ("Client desk", 2, 1, 1)
    assert await told(tx, northlight) == ["app.built"]
    version = (await tx.execute(select(t.versions.c.effects).where(t.versions.c.app == made.number))).scalar_one()
    assert version[0]["sentence"] == "Adds the table Clients with 6 fields"


async def test_a_second_app_of_that_name_gets_an_id_of_its_own(tx: AsyncConnection, northlight: Northlight) -> None:
    await apps.create(tx, DESK, by=northlight.ben)
    assert (await apps.create(tx, DESK, by=northlight.ben)).id == "client_desk_2"


async def test_only_who_may_finds_and_opens(tx: AsyncConnection, northlight: Northlight) -> None:
    await apps.create(tx, DESK, by=northlight.ben)
    with pytest.raises(Forbidden):
        await apps.create(tx, DESK, by=northlight.mia)
    with pytest.raises(Forbidden):
        await apps.open_app(tx, "client_desk", by=northlight.cleo, to="write")
    with pytest.raises(Forbidden):
        await apps.open_app(tx, "client_desk", by=northlight.mia, to="build")
    opened = await apps.open_app(tx, "client_desk", by=northlight.ben, to="read")
    with pytest.raises(Forbidden):
        opened.must("build")
    with pytest.raises(NotFound):
        await apps.open_app(tx, "nowhere", by=northlight.ben)


async def test_another_workspace_sees_nothing(tx: AsyncConnection, northlight: Northlight) -> None:
    await apps.create(tx, DESK, by=northlight.ben)
    stranger = await people.found(tx, name="Elsewhere", owner="Eve")
    with pytest.raises(NotFound):
        await apps.open_app(tx, "client_desk", by=stranger, to="build")
    assert await apps.listed(tx, by=stranger) == ()
    with pytest.raises(NotFound):
        await apps.restore(tx, "client_desk", by=stranger)


async def test_an_app_that_makes_no_sense_is_refused_whole(tx: AsyncConnection, northlight: Northlight) -> None:
    with pytest.raises(Invalid) as refused:
        await apps.create(tx, App(id="x", name="X", zone="Mars", tables=(Table(id="t", name="T"),)), by=northlight.ben)
    assert {p.path for p in refused.value.problems} == {"zone", "tables/t"}
    assert await apps.listed(tx, by=northlight.ben) == ()


async def test_an_app_goes_to_the_trash_and_comes_back(tx: AsyncConnection, northlight: Northlight) -> None:
    made = await apps.create(tx, DESK, by=northlight.ben)
    row = await put(tx, made, "clients", name="Brandt & Söhne")
    await apps.remove(tx, made, by=northlight.ben)
    with pytest.raises(NotFound):
        await apps.open_app(tx, made.id, by=northlight.ana)
    assert [a.id for a in await apps.trashed(tx, by=northlight.ben)] == [made.id]
    assert (await apps.create(tx, DESK, by=northlight.ben)).id == "client_desk_2"

    back = await apps.restore(tx, made.id, by=northlight.ben)
    name = f"select c_{back.columns.fields['clients']['name']} from app_{back.number}.t_{back.columns.tables['clients']} where id = {row}"
    assert (await tx.execute(text(name))).scalar_one() == "Brandt & Söhne"
    assert await told(tx, northlight) == ["app.built", "app.trashed", "app.built", "app.restored"]


async def test_names_that_look_like_sql_are_only_names(tx: AsyncConnection, northlight: Northlight) -> None:
    rude = 'x"; drop schema sayso cascade; --'
    spec = app_from(
        {
            "name": rude,
            "tables": [
                {
                    "name": rude,
                    "fields": [{"name": rude}, {"name": "it's", "options": ["a'b\\", "%s :x ::y"]}, {"name": "100% :of"}],
                },
                {"name": "y" * 100, "fields": ["Ä" * 100, "Ä" * 101]},
            ],
        }
    )
    made = await apps.create(tx, spec, by=northlight.ben)
    views = "select table_name from information_schema.tables where table_schema = :s"
    names = set((await tx.execute(text(views), {"s": f"app_{made.id}"[:44]})).scalars())
    assert rude in names and len(names) == 2
    await put(tx, made, made.spec.tables[0].id, it_s="a_b")
    shown = f'select "it\'s" from app_{made.id[:40]}."{rude.replace(chr(34), chr(34) * 2)}"'
    assert (await tx.exec_driver_sql(shown, execution_options={"no_parameters": True})).scalar_one() == "a'b\\"


async def test_readable_views_say_what_people_see(tx: AsyncConnection, northlight: Northlight) -> None:
    made = await apps.create(tx, DESK, by=northlight.ben)
    client = await put(tx, made, "clients", name="Brandt & Söhne", worth=1250)
    job = await put(tx, made, "projects", title="Spring", stage="won", budget=990)
    await link(tx, made, "projects", "client", job, client)
    row = (await tx.execute(text('select "Title", "Stage", "Budget", "Client" from app_client_desk."Projects"'))).one()
    assert (row[0], row[1], str(row[2]), row[3]) == ("Spring", "Won", "9.90", ["Brandt & Söhne"])
