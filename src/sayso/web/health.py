"""Whether this server works: it answers, and so does its database."""

import time

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import sayso
from sayso.errors import Unavailable
from sayso.web.parts import parts

ASKED_AGAIN_SECONDS = 5


async def show(request: Request) -> Response:
    """Asks the database at most every five seconds, so that being asked often costs nothing."""
    state = request.app.state
    if time.monotonic() > getattr(state, "healthy_until", 0.0):
        try:
            async with parts(request).engine.connect() as tx:
                await tx.execute(text("select 1"))
        except Exception as error:
            raise Unavailable("The database does not answer.") from error
        state.healthy_until = time.monotonic() + ASKED_AGAIN_SECONDS
    return JSONResponse({"ok": True, "version": sayso.__version__})
