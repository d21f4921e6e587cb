"""OAuth 2: somebody consents in a browser (authorization code with PKCE, RFC 6749 and 7636), or a program has an account of its own
(client credentials). Tokens are sealed, and fetched anew by one process at a time."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections import http, stored
from sayso.connections.address import Url
from sayso.connections.delivered import NotDelivered
from sayso.connections.kind import Credentials, FormField, Option, Settings
from sayso.connections.opened import Opened
from sayso.db.connection_tables import connections as t
from sayso.db.connection_tables import consents
from sayso.errors import Forbidden, Invalid, Problem
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.secret import hashed, new_secret

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

CALLBACK = "/oauth/callback"
CONSENT_SECONDS_MAX = 600
EARLY_SECONDS = 60
"""A token that ends so soon is fetched anew."""
REFRESH_SECONDS_MAX = 25
"""How long one process may take; then another tries."""
WAIT_SECONDS = 0.2
WAIT_SECONDS_MAX = 28
TOKEN_BYTES_MAX = 2**16
ANEW = "Somebody must connect {name} again: its consent is no longer good."
BOTH = ("client_credentials", "authorization_code")

FIELDS = (
    FormField(
        "authorize_address", "Address of consent", "address", required=True, example="https://login.example.com/authorize",
        when={"auth": ("authorization_code",)},
    ),
    FormField("token_address", "Address of tokens", "address", required=True, example="https://login.example.com/token", when={"auth": BOTH}),
    FormField("client_id", "Client ID", required=True, when={"auth": BOTH}),
    FormField("client_secret", "Client secret", "secret", when={"auth": BOTH}, help="Programs without a secret (public clients) leave it empty."),
    FormField("scopes", "Scopes", help="Separated by spaces.", example="orders.read orders.write", when={"auth": BOTH}),
    FormField(
        "client_auth", "Client is named in", "choice", default="basic", advanced=True, when={"auth": BOTH},
        choices=(Option("basic", "the Authorization header"), Option("body", "the body")),
    ),
)  # fmt: skip
"""What a kind's form asks for, beside its choice `auth`."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody who has come back: `connection` is now consented to."""

    connection: str
    name: str


def consents_needed(settings: Settings) -> bool:
    """Whether tokens, not secrets of its own, let this connection in."""
    return settings.get("auth") in BOTH


def hosts(settings: Settings) -> tuple[str, ...]:
    """Where the client's secret goes."""
    told = [settings.get(name) for name in ("token_address", "authorize_address")] if consents_needed(settings) else []
    return tuple(Url.of(str(one), "settings/token_address").origin for one in told if one)


def bearer(token: str) -> Credentials:
    return Credentials((("Authorization", f"Bearer {token}"),))


