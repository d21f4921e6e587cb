"""With what people sign in, for who manages their workspace: kinds only, nothing of what they are."""

from typing import Any, Literal, get_args

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import passkeys, passwords, totps
from sayso.db.sso_tables import identities
from sayso.db.tables import members as m

Way = Literal["passkey", "password", "code", "sso"]
WAYS: tuple[Way, ...] = get_args(Way)


async def of_members(tx: AsyncConnection, workspace: str) -> dict[str, tuple[Way, ...]]:
    """By member; `sso` by a provider of this workspace. Who has none of these signs in by a link."""
    found: dict[str, list[Way]] = {}
    for way in WAYS:
        for member in (await tx.execute(_having(way).where(m.c.workspace_id == workspace).distinct())).scalars():
            found.setdefault(member, []).append(way)
    return {member: tuple(ways) for member, ways in found.items()}


def _having(way: Way) -> Select[Any]:
    match way:
        case "passkey":
            return select(m.c.id).join(passkeys, passkeys.c.person == m.c.person)
        case "password":
            return select(m.c.id).join(passwords, passwords.c.person == m.c.person)
        case "code":
            return select(m.c.id).join(totps, (totps.c.person == m.c.person) & totps.c.on_at.is_not(None))
        case "sso":
            return select(m.c.id).join(
                identities, (identities.c.person == m.c.person) & (identities.c.workspace_id == m.c.workspace_id)
            )
