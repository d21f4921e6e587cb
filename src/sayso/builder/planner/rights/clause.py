"""One clause about rights with what was said before it, and what its ways of reading share."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sayso.builder.planner.rights.people import people_of
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, Deed, Statement, Who
from sayso.builder.planner.rights.words import MAY, NOT, ONLY, VERB

VERBS = rf"(?:{VERB})(?:\s*(?:,|/|and|or|nor|&)\s*(?:{VERB}))*"
ACCESS = r"(?P<adj>read[- ]?only|read|view(?:ing)?|full|complete|write|edit(?:ing)?|no|unrestricted)[- ]*(?:only\s+)?(?:access|rights?|permissions?)(?:\s+(?:to|on|for|in|over)\s+(?P<what>.+))?"
BUT = r"(?:but|except)(?:\s+(?:for|to|from|by))?"
STATES = r"read[- ]?only|visible|invisible|hidden|private|editable|available|accessible|open|shown|off[- ]limits|" + VERB
PASSIVE = r"(?:is|are|be|stays?|remains?|(?:can|may|should|must|shall)(?:\s+(?:only|not|never))?\s+be)"
PREDICATE = re.compile(
    rf"(?P<pre>{ONLY}\s+)?(?:(?P<not>{NOT})|(?P<may>{MAY}))?\s*(?:also\s+|still\s+|even\s+)?(?P<just>{ONLY}\s+)?(?:get\s+to\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
OWNISH = re.compile(r"\b(?:their\s+own|assigned\s+to|where\s+they|they\s+(?:are|lead|own|handle|created?)|theirs)\b")
NOT_ABOUT_PEOPLE = re.compile(
    r"^(?:(?:i|we)\s+(?!do\s+not\s+want|want)|(?:if|when|whenever|once|after|before|until|unless|since|because|as\s+soon)\b)"
)


@dataclass
class Speech:
    """What was said so far, for a clause that goes on."""

    who: tuple[Who, ...] = ()
    deeds: tuple[Deed, ...] = ("see",)
    what: str = ""
    may: bool = True
    just: bool = False
    strong: bool = True
    sentence: int = -1


@dataclass(frozen=True)
class Clause:
    text: str
    span: tuple[int, int]
    words: str
    before: Speech
    same_sentence: bool

    @property
    def here(self) -> str:
        """What the sentence was about so far."""
        return self.before.what if self.same_sentence else ""

    def said(self, who: tuple[Who, ...], deeds: tuple[Deed, ...], what: str, **how: bool) -> Statement:
        return Statement(who, deeds, what.strip(" ,:"), self.span, self.words, about=self.before.what, **how)


Way = Callable[[Clause], list[Statement]]


def exempted(words: str) -> tuple[str, tuple[Who, ...]]:
    """`everyone but managers`: those, and who is not meant. `everyone who is not in purchasing` likewise."""
    m = re.match(
        rf"^(?P<a>(?:everyone|anyone|all|nobody|no\s+\w+)(?:\s+else)?)\s*(?:,\s*)?(?:{BUT}|(?:who|that)\s+(?:is|are)\s+not\s+(?:in|part\s+of|one\s+of)|outside(?:\s+of)?|not\s+in)\s+(?P<b>.+)$",
        words.strip(),
    )
    if m is None:
        return words, ()
    if re.match(r"^(?:these|those|the|them)\b.*(?:groups|roles|teams|people|two|three)?$", m["b"]) and re.search(
        r"\b(?:groups|roles|teams|people|two|three|them)$", m["b"]
    ):
        return "everyone else", ()
    exempt = people_of(m["b"])
    return (m["a"], exempt) if exempt else (words, ())


def barred(clause: Clause, people: str, deeds: tuple[Deed, ...], what: str, **how: bool) -> list[Statement]:
    """Those who may not; `everyone but managers` says that managers may, and nobody else."""
    those, exempt = exempted(people)
    if exempt:
        return [clause.said(exempt, deeds, what, only=True, **{k: v for k, v in how.items() if k != "looks"})]
    who = people_of(those)
    return [clause.said(who, deeds, what, may=False, **how)] if who else []


def of_access(clause: Clause, who: tuple[Who, ...], adjective: str, what: str) -> list[Statement]:
    match adjective.split()[0].split("-")[0].rstrip("ing"):
        case "no":
            return [clause.said(who, ("see",), what, may=False)]
        case "full" | "complete" | "unrestricted":
            return [clause.said(who, DEEDS_OF_ALL, what)]
        case "write" | "edit" | "writ":
            return [clause.said(who, ("edit",), what)]
        case _:
            return [clause.said(who, ("see",), what, looks=True)]


def is_just(what: str) -> bool:
    return (
        re.match(rf"^\s*{ONLY}\b", what) is not None or re.search(r"\s(?:only|nothing\s+else|nothing\s+more)$", what) is not None
    )


def tells(what: str, deeds: tuple[Deed, ...]) -> bool:
    """Whether an object says that this is about rights: whose rows, or all of them."""
    return bool(
        OWNISH.search(what)
        or re.search(r"\b(?:their|his|her|its|assigned|everything|all)\b", what)
        or deeds[:1] in (("export",), ("comment",), ("delete",))
    )


def those_of(words: str, clause: Clause) -> tuple[Who, ...]:
    """The people of a subject; a pronoun stands for those of the clause before."""
    words = words.strip()
    if re.fullmatch(r"(?:they|he|she|who|those|these\s+people|it)", words):
        return clause.before.who
    those, exempt = exempted(words)
    return exempt or people_of(those)
