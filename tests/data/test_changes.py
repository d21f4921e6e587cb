"""A change to an app with rows in it: what becomes of them, what is told before, and the way back with every value."""

# ruff: noqa: S608  numbers of the catalogue

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.data import apps, forgetting, undo, versions
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Conflict, Forbidden, Invalid
from sayso.spec.change import Change
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.desk_rows import link, put, set_value, values, whole
from tests.spec.desk import DESK, change, field

PHONES = ["+49 30 1", "n/a", "040 / 22 33", None, "123"]
STAGES = ["open", "won", "lost", None, "open"]


@pytest.fixture
async def desk(tx: AsyncConnection, northlight: Northlight) -> OpenApp:
    """Five clients and five projects, each project with its client."""
    app = await apps.create(tx, DESK, by=northlight.ben)
    names = ["Brandt & Söhne", "Otto", "Mia", "Lindqvist AB", "Lamp, Ltd"]
    clients = [
        await put(tx, app, "clients", name=n, phone=p, worth=100 * i) for i, (n, p) in enumerate(zip(names, PHONES, strict=True))
    ]
    for i, stage in enumerate(STAGES):
        row = await put(tx, app, "projects", title=f"Job {i}", stage=stage, budget=None if i == 3 else 1_250 * i)
        await link(tx, app, "projects", "client", row, clients[i])
    return app


def turned(table: str, id: str, name: str, kind: str, **more: Any) -> Change:
    return change(field("alter", table, id, value={"id": id, "name": name, "kind": kind, **more}))


async def undone(tx: AsyncConnection, app: OpenApp, by: Actor) -> OpenApp:
    opened = await apps.open_app(tx, app.id, by=by, to="write")
    assert (await undo.undo(tx, opened, by=by)).undone == {"kind": "app", "version": app.version + 1}
    return await apps.open_app(tx, app.id, by=by, to="build")


async def redone(tx: AsyncConnection, app: OpenApp, by: Actor) -> OpenApp:
    await undo.redo(tx, await apps.open_app(tx, app.id, by=by, to="write"), by=by)
    return await apps.open_app(tx, app.id, by=by, to="build")


