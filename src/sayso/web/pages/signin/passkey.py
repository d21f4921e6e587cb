"""Signing in with a passkey: a script asks for a challenge, shows it to the device, and brings back what the device says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso import db
from sayso.errors import Invalid, Problem, SaysoError, TooMany
from sayso.settings import Settings
from sayso.team.signin import passkeys, tries
from sayso.team.signin.passkeys import Site
from sayso.web.pages.signin import asked, entered
from sayso.web.pages.signin.password import waits
from sayso.web.parts import parts
from sayso.web.problems import PROBLEM_JSON, document, headers
from sayso.web.rate import Rate

CHALLENGES_OF_ONE_A_MINUTE_MAX = 60
by_one = Rate(times=CHALLENGES_OF_ONE_A_MINUTE_MAX, seconds=60)


def site(settings: Settings) -> Site:
    return Site(settings.url)


async def ask(request: Request) -> Response:
    try:
        await asked.json(request)
        by_one.count(asked.address(request))
        async with db.transaction(parts(request).engine) as tx:
            return JSONResponse(await passkeys.ask(tx, "sign_in", site=site(parts(request).settings)))
    except SaysoError as error:
        return told(error)


async def enter(request: Request) -> Response:
    known = parts(request)
    try:
        said = await asked.json(request)
        to = asked.ours(said.get("to"))
        await claim(request)
        async with db.transaction(known.engine) as tx:
            who = await passkeys.shown(tx, credential(said), "sign_in", site=site(known.settings))
            await tries.give_back(tx, asked.by_address(request))
            came = await entered.enter(request, tx, who, method="passkey", strong=True, to=to)
    except SaysoError as error:
        return told(error)
    return entered.leads_json(request, came, to)


async def claim(request: Request) -> None:
    async with db.transaction(parts(request).engine) as tx:
        claimed = await tries.claim(tx, asked.by_address(request), now=datetime.now(UTC))
    if claimed.wait:
        raise TooMany(waits(claimed.wait), retry_after_seconds=claimed.wait)


def credential(said: Mapping[str, Any]) -> Mapping[str, Any]:
    found = said.get("credential")
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise Invalid(Problem("credential", "is what the browser said, as an object"))
    return found


def told(error: SaysoError) -> Response:
    """For a script, which shows the words."""
    return JSONResponse(document(error), error.status, headers(error), PROBLEM_JSON)
