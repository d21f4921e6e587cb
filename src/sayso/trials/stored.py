"""Trials in the database. Whoever may not read an app finds none of its trials; starting one, changing it and keeping a model take the right to build."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai import measurements
from sayso.data import apps, events, finding, versions
from sayso.data.open_app import OpenApp
from sayso.db import tables
from sayso.db.trial_tables import answers, cases
from sayso.db.trial_tables import trials as t
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.team import audit, standing
from sayso.team.actor import Actor, system
from sayso.team.ids import new_id
from sayso.team.roles import Right
from sayso.trials.trial import OPEN, Again, Answer, Case, Plan, State, Trial

TRIALS_LISTED_MAX = 100
TRIALS_OPEN_MAX = 20
"""At once in one workspace."""
ROWS_WRITTEN = 500


async def create(
    tx: AsyncConnection,
    app: OpenApp | None,
    path: str,
    name: str,
    plan: Plan,
    worked: Sequence[Case],
    *,
    by: Actor,
    budget: Decimal | None = None,
    schedule: Again | None = None,
    next_at: datetime | None = None,
    of: str | None = None,
) -> str:
    """A trial that waits to be worked on; its id. Raises `Invalid` without cases, `Conflict` when too many are under way."""
    if app is not None:
        app.must("build", by=by)
    else:
        by.must("build")
    must_have_cases(worked)
    query = select(func.count()).select_from(t).where(t.c.workspace_id == by.workspace, t.c.state.in_(OPEN))
    if (await tx.execute(query)).scalar_one() >= TRIALS_OPEN_MAX:
        raise Conflict(f"There are {TRIALS_OPEN_MAX} trials under way already. Wait for one, or cancel one.")
    id = new_id("t")
    await tx.execute(
        insert(t).values(
            id=id,
            workspace_id=by.workspace,
            app=app.number if app else None,
            path=path,
            name=name,
            state="queued",
            plan=plan.model_dump(mode="json"),
            budget=budget,
            schedule=schedule.model_dump(mode="json") if schedule else None,
            next_at=next_at,
            of=of,
            created_by=by.id,
        )
    )
    for at in range(0, len(worked), ROWS_WRITTEN):
        await tx.execute(insert(cases), [_row(id, case) for case in worked[at : at + ROWS_WRITTEN]])
    await told(tx, id, app.id if app else None, by=by)
    await audit.write(tx, "trial.begun", f"began the trial {name}", by=by, subject=id)
    return id


def must_have_cases(worked: Sequence[Case]) -> None:
    """Raises `Invalid`."""
    if not worked:
        raise Invalid(Problem("cases", "are none: there is no past work of this part that could be used", '{"source": "rows"}'))


async def must_have_said(tx: AsyncConnection, id: str, n: int, *contenders: str) -> None:
    """What has not been answered cannot be voted on. Raises `NotFound`."""
    a = answers.c
    found = set(await tx.scalars(select(a.contender).where(a.trial == id, a.n == n, a.state.in_(("written", "review")))))
    if not set(contenders) <= found:
        raise NotFound("There is no such answer yet.")


def _row(id: str, case: Case) -> dict[str, Any]:
    return {
        "trial": id, "n": case.n, "path": case.path, "label": case.label[:200], "detail": case.detail[:200], "row": case.row,
        "stratum": case.stratum, "inputs": case.inputs, "expected": case.expected, "before": case.before,
    }  # fmt: skip


async def told(tx: AsyncConnection, id: str, app: str | None, *, by: Actor) -> None:
    """Open tabs read the trial again."""
    await events.write(tx, "trial.changed", app=app, payload={"id": id}, by=by)


def _query() -> Any:
    a = tables.apps.c
    asked = select(func.count()).select_from(cases).where(cases.c.trial == t.c.id).scalar_subquery()
    had = select(func.count()).select_from(answers).where(answers.c.trial == t.c.id).scalar_subquery()
    query = select(t, a.id.label("slug"), a.spec["name"].astext.label("app_name"), asked.label("cases"), had.label("answered"))
    return query.outerjoin(tables.apps, t.c.app == a.number).where((t.c.app.is_(None)) | (a.deleted_at.is_(None)))


def _trial(row: Any) -> Trial:
    return Trial(
        row.id, row.workspace_id, row.slug, row.app_name or "", row.path, row.name, row.state, Plan.model_validate(row.plan), row.budget,
        row.spent, row.problem, Again.model_validate(row.schedule) if row.schedule else None, row.next_at, row.of, row.created_by,
        row.created_at, row.started_at, row.ended_at, row.cases, row.answered,
    )  # fmt: skip


async def read(tx: AsyncConnection, id: str, *, by: Actor, to: Right = "read") -> Trial:
    """Raises `NotFound`, and `Forbidden` when `by` may see it but not do that."""
    row = (await tx.execute(_query().where(t.c.workspace_id == by.workspace, t.c.id == id))).one_or_none()
    if row is None or (row.slug is None and not by.may("read")):
        raise NotFound("There is no such trial.")
    if row.slug is None:
        by.must(to)
    elif not (await apps.open_app(tx, row.slug, by=by, to=to)).sight.whole:
        raise NotFound("There is no such trial.")  # its cases are rows, which they may not see
    return _trial(row)


async def of_process(tx: AsyncConnection, id: str) -> Trial | None:
    """For whoever works on it."""
    row = (await tx.execute(_query().where(t.c.id == id))).one_or_none()
    return _trial(row) if row else None


async def listed(tx: AsyncConnection, *, by: Actor, app: str | None = None) -> tuple[Trial, ...]:
    """The newest first; of one app or of all that `by` sees whole."""
    by.must("read")
    if app is not None:
        await apps.open_app(tx, app, by=by)
    whole = [one.number for one in await finding.every(tx, by) if one.sight.whole]
    query = _query().where(t.c.workspace_id == by.workspace, t.c.app.is_(None) | t.c.app.in_(whole))
    if app is not None:
        query = query.where(tables.apps.c.id == app)
    rows = (await tx.execute(query.order_by(t.c.created_at.desc(), t.c.id).limit(TRIALS_LISTED_MAX))).all()
    return tuple(_trial(row) for row in rows)


async def changed(tx: AsyncConnection, trial: Trial, *, by: Actor, **values: Any) -> None:
    """Another name, budget, plan, schedule or state."""
    await tx.execute(update(t).where(t.c.id == trial.id).values(**values))
    await told(tx, trial.id, trial.app, by=by)


async def cancel(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """What was answered stays. Raises `Conflict` when there is nothing to cancel."""
    trial = await read(tx, id, by=by, to="build")
    if trial.state not in OPEN:
        raise Conflict(f"{trial.name} is not under way.", theirs={"state": trial.state})
    await changed(tx, trial, by=by, state="cancelling" if trial.state != "queued" else "cancelled", ended_at=func.now())
    await audit.write(tx, "trial.cancelled", f"cancelled the trial {trial.name}", by=by, subject=id)


async def go_on(tx: AsyncConnection, id: str, *, by: Actor, budget: Decimal | None = None) -> None:
    """Takes up what was stopped or cancelled where it stood. What was answered is not asked again; what was refused (no key, no budget) is."""
    trial = await read(tx, id, by=by, to="build")
    if trial.state in OPEN:
        raise Conflict(f"{trial.name} is under way.", theirs={"state": trial.state})
    more = budget if budget is not None else trial.budget
    if more is not None and more <= trial.spent:
        raise Invalid(Problem("budget", f"is spent: {trial.spent.normalize():f} dollars", str(trial.spent * 2)))
    await tx.execute(delete(answers).where(answers.c.trial == id, answers.c.state == "refused"))
    await changed(tx, trial, by=by, state="queued", budget=more, problem=None, ended_at=None)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    trial = await read(tx, id, by=by, to="build")
    await told(tx, id, trial.app, by=by)
    await tx.execute(delete(t).where(t.c.id == id))
    await measurements.forget(tx, trial.workspace, "trial", id)
    await audit.write(tx, "trial.removed", f"removed the trial {trial.name}", by=by, subject=id)


# ── for whoever works on it ───────────────────────────────


async def begun(tx: AsyncConnection, trial: Trial) -> None:
    """A trial that was cancelled in the meantime stays so."""
    now = func.coalesce(t.c.started_at, func.now())
    await tx.execute(update(t).where(t.c.id == trial.id, t.c.state == "queued").values(state="running", started_at=now))
    await told(tx, trial.id, trial.app, by=system(trial.workspace))


async def beginner(tx: AsyncConnection, trial: Trial) -> Actor:
    """Who began it, with the rights that they have now. Raises `NotFound` when they have left, or lost its app: nobody's rights are nobody's to use."""
    if not trial.created_by.startswith("m_"):
        return system(trial.workspace)
    by = await standing.read(tx, trial.created_by, workspace=trial.workspace)
    if by is None:
        raise NotFound("Whoever began this trial is not here any more.")
    if trial.app is not None and not (await apps.open_app(tx, trial.app, by=by)).may("build"):
        raise NotFound("Whoever began this trial may no longer build its app.")
    return by


async def spec_of(tx: AsyncConnection, trial: Trial, *, by: Actor) -> App | None:
    """The app as it was when the trial began: what happens to it meanwhile changes nothing. None for what is no app's."""
    if trial.app is None:
        return None
    app = await apps.open_app(tx, trial.app, by=by)
    version = int(trial.plan.kept.get("version") or app.version)
    return app.spec if version == app.version else (await versions.read(tx, app, version)).spec


