"""BER as LDAP uses it (RFC 4511, 5.1): definite lengths only, each value one tag, one length, its content."""

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER, OCTETS, ENUMERATED, BOOLEAN, SEQUENCE, SET = 0x02, 0x04, 0x0A, 0x01, 0x30, 0x31
LENGTH_BYTES_MAX = 4


class BadBer(ValueError):
    """What came is no BER, or ends too early."""


@dataclass(frozen=True, slots=True)
class Value:
    tag: int
    content: bytes

    @property
    def parts(self) -> tuple["Value", ...]:
        return tuple(read_all(self.content))

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def made(tag: int, content: bytes = b"") -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def of(tag: int, *parts: bytes) -> bytes:
    return made(tag, b"".join(parts))


def number(value: int, tag: int = INTEGER) -> bytes:
    return made(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: str | bytes, tag: int = OCTETS) -> bytes:
    return made(tag, value.encode() if isinstance(value, str) else value)


def boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    return made(tag, b"\xff" if value else b"\x00")


def size(begin: bytes) -> int | None:
    """How long the value is that begins so, head and all; None while that cannot be told. Raises `BadBer`."""
    if len(begin) < 2:
        return None
    if begin[0] & 0x1F == 0x1F:
        raise BadBer("a tag of several bytes")
    first = begin[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 0 < count <= LENGTH_BYTES_MAX:
        raise BadBer("a length that LDAP does not use")
    return 2 + count + int.from_bytes(begin[2 : 2 + count], "big") if len(begin) >= 2 + count else None


def read_all(content: bytes) -> Iterator[Value]:
    at = 0
    while at < len(content):
        whole = size(content[at : at + 2 + LENGTH_BYTES_MAX])
        if whole is None or at + whole > len(content):
            raise BadBer("it ends too early")
        head = 2 if content[at + 1] < 0x80 else 2 + (content[at + 1] & 0x7F)
        yield Value(content[at], content[at + head : at + whole])
        at += whole
