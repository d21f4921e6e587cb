"""The reader by rules: from clauses to a sketch. A trained reader would stand behind the same `Reader`."""

import re
from dataclasses import dataclass, replace
from typing import Protocol

from sayso.builder.planner import ai_parts, attach, companions, computed, kinds, roles, schema, studio, views
from sayso.builder.planner.automations import clause as happenings
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.intents import Intent, intents_of
from sayso.builder.planner.items import items
from sayso.builder.planner.nouns import is_many, noun_of, tableish
from sayso.builder.planner.placing import fill, is_fieldish
from sayso.builder.planner.sketch import Sketch, TableSketch, ViewSketch


@dataclass(frozen=True, slots=True)
class Reading:
    """A clause and what it is mostly about."""

    clause: Clause
    intent: Intent


class Reader(Protocol):
    """Labels clauses. By rules here; a tagger plugs in by giving the same readings."""

    def __call__(self, clauses: list[Clause]) -> list[Reading]: ...


def by_rules(clauses: list[Clause]) -> list[Reading]:
    """Intents by rules; a trigger that waits goes with the action after it, a further action with the rule before it."""
    readings: list[Reading] = []
    for clause in clauses:
        clause = _arrow(clause)
        intent = intents_of(clause)
        last = readings[-1] if readings else None
        if (
            last is not None
            and last.clause.sentence == clause.sentence
            and _waits(last)
            and (happenings.acts(clause.text) or intent in ("automation", "ai"))
        ):
            readings[-1] = Reading(_joined(last.clause, clause), "automation")
            continue
        if (
            last is not None
            and last.intent == "automation"
            and last.clause.sentence == clause.sentence
            and (happenings.is_continuation(clause.text) or (intent == "ai" and not re.search(r"\bwhen|every\b", clause.text)))
        ):
            readings[-1] = Reading(_joined(last.clause, clause), "automation")
            continue
        if (
            last is not None
            and last.intent == "automation"
            and re.match(r"(?:then|and then|also|it should)\b", clause.text)
            and happenings.is_continuation(clause.text)
        ):
            readings[-1] = Reading(_joined(last.clause, clause), "automation")
            continue
        readings.append(Reading(clause, intent))
    return readings


_ARROW = re.compile(r"^(?:if\s+|when\s+)?(?P<a>[^>,(]{3,60}?)\s*-?>\s*(?P<b>[^>]{4,})$")


def _arrow(clause: Clause) -> Clause:
    """`high priority > Slack #urgent` says when and what."""
    m = _ARROW.match(clause.text)
    if m is None or not (happenings.acts(m["b"]) or re.match(r"(?:slack|e-?mail|sms|notify|text)\b", m["b"])):
        return clause
    words = f"when {clause.raw[m.start('a') : m.end('a')]} then {clause.raw[m.start('b') : m.end('b')]}"
    return replace(clause, raw=words, text=words.lower() if len(words.lower()) == len(words) else words)


def _waits(last: Reading) -> bool:
    return happenings.is_trigger_only(last.clause.text) or (
        bool(re.search(r"\bwebhook\b", last.clause.text)) and last.intent != "automation"
    )


def _joined(a: Clause, b: Clause) -> Clause:
    gap = " " * max(0, b.start - a.end)
    return replace(
        a,
        end=b.end,
        raw=a.raw + gap[:1].replace(" ", ",") + gap[1:] + b.raw if gap else a.raw + b.raw,
        text=a.text + ("," + gap[1:] if gap else "") + b.text,
    )


def understand(clauses: list[Clause], sketch: Sketch, reader: Reader = by_rules) -> list[Reading]:
    """Fills the sketch, and notes for every clause whether it was used. Tables first: everything else speaks of them."""
    readings = reader(clauses)
    subjects: dict[int, TableSketch | None] = {}
    for reading in readings:
        if reading.intent in ("schema", "ai") and studio.read(
            reading.clause.raw, reading.clause.text, reading.clause.start, (reading.clause.start, reading.clause.end), sketch
        ):
            _noted(reading.clause, True, sketch)
        elif reading.intent == "schema":
            _noted(reading.clause, schema.read(reading.clause, sketch), sketch)
        elif (
            reading.intent == "automation"
            and (m := re.search(r":\s+(?P<list>[^:]{8,})$", reading.clause.text))
            and m["list"].count(",") >= 1
        ):
            _asked(reading.clause, m.start("list"), sketch)
        elif (
            reading.intent == "automation"
            and (m := re.search(r"\((?P<list>[^()]{6,})\)", reading.clause.text))
            and m["list"].count(",") >= 1
        ):
            _told_of(reading.clause, m, sketch)
        elif reading.intent == "view" and "form" in reading.clause.text:
            views.read(reading.clause, sketch)
            sketch.views[:] = [v for v in sketch.views if v.kind == "form"]
        elif reading.intent == "view":
            views.name_table(reading.clause, sketch)
        subjects[reading.clause.start] = sketch.subject
    for reading in readings:
        if reading.intent == "schema" and reading.clause.start not in sketch.used:
            sketch.subject = subjects[reading.clause.start]
            _noted(reading.clause, schema.read(reading.clause, sketch), sketch)
    if not sketch.tables:
        _named_nouns(readings, sketch)
    attach.mentioned_again(sketch, [(r.clause.start, r.clause.end, r.clause.text) for r in readings])
    attach.links(sketch)
    companions.assumed(sketch)
    attach.assumed(sketch)
    _settle_kinds(sketch)
    readers = {"computed": _computed, "view": views.read, "ai": ai_parts.read, "role": roles.read, "automation": happenings.read}
    for intent in ("computed", "view", "ai", "automation", "role"):
        for reading in readings:
            if reading.intent == intent and reading.clause.start not in sketch.used:
                sketch.subject = subjects[reading.clause.start] or sketch.subject
                _noted(reading.clause, readers[intent](reading.clause, sketch), sketch)
    _second_chance(readings, subjects, sketch)
    _without_topics(sketch)
    attach.links(sketch)
    _settle_kinds(sketch)
    ai_parts.settle(sketch)
    return readings


