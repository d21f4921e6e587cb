"""Which step words mean, and where another one goes."""

import re

from sayso.builder.planner.automations.edits.opened import MESSAGES, OUTWARD, Opened
from sayso.builder.planner.automations.whole.about import Json

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bslack\b|\bteams\b|\bdiscord\b|\btelegram\b|\bsms\b|\bchat\b|#[a-z]", ("send_message",)), (r"\be-?mail(?:ing|s)?\b|\bmail(?:ing|s)?\b|\bsend(?:ing)?\s+(?:it|the\s+(?:e-?mail|mail))\b", ("send_email",)),
    (r"\bnotif\w*|\balert\w*|\bremind\w*|\btell(?:ing)?\b", ("notify", "send_email", "send_message")), (r"\bapprov\w*|\bsign[- ]?off", ("approval",)), (r"\bwait\w*|\bdelay\w*|\bpause\w*", ("wait",)),
    (r"\bchart\b|\bgraph\b", ("chart",)), (r"\bpdf\b|\bdocument\b|\bletter\b", ("document",)), (r"\bcsv\b|\bexcel\b|\bsheet\b|\bspreadsheet\b|\bxlsx\b", ("sheet",)), (r"\btotals?\b|\bsums?\b|\bcount\w*|\bfigures\b", ("aggregate",)),
    (r"\bwebhook\b", ("webhook_out", "http_request")), (r"\bhttp\b|\brequest\b|\bapi\b|\bcall(?:ing)?\b", ("http_request",)), (r"\bsql\b|\bquery\b|\bdatabase\b", ("sql",)),
    (r"\b(?:ai|model|summar\w+|classif\w+|draft\w*|translat\w+)\b", ("ai",)), (r"\bcondition\b|\bif\b|\bbranch\b", ("branch",)), (r"\bloop\b|\bfor\s+each\b", ("for_each",)),
    (r"\b(?:creat|add)\w*\b|\bnew\s+(?:row|task)", ("create_row", "upsert_row")), (r"\b(?:updat|set|chang|mark)\w*\b", ("update_row",)), (r"\bdelet\w*\b", ("delete_row",)), (r"\bfind\w*\b|\blist\b|\bsearch\w*", ("find_rows",)), (r"\bmessage\w*|\bpost\w*", ("send_message", "notify", "send_email")),
)  # fmt: skip
_ORDINAL = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "last": -1,
    "final": -1,
}
At = tuple[list[Json], int]


def meant(words: str, one: Opened, kinds: tuple[str, ...] = ()) -> At | None:
    """The step that words mean: by its number, what it is, whom it goes to, what it goes through."""
    places = [(steps, n) for steps, n in one.all() if not kinds or steps[n]["kind"] in kinds]
    low = words.lower()
    if (
        m := re.search(r"\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last|final)\s+(?:step|one|thing|action)\b", low)
    ) or (m := re.fullmatch(r"(?:the\s+)?(last|first|second|third)", low.strip())):
        n = _ORDINAL[m[1]]
        top = [(one.steps, k) for k in range(len(one.steps))]
        return top[n] if -len(top) <= n < len(top) else None
    if m := re.search(r"\bstep\s+(\d{1,2})\b", low):
        n = int(m[1]) - 1
        return (one.steps, n) if 0 <= n < len(one.steps) else None
    best: tuple[int, int, At] | None = None
    for k, (steps, n) in enumerate(places):
        score = _score(low, steps[n])
        if score and (best is None or score > best[0]):
            best = (score, k, (steps, n))
    return best[2] if best else None


def _score(low: str, step: Json) -> int:
    score = 0
    for weight, (pattern, of) in enumerate(_KINDS):
        if step["kind"] in of and re.search(pattern, low):
            score = max(score, 6 - of.index(step["kind"]) - (weight >= len(_KINDS) - 6))
    via = step.get("via", "slack") if step["kind"] == "send_message" else ""
    chats = re.findall(r"\b(slack|teams|discord|telegram|sms)\b", low)
    if chats and via:
        score = score + 4 if via in chats else 0
    to = str(step.get("to", "")).lower()
    names = [n for n in re.findall(r"#?[\w.@+-]+", to) if len(n) > 1]
    if any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", low) for n in names):
        score += 3
    elif (
        step["kind"] in MESSAGES
        and (m := re.search(r"\bto\s+(?:the\s+)?([\w.@#-]+)", low))
        and m[1] not in ("it", "them", "that")
        and names
    ):
        score -= 1
    return max(score, 0)


def spot(words: str, one: Opened) -> tuple[At, str] | None:
    """Where `before the e-mail`, `after that`, `first` is: the place in a list, and the words without it."""
    low = words.lower()
    if m := re.search(
        r"\s*,?\s*\b(?P<side>before|after)\s+(?:(?:it|we)\s+)?(?P<x>that|it|this|then|sending(?:\s+(?:it|the\s+[\w-]+))?|(?:the\s+|you\s+|it\s+)?[\w #@.'-]{2,60})\s*$",
        low,
    ):
        target = _target(m["x"], one)
        if target is None:
            return None
        steps, n = target
        return (steps, n + (m["side"] == "after")), words[: m.start()]
    if m := re.search(
        r"^(?:(?:first|at\s+the\s+(?:start|beginning))\s*,?\s+)|\s*,?\s*\b(?:first|at\s+the\s+(?:start|beginning|very\s+start)|before\s+(?:anything|everything)(?:\s+else)?)\s*$",
        low,
    ):
        return (one.steps, 0), (words[: m.start()] + words[m.end() :])
    if m := re.search(r"\s*,?\s*\bat\s+the\s+end\s*$", low):
        return (one.steps, len(one.steps)), words[: m.start()]
    return None


def _target(words: str, one: Opened) -> At | None:
    low = words.strip()
    if low in ("that", "it", "this", "then", "sending", "sending it"):
        return last_outward(one)
    return meant(low, one) or (last_outward(one) if low.startswith("sending") else None)


def last_outward(one: Opened) -> At | None:
    """The last step that leads outside: what `it` is in `before that`."""
    places = one.all()
    outward = [(steps, n) for steps, n in places if steps[n]["kind"] in OUTWARD]
    return outward[-1] if outward else places[-1] if places else None


def first_outward(one: Opened) -> At | None:
    places = one.all()
    return next(((steps, n) for steps, n in places if steps[n]["kind"] in OUTWARD), places[0] if places else None)


def end(one: Opened) -> At:
    """After the last message, in the list that it is in; else at the very end."""
    places = [(steps, n) for steps, n in one.all() if steps[n]["kind"] in MESSAGES]
    if places:
        steps, n = places[-1]
        return steps, n + 1
    return one.steps, len(one.steps)
