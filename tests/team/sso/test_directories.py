"""Whose passwords a directory is shown: whoever runs one reads all that it is asked about."""

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.conftest import Northlight

from sayso.db import tables as t
from sayso.db.sso_tables import domains, identities
from sayso.team import people
from sayso.team.sso import providers


async def asked(tx: AsyncConnection, name: str) -> set[str]:
    return {one.workspace for one in await providers.directories_for(tx, name)}


async def directory(tx: AsyncConnection, owner: people.Actor) -> str:
    made = await providers.create(
        tx, preset="ldap", kind="ldap", name="Directory", settings={}, mapping={}, on=True, by=owner
    )  # fmt: skip
    return made.workspace


async def test_no_directory_is_asked_about_strangers(tx: AsyncConnection, northlight: Northlight):
    await tx.execute(update(t.workspaces).where(t.workspaces.c.id != northlight.workspace).values(deleted_at=t.func.now()))
    ours = await directory(tx, northlight.ana)
    assert await asked(tx, "somebody") == {ours}, "the only workspace asks its own, whatever they are called"
    mallory = await people.found(tx, name="Elsewhere", owner="Mallory")
    await directory(tx, mallory)
    assert await asked(tx, "ana") == set()
    assert await asked(tx, "fresh@northlight.example") == set()
    await tx.execute(insert(domains).values(workspace_id=ours, domain="northlight.example", token="x", proved_at=t.func.now()))
    assert await asked(tx, "Fresh@Northlight.example") == {ours}
    await people.add(tx, "Ben", role="member", email="ben@northlight.example", by=mallory)
    await tx.execute(delete(domains))
    assert await asked(tx, "ben@northlight.example") == set(), "written down as a member, he is nobody of theirs"
    (known,) = await providers.listed(tx, by=northlight.ana)
    ben = await people.read(tx, northlight.ben.member or "", by=northlight.ana)
    identity = {"provider": known.id, "issuer": "ldap", "subject": "ben", "workspace_id": ours, "person": ben.person}
    await tx.execute(insert(identities).values(identity))
    assert await asked(tx, "ben@northlight.example") == {ours}, "he came in by it before"
