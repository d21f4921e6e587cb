"""An e-mail that came, as plain values: whoever wrote it, whatever is wrong with it."""

from __future__ import annotations

import email
import email.policy
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from html import unescape
from typing import Any

import nh3

TEXT_CHARACTERS_MAX = 200_000
LINE_LENGTH_MAX = 1_000
ATTACHMENTS_MAX = 50
NAME_LENGTH_MAX = 200
PEOPLE_MAX = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """`type` is what the sender says it is."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """`id` is the Message-ID, or a digest of the message where it has none: the same for the same message. `text` is plain, made of the
    HTML where there is nothing else. `automatic`: written by a machine; whoever answers such makes a circle."""

    uid: int
    id: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    at: datetime | None
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    in_reply_to: str
    automatic: bool
    whole: bool

    def as_json(self) -> dict[str, Any]:
        """As a trigger tells it: without the bytes of attachments."""
        return {
            "id": self.id,
            "from": self.sender,
            "from_name": self.sender_name,
            "to": list(self.to),
            "cc": list(self.cc),
            "subject": self.subject,
            "at": self.at.isoformat() if self.at else None,
            "text": self.text,
            "html": self.html,
            "attachments": [{"name": one.name, "type": one.type, "bytes": len(one.content)} for one in self.attachments],
            "in_reply_to": self.in_reply_to,
            "automatic": self.automatic,
            "whole": self.whole,
        }


def read(content: bytes, *, uid: int = 0, whole: bool = True) -> Incoming:
    """Never raises: a part that cannot be read is left out."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    name, sender = parseaddr(_header(message, "From"))
    html = _body(message, "html")
    text = _body(message, "plain") or _plain(html)
    return Incoming(
        uid,
        _header(message, "Message-ID") or f"<{hashlib.sha256(content).hexdigest()[:32]}@without.id>",
        sender.lower(),
        name,
        _people(message, "To"),
        _people(message, "Cc"),
        _header(message, "Subject"),
        _date(message),
        text[:TEXT_CHARACTERS_MAX],
        html[:TEXT_CHARACTERS_MAX],
        tuple(_attachments(message)) if whole else (),
        _header(message, "In-Reply-To"),
        _automatic(message),
        whole,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except Exception:  # the library's parser of headers stumbles over some that spam has
        value = next((raw for key, raw in message._headers if key.lower() == name.lower()), "")  # pyright: ignore[reportAttributeAccessIssue]
    text = "" if value is None else str(value)
    return " ".join(text.replace("\0", "").encode("utf-8", "replace").decode().split())[:LINE_LENGTH_MAX]


def _people(message: EmailMessage, name: str) -> tuple[str, ...]:
    pairs = getaddresses([_header(message, name)])
    return tuple(address.lower() for _, address in pairs if "@" in address)[:PEOPLE_MAX]


def _date(message: EmailMessage) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(_header(message, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _body(message: EmailMessage, kind: str) -> str:
    with suppress(Exception):  # as in _header: a letter that is broken somewhere is still a letter
        part = message.get_body((kind,))
        if part is not None:
            return _content(part)
    return ""


def _content(part: Any) -> str:
    try:
        text = part.get_content()
    except (LookupError, UnicodeError, ValueError):
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return str(text).replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode().strip()


def _plain(html: str) -> str:
    if not html:
        return ""
    for tag in ("<br", "</p>", "</div>", "</tr>", "</li>"):
        html = html.replace(tag, f"\n{tag}")
    text = unescape(nh3.clean(html, tags=set(), clean_content_tags={"script", "style", "title"}))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(line for n, line in enumerate(lines) if line or (n and lines[n - 1])).strip()


def _attachments(message: EmailMessage) -> list[Attachment]:
    found: list[Attachment] = []
    with suppress(Exception):  # as in _header
        for part in message.iter_attachments():
            content = part.get_payload(decode=True)
            if content is None and part.get_content_maintype() == "message":
                content = part.as_bytes()
            if isinstance(content, bytes) and len(found) < ATTACHMENTS_MAX:
                found.append(Attachment(_name(part.get_filename()), part.get_content_type(), content))
    return found


def _name(name: str | None) -> str:
    """The last part of a path, without what no file's name holds."""
    bare = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in bare if c.isprintable() and c not in '<>:"|?*').strip(" .")[-NAME_LENGTH_MAX:] or "attachment"


def _automatic(message: EmailMessage) -> bool:
    """RFC 3834: written by a machine."""
    said = _header(message, "Auto-Submitted").lower()
    bulk = _header(message, "Precedence").lower() in ("bulk", "list", "junk", "auto_reply")
    return (said not in ("", "no")) or bulk or bool(_header(message, "List-Id"))
