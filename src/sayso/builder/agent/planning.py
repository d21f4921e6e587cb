"""A wish becomes a plan by a model; when the model fails, the planner's plan, and one sentence that says why."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING

from sayso.ai import agents
from sayso.builder.agent import choosing
from sayso.builder.agent.bench import Bench
from sayso.builder.agent.finishing import finished
from sayso.builder.agent.guard import Guard
from sayso.builder.agent.looking import Looking
from sayso.builder.agent.meaning import folded, singled
from sayso.builder.agent.modes import Mode, Modes
from sayso.builder.agent.prompt import asked
from sayso.builder.planner import Note, Plan, Wish, plan
from sayso.builder.planner.refusals import refusal_for
from sayso.builder.planner.rule_edits import focused
from sayso.builder.planner.wish import Made
from sayso.builder.working import Stopped
from sayso.errors import SaysoError
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.models.directory import Directory
from sayso.spec.app import App
from sayso.spec.change import difference

if TYPE_CHECKING:
    from sayso.builder.agent.turns import Ended

log = logging.getLogger(__name__)
DRAFT_SECONDS_MAX = 180
NOTE_CHARACTERS_MAX = 300
TOLD_MAX = 300
ENDING_CHARACTERS_MAX = 3
"""A word of the wish may have another ending than the name that came of it."""
Progress = Callable[[int, str, App | None], None]
"""Told with the round, what is being written, and the app as it stands by now."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What came with a wish, read already: documents as (name, text), pictures as data URLs, and what could not be read."""

    documents: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """One model of the gateway, as a builder. `asked_before`: the person has answered a question of this draft already."""

    gateway: Gateway
    caller: Caller
    model: str
    directory: Callable[[], Directory]
    looking: Looking = field(default_factory=Looking)
    mode: Mode | None = None
    asked_before: bool = False

    async def plan(
        self, wish: Wish, words: str = "", attached: Attached | None = None, progress: Progress = lambda *_: None
    ) -> Plan:
        """Always a plan, a question or a refusal. `words` is all that the person has said of this draft, the wish's own by default.

        Cancelled, it raises `Stopped` with what had been proposed by then.
        """
        name = choosing.shown_name(self.gateway, self.caller, self.model)
        words, attached = words or wish.words, attached or Attached()
        if why := refusal_for(wish.words):
            return await _planned(wish, None, f"{name} was not asked.", outcome=why)
        opened = focused(wish.app, wish.focus) if wish.app else None
        guard = Guard(words, wish.app, opened.name if opened else "")
        bench = Bench(wish.app, guard, zone=wish.zone)
        said = asked(wish, guard, attached.documents)
        ended: Ended | None = None
        try:
            async with asyncio.timeout(DRAFT_SECONDS_MAX):
                ended = await self._turns(bench, said, attached.pictures, progress)
        except asyncio.CancelledError:
            raise Stopped(_plan(wish, bench, None, Made("agent", name, None), attached)) from None
        except TimeoutError:
            why = f"{name} took longer than {DRAFT_SECONDS_MAX // 60} minutes"
        except Refused as refused:
            why = f"{name} could not be asked ({_short(refused)})"
        except SaysoError as error:
            why = f"{name} could not be used ({_short(error)})"
        except Exception:
            log.exception("the building agent tripped")
            why = f"{name} answered in a way that could not be read"
        if ended is not None:
            made = _made(name, ended)
            if ended.finished or bench.changed:
                return _plan(wish, bench, ended, made, attached)
            return await _planned(
                wish,
                made,
                f"{name} proposed nothing that could be used in {ended.rounds} rounds.",
            )
        return await _planned(wish, Made("agent", name), why + ".")

    async def _turns(self, bench: Bench, said: str, pictures: Sequence[str], progress: Progress) -> "Ended":
        mode = self.mode or await Modes(self.gateway.home).of(self.gateway, self.caller, self.model, self.directory)
        try:
            return await self._run(mode, bench, said, pictures, progress)
        except Refused as refused:
            if mode != "tools" or self.mode or bench.changed or not _speaks_of_tools(refused):
                raise
            Modes(self.gateway.home).forget_tools(self.gateway, self.caller, self.model)
            return await self._run("action", bench, said, pictures, progress)

    async def _run(self, mode: Mode, bench: Bench, said: str, pictures: Sequence[str], progress: Progress) -> "Ended":
        """Pydantic AI takes a second to import: beside the event loop, the first time."""
        turns = await asyncio.to_thread(import_module, "sayso.builder.agent.turns")
        model = agents.model(self.gateway, self.caller, self.model)
        told = lambda number, doing: progress(number, doing, bench.app if bench.changed else None)  # noqa: E731
        return await turns.Turns(model, bench, self.looking, told, self.asked_before).run(mode, said, pictures)


def _made(name: str, ended: "Ended", fallback: str | None = None) -> Made:
    spent = ended.spent.as_json()
    return Made("agent", name, fallback, ended.rounds, spent["input"], spent["output"], spent["cost"])


def _speaks_of_tools(refused: Refused) -> bool:
    return refused.status in (400, 404, 422, 501) and any(w in str(refused).lower() for w in ("tool", "function"))


async def _planned(wish: Wish, spent: Made | None, why: str, *, outcome: str = "") -> Plan:
    """The planner's plan, which says that it is."""
    made = await asyncio.to_thread(plan, wish)
    told = (
        Made("planner")
        if outcome
        else replace(spent or Made(), builder="planner", fallback=f"{why} The built-in planner made this plan instead.")
    )
    return replace(made, made=told)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:160].rstrip(".")


