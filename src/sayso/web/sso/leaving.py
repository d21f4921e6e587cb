"""To a provider: `/sso/{sso}/start`, and what members begin from the settings."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.connections.sign_on import described
from sayso.errors import NotFound, SaysoError
from sayso.team.actor import Actor
from sayso.team.secret import hashed, new_secret
from sayso.team.sso import attempts, providers
from sayso.team.sso.attempts import Purpose
from sayso.team.sso.providers import Provider
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.sso import browser, sides

HINT_CHARACTERS_MAX = 254


async def start(request: Request) -> Response:
    """To the provider. A form comes here by a page of our own (`signin/away.html`), since it may not lead to another site."""
    browser.counted(request)
    try:
        async with db.transaction(parts(request).engine) as tx:
            provider = await providers.at_the_door(tx, request.path_params["sso"])
        if provider.kind == "ldap":
            raise NotFound("This directory asks for name and password on the sign-in page.")
        secret = browser.leaves(request)
        told = request.query_params
        hint = told.get("hint", "")[:HINT_CHARACTERS_MAX]
        url = await begun(request, provider, secret, to=browser.ours(told.get("to")), hint=hint if hint.isprintable() else "")
    except SaysoError as error:
        return refused(request, error)
    return browser.put(request, RedirectResponse(url, 303, {"referrer-policy": "no-referrer"}), secret)


async def begun(
    request: Request,
    provider: Provider,
    secret: str,
    *,
    purpose: Purpose = "sign_in",
    by: Actor | None = None,
    to: str = "/",
    hint: str = "",
) -> str:
    """An attempt of this browser; gives where it goes. Raises `Unavailable` when the provider cannot be asked."""
    sign_on = parts(request).sign_on
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    asked: str | None = None
    if provider.kind == "saml":
        if described.is_old(provider):
            parts(request).jobs.begin(sides.refreshed(parts(request), provider))
        async with db.transaction(parts(request).engine) as tx:
            ours, theirs = await sides.of(tx, sign_on, provider)
        url, asked = sides.spoken("redirects").request(ours, theirs, state)
    else:
        url = await sign_on.leave(provider, state=state, nonce=nonce, verifier=verifier, hint=hint)
    sealed = sign_on.connections.vault.seal(verifier, hashed(state).hex())
    async with db.transaction(parts(request).engine) as tx:
        await _begin(tx, provider, secret, purpose, by, to, state=state, nonce=nonce, verifier=sealed, request=asked)
    return url


async def _begin(
    tx: AsyncConnection, provider: Provider, secret: str, purpose: Purpose, by: Actor | None, to: str, **more: Any
) -> None:
    await attempts.begin(tx, provider, secret, purpose=purpose, member=by and by.member, to=to, **more)


def refused(request: Request, error: SaysoError) -> Response:
    """A page that says why, and how to go on."""
    return page("sso.html", status=error.status, mode="refused", problem=error.title, advice=str(error), host=request.url.netloc)
