"""The rounds: the model is asked, its calls are done on the bench, what is wrong goes back; bounded in rounds, calls, characters and time.

Tool calls for models that have them; else one JSON action a round, with the app as it stands in place of a history.
Pydantic AI holds the conversation; this module is imported when the first wish goes to a model, never before.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_ai import ImageUrl, direct
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartStartEvent,
    SystemPromptPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from sayso.ai import agents
from sayso.ai.answers import json_in
from sayso.builder.agent.answered import (
    NOTE_CHARACTERS_MAX,
    arguments_of,
    in_circles,
    printed,
    problem_of,
    said_only,
    text_of,
    texts,
)
from sayso.builder.agent.bench import Bench
from sayso.builder.agent.looking import Looking
from sayso.builder.agent.operations import BY_NAME, OPERATIONS, action_schema
from sayso.builder.agent.prompt import ONE_ACTION, RULES, so_far
from sayso.gateway.refusals import Refused

Json = dict[str, Any]
Mode = Literal["tools", "action"]
Progress = Callable[[int, str], None]
"""Told with the round and what is being written, as the model writes it."""

DRAFT_ROUNDS_MAX = 8
CALLS_IN_A_ROUND_MAX = 24
ANSWER_CHARACTERS_MAX = 200_000
QUESTIONS_MAX = 2
NOTES_MAX = 12
SAID_BACK_CHARACTERS_MAX = 2_000


@dataclass(slots=True)
class Ended:
    """How it went. `finished` is the model's own word for it, once nothing of its last round was wrong."""

    finished: bool = False
    rounds: int = 0
    title: str = ""
    assumed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    questions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    wrong: str = ""
    """What was wrong with the last answer, in a few words; empty when nothing."""
    spent: agents.Spent = field(default_factory=agents.Spent)
    answers: list[ModelMessage] = field(default_factory=list)
    left_back: str = ""
    """What the last action came to, for a model without a history."""


