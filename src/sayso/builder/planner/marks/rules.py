"""Rules from their marks: what starts one (`W`, `S`), what limits it (`C`) and what it does (`D`), put together sentence by sentence."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sayso.builder.planner.automations import dates, deeds, events
from sayso.builder.planner.intents import BEFORE, WHEN
from sayso.builder.planner.marks import asking
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.marks.schedules import schedule_of
from sayso.builder.planner.schedule import schedules
from sayso.builder.planner.sketch import AutomationSketch, StepSketch, TableSketch

if TYPE_CHECKING:
    from sayso.builder.planner.marks.reading import MarkReader


@dataclass(slots=True)
class _Rule:
    starts: list[Mark] = field(default_factory=list)
    limits: list[Mark] = field(default_factory=list)
    does: list[Mark] = field(default_factory=list)

    @property
    def marks(self) -> list[Mark]:
        return sorted([*self.starts, *self.limits, *self.does], key=lambda m: m.start)


SENTENCES_APART_MAX = 1
"""What starts a rule and what it does stand in one sentence or in two that follow one another."""


def grouped(reader: "MarkReader") -> list[_Rule]:
    """Which marks make one rule: each start with the actions around it, an action alone with the rule before it."""
    rules: list[_Rule] = []
    for mark in reader.marks:
        if mark.tag not in "WSCD":
            continue
        last = rules[-1] if rules else None
        far = (
            last is None
            or reader.layout.sentence(mark.start) - reader.layout.sentence(last.marks[-1].start) > SENTENCES_APART_MAX
        )
        same = last is not None and reader.layout.sentence(mark.start) == reader.layout.sentence(last.marks[-1].start)
        if mark.tag in "WS":
            open_ = last is not None and not last.starts and same
            if open_ or (
                last is not None and same and last.starts and not last.does and {last.starts[-1].tag, mark.tag} == {"W", "S"}
            ):
                last.starts.append(mark)  # type: ignore[union-attr]
            else:
                rules.append(_Rule(starts=[mark]))
        elif far:
            rules.append(_Rule(does=[mark]) if mark.tag == "D" else _Rule(limits=[mark]))
        elif mark.tag == "D":
            last.does.append(mark)  # type: ignore[union-attr]
        else:
            last.limits.append(mark)  # type: ignore[union-attr]
    return [r for r in rules if r.starts or r.does]


def read(reader: "MarkReader") -> None:
    for rule in grouped(reader):
        made = _rule(rule, reader)
        if made is not None and made.steps:
            reader.sketch.automations.append(made)


def _rule(rule: _Rule, reader: "MarkReader") -> AutomationSketch | None:
    sketch = reader.sketch
    marks = rule.marks
    span = (marks[0].start, marks[-1].end)
    made = AutomationSketch("", reader.text[slice(*span)].strip(), span)
    said = " ".join(m.text for m in marks)
    near = reader.near(next((m for m in rule.starts if m.tag == "W"), marks[0]), said)
    sketch.subject = near
    timed = (
        next((s for m in rule.starts if (s := schedule_of(m.text)) is not None), None)
        if any(m.tag == "S" for m in rule.starts) or not rule.starts
        else None
    )
    event = next((m for m in rule.starts if m.tag == "W"), None)
    limit = " ".join(m.text for m in rule.limits)
    if timed is not None:
        made.trigger, made.cron, made.assumed, made.when = "schedule", timed.cron, timed.assumed, limit
    elif event is not None:
        _started(made, event, reader)
        made.when = f"{made.when} {limit}".strip()
    elif rule.starts:
        made.trigger, made.cron, made.assumed, made.when = "schedule", "0 9 * * *", "checked every morning at 09:00", limit
    else:
        made.trigger, made.assumed, made.when = "row_created", "when a row is added", limit
    made.table = near if made.trigger != "date_reached" else made.table or near
    made.steps = _steps(rule, made.table, reader)
    return made


def _started(made: AutomationSketch, mark: Mark, reader: "MarkReader") -> None:
    """The trigger that some words say: a time before a date, a form, a new row, a change."""
    sketch, words = reader.sketch, mark.text
    made.trigger = asking.asked(mark, reader.layout, reader.marks, reader.marks.index(mark), reader.heard).best
    made.when = words
    if made.trigger == "row_changed" and events.is_created(words) and not _CHANGES.search(words):
        made.trigger = "row_created"
    if made.trigger in ("row_changed", "row_created"):
        made.trigger = _timed(_with_what_follows(mark, reader)) or made.trigger
    if made.trigger == "date_reached":
        before = BEFORE.search(words) or BEFORE.search(_with_what_follows(mark, reader)) or BEFORE.search(f"{words} it")
        if before is not None:
            dates.dated(made, before, words, sketch)
        elif (date := dates.date_field("", words, sketch)) is not None:
            made.table, made.date = date
            made.days = 1 if re.search(r"overdue|late|past|gone|after", words) else 0
        if not made.date:
            made.trigger = "row_changed"
    elif made.trigger == "schedule":
        said = schedule_of(words)
        made.cron, made.assumed = (said.cron, said.assumed) if said else ("0 9 * * *", "checked every morning at 09:00")
    elif (when := WHEN.search(words) or WHEN.search(f"when {words}")) is not None and made.trigger in (
        "row_changed",
        "row_created",
    ):
        made.when = events.condition_words(when["event"] or when["over"])


_CHANGES = re.compile(r"\b(?:becomes?|chang(?:es?|ed)|moves?|moved|turns?|is\s+(?:set|marked|put)|status|stage)\b")


_WAITED = re.compile(
    r"\b(?:more\s+than|over|longer\s+than|for|after)\s+(?:\d+|an?|one|two|three)\s+(?P<unit>hours?|hrs?|days?|weeks?)\b"
)


FOLLOWS_CHARACTERS_MAX = 24


def _with_what_follows(mark: Mark, reader: "MarkReader") -> str:
    """The words of a mark with those right after it: a mark may end within `two days before` or `out for more than a day`."""
    end = reader.layout.sentence_spans[reader.layout.sentence(mark.start)][1]
    return reader.layout.low[mark.start : max(mark.end, min(end, mark.end + FOLLOWS_CHARACTERS_MAX))]


def _timed(words: str) -> Literal["date_reached", "schedule"] | None:
    """What the clock starts, where the words say so outright: `two days before it`, `Sunday at 20:00`, `out for more than 24 hours`."""
    if _WAITED.search(words) and not re.search(r"\bbefore\b", words):
        return "schedule"
    if BEFORE.search(words):
        return "date_reached"
    return "schedule" if any(s.strong for s in schedules(words)) else None


def _steps(rule: _Rule, table: TableSketch | None, reader: "MarkReader") -> list[StepSketch]:
    made: list[StepSketch] = []
    for mark in rule.does:
        kind = asking.asked(mark, reader.layout, reader.marks, reader.marks.index(mark), reader.heard).best
        steps = [s for s in deeds.steps(mark.text, reader.sketch, table, mark.raw) if deeds.deed_of(s) == kind]
        if not steps:
            steps = [deeds.step_of(kind, mark.text, reader.sketch, table)]
        made += [s for s in steps if (s.kind, s.via) not in [(t.kind, t.via) for t in made]]
    return made
