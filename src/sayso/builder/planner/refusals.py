"""What the planner does not build, said kindly, and the question it asks when a wish names nothing to keep."""

import re

from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.marks.mark import Heard
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Note, Plan
from sayso.spec.app import App
from sayso.spec.change import Change

_INJECTED = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|your\s+|the\s+|my\s+|these\s+|previous\s+|prior\s+|earlier\s+)*(?:previous\s+|prior\s+|earlier\s+|system\s+)?(?:rules|instructions|prompts?|guidelines|directions)\b|"
    r"\b(?:system\s+prompt|developer\s+mode|jailbreak|you\s+are\s+now\s+(?:a|an|in)\b)|\bdrop\s+(?:all\s+|the\s+)?tables?\b|\bdrop\s+database\b|\bdelete\s+from\s+\w+|\btruncate\s+(?:table\s+)?\w+\b|;\s*--|\bunion\s+select\b|\bor\s+1\s*=\s*1\b|\brm\s+-rf\b|\breveal\s+(?:your|the)\s+(?:prompt|instructions|secrets?|passwords?|keys?)",
    re.I,
)
_HARM = re.compile(
    r"\b(?:hack(?:s|ing)?\s+(?:into|other|the|my|someone|a|accounts?|websites?)|steal(?:s|ing)?\s+(?:passwords?|data|credit|identit|cards?)|phish(?:ing)?|ransomware|malware|keylogger|ddos|stalk(?:s|ing)?\s+(?:my|a|an|the|her|him)|spy\s+on|launder(?:ing)?\s+money|make\s+a\s+bomb|counterfeit|child\s+porn)\b",
    re.I,
)
_OTHER_SOFTWARE = re.compile(
    r"\b(?:trading\s+bot|trades?\s+(?:bitcoin|crypto|stocks|forex|shares)\b|smart\s+contracts?|(?:video|mobile|3d|multiplayer)\s+game\b|operating\s+system|browser\s+extension|train\s+(?:a|an|my)\s+(?:model|neural)|self-?driving|search\s+engine|deepfakes?|mine\s+(?:bitcoin|crypto))\b",
    re.I,
)
_KEEPS = re.compile(r"\b(?:track|keep|list|log|record|manage|table|fields?|customers?|orders?|register)\b", re.I)
READY = (
    "Clients, contacts and deals",
    "Projects and tasks",
    "Orders, products and customers",
    "Requests with a form and a board",
)


def injected(text: str) -> list[tuple[int, int]]:
    """Where a wish tries to command the planner rather than describe an app."""
    return [m.span() for m in _INJECTED.finditer(text)]


def refusal_for(text: str) -> str:
    """Why nothing of this is built, in kind words; empty when it may be."""
    if _HARM.search(text):
        return "I cannot help with something that harms people. If you keep track of something else, describe it and I will build it."
    if _OTHER_SOFTWARE.search(text) and (
        not _KEEPS.search(text) or re.search(r"(?i)\bno\s+(?:need\s+(?:for\s+|4\s+)?)?tables\b", text)
    ):
        return (
            "Sayso builds apps with tables, views, forms and automations for a team. It does not write other software or trade for you. "
            "I can build a place to keep the records around it: tell me what you would like to keep track of."
        )
    return ""


def question_for(empty: App, text: Text, clauses: list[Clause]) -> Plan:
    """Asks what the app should keep, with ready answers; every clause of the wish is listed as not understood."""
    notes = [Note("question", "", "What should the app keep track of?", None, READY)]
    notes += [Note("not_understood", "", c.raw.strip(), text.span(c.start, c.end)) for c in clauses]
    words = text.text.strip()
    if not words:
        message = "Tell me what you need, in your own words: what you keep track of, and what should happen with it."
    elif not re.search(r"[A-Za-z]{3}", words):
        message = (
            "I could not read that. Tell me in plain English what you keep track of, for example: clients with their orders."
        )
    elif not words.isascii() and sum(c.isascii() and c.isalpha() for c in words) * 2 < sum(c.isalpha() for c in words):
        message = "The built-in planner reads English. Please say it in English, or connect a model that reads your language."
    else:
        message = "I did not find what this app should keep track of. Name one or two things, such as clients and their orders."
    return Plan(empty, Change(title="Nothing to build yet", steps=()), tuple(notes), "question", message)


EXPECTED_MIN = 0.6
"""How sure the tagger must be that nothing is to be planned."""
SAID_MIN = 0.6
"""A mark that is surer than this says something to build, whatever else the wish is."""
NOT_OURS = "That is nothing that an app of tables, views and rules can do. Tell me what you keep track of, and I will plan an app for it."


def asks(heard: Heard) -> bool:
    """Whether the wish is too vague to plan: the tagger takes it for a question and heard no table or field that it is sure of."""
    return heard.expected().get("question", 0.0) >= EXPECTED_MIN and not _says(heard)


def refusal_of(heard: Heard) -> str:
    """The kind answer to what no app builder does; empty when there is something to plan."""
    return NOT_OURS if heard.expected().get("refusal", 0.0) >= EXPECTED_MIN and not _says(heard) else ""


def _says(heard: Heard) -> bool:
    return any(f.tag in "TFLX" and f.sure >= SAID_MIN for f in heard.found)
