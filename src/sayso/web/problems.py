"""Every error as something a person can act on: a problem document (RFC 9457) for programs, a page for people.

Handlers raise the errors of `sayso.errors`; what FastAPI, Pydantic and PostgreSQL raise is turned into those first.
"""

import logging
import secrets
from collections.abc import Iterable
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import Conflict, Invalid, NotFound, Problem, SaysoError, SignInNeeded, TooMany, Unavailable
from sayso.web.pages.page import page
from sayso.web.reasons import reason

PROBLEM_JSON = "application/problem+json"
PROBLEMS_SHOWN_MAX = 50
RETRY_SECONDS = 1

log = logging.getLogger(__name__)


class NoSuchVerb(SaysoError):
    status, slug, title = 405, "no-such-verb", "That cannot be done here"

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


class Broken(SaysoError):
    """A fault of ours. The person gets a number to quote; the log has the rest under it."""

    status, slug, title = 500, "fault", "Something went wrong on our side"


def understood(error: Exception) -> SaysoError:
    """The error of our own tree that says the same."""
    match error:
        case SaysoError():
            return error
        case RequestValidationError():
            return _asked_wrongly(error.errors())
        case HTTPException(__cause__=SaysoError() as cause):
            return cause
        case HTTPException():
            return _http(error)
        case PoolTimeout():
            return Unavailable("Too much is going on right now. Try again in a moment.")
        case DBAPIError():
            return _database(error)
        case _:
            return _fault(error)


def problems_of(errors: Iterable[Any], *, without: int = 0) -> list[Problem]:
    """Pydantic's errors in words. `without` drops the first steps of each path, such as `body`."""
    return [Problem("/".join(str(step) for step in e["loc"][without:]), *reason(e)) for e in errors][:PROBLEMS_SHOWN_MAX]


def _asked_wrongly(errors: Iterable[Any]) -> SaysoError:
    errors = list(errors)
    if any(e["loc"][0] == "path" for e in errors):
        return NotFound("This address names nothing.")
    return Invalid.of(problems_of(errors, without=1))


def _http(error: HTTPException) -> SaysoError:
    match error.status_code:
        case 401:
            return SignInNeeded("Sign in first.")
        case 404:
            return NotFound("There is nothing at this address.")
        case 405:
            allow = (error.headers or {}).get("Allow", "")
            return NoSuchVerb(f"This address takes {allow}.", allow=allow)
        case _:
            return Invalid(str(error.detail))


def _database(error: DBAPIError) -> SaysoError:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "23505":
        return Conflict("Something with this value is there already.")
    if state.startswith("22"):
        return Invalid(Problem("", "holds a value that cannot be stored: too large, or with characters that are not text"))
    if state.startswith("23"):
        return Conflict("This belongs together with something that has changed. Read it again, then try again.")
    if state.startswith(("40", "55", "57", "53", "08")) or error.connection_invalidated or not state:
        log.warning("PostgreSQL: %s", error.orig)
        return Unavailable("The database could not do this just now. Try again in a moment.")
    return _fault(error)


def _fault(error: Exception) -> Broken:
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return Broken(f"It has been written down as {number}. Nothing was changed.")


def document(error: SaysoError) -> dict[str, Any]:
    """The problem document of an error."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": str(error) or error.title,
        "problems": [],
    }
    match error:
        case Invalid():
            body["problems"] = [{"path": p.path, "reason": p.reason, "example": p.example} for p in error.problems]
        case Conflict(yours=yours, theirs=theirs) if yours is not None or theirs is not None:
            body |= {"yours": yours, "theirs": theirs}
        case _:
            pass
    return body


def headers(error: SaysoError) -> dict[str, str]:
    match error:
        case TooMany(retry_after_seconds=seconds):
            return {"retry-after": str(seconds)}
        case Unavailable():
            return {"retry-after": str(RETRY_SECONDS)}
        case SignInNeeded():
            return {"www-authenticate": "Bearer"}
        case NoSuchVerb(allow=allow):
            return {"allow": allow}
        case _:
            return {}


async def answer(request: Request, error: Exception) -> Response:
    """What goes out in place of the answer. Starlette calls it with whatever was raised."""
    known = understood(error)
    if not request.url.path.startswith("/api/"):
        return page("problem.html", status=known.status, title=known.title, detail=str(known))
    body = orjson.dumps(document(known), default=str)
    return Response(body, known.status, headers(known), media_type=PROBLEM_JSON)


async def gone(request: Request, error: Exception) -> Response:
    """Whoever asked has hung up, or was too slow: nobody hears the answer, and no log needs to know."""
    return Response(status_code=400)
