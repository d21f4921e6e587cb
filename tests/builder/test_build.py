"""A wish becomes a draft, the draft is talked about, and building it happens once, whole."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.builder import build, drafts, samples
from sayso.builder.planner import Plan, Wish, plan
from sayso.builder.wishes import Example, examples
from sayso.data import apps, rows
from sayso.data import samples as kept_samples
from sayso.db import tables as t
from sayso.db import transaction
from sayso.db.file_tables import file_places
from sayso.db.people_tables import app_grants
from sayso.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.spec.change import Change
from tests.conftest import Northlight

WISH = (
    "Clients: name, email, phone. Each project belongs to a client and has a name, status (planned, active, done), budget and due date. "
    "Board by status. Our office dog is called Bruno."
)
GIBBERISH = "%%% ??? 123"


async def made(engine: AsyncEngine, by, words: str = WISH, **more) -> drafts.Draft:
    return await drafts.describe(engine, words, by=by, **more)


async def test_described_then_built_with_rows_that_link(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    one = await made(engine, ben)

    assert one.state == "ready" and one.app is None and one.plan is not None
    assert [t["name"] for t in one.plan["spec"]["tables"]] == ["Clients", "Projects"]
    assert any("Bruno" in n["words"] for n in one.plan["notes"] if n["kind"] == "not_understood")
    assert 4 <= len(one.samples["clients"]) <= 5

    done = await build.accept(engine, one.id, by=ben)

    assert any(e["sentence"].startswith("Adds the table") for e in done.report)
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, done.app, by=ben, to="write")
        assert done.samples == {
            "clients": await rows.count(tx, app, "clients"),
            "projects": await rows.count(tx, app, "projects"),
        }
        first = (
            await tx.execute(
                select(t.samples.c.row_id)
                .where(t.samples.c.app == app.number, t.samples.c.table_no == app.columns.tables["projects"])
                .limit(1)
            )
        ).scalar_one()
        project = await rows.read(tx, app, "projects", first)
        assert len(project["values"]["client"]) == 1 and project["values"]["client"][0]["name"]
        assert await kept_samples.there(tx, app)
        assert await kept_samples.remove(tx, app, by=ben) == sum(done.samples.values())
        assert await rows.count(tx, app, "clients") == 0 and not await kept_samples.there(tx, app)


async def test_accepting_twice_builds_once_even_at_the_same_moment(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    one = await made(engine, ben)

    first, second = await asyncio.gather(build.accept(engine, one.id, by=ben), build.accept(engine, one.id, by=ben))

    assert first == second == await build.accept(engine, one.id, by=ben)
    async with transaction(engine) as tx:
        built = await tx.execute(select(func.count()).where(t.events.c.kind == "app.built", t.events.c.app_id == first.app))
        assert built.scalar_one() == 1
        assert (await drafts.read(tx, one.id, by=ben)).state == "built"


async def test_follow_up_words_change_the_draft_and_can_be_taken_back(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    one = await made(engine, ben)

    more = await drafts.say(engine, one.id, "Rename Projects to Jobs and add a priority (low, high) to jobs", by=ben)
    names = [t["name"] for t in more.plan["spec"]["tables"]]
    assert names == ["Clients", "Jobs"]
    jobs = more.plan["spec"]["tables"][1]
    assert any(f["name"] == "Priority" and [o["name"] for o in f["options"]] == ["Low", "High"] for f in jobs["fields"])

    lost = await drafts.say(engine, one.id, "the weather is nice today", by=ben)
    assert lost.plan["spec"] == more.plan["spec"]
    assert lost.messages[-1]["by"] == "builder" and "did not find" in lost.messages[-1]["words"]

    back = await drafts.say(engine, one.id, "undo that", by=ben)
    assert [t["name"] for t in back.plan["spec"]["tables"]] == ["Clients", "Projects"]


async def test_an_edited_plan_is_checked_and_what_was_built_is_told(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    one = await made(engine, ben)
    change = one.plan["change"]
    wrong = {**change, "steps": [s for s in change["steps"] if s.get("value", {}).get("name") != "Clients"]}
    async with transaction(engine) as tx:
        with pytest.raises(Invalid):
            await drafts.edit(tx, one.id, wrong, by=ben)

    for step in change["steps"]:
        if step["part"] == "table" and step["value"]["id"] == "clients":
            step["value"]["name"] = "Customers"
    async with transaction(engine) as tx:
        edited = await drafts.edit(tx, one.id, change, by=ben)
    assert edited.plan["spec"]["tables"][0]["name"] == "Customers"

    done = await build.accept(engine, one.id, by=ben)
    assert any("Customers" in e["sentence"] for e in done.report)


async def test_a_plan_for_an_app_that_moved_on_is_rebased_or_a_clear_conflict(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    app_id = (await build.accept(engine, (await made(engine, ben)).id, by=ben)).app
    fits = await made(engine, ben, "add a website to clients", app=app_id)
    clashes = await made(engine, ben, "add a note to projects", app=app_id)
    async with transaction(engine) as tx:
        app = await apps.open_app(tx, app_id, by=ben, to="build")
        await apps.change(
            tx, app, Change.model_validate({"title": "", "steps": [{"do": "remove", "part": "table", "id": "projects"}]}), by=ben
        )

    done = await build.accept(engine, fits.id, by=ben)
    assert any("Website" in e["sentence"] for e in done.report)
    with pytest.raises(Conflict) as told:
        await build.accept(engine, clashes.id, by=ben)
    assert "no longer fits" in str(told.value) and told.value.theirs
    async with transaction(engine) as tx:
        assert (await drafts.read(tx, clashes.id, by=ben)).state == "ready"


async def test_what_is_no_plan_is_not_built_and_others_find_nothing(engine: AsyncEngine, northlight_kept: Northlight):
    ben, ana, mia = northlight_kept.ben, northlight_kept.ana, northlight_kept.mia
    one = await made(engine, ben, GIBBERISH)

    assert one.state == "ready" and one.plan["outcome"] == "question" and one.plan["spec"] is None
    with pytest.raises(Invalid):
        await build.accept(engine, one.id, by=ben)
    with pytest.raises(NotFound):
        await build.accept(engine, one.id, by=ana)
    with pytest.raises(Forbidden):
        await made(engine, mia)

    answered = await drafts.say(engine, one.id, "Clients with name and phone", by=ben)
    assert answered.plan["outcome"] == "plan"


async def test_a_planner_that_trips_leaves_a_draft_that_says_so(engine: AsyncEngine, northlight_kept: Northlight):
    def trips(wish: Wish) -> Plan:
        raise RuntimeError("out of thread")

    one = await made(engine, northlight_kept.ben, planner=trips)

    assert one.state == "failed" and "could not read" in (one.error or "")


async def test_discarded_is_off_the_list_and_built_stays(engine: AsyncEngine, northlight_kept: Northlight):
    ben = northlight_kept.ben
    one, two = await made(engine, ben), await made(engine, ben)
    await build.accept(engine, two.id, by=ben)
    async with transaction(engine) as tx:
        assert one.id in {d.id for d in await drafts.listed(tx, by=ben)}
        await drafts.discard(tx, one.id, by=ben)
        assert one.id not in {d.id for d in await drafts.listed(tx, by=ben)}
        with pytest.raises(Conflict):
            await drafts.discard(tx, two.id, by=ben)
    with pytest.raises(Conflict):
        await build.accept(engine, one.id, by=ben)


async def test_the_plan_comes_in_sections(engine: AsyncEngine, northlight_kept: Northlight):
    one = await made(engine, northlight_kept.ben)
    lines = [line async for line in drafts.stream(engine, one.id, by=northlight_kept.ben)]

    assert [line.get("section") for line in lines if line["type"] == "section"][:2] == ["title", "tables"]
    assert lines[-1]["type"] == "ready" and lines[-1]["draft"].id == one.id


def test_sample_rows_are_the_same_every_time_and_no_lorem_ipsum():
    spec = plan(Wish(WISH)).spec
    today = date(2026, 11, 22)
    first = samples.rows_of_app(spec, today)

    assert first == samples.rows_of_app(spec, today)
    assert all(samples.ROWS_MIN <= len(many) <= samples.ROWS_MAX for many in first.values())
    assert "lorem" not in str(first).lower()
    emails = [r["email"] for r in first["clients"]]
    assert len(set(emails)) == len(emails)


async def test_a_draft_goes_with_the_right_to_build_and_takes_no_file_that_its_maker_may_not_see(
    engine: AsyncEngine, northlight_kept: Northlight
):
    ana, ben = northlight_kept.ana, northlight_kept.ben
    app = (await build.accept(engine, (await made(engine, ana)).id, by=ana)).app
    edit = await made(engine, ben, "projects need a priority", app=app)
    async with transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=ana)
        place = {"workspace_id": ana.workspace, "app": opened.number}
        about = {
            "id": "f_paper",
            "workspace_id": ana.workspace,
            "name": "paper.pdf",
            "type": "application/pdf",
            "bytes": 1,
            "sha256": "0" * 64,
        }
        await tx.execute(t.files.insert().values(about | {"created_by": ana.id}))
        await tx.execute(file_places.insert().values(place | {"file": "f_paper", "table_no": 1, "row_id": 1}))
        await tx.execute(app_grants.insert().values(place | {"subject_kind": "member", "subject": ben.id, "role": "@nothing"}))
    async with transaction(engine) as tx:
        assert edit.id not in [one.id for one in await drafts.listed(tx, by=ben)]
        with pytest.raises(NotFound):
            await drafts.read(tx, edit.id, by=ben)
        with pytest.raises(NotFound):
            await drafts.begin(tx, "an app for this paper", files=["f_paper"], by=ben)
        assert (await drafts.begin(tx, "an app for this paper", files=["f_paper"], by=ana)).messages[0]["files"][0][
            "name"
        ] == "paper.pdf"


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.title)
async def test_each_of_the_ten_example_wishes_is_built_whole(engine: AsyncEngine, northlight_kept: Northlight, example: Example):
    ben = northlight_kept.ben
    one = await made(engine, ben, example.wish)
    assert one.plan is not None and not [n for n in one.plan["notes"] if n["kind"] == "not_understood" and n["path"]]

    done = await build.accept(engine, one.id, by=ben)

    async with transaction(engine) as tx:
        app = await apps.open_app(tx, done.app, by=ben)
        assert app.spec.portable()["tables"] == cards_of(one)
        assert set(done.samples) == {t.id for t in app.spec.tables}
        for where, many in done.samples.items():
            assert many == await rows.count(tx, app, where) >= samples.ROWS_MIN


def cards_of(one: drafts.Draft) -> list[dict[str, object]]:
    assert one.plan is not None
    return one.plan["spec"]["tables"]
