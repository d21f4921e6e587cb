"""Cases, made once when a trial begins: drawn, masked, and then the same for every contender."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import inputs as gathering
from sayso.ai import runs
from sayso.ai.inputs import Inputs, Value
from sayso.ai.job import Job
from sayso.ai.runs import Run
from sayso.ai.told import text_of
from sayso.data import provenance
from sayso.data.open_app import OpenApp
from sayso.data.physical import rows_of
from sayso.data.query import PAGE_ROWS_MAX, Query, page
from sayso.data.row import shown
from sayso.errors import Invalid, Problem
from sayso.spec.fields.fill import named_in
from sayso.spec.table import Table
from sayso.trials.cases.masked import Mask, Masking
from sayso.trials.cases.spoken import of_turns
from sayso.trials.trial import Case, Cases

DRAWN_TIMES = 8
"""So many times the wanted number of past runs is looked through, so that rare answers are among them."""
LONG_CHARACTERS = (200, 1_000, 4_000)
"""Where inputs go from short to long."""
LABEL_KINDS = ("text", "long_text", "select", "link", "email", "date", "number", "money")


@dataclass(slots=True)
class Drawn:
    """`left_out` counts what could not be used, by the reason that is shown."""

    cases: list[Case] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    masked: int = 0

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


async def made(
    tx: AsyncConnection, app: OpenApp, work: Sequence[Job], wanted: Cases, mask: Mask, prompts: Sequence[str] = ()
) -> Drawn:
    """The cases of a trial of these parts. `prompts` are those of contenders: what they read of a row is gathered too.

    The same seed over the same past gives the same cases, in the same order.
    """
    drawn = Drawn()
    share = max(1, wanted.count // len(work))
    for place, job in enumerate(work):
        count = share if place else wanted.count - share * (len(work) - 1)
        match wanted.source:
            case "runs":
                found = await _of_runs(tx, app, job, replace_count(wanted, count), prompts)
            case "rows":
                found = await _of_rows(tx, app, job, replace_count(wanted, count), prompts)
            case "hand":
                found = by_hand(job, wanted) if place == 0 else []
        for case in found:
            take(drawn, case, mask, len(drawn.cases) + 1)
    return drawn


def replace_count(wanted: Cases, count: int) -> Cases:
    return wanted.model_copy(update={"count": max(1, count)})


def take(drawn: Drawn, case: Case, mask: Mask, n: int) -> None:
    if not mask.any:
        drawn.cases.append(replace(case, n=n))
        return
    if isinstance(case.inputs, dict) and case.inputs.get("attachments"):
        drawn.leave_out("reads a file or a picture, in which nothing can be masked")
        return
    masking = Masking(mask, today=datetime.now(UTC).date())
    for one in (case.inputs, case.label, case.detail, case.expected, case.before):
        masking.learn(one)
    inputs = masking.of(case.inputs)
    drawn.cases.append(
        replace(
            case, n=n, inputs=inputs, label=masking.text(case.label), detail=masking.text(case.detail), expected=masking.of(case.expected),
            before=masking.of(case.before),
        )
    )  # fmt: skip
    drawn.masked += masking.masked


# ── past work ─────────────────────────────────────────────


async def _of_runs(tx: AsyncConnection, app: OpenApp, job: Job, wanted: Cases, prompts: Sequence[str]) -> list[Case]:
    if job.task == "coworker":
        return await of_turns(tx, app, job, wanted)
    pool = await runs.sample(
        tx, app, job.path, wanted.count * DRAWN_TIMES, states=("written", "review", "failed"), seed=wanted.seed
    )
    chosen = stratified(pool, wanted.count, wanted.seed)
    named = await _named(tx, app, job, [run.row for run in chosen if run.row is not None])
    more = await _more(tx, app, job, [run.row for run in chosen if run.row is not None], prompts)
    stand = await _stand(tx, app, job, [run.row for run in chosen if run.row is not None])
    cases: list[Case] = []
    for run in chosen:
        label, detail = named.get(run.row or 0, ("", ""))
        inputs = _with(run.inputs, more.get(run.row or 0))
        before = {
            "text": run.outcome.get("text") or "",
            "value": run.outcome.get("value"),
            "model": run.model,
            "state": run.state,
        }
        expected = stand[run.row].expected if run.row in stand else None
        cases.append(Case(0, job.path, label or _beginning(inputs), detail, inputs, expected, before, run.row, stratum_of(run)))
    return cases


def stratum_of(run: Run) -> str:
    """What kind of case it is: how it ended, what was answered (where answers repeat), how long it was to read."""
    size = sum(len(one.get("text") or "") for one in run.inputs.get("values", ()) if isinstance(one, dict))
    length = sum(size >= bound for bound in LONG_CHARACTERS)
    return f"{run.state}/{str(run.outcome.get('value'))[:40]}/{length}"


def stratified(pool: Sequence[Run], count: int, seed: int) -> list[Run]:
    """So many of the pool, every stratum in turn, so that what is rare is there too. Answers that never repeat are one stratum a length."""
    repeats: dict[str, int] = defaultdict(int)
    for run in pool:
        repeats[str(run.outcome.get("value"))[:40]] += 1
    strata: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(pool, key=lambda run: run.id):
        state, value, length = (
            stratum_of(run).rsplit("/", 1)[0].partition("/")[0],
            str(run.outcome.get("value"))[:40],
            stratum_of(run).rsplit("/", 1)[1],
        )
        strata[f"{state}/{value if repeats[value] > 1 else ''}/{length}"].append(run)
    source = random.Random(seed)
    for _, some in sorted(strata.items()):
        source.shuffle(some)
    chosen: list[Run] = []
    while len(chosen) < count and any(strata.values()):
        for name in sorted(strata):
            if strata[name] and len(chosen) < count:
                chosen.append(strata[name].pop())
    return chosen


# ── rows as they are now ──────────────────────────────────


async def _of_rows(tx: AsyncConnection, app: OpenApp, job: Job, wanted: Cases, prompts: Sequence[str]) -> list[Case]:
    if job.table is None:
        raise Invalid(Problem("cases/source", f"{job.path} reads no rows: take its past work, or write cases by hand", "runs"))
    ids = list(dict.fromkeys(wanted.rows)) if wanted.rows else await _some_rows(tx, app, job.table, wanted)
    read = replace(job, prompt="\n".join((job.prompt, *prompts))) if job.prompt else job
    found = await gathering.gathered(tx, app, job.table, ids[: wanted.count], read)
    named = await _named(tx, app, job, [one.row for one in found if one.row is not None])
    stand = await _stand(tx, app, job, [one.row for one in found if one.row is not None])
    cases: list[Case] = []
    for one in found:
        label, detail = named.get(one.row or 0, ("", ""))
        inputs = one.as_json()
        now = stand.get(one.row or 0)
        before = {"text": now.text, "value": now.value} if now else None
        expected = now.expected if now else None
        cases.append(Case(0, job.path, label or _beginning(inputs), detail, inputs, expected, before, one.row, "row"))
    return cases


async def _some_rows(tx: AsyncConnection, app: OpenApp, table: str, wanted: Cases) -> list[int]:
    """Drawn from the first thousands of the table by the seed, in the order of the table."""
    ids: list[int] = []
    after: str | None = None
    while len(ids) < wanted.count * DRAWN_TIMES:
        read = await page(tx, app, table, Query(fields=(), limit=PAGE_ROWS_MAX, after=after))
        ids += [row["id"] for row in orjson.loads(read.rows)]
        after = read.next
        if after is None:
            break
    source = random.Random(wanted.seed)
    return sorted(source.sample(ids, min(wanted.count, len(ids))))


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands in the field now. What a person has written over a model's answer is what was expected of it."""

    value: Any
    text: str
    by_hand: bool

    @property
    def expected(self) -> Any:
        return self.value if self.by_hand else None