@dataclass(frozen=True, slots=True)
class Turns:
    model: Model[Any]
    bench: Bench
    looking: Looking
    progress: Progress
    asked_before: bool = False
    """Whether the person was asked already: once is enough."""

    async def run(self, mode: Mode, words: str, pictures: Sequence[str] = ()) -> Ended:
        """Raises `Refused` when the model cannot be asked; whatever it says is dealt with here. `pictures` are data URLs."""
        ended = Ended()
        try:
            await (self._tools if mode == "tools" else self._actions)(ended, words, pictures)
        finally:
            ended.spent = agents.spent(ended.answers)
        return ended

    # ── with tools ────────────────────────────────────────────

    async def _tools(self, ended: Ended, words: str, pictures: Sequence[str]) -> None:
        tools = [ToolDefinition(name=o.name, description=o.description, parameters_json_schema=o.schema) for o in OPERATIONS]
        asked = ModelRequestParameters(function_tools=tools, allow_text_output=True)
        talk: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(RULES), _person(words, pictures)])]
        seen: list[str] = []
        for ended.rounds in range(1, DRAFT_ROUNDS_MAX + 1):
            answer = await self._answer(ended, talk, asked, None)
            talk.append(answer)
            calls = [p for p in answer.parts if isinstance(p, ToolCallPart)] or printed(answer)
            if not calls:
                if self.bench.changed and not ended.wrong:
                    ended.finished = True
                    return
                ended.wrong = said_only(answer)
                talk.append(ModelRequest(parts=[UserPromptPart(ended.wrong)]))
            else:
                back, stop = await self._called(ended, calls, cut=answer.finish_reason == "length")
                if stop:
                    return
                in_words = not any(isinstance(p, ToolCallPart) for p in answer.parts)
                talk.append(ModelRequest(parts=[UserPromptPart(str(b.content)) for b in back] if in_words else back))
            if in_circles(seen, answer):
                return

    async def _called(self, ended: Ended, calls: Sequence[ToolCallPart], *, cut: bool) -> tuple[list[ToolReturnPart], bool]:
        """The calls of one round, done; what goes back, and whether that was the end."""
        back: list[ToolReturnPart] = []
        wrong: list[str] = []
        finish: Json | None = None
        for call in calls[:CALLS_IN_A_ROUND_MAX]:
            arguments, problem = arguments_of(call, cut)
            if problem is None and call.tool_name == "finish":
                finish, told = arguments, "Noted."
            elif problem is None:
                told, problem = await self._done(ended, call.tool_name, arguments)
            else:
                told = problem
            if problem is not None:
                wrong.append(problem)
            back.append(ToolReturnPart(call.tool_name, told, tool_call_id=call.tool_call_id))
        for call in calls[CALLS_IN_A_ROUND_MAX:]:
            back.append(ToolReturnPart(call.tool_name, "Too many calls in one turn: batch them.", tool_call_id=call.tool_call_id))
        ended.wrong = wrong[0] if wrong else ""
        self.progress(ended.rounds, "")
        if finish is not None:
            _noted(ended, finish)
            if not wrong and (self.bench.changed or ended.questions or ended.left_out or self.bench.held):
                ended.finished = True
                return back, True
            if not wrong:
                ended.wrong = "Nothing has been proposed yet."
                back[-1] = ToolReturnPart(back[-1].tool_name, ended.wrong, tool_call_id=back[-1].tool_call_id)
        if ended.questions and not wrong and not self.bench.changed:
            ended.finished = True
            return back, True
        return back, False

    async def _done(self, ended: Ended, name: str, arguments: Json) -> tuple[str, str | None]:
        """One call: what is told of it, and what was wrong, if anything was."""
        match name:
            case "look":
                return await self.looking.look(self.bench, arguments), None
            case "ask":
                return self._asked(ended, arguments)
            case _ if name in BY_NAME:
                done = await asyncio.to_thread(self.bench.do, name, arguments)
                return json.dumps(done.told(), ensure_ascii=False), problem_of(done)
            case _:
                problem = f"There is no operation {name[:60]!r}. There are: {', '.join(BY_NAME)}."
                return problem, problem

    def _asked(self, ended: Ended, arguments: Json) -> tuple[str, str | None]:
        question = " ".join(str(arguments.get("question") or "").split())[:NOTE_CHARACTERS_MAX]
        answers = tuple(texts(arguments.get("answers"))[:4])
        if not question or len(answers) < 2:
            problem = (
                'A question has 2 to 4 ready answers: {"question": "Whom is it for?", "answers": ["The office", "The shop"]}'
            )
            return problem, problem
        if self.asked_before or len(ended.questions) >= QUESTIONS_MAX:
            return "The person was asked already. Take the likeliest answer and name it in finish.assumed.", None
        ended.questions.append((question, answers))
        return "The person will be asked.", None

    # ── one action at a time ──────────────────────────────────

    async def _actions(self, ended: Ended, words: str, pictures: Sequence[str]) -> None:
        """Without a history, so that it fits a small context: the rules, the wish, what stands, and what came of the last action."""
        schema: Json | None = {"type": "json_schema", "json_schema": {"name": "action", "schema": action_schema()}}
        described = "\n".join(f"{o.name}({', '.join(o.schema['properties'])}): {o.description}" for o in OPERATIONS)
        rules = f"{RULES}\n\n{ONE_ACTION}\n{described}"
        last, seen = "", list[str]()
        for ended.rounds in range(1, DRAFT_ROUNDS_MAX + 1):
            now = f"{words}\n\nWhat stands by now:\n{so_far(self.bench.app, self.bench.guard)}\n\n{last}" if last else words
            talk: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(rules), _person(now, pictures)])]
            try:
                answer = await self._answer(ended, talk, ModelRequestParameters(), schema)
            except Refused as refused:
                if schema is None or refused.status not in (400, 404, 422, 501):
                    raise
                schema, ended.wrong = (
                    None,
                    "it was not asked by schema",
                )  # an upstream without structured answers: it is asked in words
                continue
            if await self._acted(ended, answer):
                return
            last = f"Your last answer: {text_of(answer)[:SAID_BACK_CHARACTERS_MAX]}\nWhat came of it: {ended.wrong or ended.left_back}"
            if in_circles(seen, answer):
                return

    async def _acted(self, ended: Ended, answer: ModelResponse) -> bool:
        """Does the action of one answer. True when that was the end."""
        try:
            value = json_in(text_of(answer))
        except ValueError:
            value = None
        action = value.get("action", value) if isinstance(value, dict) else None
        if not isinstance(action, dict) or not action.get("do"):
            cut = "Your answer was cut off: say less at once. " if answer.finish_reason == "length" else ""
            ended.wrong = f'{cut}Answer with one JSON object: {{"action": {{"do": …}}, "done": …}}.'
            return False
        arguments = {k: v for k, v in action.items() if k != "do"}
        call = ToolCallPart(str(action["do"]), arguments)
        back, stop = await self._called(ended, [call], cut=False)
        ended.left_back = str(back[0].content)
        done = isinstance(value, dict) and value.get("done") is True
        if done and not stop and not ended.wrong and call.tool_name != "look" and (self.bench.changed or self.bench.held):
            ended.finished = True
        return stop or ended.finished

    # ── asking ────────────────────────────────────────────────

    async def _answer(
        self, ended: Ended, talk: list[ModelMessage], asked: ModelRequestParameters, form: Json | None
    ) -> ModelResponse:
        """One streamed answer, whole in the end. One without end is cut."""
        settings = ModelSettings(extra_body={"response_format": form}) if form else ModelSettings()
        characters = 0
        self.progress(ended.rounds, "")
        async with direct.model_request_stream(
            self.model, talk, model_settings=settings, model_request_parameters=asked
        ) as stream:
            async for event in stream:
                characters += len(
                    str(
                        getattr(getattr(event, "delta", None), "args_delta", None)
                        or getattr(getattr(event, "delta", None), "content_delta", None)
                        or ""
                    )
                )
                if isinstance(event, PartStartEvent) and isinstance(event.part, ToolCallPart):
                    self.progress(ended.rounds, event.part.tool_name)
                if characters > ANSWER_CHARACTERS_MAX:
                    await stream.close_stream()
                    break
            answer = stream.get()
        ended.answers.append(answer)
        return answer


def _person(words: str, pictures: Sequence[str]) -> UserPromptPart:
    if not pictures:
        return UserPromptPart(words)
    return UserPromptPart([words, *(ImageUrl(url) for url in pictures)])


def _noted(ended: Ended, finish: Json) -> None:
    ended.title = " ".join(str(finish.get("title") or "").split())[:80]
    ended.assumed = texts(finish.get("assumed"))[:NOTES_MAX]
    ended.left_out = texts(finish.get("left_out"))[:NOTES_MAX]
