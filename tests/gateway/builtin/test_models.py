"""The models that need no key, asked through the gateway with OpenAI's own client."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from openai import BadRequestError
from PIL import Image

from sayso.gateway.builtin.embedding import embed, language_model
from tests.gateway.conftest import Desk
from tests.gateway.conftest import desk as desk
from tests.gateway.conftest import up as up
from tests.gateway.conftest import web as web

MAIL = "Hello, this is Maria Gonzalez. Order HL-20417 for £348.50 has not arrived."
SCHEMA: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "mail",
        "schema": {
            "type": "object",
            "properties": {"topic": {"enum": ["delivery", "praise"]}, "amount": {"type": "number"}},
            "required": ["topic", "amount"],
            "additionalProperties": False,
        },
    },
}


async def test_they_are_listed_and_cost_nothing(desk: Desk):
    listed = {model.id: model.model_dump() for model in (await desk.client().models.list()).data}
    for name in ("sayso/reader", "sayso/embed", "sayso/canvas"):
        assert listed[name]["local"] is True


async def test_embeddings_as_numbers_and_in_base64(desk: Desk):
    texts = ["The bicycle has a flat tyre.", "Überraschung 你好"]
    made = await desk.client().embeddings.create(model="sayso/embed", input=texts)
    assert np.allclose([one.embedding for one in made.data], embed(texts), atol=1e-6)
    assert made.usage.prompt_tokens == sum(language_model().wordpiece.count(text) - 2 for text in texts)
    plain = await desk.post("embeddings", {"model": "sayso/embed", "input": texts, "encoding_format": "base64"})
    vector = np.frombuffer(base64.b64decode(plain.json()["data"][1]["embedding"]), "<f4")
    assert np.allclose(vector, embed(texts)[1], atol=1e-6)
    short = await desk.client().embeddings.create(model="sayso/embed", input="x", dimensions=64)
    assert len(short.data[0].embedding) == 64 and np.isclose(np.linalg.norm(short.data[0].embedding), 1)


@pytest.mark.parametrize(
    "body",
    [
        {"input": ""},
        {"input": []},
        {"input": [1, 2]},
        {"input": [""]},
        {},
        {"input": "x", "dimensions": 0},
        {"input": ["x"] * 2049},
    ],
)
async def test_what_cannot_be_embedded_is_refused(desk: Desk, body: dict[str, Any]):
    answer = await desk.post("embeddings", {"model": "sayso/embed", **body})
    assert answer.status_code == 400 and answer.json()["error"]["param"] in ("input", "dimensions")


async def test_a_schema_is_filled_and_the_ledger_has_it(desk: Desk):
    said = await desk.client().chat.completions.create(
        model="sayso/reader",
        messages=[
            {"role": "system", "content": "Read.\n- delivery: parcels\n- praise: thanks"},
            {"role": "user", "content": MAIL},
        ],
        response_format=SCHEMA,  # pyright: ignore[reportArgumentType]
    )
    assert json.loads(said.choices[0].message.content or "") == {"topic": "delivery", "amount": 348.5}
    assert said.model == "sayso/reader" and said.usage and said.usage.completion_tokens > 5
    told = (said.model_extra or {})["sayso"]["fields"]
    assert told["amount"]["evidence"] == "£348.50"
    last = (await desk.ledger())[-1]
    assert (last.model, last.input_tokens, last.cost, last.status) == ("sayso/reader", said.usage.prompt_tokens, 0, 200)


async def test_it_streams(desk: Desk):
    stream = await desk.client().chat.completions.create(
        model="sayso/reader",
        messages=[{"role": "user", "content": f"Summarise in one sentence:\n\n{MAIL}"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) in MAIL
    assert chunks[-1].usage and chunks[-1].usage.total_tokens > 10 and chunks[-2].choices[0].finish_reason == "stop"


async def test_prose_is_refused_by_name_of_the_field(desk: Desk):
    schema = {"type": "object", "properties": {"reply": {"type": "string"}}, "required": ["reply"]}
    said = await desk.client().chat.completions.create(
        model="slot:text",
        messages=[{"role": "user", "content": MAIL}],
        response_format={"type": "json_schema", "json_schema": {"name": "r", "schema": schema}},
    )
    assert said.choices[0].message.content is None and "reply" in str(said.choices[0].message.refusal)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []}, {"messages": "x"}, {"messages": [1]}, {"messages": [{"role": "user", "content": "x"}], "n": 0},
        {"messages": [{"role": "user", "content": "x y"}], "response_format": 3},
        {"messages": [{"role": "user", "content": "x y"}], "response_format": {"type": "json_schema", "json_schema": 7}},
        {"messages": [{"role": "user", "content": "x y"}], "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object", "properties": 3}}}},
        {"messages": [{"role": "user", "content": "x y"}], "tools": [{"type": "function", "function": {}}], "tool_choice": "required"},
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(desk: Desk, body: dict[str, Any]):
    answer = await desk.post("chat/completions", {"model": "sayso/reader", **body})
    assert answer.status_code == 400 and answer.json()["error"]["type"] == "invalid_request_error"


async def test_pictures_are_drawn(desk: Desk):
    made = await desk.client().images.generate(
        model="sayso/canvas", prompt='banner "Open day" in teal', n=2, size="256x256", background="transparent"
    )
    assert made.data and len(made.data) == 2 and made.size == "256x256"
    picture = Image.open(io.BytesIO(base64.b64decode(made.data[0].b64_json or "")))
    assert picture.size == (256, 256) and picture.mode == "RGBA"
    assert str(made.data[0].revised_prompt).startswith("Drawn, not generated")


async def test_pictures_are_streamed(desk: Desk):
    stream = await desk.client().images.generate(
        model="sayso/canvas", prompt="a logo", size="128x128", stream=True, partial_images=1
    )
    kinds = [event.type async for event in stream]
    assert kinds == ["image_generation.partial_image", "image_generation.completed"]


async def test_pictures_are_edited_with_a_form(desk: Desk):
    made = await desk.client().images.generate(model="sayso/canvas", prompt="a logo", size="128x64")
    content = base64.b64decode((made.data or [])[0].b64_json or "")
    turned = await desk.client().images.edit(
        model="sayso/canvas", image=("a.png", content, "image/png"), prompt="rotate 90 degrees"
    )
    assert Image.open(io.BytesIO(base64.b64decode((turned.data or [])[0].b64_json or ""))).size == (64, 128)
    with pytest.raises(BadRequestError, match="names no edit"):
        await desk.client().images.edit(model="sayso/canvas", image=("a.png", content, "image/png"), prompt="make the dog laugh")
    two = await desk.client().images.edit(
        model="sayso/canvas", image=[("a.png", content, "image/png")] * 2, prompt="side by side"
    )
    assert Image.open(io.BytesIO(base64.b64decode((two.data or [])[0].b64_json or ""))).width > 250


@pytest.mark.parametrize(
    ("body", "param"),
    [({"prompt": ""}, "prompt"), ({}, "prompt"), ({"prompt": "x", "size": "1x1"}, "size"), ({"prompt": "x", "size": 5}, "size"), ({"prompt": "x", "n": 11}, "n"), ({"prompt": "x", "output_format": "gif"}, "output_format"), ({"prompt": "x", "n": "many"}, "n")],
)  # fmt: skip
async def test_what_cannot_be_drawn_is_refused(desk: Desk, body: dict[str, Any], param: str):
    answer = await desk.post("images/generations", {"model": "sayso/canvas", **body})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