# ── cases and answers ─────────────────────────────────────


async def cases_of(
    tx: AsyncConnection, id: str, *, after: int = 0, limit: int | None = None, ns: Sequence[int] | None = None
) -> list[Case]:
    c = cases.c
    query = select(cases).where(c.trial == id, c.n > after).order_by(c.n)
    query = query.where(c.n.in_(ns)) if ns is not None else query
    rows = await tx.execute(query.limit(limit) if limit else query)
    return [Case(r.n, r.path, r.label, r.detail, r.inputs, r.expected, r.before, r.row, r.stratum) for r in rows]


async def paths_of(tx: AsyncConnection, id: str) -> list[str]:
    """The parts that its cases are of."""
    return list(await tx.scalars(select(cases.c.path).where(cases.c.trial == id).distinct().order_by(cases.c.path)))


async def had(tx: AsyncConnection, id: str) -> set[tuple[int, str]]:
    """What was answered already: case and contender."""
    a = answers.c
    return {(r.n, r.contender) for r in await tx.execute(select(a.n, a.contender).where(a.trial == id))}


async def keep(tx: AsyncConnection, id: str, said: Iterable[Answer]) -> None:
    """Writes answers down, for good."""
    if rows := [_answer_row(id, one) for one in said]:
        await tx.execute(insert(answers), rows)