# ── from the bench to a plan ─────────────────────────────


def _plan(wish: Wish, bench: Bench, ended: "Ended | None", made: Made, attached: Attached) -> Plan:
    app = finished(bench.app, wish.app) if bench.changed else bench.app
    before = wish.app or App(id=app.id, name=app.name, icon=app.icon, hue=app.hue, zone=app.zone)
    questions = [Note("question", "", words, None, answers) for words, answers in (ended.questions if ended else ())]
    if not bench.changed:
        return _nothing(wish, before, bench, ended, made, questions)
    title = (ended.title if ended and wish.app is not None else "") or (
        " ".join(wish.words.split())[:80] if wish.app is not None else f"Build {app.name}"[:120]
    )
    change = difference(before, app, title=title.replace("{", "").replace("}", ""))
    notes = (*_origins(wish, before, app), *_assumed(wish, app, ended, bench), *questions, *_left(bench, ended, attached))
    return Plan(app, change, notes, "plan", _message(wish, app, notes, ended, made), made)


def _nothing(wish: Wish, before: App, bench: Bench, ended: "Ended | None", made: Made, questions: list[Note]) -> Plan:
    nothing = difference(before, before, title="Nothing to build yet")
    left = tuple(_left(bench, ended, Attached()))
    if questions:
        return Plan(before, nothing, (*questions, *left), "question", questions[0].words, made)
    if ended is None:
        return Plan(
            before, nothing, left, "question", "Stopped: nothing had been proposed yet. Say it again, or in other words.", made
        )
    message = "There is nothing here that would be changed. " + (left[0].words if left else "Say what should be different.")
    return Plan(before, nothing, left, "question", message[:NOTE_CHARACTERS_MAX], made)


def _origins(wish: Wish, before: App, app: App) -> Iterator[Note]:
    """Which words each new part came from; what no word names is the model's own idea, and said to be."""
    old = {path for path, _ in _named(before)}
    for path, name in _named(app):
        if path in old:
            continue
        span = _span(wish.words, name)
        yield (
            Note("yours", path, wish.words[slice(*span)], span)
            if span
            else Note("assumed", path, f"{name} is the model's idea: your words do not name it")
        )


def _named(app: App) -> Iterator[tuple[str, str]]:
    for table in app.tables:
        yield f"tables/{table.id}", table.name
        for one in table.fields:
            if not (one.kind == "link" and one.many):
                yield f"tables/{table.id}/fields/{one.id}", one.name
    for key in ("views", "automations", "roles", "coworkers"):
        for part in getattr(app, key):
            yield f"{key}/{part.id}", part.name


def _span(words: str, name: str) -> tuple[int, int] | None:
    """Where a name stands in the wish, in either number."""
    low = words.casefold()
    if len(low) != len(words):
        return None
    for longer in (0, ENDING_CHARACTERS_MAX):
        for said in dict.fromkeys((folded(name), singled(name))):
            for m in re.finditer(rf"(?<!\w){re.escape(said)}\w{{0,{longer}}}(?!\w)", low) if said else ():
                return m.span()
    return None


def _assumed(wish: Wish, app: App, ended: "Ended | None", bench: Bench) -> Iterator[Note]:
    for words in (*(ended.assumed if ended else ()), *dict.fromkeys(bench.mended)):
        yield Note("assumed", "", words)
    old = {a.id for a in wish.app.automations} if wish.app else set[str]()
    for rule in app.automations:
        if rule.id not in old:
            yield Note(
                "assumed", f"automations/{rule.id}", f"“{rule.name}” arrives switched off: you switch it on when it looks right"
            )


def _left(bench: Bench, ended: "Ended | None", attached: Attached) -> Iterator[Note]:
    """What is not in the plan, and why: told by us for what was refused or held back, by the model for what it could not do."""
    for held in bench.held[:TOLD_MAX]:
        yield Note("not_understood", "", f"Not done: {held.what}. Your words do not ask for it; say so if you want it.")
    for problem in list(bench.open.values())[:TOLD_MAX]:
        yield Note(
            "not_understood",
            "",
            f"Left out: {problem.path.split('/')[-1].replace('_', ' ') or 'a part'}, because {problem.reason}"[
                :NOTE_CHARACTERS_MAX
            ],
        )
    for words in ended.left_out if ended else ():
        yield Note("not_understood", "", f"Left out: {words}")
    for problem in attached.problems:
        yield Note("not_understood", "", problem)
    if ended is None:
        yield Note("not_understood", "", "You stopped the model: this is what it had proposed by then.")
    elif not ended.finished:
        yield Note("not_understood", "", f"The model had not finished after {ended.rounds} rounds: this is what stands.")


def _message(wish: Wish, app: App, notes: Sequence[Note], ended: "Ended | None", made: Made) -> str:
    """Told from what stands on the bench, never from what the model said of it."""
    left = sum(n.kind == "not_understood" for n in notes)
    tail = (
        f" {left} thing{'s are' if left != 1 else ' is'} not in it; {'they are' if left != 1 else 'it is'} listed."
        if left
        else ""
    )
    if wish.app is not None:
        return f"Here is what would change.{tail}"
    tables = ", ".join(t.name for t in app.tables[:6])
    return f"{app.name}: {len(app.tables)} table{'s' if len(app.tables) != 1 else ''} ({tables}).{tail}"
