"""Whatever is sent, the answer is a row or a problem in words: never a fault, never half a row, never another workspace's things."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import groups, query, rows
from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import Invalid, SaysoError
from sayso.spec.filter import Condition, Filter, Grouping, Op, Sort
from sayso.spec.view import Measure
from tests.conftest import Northlight, founded
from tests.data.built import built
from tests.data.company import CRM

FIELDS = [f.id for f in CRM.tables[1].fields]
NASTY = ["", " ", "\x00", "'; drop schema sayso cascade; --", "\ud800", "9" * 400, "-1e999", "NaN", "Infinity", "0001-01-01", "9999-12-31T23:59:59Z", "2026-02-30",
         "today", "m_nobody", "%s %(x)s :y", "{}", "[]", "\u202e\U0001f600", "a" * 20_000, "1e30", "99:99", "٣", "²", "１２"]  # fmt: skip
one_value = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(2**60, 2**70), st.floats(), st.sampled_from(NASTY), st.text(max_size=8)
)
values = st.recursive(
    one_value,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "name", ""]), inner, max_size=2)),
    max_leaves=5,
)
OPS = Op.__args__
conditions = st.builds(Condition, field=st.sampled_from([*FIELDS, "nope"]), op=st.sampled_from(OPS), value=values)
OFTEN = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
async def crm(engine: AsyncEngine, northlight_kept: Northlight) -> OpenApp:
    async with transaction(engine) as tx:
        app = await built(tx, CRM, northlight_kept.mia)
        await rows.create(tx, app, "clients", {"name": "Otto", "email": "o@x.example"}, by=app.by)
        await rows.create(tx, app, "deals", {"title": "Film", "client": 1, "qty": 2, "amount": 3, "due": "2026-11-22"}, by=app.by)
    return app


@OFTEN
@given(sent=st.dictionaries(st.sampled_from([*FIELDS, "nope", "", "a/b"]), values, max_size=6))
async def test_any_values(engine: AsyncEngine, crm: OpenApp, sent: dict[str, Any]):
    async with engine.connect() as tx:
        try:
            made = await rows.create(tx, crm, "deals", {"title": "x", **sent}, by=crm.by)
            again = {id: made["values"][id] for id in sent}
            assert (await rows.update(tx, crm, "deals", made["id"], again, by=crm.by))["values"] | {"touched": 0} == made[
                "values"
            ] | {"touched": 0}, "what was read can be written back"
        except SaysoError as wrong:
            assert isinstance(wrong, Invalid) and wrong.problems
            assert all(p.path.startswith("values/") and p.reason for p in wrong.problems)


@OFTEN
@given(of=st.lists(conditions, max_size=3), sorts=st.lists(st.sampled_from([*FIELDS, "nope"]), max_size=2), search=st.one_of(st.just(""), st.sampled_from(NASTY), st.text(max_size=5)),
       by=st.sampled_from([*FIELDS, "nope"]), summary=st.sampled_from(["count", "sum", "average", "unique", "join", "median", "latest", "any", "filled"]))  # fmt: skip
async def test_any_question(engine: AsyncEngine, crm: OpenApp, of: Any, sorts: list[str], search: str, by: str, summary: Any):
    filter = Filter(of=tuple(of))
    async with engine.connect() as tx:
        for asked in (
            query.page(tx, crm, "deals", Query(filter, tuple(Sort(field=s) for s in sorts), search)),
            groups.grouped(tx, crm, "deals", (Grouping(field=by),), search=search, summaries={by: summary}),
            groups.aggregated(
                tx, crm, "deals", by=Grouping(field=by, bucket="week"), measure=Measure(summary=summary, field=by), filter=filter
            ),
        ):
            try:
                await asked
            except SaysoError as wrong:
                assert isinstance(wrong, Invalid) and all(p.reason for p in wrong.problems)


async def test_nothing_of_another_workspace_can_be_named(engine: AsyncEngine, crm: OpenApp):
    async with engine.connect() as tx:
        theirs = await founded_elsewhere(tx)
        file = {
            "id": "f_theirs",
            "workspace_id": theirs.workspace,
            "name": "secret.pdf",
            "type": "application/pdf",
            "bytes": 1,
            "sha256": "x",
            "created_by": theirs.ana.id,
        }
        await tx.execute(insert(t.files).values(file))
        for field, value in (("team", [theirs.ben.member]), ("team", ["Ben Secret"]), ("papers", ["f_theirs"])):
            with pytest.raises(Invalid) as wrong:
                await rows.create(tx, crm, "deals", {"title": "x", field: value}, by=crm.by)
            assert "secret" not in str(wrong.value).lower().replace("ben secret", "")
        count = await tx.execute(select(func.count()).select_from(t.history))
        assert count.scalar_one() == 2, "nothing was written"


async def founded_elsewhere(tx: Any) -> Northlight:
    return await founded(tx)
