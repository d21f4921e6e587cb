"""Programs that a member lets in from their browser (OAuth 2.1): a code, then a token that is renewed again and again.

What such a program gets is an API token as any other: it is in the member's list, and withdrawing it there ends everything. It lives
for `ACCESS_MINUTES`; the refresh token that renews it is used once, and gives the next one. One that is shown a second time was stolen,
from us or from the program, and ends the grant. Sources: draft-ietf-oauth-v2-1-13, RFC 7636 (PKCE), RFC 7009.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.oauth_tables import oauth_grants as g
from sayso.errors import SaysoError
from sayso.team import audit, keys, standing
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.team.secret import hashed, new_secret

ACCESS_MINUTES = 60
CODE_SECONDS_MAX = 60
REFRESH_DAYS_MAX = 60
"""Since it was last used."""
FORGOTTEN_HOURS = 24
"""After that a code that nobody redeemed leaves no trace."""


class NotGranted(SaysoError):
    """A code or refresh token that gives nothing: not known, used before, over, or shown by somebody else."""

    status, slug, title = 400, "invalid-grant", "This was not granted"


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    scopes: tuple[Right, ...]
    seconds: int = ACCESS_MINUTES * 60


async def begin(
    tx: AsyncConnection, *, client: str, name: str, redirect_uri: str, challenge: str, scopes: Sequence[Right], by: Actor
) -> str:
    """The member has agreed: a code for the program, good once and for a minute."""
    for right in scopes:
        by.must(right)
    code = new_secret()
    old = datetime.now(UTC) - timedelta(hours=FORGOTTEN_HOURS)
    await tx.execute(delete(g).where(g.c.token.is_(None), g.c.created_at < old))
    over = select(g.c.token).where(g.c.member == by.member, g.c.refresh_expires_at < func.now())
    await tx.execute(
        t.tokens.update().where(t.tokens.c.id.in_(over), t.tokens.c.revoked_at.is_(None)).values(revoked_at=func.now())
    )
    await tx.execute(
        g.insert().values(
            code=hashed(code), workspace_id=by.workspace, member=by.member, client=hashed(client), name=name,
            redirect_uri=redirect_uri, challenge=challenge, scopes=list(scopes),
        )
    )  # fmt: skip
    await audit.write(tx, "oauth.granted", f"let {name} in ({', '.join(scopes)})", by=by)
    return code


async def redeem(tx: AsyncConnection, code: str, *, client: str, redirect_uri: str, verifier: str) -> Tokens | None:
    """The tokens for a code. `redirect_uri` is compared where it is said (OAuth 2.1 asks for it no more). None when it was redeemed before: then what came of it has ended too. Raises `NotGranted`."""
    row = await _locked(tx, g.c.code == hashed(code))
    if row is None or row.client != hashed(client):
        raise NotGranted("This code is not known here.")
    if row.token is not None:
        await _end(tx, row, "a code was used twice")
        return None
    if row.created_at < datetime.now(UTC) - timedelta(seconds=CODE_SECONDS_MAX):
        raise NotGranted("This code is too old.")
    if (redirect_uri and row.redirect_uri != redirect_uri) or not _proves(row.challenge, verifier):
        raise NotGranted("This code was given to somebody else.")
    by = await _member(tx, row)
    expires = datetime.now(UTC) + timedelta(minutes=ACCESS_MINUTES)
    key, secret = await keys.create(tx, row.name, by=by, scopes=row.scopes, expires_at=expires)
    return await _given(tx, row, secret, token=key.id)


async def renew(tx: AsyncConnection, refresh: str, *, client: str) -> Tokens | None:
    """The next tokens. None when this refresh token was used before: then the grant has ended. Raises `NotGranted`."""
    row = await _locked(tx, (g.c.refresh == hashed(refresh)) | (g.c.refreshed == hashed(refresh)))
    if row is None or row.client != hashed(client):
        raise NotGranted("This refresh token is not known here.")
    if row.refresh != hashed(refresh):
        await _end(tx, row, "a refresh token was used twice")
        return None
    if row.refresh_expires_at < datetime.now(UTC):
        raise NotGranted("This was not used for too long.")
    await _member(tx, row)
    secret = await keys.renewed(tx, row.token, datetime.now(UTC) + timedelta(minutes=ACCESS_MINUTES))
    if secret is None:
        raise NotGranted("This was withdrawn.")
    return await _given(tx, row, secret, refreshed=row.refresh)


async def end(tx: AsyncConnection, secret: str, *, client: str) -> None:
    """The program gives back what it was granted; by its access token or its refresh token. What is not known is over already."""
    token = select(t.tokens.c.id).where(t.tokens.c.hash == hashed(secret)).scalar_subquery()
    row = await _locked(tx, (g.c.refresh == hashed(secret)) | (g.c.token == token))
    if row is not None and row.client == hashed(client):
        await _end(tx, row, "it was given back")


async def _locked(tx: AsyncConnection, which: Any) -> Any:
    return (await tx.execute(select(g).where(which).with_for_update())).one_or_none()


async def _given(tx: AsyncConnection, row: Any, access: str, **values: Any) -> Tokens:
    refresh = new_secret()
    until = datetime.now(UTC) + timedelta(days=REFRESH_DAYS_MAX)
    mine = update(g).where(g.c.code == row.code)
    await tx.execute(mine.values(refresh=hashed(refresh), refresh_expires_at=until, **values))
    return Tokens(access, refresh, tuple(row.scopes))


async def _end(tx: AsyncConnection, row: Any, why: str) -> None:
    c = t.tokens.c
    await tx.execute(t.tokens.update().where(c.id == row.token, c.revoked_at.is_(None)).values(revoked_at=func.now()))
    await tx.execute(update(g).where(g.c.code == row.code).values(refresh=None, refreshed=None))
    by = Actor("system", row.workspace_id, None, "owner", row.name)
    await audit.write(tx, "oauth.ended", f"lost its access: {why}", by=by, subject=row.token)


async def _member(tx: AsyncConnection, row: Any) -> Actor:
    one = await standing.read(tx, row.member)
    if one is None:
        raise NotGranted("Whoever granted this has left.")
    return one


def _proves(challenge: str, verifier: str) -> bool:
    """PKCE, S256: whoever redeems the code is who asked for it."""
    digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
