"""Back from a provider: the OpenID callback, SAML's form, and where a browser lands after it."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.errors import SaysoError
from sayso.team import standing
from sayso.team.secret import hashed
from sayso.team.sso import admitting, attempts, identities, providers
from sayso.team.sso.arrival import Arrival, NotAdmitted, UnknownCertificate
from sayso.team.sso.attempts import ANEW, Attempt
from sayso.team.sso.providers import Provider
from sayso.web import cookies
from sayso.web.pages.page import page
from sayso.web.pages.signin import entered
from sayso.web.parts import parts
from sayso.web.safety import came_from_elsewhere
from sayso.web.sso import browser, forms, session, sides
from sayso.web.sso.leaving import refused

PARAMETER_CHARACTERS_MAX = 8_000
UNASKED = Attempt("", "", b"", "sign_in", None, None, None, None, "/", None)


async def callback(request: Request) -> Response:
    """Back from an OpenID provider."""
    browser.counted(request)
    told = {name: value for name, value in request.query_params.items() if len(value) <= PARAMETER_CHARACTERS_MAX}
    try:
        provider, attempt = await _attempt(request, told.get("state", ""))
        sign_on = parts(request).sign_on
        if attempt.verifier is None or attempt.purpose == "out":
            raise NotAdmitted(ANEW)
        verifier = sign_on.connections.vault.open(attempt.verifier, hashed(told["state"]).hex())
        arrival, token = await sign_on.came(provider, attempt, told, verifier)
        return await _arrived(request, provider, attempt, arrival, token)
    except SaysoError as error:
        return refused(request, error)


async def assertion(request: Request) -> Response:
    """SAML's form, which the provider's page sends: the browser keeps our cookie to itself until it lands on a page of ours."""
    browser.counted(request)
    try:
        form = await forms.read(request)
        async with db.transaction(parts(request).engine) as tx:
            provider = await _of_kind(tx, request, "saml")
            attempt = await _asked_before(tx, provider, form.get("RelayState", ""))
        made = await _proved(request, provider, form.get("SAMLResponse", ""), attempt.request)
        async with db.transaction(parts(request).engine) as tx:
            if not await attempts.once(tx, provider, made.id, made.until):
                raise NotAdmitted(f"This answer of {provider.name} was used already. Sign in once more.")
            secret = await attempts.land(tx, attempt, provider, made.arrival)
    except SaysoError as error:
        return refused(request, error)
    return RedirectResponse(f"/sso/{provider.id}/landing/{secret}", 303, {"referrer-policy": "no-referrer"})


async def land(request: Request) -> Response:
    """Where the browser shows its cookie. Who was sent by the provider's own portal is asked first: anybody could have sent them."""
    browser.counted(request)
    try:
        async with db.transaction(parts(request).engine) as tx:
            provider = await _of_kind(tx, request, "saml")
            attempt = await attempts.come_back(tx, provider, request.path_params["secret"], None)
            if attempt.arrival is None:
                raise NotAdmitted(ANEW)
            if attempt.browser == b"":
                secret = await attempts.land(tx, attempt, provider, attempt.arrival)
                return page(
                    "sso.html",
                    mode="confirm",
                    name=provider.name,
                    arrival=attempt.arrival,
                    secret=secret,
                    provider=provider.id,
                    host=request.url.netloc,
                )
        if attempt.browser != hashed(browser.secret(request)):
            raise NotAdmitted("This sign-in was begun in another browser. Sign in once more, here.")
        return await _arrived(request, provider, attempt, attempt.arrival, None)
    except SaysoError as error:
        return refused(request, error)


async def confirm(request: Request) -> Response:
    """The button of that question, on our own page."""
    browser.counted(request)
    try:
        if came_from_elsewhere(request.headers, parts(request).settings):
            raise NotAdmitted("This was sent by another site.")
        async with db.transaction(parts(request).engine) as tx:
            provider = await _of_kind(tx, request, "saml")
            attempt = await attempts.come_back(tx, provider, request.path_params["secret"], None)
        if attempt.browser != b"" or attempt.arrival is None:
            raise NotAdmitted(ANEW)
        return await _arrived(request, provider, attempt, attempt.arrival, None)
    except SaysoError as error:
        return refused(request, error)


# ── inside ────────────────────────────────────────────────────