async def begin(tx: AsyncConnection, connections: Connections, id: str, *, by: Actor, session: str = "") -> str:
    """The address where the browser goes. `session` is the cookie of whoever asks: only that browser can come back."""
    row = await stored.managed(tx, id, by)
    if row.settings.get("auth") != "authorization_code" or by.member is None:
        raise Invalid(Problem("settings/auth", f"{row.name} needs nobody's consent in a browser"))
    state, verifier = new_secret(), secrets.token_urlsafe(48)
    await tx.execute(delete(consents).where(or_(consents.c.expires_at < func.now(), consents.c.connection == id)))
    await tx.execute(
        consents.insert().values(
            hash=hashed(state),
            workspace_id=by.workspace,
            connection=id,
            member=by.member,
            session=hashed(session) if session else None,
            verifier=connections.vault.seal(verifier, hashed(state).hex()),
            expires_at=datetime.now(UTC) + timedelta(seconds=CONSENT_SECONDS_MAX),
        )
    )
    asked = {
        "response_type": "code",
        "client_id": row.settings["client_id"],
        "redirect_uri": connections.url + CALLBACK,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if row.settings.get("scopes"):
        asked["scope"] = row.settings["scopes"]
    asked |= _resource(row.kind, row.settings)
    url = Url.of(row.settings["authorize_address"], "settings/authorize_address")
    return str(url.asking(tuple(asked.items())))


async def finished(connections: Connections, *, state: str, code: str, by: Actor, session: str = "") -> Consent:
    """After the browser has come back: the code becomes tokens. Raises `Forbidden`, `NotDelivered`. A state is good once."""
    async with db.transaction(connections.engine) as tx:
        c = consents.c
        used = (
            await tx.execute(delete(consents).where(c.hash == hashed(state), c.expires_at > func.now()).returning(*c))
        ).one_or_none()
        if used is None or used.member != by.member or (used.session is not None and used.session != hashed(session)):
            raise Forbidden("This consent was not asked for here, or it took too long. Connect once more.")
        row = await stored.managed(tx, used.connection, by)
        opened = await connections.opened_to_test(tx, used.connection, by=by)
        verifier = connections.vault.open(used.verifier, hashed(state).hex())
        await stored.touched(tx, row.id, by=by)
        await audit.write(tx, "connection.consented", f"let {row.name} in", by=by, subject=row.id)
    told = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": connections.url + CALLBACK,
        "code_verifier": verifier,
    }
    await _keep(connections, opened, await _tokens(connections, opened, told))
    return Consent(opened.id, opened.name)