def _answer_row(id: str, one: Answer) -> dict[str, Any]:
    return {
        "trial": id, "n": one.n, "contender": one.contender, "state": one.state, "value": one.value, "text": one.text, "problem": one.problem,
        "model": one.model, "provider": one.provider, "cost": one.cost, "tokens": one.tokens, "ms": one.ms, "first_ms": one.first_ms,
        "calls": one.calls, "recorded": list(one.recorded), "scores": list(one.scores), "judged": one.judged,
    }  # fmt: skip


async def figures_of(tx: AsyncConnection, id: str) -> list[Answer]:
    """All answers without what they say: for figures alone."""
    a = answers.c
    query = select(a.n, a.contender, a.state, a.cost, a.ms, a.first_ms, a.scores, a.judged).where(a.trial == id)
    return [
        Answer(r.n, r.contender, r.state, cost=r.cost, ms=r.ms, first_ms=r.first_ms, scores=r.scores, judged=r.judged)
        for r in await tx.execute(query)
    ]


async def answers_of(tx: AsyncConnection, id: str, ns: Sequence[int] | None = None) -> list[Answer]:
    a = answers.c
    query = select(answers).where(a.trial == id).order_by(a.n, a.contender)
    rows = await tx.execute(query.where(a.n.in_(ns)) if ns is not None else query)
    return [_answer(row) for row in rows]


async def words_of(tx: AsyncConnection, id: str) -> list[Answer]:
    """All answers with their words and figures, without values, which may hold pictures."""
    a = answers.c
    columns = (a.n, a.contender, a.state, a.text, a.problem, a.cost, a.ms, a.first_ms, a.scores, a.judged)
    rows = await tx.execute(select(*columns).where(a.trial == id).order_by(a.n, a.contender))
    return [
        Answer(
            r.n,
            r.contender,
            r.state,
            None,
            r.text,
            r.problem,
            cost=r.cost,
            ms=r.ms,
            first_ms=r.first_ms,
            scores=r.scores,
            judged=r.judged,
        )
        for r in rows
    ]


def _answer(r: Any) -> Answer:
    return Answer(
        r.n, r.contender, r.state, r.value, r.text, r.problem, r.model, r.provider, r.cost, r.tokens, r.ms, r.first_ms, r.calls, r.recorded,
        r.scores, r.judged,
    )  # fmt: skip


async def judged(tx: AsyncConnection, id: str, said: Mapping[tuple[int, str], Mapping[str, Any]]) -> None:
    """What a judge or a check that came later has found: `scores` or `judged` of some answers."""
    a = answers.c
    for (n, contender), values in said.items():
        await tx.execute(update(answers).where(a.trial == id, a.n == n, a.contender == contender).values(**values))


async def spend(tx: AsyncConnection, id: str, dollars: Decimal) -> None:
    if dollars:
        await tx.execute(update(t).where(t.c.id == id).values(spent=t.c.spent + dollars))


async def end(tx: AsyncConnection, trial: Trial, state: State, problem: str | None, *, by: Actor) -> None:
    await changed(tx, trial, by=by, state=state, problem=problem, ended_at=datetime.now(UTC), process=None, seen_at=None)
