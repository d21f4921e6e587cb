"""Letters that the server itself writes: invitations, sign-in links, confirmations, warnings.

They go out by the mail connection of the workspace they belong to, else by the server's own (`SAYSO_SMTP_URL`). Nobody waits for a mail
server in a request whose time tells something: begin such a letter with `parts.jobs.begin(letters.send(…))`.

Whoever runs a mail server reads what goes out by it. So a letter that lets somebody in (`lets_in`) goes by the server's own mail, else by a
connection that nobody has had a hand in who may do less than the letter gives; and no letter by one that a builder has set up. And only the server's own shows whose an address is (`proves`):
a workspace's mail server says what its workspace likes.
"""

import logging
import secrets
from collections.abc import Collection
from html import escape
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.automations.papers import letter
from sayso.connections import carriers, mail, own_mail
from sayso.connections.connections import Connections
from sayso.connections.mail import Message
from sayso.connections.opened import Opened
from sayso.errors import NotFound, SaysoError
from sayso.settings import Settings
from sayso.team.actor import system
from sayso.team.roles import RIGHTS, Right

TOLD: tuple[Right, ...] = ("manage",)
"""Who may run the mail server that carries the others: they tell people what is theirs to see, and builders see less than all of them together."""

log = logging.getLogger(__name__)


class Postal(Protocol):
    """What letters need: a server's parts have it, and so does a command beside it."""

    @property
    def engine(self) -> AsyncEngine: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def connections(self) -> Connections: ...


async def send(
    parts: Postal,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    workspace: str | None = None,
    press: tuple[str, str] | None = None,
    key: str | None = None,
    unsubscribe: str = "",
    lets_in: Collection[Right] = (),
) -> bool:
    """One letter to one address. `text` is plain paragraphs; `press` is a link to press, `("Join Northlight", "https://…")`, which stands below it.
    `key` is the same on every attempt at the same letter; `unsubscribe` an address that ends letters like it. `lets_in`: what whoever opens its link may do then.

    False: it did not go out, because there is no mail server or it did not take it; then show a link to copy. Never raises.
    """
    try:
        found = await _way(parts, workspace, lets_in)
        if found is None:
            return False
        way, opened = found
        whole = text.strip() + (f"\n\n{press[0]}:\n{press[1]}" if press else "")
        drawn = letter.letter(html or _drawn(text, press), title=subject, footer=f"Sent by Sayso, {parts.settings.url}")
        line = mail.one_line(subject)[: mail.SUBJECT_LENGTH_MAX]
        whole_text = f"{whole}\n\n-- \nSent by Sayso, {parts.settings.url}\n"
        message = Message((to,), line, whole_text, drawn, key=key or secrets.token_hex(16), unsubscribe=unsubscribe)
        await mail.send(way, opened, message)
    except SaysoError as error:
        log.warning("a letter did not go out: %s", error)
        return False
    except Exception as error:  # its words may hold what the letter says
        log.error("a letter did not go out: %s", type(error).__name__)
        return False
    return True


def prove(parts: Postal) -> bool:
    """Whether a letter that lets somebody in shows that its address is theirs, when they open it."""
    return parts.settings.smtp_url is not None


async def possible(parts: Postal, workspace: str | None = None, *, lets_in: Collection[Right] = ()) -> bool:
    """Whether there is a mail server at all, or one for letters that let somebody in; a letter may still be refused by it."""
    if parts.settings.smtp_url:
        return True
    if workspace is None:
        return False
    async with db.transaction(parts.engine) as tx:
        return await carriers.trusted(tx, parts.connections, workspace, lets_in or TOLD) is not None


async def anywhere(parts: Postal) -> bool:
    """Whether a link to sign in could go out to anybody."""
    if parts.settings.smtp_url:
        return True
    async with db.transaction(parts.engine) as tx:
        return await carriers.trusted(tx, parts.connections, None, RIGHTS) is not None


async def _way(parts: Postal, workspace: str | None, lets_in: Collection[Right]) -> tuple[Connections, Opened] | None:
    if workspace is not None and not (lets_in and parts.settings.smtp_url):
        try:
            async with db.transaction(parts.engine) as tx:
                if (id := await carriers.trusted(tx, parts.connections, workspace, lets_in or TOLD)) is not None:
                    by = system(workspace)
                    return parts.connections, await parts.connections.opened(tx, id, "email", by=by, what="Sayso's own letters")
        except NotFound:
            pass
    if not parts.settings.smtp_url:
        return None
    own = own_mail.opened(parts.settings.smtp_url, parts.settings.mail_from or "", workspace or "")
    return own_mail.connections(parts.connections), own


def _drawn(text: str, press: tuple[str, str] | None) -> str:
    paragraphs = [escape(one.strip()).replace("\n", "<br>") for one in text.strip().split("\n\n")]
    html = "".join(f"<p>{one}</p>" for one in paragraphs if one)
    if press:
        html += letter.button(*press)
        html += f"<p><small>Or open this address: {escape(press[1])}</small></p>"
    return html
