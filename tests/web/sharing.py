"""People who publish, and strangers who come: a session instead of a token, and a browser's unseen check as a program does it."""

import base64
import json
from typing import Any

import altcha
import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import sessions
from sayso.team.actor import Actor
from sayso.web.cookies import COOKIE
from tests.web.conftest import URL, Caller, Company


async def in_person(company: Company, caller: Caller) -> Caller:
    """The same member, signed in with a browser."""
    return await signed_in(company.engine, company.nobody._transport, caller.actor)


async def signed_in(engine: AsyncEngine, transport: httpx.AsyncBaseTransport, actor: Actor) -> Caller:
    async with transaction(engine) as tx:
        secret = await sessions.begin(tx, by=actor)
    headers = {"cookie": f"{COOKIE}={secret}", "sec-fetch-site": "same-origin", "origin": URL}
    person = Caller(transport=transport, base_url=URL, headers=headers)
    person.actor = actor
    return person


async def published(person: Caller, app: str, view: str, **asked: Any) -> dict[str, Any]:
    """Looks at what would become visible, and agrees to it."""
    answer = await person.post(f"/api/apps/{app}/shares", json=await agreeing(person, app, view, **asked))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def agreeing(person: Caller, app: str, view: str, **asked: Any) -> dict[str, Any]:
    fields = {"fields": ",".join(asked["fields"])} if "fields" in asked else {}
    shown = await person.get(f"/api/apps/{app}/exposure", params={"view": view, **fields})
    assert shown.status_code == 200, shown.text
    return {"view": view, "fingerprint": shown.json()["fingerprint"], **asked}


async def solved(stranger: httpx.AsyncClient, form: str) -> str:
    """What a browser puts into `_challenge`."""
    asked = await stranger.get(f"{form}/challenge")
    assert asked.status_code == 200, asked.text
    return solution_of(asked.json())


def solution_of(challenge: dict[str, Any]) -> str:
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    told = {"challenge": challenge, "solution": {"counter": found.counter, "derivedKey": found.derived_key}}
    return base64.b64encode(json.dumps(told).encode()).decode()


def path_of(share: dict[str, Any]) -> str:
    return str(share["url"]).removeprefix(URL)
