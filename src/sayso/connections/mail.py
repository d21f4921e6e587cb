"""E-mail out: one message over SMTP (RFC 5321), on a socket of the door.

The Message-ID is made of the idempotency key: a message that had to be sent twice is one and the same for servers and readers that
look. What is said to the server is in `smtp.py`.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageDefect, NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from sayso.connections import smtp
from sayso.connections.delivered import Sent
from sayso.connections.opened import Opened
from sayso.errors import Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

RECIPIENTS_MAX = 100
SUBJECT_LENGTH_MAX = 500
MESSAGE_BYTES_MAX = 25 * 2**20
ADDRESSES_LENGTH_MAX = 20_000
ADDRESS_LENGTH_MAX = 254
"""RFC 5321, 4.5.3.1."""


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail. `attachments` are name, type and bytes; `inline` are pictures that stand in the HTML, with the id by which it names them
    (`cid:…`) first; `key` is the same on every attempt."""

    to: tuple[str, ...]
    subject: str
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str, bytes], ...] = field(default=(), repr=False)
    inline: tuple[tuple[str, str, str, bytes], ...] = field(default=(), repr=False)
    key: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    unsubscribe: str = ""
    """Where one press ends letters like this (RFC 8058): an https address that takes a POST."""


async def send(connections: Connections, opened: Opened, message: Message) -> Sent:
    """Raises `Invalid` for a message that is none, `NotDelivered` and `NotAnswered` for what the server says or does not say."""
    written, recipients = composed(opened, message)
    wide = any(not one.isascii() for one in (*recipients, _sender(opened).addr_spec))
    data = written.as_bytes(policy=SMTPUTF8 if wide else SMTP)
    if len(data) > MESSAGE_BYTES_MAX:
        raise Invalid(Problem("attachments", f"make a message of more than {MESSAGE_BYTES_MAX // 2**20} MB"))

    def work(client: smtplib.SMTP) -> dict[str, tuple[int, bytes]]:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
        if wide and not client.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("addresses with other letters than ASCII")
        return client.sendmail(_sender(opened).addr_spec, list(recipients), data, options)

    refused = await smtp.session(connections, opened, work)
    told = f"E-mail sent to {', '.join(one for one in recipients if one not in refused)}."
    if refused:
        told += f" The server did not take {', '.join(refused)}."
    return Sent(str(written["Message-ID"]), told)


async def check(connections: Connections, opened: Opened) -> str:
    """Signs in and says goodbye."""
    _sender(opened)

    def work(client: smtplib.SMTP) -> str:
        client.noop()
        return "with TLS" if isinstance(client.sock, ssl.SSLSocket) else "without encryption"

    how = await smtp.session(connections, opened, work)
    signed = "lets us in" if opened.text("user") else "answers"
    return f"{opened.text('host')} {signed}, {how}. It will send as {_sender(opened)}."


def composed(opened: Opened, message: Message) -> tuple[EmailMessage, tuple[str, ...]]:
    """The message as it is sent, and everybody who gets it. Raises `Invalid`."""
    to, cc, bcc = (addresses(group, where) for group, where in ((message.to, "to"), (message.cc, "cc"), (message.bcc, "bcc")))
    recipients = tuple(dict.fromkeys(_spec(one) for one in (*to, *cc, *bcc)))
    if not recipients:
        raise Invalid(Problem("to", "names nobody", "ana@example.com"))
    if len(recipients) > RECIPIENTS_MAX:
        raise Invalid(Problem("to", f"names more than {RECIPIENTS_MAX} people"))
    sender = _sender(opened)
    written = EmailMessage(policy=SMTP)
    try:
        written["From"] = sender
        written["To"] = to or "undisclosed-recipients:;"
        if cc:
            written["Cc"] = cc
        replies = message.reply_to or opened.text("reply_to")
        if replies:
            written["Reply-To"] = addresses((replies,), "reply_to")
        written["Subject"] = _line(message.subject, "subject", SUBJECT_LENGTH_MAX)
        written["Date"] = format_datetime(datetime.now(UTC))
        written["Message-ID"] = message_id(message.key or repr(message), sender.domain)
        if message.in_reply_to:
            written["In-Reply-To"] = written["References"] = _line(message.in_reply_to, "in_reply_to", SUBJECT_LENGTH_MAX)
        written["Auto-Submitted"] = "auto-generated"
        if message.unsubscribe:
            written["List-Unsubscribe"] = f"<{_line(message.unsubscribe, 'unsubscribe', SUBJECT_LENGTH_MAX)}>"
            written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        _fill(written, message)
    except (ValueError, HeaderParseError, MessageDefect) as error:
        raise Invalid(Problem("message", f"cannot be written as an e-mail: {error}")) from None
    return written, recipients


