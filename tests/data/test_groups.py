"""Counts and figures: boards, charts, feet."""

import pytest

from sayso.data import groups, rows
from sayso.errors import Invalid
from sayso.spec.filter import Condition, Filter, Grouping
from sayso.spec.view import Measure
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


@pytest.fixture
async def crm(tx, northlight: Northlight):
    mia = northlight.mia
    app = await built(tx, CRM, mia)
    await rows.create_many(tx, app, "clients", [{"name": "Otto", "city": "oslo"}, {"name": "Huber"}], by=mia)
    await rows.create_many(tx, app, "deals", [
        {"title": "Film", "stage": "won", "amount": "10.50", "client": 1, "due": "2026-11-27", "tags": ["film", "web"], "signed": True, "qty": 1},
        {"title": "Photo", "stage": "won", "amount": "20", "client": 1, "due": "2026-12-01", "owner": [], "qty": 2},
        {"title": "Radio", "stage": "open", "client": 2, "due": "2026-11-02", "tags": ["film"], "owner": [northlight.ben.member], "qty": 4},
        {"title": "Web", "stage": None, "qty": 9},
    ], by=mia)  # fmt: skip
    return app


async def counted(tx, app, *by: Grouping, **more) -> list[tuple]:
    return [(g.key, g.name, g.count) for g in await groups.grouped(tx, app, "deals", by, **more)]


async def test_a_board_counts_its_columns(tx, crm):
    found = await groups.grouped(tx, crm, "deals", (Grouping(field="stage"),), summaries={"amount": "sum", "title": "filled"})
    assert [(g.key, g.name, g.count, g.summaries) for g in found] == [
        ("open", "Open", 1, {"amount": None, "title": 1}),
        ("won", "Won", 2, {"amount": "30.50", "title": 2}),
        (None, "No value", 1, {"amount": None, "title": 1}),
    ]


async def test_every_shape_can_be_grouped(tx, crm, northlight: Northlight):
    ben, mia = northlight.ben, northlight.mia
    assert await counted(tx, crm, Grouping(field="client")) == [
        ({"id": 2, "name": "Huber"}, "Huber", 1), ({"id": 1, "name": "Otto"}, "Otto", 2), (None, "No value", 1)
    ]  # fmt: skip
    assert await counted(tx, crm, Grouping(field="owner")) == [
        (ben.member, ben.name, 1),
        (mia.member, mia.name, 2),
        (None, "No value", 1),
    ]
    assert await counted(tx, crm, Grouping(field="tags", descending=True)) == [
        ("web", "Web site", 1),
        ("film", "Film", 2),
        (None, "No value", 2),
    ]
    assert await counted(tx, crm, Grouping(field="signed")) == [(False, "No", 3), (True, "Yes", 1)]
    assert await counted(tx, crm, Grouping(field="due", bucket="month")) == [
        ("2026-11-01", "Nov 2026", 2),
        ("2026-12-01", "Dec 2026", 1),
        (None, "No value", 1),
    ]
    assert await counted(tx, crm, Grouping(field="due", bucket="week"), filter=Filter(of=(Condition(field="due", op="not_empty"),))) == [
        ("2026-11-02", "2–8 Nov 2026", 1), ("2026-11-23", "23–29 Nov 2026", 1), ("2026-11-30", "30 Nov–6 Dec 2026", 1)
    ]  # fmt: skip
    assert await counted(tx, crm, Grouping(field="qty", descending=True), search="film") == [(4, "4", 1), (1, "1", 1)]
    assert await counted(tx, crm, Grouping(field="maker")) == [(mia.member, mia.name, 4)]
    assert await counted(tx, crm, Grouping(field="town")) == [("Oslo", "Oslo", 2), (None, "No value", 2)]
    assert await counted(tx, crm, Grouping(field="total")) == [
        ("10.50", "10.50", 1),
        ("40.00", "40.00", 1),
        (None, "No value", 2),
    ]
    assert await counted(tx, crm, Grouping(field="stage"), Grouping(field="signed")) == [
        (["open", False], "Open · No", 1), (["won", False], "Won · No", 1), (["won", True], "Won · Yes", 1), ([None, False], "No value · No", 1)
    ]  # fmt: skip
    with pytest.raises(Invalid):
        await counted(tx, crm, Grouping(field="papers"))


async def test_a_chart_has_series_and_a_total(tx, crm):
    figures, total = await groups.aggregated(
        tx,
        crm,
        "deals",
        by=Grouping(field="due", bucket="quarter"),
        split=Grouping(field="stage"),
        measure=Measure(summary="sum", field="amount"),
    )
    assert [(f.key, f.name, f.split, f.split_name, f.value) for f in figures] == [
        ("2026-10-01", "Q4 2026", "open", "Open", None), ("2026-10-01", "Q4 2026", "won", "Won", "30.50"), (None, "No value", None, "No value", None)
    ]  # fmt: skip
    assert total == "30.50"
    assert await groups.aggregated(tx, crm, "deals") == ([], 4)
    assert await groups.aggregated(tx, crm, "deals", measure=Measure(summary="median", field="qty")) == ([], 3)


async def test_the_foot_of_a_grid(tx, crm):
    asked = {
        "title": "unique", "amount": "average", "qty": "maximum", "due": "earliest", "signed": "any", "client": "filled", "tags": "empty", "total": "sum", "notes": "join",
    }  # fmt: skip
    assert await groups.summarised(tx, crm, "deals", asked) == {
        "title": 4, "amount": "15.25", "qty": 9, "due": "2026-11-02", "signed": True, "client": 3, "tags": 2, "total": "50.50", "notes": None,
    }  # fmt: skip
    with pytest.raises(Invalid, match="Title has no sum"):
        await groups.summarised(tx, crm, "deals", {"title": "sum"})
