"""What happens by itself: a trigger (schedule, row, date, form, webhook) and its steps."""

import re

from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.intents import ACT, BEFORE, WHEN
from sayso.builder.planner.nouns import noun_of, tableish
from sayso.builder.planner.schedule import schedules
from sayso.builder.planner.sketch import AutomationSketch, Sketch, StepSketch, TableSketch
from sayso.builder.planner.views import field_named

_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "fourteen": 14,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30}
_CREATED = re.compile(
    r"\b(?:(?:is|are|gets?|was|were|has\s+been|have\s+been)\s+(?:newly\s+)?(?:added|created|submitted|logged|entered|received|placed|registered|reported|booked|opened|filed|uploaded|posted|recorded|made|requested)|comes?\s+in|arrives?|joins?|signs?\s+up|registers?|submits?|requests?|(?:we|i)\s+(?:get|receive|have)\s+(?:an?|new)|"
    r"new\s+[\w-]+(?:\s+[\w-]+)?(?=\s*(?:,|$|comes|arrives|is|lands|appears|gets|shows|:|>))|(?:someone|somebody|anyone|people|a\s+\w+|customers?|clients?|tenants?|guests?|parents?|users?|they|staff|employees?|visitors?)\s+(?:fills?\s+(?:in|out)|submits?|adds?|books?|sends?\s+(?:in)?|reports?|requests?|orders?|applies|places?|logs?|creates?|completes?\s+the|uploads?|registers?|signs?\s+up|joins?)|creating|adding)\b"
)
_FORM = re.compile(r"\bform\b.*\b(?:submit|fill|sent|come|complete|in\b)|\b(?:submit|fill|complete)\w*\b.*\bform\b")
_WEBHOOK = re.compile(r"\bwebhook|\bapi\s+call\b|\bhttp\s+(?:call|post|request)\b|\bzapier\b")
_REMINDER = re.compile(r"\bremind|\bnudge|\breminder")
_CHAN = (("slack", re.compile(r"\bslack\b|#[a-z][\w-]+")), ("teams", re.compile(r"\b(?:ms\s+|microsoft\s+)?teams\s+(?:channel|message)\b|\bon\s+teams\b|\bin\s+teams\b|\bmicrosoft\s+teams\b")), ("discord", re.compile(r"\bdiscord\b")), ("telegram", re.compile(r"\btelegram\b|\bmattermost\b")), ("sms", re.compile(r"\bsms\b|\btext\s+(?:message|the|them|him|her|me|us|everyone|all|a\s|each|our)|\bby\s+text\b|\btexts\b|\bwhats\s?app\b")))  # fmt: skip
_MAIL = re.compile(r"\be-?mails?(?:ed|ing)?\b|\bmails?(?:ed)?\b(?!\s+address)|\bnewsletter\b")
_TELL = re.compile(
    r"\b(?:flags?|notif\w+|alert\w*|remind\w*|nudge\w*|poke\w*|ping\w*|warn\w*|tell\w*|let\s+(?:\w+\s+){1,5}?know|message|msg|inform|reminder)\b"
)
_SEND = re.compile(r"\bsend\w*|\bget\s+an?\b|\breceives?\b|\bdigest\b|\bpost\w*\b")
_CREATE = re.compile(
    r"\b(?:creates?|adds?|opens?|makes?|generates?|starts?|raises?|logs?)\s+(?:an?|the|one|new|follow-?up)\s+(?:new\s+)?(?P<x>[\w -]{3,40}?)(?=\s*(?:for|in|with|to|from|on|and|,|when|if|$))"
)
_UPDATE = re.compile(
    r"\b(?:set|sets|update[sd]?|change[sd]?|mark(?:s|ed)?|move[sd]?|flag(?:s|ged)?|assign(?:s|ed)?|close[sd]?|archive[sd]?|cancel(?:s|led)?|escalate[sd]?|reduce[sd]?|increase[sd]?|decrement|deduct(?:ed|s)?|subtract(?:ed|s)?|lower(?:s|ed)?)\b|\bgoes?\s+(?:up|down|to)\b|\b(?:becomes|turns\s+into)\b"
)
_DELETE = re.compile(r"\bdelete[sd]?\s+(?:the|it|them|all|old|any|rows?)\b")
_AI_IMAGE = re.compile(
    r"\b(?:generate|make|create|design|draw|produce|render)s?\b.{0,40}\b(?:banner|image|picture|illustration|poster|logo|cover|thumbnail|visual|artwork|packshot|photo)s?\b"
)
_AI_TEXT = re.compile(
    r"\b(?:ai|gpt|chatgpt)\b|\b(?:summari[sz]e|categori[sz]e|classif(?:y|ies)|translate|draft|extract)s?\b|\b(?:write|suggest|propose|generate)s?\s+(?:an?|the|some|a\s+first)?\s*(?:[\w-]+\s+){0,2}(?:reply|response|summary|answer|email\s+text|caption|description|draft|post)\b|\bwritten\s+(?:summary|report|status)"
)
_WHO = re.compile(
    r"\b(?:remind|notify|alert|nudge|poke|ping|warn|tell|e-?mail|mail|message|text|slack|sms|inform|to)\s+(?:out\s+)?(?:the\s+|our\s+|my\s+|their\s+|its\s+|an?\s+|all\s+(?:the\s+)?|every\s+|each\s+)?(?P<who>#[\w-]+|[\w.+-]+@[\w.-]+\w|me\b|us\b|them\b|everyone|everybody|him\b|her\b|[a-z][\w'-]*(?:\s+[a-z][\w'-]*){0,2}?)(?=\s*(?:$|,|\.|;|\(|\b(?:by|via|with|when|if|on|about|that|to|the|a|an|and|at|in|every|each|for|so|before|after|once|as|of|how|what|two|three|\d)\b))"
)
_LET = re.compile(r"\blet\s+(?:the\s+|our\s+|my\s+)?(?P<who>[\w' -]{2,30}?)\s+know\b")


