"""A clause that says what happens by itself: a trigger (schedule, row, date, form, webhook) and its steps."""

import re

from sayso.builder.planner.automations import dates, deeds, events
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.intents import ACT, BEFORE, WHEN
from sayso.builder.planner.nouns import noun_of, tableish
from sayso.builder.planner.schedule import schedules
from sayso.builder.planner.sketch import AutomationSketch, Sketch, TableSketch
from sayso.builder.planner.views import field_named

_FORM = re.compile(r"\bform\b.*\b(?:submit|fill|sent|come|complete|in\b)|\b(?:submit|fill|complete)\w*\b.*\bform\b")

_WEBHOOK = re.compile(r"\bwebhook|\bapi\s+call\b|\bhttp\s+(?:call|post|request)\b|\bzapier\b")

_REMINDER = re.compile(r"\bremind|\bnudge|\breminder")


def is_trigger_only(text: str) -> bool:
    """A `when …` that waits for what follows it."""
    return bool(
        re.match(
            r"(?:and\s+|but\s+|also\s+|then\s+)*(?:when(?:ever)?|if|once|as\s+soon\s+as|every\s+time|each\s+time|anytime|the\s+moment|after|upon)\b",
            text,
        )
    ) and not acts(text)


def acts(text: str) -> bool:
    return (
        bool(ACT.search(text))
        or bool(deeds.CREATE.search(text))
        or bool(deeds.UPDATE.search(re.sub(r"^.*?\b(?:when(?:ever)?|if|once)\b[^,]*,?", "", text)))
    )


