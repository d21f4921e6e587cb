"""The real `openai` client, each endpoint, through the gateway to the upstream; and what the ledger says of it."""

import io
from decimal import Decimal

import pytest
from openai import APIStatusError, AuthenticationError, NotFoundError, RateLimitError

from tests.gateway.conftest import CALL_COST, Desk
from tests.gateway.upstream import PIXEL, WORDS, Normal, Status

TEXT = "".join(WORDS)


async def test_completions(desk: Desk):
    answer = await desk.client().completions.create(model="stub", prompt="Once")
    assert answer.choices[0].text == TEXT


async def test_responses(desk: Desk):
    key, id = await desk.new_key()
    answer = await desk.client(key).responses.create(model="stub", input="Hello")
    assert answer.output_text == TEXT
    (line,) = await desk.ledger(id)
    assert (line.endpoint, line.cost) == ("responses", CALL_COST)


async def test_responses_streamed(desk: Desk):
    key, id = await desk.new_key()
    events = [event async for event in await desk.client(key).responses.create(model="stub", input="Hello", stream=True)]
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == TEXT
    assert events[-1].type == "response.completed"
    (line,) = await desk.ledger(id)
    assert (line.streamed, line.model, line.cost) == (True, "stub-2026-10-01", CALL_COST)


async def test_embeddings(desk: Desk):
    key, id = await desk.new_key()
    answer = await desk.client(key).embeddings.create(model="stub", input="Hello", encoding_format="float")
    assert answer.data[0].embedding == [0.25, -0.5, 0.125]
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.output_tokens) == (250, 0)


async def test_moderations(desk: Desk):
    answer = await desk.client().moderations.create(model="stub", input="Hello")
    assert answer.results[0].flagged is False


async def test_pictures(desk: Desk):
    key, id = await desk.new_key()
    answer = await desk.client(key).images.generate(model="stub", prompt="A lamp")
    assert answer.data and answer.data[0].b64_json == PIXEL
    (line,) = await desk.ledger(id)
    assert (line.input_tokens, line.input_image_tokens, line.output_tokens, line.output_image_tokens) == (50, 40, 272, 272)


async def test_pictures_streamed(desk: Desk):
    key, id = await desk.new_key()
    stream = await desk.client(key).images.generate(model="stub", prompt="A lamp", stream=True, partial_images=1)
    events = [event async for event in stream]
    assert [event.type for event in events] == ["image_generation.partial_image", "image_generation.completed"]
    (line,) = await desk.ledger(id)
    assert (line.streamed, line.output_tokens) == (True, 272)


async def test_pictures_changed(desk: Desk):
    await desk.alias("painter", {"provider": "up", "model": "gpt-image-2", "price": {"input_mtok": 5, "output_mtok": 30}})
    picture = io.BytesIO(b"\x89PNG--notreally\r\n--")
    picture.name = "lamp.png"
    answer = await desk.client().images.edit(model="painter", image=picture, prompt="Brighter", n=1)
    assert answer.data and answer.data[0].b64_json == PIXEL
    heard = desk.up.heard[-1]
    assert b"gpt-image-2" in heard.body and b"painter" not in heard.body and b"\x89PNG--notreally\r\n--" in heard.body
    answer = await desk.post(
        "images/edits", {"model": "painter", "prompt": "Brighter", "images": [{"image_url": "data:image/png;base64," + PIXEL}]}
    )
    assert answer.status_code == 200


async def test_speech(desk: Desk):
    async with desk.client().audio.speech.with_streaming_response.create(model="stub", voice="alloy", input="Hello") as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        assert await answer.read() == b"".join(bytes([n]) * 1000 for n in range(5))


async def test_speech_costs_by_what_is_paid_for(desk: Desk):
    await desk.alias("voice", {"provider": "up", "model": "tts", "price": {"input_mchars": 15}})
    await desk.alias("speaker", {"provider": "up", "model": "tts", "price": {"input_mtok": "0.6", "output_mtok": 12}})
    key, id = await desk.new_key(budget="1")
    for model in ("voice", "speaker"):
        assert (await desk.post("audio/speech", {"model": model, "voice": "alloy", "input": "x" * 1000}, key)).status_code == 200
    by_character, by_token = await desk.ledger(id)
    assert by_character.cost == Decimal("0.015")
    assert by_token.cost == 250 * Decimal("0.6") / 10**6 + 1400 * Decimal(12) / 10**6
    assert by_token.flags == ["estimated"]


async def test_what_an_upstream_does_not_count_is_not_for_nothing(desk: Desk):
    key, id = await desk.new_key()
    desk.up.will(Normal(usage=None), Normal(usage=None))
    await desk.post("chat/completions", {"model": "stub", "messages": []}, key)
    await desk.post("chat/completions", {"model": "stub", "messages": [], "stream": True}, key)
    for line in await desk.ledger(id):
        assert line.flags == ["estimated"]
        assert line.cost > 0 and line.output_tokens >= len(WORDS)


async def test_a_redirect_is_not_followed(desk: Desk):
    desk.up.always = Status(302, body=b"elsewhere")
    answer = await desk.post("embeddings", {"model": "stub", "input": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_redirect")


async def test_transcriptions(desk: Desk):
    key, id = await desk.new_key()
    sound = io.BytesIO(b"RIFF....WAVE")
    sound.name = "hello.wav"
    answer = await desk.client(key).audio.transcriptions.create(model="stub", file=sound)
    assert answer.text == TEXT
    sound.seek(0)
    with pytest.warns(DeprecationWarning):  # OpenAI gives it up; programs still use it
        translated = await desk.client(key).audio.translations.create(model="stub", file=sound)  # pyright: ignore[reportDeprecated]
    assert translated.text == TEXT
    lines = await desk.ledger(id)
    assert [line.endpoint for line in lines] == ["audio/transcriptions", "audio/translations"]
    assert lines[0].input_tokens == 40


async def test_models(desk: Desk):
    names = [model.id async for model in desk.client().models.list()]
    assert "up/stub" in names
    model = await desk.client().models.retrieve("up/stub")
    assert model.owned_by == "up"
    with pytest.raises(NotFoundError):
        await desk.client().models.retrieve("nobody/nothing")


async def test_fine_tuning_is_passed_through(desk: Desk):
    await desk.provider("openai", desk.up.url, kind="openai", secret="sk-upstream-secret")
    assert [job async for job in desk.client().fine_tuning.jobs.list(limit=3)] == []
    assert desk.up.heard[-1].path == "/v1/fine_tuning/jobs?limit=3"


async def test_errors_are_the_clients_own(desk: Desk):
    with pytest.raises(AuthenticationError):
        await desk.client("sk-sayso-nobody").embeddings.create(model="stub", input="x")
    with pytest.raises(NotFoundError) as unknown:
        await desk.client().embeddings.create(model="nobody/nothing", input="x")
    assert unknown.value.code == "model_not_found"
    desk.up.always = Status(429, "slow", retry_after="60")
    with pytest.raises(RateLimitError):
        await desk.client().embeddings.create(model="stub", input="x")
    desk.up.always = Status(418, "teapot")
    with pytest.raises(APIStatusError) as teapot:
        await desk.client().embeddings.create(model="stub", input="x")
    assert teapot.value.status_code == 418
    assert teapot.value.request_id and teapot.value.request_id.startswith("req_")


async def test_a_streams_fault_reaches_the_client(desk: Desk):
    desk.up.will(Status(500), Status(500), Status(500))
    with pytest.raises(APIStatusError):
        await desk.client().chat.completions.create(model="stub", messages=[], stream=True)
