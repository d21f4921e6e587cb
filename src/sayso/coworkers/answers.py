"""Co-workers as models on /v1: `coworker/mina`, `coworker/crm.mina`, with the rights of the member that the key belongs to."""

import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sayso import db
from sayso.coworkers import asking, conversations
from sayso.coworkers.desk import Desk
from sayso.coworkers.roster import Found, found
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.gateway.caller import Caller
from sayso.gateway.refusals import Refused, no_such_model
from sayso.team import standing
from sayso.team.actor import Actor

FAMILY = "coworker"
HISTORY_MESSAGES_MAX = 40
NO_SLOT = (
    "A co-worker is no model for a slot, a field, a question or a trial: it acts by itself, with somebody's rights. "
    "Talk to it in the workspace, or ask it on /v1 with a key of a member."
)
NO_MEMBER = (
    "This key belongs to no member, and a co-worker acts with the rights of whoever asks. "
    "Make a key that is bound to a member: Gateway → Keys, or POST /api/gateway/keys with `member`."
)

Value = dict[str, Any]


class _Within(Caller):
    """A co-worker that was asked on /v1 and asks its own model, which is never a co-worker again."""

    __slots__ = ()


class CoworkerModels:
    """All of them, as one family of models that live here. `desk` is given once the gateway is there."""

    name = FAMILY
    endpoints: Sequence[str] = ("chat/completions",)
    about: Mapping[str, Any] = {
        "input": ["text"],
        "says": "The co-workers of this workspace, with the rights of the key's member.",
    }

    def __init__(self) -> None:
        self.desk: Desk | None = None

    async def answer(self, endpoint: str, body: Value, *, workspace: str) -> Value:
        raise no_such_model(FAMILY)

    async def answer_as(self, model: str, endpoint: str, body: Value, *, caller: Caller) -> Value | AsyncIterator[Value]:
        """Raises `Refused`: for a key of no member, for what a co-worker does not take, for one that is not there."""
        desk = self.desk
        if desk is None:
            raise no_such_model(model)
        if caller.key is None or isinstance(caller, _Within):
            raise Refused(NO_SLOT, 400, param="model", code="unsupported_endpoint")
        if "\0" in model:
            raise no_such_model(model)
        by = await _asker(desk, caller)
        text, history = _said(body)
        try:
            async with db.transaction(desk.engine) as tx:
                one = await found(tx, model.partition("/")[2], by=by)
                _must_be_of(caller, one)
                talk = await conversations.create(tx, one, by=by, title=text, kept=False)
            budgets = desk.gateway.workspace(caller.workspace).budgets_of(key=caller.key, app=one.app, member=by.member)
            inner = _Within(
                caller.workspace, key=caller.key, app=one.app, member=by.member, name=one.coworker.name, budgets=budgets
            )
            turn = await asking.ask(desk, talk.id, text, by=by, caller=inner, more={"api": True, "history": history})
        except NotFound:
            raise no_such_model(model) from None
        except (Invalid, Forbidden) as error:
            raise Refused(str(error), error.status) from None
        told = _Told(model, talk.id, turn.id)
        if body.get("stream"):
            options = body.get("stream_options")
            return _events(desk, told, by, counts=isinstance(options, dict) and bool(options.get("include_usage")))
        async for _ in _events(desk, told, by, counts=False):
            pass
        return told.whole()


async def _asker(desk: Desk, caller: Caller) -> Actor:
    if caller.member is None:
        raise Refused(NO_MEMBER, 403, code="member_needed")
    async with db.transaction(desk.engine) as tx:
        actor = await standing.read(tx, caller.member, workspace=caller.workspace)
    if actor is None:
        raise Refused(NO_MEMBER, 403, code="member_needed")
    return replace(actor, kind="token")


def _must_be_of(caller: Caller, one: Found) -> None:
    if caller.app is not None and caller.app != one.app:
        raise Refused(f"This key is for the app {caller.app} only.", 403, code="app_not_allowed")


def _said(body: Value) -> tuple[str, list[Value]]:
    """The last thing said, and what came before it. A system message counts as said by the asker: it gives no rights."""
    if body.get("tools") or body.get("functions"):
        raise Refused("A co-worker brings its own tools; leave out 'tools'.", 400, param="tools")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise Refused("'messages' is a list of at least one message.", 400, param="messages")
    said = [(str(m.get("role")), _text(m.get("content"))) for m in messages]
    asked = [text for role, text in said if role in ("system", "developer") and text]
    spoken = [(role, text) for role, text in said if role in ("user", "assistant") and text]
    if not spoken or spoken[-1][0] != "user":
        raise Refused("The last message is the user's.", 400, param="messages")
    text = "\n\n".join([*(f"(I also say: {one})" for one in asked), spoken[-1][1]])
    if any("\0" in one for _, one in said):
        raise Refused("No text here can hold the character NUL.", 400, param="messages")
    return text, [{"role": role, "content": text} for role, text in spoken[:-1]][-HISTORY_MESSAGES_MAX:]


