"""Signing in with an address of e-mail and a password.

Counted before it is tried. Somebody whom nobody knows, and somebody without a password, take as long and get the same answer.
"""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Unavailable
from sayso.team.signin import devices, passwords, person, tries, ways
from sayso.team.signin.entering import Entered, HalfWay, NotThisWay
from sayso.team.signin.tries import DEVICE, PASSWORD, Key
from sayso.team.sso.arrival import NotAdmitted
from sayso.web import cookies
from sayso.web.pages.signin import asked, directories, entered, told
from sayso.web.pages.signin.directories import Verified
from sayso.web.pages.signin.start import away, shown
from sayso.web.parts import parts

TYPE_IT = "Type your password."
NO_MATCH = "E-mail and password do not match."


async def enter(request: Request) -> Response:
    typed = await asked.form(request)
    email, password, to = person.folded(typed.get("email", "")), typed.get("password", ""), asked.ours(typed.get("to"))
    known, device = parts(request), cookies.read(request, "device")
    async with db.transaction(known.engine) as tx:
        open = await ways.open_for(tx, email)
        if open.leads_to:
            return away(request, open.leads_to)
        if not password:
            return shown(request, open, to=to, email=email, wrong=TYPE_IT, status=422)
        them = await person.by_email(tx, email)
        hash = await passwords.kept(tx, them and them.id)
        trusted = await devices.is_known(tx, them and them.id, device)
        keys = [Key(DEVICE, f"{email} {device}")] if trusted else [Key(PASSWORD, email), asked.by_address(request)]
        claimed = await tries.claim(tx, *keys, now=datetime.now(UTC))
    if claimed.wait:
        return shown(request, open, to=to, email=email, wrong=waits(claimed.wait), status=429, wait=claimed.wait)
    try:
        right = await passwords.right(password, hash)
        vouched = None if them and right else await directories.verified(request, email, password)
    except Unavailable as busy:
        return shown(request, open, to=to, email=email, wrong=str(busy), status=503)
    if vouched is None and not (them and right):
        if not claimed.left:
            known.jobs.begin(told.kept_out(known, email, asked.address(request)))
        return shown(request, open, to=to, email=email, wrong=_wrong(claimed.left), status=401)
    async with db.transaction(known.engine) as tx:
        await tries.forgive(tx, keys[0])
        if not trusted:
            await tries.give_back(tx, keys[1])
        try:
            if vouched is not None:
                came = await _by_directory(request, tx, vouched, to)
            else:
                assert them is not None and hash is not None
                await passwords.renewed(tx, them.id, password, hash)
                came = await entered.enter(request, tx, them.id, method="password", to=to)
        except (NotThisWay, NotAdmitted) as error:
            return shown(request, open, to=to, email=email, wrong=str(error), status=403)
    return entered.leads(request, came, to)


async def _by_directory(request: Request, tx: AsyncConnection, vouched: Verified, to: str) -> Entered | HalfWay:
    person = await vouched.admitted(tx)
    came = await entered.enter(request, tx, person, method="ldap", to=to, workspace=vouched.provider.workspace)
    await vouched.remembered(request, tx, came)
    return came


def _wrong(left: int) -> str:
    return (
        f"{NO_MATCH} {left} {'try' if left == 1 else 'tries'} left." if left else f"{NO_MATCH} The next try has to wait a little."
    )


def waits(seconds: int) -> str:
    wait = f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
    return f"That was tried too often. Wait {wait}, or come in another way: a passkey or a link works now."
