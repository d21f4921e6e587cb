"""What rights cost: a page of a million rows for somebody whom a rule over a link shows a tenth of them, beside the same page for the
owner, who asks for the same rows by a filter of their own. Both open the app first, in one process, turn by turn.
"""

# ruff: noqa: S608  names in statements are numbers of the catalogue

import shutil
import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.figure import Figure
from bench.million import APP, ROWS, fill
from bench.server import new_home
from sayso.data import apps, groups, query
from sayso.data.open_app import OpenApp
from sayso.data.physical import pairs_of, rows_of, schema_of
from sayso.data.query import Query
from sayso.db import migrate, open_engine, transaction
from sayso.db import tables as t
from sayso.db.embedded import postgres
from sayso.db.people_tables import app_grants
from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from sayso.spec.fields import Link
from sayso.spec.filter import Condition, Filter, Grouping, Sort
from sayso.team import people
from sayso.team.actor import Actor

RUNS = 40
AREAS = 1_000
REGIONS = 10
COST_MAX = 1.15
AREAS_TABLE: dict[str, Any] = {
    "id": "areas", "name": "Areas", "fields": [{"kind": "text", "id": "name", "name": "Name"}, {"kind": "text", "id": "region", "name": "Region"}],
}  # fmt: skip
MINE = {"of": [{"field": "region", "op": "is", "value": "my.region", "via": ["area"]}]}
SAME = Filter(of=(Condition(field="region", op="any_of", value=["R3"], via=("area",)),))
"""What the owner asks for: the rows that the rule shows the member."""


async def measure() -> list[Figure]:
    home = new_home()
    try:
        return await _measured(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _spec() -> dict[str, Any]:
    (clients,) = APP["tables"]
    linked = {**clients, "fields": [*clients["fields"], {"kind": "link", "id": "area", "name": "Area", "to": "areas"}]}
    role = {
        "id": "own",
        "name": "Own",
        "rights": [{"table": "clients", "rows": MINE, "hidden": ["notes"]}, {"table": "areas", "may": "see"}],
    }
    return {**APP, "tables": [linked, AREAS_TABLE], "roles": [role]}


async def _measured(home: Path) -> list[Figure]:
    async with postgres(home) as url:
        engine = open_engine(url)
        await migrate(engine)
        async with transaction(engine) as tx:
            owner = await people.found(tx, name="Bench", owner="Ana")
            app = await apps.create(tx, completed_app(app_from(_spec())), by=owner)
            member = (await people.add(tx, "Mia", role="member", email="mia@bench.example", by=owner)).actor
            await tx.execute(t.members.update().where(t.members.c.id == member.member).values(properties={"region": "R3"}))
            grant = {
                "workspace_id": owner.workspace,
                "app": app.number,
                "subject_kind": "member",
                "subject": member.member,
                "role": "own",
            }
            await tx.execute(app_grants.insert().values(grant))
        clients = app.spec.tables[0].model_copy(
            update={"fields": tuple(f for f in app.spec.tables[0].fields if not isinstance(f, Link))}
        )
        await fill(engine, _only(app, clients))
        await _linked(engine, app)
        figures = await _beside(engine, owner, member)
        await engine.dispose()
        return figures


def _only(app: OpenApp, table: Any) -> OpenApp:
    """The app with this table first, for `fill`, which fills the first."""
    spec = app.spec.model_copy(update={"tables": (table, *app.spec.tables[1:])})
    return OpenApp(app.id, app.number, spec, app.version, app.columns, app.by, app.to)


async def _linked(engine: AsyncEngine, app: OpenApp) -> None:
    clients, areas = app.spec.tables
    there, link = rows_of(app, areas), clients.field("area")
    assert isinstance(link, Link)
    pairs = pairs_of(app, clients, link)
    name, region = (there.name(f) for f in areas.fields[:2])
    schema = schema_of(app)
    async with transaction(engine) as tx:
        made = f"insert into {schema}.t_{there.number} (position, {name}, {region}) select n, 'Area ' || n, 'R' || n % :r from generate_series(1, :n) as n"
        await tx.execute(text(made), {"n": AREAS, "r": REGIONS})
        put = f"insert into {schema}.{pairs.sql.name} ({pairs.mine}, {pairs.theirs}, position) select n, 1 + n % :areas, 0 from generate_series(1::bigint, :n) as n"
        await tx.execute(text(put), {"n": ROWS, "areas": AREAS})
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for one in (f"{schema}.t_{there.number}", f"{schema}.{pairs.sql.name}"):
            await alone.execute(text(f"vacuum analyze {one}"))


async def _beside(engine: AsyncEngine, owner: Actor, member: Actor) -> list[Figure]:
    shown = tuple(f["id"] for f in APP["tables"][0]["fields"] if f["id"] != "notes")
    down = (Sort(field="score", descending=True),)

    async def asked(by: Actor, **query_: Any) -> int:
        async with transaction(engine) as tx:
            app = await apps.open_app(tx, APP["id"], by=by)
            also = {} if by is member else {"filter": SAME}
            return (await query.page(tx, app, "clients", Query(fields=shown, **also, **query_))).total

    async def counted(by: Actor, **_: Any) -> int:
        async with transaction(engine) as tx:
            app = await apps.open_app(tx, APP["id"], by=by)
            also = {} if by is member else {"filter": SAME}
            return sum(g.count for g in await groups.grouped(tx, app, "clients", (Grouping(field="stage"),), **also))

    assert await asked(member) == await asked(owner) == ROWS // REGIONS
    return [
        await _ratio(
            "a page of 100 under a rule over a link, beside the owner's", asked, owner, member, offset=lambda n: n * 100
        ),
        await _ratio("the same, sorted", asked, owner, member, sorts=lambda _: down, offset=lambda n: n * 997 % 90_000),
        await _ratio("the first time in an order that nobody has read", asked, owner, member, runs=7, sorts=_fresh),
        await _ratio("rows counted in groups", counted, owner, member, runs=7),
    ]


def _fresh(n: int) -> tuple[Sort, ...]:
    """An order that was not asked for before."""
    fields = ("name", "company", "email", "worth", "score", "since", "city")
    return tuple(Sort(field=fields[(n + k) % len(fields)], descending=n % 2 == 0) for k in range(2))


async def _ratio(what: str, step: Any, owner: Actor, member: Actor, *, runs: int = RUNS, **asked: Any) -> Figure:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for n in range(runs):
        for is_member in (True, False) if n % 2 else (False, True):
            begun = time.perf_counter()
            await step(member if is_member else owner, **{k: v(n) for k, v in asked.items()})
            taken[is_member].append(time.perf_counter() - begun)
    bound, free = median(taken[True]), median(taken[False])
    return Figure(f"{what} ({bound * 1000:.1f} : {free * 1000:.1f} ms)", bound / free, COST_MAX, "ratio", runs=runs)
