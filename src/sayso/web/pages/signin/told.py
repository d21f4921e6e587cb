"""What a person is told of by mail when something about how they sign in has changed: so that they hear of it when it was not them."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.db import net
from sayso.errors import NotFound
from sayso.team import audit, notifications
from sayso.team.actor import system
from sayso.team.roles import RIGHTS
from sayso.team.signin import person
from sayso.team.signin.person import Person
from sayso.web import letters
from sayso.web.parts import Parts

NOT_YOU = "If it was not you, set a new password at once and sign out everywhere: {url}/settings/security"
AGENT_CHARACTERS_MAX = 120


async def workspace_of(tx: AsyncConnection, who: str) -> str | None:
    """Whose mail connection writes to them: that of the workspace that they have been in longest."""
    return next((workspace for workspace, _ in await person.memberships(tx, who)), None)


async def tell(parts: Parts, who: str, subject: str, text: str) -> None:
    """A letter to this person (`pe_…`), or what lies in their inbox when no letter can leave. Begin it with `parts.jobs.begin`; nobody waits for it."""
    async with db.transaction(parts.engine) as tx:
        try:
            them = await person.by_id(tx, who)
        except NotFound:
            return
        homes = await person.memberships(tx, who)
    whole = f"Hello {them.name},\n\n{text}\n\n{NOT_YOU.format(url=parts.settings.url)}"
    if them.email and await letters.send(parts, them.email, subject, whole, workspace=homes[0][0] if homes else None):
        return
    with net.within(None):
        await _into_inboxes(parts, homes, subject, text)


async def _into_inboxes(parts: Parts, homes: list[tuple[str, str]], subject: str, text: str) -> None:
    async with db.transaction(parts.engine) as tx:
        for workspace, member in homes:
            await notifications.tell(tx, [member], "security", subject, text, by=system(workspace), link="/settings/security")


async def kept_out(parts: Parts, email: str, address: str) -> None:
    """In the audit of the workspaces of whoever has this address, once for each row of wrong passwords; for nobody it does nothing."""
    async with db.transaction(parts.engine) as tx:
        them = await person.by_email(tx, email)
        for workspace, member in await person.memberships(tx, them.id) if them else ():
            by = replace(system(workspace), address=address)
            said = f"let nobody try more passwords of {them.name if them else ''} for a while"
            await audit.write(tx, "member.kept_out", said, by=by, subject=member)


def new_device(parts: Parts, who: str, agent: str, address: str) -> Coroutine[Any, Any, None]:
    named = "".join(c for c in agent if c.isprintable())[:AGENT_CHARACTERS_MAX] or "a browser without a name"
    text = f"Somebody signed in as you with a browser that was not seen before.\n\nBrowser: {named}\nFrom: {address or 'unknown'}"
    return tell(parts, who, "A new sign-in to Sayso", text)


def password_changed(parts: Parts, who: str) -> Coroutine[Any, Any, None]:
    return tell(parts, who, "Your password was changed", "Your password for Sayso was changed. All other sessions have ended.")


def passkey_added(parts: Parts, who: str, name: str) -> Coroutine[Any, Any, None]:
    return tell(parts, who, "A passkey was added", f"The passkey “{name}” was added. Whoever holds it can sign in as you.")


def passkey_removed(parts: Parts, who: str, name: str) -> Coroutine[Any, Any, None]:
    return tell(parts, who, "A passkey was removed", f"The passkey “{name}” was removed. It lets nobody in any more.")


def codes_turned(parts: Parts, who: str, *, on: bool) -> Coroutine[Any, Any, None]:
    turned = "on: Sayso asks for one after your password" if on else "off: your password is enough now"
    return tell(parts, who, f"Codes were turned {'on' if on else 'off'}", f"Codes of an authenticator app were turned {turned}.")


def recovery_code_used(parts: Parts, who: str, left: int) -> Coroutine[Any, Any, None]:
    text = (
        f"One of your recovery codes was used to sign in. {left} {'is' if left == 1 else 'are'} left; you can make ten new ones."
    )
    return tell(parts, who, "A recovery code was used", text)


async def mail_secret(parts: Parts, them: Person, workspace: str | None, subject: str, text: str, press: tuple[str, str]) -> None:
    """By the server's own mail; without any by that of their workspace, unless they are in several: none of these lets them into the others."""
    async with db.transaction(parts.engine) as tx:
        alone = len(await person.memberships(tx, them.id)) < 2
    if them.email:
        home, hello = workspace if alone else None, f"Hello {them.name},\n\n{text}"
        await letters.send(parts, them.email, subject, hello, workspace=home, press=press, lets_in=RIGHTS)