def message_id(key: str, domain: str) -> str:
    """The same for the same key; tells nothing of it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain.encode('idna').decode() if domain else 'sayso.invalid'}>"


def addresses(given: tuple[str, ...], where: str) -> tuple[Address, ...]:
    """`Ana Prado <ana@example.com>, ben@example.com` as addresses. Raises `Invalid`, naming the one that is none."""
    found: list[Address] = []
    for text in given:
        text = _line(text, where, ADDRESSES_LENGTH_MAX).replace(";", ",").strip().strip(",")
        if not text:
            continue
        header: Any = SMTPUTF8.header_factory("To", text)
        wrong = [d for d in header.defects if not isinstance(d, NonASCIILocalPartDefect)]
        if wrong or not header.addresses or any(group.display_name is not None for group in header.groups):
            raise Invalid(Problem(where, f"{text[:80]} is no e-mail address", "ana@example.com"))
        found += (_address(one.display_name, one.addr_spec, where) for one in header.addresses)
    return tuple(found)


def one_line(text: str) -> str:
    """What people wrote, as a subject or a file's name may hold it: a sign that stands for none keeps no letter back."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


# ── inside ────────────────────────────────────────────────────


def _line(text: object, where: str, most: int) -> str:
    if not isinstance(text, str):
        raise Invalid(Problem(where, "is text"))
    if any((ord(c) < 32 and c != "\t") or ord(c) == 127 for c in text):
        raise Invalid(Problem(where, "is one line of text"))
    if len(text) > most:
        raise Invalid(Problem(where, f"has at most {most:,} characters"))
    return text


def _address(name: str, spec: str, where: str) -> Address:
    local, at, domain = spec.rpartition("@")
    wrong = Invalid(Problem(where, f"{spec[:80] or name[:80]} is no e-mail address", "ana@example.com"))
    if not at or not local or ("." not in domain.strip(".") and domain != "localhost") or len(spec) > ADDRESS_LENGTH_MAX:
        raise wrong
    try:
        domain.encode("idna")
        return Address(name.strip(), username=local, domain=domain)
    except (ValueError, UnicodeError, HeaderParseError, IndexError):
        raise wrong from None


def _spec(one: Address) -> str:
    """As the envelope has it: a domain of other letters in its ASCII form."""
    local = one.addr_spec.rpartition("@")[0]
    return f"{local}@{one.domain.encode('idna').decode()}"


def _sender(opened: Opened) -> Address:
    (one, *_) = addresses((opened.text("from_address") or opened.text("user"),), "from_address") or (None,)
    if one is None:
        raise Invalid(
            Problem("settings/from_address", f"{opened.name} does not say who its messages come from", "ops@example.com")
        )
    return Address(opened.text("from_name") or one.display_name, username=one.username, domain=one.domain)


def _fill(written: EmailMessage, message: Message) -> None:
    if message.text or not message.html:
        written.set_content(message.text or " ")
    else:
        written.set_content("This message is written in HTML.")
    if message.html:
        written.add_alternative(message.html, subtype="html")
        html: Any = written.get_body(("html",))
        for cid, name, type, content in message.inline:
            main, sub = _type(type)
            html.add_related(
                content, maintype=main, subtype=sub, cid=f"<{_line(cid, 'inline', 100)}>", filename=_line(name, "inline", 255), disposition="inline"
            )  # fmt: skip
    for name, type, content in message.attachments:
        main, sub = _type(type)
        written.add_attachment(content, maintype=main, subtype=sub, filename=_line(name, "attachments", 255))


def _type(type: str) -> tuple[str, str]:
    main, _, sub = (type if type.count("/") == 1 and type.isascii() else "application/octet-stream").partition("/")
    return ("application", "octet-stream") if main in ("multipart", "message") else (main, sub.partition(";")[0].strip())
