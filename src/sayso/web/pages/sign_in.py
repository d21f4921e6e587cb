"""The page behind a one-time sign-in link.

Mail scanners and chat previews open links before people do. So opening only shows a button; pressing it (which the page
does by itself once it is really seen) uses the link up and sets the cookie.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.errors import SignInNeeded
from sayso.settings import Settings
from sayso.team import links, sessions
from sayso.web.actor import COOKIE
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.rate import Rate
from sayso.web.safety import came_from_elsewhere

DAY_SECONDS = 24 * 60 * 60
tries = Rate(times=30, seconds=60)


async def ask(request: Request) -> Response:
    return page("sign_in.html", host=request.url.netloc)


async def show(request: Request) -> Response:
    return page("sign_in.html", token=request.path_params["token"], host=request.url.netloc)


async def enter(request: Request) -> Response:
    known = parts(request)
    if came_from_elsewhere(request.headers, known.settings):
        return _refused(request, "Open the link itself", "Signing in was asked for by another site.", 403)
    tries.count(request.client.host if request.client else "")
    try:
        async with db.transaction(known.engine) as tx:
            by = await links.redeem(tx, request.path_params["token"])
            to = await links.destination(tx, request.path_params["token"])
            secret = await sessions.begin(tx, by=by, agent=request.headers.get("user-agent", ""))
    except SignInNeeded as error:
        return _refused(request, "This link does not work any more", str(error), 401)
    return signed_in(RedirectResponse(to, 303), secret, known.settings)


def signed_in(answer: Response, secret: str, settings: Settings) -> Response:
    """The answer with the session's cookie: for this site only, out of reach of scripts, for a month."""
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=sessions.SESSION_DAYS_MAX * DAY_SECONDS,
        path="/",
        secure=settings.url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


def _refused(request: Request, problem: str, advice: str, status: int) -> Response:
    return page("sign_in.html", status=status, problem=problem, advice=advice, host=request.url.netloc)
