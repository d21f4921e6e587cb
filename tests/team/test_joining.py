"""Invitations, and coming in by them; several workspaces of one person; and going for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight

from sayso.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from sayso.team import (
    addresses,
    departing,
    exported,
    invitations,
    joining,
    members,
    my_sessions,
    people,
    persons,
    sessions,
    standing,
    workspaces,
)
from sayso.team.invitations import Made, Wanted


async def invited(
    tx: AsyncConnection, northlight: Northlight, to: str, role: str = "member", *, letters: bool = True, own_mail: bool = True
) -> Made:
    made, refused = await invitations.by_mail(tx, [to], Wanted(role), by=northlight.ana, letters=letters, own_mail=own_mail)
    assert refused == ()
    return made[0]


def test_what_was_pasted_is_read_as_addresses():
    found, refused = invitations.addresses_in(
        ["Ana <ana@x.example>, ben@x.example; ANA@x.example\n", "mia@x.example cleo@x.example", "nobody\n<x@>"]
    )
    assert found == ("ana@x.example", "ben@x.example", "mia@x.example", "cleo@x.example")
    assert [one.text for one in refused] == ["nobody", "x@"]


async def test_somebody_new_comes_in_by_a_letter_once(tx: AsyncConnection, northlight: Northlight):
    made = await invited(tx, northlight, "Eva@new.example")
    eva = await joining.join_as_new(tx, made.secret, "Eva  Lund")
    person = await persons.of_address(tx, "eva@new.example")
    assert person is not None and person.verified and (eva.role, eva.name, eva.person) == ("member", "Eva Lund", person.id)
    with pytest.raises(NotFound):
        await joining.join_as_new(tx, made.secret, "Again")
    made, refused = await invitations.by_mail(tx, ["EVA@new.example"], Wanted("member"), by=northlight.ana, letters=True)
    assert made == () and refused[0].reason == "is a member already"


async def test_a_link_that_was_shown_proves_no_address(tx: AsyncConnection, northlight: Northlight):
    shown = await invited(tx, northlight, "eva@new.example", letters=False)
    await joining.join_as_new(tx, shown.secret, "Not Eva")
    squatter = await persons.of_address(tx, "eva@new.example")
    assert squatter is not None and not squatter.verified
    await members.remove(tx, (await joining.join(tx, (await _link(tx, northlight)), squatter.id)).id, by=northlight.ana)
    real = await invited(tx, northlight, "eva@new.example")
    assert await joining.known(tx, real.invitation) is None
    eva = await joining.join_as_new(tx, real.secret, "Eva Lund")
    assert eva.person != squatter.id and (await persons.read(tx, squatter.id)).email is None


async def test_a_letter_that_a_workspaces_own_mail_server_read_proves_no_address(tx: AsyncConnection, northlight: Northlight):
    """Whoever runs a workspace's mail server opens the link instead of whom it is for: they get a member, never the address."""
    carried = await invited(tx, northlight, "eva@new.example", own_mail=False)
    await joining.join_as_new(tx, carried.secret, "Not Eva")
    thief = await persons.of_address(tx, "eva@new.example")
    assert thief is not None and not thief.verified
    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    real, _ = await invitations.by_mail(tx, ["eva@new.example"], Wanted("member"), by=zoe, letters=True, own_mail=True)
    eva = await joining.join_as_new(tx, real[0].secret, "Eva Lund")
    assert eva.person != thief.id and (await persons.read(tx, thief.id)).email is None
    shown = await invitations.again(
        tx, (await invited(tx, northlight, "otto@new.example")).invitation.id, by=northlight.ana, letters=False, own_mail=True
    )
    assert not shown.invitation.proves


async def test_an_address_is_confirmed_by_the_servers_own_mail_alone(tx: AsyncConnection, northlight: Northlight):
    async def after(proves: bool) -> bool:
        secret = await addresses.begin(tx, "mia@home.example", by=northlight.mia, proves=proves)
        return (await addresses.confirm(tx, secret, by=northlight.mia)).verified

    assert (await after(False), await after(True)) == (False, True)


