"""Undo and redo, per person, with nobody's later work trampled on."""

import random

import orjson
import pytest

from sayso.data import query, rows, undo
from sayso.data.query import Query
from sayso.data.rows import Edit
from sayso.errors import Conflict, Invalid, NotFound
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


@pytest.fixture
async def crm(tx, northlight: Northlight):
    return await built(tx, CRM, northlight.mia)


async def all_values(tx, app) -> dict[str, list]:
    state = {}
    for table in ("clients", "deals"):
        found = orjson.loads((await query.page(tx, app, table, Query())).rows)
        for row in found:
            for kept in ("touched", "toucher"):
                row["values"].pop(kept, None)
        state[table] = [(row["id"], row["values"]) for row in found]
    return state


async def test_every_kind_of_act_goes_back_and_forth_exactly(tx, crm, northlight: Northlight):
    mia = northlight.mia
    states = [await all_values(tx, crm)]

    async def then(done) -> None:
        await done
        states.append(await all_values(tx, crm))

    await then(rows.create_many(tx, crm, "clients", [{"name": "Otto"}, {"name": "Huber"}], by=mia))
    await then(
        rows.create_many(
            tx, crm, "deals", [{"title": "Film", "client": 1, "qty": "2.5"}, {"title": "Photo", "client": 1}], by=mia
        )
    )
    await then(rows.update(tx, crm, "clients", 2, {"deals": [2]}, by=mia))
    await then(rows.update_many(tx, crm, "deals", [
        Edit(1, {"title": "Movie", "qty": "1.000000000000000000001", "tags": ["film"], "due": "2026-11-27", "met": "2026-11-27T08:00:00+01:00"}),
        Edit(2, {"amount": "99.99", "owner": [], "signed": True, "client": []}),
    ], by=mia))  # fmt: skip
    await then(rows.create(tx, crm, "clients", {"name": "Mia", "deals": [1]}, by=mia))
    await then(rows.move(tx, crm, "deals", 2, before=1, values={"stage": "won"}, by=mia))
    await then(rows.trash(tx, crm, "deals", [1, 2], by=mia))
    await then(rows.restore(tx, crm, "deals", [2], by=mia))
    for _ in range(2):
        for expected in reversed(states[:-1]):
            await undo.undo(tx, crm, by=mia)
            assert await all_values(tx, crm) == expected
        with pytest.raises(NotFound):
            await undo.undo(tx, crm, by=mia)
        for expected in states[1:]:
            await undo.redo(tx, crm, by=mia)
            assert await all_values(tx, crm) == expected
        with pytest.raises(NotFound):
            await undo.redo(tx, crm, by=mia)


async def test_what_others_changed_since_is_left_alone(tx, crm, northlight: Northlight):
    mia, ben = northlight.mia, northlight.ben
    await rows.create_many(tx, crm, "deals", [{"title": "A"}, {"title": "B"}], by=mia)
    await rows.update_many(tx, crm, "deals", [Edit(1, {"qty": 1}), Edit(2, {"qty": 2})], by=mia)
    bens = type(crm)(crm.id, crm.number, crm.spec, crm.version, crm.columns, ben, "write")
    await rows.update(tx, bens, "deals", 2, {"qty": 7}, by=ben)
    done = await undo.undo(tx, crm, by=mia)
    assert done.sentence == "Change Qty of 2 rows" and done.undone == {"kind": "rows", "table": "deals", "ids": [1], "left": 1}
    assert [(await rows.read(tx, crm, "deals", id))["values"]["qty"] for id in (1, 2)] == [None, 7]
    await rows.update(tx, crm, "deals", 1, {"qty": 3}, by=mia)
    assert (await undo.upcoming(tx, crm))[1] is None, "something new was done, so there is nothing to do again"
    await rows.update(tx, bens, "deals", 1, {"qty": 4}, by=ben)
    with pytest.raises(Conflict):
        await undo.undo(tx, crm, by=mia)


async def something(draw: random.Random, tx, app) -> None:
    mia, deal, client = app.by, lambda: draw.randint(1, 12), lambda: draw.randint(1, 4)
    values = {
        "qty": draw.choice([None, "1", "2.50", "1e-12"]), "stage": draw.choice([None, "won"]), "client": draw.choice([[], [client()]]), "tags": draw.choice([[], ["web", "film"]]),
        "owner": draw.choice([[], "me"]), "met": draw.choice([None, "2026-11-27T08:00:00.123456+01:00"]), "amount": draw.choice([None, "0.01", "9999999.99"]),
    }  # fmt: skip
    values["owner"] = [mia.member] if values["owner"] else []
    some = {id: values[id] for id in draw.sample(sorted(values), 3)}
    match draw.randint(0, 7):
        case 0:
            await rows.create_many(tx, app, "deals", [{"title": "New", **some}, {"title": "Newer", "client": client()}], by=mia)
        case 1 | 2:
            await rows.update(tx, app, "deals", deal(), some, by=mia)
        case 3:
            await rows.update_many(tx, app, "deals", [Edit(id, some) for id in draw.sample(range(1, 9), 4)], by=mia)
        case 4:
            await rows.update(tx, app, "clients", client(), {"deals": draw.sample(range(1, 9), 3)}, by=mia)
        case 5:
            await rows.trash(tx, app, draw.choice(["deals", "clients"]), [draw.randint(1, 9), draw.randint(1, 9)], by=mia)
        case 6:
            await rows.restore(tx, app, draw.choice(["deals", "clients"]), [draw.randint(1, 9), draw.randint(1, 9)], by=mia)
        case _:
            await rows.move(tx, app, "deals", deal(), before=draw.choice([None, deal()]), values=some, by=mia)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_was_done_all_of_it_can_be_undone_step_by_step(tx, crm, northlight: Northlight, seed: int):
    mia, draw = northlight.mia, random.Random(seed)
    await rows.create_many(tx, crm, "clients", [{"name": n} for n in "ABCD"], by=mia)
    await rows.create_many(tx, crm, "deals", [{"title": f"Deal {n}", "client": n % 4 + 1} for n in range(8)], by=mia)
    states = [await all_values(tx, crm)]
    while len(states) < 20:
        try:
            async with tx.begin_nested():
                await something(draw, tx, crm)
        except (NotFound, Invalid):
            continue
        now = await all_values(tx, crm)
        if now != states[-1]:
            states.append(now)
    for expected in reversed(states[:-1]):
        while await all_values(tx, crm) != expected:
            await undo.undo(tx, crm, by=mia)
    for expected in states[1:]:
        while await all_values(tx, crm) != expected:
            await undo.redo(tx, crm, by=mia)
