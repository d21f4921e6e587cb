"""Messages: e-mail, chats, a note in the workspace, and what of the rows goes with them."""

import re

from sayso.builder.planner.automations.whole import reports
from sayso.builder.planner.automations.whole.about import About, Json, listed, sentence, tidy, title_of
from sayso.builder.planner.automations.whole.pieces import Piece, quoted
from sayso.builder.planner.automations.whole.recipients import CHANNEL, of_a_row, who
from sayso.builder.planner.inflect import singular

_CHATS = (
    ("teams", r"\b(?:ms\s+|microsoft\s+)teams\b|\b(?:in|on|via|to)\s+teams\b|\bteams\s+(?:channel|message|instead)|\buse\s+teams\b"),
    ("discord", r"\bdiscord\b"), ("telegram", r"\btelegram\b"), ("sms", r"\bsms\b|\btext\s+(?:message|the|them|him|her|me|us|our|everyone)\b|\bby\s+text\b|^text\s+(?!to\b|in\b)[a-z]"),
    ("slack", r"\bslack\b|(?<![\w/&])#[a-z]"),
)  # fmt: skip
_MAIL = re.compile(r"\be-?mail(?:s|ed)?\b|\bmail(?:s|ed)?\b(?!\s+address)|\bcc\b")
_NOTIFY = re.compile(
    r"\bin\s+(?:the\s+)?(?:app|workspace|sayso)\b|\bnotif|\balert|\bping|\bnudge|\bremind|\btell|\blet\s+(?:\S+\s+){1,4}know|\binform|\bwarn|\bmessages?\s+(?:the\s+|our\s+)?\w+|\bflag\s+it\b|\bcopy\b"
)
_SENDS = re.compile(
    r"^(?:re-?)?(?:sends?|shares?|gives?|gets?)\b|\b(?:receives?|gets?)\s+(?:an?\s+|the\s+)?(?:reminder|confirmation|invoice|summary|report|copy|list)"
)
_ABOUT = re.compile(r"\b(?:that|saying(?:\s+that)?|to\s+say(?:\s+that)?|with\s+the\s+(?:text|message|words))\s+(?P<says>.{4,})$")
_WITH = re.compile(r"\b(?:with\s+the\s+subject|subject(?:\s+line)?)\s*:?\s*")
_TRAIL = re.compile(r"\s+(?:instead|too|as\s+well|again|right\s+away|immediately|please|automatically)\b.*$")
SUBJECT_CHARACTERS_MAX = 120


def read(piece: Piece, about: About) -> list[Json] | None:
    """The steps of a message, with what has to be gathered for it before; None when the words send nothing."""
    if about.trigger == "email" and _REPLIES.match(piece.text):
        return _reply(piece, about)
    ways = channels(piece.text)
    if not ways:
        return None
    if about.row is None and about.table is None and (named := about.named(piece.text)):
        about.table = named
    to = who(piece.text, piece.raw, about)
    steps, gathered = reports.gathered(piece, about)
    if about.row is None and gathered.none and of_a_row(to) and about.table is not None:
        return [*steps, *_each(piece, about, ways, to)]
    return [*steps, *(message(way, to, piece, about, gathered) for way in ways)]


_REPLIES = re.compile(r"^(?:repl(?:y|ies)|answers?|responds?|send\s+(?:back\s+)?(?:an?\s+)?(?:reply|answer|response))\b")


def _reply(piece: Piece, about: About) -> list[Json]:
    """Back to whoever wrote; without words of our own, a model writes it."""
    steps: list[Json] = []
    body = quoted(piece.raw) or about.output("answer", "answer")
    if not body:
        steps.append(
            about.step(
                "ai",
                "reply",
                "answer",
                task="generate",
                slot="text",
                prompt="Write a short, friendly reply to this e-mail.\n\n{trigger: subject}\n{trigger: text}",
            )
        )
        body = about.output("answer", "answer")
        about.assumed.append(
            "a model writes the reply and it is sent as it is; add an approval before it if somebody should look first"
        )
    return [*steps, about.step("send_email", to="{trigger: from}", subject="Re: {trigger: subject}", body=body)]


def channels(text: str) -> list[str]:
    """Through what the words send, in their order of mention."""
    found = [(m.start(), via) for via, pattern in _CHATS if (m := re.search(pattern, text))]
    if m := _MAIL.search(text):
        found.append((m.start(), "email"))
    if found:
        ways = [via for _, via in sorted(found)]
        named = re.search(r"\bslack\b", text) or all(w in ("slack", "email") for w in ways)
        return ways if named else [w for w in ways if w != "slack"]
    if CHANNEL.search(text) or re.search(r"\bpost(?:s|ed)?\b.*\b(?:channel|chat)\b", text):
        return ["slack"]
    if _NOTIFY.search(text):
        return ["notify"]
    return ["email"] if _SENDS.search(text) else []


