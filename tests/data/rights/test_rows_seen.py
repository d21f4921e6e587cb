"""Rows, in the database: whoever may not see something finds no way to learn it, and writes nothing that is hidden from them."""

from typing import Any, NamedTuple

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, comments, everywhere, groups, history, query, rows, trash, undo
from sayso.data.exports import export
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.data.rights.visible import visible
from sayso.data.titles import titles
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.spec.change import Add, Change
from sayso.spec.filter import Condition, Filter, Grouping, Sort
from sayso.spec.role import Right, Role
from sayso.spec.view import Measure
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.rights.desk import described, desk, filled, granted, grouped


class World(NamedTuple):
    tx: AsyncConnection
    app: OpenApp
    ids: dict[str, int]
    all: Northlight

    async def of(self, by: Actor, to: Any = "read") -> OpenApp:
        return await apps.open_app(self.tx, "desk", by=by, to=to)

    async def subjects(self, by: Actor, **asked: Any) -> list[str]:
        page = await query.page(self.tx, await self.of(by), "tickets", Query(fields=("subject",), **asked))
        found = [row["values"]["subject"] for row in orjson.loads(page.rows)]
        assert page.total == len(found)
        return found


@pytest.fixture
async def world(tx: AsyncConnection, northlight: Northlight) -> World:
    app = await desk(tx, northlight.ana)
    ids = await filled(tx, app, northlight.mia, northlight.cleo)
    return World(tx, app, ids, northlight)


async def test_the_nearest_grant_wins(world: World) -> None:
    tx, app, _, team = world
    assert await world.subjects(team.mia) == ["Lamp", "Chair", "Desk"]
    await granted(tx, app, "everyone", None, "@nothing")
    with pytest.raises(NotFound):
        await world.of(team.mia)
    assert [line.id for line in await apps.listed(tx, by=team.mia)] == []
    assert [line.id for line in await apps.listed(tx, by=team.ana)] == ["desk"]
    group = await grouped(tx, team.ana, "Support", team.mia)
    await granted(tx, app, "group", group, "agent")
    assert await world.subjects(team.mia) == ["Lamp"]
    await granted(tx, app, "member", team.mia.member, "@reader")
    assert await world.subjects(team.mia) == ["Lamp", "Chair", "Desk"]
    with pytest.raises(Forbidden):
        await world.of(team.mia, "write")
    await granted(tx, app, "member", team.cleo.member, "@editor")
    assert (await world.of(team.cleo, "write")).may("write")
    assert [line.id for line in await apps.listed(tx, by=team.cleo)] == ["desk"]


async def test_me_in_every_way_that_rows_are_read(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "agent")
    mia = await world.of(team.mia)
    assert await world.subjects(team.mia) == ["Lamp"]
    assert await world.subjects(team.mia, search="Chair") == []
    assert await world.subjects(team.mia, search="s-Lamp") == []
    assert await world.subjects(team.mia, search="c-Lamp") == ["Lamp"]
    assert await world.subjects(team.mia, sorts=(Sort(field="team"),)) == ["Lamp"]
    assert [g.count for g in await groups.grouped(tx, mia, "tickets", (Grouping(field="state"),))] == [1]
    assert (await groups.aggregated(tx, mia, "tickets"))[1] == 1
    assert await groups.summarised(tx, mia, "tickets", {"subject": "unique"}) == {"subject": 1}
    assert await rows.count(tx, mia, "tickets") == 1
    assert await titles(tx, mia, "tickets", list(ids.values())) == {ids["Lamp"]: "Lamp"}
    assert await visible(tx, mia, "tickets", ids.values()) == {ids["Lamp"]}
    page = await query.page(tx, mia, "customers", Query())
    otto, rosa = orjson.loads(page.rows)
    assert (otto["values"]["open"], rosa["values"]["open"]) == (1, 0)
    assert otto["values"]["tickets"] == [{"id": ids["Lamp"], "name": "Lamp"}]
    assert "debt" not in otto["values"]
    assert [f.name for f in await everywhere.find(tx, "Chair", by=team.mia)] == []
    told = b"".join([chunk async for chunk in export(tx, mia, "tickets", Query(), "csv")]).decode()
    assert "Lamp" in told
    assert "Chair" not in told
    assert "s-" not in told
    with pytest.raises(NotFound):
        await rows.read(tx, mia, "tickets", ids["Chair"])
    line = (await apps.listed(tx, by=team.mia))[0]
    assert (line.tables, line.rows) == (2, 2)