def is_trigger_only(text: str) -> bool:
    """A `when …` that waits for what follows it."""
    return bool(
        re.match(
            r"(?:and\s+|but\s+|also\s+|then\s+)*(?:when(?:ever)?|if|once|as\s+soon\s+as|every\s+time|each\s+time|anytime|the\s+moment|after|upon)\b",
            text,
        )
    ) and not acts(text)


def is_created(words: str) -> bool:
    """Whether some words tell that a row comes into being: `a new order comes in`."""
    return bool(_CREATED.search(words))


def acts(text: str) -> bool:
    return (
        bool(ACT.search(text))
        or bool(_CREATE.search(text))
        or bool(_UPDATE.search(re.sub(r"^.*?\b(?:when(?:ever)?|if|once)\b[^,]*,?", "", text)))
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
        dated(rule, before, text, sketch)
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
    elif _REMINDER.search(text) and (date := _any_date(text, sketch)):
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
    rule.steps = steps(_action_text(text, when, rule), sketch, rule.table, clause.raw)
    if not rule.steps:
        rule.steps = steps(text, sketch, rule.table, clause.raw)
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


def dated(rule: AutomationSketch, m: "re.Match[str]", text: str, sketch: Sketch) -> None:
    raw = m["n"] or m["n3"] or m["n4"] or m["n5"] or "1"
    unit = (m["unit"] or m["unit3"] or m["unit4"] or m["unit5"] or "day").split()[-1].rstrip("s")
    count = _NUMBERS.get(raw) or int(raw if raw.isdigit() else 1)
    rule.trigger = "date_reached"
    rule.days = count * _UNIT_DAYS.get(unit, 1)
    side = m["side"] or ("after" if m["n4"] else "before")
    if m["side2"] and "week" in m["side2"]:
        rule.days = 7
    if m["side2"] and "morning of" in m["side2"]:
        rule.days = 0
    if side.startswith(("before", "prior", "ahead", "in")):
        rule.days = -rule.days
    what = (m["what"] or m["what2"] or m["what3"] or "").strip()
    found = date_field(what, text, sketch)
    if found:
        rule.table, rule.date = found
    if limited := re.search(r"\b(?:if|unless|that|which|who)\b\s+(?P<c>.+)$", text):
        rule.when = limited["c"]


def date_field(what: str, text: str, sketch: Sketch) -> tuple[TableSketch, str] | None:
    """The date that `3 days before …` is counted from."""
    said = sketch.mentioned(what) or []
    for table in [*said, *sketch.mentioned(text), *([sketch.subject] if sketch.subject else []), *sketch.tables]:
        dates = [
            f
            for f in table.fields
            if f.kind in ("date", "datetime") or (f.kind == "formula" and re.search(r"date|end|due|start", f.key))
        ]
        if not dates:
            continue
        words = what if what else text
        named = [f for f in dates if set(re.findall(r"[a-z]+", f.key)) & set(re.findall(r"[a-z]+", words))]
        for pattern in (
            r"expir|run[s]?\s+out|end|lapse|renew|terminat",
            r"due|deadline",
            r"start|begin|event|arriv|it\b|session|appointment|visit",
        ):
            if re.search(pattern, words):
                named += [
                    f
                    for f in dates
                    if re.search(
                        {"e": r"expir|end|until|renew", "d": r"due|deadline"}.get(pattern[0], r"start|date|arriv|from|day|time"),
                        f.key,
                    )
                ]
        if named:
            return table, named[0].name
        if table in said or not what or len(dates) == 1:
            return table, dates[0].name
    return None


def _any_date(text: str, sketch: Sketch) -> tuple[TableSketch, str] | None:
    if not re.search(r"\b(?:due|deadline|expir\w+|overdue|coming up|upcoming|renewal|birthday|before)\b", text):
        return None
    return date_field("", text, sketch)


def _event(rule: AutomationSketch, when: "re.Match[str]", text: str, sketch: Sketch) -> None:
    event = when["event"] or when["over"]
    condition = condition_words(event)
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
        and (date := date_field("", condition, sketch))
        and not re.search(r"\bstock\b", condition)
    ):
        rule.trigger, (rule.table, rule.date) = "date_reached", date
        rule.days = 1 if "overdue" in condition or "past" in condition else 0
    elif _CREATED.search(condition) and not re.search(r"\b(?:becomes?|changes?|moves?|is\s+(?:set|marked))\b", condition):
        rule.trigger = "row_created"
        if any(v.kind == "form" and v.table is rule.table for v in sketch.views) and re.search(r"\bsubmit", condition):
            rule.trigger = "form_submitted"
    else:
        rule.trigger = "row_created" if when["over"] else "row_changed"


