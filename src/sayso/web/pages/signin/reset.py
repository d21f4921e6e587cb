"""A new password for who has forgotten theirs: asking for the link, and the page behind it.

The link is made from the server's own address, never from what a request says of itself. It names one person; whoever opens it sets their password and
nothing else, and all that was open under the old one ends: sessions, other links, known browsers.
"""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Invalid, NotFound, Unavailable
from sayso.team import audit, sessions
from sayso.team.actor import Actor
from sayso.team.signin import devices, half, mailed, passwords, person, tries, ways
from sayso.team.signin.entering import Entered, HalfWay, NotThisWay
from sayso.team.signin.mailed import DoesNotWork
from sayso.team.signin.person import Person
from sayso.team.signin.tries import LETTERS, Key
from sayso.web import letters
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, entered, told
from sayso.web.pages.signin.password import waits
from sayso.web.pages.signin.start import away
from sayso.web.parts import Parts, parts


async def ask(request: Request) -> Response:
    return await _asks(request)


async def send(request: Request) -> Response:
    typed = await asked.form(request)
    email = person.folded(typed.get("email", ""))
    known = parts(request)
    if "@" not in email:
        return await _asks(request, wrong="Type your e-mail address.", status=422)
    async with db.transaction(known.engine) as tx:
        open = await ways.open_for(tx, email)
        if open.leads_to:
            return away(request, open.leads_to)
        claimed = await tries.claim(tx, Key(LETTERS, email), asked.by_address(request), now=datetime.now(UTC))
    if claimed.wait:
        return await _asks(request, email=email, wrong=waits(claimed.wait), status=429)
    known.jobs.begin(_sent(known, email))
    return page(
        "signin/sent.html", email=email, minutes=mailed.MINUTES["reset"], what="link to a new password", host=request.url.netloc
    )


async def _sent(known: Parts, email: str) -> None:
    """After the answer has left, so that its time tells nothing of who is here."""
    async with db.transaction(known.engine) as tx:
        them = await person.by_email(tx, email)
        if them is None:
            return
        workspace = await told.workspace_of(tx, them.id)
        secret = await mailed.create(tx, them.id, "reset", proves=them.email if letters.prove(known) else None)
    text = f"Here is your link to a new password for Sayso. It works once, within {mailed.MINUTES['reset']} minutes.\n\nIf you did not ask for it, do nothing: your password stays as it is."
    press = ("Set a new password", f"{known.settings.url}/signin/reset/{secret}")
    await told.mail_secret(known, them, workspace, "A new password for Sayso", text, press)


async def show(request: Request) -> Response:
    try:
        async with db.transaction(parts(request).engine) as tx:
            them = await _whose(tx, request.path_params["token"])
    except DoesNotWork as error:
        return _refused(request, error)
    return _new(request, them)


async def change(request: Request) -> Response:
    """Sets the password and signs in, by way of the second factor where there is one."""
    typed = await asked.form(request)
    token, known = request.path_params["token"], parts(request)
    try:
        async with db.transaction(known.engine) as tx:
            them = await _whose(tx, token)
        if typed.get("email", them.email or "") != (them.email or ""):
            raise DoesNotWork("It belongs to somebody else. Ask for a new one.")
    except DoesNotWork as error:
        return _refused(request, error)
    try:
        came = await _changed(request, token, typed.get("password", ""))
    except DoesNotWork as error:
        return _refused(request, error)
    except Invalid as error:
        return _new(request, them, wrong=error.problems[0].reason, status=422)
    except Unavailable as error:
        return _new(request, them, wrong=str(error), status=503)
    known.jobs.begin(told.password_changed(known, them.id))
    if came is None:
        return asked.led("/signin")
    return entered.leads(request, came, "/")


async def _changed(request: Request, token: str, password: str) -> Entered | HalfWay | None:
    """One transaction: the link is used up if and only if the password is set. None when their workspace takes no passwords."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        used = await mailed.use(tx, token, "reset")
        them = await person.by_id(tx, used.person)
        await passwords.put(tx, them, password)
        await forget_all(tx, them.id)
        for workspace, member in await person.memberships(tx, them.id):
            by = Actor("member", workspace, member, "nothing", them.name, person=them.id, address=asked.address(request))
            await audit.write(tx, "password.reset", "set a new password by a link", by=by, subject=member)
        if used.proves:
            await person.verified(tx, them.id, used.proves)
        try:
            came = await entered.enter(request, tx, them.id, method="password")
        except NotThisWay:
            return None
    known.callers.forget()
    return came


async def forget_all(tx: AsyncConnection, who: str) -> None:
    """What was open under the old password."""
    await sessions.end_of(tx, who)
    await mailed.end(tx, who)
    await half.end_all(tx, who)
    await devices.forget(tx, who)


async def _whose(tx: AsyncConnection, token: str) -> Person:
    used = await mailed.look(tx, token, "reset")
    try:
        return await person.by_id(tx, used.person)
    except NotFound:
        raise DoesNotWork("It belongs to nobody any more.") from None


def _new(request: Request, them: Person, *, wrong: str = "", status: int = 200) -> Response:
    token = request.path_params["token"]
    return page("signin/reset.html", status=status, token=token, email=them.email or "", wrong=wrong, host=request.url.netloc)


def _refused(request: Request, error: DoesNotWork) -> Response:
    return page(
        "signin/link.html", status=400, problem=error.title, advice=str(error), again="/signin/reset", host=request.url.netloc
    )


async def _asks(request: Request, *, email: str = "", wrong: str = "", status: int = 200) -> Response:
    return page(
        "signin/ask.html", status=status, title="A new password", action="/signin/reset", button="Send me a link", to="/", email=email,
        wrong=wrong, can_send=await letters.anywhere(parts(request)), host=request.url.netloc,
        words="We send a link to your address. It lets you set a new password, within 30 minutes.",
    )  # fmt: skip
