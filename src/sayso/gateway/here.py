"""Models that live in this process: Sayso's own (`sayso/*`), and local ones. They are called like any other."""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec
import orjson

from sayso.gateway.caller import Caller
from sayso.gateway.forms import form
from sayso.gateway.providers.provider import Outgoing
from sayso.gateway.refusals import Refused, not_json
from sayso.gateway.reply import DONE, AnyReply, Events, Whole, event

JSON_BYTES_MAX = 64 * 2**20


class Model(Protocol):
    """One model here. `endpoints` are those that it serves, such as `chat/completions`; `about` is told in the list of models."""

    @property
    def name(self) -> str: ...

    @property
    def endpoints(self) -> Sequence[str]: ...

    @property
    def about(self) -> Mapping[str, Any]: ...

    async def answer(
        self, endpoint: str, body: dict[str, Any], *, workspace: str
    ) -> dict[str, Any] | AsyncIterator[dict[str, Any]]:
        """The whole answer in OpenAI's shape, `usage` included; or, when `body["stream"]` asks for it, its events one by one.

        Events of responses and images carry their `type`; the last of a chat's, when `stream_options.include_usage` is set, the usage.
        Raises `Refused` for what this model cannot do.
        """
        ...


@runtime_checkable
class Family(Protocol):
    """Many under one first name: `coworker` answers for `coworker/mina` and all the others. It is told who asks, and which is asked."""

    async def answer_as(
        self, model: str, endpoint: str, body: dict[str, Any], *, caller: Caller
    ) -> dict[str, Any] | AsyncIterator[dict[str, Any]]: ...


def first_name(name: str, here: Container[str]) -> str | None:
    """Under which name a model is known here: its own, or that of its family."""
    if name in here:
        return name
    first, slash, rest = name.partition("/")
    return first if slash and rest and first in here else None


class Here:
    """The adapter that all of them are behind."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = {model.name: model for model in models}

    async def send(self, out: Outgoing) -> AnyReply:
        model = self._models[first_name(out.model, self._models) or out.model]
        if out.endpoint not in model.endpoints:
            raise Refused(
                f"{out.model} does not serve /v1/{out.endpoint}; it serves {', '.join(model.endpoints)}.",
                400,
                param="model",
                code="unsupported_endpoint",
            )
        if isinstance(model, Family):
            answer = await model.answer_as(out.model, out.endpoint, _value(out), caller=out.caller)
        else:
            answer = await model.answer(out.endpoint, _value(out), workspace=out.caller.workspace)
        if isinstance(answer, dict):
            return Whole(msgspec.json.encode(answer))
        return Events(_events(out.endpoint, answer))

    async def models(self) -> list[dict[str, Any]]:
        return [{"id": name, **model.about} for name, model in self._models.items()]


def _value(out: Outgoing) -> dict[str, Any]:
    """The request as a value; the files of a form as bytes."""
    if out.content_type.startswith(b"multipart/"):
        return form(out.body, out.content_type)
    try:
        return orjson.loads(out.body)
    except orjson.JSONDecodeError as error:
        raise not_json(str(error)) from None


async def _events(endpoint: str, values: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    chat = endpoint in ("chat/completions", "completions")
    async for value in values:
        yield event(value, None if chat else value.get("type"))
    if chat:
        yield DONE
