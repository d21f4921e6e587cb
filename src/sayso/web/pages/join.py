"""The page behind an invitation: who invites, to what; and a button to come in, as oneself or as somebody new.

Opening it uses nothing up, since programs that look after mailboxes open addresses too.
"""

from contextlib import suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.db.tables import workspaces as known_workspaces
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem, SaysoError
from sayso.team import custom_roles, invitations, joining, persons, sessions, workspaces
from sayso.team.actor import Actor
from sayso.team.invitations import Invitation
from sayso.team.signin import passwords, policy
from sayso.team.signin.person import Person
from sayso.web import cookies, letters
from sayso.web.body import BoundedRequest
from sayso.web.pages.page import page
from sayso.web.pages.signin import asked, entered
from sayso.web.parts import parts
from sayso.web.rate import Rate
from sayso.web.safety import came_from_elsewhere

TYPED_BYTES_MAX = 64 * 2**10
SECRET_CHARACTERS_MAX = 100
BY_ONE_A_MINUTE_MAX = 60
TRIES_BY_ONE_A_MINUTE_MAX = 20

looks = Rate(times=BY_ONE_A_MINUTE_MAX, seconds=60)
tries = Rate(times=TRIES_BY_ONE_A_MINUTE_MAX, seconds=60)


async def show(request: Request) -> Response:
    looks.count(asked.address(request))
    me = await _me(request)
    async with db.transaction(parts(request).engine) as tx:
        try:
            shown = await _shown(request, tx, me)
        except NotFound as error:
            return _over(request, error)
    return page("join.html", **shown)


async def enter(request: Request) -> Response:
    known = parts(request)
    if came_from_elsewhere(request.headers, known.settings):
        return _over(request, Forbidden("Joining was asked for by another site. Open the invitation itself."), 403)
    tries.count(asked.address(request))
    typed = await _typed(request)
    me = await _me(request)
    try:
        async with db.transaction(known.engine) as tx:
            if typed["as"] == "other":
                return await _signed_out(request, tx)
            if me is not None:
                return await _joined(request, tx, me)
            return await _joined_as_new(request, tx, typed)
    except NotFound as error:
        return _over(request, error)
    except (Invalid, Conflict, Forbidden) as error:
        return await _again(request, typed, error)


async def _joined(request: Request, tx: AsyncConnection, me: Actor) -> Response:
    if me.person is None:
        raise Forbidden("A service account joins nothing.")
    by = await joining.join(tx, _secret(request), me.person)
    with suppress(Forbidden):  # the workspace asks for another way of signing in: they are a member of it all the same
        await workspaces.switch(tx, by.workspace, by=me)
    parts(request).callers.forget()
    return RedirectResponse("/", 303)


async def _joined_as_new(request: Request, tx: AsyncConnection, typed: dict[str, str]) -> Response:
    by = await joining.join_as_new(tx, _secret(request), typed["name"], typed["email"])
    assert by.person is not None
    if typed["password"]:
        known = await persons.read(tx, by.person)
        await passwords.put(tx, Person(known.id, known.name, known.email), typed["password"])
    method = "password" if typed["password"] else "link"
    came = await entered.enter(request, tx, by.person, method=method, workspace=by.workspace)
    return entered.leads(request, came, "/")


async def _signed_out(request: Request, tx: AsyncConnection) -> Response:
    await sessions.end(tx, cookies.read(request))
    parts(request).callers.forget()
    answer = RedirectResponse(request.url.path, 303)
    cookies.drop(answer, "session", parts(request).settings)
    return answer


async def _shown(request: Request, tx: AsyncConnection, me: Actor | None, **more: Any) -> dict[str, Any]:
    """What the page says. Raises `NotFound` for an invitation that is over."""
    secret = _secret(request)
    invitation, host = await invitations.found(tx, secret)
    w = known_workspaces.c
    name, hue = (await tx.execute(known_workspaces.select().with_only_columns(w.name, w.hue).where(w.id == host.workspace))).one()
    other = me is not None and await _other_address(tx, invitation, me)
    return {
        "secret": secret, "workspace": name, "hue": hue, "host": request.url.netloc, "host_name": host.name, "email": invitation.email,
        "message": invitation.message, "as_what": await _as_what(tx, invitation, host), "me": me.name if me else None,
        "other_address": other, "sign_in_first": me is None and await joining.known(tx, invitation) is not None,
        "passwords": (await policy.read(tx, host.workspace)).allows("password"), "letters": await letters.possible(parts(request), host.workspace),
        "typed": {"name": "", "email": ""}, "wrong": {}, **more,
    }  # fmt: skip


async def _as_what(tx: AsyncConnection, invitation: Invitation, host: Actor) -> str:
    role = next((one for one in await custom_roles.listed(tx, by=host) if one.id == invitation.role), None)
    if role is None:
        return ""
    return "You will see what you were given." if role.id == "guest" else f"Your role will be {role.name}. {role.sentence}"


async def _other_address(tx: AsyncConnection, invitation: Invitation, me: Actor) -> str | None:
    """My own address, when the invitation was sent to another."""
    mine = (await persons.read(tx, me.person)).email if me.person else None
    if invitation.email is None or (mine or "").lower() == invitation.email.lower():
        return None
    return mine or me.name


async def _again(request: Request, typed: dict[str, str], error: SaysoError) -> Response:
    """The form with what is wrong beside it."""
    other = "password" if isinstance(error, Forbidden) and not typed["password"] else "email"
    problems = error.problems if isinstance(error, Invalid) else (Problem(other, str(error)),)
    wrong = {p.path if p.path in ("name", "email", "password") else "name": _sentence(p) for p in problems}
    async with db.transaction(parts(request).engine) as tx:
        try:
            shown = await _shown(request, tx, await _me(request), typed=typed, wrong=wrong)
        except NotFound as over:
            return _over(request, over)
    if shown["email"] and "email" in wrong:
        return _over(request, error, error.status)
    return page("join.html", status=error.status, **shown)


def _sentence(problem: Problem) -> str:
    said = problem.reason.rstrip(".") + "."
    return said if said[:1].isupper() or "@" in said.split(" ")[0] else f"This {said}"


def _over(request: Request, error: SaysoError, status: int = 404) -> Response:
    title = "This invitation is over" if isinstance(error, NotFound) else "You cannot join by this"
    return page("join.html", status=status, problem=title, advice=str(error), host=request.url.netloc)


async def _me(request: Request) -> Actor | None:
    secret = cookies.read(request)
    try:
        return await parts(request).callers.of_session(secret) if secret else None
    except SaysoError:
        return None


async def _typed(request: Request) -> dict[str, str]:
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(TYPED_BYTES_MAX)
    async with bounded.form(max_files=0, max_fields=6, max_part_size=TYPED_BYTES_MAX) as form:
        return {name: str(form.get(name, "")).replace("\0", "")[:1_000] for name in ("as", "name", "email", "password")}


def _secret(request: Request) -> str:
    secret: str = request.path_params["secret"]
    if not 0 < len(secret) <= SECRET_CHARACTERS_MAX:
        raise NotFound("This invitation does not work any more. Ask whoever sent it for a new one.")
    return secret
