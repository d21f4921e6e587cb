"""Letters that the server itself writes: invitations, sign-in links, confirmations, warnings.

They go out by the mail connection of the workspace they belong to, else by the server's own (`SAYSO_SMTP_URL`). Nobody waits for a mail
server in a request whose time tells something: begin such a letter with `parts.jobs.begin(letters.send(…))`.
"""

import logging
import secrets
from html import escape

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.automations.papers import letter
from sayso.connections import mail, own_mail
from sayso.connections.connections import Connections
from sayso.connections.mail import Message
from sayso.connections.opened import Opened
from sayso.db.connection_tables import connections as known
from sayso.db.tables import members
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
    secret: bool = False,
) -> bool:
    """One letter to one address. `text` is plain paragraphs; `press` is a link to press, `("Join Northlight", "https://…")`, which stands below it.
    `key` is the same on every attempt at the same letter; `unsubscribe` an address that ends letters like it. `secret`: whoever reads it is let in, so it goes by no mail server that
    somebody with fewer rights has put there (see `_trusted`).

    False: it did not go out, because there is no mail server or it did not take it; then show a link to copy. Never raises.
    """
    try:
        found = await _way(parts, workspace, secret=secret)
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


async def possible(parts: Parts, workspace: str | None = None, *, secret: bool = False) -> bool:
    """Whether there is a mail server at all, or one for letters that let somebody in; a letter may still be refused by it."""
    if parts.settings.smtp_url:
        return True
    if workspace is None:
        return False
    async with db.transaction(parts.engine) as tx:
        if secret:
            return await _trusted(tx, parts, workspace) is not None
        kinds = parts.connections.keys("email")
        query = select(known.c.id).where(known.c.workspace_id == workspace, known.c.kind.in_(kinds)).limit(1)
        return (await tx.execute(query)).first() is not None


async def _trusted(tx: AsyncConnection, parts: Parts, workspace: str) -> str | None:
    """The workspace's mail connection that an owner of it has made. Any builder makes connections, and reads what goes out by theirs: a
    link that lets an owner in must not."""
    m = members.c
    query = select(known.c.id).join(members, (m.id == known.c.owner) & (m.workspace_id == known.c.workspace_id))
    query = query.where(known.c.workspace_id == workspace, known.c.kind.in_(parts.connections.keys("email")))
    query = query.where(m.role == "owner", m.removed_at.is_(None), m.suspended_at.is_(None))
    return (await tx.execute(query.order_by(known.c.position).limit(1))).scalar_one_or_none()


async def _way(parts: Parts, workspace: str | None, *, secret: bool) -> tuple[Connections, Opened] | None:
    if workspace is not None and not (secret and parts.settings.smtp_url):
        try:
            async with db.transaction(parts.engine) as tx:
                id = await _trusted(tx, parts, workspace) if secret else None
                if secret and id is None:
                    return None
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
