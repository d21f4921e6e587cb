"""Who gets in from a provider, as whom; and above all who does not."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight

from sayso.db.sso_tables import scim_users
from sayso.errors import Conflict, Forbidden, Invalid
from sayso.team import audit, groups, members, persons, sessions
from sayso.team import people as team
from sayso.team.actor import Actor
from sayso.team.sso import admitting, domains, identities, providers, ways
from sayso.team.sso.arrival import Arrival, NotAdmitted, words
from sayso.team.sso.mapping import Mapping
from sayso.team.sso.providers import Provider

ISSUER = "https://login.northlight.example"
DOMAIN = "northlight.example"


async def a_provider(tx: AsyncConnection, by: Actor, issuer: str = ISSUER, **mapping: Any) -> Provider:
    settings = {"issuer": issuer, "client_id": "sayso"}
    return await providers.create(
        tx, preset="oidc", kind="oidc", name="Northlight ID", settings=settings, mapping=mapping, on=True, by=by
    )


async def proved(tx: AsyncConnection, by: Actor, domain: str = DOMAIN) -> None:
    one = await domains.add(tx, domain, by=by)
    await domains.checked(tx, one, "dns", "There.", proved=True, by=by)


def otto(**other: Any) -> Arrival:
    return Arrival(
        **{"issuer": ISSUER, "subject": "otto-1", "email": f"otto@{DOMAIN}", "verified": True, "name": "Otto Falk", **other}
    )


async def kinds(tx: AsyncConnection, by: Actor) -> Sequence[str]:
    return [entry.kind for entry in await audit.listed(tx, by=by)]


async def test_a_stranger_becomes_a_member_and_stays_the_same_one(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana, role="viewer")
    await proved(tx, northlight.ana)
    first = await admitting.admitted(tx, provider, otto())
    assert (first.role, first.name, first.workspace) == ("viewer", "Otto Falk", northlight.workspace)
    who = await persons.read(tx, first.person or "")
    assert (who.email, who.verified) == (f"otto@{DOMAIN}", True)
    moved = await admitting.admitted(tx, provider, otto(email=f"o.falk@{DOMAIN}", name="O. Falk"))
    assert moved.member == first.member, "known by issuer and subject, not by an address"
    assert {"member.joined", "sso.introduced"} <= set(await kinds(tx, northlight.ana))


async def test_an_address_of_a_domain_that_nobody_proved_is_nobodys(tx: AsyncConnection, northlight: Northlight):
    """Otto may come in, but the address counts nowhere else: the provider could say any."""
    provider = await a_provider(tx, northlight.ana)
    by = await admitting.admitted(tx, provider, otto())
    assert (await persons.read(tx, by.person or "")).email is None
    assert await persons.of_address(tx, f"otto@{DOMAIN}") is None


async def test_an_address_that_the_provider_does_not_stand_for_links_to_nobody(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana)
    await proved(tx, northlight.ana)
    await persons.confirmed(tx, northlight.mia.person or "")
    with pytest.raises(NotAdmitted, match="sign in as before"):
        await admitting.admitted(tx, provider, otto(email=f"mia@{DOMAIN}", verified=False))


async def test_two_words_make_a_link(tx: AsyncConnection, northlight: Northlight):
    """Verified there, proved and confirmed here: then Mia of before is Mia."""
    provider = await a_provider(tx, northlight.ana)
    mia = otto(email=f"MIA@{DOMAIN}", subject="mia-1")
    with pytest.raises(NotAdmitted):
        await admitting.admitted(tx, provider, mia)
    await proved(tx, northlight.ana)
    await sessions.begin(tx, by=northlight.mia)
    with pytest.raises(NotAdmitted, match="has never confirmed"):
        await admitting.admitted(tx, provider, mia)
    await persons.confirmed(tx, northlight.mia.person or "")
    assert (await admitting.admitted(tx, provider, mia)).member == northlight.mia.member


async def test_an_account_made_ahead_is_never_shared(tx: AsyncConnection, northlight: Northlight):
    """T20: somebody elsewhere took Otto's address for their own account. When Otto comes, it is not theirs, and nothing of theirs is his."""
    elsewhere = await other_company(tx)
    await persons.write_to(tx, elsewhere.person or "", f"otto@{DOMAIN}", verified=False)
    await sessions.begin(tx, by=elsewhere)
    provider = await a_provider(tx, northlight.ana)
    await proved(tx, northlight.ana)
    by = await admitting.admitted(tx, provider, otto())
    assert by.person != elsewhere.person
    assert (await persons.read(tx, elsewhere.person or "")).email is None, "they never showed that it was theirs"
    assert (await persons.of_address(tx, f"otto@{DOMAIN}")) == await persons.read(tx, by.person or "")


