"""Rows: written by the rules of their fields, with history and events beside them."""

import pytest
from sqlalchemy import select

from sayso.data import rows
from sayso.data.rows import Edit
from sayso.db.tables import events, history
from sayso.errors import Conflict, Forbidden, Invalid, NotFound
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


@pytest.fixture
async def crm(tx, northlight: Northlight):
    return await built(tx, CRM, northlight.mia)


async def told(tx) -> list[tuple[str, str, list[int]]]:
    found = await tx.execute(
        select(events.c.kind, events.c.payload, events.c.row_ids).where(events.c.kind.like("row.%")).order_by(events.c.id)
    )
    return [(kind, payload["table"], ids) for kind, payload, ids in found.all()]


async def test_a_row_is_added_with_its_defaults(tx, crm, northlight: Northlight):
    mia = northlight.mia
    row = await rows.create(tx, crm, "deals", {"title": " Summer film ", "amount": "1,250.50", "due": "27.11.2026"}, by=mia)
    assert (row["id"], row["version"], row["created_by"]) == (1, 1, mia.member)
    shown = {k: v for k, v in row["values"].items() if v not in (None, [], False)}
    assert shown["made"] == row["created_at"] and shown["maker"] == mia.member
    for kept in ("made", "maker", "touched", "toucher"):
        del shown[kept]
    assert shown == {
        "title": "Summer film", "amount": "1250.50", "due": "2026-11-27", "stage": "open", "owner": [mia.member], "late": "fine", "number": 1,
    }  # fmt: skip
    assert await told(tx) == [("row.created", "deals", [1])]


async def test_every_problem_is_told_at_once(tx, crm, northlight: Northlight):
    with pytest.raises(Invalid) as wrong:
        await rows.create(
            tx,
            crm,
            "deals",
            {"amount": "lots", "qty": -1, "colour": "red", "total": 5, "owner": ["m_nobody"], "client": [99]},
            by=northlight.mia,
        )
    assert {p.path for p in wrong.value.problems} == {
        "values/title", "values/amount", "values/qty", "values/colour", "values/total", "values/owner", "values/client",
    }  # fmt: skip
    assert await told(tx) == []


async def test_someone_else_was_faster(tx, crm, northlight: Northlight):
    mia = northlight.mia
    row = await rows.create(tx, crm, "deals", {"title": "Film"}, by=mia)
    await rows.update(tx, crm, "deals", row["id"], {"title": "Movie"}, version=1, by=mia)
    with pytest.raises(Conflict) as conflict:
        await rows.update(tx, crm, "deals", row["id"], {"title": "Cinema"}, version=1, by=mia)
    assert conflict.value.yours == {"id": 1, "version": 1, "values": {"title": "Cinema"}}
    assert conflict.value.theirs["values"]["title"] == "Movie" and conflict.value.theirs["version"] == 2  # pyright: ignore


async def test_writing_what_is_there_already_changes_nothing(tx, crm, northlight: Northlight):
    await rows.create(tx, crm, "deals", {"title": "Film", "tags": ["Film", "photo"]}, by=northlight.mia)
    row = await rows.update(tx, crm, "deals", 1, {"title": "Film", "tags": ["film", "photo"]}, by=northlight.mia)
    assert row["version"] == 1
    assert [kind for kind, *_ in await told(tx)] == ["row.created"]


async def test_links_are_seen_from_both_ends(tx, crm, northlight: Northlight):
    mia = northlight.mia
    otto = await rows.create(tx, crm, "clients", {"name": "Otto"}, by=mia)
    huber = await rows.create(tx, crm, "clients", {"name": "Huber"}, by=mia)
    film, photo = await rows.create_many(
        tx, crm, "deals", [{"title": "Film", "client": otto["id"], "amount": 10}, {"title": "Photo"}], by=mia
    )
    assert film["values"]["client"] == [{"id": 1, "name": "Otto"}]
    otto = await rows.read(tx, crm, "clients", 1)
    assert otto["values"]["deals"] == [{"id": film["id"], "name": "Film"}] and otto["values"]["worth"] == "10.00"
    huber = await rows.update(tx, crm, "clients", huber["id"], {"deals": [photo["id"], film["id"]]}, by=mia)
    assert [d["name"] for d in huber["values"]["deals"]] == ["Photo", "Film"]
    otto = await rows.read(tx, crm, "clients", 1)
    assert otto["values"]["deals"] == [] and otto["version"] == 2, "a deal has one client, so it was taken from Otto"
    assert ("row.changed", "deals", [1, 2]) in await told(tx)


