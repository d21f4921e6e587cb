"""Streams are read as they pass, however they are cut into pieces."""

import random

import pytest

from sayso.gateway.meter import Meter
from sayso.gateway.tokens import Tokens

CHUNK = b'data: {"id":"c","model":"m-2026","choices":[{"index":0,"delta":{"content":"word"}}],"usage":null}\n\n'
USAGE = b'data: {"id":"c","model":"m-2026","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = CHUNK * 5 + USAGE + DONE


def passed(meter: Meter, parts: list[bytes]) -> bytes:
    return b"".join([*(meter.passed(part) for part in parts), meter.rest()])


@pytest.mark.parametrize("seed", range(30))
def test_any_pieces_give_the_same(seed: int):
    draw = random.Random(seed)
    cuts = sorted(draw.randrange(len(STREAM)) for _ in range(draw.randrange(1, 40)))
    parts = [STREAM[a:b] for a, b in zip([0, *cuts], [*cuts, len(STREAM)], strict=True)]
    meter = Meter(strip=True)
    assert passed(meter, parts) == CHUNK.replace(b',"usage":null', b"") * 5 + DONE
    assert (meter.tokens, meter.model) == (Tokens(input=7, output=3), "m-2026")
    meter = Meter()
    assert passed(meter, parts) == STREAM
    assert (meter.tokens, meter.model) == (Tokens(input=7, output=3), "m-2026")


def test_lines_may_end_as_on_windows():
    stream = STREAM.replace(b"\n", b"\r\n")
    meter = Meter(strip=True)
    assert b'"choices":[]' not in passed(meter, [stream[:150], stream[150:]])
    assert meter.tokens == Tokens(input=7, output=3)


def test_usage_in_a_chunk_with_words_stays():
    last = b'data: {"model":"m","choices":[{"delta":{}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
    meter = Meter(strip=True)
    assert passed(meter, [CHUNK, last]) == CHUNK.replace(b',"usage":null', b"") + last
    assert meter.tokens == Tokens(input=1, output=2)


def test_words_about_usage_are_only_words():
    said = b'data: {"choices":[{"delta":{"content":"\\"usage\\":{\\"prompt_tokens\\":99}"}}]}\n\n'
    meter = Meter(strip=True)
    assert passed(meter, [said]) == said
    assert meter.tokens is None


def test_a_long_answers_end_is_enough():
    body = (
        b'{"created":1,"data":[{"b64_json":"'
        + b"A" * 300_000
        + b'"}],"usage":{"input_tokens":5,"output_tokens":9,"input_tokens_details":{"image_tokens":2}}}'
    )
    meter = Meter("image")
    meter.whole(body)
    assert meter.tokens == Tokens(input=5, input_image=2, output=9, output_image=9)


def test_what_nobody_counted_is_estimated():
    meter = Meter(strip=True)
    meter.passed(CHUNK * 40)
    estimate = meter.estimated(400)
    assert (estimate.input, estimate.output) == (100, 40)


def test_pictures_drawn_by_a_text_model_are_counted_apart():
    event = b'event: response.completed\ndata: {"type":"response.completed","response":{"model":"m","usage":{"input_tokens":4,"output_tokens":2},"tool_usage":{"image_gen":{"input_tokens":10,"output_tokens":272}}}}\n\n'
    meter = Meter()
    assert meter.passed(event) == event
    assert (meter.tokens, meter.tool_tokens.output) == (Tokens(input=4, output=2), 272)
