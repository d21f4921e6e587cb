"""How a co-worker is asked in a trial: one message, its own tools to read with, and everything that it would write, keep or send recorded in
place of being done. No conversation is begun and nothing is remembered."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError

from sayso import db
from sayso.ai.asking import Used
from sayso.ai.job import Job
from sayso.coworkers import prompt
from sayso.coworkers.desk import Desk
from sayso.coworkers.hearing import Heard, heard
from sayso.coworkers.plug import NO_MODEL
from sayso.coworkers.reach import Reach
from sayso.coworkers.rendering import addresses_in
from sayso.coworkers.roster import Found, found
from sayso.coworkers.sources import Sources
from sayso.coworkers.tools import offered
from sayso.coworkers.tools.tool import At, Proposed
from sayso.errors import Invalid, SaysoError
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.trials.players import TEXT_CHARACTERS_MAX, Place, Played
from sayso.trials.trial import Case

ROUNDS_MAX = 8
CALLS_MAX = 24
"""Of tools, in one case."""
ANSWER_TOKENS_MAX = 4_000
RESULT_CHARACTERS_MAX = 20_000
RECORDED = "It was noted, as a proposal that waits for a yes. Go on, and answer in words."

Recorded = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Talks:
    """Reads with the rights of whoever began the trial, narrowed by the co-worker's own."""

    gateway: Gateway

    async def play(self, place: Place, job: Job, case: Case, model: str) -> Played:
        began, used, recorded = time.perf_counter(), Used(), list[Recorded]()
        route = self.gateway.plan(place.caller, model).routes[0]
        if route.provider.kind == "sayso" and not route.model.startswith("local/"):
            return Played("refused", problem=NO_MODEL.format(slot=job.slot), model=route.model, provider="sayso")
        state, text, problem = "written", "", None
        try:
            text = await _Talk(self.gateway, place, await self._whom(place, job), model, used, recorded).answer(_message(case))
            if not text.strip():
                state, problem = "failed", "The model gave no answer."
        except Refused as error:
            state, problem = "refused" if not used.tokens else "failed", str(error)
        except SaysoError as error:
            state, problem = "failed", str(error)
        took = (time.perf_counter() - began) * 1000
        return Played(
            state, text or None, text[:TEXT_CHARACTERS_MAX], problem, used.model or route.model, route.provider.name, used.cost, used.tokens, took, used.first_ms,
            max(1, used.calls), recorded,
        )  # fmt: skip

    async def _whom(self, place: Place, job: Job) -> Found:
        """As it is now, with the instructions of the contender."""
        key = f"{place.app}.{job.path.removeprefix('coworkers/')}"
        async with db.transaction(self.gateway.engine) as tx:
            whom = await found(tx, key, by=place.by)
        return replace(whom, coworker=whom.coworker.model_copy(update={"instructions": job.prompt}))


class _Talk:
    def __init__(self, gateway: Gateway, place: Place, whom: Found, model: str, used: Used, recorded: list[Recorded]) -> None:
        self.gateway, self.place, self.whom, self.model, self.used, self.recorded = gateway, place, whom, model, used, recorded
        self.desk = Desk(gateway.engine, gateway, _nothing_begins)
        self.reach = Reach(whom, place.by)
        self.sources = Sources()
        self.calls = 0

    async def answer(self, message: str) -> str:
        """Raises `Refused`."""
        async with db.transaction(self.gateway.engine) as tx:
            places = await self.reach.places(tx)
        self.said, self.addresses = message, addresses_in(message)
        thread: list[dict[str, Any]] = [
            {"role": "system", "content": prompt.system(self.reach, places, (), datetime.now(UTC))},
            {"role": "user", "content": message},
        ]
        tools = [tool.shape for tool in offered(self.whom, self.desk)]
        for round in range(1, ROUNDS_MAX + 1):
            last = round == ROUNDS_MAX or self.calls >= CALLS_MAX
            body: dict[str, Any] = {"model": self.model, "messages": thread, "max_completion_tokens": ANSWER_TOKENS_MAX}
            body |= {"tools": tools, **({"tool_choice": "none"} if last else {})} if tools else {}
            said = await self._heard(body)
            if not said.calls or last:
                return said.text
            thread.append(said.message)
            thread += [await self._called(one) for one in said.calls]
        return ""

    async def _heard(self, body: dict[str, Any]) -> Heard:
        """One call, streamed as in a conversation, so that the time to the first word is a person's."""
        said, used = Heard(), self.used
        used.calls += 1
        try:
            async for words in heard(self.gateway, self.place.caller, {**body, "stream_options": {"include_usage": True}}, said):
                if words.strip() and used.first_ms is None:
                    used.first_ms = used.ms
        finally:
            used.model = said.model or used.model
            used.cost = None if used.cost is None or said.cost is None else used.cost + said.cost
            for name, count in (("input", said.input_tokens), ("output", said.output_tokens)):
                used.tokens[name] = used.tokens.get(name, 0) + count
        return said

    async def _called(self, call: dict[str, Any]) -> dict[str, Any]:
        """What a tool gave, as the model is told it. Whatever is not reading is recorded."""
        self.calls += 1
        function = call.get("function") or {}
        name, id = str(function.get("name") or ""), str(call.get("id") or "")
        tool = next((one for one in offered(self.whom, self.desk) if one.name == name), None)
        try:
            if tool is None or self.calls > CALLS_MAX:
                raise Invalid(f"there is no tool {name[:80]!r} here" if tool is None else "that were too many tools; answer now")
            asked = tool.asks.model_validate(_arguments(function.get("arguments")))
            if tool.kind == "keeps":
                result: Any = self._noted(tool.name, f"Would {tool.title.lower()}", asked.model_dump(mode="json"))
            else:
                at = At(self.desk, self.reach, self.sources, "", id, self.addresses, self.said)
                outcome = await tool.run(at, asked)
                result = (
                    self._noted("write", f"Would do: {outcome.words}", outcome.act)
                    if isinstance(outcome, Proposed)
                    else outcome.value
                )
        except ValidationError as error:
            result = {
                "error": "; ".join(
                    f"{'/'.join(map(str, e['loc']))}: {e['msg']}"
                    for e in error.errors(include_url=False, include_input=False)[:5]
                )
            }
        except SaysoError as error:
            result = {"error": str(error)}
        text = orjson.dumps(result, default=str).decode()
        return {"role": "tool", "tool_call_id": id, "content": text[:RESULT_CHARACTERS_MAX]}

    def _noted(self, kind: str, sentence: str, act: dict[str, Any]) -> dict[str, str]:
        kept = {name: act[name] for name in ("kind", "table_name", "app", "table", "text") if name in act}
        self.recorded.append({"kind": kind, "sentence": sentence, "act": kept})
        return {"noted": RECORDED}


def _message(case: Case) -> str:
    given = case.inputs if isinstance(case.inputs, dict) else {}
    return str(given.get("message") or "")


def _arguments(said: Any) -> dict[str, Any]:
    try:
        value = orjson.loads(said or "{}") if isinstance(said, (str, bytes)) else said or {}
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the arguments are not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Invalid("the arguments are an object")
    if b"\\u0000" in orjson.dumps(value):
        raise Invalid("the arguments hold the character NUL")
    return value


def _nothing_begins(work: Any) -> None:
    """A trial leaves nothing going on behind it."""
    work.close()