HIDDEN = Condition(field="cost", op="gt", value=10)


@pytest.mark.parametrize("field", ["cost", "twice", "four", "secret", "note", "owed"])
async def test_a_hidden_field_cannot_be_asked_by_any_name(world: World, field: str) -> None:
    tx, app, _, team = world
    await granted(tx, app, "member", team.mia.member, "agent")
    mia = await world.of(team.mia, "write")
    asked = Filter(of=(Condition(field=field, op="not_empty"),))
    for wrong in (
        lambda: query.page(tx, mia, "tickets", Query(filter=asked)),
        lambda: query.page(tx, mia, "tickets", Query(sorts=(Sort(field=field),))),
        lambda: query.page(tx, mia, "tickets", Query(fields=(field,))),
        lambda: groups.grouped(tx, mia, "tickets", (Grouping(field=field),)),
        lambda: groups.grouped(tx, mia, "tickets", (Grouping(field="state"),), summaries={field: "filled"}),
        lambda: groups.aggregated(tx, mia, "tickets", measure=Measure(summary="filled", field=field)),
        lambda: groups.summarised(tx, mia, "tickets", {field: "filled"}),
        lambda: rows.update(tx, mia, "tickets", world.ids["Lamp"], {field: "1"}, by=team.mia),
        lambda: rows.create(tx, mia, "tickets", {"subject": "New", field: "1"}, by=team.mia),
        lambda: query.page(
            tx, mia, "customers", Query(filter=Filter(of=(Condition(field=field, op="not_empty", via=("tickets",)),)))
        ),
    ):
        with pytest.raises(Invalid) as refused:
            await wrong()
        assert "s-Lamp" not in str(refused.value)


async def test_a_rule_over_a_link_and_a_property(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "regional")
    assert await world.subjects(team.mia) == []
    await described(tx, team.mia, region="north")
    assert await world.subjects(team.mia) == ["Lamp", "Chair"]
    await grouped(tx, team.ana, "South", team.mia, Region=["South", "East"])
    assert await world.subjects(team.mia) == ["Lamp", "Chair", "Desk"]
    await described(tx, team.mia)
    assert await world.subjects(team.mia) == ["Desk"]
    page = await query.page(tx, await world.of(team.mia), "customers", Query())
    assert [row["values"]["name"] for row in orjson.loads(page.rows)] == ["Rosa"]
    await rows.update(tx, app, "customers", ids["Rosa"], {"region": "West"}, by=team.ana)
    assert await world.subjects(team.mia) == []


async def test_my_groups_by_name_and_by_their_people(world: World) -> None:
    tx, app, _, team = world
    await granted(tx, app, "member", team.mia.member, "teamwork")
    assert await world.subjects(team.mia) == []
    await grouped(tx, team.ana, "Support", team.mia, team.cleo)
    assert await world.subjects(team.mia) == ["Lamp", "Desk"]
    await granted(tx, app, "member", team.mia.member, "peers")
    assert await world.subjects(team.mia) == ["Lamp", "Chair"]


async def test_what_others_see_is_never_what_was_kept_for_somebody_else(world: World) -> None:
    tx, app, _, team = world
    for one in (team.mia, team.cleo):
        await granted(tx, app, "member", one.member, "agent")
    for _ in range(2):
        assert await world.subjects(team.ana) == ["Lamp", "Chair", "Desk"]
        assert await world.subjects(team.mia) == ["Lamp"]
        assert await world.subjects(team.cleo) == ["Chair"]


