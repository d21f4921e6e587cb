# pyright: reportDeprecated=false
"""The Assistants API on any model: a program written for it in 2024 goes on working."""

import asyncio
import warnings
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError
from sqlalchemy import text

from sayso.db import transaction
from sayso.gateway import keys
from sayso.team import people
from tests.gateway.conftest import Desk
from tests.gateway.test_responses import chats
from tests.gateway.upstream import WORDS, Says, SlowFirst, Status

SAID = "".join(WORDS)
WEATHER: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(autouse=True)
def _deprecated():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


async def assistant(desk: Desk, **more: Any) -> Any:
    model = await chats(desk, "chatty")
    return await desk.client().beta.assistants.create(model=model, name="Clerk", instructions="Be brief.", **more)


async def ended(desk: Desk, run: Any) -> Any:
    for _ in range(3_000):
        now = await desk.client().beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)
        if now.status not in ("queued", "in_progress"):
            return now
        await asyncio.sleep(0.02)
    raise AssertionError("it did not end")


async def test_a_thread_is_run(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk)
    note = await desk.client().files.create(file=("note.txt", b"It rains in Oslo."), purpose="assistants")
    thread = await beta.threads.create(
        messages=[
            {"role": "user", "content": "Read this.", "attachments": [{"file_id": note.id, "tools": [{"type": "file_search"}]}]}
        ]
    )
    run = await ended(
        desk, await beta.threads.runs.create(thread.id, assistant_id=clerk.id, additional_instructions="In English.")
    )
    assert run.status == "completed" and run.usage.total_tokens == 350
    heard = desk.up.heard[-1].json
    assert heard["messages"] == [
        {"role": "system", "content": "Be brief.\n\nIn English."},
        {"role": "user", "content": "Read this.\nThe file note.txt:\n\nIt rains in Oslo."},
    ]
    messages = (await beta.threads.messages.list(thread.id)).data
    said: Any = messages[0].content[0]
    assert (messages[0].role, messages[0].run_id, said.text.value) == ("assistant", run.id, SAID)
    (step,) = (await beta.threads.runs.steps.list(run.id, thread_id=thread.id)).data
    assert step.step_details.type == "message_creation" and step.step_details.message_creation.message_id == messages[0].id
    await beta.threads.messages.create(thread.id, role="user", content="And now?")
    await ended(desk, await beta.threads.runs.create(thread.id, assistant_id=clerk.id))
    assert [message["role"] for message in desk.up.heard[-1].json["messages"]] == ["system", "user", "assistant", "user"]


async def test_tools_are_asked_for_and_answered(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk, tools=[WEATHER])
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    desk.up.will(Says.chunks([{"role": "assistant", "tool_calls": [{"index": 0, **call}]}], "tool_calls"))
    run = await ended(
        desk,
        await beta.threads.create_and_run(assistant_id=clerk.id, thread={"messages": [{"role": "user", "content": "Weather?"}]}),
    )
    assert run.status == "requires_action"
    (wanted,) = run.required_action.submit_tool_outputs.tool_calls
    assert (wanted.id, wanted.function.name) == ("call_1", "weather")
    with pytest.raises(BadRequestError):
        await beta.threads.messages.create(run.thread_id, role="user", content="Hello?")
    with pytest.raises(BadRequestError):
        await beta.threads.runs.submit_tool_outputs(run.id, thread_id=run.thread_id, tool_outputs=[])
    outputs: Any = [{"tool_call_id": "call_1", "output": "rain"}]
    kinds = [
        e.event
        async for e in await beta.threads.runs.submit_tool_outputs(
            run.id, thread_id=run.thread_id, tool_outputs=outputs, stream=True
        )
    ]
    assert kinds[-1] == "thread.run.completed" and "thread.message.delta" in kinds
    assert desk.up.heard[-1].json["messages"][2:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    ]
    steps = (await beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")).data
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]
    details: Any = steps[0].step_details
    assert details.tool_calls[0].function.output == "rain"
    assert (await beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)).usage.total_tokens == 700  # pyright: ignore[reportOptionalMemberAccess]


async def test_a_run_is_streamed(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk)
    thread = await beta.threads.create(messages=[{"role": "user", "content": "Hi"}])
    heard = ""
    async with beta.threads.runs.stream(thread_id=thread.id, assistant_id=clerk.id) as stream:
        async for event in stream:
            if event.event == "thread.message.delta":
                delta: Any = event.data.delta.content
                heard += delta[0].text.value
        messages = await stream.get_final_messages()
        run = await stream.get_final_run()
    final: Any = messages[0].content[0]
    assert (heard, final.text.value, run.status) == (SAID, SAID, "completed")


