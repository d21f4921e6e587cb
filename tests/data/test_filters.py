"""The SQL of a filter picks the rows that the pure filter picks, whatever the filter; orders and pages keep their promises."""

import random
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso.data import query, rows
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.db import transaction
from sayso.spec.filter import Condition, Filter, Sort
from sayso.spec.shape import ops_of
from tests.conftest import Northlight
from tests.data.built import built
from tests.data.company import CRM
from tests.data.meets import Meeting

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening in Berlin: its days are not those of UTC."""
DEALS = CRM.tables[1]
ASKED = ("title", "notes", "amount", "qty", "chance", "due", "met", "spent", "signed", "stage", "tags", "stars", "owner", "team", "client", "town", "total", "papers", "number", "maker")  # fmt: skip
WORDS = ["", "Film", "film", "FILM und Ton", "100%", "a_b", "Öl", "öL", "\\", "'; drop table x --", "im"]
DAYS = ["2026-11-20", "2026-11-22", "2026-11-23", "2026-11-24", "2026-10-31", "2027-01-01", "2024-02-29"]
MOMENTS = [
    "2026-11-22T22:59:59Z",
    "2026-11-22T23:00:00Z",
    "2026-11-21T23:00:00Z",
    "2026-11-24T12:00:00+01:00",
    "2026-03-29T01:30:00Z",
]
FIGURES = ["0", "1", "2.5", "12.50", "-3", "100", "0.25", "5400"]
SPANS = [
    "today",
    "yesterday",
    "this_week",
    "last_week",
    "next_month",
    "this_quarter",
    "last_year",
    "past",
    "future",
    "last_7_days",
    "next_30_days",
]


@pytest.fixture(scope="module")
async def people(engine: AsyncEngine, northlight_kept: Northlight) -> Northlight:
    return northlight_kept


@pytest.fixture(scope="module")
async def crm(engine: AsyncEngine, people: Northlight) -> OpenApp:
    """Sixty deals with every mixture of values and of their absence."""
    draw = random.Random(7)
    members = [people.ana.member, people.ben.member, people.mia.member]
    async with transaction(engine) as tx:
        app = await built(tx, CRM, people.mia)
        await rows.create_many(
            tx,
            app,
            "clients",
            [{"name": n, "city": c} for n, c in (("Otto", "oslo"), ("Huber", None), ("Film AG", "berlin"))],
            by=people.mia,
        )

        def some(*values: Any) -> Any:
            return draw.choice([None, *values])

        many = [{
            "title": draw.choice(WORDS[1:]), "notes": some(*WORDS), "amount": some(*FIGURES), "qty": some("0", "1", "2.5", "100"), "chance": some("0.25", "0", "1"),
            "due": some(*DAYS), "met": some(*MOMENTS), "spent": some(0, 5400), "signed": some(True, False), "stage": some("open", "won", "lost"),
            "tags": some(["film"], ["film", "web"], ["photo"], []), "stars": some(0, 3), "owner": some([members[0]], [members[2]]) or [],
            "team": some(members, members[:1], members[1:]), "client": some(1, 2, 3),
        } for _ in range(60)]  # fmt: skip
        await rows.create_many(tx, app, "deals", many, by=people.mia)
    return app


def values_for(field_id: str, op: str) -> st.SearchStrategy[Any]:
    if op in ("empty", "not_empty"):
        return st.none()
    if op == "within":
        return st.sampled_from(SPANS)
    many = op in ("any_of", "none_of", "all_of")
    match field_id:
        case "title" | "notes":
            one = st.sampled_from(WORDS[1:] if many else WORDS)
        case "due" | "met":
            one = st.sampled_from([*DAYS, "today", "tomorrow", "yesterday"])
            if field_id == "met":
                one = st.one_of(st.sampled_from(MOMENTS), one) if not many else one
        case "signed":
            return st.booleans()
        case "stage" | "town":
            names = ["open", "Won", "LOST"] if field_id == "stage" else ["oslo", "Berlin"]
            one = st.sampled_from([*names, "nothing of the kind"])
        case "tags":
            one = st.sampled_from(["film", "Web site", "photo", "wood"])
        case "owner" | "team" | "maker":
            one = st.sampled_from(["me", "ben", "ana", "nobody"])
        case "client":
            one = st.sampled_from([1, 2, 3, 99])
        case "spent":
            one = st.sampled_from([0, 5400, 90])
        case _:
            one = st.sampled_from(FIGURES)
    return st.lists(one, max_size=3, unique=True) if many else one


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = DEALS.field(draw(st.sampled_from(ASKED)))
    assert field is not None
    allowed = [
        op
        for op in ops_of(CRM, DEALS, field)
        if not (
            field.id == "total"
            and op not in ("is", "is_not", "gt", "gte", "lt", "lte", "any_of", "none_of", "empty", "not_empty")
        )
    ]
    op = draw(st.sampled_from(allowed))
    return Condition(field=field.id, op=op, value=draw(values_for(field.id, op)))


filters = st.recursive(
    st.builds(
        lambda m, of: Filter(match=m, of=tuple(of)),
        st.sampled_from(["all", "any"]),
        st.lists(conditions(), min_size=1, max_size=3),
    ),
    lambda inner: st.builds(
        lambda m, of, more: Filter(match=m, of=(*of, *more)),
        st.sampled_from(["all", "any"]),
        st.lists(conditions(), max_size=2),
        st.lists(inner, min_size=1, max_size=2),
    ),
    max_leaves=4,
)
sorts = st.lists(
    st.builds(Sort, field=st.sampled_from(ASKED), descending=st.booleans()), max_size=3, unique_by=lambda s: s.field
).map(tuple)
THOROUGH = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def real(one: Condition | Filter, people: Northlight) -> Any:
    """People are drawn by first name, for ids differ from run to run."""
    if isinstance(one, Filter):
        return Filter(match=one.match, of=tuple(real(part, people) for part in one.of))
    ids: dict[Any, Any] = {"ben": people.ben.member, "ana": people.ana.member}
    if one.field not in ("owner", "team", "maker"):
        return one
    value = (
        [ids.get(v, v) for v in one.value]
        if isinstance(one.value, list)
        else ids.get(one.value, one.value)
        if "contains" not in one.op
        else one.value
    )
    return Condition(field=one.field, op=one.op, value=value)


async def whole(tx: AsyncConnection, app: OpenApp, asked: Query) -> list[dict[str, Any]]:
    page = await query.page(tx, app, "deals", asked, now=NOW)
    return orjson.loads(page.rows)


@THOROUGH
@given(filter=filters)
async def test_sql_picks_what_the_pure_filter_picks(engine: AsyncEngine, people: Northlight, crm: OpenApp, filter: Filter):
    asked = real(filter, people)
    names = {a.member or "": a.name for a in (people.ana, people.ben, people.mia, people.cleo)}
    pure = Meeting(CRM, DEALS, NOW, people.mia.member or "", names)
    async with engine.connect() as tx:
        every = await whole(tx, crm, Query())
        picked = [row["id"] for row in await whole(tx, crm, Query(filter=asked))]
    assert picked == [row["id"] for row in every if pure.meets(row["values"], asked)]


@THOROUGH
@given(filter=filters, by=sorts, size=st.integers(1, 25))
async def test_pages_part_the_rows_whatever_sorts_them(
    engine: AsyncEngine, people: Northlight, crm: OpenApp, filter: Filter, by: Any, size: int
):
    asked = Query(filter=real(filter, people), sorts=by)
    async with engine.connect() as tx:
        all_ids = [row["id"] for row in await whole(tx, crm, asked)]
        walked: list[int] = []
        after: str | None = None
        while after is not None or not walked:
            page = await query.page(tx, crm, "deals", Query(asked.filter, asked.sorts, limit=size, after=after), now=NOW)
            walked += [row["id"] for row in orjson.loads(page.rows)]
            after = page.next
            if after is None:
                break
        hand = [row["id"] for row in await whole(tx, crm, Query(filter=asked.filter))]
    assert walked == all_ids and sorted(all_ids) == sorted(hand)


async def test_equal_rows_keep_the_order_given_by_hand(engine: AsyncEngine, crm: OpenApp):
    async with engine.connect() as tx:
        for descending in (False, True):
            found = await whole(tx, crm, Query(sorts=(Sort(field="stage", descending=descending),)))
            by_stage: dict[Any, list[int]] = {}
            for row in found:
                by_stage.setdefault(row["values"]["stage"], []).append(row["id"])
            assert all(ids == sorted(ids) for ids in by_stage.values())
            assert list(by_stage)[-1] is None, "rows without a value come last, either way"