async def test_rows_are_written_only_where_the_writer_sees_them(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "agent")
    mia = await world.of(team.mia, "write")
    new = await rows.create(tx, mia, "tickets", {"subject": "Mine"}, by=team.mia)
    assert new["values"]["assignee"] == [team.mia.member]
    whole = await rows.read(tx, app, "tickets", new["id"])
    assert whole["values"]["cost"] == 7
    with pytest.raises(Invalid, match="would not see"):
        await rows.create(tx, mia, "tickets", {"subject": "Hers", "assignee": [team.cleo.member]}, by=team.mia)
    with pytest.raises(Invalid, match="would not see"):
        await rows.update(tx, mia, "tickets", ids["Lamp"], {"assignee": []}, by=team.mia)
    for id in (ids["Chair"], 9_999):
        with pytest.raises(NotFound, match=f"Tickets has no row {id}"):
            await rows.update(tx, mia, "tickets", id, {"subject": "No"}, by=team.mia)
    with pytest.raises(Forbidden):
        await rows.trash(tx, mia, "tickets", [ids["Lamp"]], by=team.mia)
    with pytest.raises(Forbidden):
        await rows.update(tx, mia, "customers", ids["Otto"], {"name": "No"}, by=team.mia)
    with pytest.raises(Invalid, match="not for you to change"):
        await rows.update(tx, mia, "tickets", ids["Lamp"], {"team": "Sales"}, by=team.mia)
    with pytest.raises(NotFound):
        await rows.move(tx, mia, "tickets", ids["Lamp"], before=ids["Chair"], by=team.mia)


async def test_a_unique_value_that_is_taken_does_not_tell_by_which_row(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "agent")
    mia = await world.of(team.mia, "write")
    with pytest.raises(Invalid) as refused:
        await rows.update(tx, mia, "tickets", ids["Lamp"], {"code": "c-Chair"}, by=team.mia)
    assert "another row already has c-Chair" in str(refused.value)


async def test_only_open_tickets_may_be_changed_or_thrown_away(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "regional")
    await described(tx, team.mia, region="North")
    mia = await world.of(team.mia, "write")
    closed = await rows.update(tx, mia, "tickets", ids["Lamp"], {"state": "closed"}, by=team.mia)
    assert closed["values"]["state"] == "closed"
    with pytest.raises(Forbidden):
        await rows.update(tx, mia, "tickets", ids["Lamp"], {"state": "open"}, by=team.mia)
    with pytest.raises(Forbidden):
        await rows.trash(tx, mia, "tickets", [ids["Lamp"]], by=team.mia)
    with pytest.raises(NotFound):
        await rows.trash(tx, mia, "tickets", [ids["Desk"]], by=team.mia)
    assert await rows.trash(tx, mia, "tickets", [ids["Chair"], ids["Desk"]], by=team.mia) == [ids["Chair"]]
    await rows.trash(tx, app, "tickets", [ids["Desk"]], by=team.ana)
    page = await trash.listed(tx, mia, "tickets")
    assert [row["id"] for row in orjson.loads(page.rows)] == [ids["Chair"]]
    with pytest.raises(NotFound):
        await rows.restore(tx, mia, "tickets", [ids["Desk"]], by=team.mia)
    assert [row["id"] for row in await rows.restore(tx, mia, "tickets", [ids["Chair"]], by=team.mia)] == [ids["Chair"]]


OWN = Filter(of=(Condition(field="assignee", op="contains", value="me"),))


