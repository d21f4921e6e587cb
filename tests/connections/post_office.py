"""A mail server on loopback (aiosmtpd), that takes what it is told to take and shows what came."""

import asyncio
import base64
import email
import email.policy
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "ops@northlight.example", "pw-canary-77aa"
OTHER_LETTERS = "pässwörd-中"
TOKEN = "at-canary-1"


@dataclass
class PostOffice:
    """`refuses` are answers in place of taking: by recipient, or `DATA`."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    came: list[Envelope] = field(default_factory=list)
    sessions: int = 0

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            cast(EmailMessage, email.message_from_bytes(cast(bytes, one.content), policy=email.policy.default))
            for one in self.came
        ]

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """As Google and Microsoft do it: one line with user and token."""
        said = base64.b64decode(args[1]).decode()
        if said == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01":
            return AuthResult(success=True)
        await server.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        assert await server._reader.readline() == b"\r\n"
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.refuses:
            return self.refuses["DATA"]
        self.came.append(envelope)
        return "250 taken"


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password.decode() in (PASSWORD, OTHER_LETTERS)
    return AuthResult(success=good, handled=False)


@asynccontextmanager
async def post_office(*, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> AsyncIterator[PostOffice]:
    there = PostOffice()
    loop = asyncio.get_running_loop()

    def serve() -> SMTP:
        there.sessions += 1
        return SMTP(
            there,
            loop=loop,
            enable_SMTPUTF8=True,
            authenticator=_let_in,
            auth_require_tls=False,
            tls_context=starttls,
            hostname="post.test",
        )

    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=tls)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()