def message(way: str, to: str, piece: Piece, about: About, gathered: reports.Gathered) -> Json:
    subject, body = _written(piece, about, gathered, to)
    if way == "notify" and mailed(to, about):
        way = "email"
    if way == "email":
        step = about.step(
            "send_email", to=to, subject=subject[:SUBJECT_CHARACTERS_MAX], body=body, attachments=list(gathered.attached)
        )
        if m := re.search(r"\b(?:cc|copy)\s+(?P<x>[\w.+-]+@[\w.-]+\w)", piece.raw):
            step |= {"cc": m["x"], "to": to.replace(f", {m['x']}", "")}
        return step
    short = gathered.short or body
    if way == "notify":
        return about.step("notify", to=to, body=short)
    if way == "sms":
        about.assumed.append(
            "text messages to phones cannot be sent yet: choose e-mail or a chat in the step before you switch it on"
        )
    channel = CHANNEL.search(piece.raw)
    return about.step("send_message", via=way, to=channel[0] if channel else _channel(piece) or to, body=short) | {"via": way}


def _channel(piece: Piece) -> str:
    m = re.search(r"\b(?:the\s+)?(?P<c>[\w-]+)\s+(?:channel|chat|group)\b", piece.text)
    return f"#{m['c']}" if m and m["c"] not in ("the", "a", "our", "slack", "teams", "discord", "telegram", "team") else ""


def mailed(to: str, about: About) -> bool:
    """Whether somebody is reached by e-mail alone: an address, or a field that holds one."""
    if "@" in to:
        return True
    names = re.findall(r"\{([^{}]+)\}", to)
    return bool(names) and any(f.kind == "email" and f.name == names[-1] for t in about.app.tables for f in t.fields)


def _written(piece: Piece, about: About, gathered: reports.Gathered, to: str) -> tuple[str, str]:
    """Subject and body. What is in quotes is said to the letter, one as the subject where the words call it so."""
    said = quoted(piece.raw)
    subject = ""
    if said and (m := _WITH.search(piece.text)) and piece.raw[m.end() : m.end() + 1] in "\"“'":
        subject, rest = said, piece.raw[m.end() + len(said) + 2 :]
        said = quoted(rest)
    if said:
        return subject or sentence(said)[:60], said
    if gathered.body:
        return subject or gathered.subject, gathered.body
    says = _ABOUT.search(piece.text)
    words = sentence(_TRAIL.sub("", piece.raw[says.start("says") : says.end("says")])) if says else ""
    table = about.row or (about.table if about.trigger not in ("schedule", "webhook", "email", "called", "message") else None)
    answer = about.output("answer", "answer")
    if table is None:
        body = "\n\n".join(p for p in (f"{words}." if words else "", answer, _came(about)) if p)
        return subject or words or _topic(piece), body or f"{sentence(piece.raw)}."
    title = title_of(table)
    lead = f"{words}." if words else f"{singular_name(table.name)} {title}{about.happened}"
    told = listed(table, outside=mailed(to, about))
    return subject or f"{words or singular_name(table.name)}: {title}", "\n\n".join(p for p in (lead, answer, told) if p)


def _came(about: About) -> str:
    return {"webhook": "{trigger: body}", "email": "{trigger: subject}\n\n{trigger: text}", "message": "{trigger: text}"}.get(
        about.trigger, ""
    )


def _topic(piece: Piece) -> str:
    return sentence(re.sub(r"^(?:\w+\s+){1,2}", "", tidy(piece.raw)))[:60] or "Message"


def _each(piece: Piece, about: About, ways: list[str], to: str) -> list[Json]:
    """A message to somebody whom each row names: found first, then one for each."""
    steps, table = reports.found(piece, about), about.table
    about.row, about.looped, before = table, True, about.happened
    about.happened = "."
    inner = [message(way, to, piece, about, reports.Gathered()) for way in ways]
    about.row, about.looped, about.happened = None, False, before
    return [*steps, about.step("for_each") | {"steps": inner}]


def singular_name(name: str) -> str:
    head, _, last = name.rpartition(" ")
    one = singular(last)
    return f"{head} {one}".strip() if one else name
