"""A multipart form, cut into its fields and files without copying them."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sayso.gateway.refusals import Refused

PARTS_MAX = 200
NAME_LENGTH_MAX = 255


@dataclass(frozen=True, slots=True)
class Part:
    """`filename` is None for a field of text."""

    name: str
    filename: str | None
    type: str
    value: memoryview

    @property
    def text(self) -> str:
        return bytes(self.value[:4096]).decode("utf-8", "replace")


def parts(raw: bytes, content_type: bytes) -> dict[str, Part]:
    """By name, the first of each. Raises `Refused` (400)."""
    found = re.search(rb'boundary="?([^";,]{1,70})"?', content_type)
    if not content_type.startswith(b"multipart/form-data") or found is None:
        raise Refused("This takes a form: Content-Type: multipart/form-data.", 400)
    mark = b"--" + found[1]
    at = raw.find(mark)
    if at < 0:
        raise Refused("We could not parse the multipart form of your request.", 400)
    view = memoryview(raw)
    told: dict[str, Part] = {}
    while True:
        start = at + len(mark)
        if raw[start : start + 2] == b"--":
            return told
        head_end = raw.find(b"\r\n\r\n", start)
        next_at = raw.find(b"\r\n" + mark, head_end + 2) if head_end >= 0 else -1
        if head_end < 0 or next_at < 0 or len(told) >= PARTS_MAX:
            raise Refused("We could not parse the multipart form of your request: it ends too early.", 400)
        part = _part(raw[start:head_end], view[head_end + 4 : next_at])
        told.setdefault(part.name, part)
        at = next_at + 2


def _part(head: bytes, value: memoryview) -> Part:
    text = head.decode("utf-8", "replace")
    name = re.search(r'[; ]name="([^"]{0,100})"', text)
    filename = re.search(r'filename="((?:[^"\\]|\\.)*)"', text)
    encoded = re.search(r"filename\*=(?:UTF-8|utf-8)''([^;\r\n]+)", text)
    type = re.search(r"content-type:\s*([^\r\n;]+)", text, re.I)
    told = unquote(encoded[1]) if encoded else filename[1] if filename else None
    return Part(name[1] if name else "", told if told is None else shown(told), type[1].strip() if type else "", value)


def shown(name: str) -> str:
    """A file's name as it is kept: never a path, nothing that cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "_" for c in last)[:NAME_LENGTH_MAX] or "file"