async def test_runs_fail_and_are_cancelled(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk)
    desk.up.will(Status(400, "no such thing"))
    run = await ended(
        desk, await beta.threads.create_and_run(assistant_id=clerk.id, thread={"messages": [{"role": "user", "content": "Hi"}]})
    )
    assert run.status == "failed" and "no such thing" in run.last_error.message and run.last_error.code == "invalid_prompt"
    interpreter = await assistant(desk, tools=[{"type": "code_interpreter"}])
    run = await ended(
        desk,
        await beta.threads.create_and_run(assistant_id=interpreter.id, thread={"messages": [{"role": "user", "content": "Hi"}]}),
    )
    assert run.status == "failed" and "code_interpreter" in run.last_error.message
    desk.up.will(SlowFirst(3))
    slow = await beta.threads.create_and_run(assistant_id=clerk.id, thread={"messages": [{"role": "user", "content": "Hi"}]})
    assert (await beta.threads.runs.cancel(slow.id, thread_id=slow.thread_id)).status == "cancelled"
    with pytest.raises(BadRequestError):
        await beta.threads.runs.cancel(slow.id, thread_id=slow.thread_id)


async def test_a_run_of_a_killed_process_has_failed(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk)
    run = await ended(
        desk, await beta.threads.create_and_run(assistant_id=clerk.id, thread={"messages": [{"role": "user", "content": "Hi"}]})
    )
    async with transaction(desk.engine) as tx:
        await tx.execute(
            text("update sayso.gateway_objects set value = value || '{\"status\": \"in_progress\"}', inside = '{\"process\": \"killed\"}' where id = :id"), {"id": run.id}
        )  # fmt: skip
    now = await beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)
    assert now.status == "failed" and now.last_error is not None and "stopped" in now.last_error.message
    await beta.threads.messages.create(run.thread_id, role="user", content="Again?")


async def test_everything_can_be_changed_listed_and_removed(desk: Desk):
    beta, clerk = desk.client().beta, await assistant(desk)
    changed = await beta.assistants.update(clerk.id, name="Other", metadata={"a": "b"})
    assert (changed.name, changed.metadata, changed.instructions) == ("Other", {"a": "b"}, "Be brief.")
    assert clerk.id in [one.id for one in (await beta.assistants.list(limit=100)).data]
    thread = await beta.threads.create(messages=[{"role": "user", "content": str(n)} for n in range(5)])
    page = await beta.threads.messages.list(thread.id, limit=2, order="asc")
    following: Any = [message async for message in page]
    assert [message.content[0].text.value for message in following] == ["0", "1", "2", "3", "4"]
    before = await beta.threads.messages.list(thread.id, order="asc", before=following[3].id, limit=2)
    assert [message.id for message in before.data] == [following[1].id, following[2].id]
    await beta.threads.messages.update(following[0].id, thread_id=thread.id, metadata={"x": "y"})
    await beta.threads.messages.delete(following[0].id, thread_id=thread.id)
    await beta.threads.delete(thread.id)
    for asking in (
        beta.threads.retrieve(thread.id),
        beta.threads.messages.retrieve(following[1].id, thread_id=thread.id),
        beta.threads.messages.list(thread.id),
    ):
        with pytest.raises(NotFoundError):
            await asking
    await beta.assistants.delete(clerk.id)
    with pytest.raises(NotFoundError):
        await beta.assistants.retrieve(clerk.id)


