"""E-mail in: what is new in a folder, by IMAP (RFC 3501), on a socket of the door.

A folder numbers its messages upwards (UIDs) and says when it has begun to number anew (UIDVALIDITY): together they are a `Place`, and
what lies behind it is new. Nothing is marked as read, moved or deleted.
"""

from __future__ import annotations

import binascii
import imaplib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sayso.connections import blocking, oauth
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.egress import Socket
from sayso.connections.letters import Incoming, read
from sayso.connections.opened import Opened
from sayso.errors import Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

MESSAGE_BYTES_MAX = 25 * 2**20
"""Of a larger one only the head is read."""
ANSWER_BYTES_MAX = MESSAGE_BYTES_MAX + 2**20
FETCHED_AT_ONCE_MAX = 50
WHOLE_SECONDS_MAX = 120
FOLDER_LENGTH_MAX = 500
SAID_LENGTH_MAX = 300
PORTS = {"tls": 993, "starttls": 143, "none": 143}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a folder was read: keep it, and hand it in again."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """`more`: there is more behind this place already. `anew`: the folder numbers its messages anew; it is read on from its end."""

    place: Place
    messages: tuple[Incoming, ...]
    more: bool = False
    anew: bool = False


async def fetch(
    connections: Connections, opened: Opened, folder: str = "INBOX", since: Place | None = None, many: int = FETCHED_AT_ONCE_MAX
) -> Fetched:
    """At most `many` new messages, oldest first. Without `since` none, and the place where the folder ends now.

    Raises `Invalid` (no such folder), `NotDelivered` (not let in), `NotAnswered`.
    """
    many = max(1, min(many, FETCHED_AT_ONCE_MAX))
    return await _session(connections, opened, lambda client: _fetched(client, folder or "INBOX", since, many))


async def folders(connections: Connections, opened: Opened) -> tuple[str, ...]:
    """The names of what can be read."""

    def work(client: Client) -> tuple[str, ...]:
        _, lines = client.list()
        found = [_listed(line) for line in lines or () if line]
        return tuple(sorted(name for name in found if name))

    return await _session(connections, opened, work)


async def check(connections: Connections, opened: Opened) -> str:
    def work(client: Client) -> int:
        return _selected(client, "INBOX")

    count = await _session(connections, opened, work)
    return f"{opened.text('host')} lets us in. The inbox holds {count:,} {'message' if count == 1 else 'messages'}."


class Client(imaplib.IMAP4):
    """On a socket that the door has opened; takes no answer without end."""

    def __init__(self, opened: Socket, host: str, port: int) -> None:
        self._given = opened
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> Socket:
        return self._given

    def read(self, size: int) -> bytes:
        if size > ANSWER_BYTES_MAX:
            raise self.abort(f"it sends {size:,} bytes at once")
        return super().read(size)


# ── inside ────────────────────────────────────────────────────


async def _session(connections: Connections, opened: Opened, work: Callable[[Client], T]) -> T:
    host, port = opened.text("host"), int(opened.settings.get("port") or PORTS[opened.text("security", "tls")])
    token = await oauth.token(connections, opened) if oauth.consents_needed(opened.settings) else ""
    socket = await blocking.socket_to(connections, host, port)

    def spoken() -> T:
        client = _client(connections, opened, socket, host, port)
        try:
            _sign_in(client, opened, token)
            return work(client)
        finally:
            _goodbye(client)

    try:
        return await blocking.run(socket, spoken, f"{host}:{port}", WHOLE_SECONDS_MAX)
    except imaplib.IMAP4.abort as error:
        raise NotAnswered(f"{host} broke off: {opened.masked(str(error))[:SAID_LENGTH_MAX]}", "cut") from None
    except imaplib.IMAP4.error as error:
        raise NotDelivered(f"{host} says no: {opened.masked(_said(error))}", detail=opened.masked(str(error))) from None
    except OSError as error:
        raise blocking.unanswered(error, f"{host}:{port}") from None


def _client(connections: Connections, opened: Opened, socket: Socket, host: str, port: int) -> Client:
    security = opened.text("security", "tls")
    if security == "tls":
        socket = blocking.wrapped(connections, socket, host)
    client = Client(socket, host, port)
    if security == "starttls":
        client.starttls(connections.door.tls())
    return client


def _sign_in(client: Client, opened: Opened, token: str) -> None:
    user, password = opened.text("user"), opened.secret("password")
    try:
        if token:
            client.authenticate("XOAUTH2", lambda _: f"user={user}\x01auth=Bearer {token}\x01\x01".encode())
        elif "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            client.login(quoted(user), password)
    except imaplib.IMAP4.abort:
        raise
    except UnicodeError:
        raise NotDelivered(f"{opened.text('host')} can be told users and passwords of ASCII letters only.") from None
    except imaplib.IMAP4.error as error:
        said = opened.masked(_said(error))
        raise NotDelivered(f"{opened.text('host')} does not accept this user and password ({said}).", detail=said) from None


def _goodbye(client: Client) -> None:
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        client.shutdown()


def _selected(client: Client, folder: str) -> int:
    """How many messages it holds; opened to read only."""
    if len(folder) > FOLDER_LENGTH_MAX or not folder.isprintable():
        raise Invalid(Problem("folder", "is no folder's name", "INBOX"))
    state, said = client.select(quoted(encoded(folder)), readonly=True)
    if state != "OK":
        raise Invalid(Problem("folder", f"{folder} cannot be read: {_text(said[0] if said else b'')}", "INBOX"))
    return int(said[0] or 0) if said else 0


def _fetched(client: Client, folder: str, since: Place | None, many: int) -> Fetched:
    _selected(client, folder)
    validity, last = _number(client.response("UIDVALIDITY")[1]), _number(client.response("UIDNEXT")[1]) - 1
    if last < 0:
        last = max(_searched(client, "ALL"), default=0)
    if since is None or since.validity != validity:
        return Fetched(Place(validity, last), (), anew=since is not None)
    uids = sorted(uid for uid in _searched(client, f"UID {since.uid + 1}:*") if uid > since.uid)
    found = tuple(one for one in (_message(client, uid) for uid in uids[:many]) if one is not None)
    place = Place(validity, uids[:many][-1] if uids else since.uid)
    return Fetched(place, found, more=len(uids) > many)


def _searched(client: Client, what: str) -> list[int]:
    _, found = client.uid("SEARCH", what)
    return [int(uid) for line in found if line for uid in line.split() if uid.isdigit()]


def _message(client: Client, uid: int) -> Incoming | None:
    """None when it has gone in between."""
    sizes = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_flat(client.uid("FETCH", str(uid), "(RFC822.SIZE)")[1])))
    size = int(sizes[1]) if sizes else 0
    part = "BODY.PEEK[]" if size <= MESSAGE_BYTES_MAX else "BODY.PEEK[HEADER]"
    _, said = client.uid("FETCH", str(uid), f"({part})")
    content = next((one[1] for one in said if isinstance(one, tuple) and len(one) > 1), None)
    return None if content is None else read(content, uid=uid, whole=size <= MESSAGE_BYTES_MAX)


def _flat(said: list[Any]) -> list[bytes]:
    return [part for one in said for part in (one if isinstance(one, tuple) else (one,)) if isinstance(part, bytes)]


def _number(said: list[Any]) -> int:
    return int(said[0]) if said and said[0] and said[0].isdigit() else 0


def _listed(line: Any) -> str:
    """`(\\HasNoChildren) "/" "Sent"`, or the name as a literal behind it."""
    if isinstance(line, tuple):
        return decoded(_text(line[1]))
    found = re.match(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)$', line)
    if found is None or b"\\noselect" in found["flags"].lower():
        return ""
    name = _text(found["name"]).strip()
    if name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return decoded(name)


def _said(error: Exception) -> str:
    text = _text(error.args[0]) if error.args else ""
    return " ".join(text.split())[:SAID_LENGTH_MAX]


def _text(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def encoded(name: str) -> str:
    """A folder's name in IMAP's own UTF-7 (RFC 3501, 5.1.3)."""

    def packed(found: re.Match[str]) -> str:
        coded = found[0].encode("utf-16-be")
        return "&" + (b64(coded).replace("/", ",")) + "-"

    return re.sub(r"[^\x20-\x7e]+", packed, name.replace("&", "&-"))


def decoded(name: str) -> str:
    def unpacked(found: re.Match[str]) -> str:
        return un64(found[1].replace(",", "/")).decode("utf-16-be", "replace") if found[1] else "&"

    return re.sub(r"&([A-Za-z0-9+,]*)-", unpacked, name)


def b64(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode().rstrip("=")


def un64(text: str) -> bytes:
    return binascii.a2b_base64(text + "=" * (-len(text) % 4))