def is_continuation(text: str) -> bool:
    """An action with neither trigger nor schedule of its own: `then email the owner`."""
    if not ACT.search(text) or schedules(text) or BEFORE.search(text) or WHEN.search(text):
        return False
    return bool(
        re.match(
            r"(?:and\s+|then\s+|also\s+|plus\s+)*(?:then\s+|also\s+)?(?:[\w-]+\s+){0,2}?(?:e-?mail|mail|send|notify|alert|slack|post|message|text|ping|tell|let|create|add|set|mark|update|move|assign|remind|nudge|poke|warn)\b",
            text,
        )
    )


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause says something that should happen by itself."""
    text = clause.text
    rule = AutomationSketch("", clause.raw.strip(), (clause.start, clause.end))
    planned = list(schedules(text))
    strong = [s for s in planned if s.strong]
    before = BEFORE.search(text)
    when = WHEN.search(text)
    if (
        before
        and not re.search(r"\bhours?|hrs?\b", before["unit"] or "")
        and not _stale(text)
        and (not when or before.start() < when.start() or before["n3"] or before["n4"] or before["n5"] or _REMINDER.search(text))
    ):
        dates.dated(rule, before, text, sketch)
    elif strong and not (when and when.start() < strong[0].start and not re.search(r"^\s*on\b", when[0])):
        rule.trigger, rule.cron, rule.assumed = "schedule", strong[0].cron, strong[0].assumed
        rule.when = re.sub(r"\s+", " ", text[: strong[0].start] + " " + text[strong[0].end :])
    elif _WEBHOOK.search(text) and not re.search(r"\b(?:call|send|post)\b[^,]*\bwebhook", text):
        rule.trigger = "webhook"
    elif when:
        _event(rule, when, text, sketch)
    elif planned:
        rule.trigger, rule.cron, rule.assumed = "schedule", planned[0].cron, planned[0].assumed
        rule.when = text
    elif _REMINDER.search(text) and (date := dates.any_date(text, sketch)):
        rule.trigger, rule.date, rule.table, rule.days = "date_reached", date[1], date[0], 0
        rule.assumed = "on the day itself"
    elif _FORM.search(text) or re.search(r"\bconfirmation\b", text):
        rule.trigger = "form_submitted" if any(v.kind == "form" for v in sketch.views) or "form" in text else "row_created"
    elif re.search(r"^(?:any|every|each|all)\b|\b(?:new|incoming|submitted)\b", text):
        rule.trigger = "row_created"
        rule.when = re.split(r"\b(?:should|must|has\s+to|needs?\s+to|gets?|triggers?|goes)\b", text)[0]
    else:
        rule.trigger, rule.assumed = "row_created", "when a row is added"
    rule.table = rule.table or _table_of(rule, text, when, sketch)
    rule.steps = deeds.steps(_action_text(text, when, rule), sketch, rule.table, clause.raw)
    if not rule.steps:
        rule.steps = deeds.steps(text, sketch, rule.table, clause.raw)
    if not rule.steps:
        return False
    if rule.table is None and rule.trigger in ("row_created", "row_changed", "date_reached", "form_submitted"):
        return False
    twin = next(
        (
            a
            for a in sketch.automations
            if a.trigger == rule.trigger
            and a.table is rule.table
            and a.cron == rule.cron
            and a.when == rule.when
            and a.days == rule.days
            and a.date == rule.date
        ),
        None,
    )
    if twin is not None:
        twin.steps += [s for s in rule.steps if s.kind not in [t.kind for t in twin.steps]]
        return True
    sketch.automations.append(rule)
    return True


def _stale(text: str) -> bool:
    return bool(re.search(r"\b(?:more\s+than|over|longer\s+than)\s+\d+\s+(?:hours|days|weeks)", text))


def _event(rule: AutomationSketch, when: "re.Match[str]", text: str, sketch: Sketch) -> None:
    event = when["event"] or when["over"]
    condition = events.condition_words(event)
    rule.when = condition
    said = sketch.mentioned(condition)
    rule.table = said[0] if said else None
    if re.search(
        r"\b(?:nobody|no\s+one|not\s+(?:been\s+)?(?:answered|returned|approved|replied|done|paid)|hasn't|haven't|isn't|still|for\s+more\s+than|longer\s+than|more\s+than\s+\d+\s+(?:hours?|days?|weeks?))\b",
        condition,
    ) and re.search(r"\b(?:\d+|an?|one|two|three)\s+(?:hours?|hrs?|days?|weeks?)\b", condition):
        hours = bool(re.search(r"\bhours?|hrs?\b", condition))
        rule.trigger, rule.cron = "schedule", "0 * * * *" if hours else "0 9 * * *"
        rule.assumed = "checked every hour" if hours else "checked every morning at 09:00"
        return
    if _FORM.search(condition):
        rule.trigger = "form_submitted"
    elif _WEBHOOK.search(condition):
        rule.trigger = "webhook"
    elif (
        re.search(
            r"\b(?:is|are|becomes?|gets?|goes)\s+(?:over)?due\b|\boverdue\b|\bpast\s+(?:its|the|their)\s+due|\bexpires?\b|\bruns?\s+out\b",
            condition,
        )
        and (date := dates.date_field("", condition, sketch))
        and not re.search(r"\bstock\b", condition)
    ):
        rule.trigger, (rule.table, rule.date) = "date_reached", date
        rule.days = 1 if "overdue" in condition or "past" in condition else 0
    elif events.CREATED.search(condition) and not re.search(r"\b(?:becomes?|changes?|moves?|is\s+(?:set|marked))\b", condition):
        rule.trigger = "row_created"
        if any(v.kind == "form" and v.table is rule.table for v in sketch.views) and re.search(r"\bsubmit", condition):
            rule.trigger = "form_submitted"
    else:
        rule.trigger = "row_created" if when["over"] else "row_changed"


def _action_text(text: str, when: "re.Match[str] | None", rule: AutomationSketch) -> str:
    if when is None or (rule.trigger in ("schedule", "date_reached") and not rule.when):
        return text
    start = when.start("event") if when["event"] else when.start("over")
    return f"{text[: when.start()]} {text[start + len(events.condition_words(when['event'] or when['over'])) :]}".strip()


def _table_of(rule: AutomationSketch, text: str, when: "re.Match[str] | None", sketch: Sketch) -> TableSketch | None:
    said = sketch.mentioned(text)
    for word_table in said:
        return word_table
    if when:
        owners = [t for t in sketch.tables if field_named(t, events.condition_words(when["event"] or when["over"]))]
        if owners:
            return max(owners, key=lambda t: t.weight)
        noun = noun_of(events.condition_words(when["event"] or when["over"]))
        if tableish(noun) and (head := sketch.table(noun.split()[-1])):
            return head
    words = [t for t in sketch.tables if any(o.lower() in text for f in t.fields for o in f.options if len(o) > 3)]
    return words[0] if words else (sketch.subject or sketch.main)
