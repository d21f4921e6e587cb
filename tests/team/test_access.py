"""Who was granted what in an app: the nearest wins."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight, founded

from sayso.errors import Conflict, Invalid
from sayso.team import access, audit, groups
from sayso.team.access import Grant


@pytest.fixture
async def app(tx: AsyncConnection, northlight: Northlight) -> int:
    query = "insert into sayso.apps (workspace_id, id, spec, created_by) values (:w, 'crm', '{\"name\": \"CRM\"}', :m) returning number"
    return (await tx.execute(text(query), {"w": northlight.workspace, "m": northlight.ana.id})).scalar_one()


async def put(tx: AsyncConnection, app: int, northlight: Northlight, *grants: Grant, base: str | None = None):
    return await access.put(
        tx, app, grants, by=northlight.ana, id="crm", name="CRM", roles={"support": "Support", "sales": "Sales"}, base=base
    )


async def test_the_nearest_grant_wins(tx: AsyncConnection, northlight: Northlight, app: int):
    one = await groups.create(tx, "Support", by=northlight.ana, members=[northlight.mia.id, northlight.cleo.id])
    two = await groups.create(tx, "Sales", by=northlight.ana, members=[northlight.mia.id])
    mia = replace(northlight.mia, groups=frozenset({one.id, two.id}))
    assert await access.nearest(tx, app, mia) is None
    await put(tx, app, northlight, Grant("everyone", "", "@reader"))
    assert await access.nearest(tx, app, mia) == ("@reader",)
    everything = [Grant("everyone", "", "@reader"), Grant("group", one.id, "support"), Grant("group", two.id, "sales")]
    await put(tx, app, northlight, *everything)
    assert await access.nearest(tx, app, mia) == ("sales", "support")
    assert await access.nearest(tx, app, northlight.ben) == ("@reader",)
    await put(tx, app, northlight, *everything, Grant("member", mia.id, "@nothing"))
    assert await access.nearest(tx, app, mia) == ("@nothing",)


async def test_everyone_does_not_mean_guests(tx: AsyncConnection, northlight: Northlight, app: int):
    guest = replace(northlight.cleo, role="guest")
    assert await access.nearest(tx, app, guest) == ("@nothing",)
    await put(tx, app, northlight, Grant("everyone", "", "@editor"))
    assert await access.nearest(tx, app, guest) == ("@nothing",)
    await put(tx, app, northlight, Grant("everyone", "", "@editor"), Grant("member", guest.id, "support"))
    assert await access.nearest(tx, app, guest) == ("support",)


async def test_what_cannot_be_granted(tx: AsyncConnection, northlight: Northlight, app: int):
    other = await founded(tx)
    for wrong in (
        Grant("member", other.mia.id, "@reader"),
        Grant("group", "gr_none", "@reader"),
        Grant("everyone", "x", "@reader"),
        Grant("everyone", "", "king"),
    ):
        with pytest.raises(Invalid):
            await put(tx, app, northlight, wrong)
    with pytest.raises(Invalid, match="role and nothing at once"):
        await put(tx, app, northlight, Grant("everyone", "", "@reader"), Grant("everyone", "", "@nothing"))
    assert await access.listed(tx, app, by=northlight.ana) == ()


async def test_two_who_change_it_at_once_do_not_overwrite_each_other(tx: AsyncConnection, northlight: Northlight, app: int):
    before = access.version(await access.listed(tx, app, by=northlight.ana))
    await put(tx, app, northlight, Grant("everyone", "", "@reader"), base=before)
    with pytest.raises(Conflict):
        await put(tx, app, northlight, Grant("everyone", "", "@manager"), base=before)
    entry = (await audit.listed(tx, by=northlight.ana))[0]
    assert (entry.kind, entry.sentence) == ("app.access", "changed who may use the app CRM")


async def test_a_group_that_is_gone_grants_nothing(tx: AsyncConnection, northlight: Northlight, app: int):
    one = await groups.create(tx, "Support", by=northlight.ana, members=[northlight.mia.id])
    await put(tx, app, northlight, Grant("group", one.id, "support"))
    await groups.remove(tx, one.id, by=northlight.ana)
    assert await access.nearest(tx, app, replace(northlight.mia, groups=frozenset({one.id}))) is None
