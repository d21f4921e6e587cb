"""Pydantic AI's `Model` on our gateway: what it is asked becomes a chat completion, and what comes back its messages."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic_ai import RunContext
from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponseStreamEvent
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings

from sayso.ai.agents.heard import FINISHED, parts_of, usage_of
from sayso.ai.agents.written import body_of
from sayso.gateway.asked import as_body
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Answer, Call
from sayso.gateway.gateway import Gateway, refused
from sayso.gateway.refusals import Refused

PROFILE = ModelProfile(supports_json_schema_output=True, supports_json_object_output=True, supports_inline_system_prompts=True)
"""Whatever a model cannot do, its provider refuses in words; the agents decide what they ask for, not this bridge."""


class GatewayModel(Model[None]):
    """One name of the gateway. Raises `Refused` for whatever is refused here or upstream, in the middle of a stream too."""

    def __init__(self, gateway: Gateway, caller: Caller, name: str, *, settings: ModelSettings | None = None) -> None:
        super().__init__(settings=settings, profile=PROFILE)
        self._gateway, self._caller, self._name = gateway, caller, name

    @property
    def model_name(self) -> str:
        return self._name

    @property
    def system(self) -> str:
        return "sayso"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        call = self._call(messages, model_settings, model_request_parameters, stream=False)
        async with self._gateway.answering(call) as answer:
            value = orjson.loads(await answer.whole())
        if answer.status >= 400:
            raise refused(value, answer.status)
        choices = value.get("choices") or ()
        if not choices:
            raise Refused(f"{self._name} answered without a choice.", 502, code="empty_answer")
        finish = choices[0].get("finish_reason")
        return ModelResponse(
            parts=parts_of(choices[0].get("message") or {}),
            usage=usage_of(answer.entry),
            model_name=_answered_by(answer) or self._name,
            provider_name="sayso",
            provider_response_id=answer.id,
            provider_details={"finish_reason": finish},
            finish_reason=FINISHED.get(finish),
        )

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        call = self._call(messages, model_settings, model_request_parameters, stream=True)
        async with self._gateway.answering(call) as answer:
            if answer.status >= 400:
                raise refused(orjson.loads(await answer.whole()), answer.status)
            yield Streamed(model_request_parameters, answer, self._name)

    def _call(
        self, messages: list[ModelMessage], settings: ModelSettings | None, asked: ModelRequestParameters, *, stream: bool
    ) -> Call:
        settings, asked = self.prepare_request(settings, asked)
        instructions = [part.content for part in self._get_instruction_parts(messages, asked) or ()]
        body = body_of(self._name, messages, instructions, settings or {}, asked, stream=stream)
        return Call(self._caller, "chat/completions", as_body(body))


class Streamed(StreamedResponse):
    """One answer as it comes. What it has used and cost is known once it has ended, or was closed before that."""

    def __init__(self, asked: ModelRequestParameters, answer: Answer, name: str) -> None:
        super().__init__(asked)
        self._answer, self._name = answer, name
        self._timestamp = datetime.now(UTC)
        self.provider_response_id = answer.id

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        try:
            async for part in self._answer:
                for line in part.splitlines():
                    if line.startswith(b"data:") and (data := line[5:].strip()) != b"[DONE]":
                        for event in self._events(_read(data, self._name)):
                            yield event
        finally:
            await self.close_stream()

    def _events(self, value: dict[str, Any]) -> list[ModelResponseStreamEvent]:
        if "error" in value and "choices" not in value:
            raise refused(value, 502)
        choice = next(iter(value.get("choices") or ()), None)
        if choice is None:
            return []
        events: list[ModelResponseStreamEvent] = []
        delta = choice.get("delta") or {}
        if thought := delta.get("reasoning_content"):
            events += self._parts_manager.handle_thinking_delta(vendor_part_id="thinking", content=str(thought))
        if text := delta.get("content"):
            events += self._parts_manager.handle_text_delta(vendor_part_id="content", content=str(text))
        for n, called in enumerate(delta.get("tool_calls") or ()):
            function = called.get("function") or {}
            events += self._parts_manager.handle_tool_call_delta_events(
                vendor_part_id=called.get("index", n),
                tool_name=function.get("name"),
                args=function.get("arguments"),
                tool_call_id=called.get("id"),
            )
        if finish := choice.get("finish_reason"):
            self.finish_reason = FINISHED.get(finish)
            self.provider_details = {"finish_reason": finish}
        return events

    async def close_stream(self) -> None:
        await self._answer.close()
        self._usage = usage_of(self._answer.entry)

    @property
    def model_name(self) -> str:
        return _answered_by(self._answer) or self._name

    @property
    def provider_name(self) -> str:
        return "sayso"

    @property
    def provider_url(self) -> None:
        return None

    @property
    def timestamp(self) -> datetime:
        return self._timestamp


def _read(data: bytes, name: str) -> dict[str, Any]:
    """One event. Raises `Refused` when it is broken: a stream that was cut ends in the middle of one."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Refused(f"{name} broke off in the middle of its answer.", 502, code="upstream_error")
    return value


def _answered_by(answer: Answer) -> str | None:
    """`provider/model` of the upstream that answered, after aliases and fallbacks."""
    if answer.entry is None:
        return None
    route = answer.entry.route
    return route.model if route.provider.kind == "sayso" else f"{route.provider.name}/{route.model}"
