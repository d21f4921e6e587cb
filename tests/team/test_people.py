import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight, founded

from sayso.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.team import people, persons


async def test_a_company_has_its_people_in_the_order_they_came(tx: AsyncConnection, northlight: Northlight):
    members = await people.listed(tx, by=northlight.cleo)
    assert {(m.name, m.role, m.initials) for m in members} == {
        ("Ana Prado", "owner", "AP"),
        ("Ben Okafor", "builder", "BO"),
        ("Mia Lindqvist", "member", "ML"),
        ("Cleo Martin", "viewer", "CM"),
    }


async def test_what_each_role_may(northlight: Northlight):
    assert northlight.ana.rights == ("read", "comment", "write", "build", "share", "manage", "own")
    assert northlight.ben.rights == ("read", "comment", "write", "build", "share")
    assert northlight.mia.rights == ("read", "comment", "write")
    assert northlight.cleo.rights == ("read",)
    with pytest.raises(Forbidden, match="Cleo Martin may not change rows here"):
        northlight.cleo.must("write")


async def test_only_owners_add_people_and_nobody_twice(tx: AsyncConnection, northlight: Northlight):
    with pytest.raises(Forbidden):
        await people.add(tx, "Eve", role="owner", by=northlight.ben)
    with pytest.raises(Conflict):
        await people.add(tx, "Ben again", role="member", email="BEN@northlight.example", by=northlight.ana)
    with pytest.raises(Invalid):
        await people.add(tx, "  ", role="member", by=northlight.ana)
    with pytest.raises(Invalid):
        await people.add(tx, "Eve", role="king", by=northlight.ana)  # pyright: ignore[reportArgumentType]


async def test_another_workspace_is_out_of_reach(tx: AsyncConnection, northlight: Northlight):
    other = await founded(tx)
    with pytest.raises(NotFound):
        await people.read(tx, other.ben.id, by=northlight.ana)
    assert other.ben.id not in {m.id for m in await people.listed(tx, by=northlight.ana)}


async def test_somebody_is_called_the_same_in_all_their_workspaces(tx: AsyncConnection, northlight: Northlight):
    there = await founded(tx)
    assert there.mia.person == northlight.mia.person and there.mia.person is not None
    await persons.change(tx, there.mia.person, name="Mia  Berg")
    assert (await people.read(tx, northlight.mia.id, by=northlight.ana)).initials == "MB"


async def test_the_first_owner_is_made_once(tx: AsyncConnection):
    owner = await people.first_owner(tx)
    assert owner == await people.first_owner(tx)
    assert (await people.workspace(tx, by=owner)).name == people.FIRST_WORKSPACE
