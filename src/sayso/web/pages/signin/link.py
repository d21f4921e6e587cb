"""Signing in with a link that is mailed: asking for it, and the page behind it.

Programs that look after mailboxes open links, and some run what is on the page. So opening shows a button, and only pressing it uses the link up.
"""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.team.signin import mailed, person, tries, ways
from sayso.team.signin.entering import NotThisWay
from sayso.team.signin.mailed import DoesNotWork
from sayso.team.signin.tries import LETTERS, Key
from sayso.web import letters
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, entered, told
from sayso.web.pages.signin.password import waits
from sayso.web.pages.signin.start import away
from sayso.web.parts import Parts, parts


async def ask(request: Request) -> Response:
    return await _asks(request, asked.ours(request.query_params.get("to")))


async def send(request: Request) -> Response:
    typed = await asked.form(request)
    email, to = person.folded(typed.get("email", "")), asked.ours(typed.get("to"))
    known = parts(request)
    if "@" not in email:
        return await _asks(request, to, wrong="Type your e-mail address.", status=422)
    async with db.transaction(known.engine) as tx:
        open = await ways.open_for(tx, email)
        if open.leads_to:
            return away(request, open.leads_to)
        claimed = await tries.claim(tx, Key(LETTERS, email), asked.by_address(request), now=datetime.now(UTC))
    if claimed.wait:
        return await _asks(request, to, email=email, wrong=waits(claimed.wait), status=429)
    known.jobs.begin(_sent(known, email, to))
    return page("signin/sent.html", email=email, minutes=mailed.MINUTES["link"], what="sign-in link", host=request.url.netloc)


async def _sent(known: Parts, email: str, to: str) -> None:
    """After the answer has left, so that its time tells nothing of who is here."""
    async with db.transaction(known.engine) as tx:
        them = await person.by_email(tx, email)
        if them is None:
            return
        workspace = await told.workspace_of(tx, them.id)
        secret = await mailed.create(tx, them.id, "link", proves=them.email if letters.prove(known) else None, to=to)
    text = f"Here is your link to sign in to Sayso. It works once, within {mailed.MINUTES['link']} minutes.\n\nIf you did not ask for it, do nothing: nobody gets in without it."
    press = ("Sign in", f"{known.settings.url}/signin/link/{secret}")
    await told.mail_secret(known, them, workspace, "Your link to sign in", text, press)


async def show(request: Request) -> Response:
    return page("signin/link.html", token=request.path_params["token"], host=request.url.netloc)


async def enter(request: Request) -> Response:
    await asked.form(request)
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        claimed = await tries.claim(tx, asked.by_address(request), now=datetime.now(UTC))
    if claimed.wait:
        return _refused(request, "Wait a moment", waits(claimed.wait), 429)
    try:
        async with db.transaction(known.engine) as tx:
            them = await mailed.use(tx, request.path_params["token"], "link")
            await tries.give_back(tx, asked.by_address(request))
            if them.proves:
                await person.verified(tx, them.person, them.proves)
            came = await entered.enter(request, tx, them.person, method="link", to=them.to)
    except DoesNotWork as error:
        return _refused(request, "This link does not work any more", str(error), 400)
    except NotThisWay as error:
        return _refused(request, error.title, str(error), 403)
    return entered.leads(request, came, them.to)


def _refused(request: Request, problem: str, advice: str, status: int) -> Response:
    return page("signin/link.html", status=status, problem=problem, advice=advice, host=request.url.netloc)


async def _asks(request: Request, to: str, *, email: str = "", wrong: str = "", status: int = 200) -> Response:
    return page(
        "signin/ask.html", status=status, title="Sign in by mail", action="/signin/link", button="Send me a link", to=to, email=email,
        wrong=wrong, can_send=await letters.anywhere(parts(request)), host=request.url.netloc,
        words="We send a link to your address. It signs you in once, within 15 minutes.",
    )  # fmt: skip
