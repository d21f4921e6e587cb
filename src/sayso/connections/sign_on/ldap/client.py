"""One conversation with an LDAP server, on a socket of the egress door. It blocks: it is spoken in a thread."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from sayso.connections.sign_on.ldap import ber
from sayso.errors import Unavailable

MESSAGE_BYTES_MAX = 4 * 2**20
ENTRIES_MAX = 5_000
SECONDS_MAX = 10
"""What the server is given for a search."""
START_TLS = "1.3.6.1.4.1.1466.20037"
SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT, INVALID_CREDENTIALS = 0, 4, 32, 49
SCOPES = {"base": 0, "one": 1, "subtree": 2}

RESULTS = {
    1: "had a problem of its own", 2: "did not understand us", 3: "took too long", 4: "found too many", 7: "does not know this way to bind",
    8: "wants a stronger way to bind, such as TLS", 10: "refers to another server", 13: "wants TLS first", 16: "does not have this attribute",
    32: "has nothing at this place (base)", 34: "says that this is no distinguished name", 48: "does not let anybody bind so",
    49: "does not accept this name and password", 50: "does not allow this", 51: "is busy", 52: "is not available", 53: "is not willing to do this",
}  # fmt: skip
"""RFC 4511, A.1, in words."""


class Refused(Unavailable):
    """The server said no. `code` is LDAP's."""

    def __init__(self, code: int, said: str) -> None:
        words = RESULTS.get(code, f"answered {code}")
        super().__init__(f"The directory {words}{': ' + said[:200] if said else ''}.")
        self.code = code


class Broken(Unavailable):
    """No conversation came about, or it broke off."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`attributes` by name in small letters."""

    dn: str
    attributes: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value.decode("utf-8", "replace") for value in self.attributes.get(name.lower(), ()))

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")


class Conversation:
    """`with Conversation(socket) as ldap:`; every request waits for its answer."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket, self._kept, self._id = opened, b"", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.sendall(self._message(ber.made(0x42)))
        self._socket.close()

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Raises `Refused`, `Broken`. What was said before must not be read as if it were said under TLS, so nothing may wait."""
        self._send(ber.of(0x77, ber.octets(START_TLS, 0x80)))
        self._done(0x78)
        if self._kept:
            raise Broken("The directory says more than it was asked before TLS begins.")
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise Broken(f"{host} shows a certificate that cannot be trusted: {error.verify_message}.") from None
        except OSError as error:
            raise Broken(f"TLS with {host} did not come about: {error}.") from None

    def bind(self, dn: str, password: str) -> None:
        """Raises `Refused`. A name without a password is no proof: servers take it for nobody in particular (RFC 4513, 5.1.2)."""
        if dn and not password:
            raise Refused(INVALID_CREDENTIALS, "")
        self._send(ber.of(0x60, ber.number(3), ber.octets(dn), ber.octets(password, 0x80)))
        self._done(0x61)

    def search(
        self, base: str, filter: bytes, attributes: Sequence[str], *, scope: str = "subtree", most: int = ENTRIES_MAX
    ) -> list[Entry]:
        """At most `most` entries. Raises `Refused`; referrals are not followed."""
        asked = ber.of(
            0x63, ber.octets(base), ber.number(SCOPES[scope], ber.ENUMERATED), ber.number(0, ber.ENUMERATED), ber.number(most),
            ber.number(SECONDS_MAX), ber.boolean(False), filter, ber.of(ber.SEQUENCE, *(ber.octets(name) for name in attributes)),
        )  # fmt: skip
        self._send(asked)
        found: list[Entry] = []
        for answer in self._answers():
            if answer.tag == 0x64:
                found.append(_entry(answer))
            elif answer.tag == 0x65:
                _checked(answer, also=(SIZE_LIMIT,))
                return found[:most]
            if len(found) > ENTRIES_MAX:
                break
        raise Broken("The directory gave more than it was asked for.")

    def _message(self, operation: bytes) -> bytes:
        self._id += 1
        return ber.of(ber.SEQUENCE, ber.number(self._id), operation)

    def _send(self, operation: bytes) -> None:
        try:
            self._socket.sendall(self._message(operation))
        except OSError as error:
            raise Broken(f"The directory does not listen any more: {error}.") from None

    def _done(self, tag: int) -> None:
        answer = next(self._answers())
        if answer.tag != tag:
            raise Broken("The directory answered something else than it was asked.")
        _checked(answer)

    def _answers(self) -> Iterator[ber.Value]:
        while True:
            try:
                (message,) = ber.read_all(self._read())
                id, operation, *_ = message.parts
            except ValueError:
                raise Broken("What answered does not speak LDAP.") from None
            if id.number == self._id:
                yield operation
            elif id.number == 0:
                raise Broken("The directory ended the conversation.")

    def _read(self) -> bytes:
        while (size := ber.size(self._kept)) is None or len(self._kept) < size:
            if size is not None and size > MESSAGE_BYTES_MAX:
                raise Broken(f"The directory answered with more than {MESSAGE_BYTES_MAX // 2**20} MB.")
            try:
                more = self._socket.recv(2**16)
            except TimeoutError:
                raise Broken("The directory did not answer in time.") from None
            except OSError as error:
                raise Broken(f"The directory broke off: {error}.") from None
            if not more:
                raise Broken("The directory hung up. Does this port want TLS?")
            self._kept += more
        whole, self._kept = self._kept[:size], self._kept[size:]
        return whole


def _checked(answer: ber.Value, also: Sequence[int] = ()) -> None:
    try:
        code, _, said, *_ = answer.parts
    except ValueError:
        raise Broken("What answered does not speak LDAP.") from None
    if code.number != SUCCESS and code.number not in also:
        raise Refused(code.number, said.text)


def _entry(answer: ber.Value) -> Entry:
    try:
        dn, attributes = answer.parts
        told = [one.parts for one in attributes.parts]
        return Entry(dn.text, {name.text.lower(): tuple(v.content for v in values.parts) for name, values in told})
    except ValueError:
        raise Broken("What answered does not speak LDAP.") from None
