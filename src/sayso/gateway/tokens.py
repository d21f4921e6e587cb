"""What a call has used: counts by kind, read from what an upstream says in OpenAI's shapes."""

from typing import Any, NamedTuple

import msgspec

Count = int | float | None


class Tokens(NamedTuple):
    """Counts. `cached`, `cache_write`, `input_image` and `input_audio` are part of `input`; the others of `output`."""

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    input_image: int = 0
    input_audio: int = 0
    output: int = 0
    reasoning: int = 0
    output_image: int = 0
    output_audio: int = 0

    def plus(self, other: "Tokens") -> "Tokens":
        return Tokens(*map(sum, zip(self, other, strict=True)))


NONE = Tokens()


class Details(msgspec.Struct):
    cached_tokens: Count = None
    cache_write_tokens: Count = None
    audio_tokens: Count = None
    image_tokens: Count = None
    reasoning_tokens: Count = None


class Usage(msgspec.Struct):
    """`usage` of chat completions (prompt, completion), of responses and images (input, output), of transcriptions (seconds)."""

    prompt_tokens: Count = None
    completion_tokens: Count = None
    input_tokens: Count = None
    output_tokens: Count = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    input_tokens_details: Details | None = None
    output_tokens_details: Details | None = None
    input_token_details: Details | None = None
    output_token_details: Details | None = None
    seconds: Count = None
    cost: Count = None
    """OpenRouter tells it; kept for the ledger only, never trusted over a known price."""


class ToolUsage(msgspec.Struct):
    image_gen: Usage | None = None


class Told(msgspec.Struct):
    """As much of an answer, or of one event of a stream, as metering needs."""

    model: str | None = None
    usage: Usage | None = None
    service_tier: str | None = None
    tool_usage: ToolUsage | None = None
    response: "Told | None" = None


decode = msgspec.json.Decoder(Told).decode


def told(data: bytes) -> Told | None:
    """What these bytes of JSON tell, or None when they are not such."""
    try:
        found = decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found.response if found.response is not None else found


def counted(usage: Usage, kind: str = "chat") -> Tokens:
    """The counts of a usage object. More than makes sense (parts larger than their whole, less than nothing) is cut to what does."""
    into = usage.prompt_tokens_details or usage.input_tokens_details or usage.input_token_details or _NO_DETAILS
    out = usage.completion_tokens_details or usage.output_tokens_details or usage.output_token_details or _NO_DETAILS
    input_ = _count(usage.prompt_tokens) or _count(usage.input_tokens)
    output = _count(usage.completion_tokens) or _count(usage.output_tokens)
    if into is _NO_DETAILS and out is _NO_DETAILS:
        return Tokens(input_, 0, 0, 0, 0, output, 0, output if kind == "image" else 0, 0)
    cached = min(_count(into.cached_tokens), input_)
    output_image = min(_count(out.image_tokens), output)
    if kind == "image" and out is _NO_DETAILS:
        output_image = output
    return Tokens(
        input_,
        cached,
        min(_count(into.cache_write_tokens), input_ - cached),
        min(_count(into.image_tokens), input_),
        min(_count(into.audio_tokens), input_),
        output,
        min(_count(out.reasoning_tokens), output),
        output_image,
        min(_count(out.audio_tokens), output - output_image),
    )


def as_usage(tokens: Tokens) -> dict[str, Any]:
    """The counts as a chat completion's `usage`, for answers that are made here."""
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cached, "audio_tokens": tokens.input_audio},
        "completion_tokens_details": {
            "reasoning_tokens": tokens.reasoning,
            "audio_tokens": tokens.output_audio,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


COUNT_MAX = 10**12


def _count(value: Count) -> int:
    return 0 if not value or value < 0 else min(int(value), COUNT_MAX)


_NO_DETAILS = Details()
