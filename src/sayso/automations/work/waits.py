"""Waiting: for a while, until a day or moment, or until the step's own address is called. It costs a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sayso.automations.names.readable import readable
from sayso.automations.steps.step import StepFailed
from sayso.automations.work import bounded
from sayso.automations.work.ends import Failed, Suspended
from sayso.automations.work.frame import Frame
from sayso.automations.work.records import Record
from sayso.automations.work.together import Together, Trial
from sayso.automations.work.trouble import told
from sayso.data.clock import Clock
from sayso.spec.automation import Wait
from sayso.team.secret import new_secret

if TYPE_CHECKING:
    from sayso.automations.work.execution import Execution

WEBHOOK_WAIT_SECONDS = 30 * 86_400
"""When a step says not how long it waits for a call."""
WAIT_DAYS_MAX = 400


async def waited(of: Execution, step: Wait, path: str, frame: Frame, work: Together) -> None:
    """Raises `Suspended` for as long as there is something to wait for."""
    record = of.at(path, step, frame)
    if record.settled:
        if record.state == "failed" and step.failed == "stop":
            raise Failed(record.place, record.problem, record.detail)
        return
    if record.wait is None:
        try:
            record.wait = await _wait(of, step, path, frame, work)
        except Exception as error:
            _failed(of, record, work, told(error, step))
            await of.keep(work)
            if step.failed == "stop":
                raise Failed(record.place, record.problem) from error
            return
        record.state = "waiting"
        if isinstance(work, Trial):
            _over(of, record, work, {"waited": False}, f"Would wait {_for(record.wait)}; a dry run does not.")
            return
        work.records.append(record)
        of.noted(record)
    until = datetime.fromisoformat(record.wait["until"])
    if "came" in record.wait:
        _over(of, record, work, {"came": True, "body": record.wait["came"]}, "The call came.")
    elif until <= of.now():
        webhook = record.wait["for"] == "webhook"
        _over(
            of,
            record,
            work,
            {"came": False} if webhook else {"until": record.wait["until"]},
            "No call came in time." if webhook else "",
        )
    else:
        raise Suspended(until, record.wait["for"])
    if work.careful:
        await of.keep(work)  # what fails next takes back only itself


async def _wait(of: Execution, step: Wait, path: str, frame: Frame, work: Together) -> dict[str, Any]:
    names = await of.gathering.names(of.plan.needs(path, step), frame, work)
    now = of.now()
    if step.webhook:
        until = now + timedelta(seconds=step.seconds or WEBHOOK_WAIT_SECONDS)
        return {"for": "webhook", "until": until.isoformat(), "token": new_secret()}
    until = _moment(readable(names.value(step.until)), of.plan.app.zone, now) if step.until.strip() else now
    until += timedelta(seconds=step.seconds)
    if until > now + timedelta(days=WAIT_DAYS_MAX):
        raise StepFailed(f"A run waits for at most {WAIT_DAYS_MAX} days; this would be until {until:%-d %B %Y}.")
    return {"for": "time", "until": until.isoformat()}


def _moment(text: str, zone: str, now: datetime) -> datetime:
    """A day begins at midnight in the app's zone."""
    clock = Clock.of(zone, now)
    if not text.strip():
        raise StepFailed("There is no day or moment to wait for: it is empty.")
    try:
        return clock.moment(text) or clock.start(clock.day(text))
    except Exception:
        raise StepFailed(f"“{bounded.line(text, 100)}” is no day or moment that could be waited for.") from None


def _over(of: Execution, record: Record, work: Together, output: dict[str, Any], said: str) -> None:
    record.state, record.output, record.told, record.ended_at = "done", output, said, datetime.now(UTC)
    work.records.append(record)
    of.noted(record)


def _failed(of: Execution, record: Record, work: Together, trouble: StepFailed) -> None:
    record.state, record.problem, record.detail, record.ended_at = "failed", trouble.message, trouble.detail, datetime.now(UTC)
    work.records.append(record)
    of.noted(record)


def _for(wait: dict[str, Any]) -> str:
    return "for a call" if wait["for"] == "webhook" else f"until {wait['until'][:16].replace('T', ' ')} UTC"
