"""An automation and some words about it: the automation as the words want it, or None."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sayso.builder.planner.automations.edits import steps, timing
from sayso.builder.planner.automations.edits.opened import Opened, opened
from sayso.builder.planner.automations.whole.pieces import masked
from sayso.spec.app import App
from sayso.spec.automation import Automation
from sayso.spec.part import NAME_CHARACTERS_MAX

_SPEAKS = re.compile(
    r"^(?:(?:and|please|now|then|ok|okay|can\s+you|could\s+you)\s*,?\s+)*(?:also\s+(?:post|send|e-?mail|notify|tell|slack|message|ping|create|add\s+an?\s+approval|call|let|wait|attach)\b|(?:post|send|e-?mail|notify|tell|message|slack)\b.*\b(?:too|as\s+well|instead)\b|instead\s+(?:e-?mail|post|send|notify|tell|of\s+(?:the\s+)?(?:e-?mail|slack))|"
    r"(?:remove|drop|delete|skip)\s+(?:the\s+)?(?:slack|teams|discord|telegram|e-?mail|approval|wait|chart|notification|webhook|last|first|second|third|csv|pdf)\s+(?:step|message|one|part)|(?:switch|turn)\s+(?:it|that|this|the\s+automation)\s+(?:on|off)$|wait\s+.*\b(?:before|after)\b|add\s+an?\s+(?:approval|wait|delay)\b|"
    r"(?:run|do)\s+(?:it|that|this)\s+(?:at|on|every|each|only|when|instead)\b|only\s+(?:if|when|for)\b|attach\s+an?\b|use\s+(?:teams|slack|discord|telegram|e-?mail)\s+instead|(?:it\s+)?needs?\s+(?:an?\s+)?approval)"
)
"""Words that speak of an automation, though no automation was opened to say them."""


def speaks_of_one(words: str) -> bool:
    low = masked(words.strip())
    return bool(_SPEAKS.match(low)) and not re.search(r"^(?:when|every|each)\b|,\s*(?:when|every)\b", low)


_THERE = re.compile(r"\b(?:before|after)\s+(?:that|it)\s*$", re.I)
"""Where a part of the words goes, which is not where the part before it goes."""
_LEAD = re.compile(
    r"^(?:(?:and|also|then|please|can\s+you|could\s+you|i\s+want\s+(?:you\s+)?to|i'd\s+like\s+(?:you\s+)?to|we\s+want\s+to|let's|now|next|just|oh|ok|okay|so|but|actually|no)\s*,?\s+)+",
    re.I,
)
_CALL = re.compile(r"^(?:call|rename|name)\s+(?:it|this|that|(?:the|this)\s+automation)\s+(?:to\s+|into\s+)?(?P<x>.+)$")
_SPLIT = re.compile(
    r"(?:\s*;\s*|\.\s+|\s*,\s*(?:and\s+|then\s+|but\s+)+|\s+and\s+(?:then\s+)?)(?=(?:also|instead|remove|drop|only\s+(?:if|when|for)|wait|switch|turn|run\s+it|rename|call\s+it|change|add\s+an?|ask|attach|post|e-?mail|notify|send|stop|make\s+it|make\s+the)\b)"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """`assumed` and `left` are told beside the plan."""

    value: Automation
    assumed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def changed(rule: Automation, words: str, app: App) -> Changed | None:
    """None when the words say nothing that could be done with it."""
    one = opened(rule, app)
    parts = _parts(words)
    done = not (len(parts) > 1 and _THERE.search(parts[-1])) and _apply(words, one)
    if not done:
        one = opened(rule, app)
        left: list[str] = []
        for part in parts:
            if _apply(part, one):
                done = True
            else:
                left.append(part)
        one.about.left += left
    if not done:
        return None
    try:
        value = Automation.model_validate(one.value)
    except ValueError:
        return None
    return Changed(value, tuple(dict.fromkeys(one.about.assumed)), tuple(dict.fromkeys(one.about.left)))


def _parts(words: str) -> list[str]:
    low, cuts = masked(words), [0]
    for m in _SPLIT.finditer(low):
        cuts += [m.start(), m.end()]
    cuts.append(len(words))
    return [p for n in range(0, len(cuts) - 1, 2) if (p := words[cuts[n] : cuts[n + 1]].strip(" ,.;"))]


def _apply(words: str, one: Opened) -> bool:
    raw = words.strip(" \n.!")
    raw = raw[m.end() :] if (m := _LEAD.match(raw)) and not re.match(r"(?i)(?:also|then|please|and)\s*$", raw) else raw
    raw = re.sub(r"(?i)[\s,]+(?:please|thanks|cheers)$", "", raw)
    low = raw.lower() if len(raw.lower()) == len(raw) else raw
    if not low or len(low) > WORDS_CHARACTERS_MAX:
        return False
    return any(change(low, raw, one) for change in _CHANGES)


WORDS_CHARACTERS_MAX = 2_000


def _renamed(text: str, raw: str, one: Opened) -> bool:
    m = _CALL.match(text)
    if m is None:
        return False
    name = re.sub(r"[{}]", "", raw[m.start("x") :]).strip(" \"“”'")
    if not name:
        return False
    one.value["name"] = name[:NAME_CHARACTERS_MAX]
    return True


_CHANGES: tuple[Callable[[str, str, Opened], bool], ...] = (
    timing.switched, _renamed, timing.started, timing.timed, steps.limited, steps.waits, steps.approved, steps.removed, steps.reworded, steps.replaced, steps.copied, steps.added,
)  # fmt: skip
