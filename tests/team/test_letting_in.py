"""Cookies, tokens and links: what lets somebody in, and what does not, any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight, founded

from sayso.db import tables as t
from sayso.errors import Forbidden, Invalid, NotFound, SignInNeeded
from sayso.team import audit, keys, links, sessions
from sayso.team.secret import new_token

LONG_AGO = datetime.now(UTC) - timedelta(days=90)


async def test_signing_in_and_out(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.mia, agent="Firefox")
    assert await sessions.actor(tx, cookie) == northlight.mia
    await sessions.end(tx, cookie)
    with pytest.raises(SignInNeeded):
        await sessions.actor(tx, cookie)


async def test_a_session_ends_by_itself_and_with_its_member(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.mia)
    other = await sessions.begin(tx, by=northlight.ben)
    await tx.execute(t.sessions.update().where(t.sessions.c.member == northlight.mia.id).values(expires_at=LONG_AGO))
    await tx.execute(t.members.update().where(t.members.c.id == northlight.ben.id).values(removed_at=func.now()))
    for secret in (cookie, other, "", "null", "x" * 10_000, "\x00"):
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, secret)


async def test_a_role_taken_away_is_gone_at_once(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.ben)
    _, token = await keys.create(tx, "CI", by=northlight.ben)
    await tx.execute(t.members.update().where(t.members.c.id == northlight.ben.id).values(role="viewer"))
    assert not (await sessions.actor(tx, cookie)).may("write")
    assert not (await keys.actor(tx, token)).may("write")


async def test_secrets_are_kept_as_hashes(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.ana)
    _, token = await keys.create(tx, "CI", by=northlight.ana)
    link = await links.sign_in(tx, by=northlight.ana)
    for table in (t.sessions, t.tokens, t.links, t.audit):
        stored = repr((await tx.execute(select(table))).all())
        assert not any(secret in stored for secret in (cookie, token, link))


async def test_a_token_acts_for_its_member_within_its_scopes(tx: AsyncConnection, northlight: Northlight):
    key, token = await keys.create(tx, " Reporting ", by=northlight.ben, scopes=["read"])
    actor = await keys.actor(tx, token)
    assert (actor.kind, actor.id, actor.rights) == ("token", northlight.ben.id, ("read",))
    assert token.startswith(key.begins)
    assert [k.name for k in await keys.listed(tx, by=northlight.ben)] == ["Reporting"]
    assert await keys.listed(tx, by=northlight.mia) == ()


async def test_a_narrow_token_cannot_outlive_itself(tx: AsyncConnection, northlight: Northlight):
    other, _ = await keys.create(tx, "Other", by=northlight.ben)
    _, token = await keys.create(tx, "Leaked", by=northlight.ben, scopes=["read"])
    actor = await keys.actor(tx, token)
    for scopes in (None, ["read"], ["write"]):
        with pytest.raises(Forbidden):
            await keys.create(tx, "Child", by=actor, scopes=scopes)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Forbidden):
        await keys.revoke(tx, other.id, by=actor)
    assert {k.name for k in await keys.listed(tx, by=northlight.ben)} == {"Other", "Leaked"}


async def test_a_withdrawn_or_expired_token_is_refused(tx: AsyncConnection, northlight: Northlight):
    key, token = await keys.create(tx, "Old", by=northlight.mia)
    _, late = await keys.create(tx, "Late", by=northlight.mia, expires_at=LONG_AGO)
    with pytest.raises(NotFound):
        await keys.revoke(tx, key.id, by=northlight.cleo)
    with pytest.raises(NotFound):
        await keys.revoke(tx, key.id, by=(await founded(tx)).ana)
    await keys.revoke(tx, key.id, by=northlight.ana)
    for secret in (token, late, new_token(), token[:-1] + "x", "sayso_", ""):
        with pytest.raises(SignInNeeded):
            await keys.actor(tx, secret)
    told = [(entry.kind, entry.by_name) for entry in await audit.listed(tx, by=northlight.ana)]
    assert told[0] == ("token.revoked", "Ana Prado")


async def test_scopes_and_names_that_make_no_sense(tx: AsyncConnection, northlight: Northlight):
    for name, scopes in (("", None), ("x" * 101, None), ("CI", []), ("CI", ["everything"])):
        with pytest.raises(Invalid):
            await keys.create(tx, name, by=northlight.ana, scopes=scopes)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Forbidden):
        await keys.create(tx, "CI", by=northlight.cleo, scopes=["write"])


async def test_a_sign_in_link_works_once_and_not_for_long(tx: AsyncConnection, northlight: Northlight):
    link, late = await links.sign_in(tx, by=northlight.ana), await links.sign_in(tx, by=northlight.ana)
    assert await links.destination(tx, link) == "/"
    assert await links.destination(tx, await links.sign_in(tx, by=northlight.ana, to="/a/crm")) == "/a/crm"
    assert await links.redeem(tx, link) == northlight.ana
    with pytest.raises(SignInNeeded):
        await links.redeem(tx, link)
    await tx.execute(t.links.update().where(t.links.c.used_at.is_(None)).values(expires_at=LONG_AGO))
    with pytest.raises(SignInNeeded):
        await links.redeem(tx, late)
