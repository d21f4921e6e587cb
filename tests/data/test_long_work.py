"""Work that takes long asks again whose it is: whoever is suspended, removed or loses an app in the middle gets nothing more of it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.data import apps, exports
from sayso.data.imports import running
from sayso.data.query import Query
from sayso.errors import Forbidden
from sayso.team import custom_roles, keys, members, standing
from tests.conftest import Northlight
from tests.data.imports.test_imports import looked, ran
from tests.data.rights.desk import desk, filled, granted

FILE = "Subject;Assignee\n" + "Mirror;Mia Lindqvist\n" * 3


async def suspended(tx: AsyncConnection, northlight: Northlight, *, back: bool = False) -> None:
    values = {"on": None if back else "now()", "m": northlight.mia.member}
    await tx.execute(text("update sayso.members set suspended_at = cast(:on as timestamptz) where id = :m"), values)


async def test_the_rights_of_now(tx: AsyncConnection, northlight: Northlight):
    mia, ana = northlight.mia, northlight.ana
    assert await standing.now(tx, mia) == mia
    role = await custom_roles.create(tx, "Lead", ["read", "comment", "write", "build", "manage"], by=ana)
    await members.change_role(tx, mia.id, role.id, by=ana)
    lead = await standing.now(tx, mia)
    assert lead.may("manage")
    await members.change_role(tx, mia.id, "viewer", by=ana)
    after = await standing.now(tx, replace(lead, scopes=frozenset({"read", "write"}), apps=frozenset({"crm"})))
    assert (after.rights, after.apps) == (("read",), frozenset({"crm"})), (
        "what a role of the workspace's own gave has gone with it"
    )
    key, secret = await keys.create(tx, "Reports", by=northlight.ben)
    by_token = await keys.actor(tx, secret)
    assert (await standing.now(tx, by_token)).may("build")
    await keys.revoke(tx, key.id, by=northlight.ben)
    with pytest.raises(Forbidden):
        await standing.now(tx, by_token)
    await suspended(tx, northlight)
    with pytest.raises(Forbidden):
        await standing.now(tx, mia)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
async def test_an_export_ends_where_its_rights_end(
    tx: AsyncConnection, northlight: Northlight, monkeypatch: pytest.MonkeyPatch, form: Any
):
    monkeypatch.setattr(exports, "LOOK_SECONDS", 0)
    monkeypatch.setattr(exports, "PAGE_ROWS", 1)
    app = await desk(tx, northlight.ana)
    await filled(tx, app, northlight.mia, northlight.mia)
    await granted(tx, app, "member", northlight.mia.member, "agent")

    async def taken(lose: Any) -> bytes:
        opened = await apps.open_app(tx, app.id, by=northlight.mia)
        whole, pages = b"", 0
        original = exports.query.page

        async def page(*given: Any, **more: Any) -> Any:
            nonlocal pages
            pages += 1
            if pages == 1:
                await lose()
            return await original(*given, **more)

        with monkeypatch.context() as patched:
            patched.setattr(exports.query, "page", page)
            async for chunk in exports.export(tx, opened, "tickets", Query(), form):
                whole += chunk
        return whole

    async def nothing() -> None: ...

    assert await taken(nothing)

    async def suspension() -> None:
        await suspended(tx, northlight)

    with pytest.raises(Forbidden):
        await taken(suspension)
    await suspended(tx, northlight, back=True)

    async def another_role() -> None:
        await tx.execute(text("delete from sayso.app_grants where subject = :m"), {"m": northlight.mia.member})
        await granted(tx, app, "member", northlight.mia.member, "@reader")

    with pytest.raises(Forbidden, match="changed"):
        await taken(another_role)


@pytest.mark.parametrize("lost", ["suspended", "app"])
async def test_an_import_takes_nothing_once_its_rights_have_gone(
    engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, lost: str
):
    mia = northlight_kept.mia
    async with db.transaction(engine) as tx:
        app = await desk(tx, northlight_kept.ana)
        await granted(tx, app, "member", mia.member, "agent")
    original = running._Run._link  # pyright: ignore[reportPrivateUsage]

    async def loses(self: Any, *given: Any) -> None:
        async with db.transaction(engine) as other:
            if lost == "suspended":
                await suspended(other, northlight_kept)
            else:
                await other.execute(text("update sayso.app_grants set role = '@nothing' where app = :n"), {"n": app.number})
        await original(self, *given)

    one = await looked(engine, tmp_path, FILE.encode(), mia)
    monkeypatch.setattr(running._Run, "_link", loses)  # pyright: ignore[reportPrivateUsage]
    done = await ran(engine, tmp_path, one, mia, app=app.id, table="tickets")
    assert done.state == "failed"
    async with db.transaction(engine) as tx:
        count = await tx.scalar(text(f"select count(*) from app_{app.number}.t_1"))  # noqa: S608  a number of ours
        assert count == 0
        await suspended(tx, northlight_kept, back=True)
