"""What happened, told in lines: what belongs together is one, and nobody reads of what they do not see."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import activity, apps, comments, rows
from sayso.data.open_app import OpenApp
from sayso.db.people_tables import app_grants
from sayso.errors import NotFound
from sayso.spec.change import Add, Change
from sayso.spec.role import Role
from sayso.team import people
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.company import CRM


@pytest.fixture
async def crm(tx: AsyncConnection, northlight: Northlight) -> OpenApp:
    made = await apps.create(tx, CRM, by=northlight.ben)
    return await apps.open_app(tx, made.id, by=northlight.ben, to="write")


async def told(tx: AsyncConnection, by: Actor, **more: object) -> list[tuple[str, str]]:
    acts, _ = await activity.listed(tx, by=by, **more)  # pyright: ignore[reportArgumentType]
    return [(one.by_name, one.sentence) for one in acts]


async def test_what_belongs_together_is_one_line(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    ben, mia = northlight.ben, northlight.mia
    await rows.create_many(tx, crm, "deals", [{"title": str(n)} for n in range(3)], by=ben)
    for id in (1, 2, 2):
        await rows.update(tx, crm, "deals", id, {"qty": id, "chance": 0.5 + id / 10}, by=ben)
    mine = await apps.open_app(tx, "crm", by=mia, to="write")
    await rows.update(tx, mine, "deals", 3, {"notes": "x"}, by=mia)
    await comments.create(tx, mine, "deals", 3, "Look", by=mia)
    await rows.trash(tx, mine, "deals", [1], by=mia)
    everything = [
        ("Mia Lindqvist", "moved to the trash “0”"),
        ("Mia Lindqvist", "commented on “2”"),
        ("Mia Lindqvist", "changed “2”"),
        ("Ben Okafor", "changed 2 rows of Deals"),
        ("Ben Okafor", "added 3 rows of Deals"),
        ("Ben Okafor", "built the app"),
    ]
    assert await told(tx, northlight.cleo, app="crm") == everything == await told(tx, northlight.cleo)
    assert await told(tx, ben, app="crm", topic="comments") == everything[1:2]
    assert await told(tx, ben, app="crm", whose=ben.id, topic="rows") == everything[3:5]
    assert await told(tx, ben, app="crm", table="deals", row=3) == [*everything[1:3], ("Ben Okafor", "added “2”")]
    acts, _ = await activity.listed(tx, by=ben, app="crm", topic="rows", whose=ben.id)
    assert acts[0].fields == ["Chance", "Qty"] and acts[0].names == {2: "1", 1: "0"}

    today = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Auckland")).date()
    assert await told(tx, ben, day=today, zone="Pacific/Auckland", topic="rows", whose=mia.id) == [everything[0], everything[2]]
    assert await told(tx, ben, day=today - timedelta(days=1), zone="Pacific/Auckland") == []

    first, place = await activity.listed(tx, by=ben, app="crm", limit=4)
    rest, end = await activity.listed(tx, by=ben, app="crm", limit=4, before=place)
    assert [(one.by_name, one.sentence) for one in (*first, *rest)] == everything and end is None


async def test_nobody_reads_of_what_they_do_not_see(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    ben, mia = northlight.ben, northlight.mia
    role = Role.model_validate(
        {
            "id": "sales",
            "name": "Sales",
            "rights": [
                {
                    "table": "deals",
                    "may": "edit",
                    "hidden": ["amount"],
                    "rows": {"of": [{"field": "owner", "op": "is", "value": "me"}]},
                }
            ],
        }
    )
    building = await apps.open_app(tx, "crm", by=ben, to="build")
    await apps.change(tx, building, Change(steps=(Add(part="role", value=role),)), by=ben)
    await tx.execute(
        app_grants.insert().values(
            workspace_id=ben.workspace, app=crm.number, subject_kind="member", subject=mia.id, role="sales"
        )
    )
    here = await apps.open_app(tx, "crm", by=ben, to="write")
    await rows.create(tx, here, "clients", {"name": "Hidden client"}, by=ben)
    both = [{"title": "Hers", "owner": mia.id}, {"title": "Not hers", "owner": ben.id}]
    await rows.create_many(tx, here, "deals", both, by=ben)
    await rows.update(tx, here, "deals", 1, {"amount": "7000", "qty": 1}, by=ben)
    await rows.update(tx, here, "deals", 2, {"qty": 2}, by=ben)
    await rows.trash(tx, here, "deals", [2], by=ben)
    await rows.update(tx, here, "deals", 1, {"amount": "8000"}, by=ben)  # she does not see this field
    acts, _ = await activity.listed(tx, by=mia, app="crm", topic="rows")
    assert [(one.sentence, one.fields, one.names) for one in acts] == [
        ("changed “Hers”", ["Qty"], {1: "Hers"}),
        ("added “Hers”", [], {1: "Hers"}),
    ]
    assert await told(tx, mia, app="crm", row=2, table="deals") == []

    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    assert await told(tx, zoe) == []
    with pytest.raises(NotFound):
        await told(tx, zoe, app="crm")
