"""My passkeys: keys on my devices that let me in without a password."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, StringConstraints

from sayso.errors import Conflict
from sayso.team import audit, proof
from sayso.team.signin import passkeys, passwords, person, policy
from sayso.team.signin.passkeys import NAME_CHARACTERS_MAX
from sayso.web.actor import By
from sayso.web.api.me_security import Passkey, shown
from sayso.web.api.own import own
from sayso.web.pages.signin import told
from sayso.web.pages.signin.passkey import site
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Json, Shown, Token
from sayso.web.work import Tx

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_CHARACTERS_MAX)]


class Passkeys(Shown):
    items: list[Passkey]
    next: str | None = None


class NewPasskey(Asked):
    name: Name
    credential: Json
    """What the browser has made (`PublicKeyCredential`, as JSON with base64url)."""


class PasskeyChange(Asked):
    name: Name


class PasskeyQuestion(BaseModel):
    """Options for the browser, as WebAuthn names them."""

    model_config = {"extra": "allow"}
    challenge: str


async def listed(tx: Tx, by: By) -> Passkeys:
    """My passkeys, oldest first."""
    return Passkeys(items=[shown(one) for one in await passkeys.listed(tx, own(by, changes=False))])


async def challenge(request: Request, tx: Tx, by: By) -> PasskeyQuestion:
    """What my browser needs to make a passkey."""
    request.state.secret = True
    me = await person.by_id(tx, own(by))
    proof.must(by)
    return PasskeyQuestion(**await passkeys.ask_new(tx, me, site=site(parts(request).settings)))


async def create(new: NewPasskey, request: Request, tx: Tx, by: By) -> Passkey:
    """Keep the passkey that my browser has made."""
    me, known = own(by), parts(request)
    proof.must(by)
    made = await passkeys.add(tx, me, new.name, new.credential, site=site(known.settings))
    await audit.write(tx, "passkey.added", f"added the passkey {made.name}", by=by, subject=made.id)
    known.callers.forget()
    known.jobs.begin(told.passkey_added(known, me, made.name))
    return shown(made)


async def rename(passkey: Token, change: PasskeyChange, tx: Tx, by: By) -> Passkey:
    """Call a passkey something else."""
    return shown(await passkeys.rename(tx, own(by), passkey, change.name))


async def remove(passkey: Token, request: Request, tx: Tx, by: By) -> Response:
    """Remove a passkey; it lets nobody in any more."""
    me, known = own(by), parts(request)
    proof.must(by)
    gone = await passkeys.remove(tx, me, passkey)
    asked = await policy.read(tx, by.workspace)
    other_way = await passwords.changed_at(tx, me) is not None and "password" in asked.methods
    if not other_way and not {"link", "sso"} & set(asked.methods) and not await passkeys.listed(tx, me):
        raise Conflict("This is your only way in. Make another passkey first, then remove this one.")
    await audit.write(tx, "passkey.removed", f"removed the passkey {gone.name}", by=by, subject=gone.id)
    known.callers.forget()
    known.jobs.begin(told.passkey_removed(known, me, gone.name))
    return Response(status_code=204)
