"""Filters as an administrator writes them (RFC 4515), made into what is sent (RFC 4511, 4.5.1.7).

What a person types never becomes part of the text: the pattern is read first, and `{name}` stands in it for a value that is put in
afterwards, as bytes. So there is nothing to escape, and nothing to forget escaping.
"""

import re
from collections.abc import Mapping

from sayso.connections.sign_on.ldap import ber
from sayso.errors import Invalid, Problem

FILTER_CHARACTERS_MAX = 2_000
DEPTH_MAX = 20
EXAMPLE = "(&(objectClass=person)(uid={name}))"
_ITEM = re.compile(
    r"(?P<attribute>[A-Za-z0-9;.-]+)?(?P<rule>(?::dn)?(?::[A-Za-z0-9.-]+)?)(?P<op>:=|~=|>=|<=|=)(?P<value>[^()]*)", re.DOTALL
)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.?)|(\{\w+\})", re.DOTALL)
_OPS = {"=": 0xA3, ">=": 0xA5, "<=": 0xA6, "~=": 0xA8}


def made(pattern: str, values: Mapping[str, str], where: str = "filter") -> bytes:
    """The filter with its values. Raises `Invalid`, also for a name in braces that is not among them."""
    text = pattern.strip()
    if not text or len(text) > FILTER_CHARACTERS_MAX:
        raise _wrong(where, f"has 1 to {FILTER_CHARACTERS_MAX:,} characters")
    text = text if text.startswith("(") else f"({text})"
    made, end = _filter(text, 0, values, where, 0)
    if end != len(text):
        raise _wrong(where, "goes on after its last bracket")
    return made


def _filter(text: str, at: int, values: Mapping[str, str], where: str, depth: int) -> tuple[bytes, int]:
    if depth > DEPTH_MAX:
        raise _wrong(where, f"is nested at most {DEPTH_MAX} deep")
    if text[at : at + 1] != "(":
        raise _wrong(where, "misses a bracket")
    at += 1
    sign = text[at : at + 1]
    if sign in ("&", "|", "!"):
        parts: list[bytes] = []
        at += 1
        while text[at : at + 1] == "(":
            part, at = _filter(text, at, values, where, depth + 1)
            parts.append(part)
        if sign == "!" and len(parts) != 1:
            raise _wrong(where, "says not to exactly one thing: (!(a=b))")
        built = ber.of({"&": 0xA0, "|": 0xA1, "!": 0xA2}[sign], *parts)
    else:
        match = _ITEM.match(text, at)
        if match is None:
            raise _wrong(where, f"cannot be read at {text[at : at + 20]!r}")
        built, at = _item(match, values, where), match.end()
    if text[at : at + 1] != ")":
        raise _wrong(where, "misses a bracket")
    return built, at + 1


def _item(match: re.Match[str], values: Mapping[str, str], where: str) -> bytes:
    attribute, rule, op, value = match["attribute"] or "", match["rule"], match["op"], match["value"]
    if op == ":=":
        return _extensible(attribute, rule, _value(value, values, where))
    if not attribute or rule:
        raise _wrong(where, "names no attribute")
    if op != "=" or "*" not in value:
        return ber.of(_OPS[op], ber.octets(attribute), ber.octets(_value(value, values, where)))
    if value == "*":
        return ber.octets(attribute, 0x87)
    pieces = [_value(piece, values, where) for piece in value.split("*")]
    tags = [0x80, *[0x81] * (len(pieces) - 2), 0x82]
    inner = [ber.octets(piece, tag) for tag, piece in zip(tags, pieces, strict=True) if piece]
    if not inner:
        raise _wrong(where, "asks for nothing between its stars")
    return ber.of(0xA4, ber.octets(attribute), ber.of(ber.SEQUENCE, *inner))


def _extensible(attribute: str, rule: str, value: bytes) -> bytes:
    """Such as `memberOf:1.2.840.113556.1.4.1941:=…`, groups within groups in Active Directory."""
    dn, name = rule.startswith(":dn"), rule.removeprefix(":dn").removeprefix(":")
    parts = [ber.octets(name, 0x81)] if name else []
    parts += [ber.octets(attribute, 0x82)] if attribute else []
    return ber.of(0xA9, *parts, ber.octets(value, 0x83), *([ber.boolean(True, 0x84)] if dn else []))


def _value(text: str, values: Mapping[str, str], where: str) -> bytes:
    made, at = b"", 0
    for match in _ESCAPED.finditer(text):
        made += text[at : match.start()].encode()
        at = match.end()
        if match[1]:
            made += bytes.fromhex(match[1])
        elif match[3]:
            name = match[3][1:-1]
            if name not in values:
                raise _wrong(where, f"knows {', '.join('{' + one + '}' for one in values)}, not {match[3]}")
            made += values[name].encode()
        else:
            raise _wrong(where, "has a backslash that is not followed by two hexadecimal digits")
    return made + text[at:].encode()


def _wrong(where: str, why: str) -> Invalid:
    return Invalid(Problem(where, why, EXAMPLE))
