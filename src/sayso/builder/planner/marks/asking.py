"""Asks the heads about a mark: gathers its words, what stands around it, and what the rules think of them."""

import re

from sayso.builder.planner import kinds, lexicon
from sayso.builder.planner.automations import deeds, events
from sayso.builder.planner.automations.deeds import task_of
from sayso.builder.planner.intents import BEFORE, view_kind
from sayso.builder.planner.marks import fields
from sayso.builder.planner.marks.heads import Guess, Head, features, guess
from sayso.builder.planner.marks.layout import Layout
from sayso.builder.planner.marks.mark import Heard, Mark
from sayso.builder.planner.schedule import schedules
from sayso.builder.planner.sketch import Sketch

HEAD_OF: dict[str, Head] = {
    "F": "kind",
    "X": "kind",
    "W": "trigger",
    "S": "trigger",
    "D": "action",
    "V": "view",
    "A": "task",
    "E": "change",
}
_AROUND = 28
LEAST = 1e-6
"""No opinion rules a meaning out altogether."""
OWN_WEIGHT = 0.3
"""How much our opinion counts beside the tagger's. On writers that were left out our heads are twice as sure as they may be, and right less often."""


def asked(mark: Mark, layout: Layout, marks: list[Mark], n: int, heard: Heard | None = None) -> Guess:
    """What the mark means; `n` is its place among the marks. The tagger's opinion counts more than ours."""
    own = guess(HEAD_OF[mark.tag], features_of(mark, layout, marks, n))
    other = heard.meanings(mark.place) if heard is not None and mark.place >= 0 else {}
    if not other:
        return own
    both = {c: p**OWN_WEIGHT * max(other.get(c, 0.0), LEAST) for c, p in own.ranked}
    whole = sum(both.values())
    return Guess(tuple(sorted(((c, p / whole) for c, p in both.items()), key=lambda x: -x[1])))


def features_of(mark: Mark, layout: Layout, marks: list[Mark], n: int) -> list[str]:
    after = layout.low[mark.end : mark.end + _AROUND].split("\n")[0]
    before = layout.low[max(0, mark.start - _AROUND) : mark.start].split("\n")[-1]
    stop = marks[n + 1].start if n + 1 < len(marks) else len(layout.text)
    following = marks[n + 1].tag if n + 1 < len(marks) and marks[n + 1].start - mark.end <= 24 else "-"
    hints = [f"next={following}"]
    match mark.tag:
        case "F" | "X":
            hints += _kind_hints(mark, layout.text, stop)
            hints.append(f"tag={mark.tag}")
        case "W" | "S":
            hints += _trigger_hints(mark.text)
        case "D":
            hints += [f"step={s.kind}/{s.via}" for s in deeds.steps(mark.text, Sketch(), None, mark.raw)] or ["step=none"]
        case "V":
            hints.append(f"view={view_kind(mark.text)}")
        case "A":
            hints.append(f"task={task_of(mark.text)}")
        case _:
            pass
    return features(mark.text, before, after, hints)


def _kind_hints(mark: Mark, text: str, stop: int) -> list[str]:
    said = fields.said(mark, text, stop)
    low = said.name.lower()
    by_name, sure = kinds.by_gazetteer(said.name, "")
    exact = lexicon.fields().get(low)
    return [
        f"said={said.kind}/{said.sure}", f"name={by_name}/{sure:.1f}", f"exact={exact}", f"options={bool(said.options)}", f"many={said.many}",
        f"question={re.match(r'(?:who|when|where|how many|how much|how|what|which|whether|if)?', mark.text)[0]}",  # type: ignore[index]
    ]  # fmt: skip


def _trigger_hints(words: str) -> list[str]:
    return [
        f"before={bool(BEFORE.search(words))}", f"created={bool(events.is_created(words))}", f"form={bool(re.search(r'form', words))}",
        f"schedule={bool(schedules(words))}", f"days={bool(re.search(r'day|week|month|hour', words))}",
    ]  # fmt: skip