async def _stand(tx: AsyncConnection, app: OpenApp, job: Job, ids: Sequence[int]) -> dict[int, Stands]:
    """By row, where there is a value."""
    table = app.spec.table(job.table or "")
    field = table.field(job.output.id) if table is not None and job.output is not None else None
    if table is None or field is None or not ids:
        return {}
    rows = rows_of(app, table)
    wrote = await provenance.read(tx, app, rows, ids, rows.numbers[field.id]) if field.id in rows.numbers else {}
    found: dict[int, Stands] = {}
    for row in await shown(tx, app, table, list(dict.fromkeys(ids))):
        value = row["values"].get(field.id)
        if value not in (None, "", []):
            by_hand = row["id"] in wrote and wrote[row["id"]].state == "by_hand"
            found[row["id"]] = Stands(value, text_of(field, value), by_hand)
    return found


# ── by hand ───────────────────────────────────────────────


def by_hand(job: Job, wanted: Cases) -> list[Case]:
    """Raises `Invalid` when a case names what the prompt does not read."""
    if not wanted.given:
        raise Invalid(
            Problem(
                "cases/given",
                "holds the cases that are written by hand",
                '[{"inputs": {"Notes": "Call back"}, "expected": "call"}]',
            )
        )
    speaks = job.task in ("coworker", "builder")
    if speaks and any("message" not in one.inputs for one in wanted.given):
        raise Invalid(
            Problem("cases/given", "says what the person says, under `message`", '{"inputs": {"message": "Who owes us?"}}')
        )
    cases: list[Case] = []
    for one in wanted.given[: wanted.count]:
        inputs = (
            dict(one.inputs) if speaks else Inputs(None, tuple(Value(name, text) for name, text in one.inputs.items())).as_json()
        )
        cases.append(Case(0, job.path, one.label or _beginning(inputs), "", inputs, one.expected, None, None, "hand"))
    return cases