async def token(connections: Connections, opened: Opened) -> str:
    """An access token that is still good. One process fetches a new one while the others wait for it. Raises `NotDelivered`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT_SECONDS_MAX
    while True:
        kept, good, mine = await _looked(connections, opened)
        if good:
            return str(kept["access_token"])
        if opened.settings.get("auth") == "authorization_code" and not kept.get("refresh_token"):
            raise NotDelivered(ANEW.format(name=opened.name))
        if mine:
            return str((await _fetched(connections, opened, kept))["access_token"])
        if loop.time() > until:
            raise NotDelivered(f"New tokens of {opened.name} took too long.", again=True)
        await asyncio.sleep(WAIT_SECONDS)


async def put_aside(connections: Connections, opened: Opened) -> bool:
    """The access token was refused: the next one is fetched. False when there is no way to."""
    async with db.transaction(connections.engine) as tx:
        row = (await tx.execute(select(t.c.tokens).where(t.c.id == opened.id))).one_or_none()
        kept = _opened(connections, opened, row.tokens) if row and row.tokens else {}
        if opened.settings.get("auth") == "authorization_code" and not kept.get("refresh_token"):
            return False
        await tx.execute(update(t).where(t.c.id == opened.id).values(tokens_expire_at=func.now()))
    return True


# ── inside ────────────────────────────────────────────────────


async def _looked(connections: Connections, opened: Opened) -> tuple[dict[str, Any], bool, bool]:
    """What is kept; whether it is good; if it is not, whether it is ours to fetch anew."""
    c = t.c
    async with db.transaction(connections.engine) as tx:
        row = (await tx.execute(select(c.tokens, c.tokens_expire_at).where(c.id == opened.id))).one_or_none()
        if row is None:
            raise NotDelivered(f"The connection {opened.name} is not there any more.")
        kept = _opened(connections, opened, row.tokens) if row.tokens else {}
        soon = datetime.now(UTC) + timedelta(seconds=EARLY_SECONDS)
        if kept.get("access_token") and (row.tokens_expire_at is None or row.tokens_expire_at > soon):
            return kept, True, False
        free = or_(c.refreshing_until.is_(None), c.refreshing_until < func.clock_timestamp())
        until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, REFRESH_SECONDS_MAX)
        claim = update(t).where(c.id == opened.id, free).values(refreshing=connections.process, refreshing_until=until)
        return kept, False, (await tx.execute(claim.returning(c.id))).first() is not None


async def _fetched(connections: Connections, opened: Opened, kept: dict[str, Any]) -> dict[str, Any]:
    if opened.settings.get("auth") == "client_credentials":
        asked = {"grant_type": "client_credentials"}
        if scopes := opened.text("scopes"):
            asked["scope"] = scopes
    else:
        asked = {"grant_type": "refresh_token", "refresh_token": str(kept["refresh_token"])}
    try:
        told = await _tokens(connections, opened, asked)
    except NotDelivered as error:
        gone = not error.again and asked["grant_type"] == "refresh_token"
        await _let_go(connections, opened, forget=gone)
        if gone:
            raise NotDelivered(ANEW.format(name=opened.name), detail=error.detail or str(error)) from None
        raise
    except BaseException:
        await _let_go(connections, opened, forget=False)
        raise
    return await _keep(
        connections, opened, {**({"refresh_token": kept["refresh_token"]} if "refresh_token" in kept else {}), **told}
    )


def _resource(kind: str, settings: Settings) -> dict[str, str]:
    """RFC 8707: for which server a token is wanted. MCP asks clients to say so; others may not know it."""
    return {"resource": str(settings["address"])} if kind == "mcp" else {}


async def _tokens(connections: Connections, opened: Opened, asked: dict[str, str]) -> dict[str, Any]:
    """What the address of tokens answers. Raises `NotDelivered`, without the secret in it."""
    asked = {**asked, **_resource(opened.kind, opened.settings)}
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    client, secret = opened.text("client_id"), opened.secret("client_secret")
    if secret and opened.text("client_auth", "basic") == "basic":
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        headers.append(("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"))
    else:
        asked = {**asked, "client_id": client, **({"client_secret": secret} if secret else {})}
    request = http.Asked("POST", opened.text("token_address"), headers, urlencode(asked).encode(), redirects=0)
    answered = await http.ask(connections, request, bytes_max=TOKEN_BYTES_MAX, seconds_max=REFRESH_SECONDS_MAX - 5)
    if answered.status != 200:
        failure = http.failed(answered)
        raise NotDelivered(
            f"The address of tokens of {opened.name} did not give any: {opened.masked(_said(answered) or str(failure))}",
            again=failure.again,
            after=failure.after,
            detail=opened.masked(failure.detail),
        )
    told = answered.json()
    if not isinstance(told, dict) or not isinstance(told.get("access_token"), str) or not told["access_token"].isprintable():
        raise NotDelivered(f"The address of tokens of {opened.name} answered without a token.")
    return told


def _said(answered: http.Answered) -> str:
    """The error that RFC 6749 asks for, when it is there."""
    try:
        told = orjson.loads(answered.body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(told, dict) or not isinstance(told.get("error"), str):
        return ""
    return f"{told['error']} {told.get('error_description') or ''}".strip()[: http.SAID_LENGTH_MAX]


async def _keep(connections: Connections, opened: Opened, told: dict[str, Any]) -> dict[str, Any]:
    kept = {name: told[name] for name in ("access_token", "refresh_token", "scope") if isinstance(told.get(name), str)}
    lasts = told.get("expires_in")
    seconds = int(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdecimal() else None
    sealed = connections.vault.seal(orjson.dumps(kept).decode(), f"{opened.id}:tokens")
    expires = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    values = {"tokens": sealed, "tokens_expire_at": expires, "refreshing": None, "refreshing_until": None}
    async with db.transaction(connections.engine) as tx:
        await tx.execute(update(t).where(t.c.id == opened.id).values(**values))
    return kept


async def _let_go(connections: Connections, opened: Opened, *, forget: bool) -> None:
    values: dict[str, Any] = {"refreshing": None, "refreshing_until": None}
    if forget:
        values |= {"tokens": None, "tokens_expire_at": None, "test_ok": False, "test_said": ANEW.format(name=opened.name)}
    async with db.transaction(connections.engine) as tx:
        await tx.execute(update(t).where(t.c.id == opened.id, t.c.refreshing == connections.process).values(**values))


def _opened(connections: Connections, opened: Opened, sealed: bytes) -> dict[str, Any]:
    return orjson.loads(connections.vault.open(sealed, f"{opened.id}:tokens"))
