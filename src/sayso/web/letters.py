"""Letters that the server itself writes: invitations, sign-in links, confirmations, warnings.

They go out by the mail connection of the workspace they belong to, else by the server's own (`SAYSO_SMTP_URL`). Nobody waits for a mail
server in a request whose time tells something: begin such a letter with `parts.jobs.begin(letters.send(…))`.
"""

import logging
import secrets
from html import escape

from sqlalchemy import select

from sayso import db
from sayso.automations.papers import letter
from sayso.connections import mail, own_mail
from sayso.connections.connections import Connections
from sayso.connections.mail import Message
from sayso.connections.opened import Opened
from sayso.db.connection_tables import connections as known
from sayso.errors import NotFound, SaysoError
from sayso.team.actor import system
from sayso.web.parts import Parts

log = logging.getLogger(__name__)


async def send(
    parts: Parts,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    workspace: str | None = None,
    press: tuple[str, str] | None = None,
    key: str | None = None,
    unsubscribe: str = "",
) -> bool:
    """One letter to one address. `text` is plain paragraphs; `press` is a link to press, `("Join Northlight", "https://…")`, which stands below it.
    `key` is the same on every attempt at the same letter; `unsubscribe` an address that ends letters like it.

    False: it did not go out, because there is no mail server or it did not take it; then show a link to copy. Never raises.
    """
    try:
        found = await _way(parts, workspace)
        if found is None:
            return False
        way, opened = found
        whole = text.strip() + (f"\n\n{press[0]}:\n{press[1]}" if press else "")
        drawn = letter.letter(html or _drawn(text, press), title=subject, footer=f"Sent by Sayso, {parts.settings.url}")
        line = " ".join(subject.split())[: mail.SUBJECT_LENGTH_MAX]
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


async def possible(parts: Parts, workspace: str | None = None) -> bool:
    """Whether there is a mail server at all; a letter may still be refused by it."""
    if parts.settings.smtp_url:
        return True
    if workspace is None:
        return False
    async with db.transaction(parts.engine) as tx:
        kinds = parts.connections.keys("email")
        query = select(known.c.id).where(known.c.workspace_id == workspace, known.c.kind.in_(kinds)).limit(1)
        return (await tx.execute(query)).first() is not None


async def _way(parts: Parts, workspace: str | None) -> tuple[Connections, Opened] | None:
    if workspace is not None:
        try:
            async with db.transaction(parts.engine) as tx:
                by = system(workspace)
                return parts.connections, await parts.connections.opened(tx, None, "email", by=by, what="Sayso's own letters")
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
