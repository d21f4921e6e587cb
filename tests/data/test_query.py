"""Pages of rows."""

import orjson
import pytest

from sayso.data import query, rows
from sayso.data.query import Query
from sayso.errors import Invalid, NotFound
from sayso.spec.filter import Condition, Filter, Sort
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM


@pytest.fixture
async def crm(tx, northlight: Northlight):
    return await built(tx, CRM, northlight.mia)


async def titles(tx, app, asked: Query) -> list[str]:
    page = await query.page(tx, app, "deals", asked)
    return [row["values"]["title"] for row in orjson.loads(page.rows)]


async def test_an_empty_table_is_an_empty_page(tx, crm):
    for table in ("clients", "deals"):
        page = await query.page(tx, crm, table, Query())
        assert (page.rows, page.total, page.next) == (b"[]", 0, None)


async def test_values_cross_the_api_as_the_contract_says(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create(tx, crm, "clients", {"name": "Otto", "city": "Oslo"}, by=mia)
    made = await rows.create(tx, crm, "deals", {
        "title": "Film", "amount": "12.5", "qty": "2.50", "due": "2026-11-27", "met": "2026-11-27T08:30:00+01:00", "tags": ["film", "Web site"],
        "client": [1], "chance": "25%", "spent": "1:30", "stars": 4, "phone": "+49 30 1234567", "page": "northlight.example", "team": ["Ben Okafor"],
    }, by=mia)  # fmt: skip
    row = orjson.loads((await query.page(tx, crm, "deals", Query())).rows)[0]
    assert row == made
    shown = row["values"]
    assert shown == shown | {
        "title": "Film", "amount": "12.50", "qty": 2.5, "due": "2026-11-27", "met": "2026-11-27T07:30:00Z", "tags": ["film", "web"], "signed": False,
        "notes": None, "client": [{"id": 1, "name": "Otto"}], "town": ["oslo"], "total": "31.25", "papers": [], "chance": 0.25, "spent": 5400,
        "stars": 4, "page": "https://northlight.example", "team": [northlight.ben.member], "owner": [mia.member], "number": 1,
    }  # fmt: skip
    client = orjson.loads((await query.page(tx, crm, "clients", Query())).rows)[0]["values"]
    assert client == {
        "name": "Otto", "email": None, "city": "oslo", "deals": [{"id": 1, "name": "Film"}], "worth": "12.50", "won": 0, "stages": ["open"]
    }  # fmt: skip


async def test_pages_walk_and_jump(tx, crm, northlight: Northlight):
    await rows.create_many(tx, crm, "deals", [{"title": f"Deal {n:02}"} for n in range(25)], by=northlight.mia)
    asked = Query(fields=("title",), limit=10)
    page = await query.page(tx, crm, "deals", asked)
    assert (page.total, page.offset) == (25, 0)
    assert list(orjson.loads(page.rows)[0]["values"]) == ["title"]
    second = await query.page(tx, crm, "deals", Query(fields=("title",), limit=10, after=page.next))
    third = await query.page(tx, crm, "deals", Query(fields=("title",), limit=10, after=second.next))
    walked = [row["values"]["title"] for p in (page, second, third) for row in orjson.loads(p.rows)]
    assert walked == [f"Deal {n:02}" for n in range(25)] and third.next is None
    assert await titles(tx, crm, Query(offset=23)) == ["Deal 23", "Deal 24"]
    assert await titles(tx, crm, Query(offset=2_000)) == []


async def test_search_finds_text_choices_people_and_linked_rows(tx, crm, northlight: Northlight):
    mia = northlight.mia
    await rows.create(tx, crm, "clients", {"name": "Otto Öztürk"}, by=mia)
    await rows.create_many(tx, crm, "deals", [
        {"title": "Film", "owner": []}, {"title": "Photo", "client": 1, "owner": []}, {"title": "Radio", "stage": "won", "owner": []},
        {"title": "Poster", "amount": "1234.50", "owner": [northlight.ben.member]}, {"title": "Web", "tags": ["photo"], "owner": []},
    ], by=mia)  # fmt: skip
    searches = {
        "fil": ["Film"],
        "ÖZTÜRK": ["Photo"],
        "won": ["Radio"],
        "1234.5": ["Poster"],
        "okafor": ["Poster"],
        "photo": ["Photo", "Web"],
        "d-3": ["Radio"],
        "%": [],
    }
    assert {s: await titles(tx, crm, Query(search=s)) for s in searches} == searches


async def test_sorts_follow_the_list_of_choices_and_put_empty_last(tx, crm, northlight: Northlight):
    await rows.create_many(tx, crm, "deals", [
        {"title": "b", "stage": "lost"}, {"title": "A", "stage": "won", "qty": 2}, {"title": "c", "stage": None}, {"title": "D", "qty": 10},
    ], by=northlight.mia)  # fmt: skip
    assert await titles(tx, crm, Query(sorts=(Sort(field="title"),))) == ["A", "b", "c", "D"]
    assert await titles(tx, crm, Query(sorts=(Sort(field="stage"),))) == ["D", "A", "b", "c"]
    assert await titles(tx, crm, Query(sorts=(Sort(field="qty", descending=True),))) == ["D", "A", "b", "c"]


async def test_all_that_is_wrong_with_a_query_is_told(tx, crm):
    with pytest.raises(NotFound):
        await query.page(tx, crm, "nothing", Query())
    bad = Filter(
        of=(
            Condition(field="colour", op="is"),
            Condition(field="qty", op="gt", value="x"),
            Condition(field="papers", op="is", value=1),
        )
    )
    with pytest.raises(Invalid) as wrong:
        await query.page(tx, crm, "deals", Query(filter=bad))
    assert [p.path for p in wrong.value.problems] == ["filter/of/0", "filter/of/1/value", "filter/of/2/op"]
    for broken in (
        Query(limit=0),
        Query(limit=1001),
        Query(offset=-1),
        Query(after="x"),
        Query(fields=("nope",)),
        Query(sorts=(Sort(field="nope"),)),
    ):
        with pytest.raises(Invalid):
            await query.page(tx, crm, "deals", broken)