# ── what cases are called, and what else they read ────────


async def _named(tx: AsyncConnection, app: OpenApp, job: Job, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By row: what it is called, and the next short thing that tells it from others."""
    table = app.spec.table(job.table or "")
    if table is None or not ids:
        return {}
    rows = await shown(tx, app, table, list(dict.fromkeys(ids)))
    return {row["id"]: _called(table, job, row["values"]) for row in rows}


def _called(table: Table, job: Job, values: Mapping[str, Any]) -> tuple[str, str]:
    title = table.title_field
    output = job.output.id if job.output else None
    others = [f for f in table.fields if f.kind in LABEL_KINDS and f.id != output and (title is None or f.id != title.id)]
    label = _short(title, values.get(title.id)) if title else ""
    return label, next((text for f in others if (text := _short(f, values.get(f.id)))), "")


def _short(field: Any, value: Any) -> str:
    match value:
        case None | "" | []:
            return ""
        case list():
            return ", ".join(str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in value)[:80]
        case str() if field.kind == "select":
            return field.named([value])[0]
        case _:
            return " ".join(str(value).split())[:80]


async def _more(tx: AsyncConnection, app: OpenApp, job: Job, ids: Sequence[int], prompts: Sequence[str]) -> dict[int, Inputs]:
    """What the prompts of contenders read of the rows beyond what was kept, where they do."""
    new = {name for prompt in prompts for name in named_in(prompt)} - set(named_in(job.prompt))
    if not new or job.table is None or not ids:
        return {}
    found = await gathering.gathered(tx, app, job.table, list(dict.fromkeys(ids)), replace(job, prompt="\n".join(prompts)))
    return {one.row: one for one in found if one.row is not None}


def _with(kept: dict[str, Any], more: Inputs | None) -> dict[str, Any]:
    """What was kept, and after it what only another prompt reads: past work stays what it was."""
    if more is None:
        return kept
    there = {one["name"] for one in kept.get("values", ())}
    added = [one for one in more.as_json()["values"] if one["name"] not in there]
    files = kept.get("attachments") or more.as_json()["attachments"]
    return {**kept, "values": [*kept.get("values", ()), *added], "attachments": files}


def _beginning(inputs: Mapping[str, Any]) -> str:
    values = inputs.get("values")
    texts = [one.get("text", "") for one in values] if isinstance(values, (list, tuple)) else [str(v) for v in inputs.values()]
    return next((" ".join(text.split())[:80] for text in texts if isinstance(text, str) and text.strip()), "A case")