async def test_another_workspace_sees_none_of_it(desk: Desk):
    client, beta, clerk = desk.client(), desk.client().beta, await assistant(desk)
    run = await ended(
        desk, await beta.threads.create_and_run(assistant_id=clerk.id, thread={"messages": [{"role": "user", "content": "Hi"}]})
    )
    message = (await beta.threads.messages.list(run.thread_id)).data[0]
    response = await client.responses.create(model=await chats(desk, "chatty"), input="Hi")
    talk = await client.conversations.create(items=[{"role": "user", "content": "Hi"}])
    file = await client.files.create(file=("in.jsonl", b"x"), purpose="batch")
    batch = await client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    upload = await client.uploads.create(bytes=1, filename="x", mime_type="text/plain", purpose="assistants")
    async with transaction(desk.engine) as tx:
        stranger = await people.found(tx, name="Southlight", owner="Otto Fremd")
        _, key = await keys.create(tx, "Strange", by=stranger)
    await desk.gateway.read_again()
    thread = f"threads/{run.thread_id}"
    own = [f"assistants/{clerk.id}", thread, f"{thread}/messages", f"{thread}/messages/{message.id}", f"{thread}/runs", f"{thread}/runs/{run.id}",
           f"{thread}/runs/{run.id}/steps", f"responses/{response.id}", f"responses/{response.id}/input_items", f"conversations/{talk.id}",
           f"conversations/{talk.id}/items", f"files/{file.id}", f"files/{file.id}/content", f"batches/{batch.id}"]  # fmt: skip
    for path in own:
        seen = {}
        for name, secret in (("own", desk.key), ("strange", key)):
            seen[name] = (await desk.http.get("/v1/" + path, headers={"authorization": f"Bearer {secret}"})).status_code
        assert seen == {"own": 200, "strange": 404}, path
    for path in ("assistants", "files", "batches"):
        listed = await desk.http.get("/v1/" + path, headers={"authorization": f"Bearer {key}"})
        assert listed.json()["data"] == []
    for verb, path in [("DELETE", f"files/{file.id}"), ("DELETE", thread), ("DELETE", f"assistants/{clerk.id}"), ("DELETE", f"responses/{response.id}"), ("DELETE", f"conversations/{talk.id}"),
                       ("POST", f"batches/{batch.id}/cancel"), ("POST", f"uploads/{upload.id}/cancel"), ("POST", f"{thread}/runs/{run.id}/cancel"), ("POST", f"responses/{response.id}/cancel")]:  # fmt: skip
        answer = await desk.http.request(verb, "/v1/" + path, headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 404, path
    stolen = await desk.post("responses", {"model": "sayso/reader", "input": "x", "previous_response_id": response.id}, key)
    assert stolen.status_code == 404
    stolen = await desk.post(
        "batches", {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": file.id}, key
    )
    assert stolen.status_code == 404


async def test_a_key_for_chat_reaches_nothing_else(desk: Desk):
    key, _ = await desk.new_key(settings={"endpoints": ["chat/completions"]})
    for path in ("files", "batches", "assistants", "responses/resp_1", "conversations/conv_1", "threads/thread_1"):
        answer = await desk.http.get("/v1/" + path, headers={"authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "endpoint_not_allowed"), path


ROUTES = [
    "assistants", "assistants/asst_x", "threads", "threads/runs", "threads/thread_x/messages", "threads/thread_x/runs", "threads/thread_x/runs/run_x/submit_tool_outputs",
    "conversations", "conversations/conv_x/items", "uploads", "uploads/upload_x/complete", "batches", "responses",
]  # fmt: skip
BODIES: list[Any] = [
    b"", b"nope", b"[]", b"5", b'{"model": 5}', b'{"metadata": 5}', b'{"metadata": {"a": 5}}', b'{"messages": 5}', b'{"messages": [5]}', b'{"messages": [{"role": "x"}]}',
    b'{"messages": [{"role": "user", "content": [{"type": "text", "text": {"value": 5}}]}]}', b'{"tools": 5, "model": "stub"}', b'{"tools": [{"type": "x"}], "model": "stub"}',
    b'{"assistant_id": 5}', b'{"assistant_id": "x", "truncation_strategy": {"type": 5}}', b'{"items": 5}', b'{"items": [5]}', b'{"items": [{"role": [], "content": {}}]}',
    b'{"bytes": -1}', b'{"bytes": 5, "filename": 5}', b'{"part_ids": 5}', b'{"role": "user", "content": {}}', b'{"thread": 5}', b'{"tool_outputs": {}}', b'{"temperature": "hot", "model": "stub"}',
    b'{"input": "x", "model": "stub", "text": "\\u0000", "metadata": {"a": "\\u0000"}}', b'{"name": "\\u0000", "model": "stub"}', b'{"response_format": 5, "model": "stub"}',
]  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
async def test_no_body_is_a_fault_of_ours(desk: Desk, route: str):
    for body in BODIES:
        answer = await desk.http.post(
            "/v1/" + route, content=body, headers={"authorization": f"Bearer {desk.key}", "content-type": "application/json"}
        )
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()["error"]) >= {"message", "type", "param", "code"}


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "order=up", "after=nobody", "limit=" + "9" * 50])
async def test_pages_that_make_no_sense(desk: Desk, query: str):
    for path in ("assistants", "files", "batches"):
        answer = await desk.http.get(f"/v1/{path}?{query}", headers={"authorization": f"Bearer {desk.key}"})
        assert answer.status_code == 400, (
            path,
            answer.text,
        )