def _told_of(clause: Clause, m: "re.Match[str]", sketch: Sketch) -> None:
    """`when feedback comes in (name, email, stars)`: what comes in has these fields."""
    listed = items(clause.raw[m.start("list") : m.end("list")], clause.start + m.start("list"))
    before = re.sub(r"^.*?\b(?:when(?:ever)?|if|once|every\s+time)\s+", "", clause.text[: m.start()])
    noun = noun_of(re.split(r"\s+(?:comes?|is|are|gets?|arrives?|lands?|changes?)\b", before)[0])
    table = sketch.table(noun) if noun else None
    if sum(map(is_fieldish, listed)) * 2 < len(listed) or len(listed) < 2:
        return
    if table is None and noun and tableish(noun):
        table = sketch.add(noun, (clause.start, clause.end))
    if table is not None and not table.fields:
        fill(table, listed, sketch)
        sketch.subject = table


def _asked(clause: Clause, at: int, sketch: Sketch) -> None:
    """`every Friday ask everybody: mood 1-5, what went well`: what is asked are fields."""
    listed = items(clause.raw[at:], clause.start + at)
    if sketch.subject is not None and sum(map(is_fieldish, listed)) * 2 >= len(listed) >= 2:
        fill(sketch.subject, listed, sketch)
        if "form" in clause.text and not any(v.kind == "form" for v in sketch.views):
            sketch.views.append(ViewSketch("form", clause.text, (clause.start, clause.end), table=sketch.subject))


def _computed(clause: Clause, sketch: Sketch) -> bool:
    return computed.read(clause.text, clause.raw, (clause.start, clause.end), sketch)


def _settle_kinds(sketch: Sketch) -> None:
    for table in sketch.tables:
        for field in table.fields:
            if field.origin is None and not (field.computed and field.kind is None and field.formula):
                kinds.settle(field, table)


def _noted(clause: Clause, used: bool, sketch: Sketch) -> None:
    if used:
        sketch.used.setdefault(clause.start, []).append("read")


def _second_chance(readings: list[Reading], subjects: dict[int, TableSketch | None], sketch: Sketch) -> None:
    """A clause that its own reader could not use is offered to the others, in the order of what is most often meant."""
    for reading in readings:
        clause = reading.clause
        if clause.start in sketch.used or reading.intent == "smalltalk":
            continue
        sketch.subject = subjects[clause.start] or sketch.subject
        if reading.intent in ("computed", "ai", "role", "view") and schema.read(clause, sketch):
            _noted(clause, True, sketch)
        elif reading.intent == "automation" and "=" in clause.text:
            _noted(clause, _computed(clause, sketch), sketch)


def _without_topics(sketch: Sketch) -> None:
    """What the app is about is no table when others were described and nothing was said of it."""
    linked = {id(f.link) for t in sketch.tables for f in t.fields if f.link is not None}
    spoken = {id(p.table) for p in (*sketch.views, *sketch.automations, *sketch.ai) if p.table is not None}
    empty = [
        t for t in sketch.tables if t.topic and not t.fields and t.origin is None and id(t) not in linked and id(t) not in spoken
    ]
    if any(t.fields or not t.topic for t in sketch.tables):
        sketch.tables[:] = [t for t in sketch.tables if t not in empty]
        if sketch.subject in empty:
            sketch.subject = None


def _named_nouns(readings: list[Reading], sketch: Sketch) -> None:
    """No table was described: the nouns of which businesses keep tables, as far as the wish names any."""
    for reading in readings:
        for word in re.findall(r"[a-z][\w'-]*(?:\s+[a-z][\w'-]*)?", reading.clause.text):
            for phrase in (word, *word.split()):
                noun = noun_of(phrase)
                head = noun and (phrase == word.split()[-1] or len(noun.split()) == 2)
                if head and tableish(noun) and is_many(phrase) and sketch.table(noun) is None and len(sketch.tables) < 4:
                    sketch.add(noun, (reading.clause.start, reading.clause.end)).weight += 1
                    sketch.used.setdefault(reading.clause.start, []).append("read")
