"""The page behind the link that shows that an address is one's own. Opening it changes nothing; its button does."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Forbidden, NotFound, SaysoError
from sayso.team import addresses
from sayso.team.actor import Actor
from sayso.web import cookies
from sayso.web.address import counted_as
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.rate import Rate
from sayso.web.safety import came_from_elsewhere

SECRET_CHARACTERS_MAX = 100
BY_ONE_A_MINUTE_MAX = 30

tries = Rate(times=BY_ONE_A_MINUTE_MAX, seconds=60)


async def show(request: Request) -> Response:
    tries.count(counted_as(request, parts(request).settings))
    try:
        async with db.transaction(parts(request).engine) as tx:
            email, *_ = await addresses.asked(tx, _secret(request))
    except NotFound as error:
        return _page(request, "This link is over", str(error), status=404)
    if await _me(request) is None:
        words = "Sign in first, in the browser where you asked for this address. Then you are back here."
        return _page(request, "Is this your address?", words, sign_in=True)
    return _page(request, "Is this your address?", f"You asked to use {email} in Sayso.", asks=True)


async def decide(request: Request) -> Response:
    known = parts(request)
    tries.count(counted_as(request, parts(request).settings))
    me = await _me(request)
    if came_from_elsewhere(request.headers, known.settings) or me is None:
        return _page(request, "Sign in first", "Open the link again once you have.", sign_in=True, status=403)
    try:
        async with db.transaction(known.engine) as tx:
            person = await addresses.confirm(tx, _secret(request), by=me)
    except NotFound as error:
        return _page(request, "This link is over", str(error), status=404)
    except SaysoError as error:
        return _page(
            request, "Not your address" if isinstance(error, Forbidden) else error.title, str(error), status=error.status
        )
    return _page(request, "Thank you", f"{person.email} is your address from now on.", done=True)


async def _me(request: Request) -> Actor | None:
    secret = cookies.read(request)
    try:
        return await parts(request).callers.of_session(secret) if secret else None
    except SaysoError:
        return None


def _secret(request: Request) -> str:
    secret: str = request.path_params["secret"]
    if not 0 < len(secret) <= SECRET_CHARACTERS_MAX:
        raise NotFound("This link was used already, or is too old.")
    return secret


def _page(request: Request, heading: str, words: str, *, status: int = 200, **more: Any) -> Response:
    return page(
        "confirm.html", status=status, heading=heading, words=words, secret=request.path_params["secret"], host=request.url.netloc, **more
    )  # fmt: skip
