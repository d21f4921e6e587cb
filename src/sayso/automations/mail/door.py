"""A mail door of our own: takes mail for the addresses of automations, and passes nothing on.

Whoever knows an address may write to it: it is as hard to guess as a key. Nobody else's mail is taken, so there is nothing to relay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.automations import definitions
from sayso.automations.mail.arrived import begun
from sayso.automations.registered import Registered
from sayso.connections.letters import read
from sayso.data.files import FileStore
from sayso.db import tables as system
from sayso.db.automation_tables import automations as t

MESSAGE_BYTES_MAX = 25 * 2**20
RECIPIENTS_MAX = 20
SILENT_SECONDS_MAX = 60
ADDRESS_LENGTH_MAX = 64

UNKNOWN = "550 5.1.1 There is no such address here"
TRY_AGAIN = "451 4.3.0 It could not be kept just now; try again in a moment"

log = logging.getLogger(__name__)


class MailDoor:
    """`host` and `port` are where it listens; port 0 takes any, which `port` then says. None: there is no such door."""

    def __init__(self, engine: AsyncEngine, files: FileStore, host: str, port: int | None, name: str) -> None:
        self.engine, self.files, self.host, self.port, self.name = engine, files, host, port, name

    def address(self, token: str) -> str | None:
        """Where mail for an automation is sent to; None when the door is closed."""
        return f"{token}@{self.name}" if self.port is not None else None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        if self.port is None:
            yield
            return
        server = await asyncio.get_running_loop().create_server(self._session, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    def _session(self) -> SMTP:
        return SMTP(
            self,
            data_size_limit=MESSAGE_BYTES_MAX,
            hostname=self.name,
            ident="Sayso",
            timeout=SILENT_SECONDS_MAX,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )

    # ── what aiosmtpd asks ────────────────────────────────────

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many at once"
        try:
            async with self.engine.connect() as tx:
                known = await self._registered(tx, _token(address))
        except Exception as error:
            log.warning("mail waits for PostgreSQL: %s", error)
            return TRY_AGAIN
        if known is None:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Good"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Kept, with its runs, before it is taken: what is answered otherwise is the sender's to send again."""
        content: Any = envelope.content
        raw = content if isinstance(content, bytes) else str(content or "").encode()
        mail = await asyncio.to_thread(read, raw)  # up to 25 MB of somebody else's making
        try:
            async with db.transaction(self.engine) as tx:
                for token in sorted({_token(address) for address in envelope.rcpt_tos}):
                    known = await self._registered(tx, token)
                    if known is not None:
                        await begun(tx, self.files, known, mail)
        except Exception as error:
            log.warning("an e-mail could not be kept: %s", error)
            return TRY_AGAIN
        return "250 2.0.0 Kept"

    async def _registered(self, tx: AsyncConnection, token: str) -> Registered | None:
        a = system.apps.c
        query = select(t).join(system.apps, (a.number == t.c.app) & a.deleted_at.is_(None))
        here = (t.c.token == token) & (t.c.kind == "email") & t.c.on & t.c.owner.is_not(None)
        row = (await tx.execute(query.where(here))).one_or_none()
        if row is None:
            return None
        automation = await definitions.read(tx, row.definition)
        return Registered(row.app, row.app_id, row.workspace_id, automation, row.version, row.definition, row.owner, row.on)


def _token(address: str) -> str:
    """What stands before the @, without a tag behind +; nothing for what could be none of ours."""
    token = address.strip("<>").partition("@")[0].partition("+")[0].lower()
    return token if token.isascii() and token.isalnum() and len(token) <= ADDRESS_LENGTH_MAX else ""
