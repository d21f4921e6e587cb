"""The page behind the one-time link that the machine prints when it starts: it signs the owner in.

Chat previews and scanners open links before people do. So opening only shows a button; pressing it (which the page does by itself once it is
really seen) uses the link up and sets the cookie. Every other way in is under `/signin`.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.errors import SignInNeeded
from sayso.team import links, sessions
from sayso.team.signin import devices
from sayso.team.signin.entering import Entered
from sayso.team.signin.policy import OPERATOR
from sayso.web import cookies
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, entered
from sayso.web.parts import parts
from sayso.web.rate import Rate
from sayso.web.safety import came_from_elsewhere

tries = Rate(times=30, seconds=60)


async def ask(request: Request) -> Response:
    return RedirectResponse("/signin", 303)


async def show(request: Request) -> Response:
    return page("sign_in.html", token=request.path_params["token"], host=request.url.netloc)


async def enter(request: Request) -> Response:
    known = parts(request)
    if came_from_elsewhere(request.headers, known.settings):
        return _refused(request, "Open the link itself", "Signing in was asked for by another site.", 403)
    tries.count(asked.address(request))
    try:
        async with db.transaction(known.engine) as tx:
            by = sessions.at(await links.redeem(tx, request.path_params["token"]), asked.address(request))
            to = await links.destination(tx, request.path_params["token"])
            secret = await sessions.begin(tx, by=by, agent=asked.agent(request), method=OPERATOR)
            device, new = await devices.seen(tx, by.person or "", cookies.read(request, "device"))
    except SignInNeeded as error:
        return _refused(request, "This link does not work any more", str(error), 401)
    return entered.leads(request, Entered(by, secret, device, new), to)


def _refused(request: Request, problem: str, advice: str, status: int) -> Response:
    return page("sign_in.html", status=status, problem=problem, advice=advice, host=request.url.netloc)
