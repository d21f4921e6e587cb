"""The second factor, for those who have one: a code of their app, or one from paper."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import SignInNeeded
from sayso.team.signin import codes, half, tries
from sayso.team.signin.tries import CODE, Key
from sayso.web import cookies
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, entered, told
from sayso.web.pages.signin.password import waits
from sayso.web.parts import Parts, parts

WRONG = "This code is not right, or was used already."


async def show(request: Request) -> Response:
    try:
        async with db.transaction(parts(request).engine) as tx:
            await half.read(tx, cookies.read(request, "half"))
    except SignInNeeded:
        return asked.led("/signin")
    return shown(request)


async def enter(request: Request) -> Response:
    typed, secret, known = await asked.form(request), cookies.read(request, "half"), parts(request)
    try:
        async with db.transaction(known.engine) as tx:
            mine = await half.read(tx, secret)
            claimed = await tries.claim(tx, Key(CODE, mine.person), now=datetime.now(UTC))
    except SignInNeeded:
        return asked.led("/signin")
    if claimed.wait:
        return shown(request, waits(claimed.wait), 429)
    async with db.transaction(known.engine) as tx:
        if not await shows(tx, known, mine.person, typed.get("code", "")):
            return shown(request, WRONG, 401)
        if not await half.end(tx, secret):
            return asked.led("/signin")
        came = await entered.enter(request, tx, mine.person, method=mine.method, strong=True, to=mine.to)
    return entered.leads(request, came, mine.to)


async def shows(tx: AsyncConnection, known: Parts, person: str, typed: str) -> bool:
    """Whether this is a code of theirs, which is used up now; of one from paper they are told by mail."""
    kind = await codes.right(tx, person, typed, vault=known.connections.vault)
    if kind is None:
        return False
    await tries.forgive(tx, Key(CODE, person))
    if kind == "recovery":
        left, _ = await codes.recovery_left(tx, person)
        known.jobs.begin(told.recovery_code_used(known, person, left))
    return True


def shown(request: Request, wrong: str = "", status: int = 200, *, action: str = "/signin/code") -> Response:
    return page("signin/code.html", status=status, wrong=wrong, action=action, host=request.url.netloc)