async def other_company(tx: AsyncConnection) -> Actor:
    return await team.found(tx, name="Elsewhere", owner="Zoe Quist")


async def test_another_workspaces_provider_says_nothing_about_ours(tx: AsyncConnection, northlight: Northlight):
    """Zoe sets up a provider that claims the same issuer, and names Mia's subject and address."""
    ours, zoe = await a_provider(tx, northlight.ana), await other_company(tx)
    await proved(tx, northlight.ana)
    await persons.confirmed(tx, northlight.mia.person or "")
    mia = otto(email=f"mia@{DOMAIN}", subject="mia-1")
    assert (await admitting.admitted(tx, ours, mia)).member == northlight.mia.member
    theirs = await a_provider(tx, zoe)
    by = await admitting.admitted(tx, theirs, mia)
    assert by.person != northlight.mia.person and by.workspace == zoe.workspace
    with pytest.raises(Conflict, match="Another workspace"):
        await proved(tx, zoe)


async def test_whoever_is_suspended_stays_out_and_whoever_left_comes_back(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana)
    by = await admitting.admitted(tx, provider, otto())
    await members.suspend(tx, by.member or "", by=northlight.ana)
    with pytest.raises(NotAdmitted, match="suspended"):
        await admitting.admitted(tx, provider, otto())
    await members.bring_back(tx, by.member or "", by=northlight.ana)
    await members.remove(tx, by.member or "", by=northlight.ana)
    assert (await admitting.admitted(tx, provider, otto())).member == by.member
    closed = await providers.change(tx, provider, by=northlight.ana, mapping={"new": False})
    await members.remove(tx, by.member or "", by=northlight.ana)
    with pytest.raises(NotAdmitted, match="not a member"):
        await admitting.admitted(tx, closed, otto())


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "https://gitlab.com"])
async def test_where_everybody_has_an_account_only_our_domain_comes_in(tx: AsyncConnection, northlight: Northlight, issuer: str):
    provider = await a_provider(tx, northlight.ana, issuer)
    with pytest.raises(NotAdmitted, match="own domain"):
        await admitting.admitted(tx, provider, otto(issuer=issuer))
    await proved(tx, northlight.ana)
    with pytest.raises(NotAdmitted, match="own domain"):
        await admitting.admitted(tx, provider, otto(issuer=issuer, verified=False))
    assert await admitting.admitted(tx, provider, otto(issuer=issuer))


async def test_groups_and_roles_follow_the_provider(tx: AsyncConnection, northlight: Northlight):
    support = await groups.create(tx, "Support", by=northlight.ana)
    own = await groups.create(tx, "Bakers", by=northlight.ana)
    rules = [{"value": "it-support", "group": support.id}, {"value": "Leads", "group": None, "role": "builder"}]
    provider = await a_provider(tx, northlight.ana, rules=rules, role="viewer")
    by = await admitting.admitted(tx, provider, otto(groups=("IT-Support", "leads")))
    assert (by.role, by.groups) == ("builder", {support.id})
    await groups.add(tx, by.member or "", [own.id], workspace=northlight.workspace)
    by = await admitting.admitted(tx, provider, otto(groups=()))
    assert (by.role, by.groups) == ("viewer", {own.id}), "what the provider decides on is taken; the rest is ours"


async def test_an_owner_is_made_and_unmade_by_owners_only(tx: AsyncConnection, northlight: Northlight):
    with pytest.raises(Invalid, match="owners are made by owners"):
        await a_provider(tx, northlight.ana, rules=[{"value": "x", "role": "owner"}])
    provider = await a_provider(tx, northlight.ana, rules=[{"value": "staff", "role": "viewer"}])
    await identities.link(tx, provider, otto(), by=northlight.ana)
    assert (await admitting.admitted(tx, provider, otto(groups=("staff",)))).role == "owner"


