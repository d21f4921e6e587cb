"""The addresses that programs call by themselves: registering, getting tokens, renewing them, giving them back."""

import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.errors import Invalid, SaysoError
from sayso.settings import Settings
from sayso.team import grants
from sayso.team.grants import NotGranted, Tokens
from sayso.web.mcp.door import resource
from sayso.web.oauth import clients
from sayso.web.oauth.answers import Refused, bounded, fields, told, wrong
from sayso.web.parts import parts

USED_TWICE = "This was used before. For safety, what came of it has ended; ask again."


async def register(request: Request) -> Response:
    """A program says what it is and gets its id (RFC 7591)."""
    try:
        asked = await bounded(request).json()
        client = clients.registered(asked)
    except Invalid as error:
        kind = "invalid_redirect_uri" if any(p.path == "redirect_uris" for p in error.problems) else "invalid_client_metadata"
        return told({"error": kind, "error_description": str(error)}, 400)
    except SaysoError as error:
        return wrong(error)
    answer: dict[str, Any] = {
        "client_id": client.id,
        "client_id_issued_at": int(time.time()),
        "client_name": client.name,
        "redirect_uris": list(client.addresses),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    return told(answer, 201)


async def create(request: Request) -> Response:
    """Tokens, for a code or for the refresh token before."""
    known = parts(request)
    try:
        asked = await fields(request)
        _must_be_for_us(asked, known.settings)
        async with db.transaction(known.engine) as tx:
            tokens = await _given(tx, asked)
        if tokens is None:
            raise Refused("invalid_grant", USED_TWICE)
    except (NotGranted, HTTPException) as error:
        return told({"error": "invalid_grant", "error_description": getattr(error, "detail", str(error))}, 400)
    except (Refused, SaysoError) as error:
        return wrong(error)
    finally:
        known.callers.forget()
    return told(
        {
            "access_token": tokens.access,
            "token_type": "Bearer",
            "expires_in": tokens.seconds,
            "refresh_token": tokens.refresh,
            "scope": " ".join(right for right in tokens.scopes if right != "comment"),
        }
    )


async def _given(tx: AsyncConnection, asked: dict[str, str]) -> Tokens | None:
    client = _needed(asked, "client_id")
    match asked.get("grant_type"):
        case "authorization_code":
            return await grants.redeem(
                tx,
                _needed(asked, "code"),
                client=client,
                redirect_uri=asked.get("redirect_uri", ""),
                verifier=_needed(asked, "code_verifier"),
            )
        case "refresh_token":
            return await grants.renew(tx, _needed(asked, "refresh_token"), client=client)
        case _:
            raise Refused("unsupported_grant_type", "grant_type is authorization_code or refresh_token.")


async def remove(request: Request) -> Response:
    """Gives a token back (RFC 7009). What is not known is over already."""
    known = parts(request)
    try:
        asked = await fields(request)
        async with db.transaction(known.engine) as tx:
            await grants.end(tx, _needed(asked, "token"), client=_needed(asked, "client_id"))
    except (Refused, SaysoError) as error:
        return wrong(error)
    except HTTPException as error:
        return wrong(Refused("invalid_request", str(error.detail)))
    finally:
        known.callers.forget()
    return told(None)


def _needed(asked: dict[str, str], name: str) -> str:
    if not asked.get(name):
        raise Refused("invalid_request", f"{name} is needed.")
    return asked[name]


def _must_be_for_us(asked: dict[str, str], settings: Settings) -> None:
    """RFC 8707: a token for another server is not ours to give."""
    if asked.get("resource", "").rstrip("/") not in ("", resource(settings), settings.url):
        raise Refused("invalid_target", f"Tokens here are for {resource(settings)}.")
