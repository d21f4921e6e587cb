"""Runs at work: a model is asked, what it says becomes messages and steps, and whoever listens is told as it happens."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.db.gateway_tables import processes
from sayso.gateway import kept
from sayso.gateway.assistants import said, shapes
from sayso.gateway.assistants.shapes import Value
from sayso.gateway.bridge.items import usage_of_chat
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import EVENTS, event

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

WORKING = ("queued", "in_progress", "requires_action", "cancelling")
HEARD_EVENTS_MAX = 10_000
GONE_SECONDS = 60
DONE = b"event: done\ndata: [DONE]\n\n"

log = logging.getLogger(__name__)


class Runs:
    """Those of one process."""

    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self._working: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def begin(self, caller: Caller, run: Value, *, stream: bool) -> Answer | None:
        """Works on a run that is queued. Gives its events when they are wanted."""
        one = _Run(self.gateway, caller, run)
        place = (caller.workspace, run["id"])
        task = self._working[place] = asyncio.create_task(one.through())
        task.add_done_callback(lambda _: self._working.pop(place, None))
        return one.answer() if stream else None

    async def cancel(self, workspace: str, thread: str, id: str) -> Value:
        async with db.transaction(self.gateway.engine) as tx:
            run = await self.read(tx, workspace, thread, id)
            if run["status"] not in WORKING:
                raise Refused(f"Cannot cancel run with status '{run['status']}'.", 400, code="invalid_value")
            run = {**run, "status": "cancelled", "cancelled_at": int(time.time()), "required_action": None}
            await kept.change(tx, workspace, id, run)
        if (task := self._working.get((workspace, id))) is not None:
            task.cancel()
        return run

    async def read(self, tx: AsyncConnection, workspace: str, thread: str, id: str) -> Value:
        """As it stands now: what nobody works on any more has failed, and what nobody came back to has expired."""
        found = await kept.find(tx, workspace, "thread.run", id, parent=thread, lock=True)
        if found is None:
            raise kept.missing("run", id)
        return await self._settled(tx, workspace, *found)

    async def _settled(self, tx: AsyncConnection, workspace: str, run: Value, inside: Value) -> Value:
        now = int(time.time())
        if run["status"] == "requires_action" and now > run["expires_at"]:
            run = {**run, "status": "expired", "required_action": None}
        elif run["status"] in ("queued", "in_progress") and not await self._alive(tx, inside.get("process")):
            error = {"code": "server_error", "message": "Sayso was stopped while it worked on this run."}
            run = {**run, "status": "failed", "failed_at": now, "last_error": error}
        else:
            return run
        await kept.change(tx, workspace, run["id"], run)
        return run

    async def _alive(self, tx: AsyncConnection, process: str | None) -> bool:
        if process == self.gateway.process:
            return True
        recent = processes.c.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, GONE_SECONDS)
        return await tx.scalar(select(processes.c.id).where(processes.c.id == process, recent)) is not None

    async def must_be_free(self, tx: AsyncConnection, workspace: str, thread: str) -> None:
        """Raises `Refused` (400) while a run works on the thread."""
        runs = (await kept.listed(tx, workspace, "thread.run", kept.Page(1), parent=thread))["data"]
        if runs and (await self.read(tx, workspace, thread, runs[0]["id"]))["status"] in WORKING:
            raise Refused(f"Thread {thread} already has an active run {runs[0]['id']}.", 400, code="invalid_value")

    async def stop(self) -> None:
        working = list(self._working.values())
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


class _Run:
    """One turn of a run: from the question to the model's end, or to the tools that it wants."""

    def __init__(self, gateway: "Gateway", caller: Caller, run: Value) -> None:
        self.gateway, self.caller = gateway, caller
        self.run: Value = run
        self.workspace = caller.workspace
        self._heard: asyncio.Queue[bytes] | None = None
        self._message: Value | None = None
        self._step: Value | None = None
        self._calls: list[Value] = []

    # ── telling ───────────────────────────────────────────────

    def answer(self) -> Answer:
        self._heard = asyncio.Queue(HEARD_EVENTS_MAX)
        if self.run["started_at"] is None:
            self._tell("thread.run.created", {**self.run, "status": "queued"})
        self._tell("thread.run.queued", {**self.run, "status": "queued"})
        told = self._told(self._heard)

        async def read() -> bytes:
            return await anext(told, b"")

        async def close() -> None:
            await told.aclose()

        return Answer(self.run["id"], 200, EVENTS, [], None, read, close)

    async def _told(self, heard: asyncio.Queue[bytes]) -> AsyncGenerator[bytes]:
        while one := await heard.get():
            yield one

    def _tell(self, name: str, value: Value) -> None:
        if self._heard is not None and not self._heard.full():
            self._heard.put_nowait(event(value, name))

    def _tell_end(self) -> None:
        if self._heard is not None:
            while self._heard.qsize() > HEARD_EVENTS_MAX - 2:
                self._heard.get_nowait()
            self._heard.put_nowait(DONE)
            self._heard.put_nowait(b"")

    # ── working ───────────────────────────────────────────────

    async def through(self) -> None:
        try:
            async with asyncio.timeout(shapes.RUN_SECONDS_MAX):
                await self._asked()
        except Refused as error:
            code = (
                "rate_limit_exceeded"
                if error.status == 429
                else "invalid_prompt"
                if error.status in (400, 404)
                else "server_error"
            )
            await self._failed(code, str(error))
        except TimeoutError:
            await self._failed("server_error", "The run took too long.")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("the run %s", self.run["id"])
            await self._failed("server_error", type(error).__name__)
        finally:
            self._tell_end()

    async def _asked(self) -> None:
        async with db.transaction(self.gateway.engine) as tx:
            found = await kept.find(tx, self.workspace, "thread.run", self.run["id"], parent=self.run["thread_id"], lock=True)
            if found is None or found[0]["status"] not in ("queued", "in_progress"):
                return
            body = await said.body(tx, self.gateway.home, self.workspace, self.run, found[1].get("done") or [])
            self.run = {**found[0], "status": "in_progress", "started_at": found[0]["started_at"] or int(time.time())}
            await kept.change(tx, self.workspace, self.run["id"], self.run, {**found[1], "process": self.gateway.process})
        self._tell("thread.run.in_progress", self.run)
        async for one in self.gateway.events(self.caller, "responses", body):
            match one.get("type"):
                case "response.output_item.added" if one["item"].get("type") == "message":
                    await self._begin_message()
                case "response.output_text.delta" | "response.refusal.delta":
                    await self._said(one["delta"])
                case "response.completed" | "response.incomplete":
                    await self._ended(one["response"])
                    return
                case "response.failed":
                    error = one["response"].get("error") or {}
                    raise Refused(str(error.get("message") or "the model failed"), 502)
                case _:
                    pass
        raise Refused("The model ended without an answer.", 502)

    async def _begin_message(self) -> None:
        if self._message is not None:
            return
        blank: Value = {"role": "assistant", "content": "", "metadata": {}}
        more = {
            "assistant_id": self.run["assistant_id"],
            "run_id": self.run["id"],
            "status": "in_progress",
            "completed_at": None,
            "content": [],
        }
        self._message = shapes.message(self.run["thread_id"], blank, **more)
        self._step = shapes.step(self.run, "message_creation", {"message_id": self._message["id"]})
        async with db.transaction(self.gateway.engine) as tx:
            await kept.put(tx, self.workspace, "thread.message", self._message, parent=self.run["thread_id"])
            await kept.put(tx, self.workspace, "thread.run.step", self._step, parent=self.run["id"])
        for name, value in (("thread.run.step.created", self._step), ("thread.run.step.in_progress", self._step), ("thread.message.created", self._message), ("thread.message.in_progress", self._message)):  # fmt: skip
            self._tell(name, value)

    async def _said(self, text: str) -> None:
        await self._begin_message()
        assert self._message is not None
        if not self._message["content"]:
            self._message["content"] = [shapes.text_part("")]
        self._message["content"][0]["text"]["value"] += text
        part = {"index": 0, "type": "text", "text": {"value": text, "annotations": []}}
        delta = {"id": self._message["id"], "object": "thread.message.delta", "delta": {"content": [part]}}
        self._tell("thread.message.delta", delta)

    async def _ended(self, response: Value) -> None:
        now = int(time.time())
        used = usage_of_chat(response.get("usage"))
        usage = {name: used[name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")} if used else None
        before = self.run.get("usage")
        total = {name: usage[name] + (before or {}).get(name, 0) for name in usage} if usage else before
        for item in response.get("output") or []:
            if item.get("type") == "message" and self._message is None:
                for part in item.get("content") or []:
                    await self._said(str(part.get("text") or part.get("refusal") or ""))
            elif item.get("type") == "function_call":
                self._calls.append(item)
        message, written = self._message, self._step
        run: Value = {**self.run, "usage": total}
        told: list[tuple[str, Value]] = []
        async with db.transaction(self.gateway.engine) as tx:
            found = await kept.find(tx, self.workspace, "thread.run", run["id"], parent=run["thread_id"], lock=True)
            if found is None or found[0]["status"] not in ("queued", "in_progress"):
                return
            inside = found[1]
            if message is not None and written is not None:
                message |= {"status": "completed", "completed_at": now}
                written |= {"status": "completed", "completed_at": now, "usage": usage}
                await kept.change(tx, self.workspace, message["id"], message)
                await kept.change(tx, self.workspace, written["id"], written)
                told += [("thread.message.completed", message), ("thread.run.step.completed", written)]
            if self._calls:
                calls = [_call(item) for item in self._calls]
                step = shapes.step(run, "tool_calls", {"tool_calls": calls})
                await kept.put(tx, self.workspace, "thread.run.step", step, parent=run["id"])
                told += [("thread.run.step.created", step), ("thread.run.step.in_progress", step)]
                action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
                run |= {"status": "requires_action", "required_action": action, "expires_at": now + shapes.RUN_SECONDS_MAX}
                asked = [item for item in response["output"] if item.get("type") in ("function_call", "reasoning")]
                inside = {**inside, "done": [*(inside.get("done") or []), *asked], "step": step["id"]}
            elif response.get("status") == "incomplete":
                reason = (response.get("incomplete_details") or {}).get("reason")
                run |= {
                    "status": "incomplete",
                    "completed_at": now,
                    "incomplete_details": {"reason": "max_completion_tokens"} if reason == "max_output_tokens" else {},
                }
            else:
                run |= {"status": "completed", "completed_at": now}
            await kept.change(tx, self.workspace, run["id"], run, inside)
        self.run = run
        for name, value in [*told, (f"thread.run.{run['status']}", run)]:
            self._tell(name, value)

    async def _failed(self, code: str, why: str) -> None:
        now = int(time.time())
        error = {"code": code, "message": why}
        message, written = self._message, self._step
        async with db.transaction(self.gateway.engine) as tx:
            found = await kept.find(tx, self.workspace, "thread.run", self.run["id"], parent=self.run["thread_id"], lock=True)
            if found is None or found[0]["status"] not in ("queued", "in_progress"):
                return
            self.run = {**found[0], "status": "failed", "failed_at": now, "last_error": error}
            await kept.change(tx, self.workspace, self.run["id"], self.run)
            if message is not None and written is not None:
                message |= {"status": "incomplete", "incomplete_at": now, "incomplete_details": {"reason": "run_failed"}}
                written |= {"status": "failed", "failed_at": now, "last_error": error}
                await kept.change(tx, self.workspace, message["id"], message)
                await kept.change(tx, self.workspace, written["id"], written)
        if message is not None and written is not None:
            self._tell("thread.message.incomplete", message)
            self._tell("thread.run.step.failed", written)
        self._tell("thread.run.failed", self.run)


def _call(item: Value) -> Value:
    function = {"name": item["name"], "arguments": item["arguments"], "output": None}
    return {"id": item["call_id"], "type": "function", "function": function}
