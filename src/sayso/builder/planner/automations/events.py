"""The words of an event: whether a row comes into being, and where the condition ends and the action begins."""

import re

CREATED = re.compile(
    r"\b(?:(?:is|are|gets?|was|were|has\s+been|have\s+been)\s+(?:newly\s+)?(?:added|created|submitted|logged|entered|received|placed|registered|reported|booked|opened|filed|uploaded|posted|recorded|made|requested)|comes?\s+in|arrives?|joins?|signs?\s+up|registers?|submits?|requests?|(?:we|i)\s+(?:get|receive|have)\s+(?:an?|new)|"
    r"new\s+[\w-]+(?:\s+[\w-]+)?(?=\s*(?:,|$|comes|arrives|is|lands|appears|gets|shows|:|>))|(?:someone|somebody|anyone|people|a\s+\w+|customers?|clients?|tenants?|guests?|parents?|users?|they|staff|employees?|visitors?)\s+(?:fills?\s+(?:in|out)|submits?|adds?|books?|sends?\s+(?:in)?|reports?|requests?|orders?|applies|places?|logs?|creates?|completes?\s+the|uploads?|registers?|signs?\s+up|joins?)|creating|adding)\b"
)


def is_created(words: str) -> bool:
    """Whether some words tell that a row comes into being: `a new order comes in`."""
    return bool(CREATED.search(words))


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
