"""What went wrong in a step, in words: and whether another try may help."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

import psycopg.errors as pg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sayso.automations.names.names import Unknown
from sayso.automations.steps.step import StepFailed
from sayso.errors import Invalid, SaysoError, TooMany, Unavailable
from sayso.spec.automation import Retry

RETRY_WAIT_SECONDS_MAX = 3_600.0
ASKED_WAIT_SECONDS_MAX = 86_400.0
"""When the other side says how long it wants to be left alone."""
JITTER = 0.2
USUAL = Retry(times=4, seconds=5)
"""Where a step says nothing itself; only what may help is tried again."""
SORRY = "Something went wrong in Sayso itself while it did this step."
BUSY = "Others were writing to the same rows at that moment."

log = logging.getLogger(__name__)


class DatabaseGone(Exception):
    """PostgreSQL does not answer: nobody's fault, and nothing of the run is lost. It goes on when it is back."""


def told(error: BaseException, step: Any) -> StepFailed:
    """Raises `DatabaseGone` when that is what it is."""
    match error:
        case StepFailed():
            return error
        case Unknown():
            return StepFailed(str(error))
        case Invalid(problems=problems):
            said = "; ".join(dict.fromkeys(_sentence(p.reason) for p in problems[:5]))
            return StepFailed(said, detail="; ".join(map(str, problems[:20])))
        case TooMany(retry_after_seconds=seconds):
            return StepFailed(str(error), again=True, after=seconds)
        case Unavailable():
            return StepFailed(str(error), again=True)
        case SaysoError():
            return StepFailed(str(error))
        case PoolTimeout():
            raise DatabaseGone from error
        case DBAPIError():
            return _of_database(error)
        case TimeoutError():
            return StepFailed("It took too long.", again=True, detail=repr(error))
        case OSError():
            return StepFailed("The connection broke.", again=True, detail=repr(error))
        case _:
            log.exception("a step %s failed", getattr(step, "kind", "?"), exc_info=error)
            return StepFailed(SORRY, again=True, detail=f"{type(error).__name__}: {error}")


def gone(error: BaseException) -> bool:
    """Whether PostgreSQL went away."""
    if isinstance(error, (InterfaceError, PoolTimeout, DatabaseGone)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (
            isinstance(error.orig, (pg.OperationalError, pg.InterfaceError)) and not _contended(error)
        )
    return isinstance(error, (pg.OperationalError, ConnectionError))


def _of_database(error: DBAPIError) -> StepFailed:
    if gone(error):
        raise DatabaseGone from error
    if _contended(error):
        return StepFailed(BUSY, again=True, after=1, detail=str(error.orig)[:1_000])
    log.error("a step failed in PostgreSQL: %s", error)
    return StepFailed(SORRY, again=isinstance(error, OperationalError), detail=str(error.orig)[:1_000])


def _contended(error: DBAPIError) -> bool:
    return isinstance(
        error.orig, (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable, pg.QueryCanceled, pg.UniqueViolation)
    )


def again_at(trouble: StepFailed, retry: Retry | None, attempts: int, now: datetime) -> datetime | None:
    """When it is to be tried again; None when it is not."""
    policy = retry or USUAL
    if not trouble.again or attempts > policy.times:
        return None
    seconds = min(policy.seconds * 2 ** (attempts - 1), RETRY_WAIT_SECONDS_MAX)
    seconds *= random.uniform(1 - JITTER, 1 + JITTER)
    if trouble.after is not None:
        seconds = max(seconds if retry else 0, min(trouble.after, ASKED_WAIT_SECONDS_MAX))
    return now + timedelta(seconds=seconds)


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