async def _attempt(request: Request, state: str) -> tuple[Provider, Attempt]:
    secret = browser.secret(request)
    async with db.transaction(parts(request).engine) as tx:
        provider = await _of_kind(tx, request, "oidc")
        if not state or not secret:
            raise NotAdmitted("Nobody left this browser to sign in. Begin once more; cookies have to be on.")
        return provider, await attempts.come_back(tx, provider, state, secret)


async def _of_kind(tx: AsyncConnection, request: Request, kind: str) -> Provider:
    provider = await providers.at_the_door(tx, request.path_params["sso"])
    if provider.kind != kind:
        raise NotAdmitted("Nobody signs in this way here.")
    return provider


async def _asked_before(tx: AsyncConnection, provider: Provider, state: str) -> Attempt:
    """What a SAML response answers; without one, only where the provider's own portal may send people."""
    if state:
        try:
            attempt = await attempts.come_back(tx, provider, state, None)
        except NotAdmitted:
            if not provider.settings.get("unasked"):
                raise
        else:  # what a browser lands with, or signs out with, asked for no response
            if attempt.request is None or attempt.purpose == "out":
                raise NotAdmitted(ANEW)
            return attempt
    if not provider.settings.get("unasked"):
        raise NotAdmitted(f"Sign in here, not from the portal of {provider.name}: an owner can allow that.")
    return UNASKED


async def _proved(request: Request, provider: Provider, response: str, asked: str | None) -> Any:
    """What a response proves. Where it fits no certificate that is known, the provider may have changed its own: then its metadata is
    fetched anew, once."""
    known, responses = parts(request), sides.spoken("responses")

    async def read(one: Provider) -> Any:
        async with db.transaction(known.engine) as tx:
            ours, theirs = await sides.of(tx, known.sign_on, one)
        told = {"groups": one.mapping.groups, "email": one.text("email_attribute")}
        return responses.asserted(response, ours, theirs, request=asked, **told)

    try:
        return await read(provider)
    except UnknownCertificate:
        if (now := await sides.refreshed(known, provider)) is None:
            raise
        return await read(now)


async def _arrived(request: Request, provider: Provider, attempt: Attempt, arrival: Arrival, token: str | None) -> Response:
    match attempt.purpose:
        case "link":
            return await _linked(request, provider, attempt, arrival)
        case "try":
            return await _tried(request, provider, attempt, arrival)
        case _:
            return await _signed_in(request, provider, attempt, arrival, token)


async def _signed_in(request: Request, provider: Provider, attempt: Attempt, arrival: Arrival, token: str | None) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        by = await admitting.admitted(tx, provider, arrival)
        assert by.person is not None
        came = await entered.enter(request, tx, by.person, method=provider.kind, to=attempt.to, workspace=provider.workspace)
        named = orjson.dumps(arrival.named).decode() if provider.kind == "saml" else None
        await session.remembered(tx, request, provider, arrival, came, token or named)
    return entered.leads(request, came, attempt.to)


async def _linked(request: Request, provider: Provider, attempt: Attempt, arrival: Arrival) -> Response:
    by = await parts(request).callers.of_session(cookies.read(request))
    if by.member != attempt.member:
        raise NotAdmitted("Somebody else is signed in here now. Begin once more.")
    async with db.transaction(parts(request).engine) as tx:
        await identities.link(tx, provider, arrival, by=by)
    return RedirectResponse(f"/settings/identity-providers?linked={provider.id}", 303)


async def _tried(request: Request, provider: Provider, attempt: Attempt, arrival: Arrival) -> Response:
    """What came, and what it would mean; nothing of it is kept."""
    by = await parts(request).callers.of_session(cookies.read(request))
    if by.member != attempt.member or not by.may("own"):
        raise NotAdmitted("Somebody else is signed in here now. Begin once more.")
    meaning = await _meant(request, provider, arrival)
    now = datetime.now(UTC)
    return page(
        "sso.html",
        mode="tried",
        name=provider.name,
        arrival=arrival,
        meaning=meaning,
        mapping=provider.mapping,
        at=now,
        host=request.url.netloc,
    )


async def _meant(request: Request, provider: Provider, arrival: Arrival) -> str:
    async with parts(request).engine.connect() as tx, tx.begin() as begun:
        try:
            by = await admitting.admitted(tx, provider, arrival)
            there = await standing.read(tx, by.member or "")
            groups = f" and {len(there.groups)} groups" if there and there.groups else ""
            return f"They would come in as {by.name}, {by.role}{groups}."
        except SaysoError as error:
            return f"They would not come in: {error}"
        finally:
            await begun.rollback()
