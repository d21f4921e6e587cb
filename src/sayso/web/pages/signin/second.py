"""Setting up a second factor, for those whose workspace needs one: before anything else of it can be seen.

Somebody comes here half way through signing in, or with a session from before the workspace asked for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso import db
from sayso.errors import Invalid, Problem, SaysoError, SignInNeeded
from sayso.team import sessions
from sayso.team.signin import codes, half, passkeys, person, tries
from sayso.team.signin.person import Person
from sayso.team.signin.tries import CODE, Key
from sayso.web import cookies
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, code, entered, told
from sayso.web.pages.signin.entered import Next
from sayso.web.pages.signin.passkey import credential, site
from sayso.web.pages.signin.passkey import told as told_script
from sayso.web.pages.signin.password import waits
from sayso.web.parts import parts


@dataclass(frozen=True, slots=True)
class Comer:
    """Who sets one up: with a half sign-in, or with a session (`half` is empty)."""

    person: Person
    half: str
    session: str
    method: str
    to: str

    def offered(self, request: Request) -> codes.Begun:
        """What the page shows, and what a first code turns on: nothing is written before."""
        label, vault = self.person.email or self.person.name, parts(request).connections.vault
        return codes.offered(self.person.id, self.half or self.session, label=label, vault=vault)

    async def goes_on(self, request: Request, tx: AsyncConnection, answer: Response | None = None) -> Response:
        """Strong from now on: a session begins, or the one that there is gets a new secret."""
        if self.half:
            if not await half.end(tx, self.half):
                raise SignInNeeded("Sign in from the beginning.")
            came = await entered.enter(request, tx, self.person.id, method=self.method, strong=True, to=self.to)
            return Next(request, came, self.to).on(answer or asked.led(self.to))
        answer = answer or asked.led(self.to)
        secret = await sessions.renew(tx, self.session, strong=True)
        parts(request).callers.forget()
        return entered.signed_in(answer, secret, parts(request).settings)


async def comer(request: Request, tx: AsyncConnection) -> Comer:
    """Raises `SignInNeeded` for anybody else."""
    half_secret, session = cookies.read(request, "half"), cookies.read(request)
    if half_secret:
        try:
            mine = await half.read(tx, half_secret)
            return Comer(await person.by_id(tx, mine.person), half_secret, "", mine.method, mine.to)
        except SignInNeeded:
            if not session:
                raise
    who = await sessions.person_of(tx, session)
    return Comer(await person.by_id(tx, who), "", session, "", "/")


async def show(request: Request) -> Response:
    known = parts(request)
    try:
        async with db.transaction(known.engine) as tx:
            them = await comer(request, tx)
            if await codes.since(tx, them.person.id):
                return code.shown(request, action="/signin/second")
            if await passkeys.listed(tx, them.person.id):
                return page("signin/passkey.html", host=request.url.netloc)
            return _set_up(request, them)
    except SaysoError:
        return asked.led("/signin")


async def confirm(request: Request) -> Response:
    """The first code of a new secret, or one of a secret that is on already."""
    typed, known = await asked.form(request), parts(request)
    try:
        async with db.transaction(known.engine) as tx:
            them = await comer(request, tx)
            claimed = await tries.claim(tx, Key(CODE, them.person.id), now=datetime.now(UTC))
            on = await codes.since(tx, them.person.id) is not None
    except SaysoError:
        return asked.led("/signin")
    if claimed.wait:
        return code.shown(request, waits(claimed.wait), 429, action="/signin/second")
    async with db.transaction(known.engine) as tx:
        if on:
            if not await code.shows(tx, known, them.person.id, typed.get("code", "")):
                return code.shown(request, code.WRONG, 401, action="/signin/second")
            return await them.goes_on(request, tx)
        try:
            await _must_have_none(tx, them)
            fresh = await codes.take(
                tx, them.person.id, them.offered(request), typed.get("code", ""), vault=known.connections.vault
            )
        except Invalid as error:
            return _set_up(request, them, wrong=f"This code {error.problems[0].reason}.", status=422)
        await tries.forgive(tx, Key(CODE, them.person.id))
        known.jobs.begin(told.codes_turned(known, them.person.id, on=True))
        return await them.goes_on(request, tx, page("signin/codes.html", codes=fresh, to=them.to, host=request.url.netloc))


async def ask_passkey(request: Request) -> Response:
    known = parts(request)
    try:
        await asked.json(request)
        async with db.transaction(known.engine) as tx:
            them = await comer(request, tx)
            return JSONResponse(await passkeys.ask_new(tx, them.person, site=site(known.settings)))
    except SaysoError as error:
        return told_script(error)


async def add_passkey(request: Request) -> Response:
    known = parts(request)
    try:
        said = await asked.json(request)
        async with db.transaction(known.engine) as tx:
            them = await comer(request, tx)
            await _must_have_none(tx, them)
            made = await passkeys.add(tx, them.person.id, "My first passkey", credential(said), site=site(known.settings))
            known.jobs.begin(told.passkey_added(known, them.person.id, made.name))
            return await them.goes_on(request, tx, JSONResponse({"to": them.to}))
    except SaysoError as error:
        return told_script(error)


async def _must_have_none(tx: AsyncConnection, them: Comer) -> None:
    """Whoever has a second factor shows that one: a password alone does not add another. Raises `Invalid`."""
    if await codes.since(tx, them.person.id) or await passkeys.listed(tx, them.person.id):
        raise Invalid(Problem("code", "is not how this is done: you have a second factor already, show that one"))


def _set_up(request: Request, them: Comer, *, wrong: str = "", status: int = 200) -> Response:
    begun = them.offered(request)
    return page("signin/second.html", status=status, begun=begun, wrong=wrong, name=them.person.name, host=request.url.netloc)
