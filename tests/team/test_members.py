"""Members under somebody who manages: nobody reaches beyond their own rights, and nobody is locked out of their own workspace."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight, founded

from sayso.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from sayso.team import audit, belongings, custom_roles, groups, keys, members, people, service_accounts, sessions, standing
from sayso.team.actor import Actor


@pytest.fixture
async def max(tx: AsyncConnection, northlight: Northlight) -> Actor:
    """An admin."""
    return (await people.add(tx, "Max Adler", role="admin", email="max@northlight.example", by=northlight.ana)).actor


async def role_of(tx: AsyncConnection, who: Actor) -> str:
    found = await standing.read(tx, who.id)
    assert found is not None
    return found.role


async def test_an_admin_neither_makes_owners_nor_touches_them(tx: AsyncConnection, northlight: Northlight, max: Actor):
    for act in (
        members.change_role(tx, northlight.mia.id, "owner", by=max),
        members.change_role(tx, northlight.ana.id, "member", by=max),
        members.suspend(tx, northlight.ana.id, by=max),
        members.remove(tx, northlight.ana.id, by=max),
        members.put_in_groups(tx, northlight.ana.id, [], by=max),
    ):
        with pytest.raises(Forbidden):
            await act
    await members.change_role(tx, northlight.mia.id, "admin", by=max)
    assert await role_of(tx, northlight.mia) == "admin" and await role_of(tx, northlight.ana) == "owner"


async def test_who_does_not_manage_changes_nobody(tx: AsyncConnection, northlight: Northlight):
    for by in (northlight.ben, northlight.mia, northlight.cleo):
        with pytest.raises(Forbidden):
            await members.change_role(tx, northlight.cleo.id, "viewer", by=by)
    token = replace(northlight.ana, kind="token", scopes=frozenset({"read", "manage"}))
    with pytest.raises(Forbidden):
        await members.change_role(tx, northlight.cleo.id, "builder", by=token)


async def test_another_workspaces_member_is_nobody(tx: AsyncConnection, northlight: Northlight):
    other = await founded(tx)
    with pytest.raises(NotFound):
        await members.change_role(tx, other.cleo.id, "builder", by=northlight.ana)
    with pytest.raises(NotFound):
        await members.remove(tx, other.cleo.id, by=northlight.ana)
    with pytest.raises(NotFound):
        await belongings.of(tx, other.cleo.id, by=northlight.ana)


async def test_the_last_owner_stays_one(tx: AsyncConnection, northlight: Northlight):
    ana = northlight.ana
    for act in (
        members.change_role(tx, ana.id, "member", by=ana),
        members.remove(tx, ana.id, by=ana),
    ):
        with pytest.raises(Conflict, match="at least one owner"):
            await act
    await members.change_role(tx, northlight.ben.id, "owner", by=ana)
    await members.suspend(tx, northlight.ben.id, by=ana)
    with pytest.raises(Conflict):
        await members.change_role(tx, ana.id, "member", by=ana)
    await members.bring_back(tx, northlight.ben.id, by=ana)
    await members.change_role(tx, ana.id, "member", by=ana)
    assert await role_of(tx, ana) == "member"


async def test_suspension_ends_everything_until_it_is_taken_back(tx: AsyncConnection, northlight: Northlight):
    mia = northlight.mia
    _, token = await keys.create(tx, "Mine", by=mia)
    cookie = await sessions.begin(tx, by=mia)
    await members.suspend(tx, mia.id, by=northlight.ana)
    with pytest.raises(SignInNeeded):
        await keys.actor(tx, token)
    with pytest.raises(SignInNeeded):
        await sessions.actor(tx, cookie)
    await members.bring_back(tx, mia.id, by=northlight.ana)
    assert (await keys.actor(tx, token)).id == mia.id
    with pytest.raises(Invalid):
        await members.suspend(tx, northlight.ana.id, by=northlight.ana)


async def test_who_is_removed_comes_back_as_the_same_member_without_what_they_had(tx: AsyncConnection, northlight: Northlight):
    mia = northlight.mia
    one = await groups.create(tx, "Support", by=northlight.ana, members=[mia.id])
    _, token = await keys.create(tx, "Mine", by=mia)
    await members.remove(tx, mia.id, by=northlight.ana)
    assert await standing.read(tx, mia.id) is None
    assert mia.id not in {known.id for known in await members.listed(tx, by=northlight.ana)}
    await members.rejoin(tx, mia.id, "viewer")
    back = await standing.read(tx, mia.id)
    assert back is not None and (back.role, back.groups) == ("viewer", frozenset())
    assert (await groups.read(tx, one.id, by=northlight.ana)).members == ()
    with pytest.raises(SignInNeeded):
        await keys.actor(tx, token)
    kinds = [entry.kind for entry in await audit.listed(tx, by=northlight.ana)]
    assert "member.removed" in kinds and "group.created" in kinds


async def test_what_somebody_owned_is_handed_over_only_within_ones_own_rights(
    tx: AsyncConnection, northlight: Northlight, max: Actor
):
    ben, insert = (
        northlight.ben,
        "insert into sayso.webhooks (id, workspace_id, url, secret, hint, created_by, position) values (",
    )
    await tx.execute(
        text(insert + "'wh_1', :w, 'https://x.example', '\\x00', '', :m, 1)"), {"w": northlight.workspace, "m": ben.id}
    )
    await keys.create(tx, "Reports", by=ben)
    owned = await belongings.of(tx, ben.id, by=max)
    assert owned.sentence == "They own 1 webhook and 1 API token."
    with pytest.raises(Forbidden):
        await members.remove(tx, ben.id, by=max, to=northlight.ana.id)
    with pytest.raises(Invalid):
        await members.remove(tx, ben.id, by=max, to=northlight.cleo.id)
    await members.remove(tx, ben.id, by=max, to=max.id)
    assert (await tx.execute(text("select created_by from sayso.webhooks where id = 'wh_1'"))).scalar_one() == max.id


async def test_roles_of_their_own_say_what_they_may_and_count_at_once(tx: AsyncConnection, northlight: Northlight, max: Actor):
    role = await custom_roles.create(tx, "People office", ["read", "manage"], by=northlight.ana)
    await members.change_role(tx, northlight.mia.id, role.id, by=northlight.ana)
    mia = await standing.read(tx, northlight.mia.id)
    assert mia is not None and mia.rights == ("read", "manage")
    with pytest.raises(Forbidden):
        await members.change_role(tx, northlight.cleo.id, "builder", by=mia)
    with pytest.raises(Forbidden):
        await members.remove(tx, northlight.ben.id, by=mia)
    with pytest.raises(Forbidden):
        await custom_roles.create(tx, "More", ["read", "build"], by=mia)
    await custom_roles.change(tx, role.id, by=max, rights=["read"])
    after = await standing.read(tx, northlight.mia.id)
    assert after is not None and after.rights == ("read",)
    await custom_roles.remove(tx, role.id, by=max, to="viewer")
    assert await role_of(tx, northlight.mia) == "viewer"
    for wrong in (["own", "read"], ["write"], ["fly"]):
        with pytest.raises(Invalid):
            await custom_roles.create(tx, "Wrong", wrong, by=northlight.ana)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Conflict):
        await custom_roles.create(tx, "Admin", ["read"], by=northlight.ana)


async def test_guests_know_nobody_but_the_team_by_name(tx: AsyncConnection, northlight: Northlight):
    one = (await people.add(tx, "Gus", role="guest", email="gus@client.example", by=northlight.ana)).actor
    other = (await people.add(tx, "Ida", role="guest", email="ida@rival.example", by=northlight.ana)).actor
    seen = {known.id: known for known in await members.listed(tx, by=one)}
    assert one.id in seen and other.id not in seen
    assert seen[northlight.mia.id].email is None and seen[one.id].email == "gus@client.example"


async def test_a_service_account_acts_by_its_tokens_only(tx: AsyncConnection, northlight: Northlight, max: Actor):
    account = await service_accounts.create(tx, "Nightly import", "builder", by=max)
    key, secret = await service_accounts.make_token(tx, account.id, "Cron", by=max, scopes=["read", "write"])
    by = await keys.actor(tx, secret)
    assert (by.id, by.person, by.rights) == (account.id, None, ("read", "write"))
    assert [one.id for one in await service_accounts.tokens(tx, account.id, by=northlight.ana)] == [key.id]
    for act in (
        service_accounts.create(tx, "King", "owner", by=northlight.ana),
        members.change_role(tx, account.id, "owner", by=northlight.ana),
    ):
        with pytest.raises(Invalid):
            await act
    with pytest.raises(Forbidden):
        await service_accounts.make_token(tx, account.id, "Mine", by=northlight.ben)
    with pytest.raises(NotFound):
        await service_accounts.make_token(tx, northlight.mia.id, "As Mia", by=northlight.ana)
    await service_accounts.withdraw_token(tx, account.id, key.id, by=max)
    with pytest.raises(SignInNeeded):
        await keys.actor(tx, secret)
