"""What a request asks for, as far as the gateway must know: read once, without parsing the rest."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sayso.gateway.refusals import Refused, not_json

MODEL_LENGTH_MAX = 200
DATA_URL = re.compile(rb"data:[a-z]+/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=]*")
PICTURES = (b'"image_url"', b'"input_image"', b'"input_audio"', b'"input_file"', b'"file_id"', b'"file"')
PICTURE_TYPES = frozenset(("image_url", "input_image", "input_audio", "input_file", "file", "image", "computer_call_output"))
PICTURE_TOKENS_MAX = 16_384
"""No model counts a picture higher; sounds and files are taken for so much as well."""
FRAME_TOKENS_MAX = 512
"""What upstreams put around a request themselves: marks of roles, a few hundred words about tools."""
PICTURE_OUTPUT_TOKENS_MAX = 16_384
"""The dearest picture there is (4K, high) was about 13,400 tokens in November 2026."""
PARTIAL_PICTURE_TOKENS = 100


class _Options(msgspec.Struct):
    include_usage: bool | None = None


class _Spoken(msgspec.Struct):
    input: str = ""


class _Loose(msgspec.Struct):
    model: str | None = None
    stream: bool | None = None
    stream_options: _Options | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    max_output_tokens: int | None = None
    n: int | None = None
    partial_images: int | None = None


class _Part(msgspec.Struct):
    """A message, an item, or a part of one."""

    type: str | None = None
    content: msgspec.Raw = msgspec.Raw()


class _Fields(_Loose):
    """With what texts and pictures are part of; messages that are none are the upstream's to refuse."""

    messages: list[_Part] = []
    input: msgspec.Raw = msgspec.Raw()


_fields = msgspec.json.Decoder(_Fields).decode
_loose = msgspec.json.Decoder(_Loose).decode


_parts = msgspec.json.Decoder(list[_Part]).decode
_spoken = msgspec.json.Decoder(_Spoken).decode
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode
_PATH = re.compile(r" - at `\$\.?([\w.\[\]]*)`$")

INCLUDE_USAGE = msgspec.Raw(b'{"include_usage":true}')
CAPS = {"chat/completions": "max_completion_tokens", "completions": "max_tokens", "responses": "max_output_tokens"}
"""What limits an answer, by endpoint. Only these answers have no limit of their own."""