def condition_words(event: str) -> str:
    """The event without the action after it: up to a comma, an arrow, or the verb that does something."""
    cut = re.split(
        r",|\s>\s*|;|\s-\s|\s–\s|:|\bthen\b|\b(?:please|i\s+want|we\s+want|it\s+should|should\s+be)\b", event, maxsplit=1
    )[0]
    m = re.search(
        r"\b(?:remind|notify|alert|nudge|poke|ping|warn|e-?mail|slack|sms|send|tell|let|post|message|text|creates?\s+a|set\s+the|update\s+the|mark|msg|assign|reduce|move\s+it)\b",
        cut,
    )
    if m and m.start() > 8 and not re.search(r"\b(?:an?|the|new|any|is|are|each|every)\s*$", cut[: m.start()]):
        cut = cut[: m.start()]
    return cut.strip()


def _action_text(text: str, when: "re.Match[str] | None", rule: AutomationSketch) -> str:
    if when is None or (rule.trigger in ("schedule", "date_reached") and not rule.when):
        return text
    start = when.start("event") if when["event"] else when.start("over")
    return f"{text[: when.start()]} {text[start + len(condition_words(when['event'] or when['over'])) :]}".strip()


def _table_of(rule: AutomationSketch, text: str, when: "re.Match[str] | None", sketch: Sketch) -> TableSketch | None:
    said = sketch.mentioned(text)
    for word_table in said:
        return word_table
    if when:
        owners = [t for t in sketch.tables if field_named(t, condition_words(when["event"] or when["over"]))]
        if owners:
            return max(owners, key=lambda t: t.weight)
        noun = noun_of(condition_words(when["event"] or when["over"]))
        if tableish(noun) and (head := sketch.table(noun.split()[-1])):
            return head
    words = [t for t in sketch.tables if any(o.lower() in text for f in t.fields for o in f.options if len(o) > 3)]
    return words[0] if words else (sketch.subject or sketch.main)


def steps(text: str, sketch: Sketch, table: TableSketch | None, raw: str) -> list[StepSketch]:
    """The steps that an action text names, in the order in which they should run: AI first, messages last."""
    made: list[StepSketch] = []
    who = _recipient(text)
    if _AI_IMAGE.search(text):
        made.append(StepSketch("ai", words=text, via="image"))
    elif _AI_TEXT.search(text):
        made += _model_steps(text, table)
    if m := _CREATE.search(text):
        noun = noun_of(m["x"])
        target = sketch.table(noun)
        if target is not None:
            made.append(StepSketch("create_row", words=text, table=target))
    if _DELETE.search(text):
        made.append(StepSketch("delete_row", words=text, table=table))
    elif (m := _UPDATE.search(text)) and not re.search(
        r"\b(?:status\s+)?updates?\s+(?:to|by|on)\b|\bmark\s+(?:at|in)\b", text[m.start() : m.start() + 14]
    ):
        made.append(StepSketch("update_row", words=text, table=(sketch.mentioned(text[: m.end() + 40]) or [table])[0]))
    messages: list[StepSketch] = []
    for via, pattern in _CHAN:
        if pattern.search(text):
            messages.append(StepSketch("send_message", who, text, via))
    if _MAIL.search(text):
        messages.append(StepSketch("send_email", who, text))
    if not messages and not made and re.search(r"\b(?:lists?|reports?|summar(?:y|ies)|overview|figures|numbers|totals)\b", text):
        messages.append(StepSketch("notify", who, text))
    if not messages and (_TELL.search(text) or _SEND.search(text)):
        messages.append(
            StepSketch(
                "notify"
                if _TELL.search(text)
                or not re.search(r"\b(?:report|digest|summary|confirmation|invoice|quote|survey|link)\b", text)
                else "send_email",
                who,
                text,
            )
        )
    return made + messages


