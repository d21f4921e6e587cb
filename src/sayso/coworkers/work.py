"""How a co-worker answers: a bounded loop of asking its model and doing what the model asks for, kept after every step.

What reads is done at once. What writes becomes a card; the turn then waits, and goes on in whatever process the yes or no arrives.
"""

import asyncio
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.coworkers import acts, beyond, cards, claims, conversations, memories, prompt, rendering, turns, usage
from sayso.coworkers.attached import asked_message
from sayso.coworkers.desk import Desk
from sayso.coworkers.hearing import Heard, heard
from sayso.coworkers.plug import plugged
from sayso.coworkers.reach import Reach
from sayso.coworkers.roster import Found, found
from sayso.coworkers.sources import Sources
from sayso.coworkers.tools import offered
from sayso.coworkers.tools.tool import At, Proposed, Read, Tool
from sayso.coworkers.turns import Part, Turn
from sayso.coworkers.without_model import answered_without
from sayso.errors import Forbidden, Invalid, SaysoError
from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Refused
from sayso.team import standing
from sayso.team.actor import Actor

ROUNDS_MAX = 12
CALLS_MAX = 40
RUN_SECONDS_MAX = 600
RUN_TOKENS_MAX = 400_000
ANSWER_TOKENS_MAX = 4_000
RESULT_CHARACTERS_MAX = 20_000
"""Of one tool, as the model gets it."""
BEAT_SECONDS = 0.5
EMPTY_ANSWERS_MAX = 2


async def current(desk: Desk, by: Actor) -> Actor:
    """Who asked, with the rights of now: what was withdrawn meanwhile counts at once. Raises `Forbidden` when they have left."""
    async with db.transaction(desk.engine) as tx:
        return await standing.now(tx, by)


def start(desk: Desk, turn: Turn, by: Actor, caller: Caller | None = None) -> None:
    """Answers, or goes on answering, after this call has returned. What went wrong is told in the turn."""
    if turn.id not in desk.live.turns:
        desk.live.turns[turn.id] = turn
        desk.live.tasks[turn.id] = desk.begin(_worked(desk, turn, by, caller))


async def _worked(desk: Desk, turn: Turn, by: Actor, caller: Caller | None) -> None:
    try:
        await _Run(desk, turn, by, caller).go()
    finally:
        desk.live.turns.pop(turn.id, None)
        desk.live.tasks.pop(turn.id, None)


