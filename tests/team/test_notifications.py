"""What members are told: each their own, told again it counts, old ones go."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight

from sayso.db.notification_tables import notifications as t
from sayso.db.tables import events
from sayso.errors import Forbidden, NotFound
from sayso.team import addressed, notifications, people
from sayso.team.actor import Actor, system


async def test_each_is_told_once_and_reads_their_own(tx: AsyncConnection, northlight: Northlight):
    n = northlight
    rule = Actor("automation", n.workspace, n.ana.member, "owner", "Low stock")
    told = await notifications.tell(
        tx, [n.ben.id, n.mia.id, n.ben.id, "m_nobody00000"], "automation", "Paper is low", by=rule, link="/a/stock"
    )
    assert told == 2

    [one] = await notifications.listed(tx, by=n.ben)
    assert (one.title, one.link, one.by_name, one.times, one.read_at) == ("Paper is low", "/a/stock", "Low stock", 1, None)
    assert await notifications.listed(tx, by=n.cleo) == ()
    event = (await tx.execute(select(events).order_by(events.c.id.desc()).limit(1))).one()
    assert event.kind == "notification.created" and set(event.payload["members"]) == {n.ben.id, n.mia.id}
    assert "Paper" not in str(event.payload)

    with pytest.raises(NotFound):
        await notifications.mark(tx, one.id, by=n.mia)
    assert (await notifications.mark(tx, one.id, by=n.ben)).read_at is not None
    assert await notifications.unread(tx, by=n.ben) == 0
    assert (await notifications.mark(tx, one.id, by=n.ben, read=False)).read_at is None
    with pytest.raises(Forbidden):
        await notifications.listed(tx, by=system(n.workspace))


async def test_the_same_again_is_one_line_until_it_is_read(tx: AsyncConnection, northlight: Northlight):
    ben = northlight.ben

    async def fails(text: str, about: str = "failure:crm:welcome"):
        await notifications.tell(tx, [ben.id], "failure", "Welcome failed", text, by=system(ben.workspace), about=about)

    for n in range(3):
        await fails(f"try {n}")
        await fails("other", about="failure:crm:other")
    lines = await notifications.listed(tx, by=ben)
    assert [(one.text, one.times) for one in lines] == [("other", 3), ("try 2", 3)]

    assert await notifications.mark_all(tx, by=ben, until=lines[1].place) == 1
    assert await notifications.unread(tx, by=ben) == 1
    await fails("try again")
    assert [(one.text, one.times) for one in await notifications.listed(tx, by=ben, unread=True)] == [
        ("try again", 1),
        ("other", 3),
    ]
    page = await notifications.listed(tx, by=ben, limit=1)
    assert [one.text for one in await notifications.listed(tx, by=ben, before=page[0].place)] == ["other", "try 2"]
    [first, *_] = await notifications.listed(tx, by=ben)
    await notifications.mark(tx, first.id, by=ben)
    await fails("anew")
    await notifications.mark(tx, first.id, by=ben, read=False)  # two unread lines of the same: allowed, and not a fault
    assert await notifications.unread(tx, by=ben) == 3


async def test_what_is_old_or_too_many_is_swept(tx: AsyncConnection, northlight: Northlight, monkeypatch: pytest.MonkeyPatch):
    ben, by = northlight.ben, system(northlight.workspace)
    for n in range(5):
        await notifications.tell(tx, [ben.id], "automation", f"Line {n}", by=by)
    long_ago = datetime.now(UTC) - timedelta(days=notifications.READ_DAYS_MAX + 1)
    await tx.execute(update(t).where(t.c.title == "Line 4").values(read_at=long_ago))
    monkeypatch.setattr(notifications, "NOTIFICATIONS_OF_ONE_MAX", 3)
    await notifications.sweep(tx)
    assert [one.title for one in await notifications.listed(tx, by=ben)] == ["Line 3", "Line 2", "Line 1"]
    assert (await tx.execute(select(func.count()).select_from(t))).scalar_one() == 3


async def test_titles_hold_no_more_than_a_line_does(tx: AsyncConnection, northlight: Northlight):
    by = system(northlight.workspace)
    await notifications.tell(tx, [northlight.ana.id], "automation", "a\0b\x1b" + "x" * 500, "y" * 9_000, by=by)
    [one] = await notifications.listed(tx, by=northlight.ana)
    assert one.title.startswith("abx") and len(one.title) == notifications.TITLE_CHARACTERS_MAX and one.title.endswith("…")
    assert len(one.text) == notifications.TEXT_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("named", "members", "addresses", "unknown"),
    [
        ("Ana Prado", "Ana", "", ""),
        ("ana, ben@northlight.example; x@y.example", "Ana Ben", "x@y.example", ""),
        ("Mia <MIA@northlight.example>\nOtto <otto@halden.example>", "Mia", "otto@halden.example", ""),
        ("everyone", "Ana Ben Mia Cleo", "", ""),
        ("owners, the viewers", "Ana Cleo", "", ""),
        ("Otto, nothing", "", "", "Otto|nothing"),
        ("not@an@address, a@bc, a@b, @x, a@.de, x@y..z", "", "a@bc", "not@an@address|a@b|@x|a@.de|x@y..z"),
        (["Ben Okafor", {"id": 7, "name": "Mia Lindqvist"}, None, 12], "Ben", "", ""),
        ("", "", "", ""),
    ],
)
async def test_whom_a_text_means(
    tx: AsyncConnection, northlight: Northlight, named: object, members: str, addresses: str, unknown: str
):
    found = await addressed.found(tx, northlight.workspace, named, groups=True)
    assert sorted(m.name.split()[0] for m in found.members) == sorted(members.split())
    assert list(found.addresses) == addresses.split()
    assert list(found.unknown) == [one for one in unknown.split("|") if one]


async def test_what_a_row_says_reaches_no_groups(tx: AsyncConnection, northlight: Northlight):
    n = northlight
    found = await addressed.found(tx, n.workspace, "everyone, owners, me, " + n.mia.id, groups=False, me=n.ben.id)
    assert [m.id for m in found.members] == [n.mia.id] and found.unknown == ("everyone", "owners", "me")
    assert [m.id for m in (await addressed.found(tx, n.workspace, "me", groups=True, me=n.ben.id)).members] == [n.ben.id]


async def test_a_role_that_nobody_has_is_the_one_above(tx: AsyncConnection):
    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    found = await addressed.found(tx, zoe.workspace, "members", groups=True)
    assert [m.id for m in found.members] == [zoe.id]
