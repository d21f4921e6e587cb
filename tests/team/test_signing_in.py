"""Proving who one is: passwords, codes, mailed links, and how often each may be tried; time is given, never waited for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight

from sayso.connections.vault import Vault
from sayso.db import signin_tables as t
from sayso.db.tables import members
from sayso.db.tables import sessions as session_rows
from sayso.errors import Conflict, Forbidden, Invalid, SignInNeeded
from sayso.team import proof, sessions
from sayso.team.actor import Actor
from sayso.team.signin import codes, devices, entering, mailed, passwords, policy, tries
from sayso.team.signin.entering import Entered, HalfWay, NotThisWay
from sayso.team.signin.mailed import DoesNotWork
from sayso.team.signin.person import Person, by_email
from sayso.team.signin.policy import Policy, SecondFactorNeeded
from sayso.team.signin.tries import ADDRESS, CODE, DEVICE, PASSWORD, Key

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = "otter under the pier"


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return Vault(Path(tmp_path_factory.mktemp("vault")))


def who(by: Actor) -> str:
    assert by.person is not None
    return by.person


BEN = Person("pe_ben", "Ben Okafor", "ben@northlight.example")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "short",
        "password",
        "Password1!",
        "12345678",
        "abcdefgh",
        "87654321",
        "aaaaaaaaaa",
        "abababab",
        "iloveyou",
        "qwertyuiop",
        "benokafor",
        "okafor99",
        "northlight1",
        "sayso123",
        "x" * 300,
        "ｐａｓｓｗｏｒｄ",
    ],
)
def test_a_password_that_others_would_try_is_refused(bad: str):
    with pytest.raises(Invalid) as refused:
        passwords.check(bad, BEN)
    problem = refused.value.problems[0]
    assert problem.path == "password" and problem.reason[:2] in ("ha", "is")


@pytest.mark.parametrize(
    "good",
    [GOOD, "k7#Vq2!z", "пароль для тебя", "ben likes nine red kites", "🦦🦀🐙🦑🦞🐡🐠🐟", "y" * 3 + "correct battery" * 10],
)
def test_any_other_password_will_do_whatever_signs_are_in_it(good: str):
    passwords.check(good, BEN)


async def test_a_password_is_kept_as_a_hash_and_known_again(tx: AsyncConnection, northlight: Northlight):
    ben = await by_email(tx, " BEN@northlight.example ")
    assert ben is not None and ben.id == who(northlight.ben)
    await passwords.put(tx, ben, "Ångström under the pier")
    hash = await passwords.kept(tx, ben.id)
    assert hash is not None and hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and "pier" not in hash
    assert await passwords.right("A\u030angstro\u0308m under the pier", hash), "typed on another keyboard"
    assert not await passwords.right("angstrom under the pier", hash) and not await passwords.right(GOOD, None)


def test_waits_grow_and_have_an_end():
    waits = [PASSWORD.wait(n).total_seconds() for n in range(1, 20)]
    assert waits[:4] == [0, 0, 0, 0] and waits[4:8] == [30, 60, 120, 240] and waits[-1] == 3600 == max(waits)


async def test_what_is_tried_too_often_waits_and_nothing_else_does(tx: AsyncConnection):
    ana, office, kiosk = Key(PASSWORD, "ana@x.example"), Key(ADDRESS, "192.0.2.7"), Key(ADDRESS, "192.0.2.9")
    left = [(await tries.claim(tx, ana, office, now=NOON)).left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert (await tries.claim(tx, ana, office, now=NOON)).wait == 30
    assert (await tries.claim(tx, ana, kiosk, now=NOON)).wait == 30, "from wherever it is tried"
    assert not (await tries.claim(tx, Key(DEVICE, "ana@x.example d1"), now=NOON)).wait, "her own browser has its own count"
    assert not (await tries.claim(tx, Key(PASSWORD, "ben@x.example"), office, now=NOON)).wait
    assert not (await tries.claim(tx, ana, office, now=NOON + timedelta(seconds=31))).wait
    assert (await tries.claim(tx, ana, office, now=NOON + timedelta(seconds=32))).wait == 59, "and the next wait is twice as long"
    assert (await tries.claim(tx, ana, office, now=NOON + timedelta(days=2))).left == 4, "forgotten after a quiet day"


async def test_what_was_right_is_forgiven(tx: AsyncConnection):
    ana, office = Key(PASSWORD, "ana@x.example"), Key(ADDRESS, "192.0.2.7")
    for _ in range(5):
        await tries.claim(tx, ana, office, now=NOON)
    await tries.forgive(tx, ana)
    await tries.give_back(tx, office)
    assert (await tries.claim(tx, ana, office, now=NOON)).left == 4
    kept = (await tx.execute(select(t.sign_in_tries.c.count).where(t.sign_in_tries.c.key == office.hash))).scalar_one()
    assert kept == 5, "one of five was given back, one came since"
    assert "ana" not in repr((await tx.execute(select(t.sign_in_tries))).all())


async def test_codes_of_an_app_count_once_each(tx: AsyncConnection, northlight: Northlight, vault: Vault):
    ben = who(northlight.ben)
    begun = await codes.begin(tx, ben, label="ben@northlight.example", vault=vault)
    assert begun.qr.startswith("<svg") and "otpauth://totp/Sayso:ben%40northlight.example" in begun.uri
    stored = (await tx.execute(select(t.totps.c.secret).where(t.totps.c.person == ben))).scalar_one()
    assert begun.secret.encode() not in stored
    app = TOTP(begun.secret)
    with pytest.raises(Invalid):
        await codes.confirm(tx, ben, "000000" if app.at(NOON) != "000000" else "000001", vault=vault, now=NOON)
    assert await codes.since(tx, ben) is None
    paper = await codes.confirm(tx, ben, app.at(NOON), vault=vault, now=NOON)
    assert len(set(paper)) == 10 and await codes.since(tx, ben) == NOON

    later = NOON + timedelta(seconds=60)
    assert await codes.right(tx, ben, app.at(NOON), vault=vault, now=NOON) is None, "the one that turned it on was used"
    assert await codes.right(tx, ben, app.at(later - timedelta(seconds=30)), vault=vault, now=later) == "code", "a slow hand"
    assert await codes.right(tx, ben, f" {app.at(later)[:3]} {app.at(later)[3:]} ", vault=vault, now=later) == "code"
    for again in (
        app.at(later),
        app.at(later - timedelta(seconds=30)),
        app.at(NOON),
        app.at(later + timedelta(minutes=5)),
        "",
        "x" * 999,
        "١٢٣٤٥٦",
    ):
        assert await codes.right(tx, ben, again, vault=vault, now=later) is None
    with pytest.raises(Conflict):
        await codes.begin(tx, ben, label="", vault=vault)


async def test_codes_on_paper_count_once_each_and_for_one_person(tx: AsyncConnection, northlight: Northlight, vault: Vault):
    ben, mia = who(northlight.ben), who(northlight.mia)
    first, *_ = await codes.fresh_recovery_codes(tx, ben)
    await codes.fresh_recovery_codes(tx, mia)
    assert await codes.right(tx, mia, first, vault=vault) is None
    assert await codes.right(tx, ben, first.upper().replace("-", " "), vault=vault) == "recovery"
    assert await codes.right(tx, ben, first, vault=vault) is None
    assert (await codes.recovery_left(tx, ben))[0] == 9
    fresh = await codes.fresh_recovery_codes(tx, ben)
    assert (await codes.recovery_left(tx, ben))[0] == 10 and first not in fresh
    assert first.replace("-", "") not in repr((await tx.execute(select(t.recovery_codes))).all())


async def test_a_mailed_secret_works_once_for_one_thing_and_not_for_long(tx: AsyncConnection, northlight: Northlight):
    ben = who(northlight.ben)
    link = await mailed.create(tx, ben, "link", proves="ben@northlight.example", to="/a/crm", now=NOON)
    reset = await mailed.create(tx, ben, "reset", proves="ben@northlight.example", now=NOON)
    assert (await mailed.look(tx, link, "link", now=NOON)).to == "/a/crm"
    for secret, purpose, now in (
        (link, "reset", NOON),
        (reset, "link", NOON),
        (link, "link", NOON + timedelta(minutes=16)),
        ("", "link", NOON),
        ("null", "reset", NOON),
    ):
        with pytest.raises(DoesNotWork):
            await mailed.use(tx, secret, purpose, now=now)
    other = await mailed.create(tx, ben, "link", proves="ben@northlight.example", now=NOON)
    assert (await mailed.use(tx, link, "link", now=NOON)).person == ben
    for used in (link, other):
        with pytest.raises(DoesNotWork):
            await mailed.use(tx, used, "link", now=NOON)
    assert (await mailed.use(tx, reset, "reset", now=NOON + timedelta(minutes=29))).person == ben
    late = await mailed.create(tx, ben, "reset", proves=None, now=NOON)
    assert late not in repr((await tx.execute(select(t.mailed_secrets))).all())


async def test_signing_in_asks_for_a_second_factor_where_there_is_one(tx: AsyncConnection, northlight: Northlight, vault: Vault):
    ben = who(northlight.ben)
    assert isinstance(await entering.enter(tx, ben, method="password"), Entered)
    begun = await codes.begin(tx, ben, label="ben", vault=vault)
    assert isinstance(await entering.enter(tx, ben, method="password"), Entered), "begun is not on"
    await codes.confirm(tx, ben, TOTP(begun.secret).at(NOON), vault=vault, now=NOON)
    for method in ("password", "link"):
        halfway = await entering.enter(tx, ben, method=method)
        assert isinstance(halfway, HalfWay) and not halfway.sets_up
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, halfway.secret)
    for method in ("passkey", "oidc", "ldap"):
        assert isinstance(await entering.enter(tx, ben, method=method), Entered)
    came = await entering.enter(tx, ben, method="password", strong=True, address="192.0.2.7", agent="Firefox")
    assert isinstance(came, Entered)
    by = await sessions.actor(tx, came.secret)
    assert by.strong and by.address == "192.0.2.7" and by.member == northlight.ben.member and proof.is_fresh(by)


async def test_a_browser_is_new_once(tx: AsyncConnection, northlight: Northlight):
    first = await entering.enter(tx, who(northlight.ben), method="password")
    assert isinstance(first, Entered) and not first.new_device, "nobody is warned of their first"
    again = await entering.enter(tx, who(northlight.ben), method="password", device=first.device)
    other = await entering.enter(tx, who(northlight.ben), method="password")
    assert isinstance(again, Entered) and isinstance(other, Entered)
    assert again.device == first.device and not again.new_device and other.new_device
    assert await devices.is_known(tx, who(northlight.ben), first.device)
    assert not await devices.is_known(tx, who(northlight.mia), first.device)


async def test_a_policy_counts_for_those_who_are_signed_in_too(tx: AsyncConnection, northlight: Northlight):
    came = await entering.enter(tx, who(northlight.mia), method="password")
    own = await sessions.begin(tx, by=northlight.ana, method="operator")
    assert isinstance(came, Entered)
    with pytest.raises(Forbidden):
        await policy.put(tx, Policy(("link",)), by=northlight.ben)
    await policy.put(tx, Policy(("link", "sso")), by=northlight.ana)
    with pytest.raises(SignInNeeded, match="a link by mail or single sign-on"):
        await sessions.actor(tx, came.secret)
    with pytest.raises(NotThisWay):
        await entering.enter(tx, who(northlight.mia), method="password")
    assert await sessions.actor(tx, own), "the machine's own link always works"
    await policy.put(tx, Policy(second_factor=True), by=northlight.ana)
    with pytest.raises(SecondFactorNeeded):
        await sessions.actor(tx, came.secret)
    halfway = await entering.enter(tx, who(northlight.mia), method="password")
    assert isinstance(halfway, HalfWay) and halfway.sets_up
    assert await sessions.actor(tx, await sessions.begin(tx, by=northlight.mia, method="saml"))
    strong = await sessions.renew(tx, came.secret, strong=True)
    assert (await sessions.actor(tx, strong)).strong


async def test_a_session_ends_by_age_and_by_idling(tx: AsyncConnection, northlight: Northlight):
    secret = await sessions.begin(tx, by=northlight.mia)
    await policy.put(tx, Policy(session_days=1, idle_minutes=60), by=northlight.ana)
    assert await sessions.actor(tx, secret)
    ago = datetime.now(UTC)
    for column, past in (("seen_at", timedelta(minutes=61)), ("created_at", timedelta(days=1, minutes=1))):
        await tx.execute(session_rows.update().values(seen_at=ago, created_at=ago))
        await tx.execute(session_rows.update().values(**{column: ago - past}))
        with pytest.raises(SignInNeeded, match="over"):
            await sessions.actor(tx, secret)


async def test_an_owner_does_not_lock_themselves_out(tx: AsyncConnection, northlight: Northlight):
    for foolish in (Policy(("passkey",)), Policy(("password",)), Policy(("password", "link"), second_factor=True)):
        with pytest.raises(Conflict):
            await policy.put(tx, foolish, by=northlight.ana)
    for nonsense in (Policy(()), Policy(session_days=0), Policy(idle_minutes=1)):
        with pytest.raises(Invalid):
            await policy.put(tx, nonsense, by=northlight.ana)
    assert await policy.read(tx, northlight.workspace) == Policy()


async def test_a_proof_is_asked_for_after_a_while_and_only_of_who_can_give_one(tx: AsyncConnection, northlight: Northlight):
    secret = await sessions.begin(tx, by=northlight.ben)
    await tx.execute(session_rows.update().values(proved_at=datetime.now(UTC) - timedelta(minutes=16)))
    proof.must(await sessions.actor(tx, secret))
    ben = await by_email(tx, "ben@northlight.example")
    assert ben is not None
    await passwords.put(tx, ben, GOOD)
    with pytest.raises(proof.ProofNeeded):
        proof.must(await sessions.actor(tx, secret))
    fresh = await sessions.renew(tx, secret)
    proof.must(await sessions.actor(tx, fresh))
    with pytest.raises(proof.ProofNeeded):
        proof.must(await sessions.actor(tx, secret))
    before = session_rows.c.before_until - timedelta(seconds=11)
    await tx.execute(session_rows.update().values(before_until=before))
    with pytest.raises(SignInNeeded):
        await sessions.actor(tx, secret)
    with pytest.raises(SignInNeeded):
        await sessions.renew(tx, secret)
    proof.must(northlight.ben)


async def test_who_was_suspended_or_removed_comes_in_by_no_way(tx: AsyncConnection, northlight: Northlight):
    for column in ("suspended_at", "removed_at"):
        await tx.execute(members.update().where(members.c.person == who(northlight.mia)).values(**{column: NOON}))
        with pytest.raises(NotThisWay):
            await entering.enter(tx, who(northlight.mia), method="passkey", strong=True)


def test_a_key_is_of_one_kind():
    assert Key(PASSWORD, "x").hash != Key(CODE, "x").hash