async def test_a_strict_provider_lets_in_whom_a_rule_fits(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana, rules=[{"value": "staff", "role": "member"}], strict=True)
    with pytest.raises(NotAdmitted, match="in none of the groups"):
        await admitting.admitted(tx, provider, otto())
    assert await admitting.admitted(tx, provider, otto(groups=("staff",)))


async def test_i_am_known_from_then_on(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana)
    await identities.link(tx, provider, otto(), by=northlight.ben)
    assert (await admitting.admitted(tx, provider, otto())).member == northlight.ben.member
    with pytest.raises(Conflict, match="somebody else"):
        await identities.link(tx, provider, otto(), by=northlight.mia)
    with pytest.raises(Forbidden):
        await identities.link(tx, provider, otto(subject="zoe"), by=await other_company(tx))


async def test_whom_the_directory_has_put_here_is_known_by_what_it_calls_them(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana, new=False)
    made = (await persons.create(tx, "Otto Falk", None, 7)).id
    member = await admitting.joined(tx, made, northlight.workspace, role="member", email=f"otto@{DOMAIN}", by=northlight.ana)
    values = {
        "member": member,
        "workspace_id": northlight.workspace,
        "user_name": f"otto@{DOMAIN}",
        "external_id": "otto-1",
        "document": {},
    }
    await tx.execute(scim_users.insert().values(**values))
    assert (await admitting.admitted(tx, provider, otto(email=None))).member == member
    other = await a_provider(tx, northlight.ana, new=False)
    with pytest.raises(NotAdmitted):
        await admitting.admitted(tx, other, otto(subject="otto-2", verified=False))


async def test_people_of_a_domain_are_led_to_its_provider(tx: AsyncConnection, northlight: Northlight):
    provider = await a_provider(tx, northlight.ana)
    one = await domains.add(tx, "Northlight.Example ", by=northlight.ana)
    with pytest.raises(Conflict, match="Prove"):
        await domains.capture(tx, one, provider.id, by=northlight.ana)
    one = await domains.checked(tx, one, "file", "There.", proved=True, by=northlight.ana)
    await domains.capture(tx, one, provider.id, by=northlight.ana)
    way = await ways.for_address(tx, f"anybody@{DOMAIN}")
    assert way and way.url == f"/sso/{provider.id}/start"
    for other in ("anybody@other.example", "northlight.example", "", "@", f"x@sub.{DOMAIN}", "x@" + "a" * 300):
        assert await ways.for_address(tx, other) is None
    await providers.change(tx, provider, by=northlight.ana, on=False)
    assert await ways.for_address(tx, f"anybody@{DOMAIN}") is None


async def test_another_workspace_sees_none_of_it(tx: AsyncConnection, northlight: Northlight):
    provider, zoe = await a_provider(tx, northlight.ana), await other_company(tx)
    assert await providers.listed(tx, by=zoe) == ()
    with pytest.raises(Exception, match="no such provider"):
        await providers.read(tx, provider.id, by=zoe)
    for by in (northlight.ben, northlight.mia, northlight.cleo):
        with pytest.raises(Forbidden):
            await a_provider(tx, by)
        with pytest.raises(Forbidden):
            await domains.add(tx, "x.example", by=by)


@pytest.mark.parametrize(
    "bad", ["gmail.com", "x", "", "acme", "1.2.3.4", "-a.example", "a..b", "co.uk", "a" * 64 + ".example", "acme.example/x"]
)
def test_what_is_nobodys_domain_cannot_be_claimed(bad: str):
    with pytest.raises(Invalid):
        domains.named(bad)


def test_groups_as_providers_tell_them():
    assert words(["a", " b ", "a", 7, {"name": "c"}]) == ("a", "b", "c")
    assert words("a, b") == ("a", "b") and words("A team") == ("A team",) and words(None) == () and words({"a": 1}) == ()


@pytest.mark.parametrize(
    "bad", [{"role": "owner"}, {"rules": "x"}, {"rules": [{"value": ""}]}, {"rules": [{"value": "a"}]}, {"x": 1}, {"groups": 3}]
)
def test_mappings_that_cannot_be_are_told(bad: dict[str, Any]):
    with pytest.raises(Invalid):
        Mapping.of(bad)