async def _link(tx: AsyncConnection, northlight: Northlight, role: str = "viewer", uses: int | None = None) -> str:
    return (await invitations.by_link(tx, Wanted(role, uses=uses), by=northlight.ana)).secret


async def test_whose_address_is_known_signs_in_first(tx: AsyncConnection, northlight: Northlight):
    await tx.execute(text("update sayso.people set email_verified_at = now()"))
    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    made, _ = await invitations.by_mail(tx, ["mia@northlight.example"], Wanted("member"), by=zoe, letters=True)
    known = await joining.known(tx, made[0].invitation)
    assert known is not None and known.id == northlight.mia.person
    with pytest.raises(Conflict, match="Sign in"):
        await joining.join_as_new(tx, made[0].secret, "Mia again")
    assert northlight.mia.person is not None
    there = await joining.join(tx, made[0].secret, northlight.mia.person)
    assert there.workspace == zoe.workspace and there.id != northlight.mia.id and there.person == northlight.mia.person
    assert {one.name for one in await workspaces.listed(tx, northlight.mia.person)} == {"Northlight", "Elsewhere"}


async def test_a_link_for_many_and_one_for_two(tx: AsyncConnection, northlight: Northlight):
    secret = await _link(tx, northlight, uses=2)
    one = await joining.join_as_new(tx, secret, "One", "one@x.example")
    assert (one.role, await joining.join(tx, secret, one.person or "")) == ("viewer", one)
    await joining.join_as_new(tx, secret, "Two", "two@x.example")
    with pytest.raises(NotFound):
        await joining.join_as_new(tx, secret, "Three", "three@x.example")
    with pytest.raises(Invalid):
        await joining.join_as_new(tx, await _link(tx, northlight), "Nameless", "no address")


async def test_an_invitation_is_as_good_as_whoever_made_it(tx: AsyncConnection, northlight: Northlight):
    max = (await people.add(tx, "Max Adler", role="admin", by=northlight.ana)).actor
    secret = (await invitations.by_link(tx, Wanted("admin"), by=max)).secret
    await members.change_role(tx, max.id, "builder", by=northlight.ana)
    with pytest.raises(NotFound):
        await invitations.found(tx, secret)
    for by in (northlight.ben, northlight.mia):
        with pytest.raises(Forbidden):
            await invitations.by_link(tx, Wanted("viewer"), by=by)
    with pytest.raises(Forbidden):
        await invitations.by_link(tx, Wanted("owner"), by=replace(northlight.ana, role="admin"))


async def test_taken_back_sent_again_and_over(tx: AsyncConnection, northlight: Northlight):
    made = await invited(tx, northlight, "eva@new.example")
    again = await invitations.again(tx, made.invitation.id, by=northlight.ana, letters=True)
    with pytest.raises(NotFound):
        await invitations.found(tx, made.secret)
    await tx.execute(text("update sayso.invitations set expires_at = :at"), {"at": datetime.now(UTC) - timedelta(minutes=1)})
    with pytest.raises(NotFound):
        await invitations.found(tx, again.secret)
    assert [one.state for one in await invitations.listed(tx, by=northlight.ana)] == ["over"]
    fresh = await invitations.again(tx, made.invitation.id, by=northlight.ana, letters=True)
    await invitations.revoke(tx, made.invitation.id, by=northlight.ana)
    with pytest.raises(NotFound):
        await invitations.found(tx, fresh.secret)


async def test_a_session_goes_from_one_workspace_to_another(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.ana, agent="Mozilla/5.0 (X11; Linux) Gecko Firefox/151.0")
    ana = await sessions.actor(tx, cookie)
    made = await workspaces.create(tx, "Side project", by=ana)
    await workspaces.switch(tx, made.workspace, by=ana)
    assert (await sessions.actor(tx, cookie)).workspace == made.workspace
    other = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    with pytest.raises(NotFound):
        await workspaces.switch(tx, other.workspace, by=ana)
    with pytest.raises(Forbidden):
        await workspaces.switch(tx, made.workspace, by=northlight.ana)
    listed = await my_sessions.listed(tx, by=ana)
    assert [(one.browser, one.workspace, one.current) for one in listed] == [("Firefox on Linux", "Side project", True)]


