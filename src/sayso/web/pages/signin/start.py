"""The sign-in page: every way in that is open here."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import SignInNeeded
from sayso.team.signin import ways
from sayso.team.signin.policy import SecondFactorNeeded
from sayso.team.signin.ways import Ways
from sayso.web import cookies
from sayso.web.pages.page import HUE, page
from sayso.web.pages.signin import asked
from sayso.web.parts import parts


async def show(request: Request) -> Response:
    """Who is signed in already goes on to where they wanted."""
    to = asked.ours(request.query_params.get("to"))
    if secret := cookies.read(request):
        try:
            await parts(request).callers.of_session(secret)
            return asked.led(to)
        except SecondFactorNeeded:
            return asked.led("/signin/second")
        except SignInNeeded:
            pass
    async with db.transaction(parts(request).engine) as tx:
        return shown(request, await ways.open_for(tx), to=to)


def away(request: Request, to: str) -> Response:
    """To a provider's page, by way of one of ours: a form's own answer may not lead to another site (`form-action`)."""
    return page("signin/away.html", to=to, host=request.url.netloc)


def shown(
    request: Request, open: Ways, *, to: str = "/", email: str = "", wrong: str = "", status: int = 200, wait: int = 0
) -> Response:
    """The page; `wrong` stands under the password."""
    answer = page(
        "signin/start.html",
        status=status,
        hue=HUE if open.hue is None else open.hue,
        ways=open if open.password or open.link or open.passkey or open.sso else replace(open, link=True),
        to=to,
        email=email,
        wrong=wrong,
        host=request.url.netloc,
    )
    if wait:
        answer.headers["retry-after"] = str(wait)
    return answer
