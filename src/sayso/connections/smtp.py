"""What is said to a server that takes mail (RFC 5321): hello, TLS, who we are, and what there is to send."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from sayso.connections import blocking, oauth
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.egress import Socket
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

WHOLE_SECONDS_MAX = 120
SAID_LENGTH_MAX = 300
PORTS = {"tls": 465, "starttls": 587, "none": 25}

T = TypeVar("T")


class Client(smtplib.SMTP):
    """On a socket that the door has opened."""

    def __init__(self, opened: Socket, host: str, local: str) -> None:
        self._given = opened
        super().__init__(local_hostname=local, timeout=blocking.SILENT_SECONDS_MAX)
        self._host = host  # what its certificate must name

    def _get_socket(self, host: str, port: int, timeout: float) -> Socket:
        return self._given


def port_of(opened: Opened) -> int:
    return int(opened.settings.get("port") or PORTS[opened.text("security", "starttls")])


async def session(connections: Connections, opened: Opened, work: Callable[[smtplib.SMTP], T]) -> T:
    """What `work` returns, after signing in. Raises `NotDelivered`, `NotAnswered`, without a secret in them."""
    host, port = opened.text("host"), port_of(opened)
    token = await oauth.token(connections, opened) if oauth.consents_needed(opened.settings) else ""
    socket = await blocking.socket_to(connections, host, port)
    try:
        return await blocking.run(
            socket, lambda: _spoken(connections, opened, socket, token, work), f"{host}:{port}", WHOLE_SECONDS_MAX
        )
    except smtplib.SMTPException as error:
        raise _refused(opened, error) from None
    except OSError as error:
        raise blocking.unanswered(error, f"{host}:{port}") from None


def _spoken(connections: Connections, opened: Opened, socket: Socket, token: str, work: Callable[[smtplib.SMTP], T]) -> T:
    host, security = opened.text("host"), opened.text("security", "starttls")
    local = (opened.text("from_address") or opened.text("user")).rpartition("@")[2] or "localhost"
    if security == "tls":
        socket = blocking.wrapped(connections, socket, host)
    client = Client(socket, host, local.encode("idna").decode())
    try:
        code, said = client.connect(host, port_of(opened))
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        client.ehlo_or_helo_if_needed()
        if security == "starttls":
            client.starttls(context=connections.door.tls())
            client.ehlo()
        _sign_in(client, opened, token)
        done = work(client)
        with suppress(smtplib.SMTPException, OSError):  # what was taken is taken, however the goodbye goes
            client.quit()
        return done
    finally:
        client.close()


def _sign_in(client: Client, opened: Opened, token: str) -> None:
    user, password = opened.text("user"), opened.secret("password")
    if token:
        _told(client, "XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01")
    elif not (user and password):
        return
    elif (user + password).isascii():
        client.login(user, password)
    else:  # the library's own ways carry ASCII only
        _told(client, "PLAIN", f"\0{user}\0{password}")


def _told(client: Client, way: str, words: str) -> None:
    """One line with all that there is to say (RFC 4954, initial response)."""
    if way not in str(client.esmtp_features.get("auth", "")).upper().split():
        raise smtplib.SMTPNotSupportedError(f"signing in by {way}")
    code, said = client.docmd("AUTH", f"{way} {base64.b64encode(words.encode()).decode()}")
    if code == 334:  # why not, coded; it ends when it has been heard
        code, said = client.docmd("")
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, said)


def _refused(opened: Opened, error: smtplib.SMTPException) -> NotDelivered:
    who = opened.text("host")
    match error:
        case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=said):
            again = 400 <= code < 500
            return _not(opened, f"{who} does not accept this user and password", code, said, again=again)
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, said = next(iter(refused.values()))
            again = any(400 <= one < 500 for one, _ in refused.values())
            return _not(opened, f"{who} does not take mail for {', '.join(refused)}", code, said, again=again)
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=said, sender=sender):
            return _not(opened, f"{who} does not take mail from {sender}", code, said, again=400 <= code < 500)
        case smtplib.SMTPConnectError(smtp_code=code, smtp_error=said):
            return _not(opened, f"{who} takes no mail just now", code, said, again=code < 500)
        case smtplib.SMTPServerDisconnected():
            return NotAnswered(f"{who} closed the connection in the middle of the talk.", "reset")
        case smtplib.SMTPNotSupportedError():
            return NotDelivered(f"{who} cannot do what is needed: {opened.masked(str(error))}")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return _not(opened, f"{who} did not take the message", code, said, again=400 <= code < 500)
        case _:
            return NotDelivered(f"{who} did not take the message.", again=True, detail=opened.masked(str(error)))


def _not(opened: Opened, message: str, code: int, said: bytes | str, *, again: bool) -> NotDelivered:
    text = " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).split())
    told = opened.masked(text)[:SAID_LENGTH_MAX]
    return NotDelivered(f"{message} ({code} {told}).".replace(" )", ")"), again=again, detail=f"{code} {told}")
