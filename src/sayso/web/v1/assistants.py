"""Assistants, threads, messages, runs and steps."""

import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.gateway import kept
from sayso.gateway.assistants import shapes
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import Refused
from sayso.web.v1 import calls
from sayso.web.v1.request import Request

Value = dict[str, Any]


# ── assistants ────────────────────────────────────────────────


async def create(request: Request) -> Answer:
    request.let_in()
    value = shapes.assistant(await request.json())
    async with db.transaction(request.engine) as tx:
        await kept.put(tx, request.workspace, "assistant", value)
    return request.answer(value)


async def listed(request: Request) -> Answer:
    return await _listed(request, "assistant", "")


async def show(request: Request) -> Answer:
    return await _shown(request, "assistant", "", request.ids[0])


async def change(request: Request) -> Answer:
    request.let_in()
    changes = shapes.changes_of_assistant(await request.json())
    return await _changed(request, "assistant", "", request.ids[0], changes)


async def remove(request: Request) -> Answer:
    return await _removed(request, "assistant", "", request.ids[0], "assistant.deleted")


# ── threads ───────────────────────────────────────────────────


async def create_thread(request: Request) -> Answer:
    request.let_in()
    body = await request.optional_json()
    async with db.transaction(request.engine) as tx:
        return request.answer(await _new_thread(tx, request, body))


async def _new_thread(tx: AsyncConnection, request: Request, body: Value) -> Value:
    thread = shapes.thread(body)
    await kept.put(tx, request.workspace, "thread", thread)
    for one in shapes.messages(body):
        await kept.put(tx, request.workspace, "thread.message", shapes.message(thread["id"], one), parent=thread["id"])
    return thread


async def show_thread(request: Request) -> Answer:
    return await _shown(request, "thread", "", request.ids[0])


