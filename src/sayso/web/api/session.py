"""Who is asking: signed in or not."""

from fastapi import Response

from sayso.errors import Unavailable
from sayso.web.api.me import Me


async def show() -> Me:
    """Who I am. 401 when nobody is signed in."""
    raise Unavailable("not there yet")


async def end() -> Response:
    """Sign out: ends this session here and now."""
    raise Unavailable("not there yet")