class _Run:
    """One working on a turn."""

    def __init__(self, desk: Desk, turn: Turn, by: Actor, caller: Caller | None) -> None:
        self.desk, self.turn, self.by = desk, turn, by
        self._caller = caller
        self.began = time.perf_counter()
        self.ms_before = turn.ms
        self.calls = 0
        self.found: Found
        self.reach: Reach
        self.sources = Sources(new=turn.sources)
        self.addresses: set[str] = set()
        self.done: set[str] = set()
        self.said = ""
        self._told = self.sources.numbers
        self._month: Decimal | None = None
        self._most: Decimal | None = None

    async def go(self) -> None:
        """Never raises but for what is our own mistake; the turn is kept and told as ended in any case."""
        beating = asyncio.create_task(self._beats())
        try:
            async with asyncio.timeout(RUN_SECONDS_MAX):
                await self._begun()
        except asyncio.CancelledError:
            self.turn.state = "stopped"
            self._note("warn", "Stopped. What the cards show as done stays done.")
        except TimeoutError:
            self._failed(f"This took longer than {RUN_SECONDS_MAX // 60} minutes, and was ended.")
        except Refused as error:
            self._failed(f"The model could not be asked: {error}")
        except SaysoError as error:
            self._failed(str(error))
        except DBAPIError:
            self._failed("The database could not be reached; ask again in a moment.")
        except Exception as error:
            self._failed(f"Something went wrong on our side ({type(error).__name__}). Nothing was done that is not shown.")
            raise
        finally:
            beating.cancel()
            await asyncio.wait([beating])
            await asyncio.shield(self._end())

    async def _begun(self) -> None:
        turn = self.turn
        async with db.transaction(self.desk.engine) as tx:
            one, self.found = await conversations.opened(tx, turn.conversation, by=self.by, own=True)
            before = [t for t in await turns.listed(tx, one.id, prompt.HISTORY_TURNS_MAX + 1) if t.n < turn.n]
            recalled = await memories.listed(tx, self.found, by=self.by) if self.found.coworker.memory else []
            self.reach = Reach(self.found, self.by)
            places = await self.reach.places(tx)
            spent = await usage.spent(tx, self.found)
        self.sources = Sources([s for t in before for s in t.sources], turn.sources)
        turn.sources = self.sources.new
        self.addresses = rendering.addresses_in(turn.asked["text"]) | rendering.addresses_in(self.found.coworker.instructions)
        self.said = "\n".join(t.asked["text"] for t in (*before, turn))
        self._budget(spent)
        await self._use_what_was_approved()
        self._tell_done()
        await self._answer(before, places, recalled)

    # ── the loop ──────────────────────────────────────────────

    async def _answer(self, before: list[Turn], places: list[Any], recalled: list[Any]) -> None:
        turn = self.turn
        caller = self._caller or self.desk.gateway.caller(
            self.by.workspace, app=self.found.app, member=self.by.member, name=self.found.coworker.name
        )
        plug = plugged(self.desk.gateway, caller, self.found)
        if not plug.ready:
            await answered_without(self, plug, places)
            turn.state = "done"
            return
        self._within_budget()
        head = [
            {"role": "system", "content": prompt.system(self.reach, places, recalled, datetime.now(UTC))},
            *prompt.history(before),
        ]
        head += turn.asked.get("history") or []
        head.append(await asked_message(self.desk, self.reach, turn, self.sources, self.addresses, sees=plug.sees))
        tools = offered(self.found, self.desk)
        empty = 0
        while turn.rounds < ROUNDS_MAX:
            turn.rounds += 1
            last = turn.rounds == ROUNDS_MAX or self.calls >= CALLS_MAX
            body: dict[str, Any] = {
                "model": plug.model,
                "messages": [*head, *map(_sent, turn.thread)],
                "max_completion_tokens": ANSWER_TOKENS_MAX,
            }
            body |= {"stream_options": {"include_usage": True}}
            if tools:
                body |= {"tools": [t.shape for t in tools], **({"tool_choice": "none"} if last else {})}
            said = await self._heard(caller, body)
            if said.calls and not last:
                turn.thread.append(said.message)
                if await self._called(said.calls):
                    turn.state = "waiting"
                    return
                await self._save()
                self._within_budget()
                continue
            if not said.text.strip() and empty < EMPTY_ANSWERS_MAX:
                empty += 1
                turn.thread += [{"role": "user", "content": "(Your answer was empty. Answer in words.)"}]
                self._within_budget()
                continue
            turn.thread.append({"role": "assistant", "content": said.text})
            self._finished(said)
            return
        self._note("warn", f"Ended after {ROUNDS_MAX} rounds. Ask again to go on.")
        self._honest()
        turn.state = "done"

    def _finished(self, said: Heard) -> None:
        if not said.text.strip():
            self._note("warn", "The model gave no answer. Ask again, or try another model.")
        elif said.finish == "length":
            self._note("warn", "The answer was cut off at its greatest length. Ask to go on.")
        elif said.calls:
            self._note("warn", f"Ended after {ROUNDS_MAX} rounds. Ask again to go on.")
        self._honest()
        self.turn.state = "done"

    async def _heard(self, caller: Caller, body: dict[str, Any]) -> Heard:
        turn, said = self.turn, Heard()
        safe = rendering.Safe(lambda: self.sources.numbers, lambda: self.addresses)
        part: Part | None = None
        n = -1
        try:
            async for words in heard(self.desk.gateway, caller, body, said):
                if ready := safe.feed(words):
                    if part is None:
                        n, part = self._part({"kind": "text", "text": "", "html": ""})
                    if turn.first_ms is None:
                        turn.first_ms = self._ms()
                    part["text"] += ready
                    self._tell({"type": "text", "n": n, "delta": ready})
        finally:
            turn.model = said.model or turn.model
            turn.cost += said.cost or Decimal(0)
            turn.unpriced += said.cost is None
            turn.input_tokens += said.input_tokens
            turn.output_tokens += said.output_tokens
            if rest := safe.end():
                if part is None:
                    n, part = self._part({"kind": "text", "text": "", "html": ""})
                part["text"] += rest
                self._tell({"type": "text", "n": n, "delta": rest})
            if part is not None:
                part["html"] = rendering.html(part["text"], self.sources.numbers, self.addresses)
                self._tell({"type": "part", "n": n, "part": part})
        return said

    async def _called(self, calls: list[dict[str, Any]]) -> bool:
        """Does what was asked for, in turn; True when something waits for a yes."""
        proposed: list[dict[str, Any]] = []
        for call in calls:
            self.calls += 1
            name, said = call["function"]["name"], call["function"]["arguments"]
            tool = next((t for t in offered(self.found, self.desk) if t.name == name), None)
            if tool is None:
                known = ", ".join(t.name for t in offered(self.found, self.desk))
                self._answered(call["id"], {"error": f"there is no tool {name[:80]!r} here; there are: {known}"})
            elif self.calls > CALLS_MAX:
                self._answered(call["id"], {"error": f"at most {CALLS_MAX} tools in one answer; answer now"})
            elif (act := await self._tool(tool, call["id"], said, len(proposed))) is not None:
                proposed.append(act)
        if not proposed:
            return False
        self.turn.state = "waiting"
        self._honest()
        self.turn.ms = self.ms_before + self._ms()
        async with db.transaction(self.desk.engine) as tx:
            card = await cards.create(tx, self.by.workspace, self.turn.id, self.turn.conversation, proposed)
            self.turn.parts.append({"kind": "card", "id": card["id"]})
            if self.turn.asked.get("api"):
                await conversations.keep(tx, self.turn.conversation)
            await turns.save(tx, self.turn)
        self._tell({"type": "part", "n": len(self.turn.parts) - 1, "part": {"kind": "card", "card": card}})
        return True

    async def _tool(self, tool: Tool, call: str, said: str, waiting: int) -> dict[str, Any] | None:
        """One tool. Gives an act that waits for a yes; everything else is answered at once."""
        n, part = self._part(
            {
                "kind": "tool",
                "id": call,
                "tool": tool.name,
                "title": tool.title,
                "words": "",
                "state": "running",
                "result": "",
                "ms": 0,
            }
        )
        began = time.perf_counter()
        act: dict[str, Any] | None = None
        try:
            self.by = await current(self.desk, self.by)
            async with db.transaction(self.desk.engine) as tx:
                self.found = await found(tx, self.found.key, by=self.by)
            if tool not in offered(self.found, self.desk):
                raise Forbidden(f"{tool.title} is not allowed here any more.")
            self.reach = Reach(self.found, self.by)
            at = At(self.desk, self.reach, self.sources, self.turn.conversation, call, self.addresses, self.said)
            if tool.kind in ("writes", "reaches", "destroys") and self.turn.asked.get("refused"):
                raise Forbidden("The person has refused; nothing more is proposed in this answer.")
            if waiting >= cards.ACTS_MAX:
                raise Forbidden(f"A card holds at most {cards.ACTS_MAX} things.")
            outcome = await tool.run(at, tool.asks.model_validate(_arguments(said)))
            part["words"] = outcome.words
            match outcome:
                case Read():
                    part |= {"state": "done", "result": outcome.result}
                    self._answered(call, outcome.value)
                case Proposed():
                    act = await self._proposed(tool, outcome, call, part)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False, include_input=False)[:5]
            )
            self._went_wrong(part, call, f"the arguments do not fit: {wrong}")
        except SaysoError as error:
            self._went_wrong(part, call, str(error))
        part["ms"] = round((time.perf_counter() - began) * 1000)
        new = [s for s in self.sources.new if s["n"] not in self._told]
        if new:
            self._told |= {s["n"] for s in new}
            self._tell({"type": "sources", "sources": new})
        self._tell({"type": "part", "n": n, "part": part})
        return act

    async def _proposed(self, tool: Tool, outcome: Proposed, call: str, part: Part) -> dict[str, Any] | None:
        """Kept for the card; or done now, where this need not ask and nothing would be lost."""
        act = outcome.act
        async with db.transaction(self.desk.engine) as tx:
            here = await conversations.read(tx, self.turn.conversation, by=self.by, own=True, hidden=True)
            asks = act["loses"] or tool.kind == "destroys" or tool.name not in (*self.found.coworker.allowed, *here.allowed)
            if asks:
                part |= {"state": "done", "result": "asks"}
                return act
        if act["kind"] == "use":
            await self._use(act, call, part)
            return None
        async with db.transaction(self.desk.engine) as tx:
            ids = await self._did(tx, act)
            card = await cards.create(
                tx, self.by.workspace, self.turn.id, self.turn.conversation, [act], applied_by=self.by.member
            )
            part |= {"state": "done", "result": "done"}
            self._part({"kind": "card", "id": card["id"]}, shown={"kind": "card", "card": card})
            words = beyond.told(act) if act["kind"] == "start" else acts.told(act, ids)
            self.done |= _DEEDS if act["kind"] == "start" else {act["kind"]}
            self._note("info", words)
            self._answered(call, {"done": words, "ids": ids}, told=True)
            await turns.save(tx, self.turn)
        return None

    async def _did(self, tx: AsyncConnection, act: dict[str, Any]) -> list[int]:
        if act["kind"] == "start":
            await beyond.start(tx, self.desk.automations, act, by=self.by)
            return []
        place = await self.reach.opened(tx, act["app"], act["table"], "write")
        return await acts.done(tx, place, act)

    async def _use(self, act: dict[str, Any], call: str, part: Part) -> None:
        """Reaches out at once, where this need not ask; the card says so before."""
        async with db.transaction(self.desk.engine) as tx:
            card = await cards.create(
                tx, self.by.workspace, self.turn.id, self.turn.conversation, [act], applied_by=self.by.member
            )
        part |= {"state": "done", "result": "done"}
        self._part({"kind": "card", "id": card["id"]}, shown={"kind": "card", "card": card})
        await self._save()
        await self._reached(card["id"], act, call)

    async def _use_what_was_approved(self) -> None:
        """Somebody has said yes to what reaches beyond the workspace: it is done now, once, with no transaction open."""
        async with db.transaction(self.desk.engine) as tx:
            decided = await cards.of_turns(tx, [self.turn.id])
        answered = {message["tool_call_id"] for message in self.turn.thread if message["role"] == "tool"}
        for card in decided:
            for act in card["acts"]:
                if act["kind"] == "use" and card["state"] == "applied" and not act["left_out"] and act["call"] not in answered:
                    await self._reached(card["id"], act, act["call"])

    async def _reached(self, card: str, act: dict[str, Any], call: str) -> None:
        said = await beyond.use(self.desk, act, by=self.by)
        self._answered(call, said, told="error" not in said)
        if "error" in said:
            self._note("bad", f"{act['sentence']}: {said['error']}")
        else:
            self.done |= _DEEDS
            self._note("info", said["done"])
        async with db.transaction(self.desk.engine) as tx:
            await cards.used(tx, card, act["id"], said)
            await turns.save(tx, self.turn)

    # ── what is kept and told ─────────────────────────────────

    def _answered(self, call: str, value: Any, *, told: bool = False) -> None:
        text = orjson.dumps(value, default=str).decode()
        if len(text) > RESULT_CHARACTERS_MAX:
            text = text[:RESULT_CHARACTERS_MAX] + " … (cut: ask for less)"
        self.turn.thread.append({"role": "tool", "tool_call_id": call, "content": text, **({"told": True} if told else {})})

    def _went_wrong(self, part: Part, call: str, why: str) -> None:
        part |= {"state": "failed", "result": rendering.safe(why)[:300]}
        self._answered(call, {"error": why[:2_000]})

    def _tell_done(self) -> None:
        """What was decided since the turn stopped to wait: our own words, from what was applied."""
        for message in self.turn.thread:
            if message["role"] != "tool" or message.get("told"):
                continue
            with suppress(json.JSONDecodeError):
                said = json.loads(message["content"])
                if isinstance(said, dict) and "done" in said and "ids" in said:
                    self._note("info", said["done"])
                    message["told"] = True
        for message in self.turn.thread:
            if message.get("told"):
                self.done |= _deeds(message["content"])

    def _honest(self) -> None:
        if words := claims.honest(self.turn.text, self.done, self.turn.state == "waiting"):
            self._note("warn", words)

    def _note(self, tone: str, text: str, to: dict[str, str] | None = None) -> None:
        self._part({"kind": "note", "tone": tone, "text": text, **({"to": to} if to else {})})

    def _part(self, part: Part, shown: Part | None = None) -> tuple[int, Part]:
        self.turn.parts.append(part)
        n = len(self.turn.parts) - 1
        self._tell({"type": "part", "n": n, "part": shown or part})
        return n, part

    def _failed(self, why: str) -> None:
        self.turn.state, self.turn.problem = "failed", why
        self._note("bad", why)

    def _tell(self, line: dict[str, Any]) -> None:
        self.desk.live.tell(self.turn.id, line)

    def _ms(self) -> int:
        return round((time.perf_counter() - self.began) * 1000)

    # ── limits ────────────────────────────────────────────────

    def _budget(self, spent: Decimal) -> None:
        one = self.found.coworker
        month = None if one.budget_cents is None else Decimal(one.budget_cents) / 100 - spent
        run = None if one.run_cents is None else Decimal(one.run_cents) / 100
        self._month = None if month is None else month + self.turn.cost
        self._most = min((b for b in (self._month, run) if b is not None), default=None)

    def _within_budget(self) -> None:
        turn = self.turn
        if self._most is not None and turn.cost >= self._most:
            what = "month" if self._month is not None and turn.cost >= self._month else "answer"
            raise Forbidden(f"The budget of {self.found.coworker.name} for this {what} is spent. A builder can raise it.")
        if turn.input_tokens + turn.output_tokens > RUN_TOKENS_MAX:
            raise Forbidden(f"This answer has taken more than {RUN_TOKENS_MAX:,} tokens, and was ended.")

    # ── life ──────────────────────────────────────────────────

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(DBAPIError, OSError):
                async with db.transaction(self.desk.engine) as tx:
                    stop = await turns.beat(tx, self.turn)
                if stop:
                    self.desk.live.stop(self.turn.id)
                    return

    async def _save(self) -> None:
        self.turn.ms = self.ms_before + self._ms()
        async with db.transaction(self.desk.engine) as tx:
            await turns.save(tx, self.turn)

    async def _end(self) -> None:
        turn = self.turn
        for part in turn.parts:
            if part["kind"] == "tool" and part["state"] == "running":
                part |= {"state": "failed", "result": "not finished"}
        if turn.state == "working":
            turn.state = "failed"
        if turn.state != "waiting":  # what waits was kept with its card, and somebody may have said yes to that since
            await self._save()
        async with db.transaction(self.desk.engine) as tx:
            shown = (await turns.shown(tx, [turn]))[0]
        self._tell({"type": "done", "turn": shown})


_DEEDS = frozenset({"change", "add", "trash", "send"})
"""What an automation or a tool of others does is not known here: whatever the model says of it may be true."""


def _deeds(told: str) -> frozenset[str]:
    """The kinds of deed in our own words about what was done."""
    match = next(
        (kind for begins, kind in (("Added", "add"), ("Moved", "trash"), ("Changed", "change")) if f'"done":"{begins}' in told),
        None,
    )
    return frozenset({match}) if match else _DEEDS


def _sent(message: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in message.items() if k != "told"}


def _arguments(said: str) -> dict[str, Any]:
    """What a model sends as arguments: JSON, now and then wrapped once too often."""
    try:
        value = orjson.loads(said or "{}")
        value = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the arguments are not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Invalid("the arguments are an object")
    if b"\\u0000" in orjson.dumps(value):
        raise Invalid("the arguments hold the character NUL")
    return value