async def change_thread(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    changes: Value = {"metadata": kept.metadata(body)} if "metadata" in body else {}
    if "tool_resources" in body:
        changes["tool_resources"] = shapes.objects(body, "tool_resources")
    return await _changed(request, "thread", "", request.ids[0], changes)


async def remove_thread(request: Request) -> Answer:
    return await _removed(request, "thread", "", request.ids[0], "thread.deleted")


# ── messages ──────────────────────────────────────────────────


async def create_message(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    thread = request.ids[0]
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "thread", thread, lock=True)
        await request.gateway.endpoints.runs.must_be_free(tx, request.workspace, thread)
        value = shapes.message(thread, body)
        await kept.put(tx, request.workspace, "thread.message", value, parent=thread)
    return request.answer(value)


async def messages(request: Request) -> Answer:
    equal = {"run_id": request.questions["run_id"]} if request.questions.get("run_id") else {}
    return await _listed(request, "thread.message", request.ids[0], of="thread", **equal)


async def show_message(request: Request) -> Answer:
    return await _shown(request, "thread.message", *request.ids)


async def change_message(request: Request) -> Answer:
    request.let_in()
    thread, id = request.ids
    return await _changed(request, "thread.message", thread, id, {"metadata": kept.metadata(await request.json())})


async def remove_message(request: Request) -> Answer:
    thread, id = request.ids
    return await _removed(request, "thread.message", thread, id, "thread.message.deleted")


# ── runs ──────────────────────────────────────────────────────


async def create_run(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    thread = request.ids[0]
    extra = [shapes.message(thread, one) for one in shapes.messages({"messages": body.get("additional_messages")})]
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "thread", thread, lock=True)
        await request.gateway.endpoints.runs.must_be_free(tx, request.workspace, thread)
        for message in extra:
            await kept.put(tx, request.workspace, "thread.message", message, parent=thread)
        run = await _new_run(tx, request, thread, body)
    return await _begun(request, run, body)


async def create_thread_and_run(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    async with db.transaction(request.engine) as tx:
        thread = await _new_thread(tx, request, shapes.objects(body, "thread"))
        run = await _new_run(tx, request, thread["id"], body)
    return await _begun(request, run, body)


async def _new_run(tx: AsyncConnection, request: Request, thread: str, body: Value) -> Value:
    id = kept.text(body, "assistant_id", required=True, length_max=kept.ID_LENGTH_MAX) or ""
    run = shapes.run(thread, await kept.read(tx, request.workspace, "assistant", id), body)
    await kept.put(tx, request.workspace, "thread.run", run, parent=thread, inside={"process": request.gateway.process})
    return run


async def _begun(request: Request, run: Value, body: Value) -> Answer:
    streamed = await request.gateway.endpoints.runs.begin(request.caller, run, stream=body.get("stream") is True)
    return streamed or request.answer(run)


async def runs(request: Request) -> Answer:
    return await _listed(request, "thread.run", request.ids[0], of="thread")


async def show_run(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await request.gateway.endpoints.runs.read(tx, request.workspace, *request.ids))


async def change_run(request: Request) -> Answer:
    request.let_in()
    thread, id = request.ids
    return await _changed(request, "thread.run", thread, id, {"metadata": kept.metadata(await request.json())})


async def cancel_run(request: Request) -> Answer:
    request.let_in()
    return request.answer(await request.gateway.endpoints.runs.cancel(request.workspace, *request.ids))


async def submit(request: Request) -> Answer:
    """What the tools gave; the run goes on with it."""
    request.let_in()
    body = await request.json()
    thread, id = request.ids
    async with db.transaction(request.engine) as tx:
        run = await request.gateway.endpoints.runs.read(tx, request.workspace, thread, id)
        if run["status"] != "requires_action":
            raise Refused(f"Runs in status '{run['status']}' do not accept tool outputs.", 400, code="invalid_value")
        wanted = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = shapes.outputs(body, wanted)
        _, inside = (await kept.find(tx, request.workspace, "thread.run", id, parent=thread)) or ({}, {})
        done = [{"type": "function_call_output", "call_id": call["id"], "output": outputs[call["id"]]} for call in wanted]
        step = await kept.read(tx, request.workspace, "thread.run.step", inside["step"], parent=id)
        for call in step["step_details"]["tool_calls"]:
            call["function"]["output"] = outputs.get(call["id"])
        step |= {"status": "completed", "completed_at": int(time.time())}
        await kept.change(tx, request.workspace, step["id"], step)
        run |= {"status": "queued", "required_action": None}
        inside = {**inside, "done": [*inside["done"], *done], "process": request.gateway.process}
        await kept.change(tx, request.workspace, id, run, inside)
    return await _begun(request, run, body)


async def steps(request: Request) -> Answer:
    thread, run = request.ids
    request.let_in()
    page = kept.page(request.questions)
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "thread.run", run, parent=thread, named="run")
        return request.answer(await kept.listed(tx, request.workspace, "thread.run.step", page, parent=run))


async def show_step(request: Request) -> Answer:
    thread, run, step = request.ids
    request.let_in()
    async with db.transaction(request.engine) as tx:
        await kept.read(tx, request.workspace, "thread.run", run, parent=thread, named="run")
        return request.answer(await kept.read(tx, request.workspace, "thread.run.step", step, parent=run, named="run step"))


async def vector_stores(request: Request) -> Answer:
    """Only a provider's own: here, files attached to messages are given to the model whole."""
    if request.header(b"x-sayso-provider"):
        return await calls.passed_through(request)
    raise Refused(
        "Sayso keeps no vector stores. Attach files to messages, and the model reads them whole; or name a provider that has them "
        "with the header x-sayso-provider.",
        400,
        code="unsupported_endpoint",
    )


# ── what all of them have in common ───────────────────────────

NAMES = {"thread.message": "message", "thread.run": "run"}


async def _listed(request: Request, kind: str, parent: str, *, of: str | None = None, **equal: str) -> Answer:
    request.let_in()
    page = kept.page(request.questions)
    async with db.transaction(request.engine) as tx:
        if of is not None:
            await kept.read(tx, request.workspace, of, parent)
        return request.answer(await kept.listed(tx, request.workspace, kind, page, parent=parent, **equal))


async def _shown(request: Request, kind: str, parent: str, id: str) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await kept.read(tx, request.workspace, kind, id, parent=parent, named=NAMES.get(kind)))


async def _changed(request: Request, kind: str, parent: str, id: str, changes: Value) -> Answer:
    async with db.transaction(request.engine) as tx:
        value = await kept.read(tx, request.workspace, kind, id, parent=parent, named=NAMES.get(kind), lock=True) | changes
        await kept.change(tx, request.workspace, id, value)
    return request.answer(value)


async def _removed(request: Request, kind: str, parent: str, id: str, said: str) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        if not await kept.remove(tx, request.workspace, kind, id, parent=parent):
            raise kept.missing(NAMES.get(kind) or kind, id)
    return request.answer({"id": id, "object": said, "deleted": True})
