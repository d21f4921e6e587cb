"""`sayso password`: lets somebody in again. Whoever runs the machine needs no password for it."""

import sys

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.db import transaction
from sayso.db.embedded import presence
from sayso.db.installation import opened
from sayso.errors import Invalid, NotFound, Problem
from sayso.settings import Settings
from sayso.team import audit, people, persons, sessions
from sayso.team.actor import system
from sayso.team.signin import codes, devices, half, mailed, passwords, person, tries
from sayso.team.signin.person import Person
from sayso.team.signin.tries import CODE, PASSWORD, PROOF, Key


@click.command("password")
@click.argument("who", required=False)
@click.option("--link", "as_link", is_flag=True, help="Print a one-time link to a new password, to pass on; good for 30 minutes.")
@click.option("--email", help="The address that they sign in with, where they have none yet.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the new password from standard input.")
@click.option(
    "--without-codes", is_flag=True, help="Turn off codes of an app too: the phone is lost, and so are the recovery codes."
)
@asynchronous
async def command(
    settings: Settings, say: Say, who: str | None, as_link: bool, email: str | None, from_stdin: bool, without_codes: bool
) -> None:
    """Set a new password for WHO (an e-mail address; the owner when left out), or print a link to one.

    What was open under the old one ends: sessions, links, known browsers, and waits after too many tries.
    """
    async with opened(settings) as engine:
        async with transaction(engine) as tx:
            them = await _found(tx, who, email)
        new = None if as_link else _typed(from_stdin)
        async with transaction(engine) as tx:
            answer = {"person": them.id, "name": them.name, "email": them.email, "codes": not without_codes}
            if without_codes:
                await codes.turn_off(tx, them.id)
            if new is None:
                secret = await mailed.create(tx, them.id, "reset", proves=None)
                url = (presence.server_of(settings.home) or {}).get("url") or settings.url
                answer["link"] = f"{url}/signin/reset/{secret}"
            else:
                await passwords.put(tx, them, new)
                await _ended(tx, them)
            await _told(tx, them, "was given a link to a new password" if new is None else "was given a new password")
    if new is None:
        say.line(f"{them.name} ({them.email}) sets a new password there, once within {mailed.MINUTES['reset']} minutes:")
        say.line(str(answer["link"]))
    else:
        say.line(f"{them.name} signs in with {them.email} and the new password. All their sessions have ended.")
    say.answer(answer)


async def _found(tx: AsyncConnection, who: str | None, email: str | None) -> Person:
    if who is None:
        owner = await people.first_owner(tx)
        them = await person.by_id(tx, owner.person or "")
    else:
        found = await person.by_email(tx, who)
        if found is None:
            raise NotFound(f"Nobody here has the address {who}.")
        them = found
    if email:
        await persons.write_to(tx, them.id, email.strip(), verified=True)
        them = await person.by_id(tx, them.id)
    if them.email is None:
        raise Invalid(Problem("--email", f"is needed: {them.name} has no address to sign in with yet", "ana@example.com"))
    return them


def _typed(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)


async def _ended(tx: AsyncConnection, them: Person) -> None:
    await sessions.end_of(tx, them.id)
    await mailed.end(tx, them.id)
    await half.end_all(tx, them.id)
    await devices.forget(tx, them.id)
    await tries.forgive(tx, Key(PASSWORD, person.folded(them.email or "")), Key(CODE, them.id), Key(PROOF, them.id))


async def _told(tx: AsyncConnection, them: Person, sentence: str) -> None:
    """In the audit of every workspace that they are in: the machine has a hand in it."""
    for workspace, member in await person.memberships(tx, them.id):
        by = system(workspace, "Whoever runs this machine")
        await audit.write(tx, "password.by_machine", f"helped: {them.name} {sentence}", by=by, subject=member)