@dataclass(slots=True)
class Asked:
    """A request, read. `changes` are fields that replace the caller's own, as JSON; see `body_for`."""

    endpoint: str
    raw: bytes
    model: str = ""
    stream: bool = False
    wants_usage: bool = False
    output_tokens_max: int | None = None
    n: int = 1
    partial_images: int = 0
    parts: "Multipart | None" = None
    characters: int = 0
    """To be spoken."""
    built: "tuple[list[_Part], msgspec.Raw] | None" = None
    """Messages and input, as far as pictures in them are to be counted."""
    changes: dict[str, msgspec.Raw] = field(default_factory=dict)

    @classmethod
    def of_json(cls, endpoint: str, raw: bytes) -> "Asked":
        """Raises `Refused` (400) when this is no JSON object with a model in it."""
        try:
            try:
                f = _fields(raw)
            except msgspec.ValidationError:
                f = _loose(raw)
        except msgspec.ValidationError as error:
            where = _PATH.search(str(error))
            param = where[1] if where else None
            raise Refused(
                f"Invalid type for '{param or 'body'}': {_PATH.sub('', str(error))}.", 400, param=param, code="invalid_type"
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise not_json(str(error)) from None
        stream = bool(f.stream)
        built = (f.messages, f.input) if isinstance(f, _Fields) else None
        asked = cls(
            endpoint,
            raw,
            _model(f.model),
            stream,
            bool(f.stream_options and f.stream_options.include_usage),
            f.max_completion_tokens or f.max_tokens or f.max_output_tokens,
            max(1, f.n or 1),
            f.partial_images or 0,
        )
        asked.built = built
        if endpoint == "audio/speech":
            with suppress(msgspec.MsgspecError):
                asked.characters = len(_spoken(raw).input)
        if stream and not asked.wants_usage and endpoint in ("chat/completions", "completions"):
            asked.changes["stream_options"] = INCLUDE_USAGE
        return asked

    @classmethod
    def of_multipart(cls, endpoint: str, raw: bytes, content_type: bytes) -> "Asked":
        parts = Multipart.of(raw, content_type)
        stream = parts.text("stream").lower() in ("true", "1")
        n, partial = parts.text("n"), parts.text("partial_images")
        asked = cls(endpoint, raw, _model(parts.text("model") or None), stream, parts=parts)
        asked.n = max(1, int(n)) if n.isdigit() and len(n) < 4 else 1
        asked.partial_images = int(partial) if partial.isdigit() and len(partial) < 3 else 0
        return asked

    def body_for(self, model: str) -> bytes:
        """The body with the upstream's own name of the model in it, and with what was changed."""
        if self.parts is not None:
            return self.raw if model == self.model else self.parts.with_text("model", model)
        if model == self.model and not self.changes:
            return self.raw
        try:
            fields = _raw(self.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise not_json(str(error)) from None
        if model != self.model:
            fields["model"] = msgspec.Raw(_encode(model))
        fields.update(self.changes)
        return _encode(fields)

    def cap(self, tokens: int) -> None:
        """Limits the answer, when its caller did not."""
        self.output_tokens_max = tokens
        self.changes[CAPS[self.endpoint]] = msgspec.Raw(b"%d" % tokens)

    @property
    def can_be_capped(self) -> bool:
        return self.endpoint in CAPS and self.output_tokens_max is None

    def input_tokens_max(self) -> int:
        """No model makes more tokens than this of the request: a token is at least a byte, and pictures have a limit of their own."""
        if self.parts is not None:
            return self.parts.text_bytes + PICTURE_TOKENS_MAX * self.parts.files + FRAME_TOKENS_MAX
        raw = self.raw
        pictures = _pictures(self.built) if self.built is not None else _named(raw)
        if pictures and len(raw) > PICTURE_TOKENS_MAX:
            raw = DATA_URL.sub(b"", raw)
        return len(raw) + pictures * PICTURE_TOKENS_MAX + FRAME_TOKENS_MAX

    def pictures_tokens_max(self) -> int:
        return self.n * (PICTURE_OUTPUT_TOKENS_MAX + self.partial_images * PARTIAL_PICTURE_TOKENS)


def _named(raw: bytes) -> int:
    """How many pictures, sounds and files a request may hold, by the names that stand in it."""
    return sum(raw.count(name) for name in PICTURES)


def _pictures(built: tuple[list[_Part], msgspec.Raw]) -> int:
    """The same by how the request is built: its texts are passed over, not searched."""
    messages, given = built
    parts = messages
    try:
        if _is_list(given):
            parts = [*messages, *_parts(given)]
        found = sum(part.type in PICTURE_TYPES for part in parts)
        for part in parts:
            if _is_list(part.content):
                found += sum(inner.type in PICTURE_TYPES for inner in _parts(part.content))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return sum(_named(bytes(value)) for value in (given, *(part.content for part in parts)))
    return found


def _is_list(value: msgspec.Raw) -> bool:
    return memoryview(value)[:1] == b"["


def _model(model: str | None) -> str:
    if not model:
        raise Refused("you must provide a model parameter", 400, param="model")
    if len(model) > MODEL_LENGTH_MAX or not model.isprintable():
        raise Refused("The name of the model is not one.", 400, param="model", code="invalid_value")
    return model


@dataclass(slots=True)
class Multipart:
    """A form with files, cut at its boundary. Files are never copied."""

    raw: bytes
    spans: dict[str, tuple[int, int]]
    """Where the value of each text field stands."""
    files: int
    text_bytes: int

    @classmethod
    def of(cls, raw: bytes, content_type: bytes) -> "Multipart":
        found = re.search(rb'boundary="?([^";,]{1,70})"?', content_type)
        if found is None or not (raw.startswith(b"--" + found[1]) or b"\r\n--" + found[1] in raw):
            raise Refused("We could not parse the multipart form of your request.", 400)
        mark = b"--" + found[1]
        spans: dict[str, tuple[int, int]] = {}
        files = text_bytes = 0
        at = raw.find(mark)
        while True:
            start = at + len(mark)
            if raw[start : start + 2] == b"--":
                break
            head_end = raw.find(b"\r\n\r\n", start)
            next_at = raw.find(b"\r\n" + mark, head_end + 2 if head_end >= 0 else start)
            if head_end < 0 or next_at < 0:
                raise Refused("We could not parse the multipart form of your request: it ends too early.", 400)
            head = raw[start:head_end]
            name = re.search(rb'[; ]name="([^"]{0,100})"', head)
            if b"filename=" in head:
                files += 1
            elif name is not None:
                spans.setdefault(name[1].decode("utf-8", "replace"), (head_end + 4, next_at))
                text_bytes += next_at - head_end
            at = next_at + 2
        return cls(raw, spans, files, text_bytes)

    def text(self, name: str) -> str:
        start, end = self.spans.get(name, (0, 0))
        return self.raw[start : min(end, start + 2 * MODEL_LENGTH_MAX)].decode("utf-8", "replace")

    def with_text(self, name: str, value: str) -> bytes:
        start, end = self.spans[name]
        return b"".join((self.raw[:start], value.encode(), self.raw[end:]))


def as_body(value: dict[str, Any]) -> bytes:
    """A request's body from a value, for calls from inside Sayso."""
    return _encode(value)
