"""A session of text with any model: the events of OpenAI's Realtime API (GA), asked of the model as responses."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson

from sayso.gateway.bridge.items import new_id
from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Refused
from sayso.gateway.responses.asked import as_items, told

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway

ITEMS_MAX = 2000
SESSION_SECONDS_MAX = 3600
CHANGEABLE = (
    "instructions",
    "tools",
    "tool_choice",
    "max_output_tokens",
    "metadata",
    "reasoning",
    "prompt",
    "tracing",
    "truncation",
)
Value = dict[str, Any]
Say = Callable[[Value], Awaitable[None]]


class Problem(Exception):
    """What the client said makes no sense; it is told so, and the session goes on."""

    def __init__(self, message: str, code: str = "invalid_value", param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.param = code, param


class Session:
    """One client's. `say` sends an event; whatever is heard goes to `hear`, one after the other."""

    def __init__(self, gateway: "Gateway", caller: Caller, model: str, say: Say, given: Value | None = None) -> None:
        self.gateway, self.caller, self.model, self._say = gateway, caller, model, say
        self.items: list[Value] = []
        self._answering: asyncio.Task[None] | None = None
        self.session: Value = {
            "type": "realtime", "object": "realtime.session", "id": new_id("sess"), "model": model, "output_modalities": ["text"], "instructions": "",
            "tools": [], "tool_choice": "auto", "max_output_tokens": "inf", "expires_at": int(time.time()) + SESSION_SECONDS_MAX, "truncation": "auto",
            "tracing": None, "prompt": None, "include": None,
        }  # fmt: skip
        if given:
            self._change(given)

    async def begin(self) -> None:
        await self.say("session.created", session=self.session)

    async def end(self) -> None:
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)

    async def say(self, type: str, **more: Any) -> None:
        await self._say({"type": type, "event_id": new_id("event")[:30], **more})

    async def hear(self, text: str | bytes) -> None:
        event_id = None
        try:
            try:
                event = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise Problem("The event is not JSON.", "invalid_json") from None
            if not isinstance(event, dict) or not isinstance(event.get("type"), str):
                raise Problem("An event is an object with a type.", "invalid_event", "type")
            event_id = event.get("event_id") if isinstance(event.get("event_id"), str) else None
            await self._heard(event)
        except Problem as problem:
            await self._problem(str(problem), problem.code, problem.param, event_id)
        except Refused as error:
            await self._problem(str(error), error.code, error.param, event_id)

    async def _problem(
        self, message: str, code: str | None, param: str | None, event_id: str | None, type: str = "invalid_request_error"
    ) -> None:
        error = {"type": type, "code": code, "message": message, "param": param, "event_id": event_id}
        await self.say("error", error=error)

    async def _heard(self, event: Value) -> None:
        match event["type"]:
            case "session.update":
                self._change(_object(event, "session"))
                await self.say("session.updated", session=self.session)
            case "conversation.item.create":
                await self._add(_object(event, "item"), event.get("previous_item_id"))
            case "conversation.item.retrieve":
                await self.say("conversation.item.retrieved", item=self._item(event.get("item_id")))
            case "conversation.item.delete":
                self.items.remove(self._item(event.get("item_id")))
                await self.say("conversation.item.deleted", item_id=event["item_id"])
            case "response.create":
                if self._answering is not None and not self._answering.done():
                    raise Problem("Conversation already has an active response.", "conversation_already_has_active_response")
                asked = event.get("response") or {}
                if not isinstance(asked, dict):
                    raise Problem("'response' is an object.", param="response")
                self._answering = asyncio.create_task(self._answer(asked, await self._begun(asked)))
                await asyncio.sleep(0)  # it is begun now: a cancelling that comes at once finds something to end
            case "response.cancel":
                if self._answering is None or self._answering.done():
                    raise Problem("There is no active response to cancel.", "response_cancel_not_active")
                self._answering.cancel()
            case kind if kind.startswith(("input_audio_buffer.", "output_audio_buffer.")) or kind == "conversation.item.truncate":
                raise Problem(
                    f"{self.model} takes and gives text here: there is no sound to do this with.", "unsupported_modality", "type"
                )
            case kind:
                raise Problem(f"Invalid value: {kind[:60]!r}. It is no event that a client sends.", "invalid_value", "type")

    # ── what is kept ──────────────────────────────────────────

    def _change(self, given: Value) -> None:
        if given.get("type") not in (None, "realtime"):
            raise Problem("The type of a session is realtime.", param="session.type")
        modalities = given.get("output_modalities")
        if modalities is not None and modalities != ["text"]:
            raise Problem(
                f'{self.model} gives text only: output_modalities is ["text"].',
                "unsupported_modality",
                "session.output_modalities",
            )
        for name in CHANGEABLE:
            if name in given:
                self.session[name] = given[name]

    async def _add(self, item: Value, previous: Any) -> None:
        if len(self.items) >= ITEMS_MAX:
            raise Problem(f"A session has at most {ITEMS_MAX} items.", "too_many_items")
        parts = item.get("content")
        if any(
            isinstance(part, dict) and "audio" in str(part.get("type")) for part in (parts if isinstance(parts, list) else [])
        ):
            raise Problem(f"{self.model} takes text here, no sound.", "unsupported_modality", "item.content")
        (made,) = as_items([item])
        if any(one["id"] == made["id"] for one in self.items):
            raise Problem("There is an item with this id already.", "item_id_exists", "item.id")
        made |= {"object": "realtime.item", "status": "completed"}
        place = len(self.items) if previous is None else 0 if previous == "root" else self.items.index(self._item(previous)) + 1
        before = self.items[place - 1]["id"] if place else None
        self.items.insert(place, made)
        await self.say("conversation.item.added", previous_item_id=before, item=made)
        await self.say("conversation.item.done", previous_item_id=before, item=made)

    def _item(self, id: Any) -> Value:
        for item in self.items:
            if item["id"] == id:
                return item
        raise Problem("There is no item with this id.", "item_not_found", "item_id")

    # ── answering ─────────────────────────────────────────────

    def _asked(self, wanted: Value) -> Value:
        own = wanted.get("input")
        if own is not None and not isinstance(own, list):
            raise Refused("'response.input' is a list of items.", 400, param="response.input")
        items = (
            self.items
            if own is None
            else as_items([self._item(one["id"]) if one.get("type") == "item_reference" else one for one in own])
        )
        settings = {**self.session, **{name: wanted[name] for name in CHANGEABLE if name in wanted}}
        body: Value = {
            "model": self.model,
            "input": [{name: value for name, value in told(item).items() if name != "object"} for item in items],
            "instructions": settings["instructions"] or None,
            "tools": settings["tools"] or None,
            "tool_choice": settings["tool_choice"] if settings["tools"] else None,
            "reasoning": settings.get("reasoning"),
            "store": False,
        }
        if settings["max_output_tokens"] != "inf":
            body["max_output_tokens"] = settings["max_output_tokens"]
        return {name: value for name, value in body.items() if value is not None}

    async def _begun(self, wanted: Value) -> Value:
        response: Value = {
            "object": "realtime.response", "id": new_id("resp"), "status": "in_progress", "status_details": None, "output": [],
            "conversation_id": self.session["id"], "output_modalities": ["text"], "max_output_tokens": self.session["max_output_tokens"], "usage": None,
            "metadata": wanted.get("metadata"),
        }  # fmt: skip
        await self.say("response.created", response=response)
        return response

    async def _answer(self, wanted: Value, response: Value) -> None:
        kept = wanted.get("conversation") != "none"
        try:
            async for event in self._events(wanted):
                await self._retold(event, response, kept)
        except asyncio.CancelledError:
            response |= {"status": "cancelled", "status_details": {"type": "cancelled", "reason": "client_cancelled"}}
        except (Refused, Problem) as error:
            details = {
                "type": "failed",
                "error": {"type": getattr(error, "type", None) or "server_error", "code": error.code, "message": str(error)},
            }
            response |= {"status": "failed", "status_details": details}
        await self.say("response.done", response=response)

    async def _events(self, wanted: Value) -> AsyncGenerator[Value]:
        async for event in self.gateway.events(self.caller, "responses", self._asked(wanted)):
            yield event

    async def _retold(self, event: Value, response: Value, kept: bool) -> None:
        at = {
            "response_id": response["id"],
            **{name: event[name] for name in ("item_id", "output_index", "content_index") if name in event},
        }
        match event.get("type"):
            case "response.output_item.added" if event["item"].get("type") in ("message", "function_call"):
                item = _realtime(event["item"])
                await self.say("response.output_item.added", item=item, **at)
                if kept:
                    await self.say(
                        "conversation.item.added", previous_item_id=self.items[-1]["id"] if self.items else None, item=item
                    )
            case "response.content_part.added" | "response.content_part.done" if event["part"].get("type") == "output_text":
                await self.say(event["type"], part={"type": "text", "text": event["part"]["text"]}, **at)
            case "response.output_text.delta":
                await self.say("response.output_text.delta", delta=event["delta"], **at)
            case "response.output_text.done":
                await self.say("response.output_text.done", text=event["text"], **at)
            case "response.function_call_arguments.delta":
                await self.say("response.function_call_arguments.delta", delta=event["delta"], **at)
            case "response.function_call_arguments.done":
                await self.say(
                    "response.function_call_arguments.done", arguments=event["arguments"], name=event.get("name"), **at
                )
            case "response.output_item.done":
                await self._item_done(event, response, kept, at)
            case "response.completed" | "response.incomplete":
                reason = (event["response"].get("incomplete_details") or {}).get("reason")
                status = event["type"].removeprefix("response.")
                details = (
                    {"type": "incomplete", "reason": "content_filter" if reason == "content_filter" else "max_output_tokens"}
                    if reason
                    else None
                )
                response |= {"status": status, "status_details": details, "usage": _usage(event["response"].get("usage"))}
            case "response.failed":
                error = event["response"].get("error") or {}
                raise Refused(str(error.get("message") or "the model failed"), 502, code=error.get("code"))
            case _:
                pass

    async def _item_done(self, event: Value, response: Value, kept: bool, at: Value) -> None:
        item = event["item"]
        if item.get("type") == "reasoning" and kept:
            self.items.append(item)  # for the model that had the thought; the client sees nothing of it
        if item.get("type") not in ("message", "function_call"):
            return
        shown = _realtime(item)
        response["output"].append(shown)
        await self.say("response.output_item.done", item=shown, **at)
        if kept:
            before = self.items[-1]["id"] if self.items else None
            self.items.append(shown)
            await self.say("conversation.item.done", previous_item_id=before, item=shown)


def _realtime(item: Value) -> Value:
    shown = {**item, "object": "realtime.item"}
    if item.get("type") == "message":
        shown["content"] = [
            {"type": "output_text", "text": part.get("text") or part.get("refusal") or ""} for part in item.get("content") or []
        ]
    return shown


def _usage(used: Value | None) -> Value | None:
    if used is None:
        return None
    cached = (used.get("input_tokens_details") or {}).get("cached_tokens") or 0
    return {
        "total_tokens": used.get("total_tokens") or 0,
        "input_tokens": used.get("input_tokens") or 0,
        "output_tokens": used.get("output_tokens") or 0,
        "input_token_details": {
            "text_tokens": used.get("input_tokens") or 0,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": cached,
        },
        "output_token_details": {"text_tokens": used.get("output_tokens") or 0, "audio_tokens": 0},
    }


def _object(event: Value, name: str) -> Value:
    if not isinstance(event.get(name), dict):
        raise Problem(f"'{name}' is an object.", param=name)
    return event[name]
