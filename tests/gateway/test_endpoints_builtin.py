"""The stateful addresses on the models that need no key, with OpenAI's own client."""

import json
from typing import Any

from tests.gateway.conftest import Desk
from tests.gateway.test_files_batches import ended, rows, uploaded

CHOOSE: Any = {"type": "json_schema", "name": "mood", "strict": True, "schema": {"type": "object", "properties": {"mood": {"type": "string", "enum": ["happy", "angry"]}}, "required": ["mood"], "additionalProperties": False}}  # fmt: skip
TEXT = "I am furious, this is the third time that the parcel is broken!"


async def test_responses_of_a_model_that_only_chats(desk: Desk):
    client = desk.client()
    answer = await client.responses.create(model="sayso/reader", input=TEXT, text={"format": CHOOSE})
    assert json.loads(answer.output_text)["mood"] == "angry"
    assert (await client.responses.retrieve(answer.id)).output_text == answer.output_text
    heard = [
        event
        async for event in await client.responses.create(model="sayso/reader", input=TEXT, text={"format": CHOOSE}, stream=True)
    ]
    assert heard[-1].type == "response.completed" and json.loads(heard[-1].response.output_text)["mood"] == "angry"


async def test_a_batch_of_vectors(desk: Desk):
    lines = [
        {"custom_id": f"c{n}", "method": "POST", "url": "/v1/embeddings", "body": {"model": "sayso/embed", "input": f"text {n}"}}
        for n in range(5)
    ]
    file = await uploaded(desk, *lines)
    batch = await desk.client().batches.create(input_file_id=file, endpoint="/v1/embeddings", completion_window="24h")
    done = await ended(desk, batch.id)
    assert (done.status, done.model) == ("completed", "sayso/embed")
    assert {len(row["response"]["body"]["data"][0]["embedding"]) for row in await rows(desk, done.output_file_id)} == {384}


async def test_who_names_no_model_gets_the_owners(desk: Desk):
    for body in ({"input": "Hi"}, {"prompt": "a dot"}):
        endpoint = "responses" if "input" in body else "images/generations"
        answer = await desk.post(endpoint, body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model")
    await desk.alias("writer", {"provider": "up", "model": "stub"}, slot="text")
    await desk.alias("painter", {"provider": "up", "model": "stub"}, slot="image")
    client: Any = desk.client()
    assert (await client.responses.create(input="Hi")).model.startswith("stub")
    assert (await client.images.generate(prompt="a dot")).data[0].b64_json
    assert (await client.images.edit(prompt="a dot", image=b"png")).data[0].b64_json
    assert b'name="model"\r\n\r\nstub\r\n' in desk.up.heard[-1].body