async def test_a_workspace_in_the_trash_is_nobodys_until_it_is_brought_back(tx: AsyncConnection, northlight: Northlight):
    cookie = await sessions.begin(tx, by=northlight.mia)
    fresh = await sessions.begin(tx, by=northlight.ana)
    with pytest.raises(Forbidden):
        await workspaces.remove(tx, "Northlight", by=replace(northlight.ana, role="admin"))
    with pytest.raises(Invalid):
        await workspaces.remove(tx, "Southlight", by=northlight.ana)
    await workspaces.remove(tx, "Northlight", by=northlight.ana)
    for secret in (cookie, fresh):
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, secret)
    assert await standing.read(tx, northlight.ben.id) is None
    with pytest.raises(NotFound):
        await workspaces.restore(tx, northlight.workspace, by=northlight.ben)
    await workspaces.restore(tx, northlight.workspace, by=northlight.ana)
    assert await standing.read(tx, northlight.ben.id) is not None


async def test_only_who_asked_confirms_an_address(tx: AsyncConnection, northlight: Northlight):
    secret = await addresses.begin(tx, "mia@home.example", by=northlight.mia, proves=True)
    assert await addresses.pending(tx, northlight.mia.person or "") == "mia@home.example"
    with pytest.raises(Forbidden):
        await addresses.confirm(tx, secret, by=northlight.cleo)
    assert (await addresses.confirm(tx, secret, by=northlight.mia)).verified
    assert (await people.read(tx, northlight.mia.id, by=northlight.ana)).email == "mia@home.example"
    with pytest.raises(NotFound):
        await addresses.confirm(tx, secret, by=northlight.mia)


async def test_who_goes_for_good_leaves_what_they_did_without_their_name(tx: AsyncConnection, northlight: Northlight):
    mine = await exported.of(tx, northlight.mia.person or "")
    assert mine["person"][0]["name"] == "Mia Lindqvist" and "hash" not in mine["sessions"]
    await sessions.begin(tx, by=northlight.mia)
    with pytest.raises(Conflict, match="last owner of Northlight"):
        await departing.leave_for_good(tx, "Ana Prado", by=northlight.ana)
    await departing.leave_for_good(tx, "Mia Lindqvist", by=northlight.mia)
    rows = (
        await tx.execute(text("select name, email, removed_at from sayso.members where id = :m"), {"m": northlight.mia.id})
    ).one()
    assert rows[:2] == (persons.GONE, None) and rows[2] is not None
    assert (await tx.execute(text("select count(*) from sayso.sessions"))).scalar_one() == 0
    with pytest.raises(NotFound):
        await persons.read(tx, northlight.mia.person or "")


async def test_a_workspace_is_gone_for_good_after_its_time_in_the_trash(tx: AsyncConnection, northlight: Northlight):
    await _link(tx, northlight)
    await workspaces.remove(tx, "Northlight", by=northlight.ana)
    assert northlight.workspace not in await workspaces.over(tx)
    long_ago = {"at": datetime.now(UTC) - timedelta(days=workspaces.TRASH_DAYS + 1), "w": northlight.workspace}
    await tx.execute(text("update sayso.workspaces set deleted_at = :at where id = :w"), long_ago)
    assert northlight.workspace in await workspaces.over(tx)
    await workspaces.purge(tx, northlight.workspace)
    assert await workspaces.trashed(tx, northlight.ana.person or "") == () and northlight.workspace not in await workspaces.over(
        tx
    )
    left = {"w": northlight.workspace}
    assert set(await tx.scalars(text("select name from sayso.members where workspace_id = :w"), left)) == {persons.GONE}
    assert (await tx.scalar(text("select count(*) from sayso.invitations where workspace_id = :w"), left)) == 0