async def limited(world: World, *rights: Right) -> OpenApp:
    """The desk for Mia, with a role of these rights."""
    tx, app, _, team = world
    role = Role(id="limited", name="Limited", rights=rights)
    opened = await apps.open_app(tx, app.id, by=team.ana, to="build")
    await apps.change(tx, opened, Change(steps=(Add(part="role", value=role),)), by=team.ana)
    await granted(tx, app, "member", team.mia.member, "limited")
    return await world.of(team.mia, "write")


async def test_links_keep_the_rows_that_the_writer_does_not_see(world: World) -> None:
    tx, app, ids, team = world
    mia = await limited(world, Right(table="customers"), Right(table="tickets", rows=OWN))
    seen = await rows.update(tx, mia, "customers", ids["Otto"], {"tickets": []}, by=team.mia)
    assert seen["values"]["tickets"] == []
    whole = await rows.read(tx, app, "customers", ids["Otto"])
    assert [one["name"] for one in whole["values"]["tickets"]] == ["Chair"]
    again = await rows.update(tx, mia, "customers", ids["Otto"], {"tickets": [ids["Lamp"]]}, by=team.mia)
    assert [one["name"] for one in again["values"]["tickets"]] == ["Lamp"]
    whole = await rows.read(tx, app, "customers", ids["Otto"])
    assert {one["name"] for one in whole["values"]["tickets"]} == {"Lamp", "Chair"}
    with pytest.raises(Invalid, match="has no row"):
        await rows.update(tx, mia, "customers", ids["Otto"], {"tickets": [ids["Desk"]]}, by=team.mia)


async def test_the_other_end_of_a_link_may_be_hidden_and_keeps_its_rule(world: World) -> None:
    tx, app, ids, team = world
    mia = await limited(world, Right(table="customers", may="see", hidden=("tickets",)), Right(table="tickets"))
    field = mia.spec.table("tickets")
    assert field is not None
    assert getattr(field.field("customer"), "reverse", None) is None
    await rows.update(tx, mia, "tickets", ids["Lamp"], {"customer": [ids["Rosa"]]}, by=team.mia)
    whole = await rows.read(tx, app, "customers", ids["Rosa"])
    assert {one["name"] for one in whole["values"]["tickets"]} == {"Lamp", "Desk"}


async def test_exports_and_comments_are_rights_of_their_own(world: World) -> None:
    tx, _, ids, team = world
    mia = await limited(
        world, Right(table="tickets", export=False, comment=False), Right(table="customers", may="see", export=True)
    )
    with pytest.raises(Forbidden):
        _ = [chunk async for chunk in export(tx, mia, "tickets", Query(), "csv")]
    assert [chunk async for chunk in export(tx, mia, "customers", Query(), "csv")]
    with pytest.raises(Forbidden):
        await comments.create(tx, mia, "tickets", ids["Lamp"], "Nice lamp.", by=team.mia)


async def test_somebody_undoes_their_own_and_nothing_that_was_hidden_since(world: World) -> None:
    tx, app, ids, team = world
    mia = await world.of(team.mia, "write")
    await rows.update(tx, mia, "tickets", ids["Lamp"], {"subject": "Lamp!", "cost": 99}, by=team.mia)
    await granted(tx, app, "member", team.mia.member, "agent")
    mia = await world.of(team.mia, "write")
    await undo.undo(tx, mia, by=team.mia)
    values = (await rows.read(tx, app, "tickets", ids["Lamp"]))["values"]
    assert (values["subject"], values["cost"]) == ("Lamp", 99)


async def test_orders_that_are_kept_follow_what_a_rule_reads(world: World) -> None:
    tx, app, ids, team = world
    await granted(tx, app, "member", team.mia.member, "agent")
    assert await world.subjects(team.mia) == ["Lamp"]
    await rows.update(tx, app, "tickets", ids["Chair"], {"assignee": [team.mia.member, team.cleo.member]}, by=team.ana)
    assert await world.subjects(team.mia) == ["Lamp", "Chair"]
    entries = await history.of_row(tx, await world.of(team.mia), "tickets", ids["Chair"])
    assert entries
