"""What is over is thrown away for good, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.data import apps, rows, sweeping
from sayso.data.physical import rows_of
from sayso.db import tables as t
from sayso.db import transaction
from sayso.errors import SignInNeeded
from sayso.spec.app import app_from
from sayso.team import links, sessions
from sayso.team.secret import hashed
from tests.conftest import Northlight

SPEC = {"name": "Desk", "tables": [{"name": "Clients", "fields": [{"kind": "text", "name": "Name"}]}]}


async def test_only_what_is_over_goes(engine: AsyncEngine, northlight_kept: Northlight):
    ana, long_ago = northlight_kept.ana, datetime.now(UTC) - timedelta(days=31)
    async with transaction(engine) as tx:
        desk = await apps.create(tx, app_from(SPEC), by=ana)
        gone, kept = [await apps.create(tx, app_from({**SPEC, "id": id}), by=ana) for id in ("gone", "kept")]
        for app in (gone, kept):
            await apps.remove(tx, app, by=ana)
        await tx.execute(update(t.apps).where(t.apps.c.number == gone.number).values(deleted_at=long_ago))
        ids = [(await rows.create(tx, desk, "clients", {"name": name}, by=ana))["id"] for name in ("old", "new", "there")]
        await rows.trash(tx, desk, "clients", ids[:2], by=ana)
        rows_there = rows_of(desk, desk.spec.tables[0]).sql
        await tx.execute(update(rows_there).where(rows_there.c.id == ids[0]).values(deleted_at=long_ago))
        over, here = await sessions.begin(tx, by=ana), await sessions.begin(tx, by=ana)
        await tx.execute(update(t.sessions).where(t.sessions.c.hash == hashed(over)).values(expires_at=long_ago))
        await links.sign_in(tx, by=ana)
        await tx.execute(update(t.links).values(expires_at=long_ago))
        fresh = await links.sign_in(tx, by=ana)
        mine = {"workspace_id": ana.workspace, "actor": ana.id, "request": b""}
        await tx.execute(t.idempotency.insert().values(key="old", at=long_ago, **mine))
        await tx.execute(t.idempotency.insert().values(key="new", **mine))

    await sweeping.sweep(engine)

    async with transaction(engine) as tx:
        numbers = set((await tx.execute(select(t.apps.c.number))).scalars())
        assert numbers == {desk.number, kept.number}
        schemas = set((await tx.execute(text("select nspname from pg_namespace where nspname like 'app\\_%'"))).scalars())
        assert f"app_{gone.number}" not in schemas and f"app_{desk.number}" in schemas
        assert set((await tx.execute(select(rows_there.c.id))).scalars()) == {ids[1], ids[2]}
        assert (await sessions.actor(tx, here)).member == ana.member
        assert (await tx.execute(select(func.count()).select_from(t.sessions))).scalar_one() == 1
        assert set((await tx.execute(select(t.idempotency.c.key))).scalars()) == {"new"}
        assert (await links.redeem(tx, fresh)).member == ana.member
        with pytest.raises(SignInNeeded):
            await sessions.actor(tx, over)
