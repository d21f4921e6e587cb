"""What the sketch knows of an automation together with its story, read whole: the trigger and the steps as the spec writes them."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sayso.builder.planner.automations.stories import Story, stories
from sayso.builder.planner.automations.whole.told import Told, told
from sayso.spec.app import App
from sayso.spec.automation import Automation

Json = dict[str, Any]
PLAIN = frozenset({"send_email", "send_message", "notify", "create_row", "update_row", "delete_row", "ai"})
"""Steps that the readers of clauses and marks know."""
_OUTRIGHT = frozenset({"webhook", "email", "message", "button", "row_deleted", "enters_view", "called"})
_MAKES = frozenset(
    {
        "upsert_row",
        "approval",
        "wait",
        "branch",
        "for_each",
        "document",
        "sheet",
        "http_request",
        "webhook_out",
        "sql",
        "ask_coworker",
        "respond",
        "changes",
        "set_values",
    }
)
SUPPORTING = frozenset({"find_rows", "aggregate", "chart", "for_each", "branch", "wait", "set_values"})
"""Steps that do nothing by themselves."""
LED_CHARACTERS_MAX = 600
"""A story that goes on for longer is told without a full stop: too much of it may belong to something else."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A story with what came of it."""

    story: Story
    told: Told

    @property
    def unread(self) -> list[str]:
        """Words that no step came from. What else is left is something that a step still lacks."""
        said = " ".join(self.story.text.lower().split())
        return [w for w in self.told.left if w.lower() in said]

    @property
    def outright(self) -> bool:
        """Whether the words say more than a sketch can hold: then it leads."""
        kinds = set(kinds_of(self.told.steps))
        if len(self.unread) > len(self.told.steps) or len(self.story.text) > LED_CHARACTERS_MAX:
            return False
        chats = any(
            s["kind"] == "send_message" and s.get("via") in ("teams", "discord", "telegram") for s in every(self.told.steps)
        )
        return bool(kinds & _MAKES) or chats or self.told.trigger["kind"] in _OUTRIGHT or bool(self.told.trigger.get("was"))


def wholes(text: str, app: App) -> list[Whole]:
    """Every story of a wish that says what starts it and what is done. Each stands by itself: what cannot be built is no story."""
    found: list[Whole] = []
    for story in stories(text):
        if not _MAY_START.search(story.text.lower()):
            continue
        made = told(story.text, app)
        if made is not None and buildable(made):
            found.append(Whole(story, made))
    return found


_MAY_START = re.compile(
    r"\b(?:when|whenever|once|if|every|each|as\s+soon|daily|weekly|monthly|hourly|nightly|quarterly|before|after|webhook|button|new|on\s+(?:the|a|an|mon|tue|wed|thu|fri|sat|sun)\w*|for\s+each|upon|overdue)\b"
)


def buildable(made: Told) -> bool:
    try:
        Automation.model_validate({"id": "a", "name": "A", "trigger": made.trigger, "steps": made.steps})
    except ValueError:
        return False
    return True


def every(steps: list[Json]) -> list[Json]:
    found: list[Json] = []
    for step in steps:
        found.append(step)
        for place in ("then", "otherwise", "steps"):
            found += every(step.get(place) or [])
    return found


def kinds_of(steps: list[Json]) -> list[str]:
    return [s["kind"] for s in every(steps)]


def deeds(steps: list[Json]) -> Counter[str]:
    """How often each plain step stands there; chats by what they go through."""
    return Counter(deed(s) for s in every(steps) if s["kind"] in PLAIN)


def deed(step: Json) -> str:
    return f"{step['kind']}/{step.get('via', 'slack')}" if step["kind"] == "send_message" else step["kind"]


def furnished(trigger: Json, steps: list[Json], whole: Told) -> tuple[Json, list[Json]]:
    """The steps of a sketch in the words of its story; its trigger stays, unless the story says the same one with more."""
    same = trigger["kind"] == whole.trigger["kind"] and trigger.get("table") == whole.trigger.get("table")
    if same and trigger["kind"] in ("row_created", "row_changed", "date_reached", "schedule", "form_submitted"):
        trigger = {**whole.trigger, **{k: v for k, v in trigger.items() if k in ("cron", "words", "days", "field", "view")}}
    elif trigger["kind"] == "schedule" and whole.trigger["kind"] != "schedule":
        return trigger, steps
    if _rowed(trigger) != _rowed(whole.trigger) or (
        _rowed(trigger) and trigger.get("table", trigger.get("view")) != whole.trigger.get("table", whole.trigger.get("view"))
    ):
        return trigger, steps
    if deeds(steps) == deeds(whole.steps):
        return trigger, whole.steps
    wanted, kept = deeds(steps), list[Json]()
    for step in whole.steps:
        if step["kind"] not in PLAIN or wanted[deed(step)] > 0:
            wanted[deed(step)] -= step["kind"] in PLAIN
            kept.append(step)
    missing = [s for s in steps if wanted[deed(s)] > 0]
    return trigger, [*kept, *missing]


def _rowed(trigger: Json) -> bool:
    return trigger["kind"] not in ("schedule", "webhook", "email", "message", "called")
