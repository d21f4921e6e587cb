"""Reads what a call used from the answer as it passes by."""

import re

from sayso.gateway.tokens import NONE, Tokens, counted, told

TAIL_BYTES = 2**13
PARSED_BYTES_MAX = 2**16
"""JSON up to here is parsed; of longer answers only the end is looked at, where usage stands."""
HELD_BYTES_MAX = 2**24
"""The longest event that is put together: a picture is some megabytes."""
CHARACTERS_A_TOKEN = 4
"""Where nobody counted: the usual estimate for English."""

USAGE = (b'"usage":{', b'"usage": {')
ANY_USAGE = b'"usage"'
NO_USAGE = b',"usage":null'
NO_CHOICES = (b'"choices":[]', b'"choices": []')
NAMED_EVENTS_MAX = 3
SECONDS_MAX = 10**6


class Meter:
    """One call's. `strip` takes away the usage that only we have asked for."""

    __slots__ = ("_held", "_kind", "_seen", "_shortest", "_strip", "events", "model", "seconds", "tier", "tokens", "tool_tokens")

    def __init__(self, kind: str = "chat", *, strip: bool = False) -> None:
        self._kind, self._strip = kind, strip
        self._held = b""
        self._seen = 0
        self._shortest = 1 << 20
        self.events = 0
        self.model: str | None = None
        """What the upstream says that it was."""
        self.tier: str | None = None
        self.tokens: Tokens | None = None
        """None until the upstream has told."""
        self.seconds = 0.0
        """Of sound, where the upstream counts that instead."""
        self.tool_tokens = NONE
        """Pictures that a text model had drawn: priced apart."""

    def whole(self, body: bytes) -> None:
        """A whole answer of JSON."""
        if len(body) <= PARSED_BYTES_MAX:
            self._read(body)
        else:
            self._read_part(body[-TAIL_BYTES:], body[:TAIL_BYTES])

    def passed(self, part: bytes) -> bytes:
        """A part of a stream of events; gives what is to be passed on now. While stripping, events are passed on whole."""
        self._seen += len(part)
        if not self._held and self.model is not None and part.endswith(b"\n\n"):  # whole events, as nearly always
            stripped = part.replace(NO_USAGE, b"")
            if ANY_USAGE not in stripped:
                self.events += part.count(b"\n\n")
                return stripped if self._strip else part
        seen = self._held + part if self._held else part
        cut = _boundary(seen)
        if cut == len(seen):
            self._held = b""
            looked = self._look(seen)
            return looked if self._strip else part
        whole, self._held = seen[:cut], seen[cut:]
        looked = self._look(whole) if whole else whole
        if len(self._held) > HELD_BYTES_MAX:
            held, self._held = self._held, b"" if self._strip else self._held[-TAIL_BYTES:]
            looked += held
        return looked if self._strip else part

    def tail(self, part: bytes) -> None:
        """A part of a long answer that is not made of events: its end is kept."""
        self._held = (self._held + part)[-TAIL_BYTES:] if len(part) < TAIL_BYTES else part[-TAIL_BYTES:]

    def from_tail(self) -> None:
        self._read_part(self._held, b"")

    def rest(self) -> bytes:
        """What was held back when the stream has ended."""
        rest, self._held = self._held, b""
        if rest and (USAGE[0] in rest or USAGE[1] in rest):
            rest = self._with_usage(rest)
        return rest if self._strip else b""

    def estimated(self, asked_bytes: int) -> Tokens:
        """For a stream that ended before anybody counted: by the events that came, or by their length where each holds more."""
        said = max(0, self._seen - self.events * self._shortest) // CHARACTERS_A_TOKEN
        return Tokens(input=asked_bytes // CHARACTERS_A_TOKEN, output=max(self.events, said))

    # ── inside ────────────────────────────────────────────────

    def _look(self, whole: bytes) -> bytes:
        self.events += (count := whole.count(b"\n\n") or whole.count(b"\r\n\r\n"))
        if self.model is None and self.events - count < NAMED_EVENTS_MAX:
            self._name(whole)
        if USAGE[0] in whole or USAGE[1] in whole:
            return self._with_usage(whole)
        return whole.replace(NO_USAGE, b"") if self._strip else whole

    def _name(self, whole: bytes) -> None:
        """The model's name stands in the first events; the length of the first is what all of them have in common."""
        first = whole.partition(b"\n\n")[0]
        self._shortest = min(self._shortest, len(first) + 2)
        if (data := _data(first)) and (found := told(data)):
            self.model = found.model

    def _with_usage(self, whole: bytes) -> bytes:
        kept: list[bytes] = []
        ending = b"\r\n\r\n" if b"\r\n\r\n" in whole else b"\n\n"
        for event in whole.split(ending):
            has_usage = USAGE[0] in event or USAGE[1] in event
            if has_usage:
                self._read(_data(event))
            if not (has_usage and self._strip and any(empty in event for empty in NO_CHOICES)):
                kept.append(event)
        passed = ending.join(kept)
        return passed.replace(NO_USAGE, b"") if self._strip else whole

    def _read(self, data: bytes) -> None:
        found = told(data)
        if found is None:
            return
        self.model = found.model or self.model
        self.tier = found.service_tier or self.tier
        if found.usage is not None:
            self.tokens = counted(found.usage, self._kind)
            self.seconds = min(max(0.0, float(found.usage.seconds or 0)), SECONDS_MAX)
        if found.tool_usage is not None and found.tool_usage.image_gen is not None:
            self.tool_tokens = counted(found.tool_usage.image_gen, "image")

    def _read_part(self, tail: bytes, head: bytes) -> None:
        """The end of a long answer: from `"usage"` on, up to where its object closes. In a text such quotes would be escaped."""
        at = max(tail.rfind(USAGE[0]), tail.rfind(USAGE[1]))
        where = tail if at >= 0 else head
        at = at if at >= 0 else max(head.find(USAGE[0]), head.find(USAGE[1]))
        if at >= 0 and (whole := _object(where[at + where[at:].index(b"{") :])):
            self._read(b'{"usage":' + whole + b"}")
        for part in (head, tail):
            if self.model is None and (named := MODEL.search(part)):
                self._read(b'{"model":' + named[1] + b"}")


MODEL = re.compile(rb'"model":\s*("[^"\\]{1,200}")')


def _boundary(seen: bytes) -> int:
    """Up to where events are whole."""
    if seen.endswith(b"\n\n"):
        return len(seen)
    lf, crlf = seen.rfind(b"\n\n"), seen.rfind(b"\r\n\r\n")
    return max(lf + 2 if lf >= 0 else 0, crlf + 4 if crlf >= 0 else 0)


def _data(event: bytes) -> bytes:
    """The data lines of one event."""
    if event.startswith(b"data: ") and event.find(b"\n", 0, -1) < 0:
        return event[6:]
    lines = (line[5:].strip() for line in event.splitlines() if line.startswith(b"data:"))
    return b"\n".join(lines)


def _object(data: bytes) -> bytes:
    """The object that these bytes begin with. Usage holds no braces in texts."""
    depth = 0
    for at, byte in enumerate(data):
        depth += (byte == 123) - (byte == 125)
        if not depth:
            return data[: at + 1]
    return b""