def _text(content: Any) -> str:
    if isinstance(content, list):
        if any(not isinstance(p, dict) or p.get("type") not in ("text", "input_text", "output_text") for p in content):
            raise Refused("A co-worker takes text here; pictures and files are attached in the workspace.", 400, param="messages")
        return "\n".join(str(p.get("text") or "") for p in content)
    return content if isinstance(content, str) else ""


class _Told:
    """What was answered so far, in the shapes of chat completions."""

    def __init__(self, model: str, conversation: str, turn: str) -> None:
        self.model, self.conversation, self.turn_id = model, conversation, turn
        self.id, self.created = f"chatcmpl-{secrets.token_hex(12)}", int(time.time())
        self.text = ""
        self.turn: Value = {}
        self._part = -1

    def chunk(self, delta: Value, finish: str | None = None, **more: Any) -> Value:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **more}

    def words(self, n: int, text: str) -> str:
        """More words; those of another part begin a paragraph of their own."""
        text = ("\n\n" if self.text and n != self._part else "") + text
        self._part = n
        self.text += text
        return text

    def whole(self) -> Value:
        if self.turn.get("state") == "failed" and not any(p["kind"] == "text" for p in self.turn["parts"]):
            raise Refused(str(self.turn.get("problem")), 502, code="coworker_failed")
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage, "sayso": self.sayso}

    @property
    def usage(self) -> Value:
        tokens = self.turn.get("tokens") or {"input": 0, "output": 0}
        return {
            "prompt_tokens": tokens["input"], "completion_tokens": tokens["output"], "total_tokens": tokens["input"] + tokens["output"]
        }  # fmt: skip

    @property
    def sayso(self) -> Value:
        cards = [p["card"]["id"] for p in self.turn.get("parts", ()) if p["kind"] == "card" and p["card"]["state"] == "open"]
        return {
            "conversation": self.conversation, "turn": self.turn_id, "state": self.turn.get("state"), "sources": self.turn.get("sources", []),
            "cards": cards, "cost": self.turn.get("cost"),
        }  # fmt: skip

    def _head(self, object: str) -> Value:
        return {"id": self.id, "object": object, "created": self.created, "model": self.model}


async def _events(desk: Desk, told: _Told, by: Actor, *, counts: bool) -> AsyncGenerator[Value]:
    """Text as it comes, our own notes, and where a yes is waited for. Whoever leaves before the end stops it."""
    shown: set[int] = set()
    try:
        yield told.chunk({"role": "assistant", "content": ""})
        async for line in asking.lines(desk, told.turn_id):
            for n, words in _words(line, shown, told):
                yield told.chunk({"content": told.words(n, words)})
            if line["type"] == "done":
                told.turn = line["turn"]
        yield told.chunk({}, "stop", sayso=told.sayso)
        if counts:
            yield {**told._head("chat.completion.chunk"), "choices": [], "usage": told.usage}
    finally:
        if not told.turn:
            await asking.stop(desk, told.conversation, by=by)


def _words(line: Value, shown: set[int], told: _Told) -> list[tuple[int, str]]:
    """The words of a line that were not told yet. A snapshot that comes in the middle adds the parts that are new."""
    match line["type"]:
        case "text":
            shown.add(line["n"])
            return [(line["n"], line["delta"])]
        case "part":
            return _part(line["n"], line["part"], shown, told)
        case "turn" | "done":
            return [w for n, part in enumerate(line["turn"]["parts"]) for w in _part(n, part, shown, told)]
        case _:
            return []


def _part(n: int, part: Value, shown: set[int], told: _Told) -> list[tuple[int, str]]:
    words = _as_words(part, told)
    if n in shown or not words:
        return []
    shown.add(n)
    return [(n, words)]


def _as_words(part: Value, told: _Told) -> str:
    match part["kind"]:
        case "text":
            return str(part["text"])
        case "note":
            return str(part["text"])
        case "card" if part["card"]["state"] == "open":
            acts = "; ".join(a["sentence"] for a in part["card"]["acts"])
            return f"Not done yet: {acts}. It waits for a yes in the workspace (conversation {told.conversation})."
        case _:
            return ""