async def test_unique_values_stay_unique(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create(tx, crm, "clients", {"name": "Otto", "email": "otto@x.example"}, by=mia)
    with pytest.raises(Invalid, match="row 1 already has"):
        await rows.create(tx, crm, "clients", {"name": "Otto 2", "email": "otto@x.example"}, by=mia)
    await rows.trash(tx, crm, "clients", [1], by=mia)
    await rows.create(tx, crm, "clients", {"name": "Otto 2", "email": "otto@x.example"}, by=mia)
    with pytest.raises(Invalid, match="row 2 has"):
        await rows.restore(tx, crm, "clients", [1], by=mia)


async def test_many_rows_change_at_once_or_not_at_all(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create_many(tx, crm, "deals", [{"title": f"Deal {n}"} for n in range(5)], by=mia)
    with pytest.raises(Invalid) as wrong:
        await rows.update_many(tx, crm, "deals", [Edit(1, {"qty": 1}), Edit(2, {"qty": "x"}), Edit(3, {"title": None})], by=mia)
    assert [p.path for p in wrong.value.problems] == ["rows/1/values/qty", "rows/2/values/title"]
    changed = await rows.update_many(tx, crm, "deals", [Edit(3, {"qty": 3}), Edit(1, {"qty": "1.50", "notes": "x"})], by=mia)
    assert [(r["id"], r["version"], r["values"]["qty"], r["values"]["notes"]) for r in changed] == [
        (3, 2, 3, None),
        (1, 2, 1.5, "x"),
    ]
    kinds = (await tx.execute(select(history.c.row_id, history.c.kind, history.c.version).order_by(history.c.id))).all()
    assert sorted(kinds[5:]) == [(1, "changed", 2), (3, "changed", 2)]


async def test_viewers_change_nothing(tx, crm, northlight: Northlight):
    with pytest.raises(Forbidden):
        await rows.create(tx, crm, "deals", {"title": "Film"}, by=northlight.cleo)


async def test_trash_and_back(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create_many(tx, crm, "deals", [{"title": "A"}, {"title": "B"}], by=mia)
    assert await rows.trash(tx, crm, "deals", [1, 2, 99], by=mia) == [1, 2]
    with pytest.raises(NotFound):
        await rows.read(tx, crm, "deals", 1)
    with pytest.raises(NotFound):
        await rows.update(tx, crm, "deals", 1, {"title": "C"}, by=mia)
    back = await rows.restore(tx, crm, "deals", [2], by=mia)
    assert [r["values"]["title"] for r in back] == ["B"]


async def test_rows_are_moved_by_hand_however_often(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create_many(tx, crm, "deals", [{"title": t} for t in "ABCD"], by=mia)
    for n in range(70):
        await rows.move(tx, crm, "deals", 3 + n % 2, before=2, by=mia)
    t = f"app_{crm.number}.t_{crm.columns.tables['deals']}"
    order = (await tx.exec_driver_sql(f"select id from {t} order by position, id")).scalars().all()  # noqa: S608
    assert order == [1, 3, 4, 2]
    row = await rows.move(tx, crm, "deals", 1, before=None, values={"stage": "won"}, by=mia)
    assert row["values"]["stage"] == "won"
    order = (await tx.exec_driver_sql(f"select id from {t} order by position, id")).scalars().all()  # noqa: S608
    assert order == [3, 4, 2, 1]
