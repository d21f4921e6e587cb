"""What an action in words does: a model's work, a row, a message, with whom it is for."""

import re

from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.sketch import Sketch, StepSketch, TableSketch

_CHAN = (("slack", re.compile(r"\bslack\b|#[a-z][\w-]+")), ("teams", re.compile(r"\b(?:ms\s+|microsoft\s+)?teams\s+(?:channel|message)\b|\bon\s+teams\b|\bin\s+teams\b|\bmicrosoft\s+teams\b")), ("discord", re.compile(r"\bdiscord\b")), ("telegram", re.compile(r"\btelegram\b|\bmattermost\b")), ("sms", re.compile(r"\bsms\b|\btext\s+(?:message|the|them|him|her|me|us|everyone|all|a\s|each|our)|\bby\s+text\b|\btexts\b|\bwhats\s?app\b")))  # fmt: skip

_MAIL = re.compile(r"\be-?mails?(?:ed|ing)?\b|\bmails?(?:ed)?\b(?!\s+address)|\bnewsletter\b")

_TELL = re.compile(
    r"\b(?:flags?|notif\w+|alert\w*|remind\w*|nudge\w*|poke\w*|ping\w*|warn\w*|tell\w*|let\s+(?:\w+\s+){1,5}?know|message|msg|inform|reminder)\b"
)

_SEND = re.compile(r"\bsend\w*|\bget\s+an?\b|\breceives?\b|\bdigest\b|\bpost\w*\b")

CREATE = re.compile(
    r"\b(?:creates?|adds?|opens?|makes?|generates?|starts?|raises?|logs?)\s+(?:an?|the|one|new|follow-?up)\s+(?:new\s+)?(?P<x>[\w -]{3,40}?)(?=\s*(?:for|in|with|to|from|on|and|,|when|if|$))"
)

UPDATE = re.compile(
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


def steps(text: str, sketch: Sketch, table: TableSketch | None, raw: str) -> list[StepSketch]:
    """The steps that an action text names, in the order in which they should run: AI first, messages last."""
    made: list[StepSketch] = []
    who = recipient(text)
    if _AI_IMAGE.search(text):
        made.append(StepSketch("ai", words=text, via="image"))
    elif _AI_TEXT.search(text):
        made += _model_steps(text, table)
    if m := CREATE.search(text):
        noun = noun_of(m["x"])
        target = sketch.table(noun)
        if target is not None:
            made.append(StepSketch("create_row", words=text, table=target))
    if _DELETE.search(text):
        made.append(StepSketch("delete_row", words=text, table=table))
    elif (m := UPDATE.search(text)) and not re.search(
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
            return StepSketch("send_message", recipient(text), text, deed)
        case "create_row" | "update_row" | "delete_row":
            named = sketch.mentioned(text)
            other = next((t for t in named if t is not table), None)
            return StepSketch(deed, words=text, table=(other or table) if deed == "create_row" else (named or [table])[0])
        case "ai":
            return StepSketch("ai", words=text, via=task_of(text))
        case _:
            return StepSketch(deed, recipient(text), text)


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


def recipient(text: str) -> str:
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


_TASKS = (
    ("image", re.compile(r"\b(?:banner|image|picture|illustration|poster|logo|thumbnail|visual|artwork|packshot|cover\s+art|cover\s+image|photo)s?\b(?!.*\b(?:caption|description|text)\b)(?=.*)")),
    ("translate", re.compile(r"\btranslat")),
    ("extract", re.compile(r"\bextract|\bpulls?\s+(?:out\s+)?|\bread(?:s)?\s+the\s+(?:pdf|invoice|receipt|cv|resume|document)|\b(?:parse|scan)s?\s+(?:the\s+)?(?:pdf|cv|resume|invoice|receipt)")),
    ("classify", re.compile(r"\bcategori[sz]|\bclassif|\bsentiment|\btag(?:s|ging)?\b|\bscore[sd]?\b|\bset\s+the\s+(?:category|priority|status|topic)|\bdetect|\bcheck(?:s)?\s+(?:if|whether)|\bpriorit[iy]|\bjudge|\bsort(?:s|ed)?\s+(?:them|it|into)|\brat(?:e|es|ing)\b|\blabel|\btriage")),
    ("summarise", re.compile(r"\bsummar|\bdigest|\btl;?dr|\bkey\s+points|\bboil(?:s)?\s+down")),
)  # fmt: skip


def task_of(text: str) -> str:
    """Which AI task some words ask for."""
    for task, pattern in _TASKS:
        if pattern.search(text):
            return task
    return "generate"
