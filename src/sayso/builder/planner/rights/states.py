"""What is said of things: `… is read-only for …`, `… is visible to …`, `managers: everything`, `no exports for …`."""

import re

from sayso.builder.planner.inflect import singular
from sayso.builder.planner.rights.clause import (
    BUT,
    NOT_ABOUT_PEOPLE,
    PASSIVE,
    PREDICATE,
    STATES,
    Clause,
    exempted,
    is_just,
)
from sayso.builder.planner.rights.people import people_of
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, EVERYONE, OTHERS, Deed, Statement
from sayso.builder.planner.rights.words import ALL, MAY, NOT, ONLY, VERB, deeds_of, lists

_STATE = re.compile(
    rf"^(?:make\s+|set\s+)?(?P<what>.+?)\s+(?:{PASSIVE}\s+)?(?P<adv>only\s+|not\s+|never\s+|just\s+)*(?:be\s+)?(?P<state>{STATES})(?:\s+only)?\s+(?:to|for|from|by)\s+(?P<only>only\s+)?(?P<who>.+?)(?P<only2>\s+only|\s+alone)?$"
)
_FOR = re.compile(
    r"^(?P<what>.+?)\s*(?:\b(?:is|are)\s+(?P<only>only\s+)?(?:for|up\s+to)|:|->|=>|→|←|<-)\s*(?:for\s+)?(?P<who>.+?)(?P<only2>\s+only)?$"
)
_NO = re.compile(
    rf"^no\s+(?P<what>[\w ]*?)(?P<verb>exports?|exporting|delet\w+|edit\w*|comments?|downloads?|access|changes)\b\s*,?\s*(?P<how>for|from|by|{BUT})\s+(?P<who>.+)$"
)
_LOOKS_FOR = re.compile(r"^read[- ]only(?:\s+access)?\s+for\s+(?P<who>.+)$")
_STAYS = re.compile(r"^(?P<what>.+?)\s+(?:stays?|remains?|is|are)\s+(?P<state>hidden|invisible|private|read[- ]only)$")


_BE = re.compile(r"\b(?:is|are|be|stays?|remains?|being)\s+(?:only\s+|not\s+|never\s+|just\s+)*$")


def state(clause: Clause) -> list[Statement]:
    m = _STATE.match(clause.text)
    if m is None or re.search(rf"\b(?:{MAY}|{NOT})$", m["what"]):
        return []
    if (
        re.fullmatch(VERB, m["state"])
        and not re.fullmatch(r"visible|accessible|editable|viewable|readable", m["state"])
        and not _BE.search(clause.text[: m.start("state")])
    ):
        return []
    those, exempt = exempted(m["who"])
    who = exempt or people_of(those)
    state = m["state"]
    negated = re.search(r"\b(?:not|never)\b", clause.text[: m.start("state")]) is not None
    only = bool(m["only"] or m["only2"] or m["adv"] or re.search(rf"\b{ONLY}\b", clause.text[: m.start("state")]))
    if not who:
        return []
    if re.match(r"read", state) and not re.match(r"read$|reading|reads", state):
        return (
            [clause.said(exempt, ("edit",), m["what"], only=True)]
            if exempt
            else [clause.said(who, ("edit",), m["what"], may=False, looks=True)]
        )
    if state in ("invisible", "hidden", "private", "off-limits", "off limits"):
        if state == "private" and not exempt and re.search(r"\bprivate\s+to\b", clause.text):
            return [clause.said(who, ("see",), m["what"], only=True)]
        return (
            [clause.said(exempt, ("see",), m["what"], only=True)]
            if exempt
            else [clause.said(who, ("see",), m["what"], may=False)]
        )
    deeds: tuple[Deed, ...] = (
        ("see",) if state in ("available", "open", "shown") else ("edit",) if state == "editable" else deeds_of(state)
    )
    if exempt and not negated:
        return [clause.said(exempt, deeds, m["what"], may=False), clause.said((OTHERS,), deeds, m["what"])]
    if exempt:
        return [clause.said(exempt, deeds, m["what"], only=True)]
    if negated and not only:
        return [clause.said(who, deeds, m["what"], may=False)]
    by = re.fullmatch(VERB, state) is not None and state not in ("visible", "accessible", "readable", "viewable", "editable")
    if by and (
        not re.search(rf"\bby\s+(?:only\s+)?{re.escape(m['who'])}", clause.text)
        or not (only or re.search(rf"\b(?:{MAY})\s+(?:only\s+)?be\b", clause.text))
    ):
        return []
    return [clause.said(who, deeds or ("see",), m["what"], only=only, strong=only or who != (EVERYONE,))]


