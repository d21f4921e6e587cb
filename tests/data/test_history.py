"""What happened to a row, what people said about it, and what was thrown away."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, update

from sayso.data import comments, history, rows, trash
from sayso.data.physical import rows_of
from sayso.errors import Forbidden, Invalid, NotFound
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


@pytest.fixture
async def crm(tx, northlight: Northlight):
    return await built(tx, CRM, northlight.mia)


async def test_a_row_remembers_who_changed_what(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create(tx, crm, "clients", {"name": "Otto"}, by=mia)
    await rows.create(
        tx, crm, "deals", {"title": "Film", "amount": "10", "met": "2026-11-27T08:30:00+01:00", "client": 1}, by=mia
    )
    await rows.update(tx, crm, "deals", 1, {"amount": "12.50", "client": [], "title": "Film"}, by=mia)
    await rows.trash(tx, crm, "deals", [1], by=mia)
    found = await history.of_row(tx, crm, "deals", 1)
    assert [(e.kind, e.version, e.by, e.by_name) for e in found] == [
        ("trashed", 3, mia.member, mia.name), ("changed", 2, mia.member, mia.name), ("created", 1, mia.member, mia.name)
    ]  # fmt: skip
    otto = [{"id": 1, "name": "Otto"}]
    assert [(c.field, c.name, c.before, c.after) for c in found[1].changes] == [
        ("amount", "Amount", "10.00", "12.50"),
        ("client", "Client", otto, []),
    ]
    made = {c.field: c.after for c in found[2].changes}
    assert made == {
        "title": "Film",
        "amount": "10.00",
        "met": "2026-11-27T07:30:00Z",
        "client": otto,
        "stage": "open",
        "owner": [mia.member],
    }
    assert [e.id for e in await history.of_row(tx, crm, "deals", 1, before=found[1].id)] == [found[2].id]
    with pytest.raises(NotFound):
        await history.of_row(tx, crm, "deals", 99)


async def test_comments(tx, crm, northlight: Northlight):
    mia, cleo = northlight.mia, northlight.cleo
    await rows.create(tx, crm, "deals", {"title": "Film"}, by=mia)
    made = await comments.create(tx, crm, "deals", 1, " Called back ", by=mia)
    assert (made.text, made.by_name, made.mine) == ("Called back", mia.name, True)
    assert await comments.listed(tx, crm, "deals", 1) == (made,)
    with pytest.raises(Forbidden):
        await comments.create(tx, crm, "deals", 1, "No", by=cleo)
    with pytest.raises(Forbidden):
        await comments.remove(tx, crm, "deals", 1, made.id, by=northlight.ben)
    for broken in ("", " ", "x" * 20_001):
        with pytest.raises(Invalid):
            await comments.create(tx, crm, "deals", 1, broken, by=mia)
    with pytest.raises(NotFound):
        await comments.create(tx, crm, "deals", 99, "Where?", by=mia)
    await comments.remove(tx, crm, "deals", 1, made.id, by=mia)
    assert await comments.listed(tx, crm, "deals", 1) == ()


async def test_the_trash_is_shown_and_one_day_forgotten(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create_many(tx, crm, "deals", [{"title": t} for t in "ABC"], by=mia)
    await rows.trash(tx, crm, "deals", [3, 1], by=mia)
    page = await trash.listed(tx, crm, "deals", limit=1)
    row = orjson.loads(page.rows)[0]
    assert (row["id"], page.total, page.next) == (3, 2, "1") and row["deleted_at"].endswith("Z")
    assert await trash.purge(tx, crm, "deals", by=northlight.ben) == 0
    t = rows_of(crm, CRM.tables[1]).sql
    await tx.execute(update(t).where(t.c.id == 1).values(deleted_at=func.now() - timedelta(40)))
    assert await trash.purge(tx, crm, "deals", by=northlight.ben) == 1
    assert (await trash.listed(tx, crm, "deals")).total == 1
    with pytest.raises(NotFound):
        await rows.restore(tx, crm, "deals", [1], by=mia)
