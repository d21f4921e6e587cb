"""What a chat asks for: which words are the instruction, and which are the text to read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

TEXT_CHARACTERS_MAX = 400_000
LABELS_MAX = 60
ASK_CHARACTERS_MAX = 400

_FENCE = re.compile(
    r"\"\"\"|```(?:\w+\n)?|<(?P<tag>text|message|document|email|input|content|ticket|review|article|row|record)(?:\s[^<>]{0,200})?>",
    re.I,
)
FENCES_MAX = 20
"""Openings of a quotation that are tried."""
_LEADING = re.compile(r"\A(?P<ask>[^\n]{3,400}?)(?:(?P<colon>:)[ \t]*\n|:[ \t]+(?=[\"“A-Z\d])|\n[ \t]*\n)(?P<text>.+)\Z", re.S)
_ASKS = re.compile(r"\b(?:summari[sz]e|summary|classif|categor|sentiment|extract|keywords?|key ?phrases|tags?|language|what|which|who|when|find|list|label|sort|urgen|positive|tl;?dr|shorten|main points|write|draft|reply|translate|compose)\w*", re.I)  # fmt: skip
_BEGINS = re.compile(
    r"\W*(?:please |kindly |now |can you |could you |would you )*(?:summari|classif|categor|extract|find|list|label|sort|tell|give|pull|identify|detect|write|draft|"
    r"reply|translate|compose|choose|pick|assign|shorten|read|answer|what|which|who|when|is (?:it|this|that|the)|how|rate|decide)",
    re.I,
)
_ONE_OF = re.compile(r"\b(?:into|as|in|between|one of|from|labels?|categories|options|classes)\b(?:\s+(?:one|exactly one|either|the following|these|labels?|categories|classes|topics|of))*\s*[:(]?\s*(?P<labels>[^.\n?]{3,600})", re.I)  # fmt: skip
_LABEL_LINE = re.compile(r"^[ \t]*[-*•][ \t]*[\"'`]?(?P<label>[^\"'`:\n]{1,60}?)[\"'`]?[ \t]*(?:(?::|=|–|—|\s-\s)[ \t]*(?P<said>[^\n]{1,300}))?$", re.M)  # fmt: skip
_FIELDS = re.compile(r"\b(?:extract|find|list|give me|pull out|read|what(?: is| are|'s))\b\s*(?:the|all|me|following|fields?|values?|:|\s)*(?P<fields>[^.\n?]{2,400})", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """`pictures` says that there are some, which nobody here can see."""

    instruction: str
    text: str
    pictures: bool = False


def request_of(messages: Sequence[Mapping[str, Any]]) -> Request:
    """The instruction is what the system says, and the part of the last user message that asks; the rest is the text."""
    said = [(str(m.get("role", "user")), _text(m.get("content"))) for m in messages]
    pictures = any(_has_pictures(m.get("content")) for m in messages)
    system = "\n".join(text for role, text in said if role in ("system", "developer"))
    users = [text for role, text in said if role == "user" and text.strip()]
    last = users[-1][:TEXT_CHARACTERS_MAX] if users else ""
    ask, text = _split(last)
    if ask and not text:
        text = "\n\n".join(users[:-1])[-TEXT_CHARACTERS_MAX:]
    if not text and system:
        ask, text = "", last
    if ask == last and not users[:-1] and system:
        ask, text = "", last
    return Request("\n".join(part for part in (system, ask) if part.strip()), text.strip(), pictures)


def _split(message: str) -> tuple[str, str]:
    """One message in what it asks and what it gives. All of it is text when nothing in it asks."""
    if fenced := _fenced(message):
        return fenced
    paragraphs = re.split(r"\n[ \t]*\n", message.strip())
    if len(paragraphs) > 1 and len(paragraphs[-1]) < ASK_CHARACTERS_MAX and _BEGINS.match(paragraphs[-1]):
        return paragraphs[-1], "\n\n".join(paragraphs[:-1])
    leading = _LEADING.match(message)
    if (
        leading
        and _ASKS.search(leading["ask"])
        and (_BEGINS.match(leading["ask"]) or leading["ask"].endswith("?") or leading["colon"])
    ):
        return _with_label_lines(leading["ask"], leading["text"])
    if len(message) < 300 and len(paragraphs) == 1 and _ASKS.match(message.strip()):
        return message, ""
    return "", message


def _fenced(message: str) -> tuple[str, str] | None:
    """What stands around a text in quotes, fences or tags, and the text."""
    for opening in islice(_FENCE.finditer(message), FENCES_MAX):
        closing = f"</{opening['tag']}>" if opening["tag"] else opening[0][:3]
        end = message.find(closing, opening.end() + 1)
        if end > 0:
            around = message[: opening.start()] + " " + message[end + len(closing) :]
            return around.strip(), message[opening.end() : end].strip()
    return None


def _with_label_lines(ask: str, text: str) -> tuple[str, str]:
    """A list of labels directly under the question belongs to it, when more follows."""
    blocks = re.split(r"\n[ \t]*\n", text, maxsplit=1)
    if len(blocks) == 2 and all(_LABEL_LINE.match(line) for line in blocks[0].splitlines() if line.strip()):
        return f"{ask}:\n{blocks[0]}", blocks[1]
    return ask, text


def labels_in(instruction: str) -> list[tuple[str, str]]:
    """Labels and what is said of them: a list with dashes, or `into billing, delivery or other`."""
    lines = [(m["label"].strip(), (m["said"] or "").strip()) for m in _LABEL_LINE.finditer(instruction)]
    if len(lines) > 1:
        return lines[:LABELS_MAX]
    for found in _ONE_OF.finditer(instruction):
        parts = [p.strip(" \"'`()[]") for p in re.split(r",|;|/|\||\bor\b|\band\b", found["labels"])]
        parts = [re.sub(r"^(?:an?|the|either)\s+", "", p) for p in parts if p]
        if len(parts) > 1 and all(len(p.split()) <= 4 for p in parts):
            return [(p, "") for p in dict.fromkeys(parts)][:LABELS_MAX]
    return []


def fields_in(instruction: str) -> list[str]:
    """The names of the fields that are asked for: `extract the name, phone and due date`."""
    found = _FIELDS.search(instruction)
    if not found:
        return []
    parts = [
        re.sub(r"\b(?:from|in|of) (?:the|this|following|that|it)\b.*$", "", p).strip(" \"'`:")
        for p in re.split(r",|;|\band\b|&", found["fields"])
    ]
    parts = [re.sub(r"^(?:the|an?|any|its|their|all)\s+", "", p) for p in parts]
    return [p for p in dict.fromkeys(parts) if 0 < len(p.split()) <= 4]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            str(p.get("text", ""))
            for p in content
            if isinstance(p, Mapping) and p.get("type") in ("text", "input_text", "output_text")
        )
    return ""


def _has_pictures(content: Any) -> bool:
    return isinstance(content, list) and any(isinstance(p, Mapping) and "image" in str(p.get("type", "")) for p in content)