def for_whom(clause: Clause) -> list[Statement]:
    """`diagnosis: doctors only`, `deleting is for team leads only`; and the other way round: `finance only: invoices`."""
    m = _FOR.match(clause.text)
    if m is None:
        return []
    turned = re.match(r"^(?P<who>.+?)\s+only$", m["what"])
    if turned and (who := people_of(turned["who"])):
        return [clause.said(who, ("see",), m["who"], only=True)]
    only = bool(m["only"] or m["only2"] or re.match(r"only\s", m["who"]))
    who = people_of(re.sub(r"^only\s+", "", m["who"]))
    if only and who:
        deed = deeds_of(m["what"].split()[0])
        gerund = deed and re.match(r"\w+(?:ing|ion)\b", m["what"])
        return [
            clause.said(who, deed if gerund else ("see",), " ".join(m["what"].split()[1:]) if gerund else m["what"], only=True)
        ]
    return _headed(clause)


_HEADED = re.compile(r"^(?P<who>[^:]{2,60}?)\s*(?::|->|=>|→)\s*(?P<rest>.+)$")


_NOUN_TOO = re.compile(
    r"(?:access|book|change|comment|control|fix|file|log|look|make|mark|move|rate|read|record|register|report|request|run|search|set|view)s?"
)
"""Verbs that are also what a row has: `cars: make, model`, `loans: set, group`."""
_SAYS_WHICH = frozenset("a all any every his her its no not only own read-only the their these this".split())
_OF_A_THING = re.compile(rf"^(?:{VERB})\s+(?:it|them|this)\b")


def _names_things(rest: str) -> bool:
    """Whether behind a colon or an arrow stands what something has, is to be called, or what to do with it, rather than what somebody may do."""
    if _OF_A_THING.match(rest) and deeds_of(rest.split()[0]) != ("see",):
        return True
    items = [item.split() for item in lists(rest)]
    if len(items) == 1 and rest.endswith("ing") and re.fullmatch(VERB, rest):
        return True
    if len(items) < 2 or not _NOUN_TOO.fullmatch(items[0][0]):
        return False
    if len(items[0]) > 1:
        noun = items[0][1]
        looks = items[0][0].startswith(("view", "read", "look"))
        return len(items[0]) == 2 and not looks and noun not in _SAYS_WHICH and singular(noun) == noun
    follows = next((item for item in items if not (len(item) == 1 and deeds_of(item[0]))), None)
    return follows is not None and not re.match(rf"(?:{VERB}|{NOT}|{MAY}|{ONLY})\b", " ".join(follows))


def _headed(clause: Clause) -> list[Statement]:
    """`project leads: everything`, `interns: look but do not touch`, `freelancers: only their own tasks`."""
    m = _HEADED.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    rest = m["rest"]
    if _names_things(rest):
        return []
    if re.match(rf"^(?:{NOT}|{MAY}|{ONLY}\s+(?:{VERB})|(?:{VERB}))\b", rest):
        said = PREDICATE.match(rest)
        if said is None:
            return []
        done, denied = deeds_of(said["verb"]), bool(said["not"])
        return [
            clause.said(
                who,
                done,
                said["what"],
                may=not denied,
                just=not denied and is_just(said["what"]),
                looks=done == ("see",) and not denied,
            )
        ]
    telling = re.match(rf"^(?:{ALL}|nothing|{ONLY}\b|read[- ]only|no\s+access|their\s+own\b)", rest) or who[0].kind != "role"
    if not telling or NOT_ABOUT_PEOPLE.match(rest):
        return []
    if re.match(r"^(?:nothing|no\s+access)", rest):
        return [clause.said(who, ("see",), "everything", may=False)]
    if re.match(r"^read[- ]only", rest):
        return [clause.said(who, ("see",), "everything", looks=True)]
    deeds: tuple[Deed, ...] = DEEDS_OF_ALL if re.match(rf"^{ALL}", rest) else ("see",)
    return [clause.said(who, deeds, re.sub(rf"^{ONLY}\s+", "", rest), just=is_just(rest))]


def no_deeds(clause: Clause) -> list[Statement]:
    m = _NO.match(clause.text)
    if m is None:
        return []
    deeds = deeds_of(m["verb"].removesuffix("s")) or deeds_of(m["verb"]) or (("edit",) if m["verb"] == "changes" else ("see",))
    who = people_of(m["who"])
    if not who:
        return []
    return [
        clause.said(who, deeds, m["what"], only=True)
        if re.match(BUT, m["how"])
        else clause.said(who, deeds, m["what"], may=False)
    ]


def looks_for(clause: Clause) -> list[Statement]:
    m = _LOOKS_FOR.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), "everything", looks=True)] if who else []


def stays(clause: Clause) -> list[Statement]:
    m = _STAYS.match(clause.text)
    if m is None or not clause.before.who or not clause.same_sentence:
        return []
    deeds: tuple[Deed, ...] = ("edit",) if m["state"].startswith("read") else ("see",)
    return [clause.said(clause.before.who, deeds, m["what"], may=False)]
