"""SAML's single logout: the answer to our own request, and a provider that ends a session (by an address or by a form)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.errors import NotFound, SaysoError
from sayso.team.sso import attempts, providers
from sayso.team.sso.arrival import NotAdmitted
from sayso.team.sso.providers import Provider
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.sso import browser, ending, forms, sides
from sayso.web.sso.leaving import refused


async def by_address(request: Request) -> Response:
    """HTTP-Redirect."""
    query = request.url.query
    what = "SAMLRequest" if "SAMLRequest=" in query else "SAMLResponse"
    return await _heard(request, what, lambda theirs: sides.spoken("redirects").told(query, what, theirs))


async def by_form(request: Request) -> Response:
    """HTTP-POST: the provider's page sends it, from another site."""
    try:
        form = await forms.read(request)
    except SaysoError as error:
        return refused(request, error)
    what = "SAMLRequest" if "SAMLRequest" in form else "SAMLResponse"
    state = form.get("RelayState", "")
    return await _heard(request, what, lambda theirs: sides.spoken("logout").posted(form.get(what, ""), state, theirs))


async def returned(request: Request) -> Response:
    """Back from an OpenID provider's sign-out. What it says is for the person to read; nothing is done by it."""
    try:
        ending.ends.count(browser.address(request))
        async with db.transaction(parts(request).engine) as tx:
            provider = await providers.at_the_door(tx, request.path_params["sso"])
            attempt = await attempts.come_back(tx, provider, request.query_params.get("state", ""), browser.secret(request))
        if attempt.purpose != "out":
            raise NotAdmitted(attempts.ANEW)
    except SaysoError:
        return RedirectResponse("/signin", 303)
    return _left(request, provider, done=True)


# ── inside ────────────────────────────────────────────────────


async def _heard(request: Request, what: str, read: Any) -> Response:
    known = parts(request)
    try:
        ending.ends.count(browser.address(request))
        async with db.transaction(known.engine) as tx:
            provider = await providers.at_the_door(tx, request.path_params["sso"])
            if provider.kind != "saml":
                raise NotFound("Nobody signs in this way here.")
            ours, theirs = await sides.of(tx, known.sign_on, provider)
        try:
            told = read(theirs)
            if what == "SAMLResponse":
                return await _ours_is_answered(request, provider, ours, theirs, told)
            asked = sides.spoken("logout").asked(told, ours, theirs)
        except sides.spoken("xml").BadXml as error:
            raise NotAdmitted(f"What {provider.name} sent on signing out {error}.") from None
        async with db.transaction(known.engine) as tx:
            await _end(tx, provider, asked)
    except SaysoError as error:
        return refused(request, error)
    known.callers.forget()
    back = sides.spoken("logout").answer(ours, theirs, asked, told.state)
    return (
        _left(request, provider, done=True) if back is None else RedirectResponse(back, 303, {"referrer-policy": "no-referrer"})
    )


async def _end(tx: AsyncConnection, provider: Provider, asked: Any) -> None:
    if not await attempts.once(tx, provider, asked.id, max(asked.until, datetime.now(UTC))):
        raise NotAdmitted("This was told already.")
    for session in asked.sessions or (None,):
        await ending.end(tx, provider, provider.text("entity"), subject=asked.subject, sid=session)


async def _ours_is_answered(request: Request, provider: Provider, ours: Any, theirs: Any, told: Any) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        attempt = await attempts.come_back(tx, provider, told.state, None)
    if attempt.purpose != "out" or attempt.request is None:
        raise NotAdmitted(attempts.ANEW)
    done = sides.spoken("logout").ended(told, ours, theirs, attempt.request)
    return _left(request, provider, done=done)


def _left(request: Request, provider: Provider, *, done: bool) -> Response:
    return page("sso.html", mode="left", name=provider.name, done=done, host=request.url.netloc)