async def test_a_rename_touches_no_value(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    before = await whole(tx, desk)
    app = await apps.change(tx, desk, change(field("rename", "clients", "phone", name="Mobile")), by=northlight.ben)
    assert app.columns == desk.columns
    assert await whole(tx, app) == before
    assert app.spec.table("projects").field("call").formula == '{Title} & ": " & {Client}.{Mobile}'
    assert list((await tx.execute(text('select "Mobile" from app_client_desk."Clients" order by id'))).scalars()) == PHONES


async def test_a_conversion_is_told_with_counts_and_done(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    wanted = turned("clients", "phone", "Phone", "number")
    (loss,) = await apps.losses(tx, desk, wanted)
    assert loss.sentence == "2 of 4 values of Phone would become empty, such as “040 / 22 33”, “n/a”"
    assert (loss.rows, loss.path) == (2, "tables/clients/fields/phone")
    app = await apps.change(tx, desk, wanted, by=northlight.ben)
    numbers = [None if v is None else str(v) for v in await values(tx, app, "clients", "phone")]
    assert numbers[1:3] == [None, None] and numbers[3:] == [None, "123"]


CONVERSIONS: list[tuple[str, Change, str, list[Any]]] = [
    ("number to text", turned("clients", "worth", "Worth", "text"), "clients/worth", ["0.00", "1.00", "2.00", "3.00", "4.00"]),
    ("money to number", turned("clients", "worth", "Worth", "number"), "clients/worth", [0, 1, 2, 3, 4]),
    ("money to yen", turned("clients", "worth", "Worth", "money", currency="JPY"), "clients/worth", [0, 1, 2, 3, 4]),
    ("select to text", turned("projects", "stage", "Stage", "text"), "projects/stage", ["Open", "Won", "Lost", None, "Open"]),
    (
        "fewer choices",
        turned("projects", "stage", "Stage", "select", options=[{"id": "open", "name": "Open"}, {"id": "won", "name": "Won"}]),
        "projects/stage",
        ["open", "won", None, None, "open"],
    ),
    ("select to several", turned("projects", "stage", "Stage", "multi_select"), "projects/stage", [["open"], ["won"], ["lost"], None, ["open"]]),
    ("text to select", turned("projects", "title", "Title", "select"), "projects/title", ["job_0", "job_1", "job_2", "job_3", "job_4"]),
    ("text to checkbox", turned("clients", "phone", "Phone", "checkbox"), "clients/phone", [False, False, False, False, False]),
    ("link to text", turned("projects", "client", "Client", "text"), "projects/client", ["Brandt & Söhne", "Otto", "Mia", "Lindqvist AB", "Lamp, Ltd"]),
    ("text to running number", turned("clients", "phone", "Phone", "autonumber"), "clients/phone", [1, 2, 3, 4, 5]),
    ("formula to text", turned("projects", "call", "Call", "text"), "projects/call", ["Job 0: +49 30 1", "Job 1: n/a", "Job 2: 040 / 22 33", "Job 3:", "Job 4: 123"]),
    ("rollup to number", turned("clients", "open_work", "Open work", "number"), "clients/open_work", [0, 12.5, 25, None, 50]),
    ("lookup to text", turned("projects", "client_phone", "Client phone", "text"), "projects/client_phone", PHONES),
    ("text to long text", turned("clients", "phone", "Phone", "long_text"), "clients/phone", PHONES),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "where", "expected"), [c[1:] for c in CONVERSIONS], ids=[c[0] for c in CONVERSIONS])
async def test_values_become_what_a_person_would_expect_and_come_back_exactly(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight, wanted: Change, where: str, expected: list[Any]
) -> None:
    before = await whole(tx, desk)
    table, id = where.split("/")
    drop = (
        []
        if id in ("phone", "stage", "call", "open_work", "client_phone")
        else [field("remove", "clients", "share"), field("remove", "projects", "call")]
    )
    app = await apps.change(tx, desk, change(*drop, *(s.portable() for s in wanted.steps)), by=northlight.ben)
    assert await values(tx, app, table, id) == expected
    after = await whole(tx, app)

    back = await undone(tx, app, northlight.ben)
    assert back.spec == desk.spec
    assert await whole(tx, back) == before
    again = await redone(tx, back, northlight.ben)
    assert again.spec == app.spec
    assert await whole(tx, again) == after


async def test_what_was_edited_after_a_conversion_is_kept_when_it_is_taken_back(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    app = await apps.change(tx, desk, turned("clients", "phone", "Phone", "number"), by=northlight.ben)
    await set_value(tx, app, "clients", "phone", 5, 777)
    await set_value(tx, app, "clients", "phone", 2, 555)
    await put(tx, app, "clients", name="New", phone=999)
    back = await undone(tx, app, northlight.ben)
    assert await values(tx, back, "clients", "phone") == ["+49 30 1", "555", "040 / 22 33", None, "777", "999"]


async def test_a_link_turned_into_text_and_back_follows_edits(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    drop = [field("remove", "projects", "call"), field("remove", "clients", "share")]
    text_now = change(*drop, field("alter", "projects", "client", value={"id": "client", "name": "Client", "kind": "text"}))
    app = await apps.change(tx, desk, text_now, by=northlight.ben)
    await set_value(tx, app, "projects", "client", 1, "otto")
    await set_value(tx, app, "projects", "client", 2, "nobody we know")
    back = await undone(tx, app, northlight.ben)
    assert await values(tx, back, "projects", "client") == [[2], None, [3], [4], [5]]
    assert await values(tx, back, "clients", "projects") == [None, [1], [3], [4], [5]]


async def test_text_becomes_links_by_what_rows_are_called(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    steps = [{"do": "add", "part": "field", "table": "projects", "value": {"id": "who", "name": "Who", "kind": "text"}}]
    app = await apps.change(tx, desk, change(*steps), by=northlight.ben)
    for row, who in enumerate(["otto", "Lamp, Ltd", "Mia, Otto", "nobody"], 1):
        await set_value(tx, app, "projects", "who", row, who)
    wanted = turned("projects", "who", "Who", "link", to="clients", many=True)
    (loss,) = await apps.losses(tx, app, wanted)
    assert loss.sentence == "1 of 4 values of Who would become empty"
    app = await apps.change(tx, app, wanted, by=northlight.ben)
    assert await values(tx, app, "projects", "who") == [[2], [5], [3, 2], None, None]


async def test_removing_a_table_is_counted_and_comes_back_with_its_rows(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    before = await whole(tx, desk)
    wanted = change({"do": "remove", "part": "table", "id": "clients"}, field("remove", "projects", "call"))
    plan = await apps.planned(tx, desk, wanted)
    assert plan.problems == ()
    assert [loss.sentence for loss in plan.losses] == [
        "Removing Clients loses 5 rows; kept in the trash for 30 days",
        "Removing Client from Projects loses 5 links; kept for 30 days",
    ]
    app = await apps.change(tx, desk, wanted, by=northlight.ben)
    assert list(app.columns.tables) == ["projects"]
    back = await undone(tx, app, northlight.ben)
    assert back.spec == desk.spec
    assert await whole(tx, back) == before


async def test_a_table_with_unique_values_can_go_and_come_back(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    app = await apps.change(tx, desk, turned("projects", "title", "Title", "text", unique=True), by=northlight.ben)
    drop = change({"do": "remove", "part": "table", "id": "projects"}, field("remove", "clients", "share"))
    gone = await apps.change(tx, app, drop, by=northlight.ben)
    back = await undone(tx, gone, northlight.ben)
    assert back.spec == app.spec
    with pytest.raises(IntegrityError):
        async with tx.begin_nested():
            await put(tx, back, "projects", title="Job 1")


async def test_a_new_field_under_an_old_name_starts_empty(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    drop = change(field("remove", "clients", "phone"), field("remove", "projects", "call"))
    app = await apps.change(tx, desk, drop, by=northlight.ben)
    add = change({"do": "add", "part": "field", "table": "clients", "value": {"id": "phone", "name": "Phone", "kind": "phone"}})
    app = await apps.change(tx, app, add, by=northlight.ben)
    assert await values(tx, app, "clients", "phone") == [None] * 5


async def test_a_version_can_be_returned_to_and_that_can_be_undone(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    before = await whole(tx, desk)
    app = await apps.change(tx, desk, turned("projects", "stage", "Stage", "text"), by=northlight.ben)
    app = await apps.change(
        tx, app, change(field("remove", "clients", "phone"), field("remove", "projects", "call")), by=northlight.ana
    )
    third = await whole(tx, app)
    back = await versions.restored(tx, app, 1, by=northlight.ben)
    assert (back.version, back.spec) == (4, DESK)
    assert await whole(tx, back) == before
    again = await undone(tx, back, northlight.ben)
    assert again.spec == app.spec and await whole(tx, again) == third
    told = await versions.listed(tx, again)
    assert [(v.number, v.by) for v in told][-2:] == [(2, northlight.ben.id), (1, northlight.ben.id)]
    first = await versions.read(tx, again, 1)
    assert first.spec == DESK and any(e.sentence == "Turns Stage of Projects into text" for e in first.since)


async def test_a_change_made_for_an_older_version_is_a_conflict(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    await apps.change(tx, desk, change(field("rename", "clients", "phone", name="Mobile")), by=northlight.ana)
    with pytest.raises(Conflict) as refused:
        await apps.change(tx, desk, change(field("rename", "clients", "phone", name="Call")), by=northlight.ben)
    assert refused.value.theirs["effects"][:2] == [
        "Renames Phone to Mobile in Clients",
        'Changes the formula of Call of Projects to {Title} & ": " & {Client}.{Mobile}',
    ]


async def test_undo_does_not_take_back_what_someone_else_did_since(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    app = await apps.change(tx, desk, change(field("rename", "clients", "phone", name="Mobile")), by=northlight.ben)
    by_ana = await apps.open_app(tx, app.id, by=northlight.ana, to="build")
    await apps.change(tx, by_ana, change(field("rename", "clients", "phone", name="Cell")), by=northlight.ana)
    with pytest.raises(Conflict, match="changed since"):
        await undone(tx, app, northlight.ben)


async def test_unique_is_refused_while_values_are_there_twice(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    wanted = turned("projects", "title", "Title", "text", unique=True)
    await set_value(tx, desk, "projects", "title", 1, "Job 2")
    with pytest.raises(Invalid, match="there more than once, such as “Job 2”"):
        await apps.change(tx, desk, wanted, by=northlight.ben)
    await set_value(tx, desk, "projects", "title", 1, "Job 0")
    app = await apps.change(tx, desk, wanted, by=northlight.ben)
    index = "select count(*) from pg_indexes where schemaname = :s and indexname like 'u\\_%'"
    assert (await tx.execute(text(index), {"s": f"app_{app.number}"})).scalar_one() == 1
    app = await undone(tx, app, northlight.ben)
    assert (await tx.execute(text(index), {"s": f"app_{app.number}"})).scalar_one() == 0


async def test_a_conversion_that_would_break_unique_changes_nothing(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    before = await whole(tx, desk)
    await set_value(tx, desk, "clients", "phone", 1, "123.0")
    with pytest.raises(Invalid, match="more than once"):
        await apps.change(tx, desk, turned("clients", "phone", "Phone", "number", unique=True), by=northlight.ben)
    await set_value(tx, desk, "clients", "phone", 1, PHONES[0])
    assert await whole(tx, desk) == before


async def test_a_link_to_several_cannot_quietly_become_one(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    await link(tx, desk, "clients", "projects", 1, 2)
    one = DESK.table("clients").field("projects").model_copy(update={"many": False})
    wanted = change(field("alter", "clients", "projects", value=one.portable()))
    (problem,) = (await apps.planned(tx, desk, wanted)).problems
    assert problem.reason == "1 row links to several by Projects; leave one in each first"


async def test_rows_get_their_numbers_in_the_order_in_which_they_were_made(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    add = change({"do": "add", "part": "field", "table": "clients", "value": {"id": "nr", "name": "Nr", "kind": "autonumber"}})
    app = await apps.change(tx, desk, add, by=northlight.ben)
    await put(tx, app, "clients", name="New")
    assert await values(tx, app, "clients", "nr") == [1, 2, 3, 4, 5, 6]


async def test_search_forgets_a_removed_field_and_remembers_it_again(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    async def words(app: OpenApp) -> str:
        rows = f"app_{app.number}.w_{app.columns.tables['clients']}"
        return str((await tx.execute(text(f"select string_agg(words, '|' order by id) from {rows}"))).scalar_one())

    assert "+49 30 1" in await words(desk)
    app = await apps.change(
        tx, desk, change(field("remove", "clients", "phone"), field("remove", "projects", "call")), by=northlight.ben
    )
    assert "+49 30 1" not in await words(app)
    assert "+49 30 1" in await words(await undone(tx, app, northlight.ben))


async def test_what_was_taken_away_is_forgotten_after_its_time(
    tx: AsyncConnection, desk: OpenApp, northlight: Northlight
) -> None:
    drop = change(
        {"do": "remove", "part": "table", "id": "projects"},
        field("remove", "clients", "share"),
        field("remove", "clients", "phone"),
    )
    app = await apps.change(tx, desk, drop, by=northlight.ben)
    assert await forgetting.forget(tx, app, by=northlight.ben) == 0
    assert await forgetting.forget(tx, app, by=northlight.ben, days=-1) == 1 + 4 + 1 + 1
    left = (
        "select c.relname, count(a.attname) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname like 'c\\_%'"
    )
    where = " and not a.attisdropped where c.relnamespace = to_regnamespace(:s) and c.relname like 't\\_%' and c.relkind = 'r' group by 1"
    assert [tuple(r) for r in await tx.execute(text(left + where), {"s": f"app_{app.number}"})] == [
        (f"t_{app.columns.tables['clients']}", 2)
    ]
    app = await apps.open_app(tx, app.id, by=northlight.ben, to="build")
    assert app.columns.detached == () and app.version == 2
    assert await values(tx, app, "clients", "worth") == [0, 100, 200, 300, 400]
    back = await undone(tx, app, northlight.ben)
    assert back.spec == DESK
    assert await values(tx, back, "clients", "phone") == [None] * 5


async def test_a_builder_may_and_a_member_may_not(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    for actor in (northlight.mia, northlight.cleo):
        with pytest.raises(Forbidden):
            await apps.change(tx, desk, change(field("rename", "clients", "phone", name="X")), by=actor)
    read_only = await apps.open_app(tx, desk.id, by=northlight.ben)
    with pytest.raises(Forbidden):
        await apps.change(tx, read_only, change(field("rename", "clients", "phone", name="X")), by=northlight.ben)


async def test_every_change_is_told(tx: AsyncConnection, desk: OpenApp, northlight: Northlight) -> None:
    await apps.change(tx, desk, change(field("rename", "clients", "phone", name="X")), by=northlight.ben)
    told = (
        await tx.execute(select(t.events.c.kind, t.events.c.payload).where(t.events.c.app_id == desk.id).order_by(t.events.c.id))
    ).all()
    assert [kind for kind, _ in told] == ["app.built", "app.changed"]
    assert told[-1].payload["version"] == 2


async def test_nobody_builds_while_rows_are_written(engine: AsyncEngine, northlight_kept: Northlight) -> None:
    ben, mia = northlight_kept.ben, northlight_kept.mia
    async with transaction(engine) as tx:
        app = await apps.create(tx, DESK, by=ben)
    order: list[str] = []

    async def build() -> None:
        async with transaction(engine) as tx:
            opened = await apps.open_app(tx, app.id, by=ben, to="build")
            order.append("building")
            await apps.change(tx, opened, turned("clients", "phone", "Phone", "text"), by=ben)

    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app.id, by=mia, to="write")
        building = asyncio.create_task(build())
        await asyncio.sleep(0.3)
        await put(tx, opened, "clients", phone="030 1")
        order.append("written")
    await building
    assert order == ["written", "building"]
    async with transaction(engine) as tx:
        now = await apps.open_app(tx, app.id, by=mia)
        assert await values(tx, now, "clients", "phone") == ["030 1"]
