"""The secret that callers of a webhook prove themselves with, sealed at rest; and its address, which can be made anew."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.registry.reading import Entry
from sayso.automations.registry.refresh import new_address
from sayso.connections.vault import Vault
from sayso.data import apps
from sayso.db.automation_tables import automations as t
from sayso.errors import Invalid, Problem
from sayso.team import audit
from sayso.team.actor import Actor

SECRET_BYTES = 32
SECRET_CHARACTERS = (8, 500)


def made() -> str:
    """As Standard Webhooks writes one; every other scheme takes it as a text."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def keep(tx: AsyncConnection, vault: Vault, entry: Entry, secret: str, *, by: Actor) -> None:
    """Raises `Invalid` for one that is too short to be one."""
    await apps.open_app(tx, entry.registered.app_id, by=by, to="build")
    least, most = SECRET_CHARACTERS
    if not least <= len(secret) <= most or not secret.isascii() or not secret.isprintable():
        raise Invalid(Problem("secret", f"has {least} to {most} plain characters", "whsec_…"))
    registered = entry.registered
    sealed = base64.b64encode(vault.seal(secret, _of(registered.app_number, registered.automation.id))).decode()
    await _put(tx, entry, settings={**entry.settings, "secret": sealed})
    await audit.write(
        tx, "automation.secret", f"set the secret of the webhook {registered.automation.name}", by=by, subject=registered.app_id
    )


async def move(tx: AsyncConnection, entry: Entry, *, by: Actor) -> str:
    """A new address; the old one leads nowhere from now on."""
    await apps.open_app(tx, entry.registered.app_id, by=by, to="build")
    token = new_address()
    await _put(tx, entry, token=token)
    registered = entry.registered
    await audit.write(
        tx, "automation.address", f"gave the webhook {registered.automation.name} a new address", by=by, subject=registered.app_id
    )
    return token


def opened_secret(vault: Vault, row: Any) -> str:
    """`row` is one of the registry; nothing when none is set. Raises `Unavailable` when the home's key is another."""
    sealed = row.settings.get("secret")
    return vault.open(base64.b64decode(sealed), _of(row.app, row.automation)) if sealed else ""


def _of(app: int, automation: str) -> str:
    return f"webhook {app} {automation}"


async def _put(tx: AsyncConnection, entry: Entry, **values: Any) -> None:
    mine = (t.c.app == entry.registered.app_number) & (t.c.automation == entry.registered.automation.id)
    await tx.execute(update(t).where(mine).values(**values))
