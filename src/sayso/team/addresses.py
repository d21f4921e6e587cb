"""An address that somebody says is theirs is theirs once they have opened the link that was sent there."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from sayso.team import audit, notifications, persons
from sayso.team.actor import Actor, system
from sayso.team.addressed import is_address
from sayso.team.persons import Person
from sayso.team.secret import hashed, new_secret

CONFIRM_HOURS_MAX = 24
KIND = "address"

c = t.links.c


async def begin(tx: AsyncConnection, email: str, *, by: Actor, proves: bool = False) -> str:
    """The secret of a link that is to be sent to this address; what was begun before is over. `proves`: by the server's own mail, so that nobody
    else reads it. Raises `Invalid`, `Conflict`."""
    if not is_address(email):
        raise Invalid(Problem("email", "is no e-mail address", "ana@example.com"))
    other = await persons.of_address(tx, email)
    if other is not None and other.id != by.person and other.verified:
        raise Conflict(f"{email} is somebody's already.")
    await give_up(tx, by=by)
    secret, until = new_secret(), datetime.now(UTC) + timedelta(hours=CONFIRM_HOURS_MAX)
    values = {"workspace_id": by.workspace, "kind": KIND, "member": by.member, "created_by": by.id, "expires_at": until}
    await tx.execute(
        t.links.insert().values(
            hash=hashed(secret), settings={"email": email, "person": persons.of(by), "proves": proves}, **values
        )
    )
    return secret


async def pending(tx: AsyncConnection, person: str) -> str | None:
    """The address that waits to be confirmed."""
    query = select(c.settings["email"].astext).where(c.kind == KIND, c.settings["person"].astext == person)
    return (await tx.execute(query.where(c.used_at.is_(None), c.expires_at > func.now()).limit(1))).scalar_one_or_none()


async def give_up(tx: AsyncConnection, *, by: Actor) -> None:
    await tx.execute(delete(t.links).where(c.kind == KIND, c.settings["person"].astext == persons.of(by)))


async def not_sent(tx: AsyncConnection, secret: str, *, by: Actor) -> None:
    """No letter went out: nothing waits any more, and they hear of it."""
    gone = (
        delete(t.links).where(c.hash == hashed(secret), c.kind == KIND, c.used_at.is_(None)).returning(c.settings["email"].astext)
    )
    email = (await tx.execute(gone)).scalar_one_or_none()
    if email is not None and by.member is not None:
        text = f"The mail server did not take the letter to {email}, so your address stays as it was. Look whether it is written right, and try again."
        await notifications.tell(
            tx, [by.member], "mail", "Your new address was not confirmed", text, by=system(by.workspace), link="/settings/you"
        )


async def asked(tx: AsyncConnection, secret: str) -> tuple[str, str, bool]:
    """The address and the person of a link, and whether it proves that the address is theirs. Raises `NotFound`."""
    query = select(c.settings).where(c.hash == hashed(secret), c.kind == KIND, c.used_at.is_(None), c.expires_at > func.now())
    row = (await tx.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("This link was used already, or is too old. Ask for a new one in your settings.")
    return row["email"], row["person"], row.get("proves", False)


async def confirm(tx: AsyncConnection, secret: str, *, by: Actor) -> Person:
    """The address is theirs from now on. Only who asked for it confirms it: nobody is made to vouch for somebody else's account."""
    email, person, proves = await asked(tx, secret)
    if person != by.person:
        raise Forbidden("Somebody else asked to use this address. If it is yours, do nothing, and they will not get it.")
    await tx.execute(update(t.links).where(c.hash == hashed(secret)).values(used_at=func.now()))
    before = await persons.read(tx, person)
    now = await persons.write_to(tx, person, email, verified=proves)
    said = f"confirmed the address {email}" + (f", before {before.email}" if before.email and before.email != email else "")
    await audit.write(tx, "person.address", said, by=by, subject=person)
    return now