def deed_of(step: StepSketch) -> str:
    """A step's action in one word: what it sends through, or what it does."""
    return step.via if step.kind == "send_message" and step.via in ("slack", "sms") else step.kind


def step_of(deed: str, text: str, sketch: Sketch, table: TableSketch | None) -> StepSketch:
    """One step of a known action, with whom it is for."""
    match deed:
        case "slack" | "sms":
            return StepSketch("send_message", _recipient(text), text, deed)
        case "create_row" | "update_row" | "delete_row":
            named = sketch.mentioned(text)
            other = next((t for t in named if t is not table), None)
            return StepSketch(deed, words=text, table=(other or table) if deed == "create_row" else (named or [table])[0])
        case "ai":
            return StepSketch("ai", words=text, via=task_of(text))
        case _:
            return StepSketch(deed, _recipient(text), text)


def _model_steps(text: str, table: TableSketch | None) -> list[StepSketch]:
    """One step for each choice that the model should set (`the category and priority`), and one for what it should write."""
    chosen = (
        [f for f in table.fields if f.kind == "select" and f.options and re.search(rf"\b{re.escape(f.key)}\b", text)]
        if table
        else []
    )
    judging = re.search(
        r"\b(?:set|sets|pick|choose|assign|decide|tag|categori|classif|priorit|fill|score|work\s+out|detect|triage|label)\w*",
        text,
    )
    made = [StepSketch("ai", words=text, via="classify", values={"into": f}) for f in chosen] if judging else []
    writing = re.search(
        r"\b(?:suggest|draft|write|propose|generate|summari[sz])\w*\s+(?:an?\s+|the\s+|some\s+|a\s+first\s+)?[\w ]*?(?:repl(?:y|ies)|response|answer|summary|e-?mail|text|draft|report|description|caption|it|them)?\b",
        text,
    )
    if writing or not made:
        made.append(StepSketch("ai", words=text, via=task_of(writing[0]) if writing else task_of(text)))
    return made


def _recipient(text: str) -> str:
    if m := re.search(r"#[a-z][\w-]+", text):
        return m[0]
    if m := re.search(r"[\w.+-]+@[\w-]+\.[\w.]+", text):
        return m[0]
    for pattern in (_LET, _WHO):
        for m in pattern.finditer(text):
            who = m["who"].strip()
            if who and who not in ("the", "a", "an", "it", "this", "that", "be", "slack", "do", "see"):
                return {"me": "me", "us": "everyone", "them": "everyone", "everybody": "everyone"}.get(
                    who, lemma(who) if not who.startswith("#") else who
                )
    return ""


def task_of(text: str) -> str:
    """Which AI task some words ask for."""
    for task, pattern in _TASKS:
        if pattern.search(text):
            return task
    return "generate"


_TASKS = (
    ("image", re.compile(r"\b(?:banner|image|picture|illustration|poster|logo|thumbnail|visual|artwork|packshot|cover\s+art|cover\s+image|photo)s?\b(?!.*\b(?:caption|description|text)\b)(?=.*)")),
    ("translate", re.compile(r"\btranslat")),
    ("extract", re.compile(r"\bextract|\bpulls?\s+(?:out\s+)?|\bread(?:s)?\s+the\s+(?:pdf|invoice|receipt|cv|resume|document)|\b(?:parse|scan)s?\s+(?:the\s+)?(?:pdf|cv|resume|invoice|receipt)")),
    ("classify", re.compile(r"\bcategori[sz]|\bclassif|\bsentiment|\btag(?:s|ging)?\b|\bscore[sd]?\b|\bset\s+the\s+(?:category|priority|status|topic)|\bdetect|\bcheck(?:s)?\s+(?:if|whether)|\bpriorit[iy]|\bjudge|\bsort(?:s|ed)?\s+(?:them|it|into)|\brat(?:e|es|ing)\b|\blabel|\btriage")),
    ("summarise", re.compile(r"\bsummar|\bdigest|\btl;?dr|\bkey\s+points|\bboil(?:s)?\s+down")),
)  # fmt: skip
