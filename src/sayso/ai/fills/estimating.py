"""What a fill would ask and cost, before anything is asked: some of its rows are read, and their prompts measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import inputs as reading
from sayso.ai import instructions, shape
from sayso.ai.fills.fill import money
from sayso.ai.fills.wanted import LEFT_OUT, Part, Wanted, chosen, counts, part_of
from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.db.fill_tables import values as provenance
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.known import Route
from sayso.gateway.pricing import Price
from sayso.gateway.refusals import Refused
from sayso.gateway.tokens import Tokens

SAMPLE_ROWS = 24
CHARACTERS_A_TOKEN = 4
"""OpenAI's rule of thumb for English; other languages have fewer."""
PICTURE_TOKENS = 1_100
"""OpenAI and Anthropic count about as many for a picture of 1,024 by 1,024."""
WRAPPING_TOKENS = 40
"""Of a request and its JSON answer, beside what is said in them."""
PAST_ROWS_MIN = 5
"""From so many earlier answers on, their mean is taken for what an answer costs."""
ANSWER_TOKENS = {
    "summarise": 110,
    "generate": 160,
    "draft_reply": 220,
    "describe_image": 140,
    "image": 1_200,
    "edit_image": 1_200,
}
"""Where there are no earlier answers; a short value has few, a translation as many as its source."""
SHORT_TOKENS = 12
ROWS_A_SECOND = 8
"""Of an upstream that takes four seconds, asked 32 at once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`cost` is in dollars, None when nobody has published a price. `problem` says why nothing would come of it."""

    rows: int
    skipped: dict[str, int]
    model: str
    provider: str
    tokens: dict[str, int]
    cost: Decimal | None
    seconds: int
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "cost": None if self.cost is None else money(self.cost), "sentence": self.sentence}

    @property
    def sentence(self) -> str:
        if self.problem:
            return self.problem
        left = [f"{n:,} {_LEFT[why]}" for why in LEFT_OUT if (n := self.skipped.get(why))]
        but = f" {', '.join(left).capitalize()}." if left else ""
        if not self.rows:
            return f"There is nothing to fill.{but}"
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return f"Fills {rows} with {self.model}, {_cost(self.cost)}.{but}"


_LEFT = {"by_hand": "written by hand stay as they are", "up_to_date": "are up to date", "writing": "are being filled already"}


def _cost(cost: Decimal | None) -> str:
    if cost is None:
        return "at a price that nobody has published"
    if not cost:
        return "at no cost"
    return "for less than a cent" if cost < Decimal("0.01") else f"for about ${cost:.2f}"


async def estimated(tx: AsyncConnection, app: OpenApp, gateway: Gateway, wanted: Wanted) -> Estimate:
    """Raises `Invalid` with what is wrong about the field or the filter."""
    app.must("write")
    part = part_of(app, wanted.table, wanted.field)
    ids = await chosen(tx, app, part, wanted)
    told = await counts(tx, app, part, ids, wanted)
    return await of_rows(tx, app, gateway, part, wanted, ids, told)


async def of_rows(
    tx: AsyncConnection, app: OpenApp, gateway: Gateway, part: Part, wanted: Wanted, ids: Sequence[int], told: dict[str, int]
) -> Estimate:
    job = part.job if wanted.model is None else replace(part.job, model=wanted.model)
    skipped = {why: told[why] for why in LEFT_OUT}
    caller = gateway.caller(app.by.workspace, app=app.id, member=app.by.member)
    try:
        route = gateway.plan(caller, job.model).routes[0]
    except Refused as error:
        return Estimate(told["ask"], skipped, job.model, "", {"input": 0, "output": 0}, None, 0, str(error))
    step = max(1, len(ids) // SAMPLE_ROWS)
    sample = await reading.gathered(tx, app, part.table.id, list(ids[::step])[:SAMPLE_ROWS], job)
    past = await _past(tx, app, part, route)
    into, out = _tokens(job, sample)
    out = past.output if past and past.output else out
    rows = told["ask"]
    each = past.cost if past and past.cost is not None else _price(gateway, caller, route, job, into, out)
    seconds = round(rows * past.ms / 1000 / 32) if past and past.ms else round(rows / ROWS_A_SECOND)
    cost = None if each is None else each * rows
    own = f"{route.provider.name}/"
    name = route.model if route.model.startswith(own) else own + route.model
    return Estimate(rows, skipped, name, route.provider.name, {"input": into * rows, "output": out * rows}, cost, seconds)


@dataclass(frozen=True, slots=True)
class Past:
    """What an answer of this field took on this model before, on average."""

    cost: Decimal | None
    output: int
    ms: float


async def _past(tx: AsyncConnection, app: OpenApp, part: Part, route: Route) -> Past | None:
    v = provenance.c
    rows = rows_of(app, part.table)
    mine = (v.app == app.number) & (v.table_no == rows.number) & (v.field_no == part.number) & v.state.in_(["written", "review"])
    same = (v.about["version"].astext == part.job.version) & (v.about["provider"].astext == route.provider.name)
    asked = v.about["model"].astext.startswith(route.model, autoescape=True)
    some = select(v.about).where(mine, same, asked).limit(200).subquery()
    a = some.c.about
    cost, output = func.avg(cast(a["cost"].astext, Float)), func.avg(cast(a["tokens"]["output"].astext, Integer))
    priced = func.count(a["cost"].astext)
    row = (await tx.execute(select(func.count(), priced, cost, output, func.avg(cast(a["ms"].astext, Integer))))).one()
    if row[0] < PAST_ROWS_MIN:
        return None
    return Past(Decimal(str(row[2])) if row[1] == row[0] and row[2] is not None else None, round(row[3] or 0), float(row[4] or 0))


def _tokens(job: Job, sample: Sequence[Inputs]) -> tuple[int, int]:
    """Of one row on average: into the model, and out of it."""
    if not sample:
        return 0, 0
    system = len(instructions.system_of(job))
    form = 0 if job.makes_pictures or job.output is None else len(str(shape.shape_of(job, sample[0]).schema))
    asked = [len(instructions.asked_of(job, one)) for one in sample]
    files = sum(a.bytes // 6 if not a.is_picture else 0 for one in sample for a in one.attachments)
    pictures = sum(PICTURE_TOKENS for one in sample for a in one.attachments if a.is_picture)
    read = (system + form) // CHARACTERS_A_TOKEN + (sum(asked) + files) // CHARACTERS_A_TOKEN // len(sample)
    return read + pictures // len(sample) + WRAPPING_TOKENS, _answer_tokens(job, sum(asked) // len(sample)) + WRAPPING_TOKENS // 2


def _answer_tokens(job: Job, characters: int) -> int:
    if job.makes_pictures:
        return ANSWER_TOKENS["image"] * (job.settings.picture.count if job.settings.picture else 1)
    if job.output is None or job.output.kind not in ("text", "long_text", "ai") or job.task in ("extract", "classify"):
        return SHORT_TOKENS
    return characters // CHARACTERS_A_TOKEN if job.task == "translate" else ANSWER_TOKENS.get(job.task, ANSWER_TOKENS["generate"])


def _price(gateway: Gateway, caller: Caller, route: Route, job: Job, into: int, out: int) -> Decimal | None:
    price: Price | None = route.price or gateway.prices.of(route.provider.kind, route.model)
    if price is None:
        return None
    pictures = out if job.makes_pictures else 0
    return price.of(Tokens(input=into, output=out)._replace(**({"output_image": pictures} if pictures else {})))
