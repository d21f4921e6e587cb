"""How I sign in: everything that is set, in one answer."""

from datetime import datetime
from typing import Any, Literal

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from sayso.db.signin_tables import sign_in_invitations as aside
from sayso.team import addresses
from sayso.team.signin import codes, passkeys, passwords, person, policy
from sayso.web.actor import By
from sayso.web.api.own import own
from sayso.web.shapes import Shown
from sayso.web.work import Tx

Way = Literal["password", "link", "passkey", "sso"]


class Passkey(Shown):
    id: str
    name: str
    created_at: datetime
    used_at: datetime | None = None
    synced: bool
    """Kept by a password manager on several devices."""


class PasswordState(Shown):
    set: bool
    changed_at: datetime | None = None


class CodesState(Shown):
    on: bool
    since: datetime | None = None


class RecoveryCodes(Shown):
    left: int
    made_at: datetime | None = None


class Security(Shown):
    email: str | None
    """What I sign in with; without one there is no password and no link."""
    pending: str | None = None
    """Asked for, and waits for the link that went there to be opened."""
    password: PasswordState
    passkeys: list[Passkey]
    totp: CodesState
    recovery_codes: RecoveryCodes
    second_factor_needed: bool
    """By the workspace that I am in."""
    methods: list[Way]
    """That the workspace takes."""
    invited: bool
    """Nothing is set yet, and I was not asked before: then the first page asks."""


async def show(tx: Tx, by: By) -> Security:
    """How I sign in."""
    me = await person.by_id(tx, own(by, changes=False))
    changed, since = await passwords.changed_at(tx, me.id), await codes.since(tx, me.id)
    mine, asked = await passkeys.listed(tx, me.id), await policy.read(tx, by.workspace)
    left, made = await codes.recovery_left(tx, me.id)
    bare = changed is None and not mine and bool({"password", "passkey"} & set(asked.methods))
    invited = bare and (await tx.execute(select(aside.c.person).where(aside.c.person == me.id))).first() is None
    return Security(
        email=me.email,
        pending=await addresses.pending(tx, me.id),
        password=PasswordState(set=changed is not None, changed_at=changed),
        passkeys=[shown(one) for one in mine],
        totp=CodesState(on=since is not None, since=since),
        recovery_codes=RecoveryCodes(left=left, made_at=made),
        second_factor_needed=asked.second_factor,
        methods=list(asked.methods),
        invited=invited,
    )


async def put_aside(tx: Tx, by: By) -> Response:
    """Do not ask me again to set a password or passkey."""
    await tx.execute(insert(aside).values(person=own(by, changes=False)).on_conflict_do_nothing())
    return Response(status_code=204)


def shown(one: passkeys.Passkey) -> Passkey:
    values: dict[str, Any] = {name: getattr(one, name) for name in passkeys.Passkey.__dataclass_fields__}
    return Passkey(**values)
