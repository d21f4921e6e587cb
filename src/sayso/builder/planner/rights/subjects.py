"""What is said of people: `… may only …`, `only … can …`, `… has full access`, and of whom a clause goes on."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sayso.builder.planner.rights.clause import (
    ACCESS,
    BUT,
    OWNISH,
    PREDICATE,
    VERBS,
    Clause,
    barred,
    exempted,
    is_just,
    of_access,
    tells,
    those_of,
)
from sayso.builder.planner.rights.people import people_of
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, NOBODY, OTHERS, Deed, Statement
from sayso.builder.planner.rights.words import ALL, MAY, NOT, ONLY, deeds_of

SUBJECT_WORDS_MAX = 9

_ONLY_WHO = re.compile(
    rf"^(?:(?P<only>only|solely|just)|nobody\s+(?:else\s+)?{BUT})\s+(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
_HAVE = re.compile(rf"^(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?:have|has|get|gets|with|receive)\s+(?P<only>only\s+)?{ACCESS}$")
_ONLY_ONES = re.compile(
    rf"^(?P<who>.+?)\s+(?:is|are)\s+the\s+only\s+(?:one|ones|people|person|team|group|role)s?\s+(?:who\s+|that\s+|allowed\s+to\s+|to\s+)?(?:(?:{MAY})\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
_LIMITED = re.compile(
    r"^(?P<who>.+?)\s+(?:is|are)\s+(?:limited|restricted|confined)\s+to\s+(?:seeing\s+|viewing\s+)?(?P<what>.+)$"
)
_LOSE = re.compile(r"^(?P<who>.+?)\s+(?:lose|loses)\s+(?:the\s+)?(?:access|right|rights)(?:\s+(?:to|on)\s+(?P<what>.+))?$")
_DOES_ALL = re.compile(
    rf"^(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?:(?:do|does|has|have|see|sees|edit|edits|see\s+and\s+\w+|manage|manages)\s+)(?P<all>{ALL})(?P<of>.*)$"
)
_LOOKS = re.compile(r"^(?P<who>.+?)\s+(?:is|are|be|should\s+be|must\s+be|stay|stays|only\s+get|gets?)?\s*read[- ]only$")
_GETS = re.compile(r"^(?P<who>.+?)\s+(?:gets?|needs?)\s+(?P<just>only\s+)?(?P<what>.+)$")
_SENT = re.compile(
    r"\b(?:e-?mails?|mails?|letters?|texts?|messages?|notices?|notifications?|notified|sms|pings?|reminders?|calls?)\b"
)
_OUT = re.compile(
    r"^(?P<who>(?:nobody|everyone|all|the\s+rest|others?|no\s+other).*?)\s+(?:(?:do|can|must|may)\s+not\s+)?(?:gets?\s+(?:in|access)|has\s+access|have\s+access|log\s+in)$"
)


def only_who(clause: Clause) -> list[Statement]:
    m = _ONLY_WHO.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, deeds_of(m["verb"]), m["what"] or clause.here, only=True)] if m and who else []


def logs_in(clause: Clause) -> list[Statement]:
    m = re.match(rf"^(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?:log|sign)s?\s+in\b(?:\s+as\s+guests?)?$", clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), "", strong=False)] if who and who[0].kind == "role" else []


def subject(clause: Clause) -> list[Statement]:
    for people, m in _subjects(clause.text):
        if m["not"] and re.search(r"\bbe$", m["not"]) and re.fullmatch(r"\w+ed|\w+en", m["verb"]):
            return [] if m["what"].strip() else [clause.said((NOBODY,), deeds_of(m["verb"]), people, may=False)]
        who = those_of(people, clause)
        if not who:
            continue
        deeds = deeds_of(m["verb"])
        those, exempt = exempted(people.strip())
        if exempt:
            nobody = those.startswith("nobody") or bool(m["not"])
            return [clause.said(exempt, deeds, m["what"], only=nobody, may=nobody)]
        nobody = who == (NOBODY,) or re.match(r"^(?:nobody|no)\b", people) is not None
        denied = bool(m["not"]) or nobody
        spoken = (
            bool(m["may"] or m["not"] or m["just"] or m["pre"])
            or OWNISH.search(m["what"]) is not None
            or (
                bool(m["what"].strip() or not m["verb"].startswith("view"))
                and re.fullmatch(r".*\b(?:sees?|reads?|edits?|views?|exports?|manages?|approves?|handles?)", m["verb"])
                is not None
            )
        )
        if not spoken:
            continue
        narrowed = bool(m["just"] or m["pre"])
        telling = denied or narrowed or is_just(m["what"]) or who[0].kind != "role" or tells(m["what"], deeds)
        return [
            clause.said(
                who, deeds, m["what"], may=not denied, just=not denied and (narrowed or is_just(m["what"])), strong=telling,
                looks=narrowed and deeds == ("see",),
            )
        ]  # fmt: skip
    return []


def _subjects(text: str) -> Iterator[tuple[str, "re.Match[str]"]]:
    """Every way to part a clause into somebody and a verb, shortest subject first."""
    ends = [m.end() for m in re.finditer(r"\S+\s+", text)][:SUBJECT_WORDS_MAX]
    yield from ((text[:end], m) for end in ends if (m := PREDICATE.match(text, end)) is not None)


def limited(clause: Clause) -> list[Statement]:
    for pattern in (_ONLY_ONES, _LIMITED):
        m = pattern.match(clause.text)
        who = those_of(m["who"], clause) if m else ()
        if m and who:
            sole = pattern is _ONLY_ONES
            return [clause.said(who, deeds_of(m["verb"]) if sole else ("see",), m["what"], only=sole, just=not sole)]
    return []


def have(clause: Clause) -> list[Statement]:
    for pattern in (_HAVE, _LOSE, _LOOKS):
        m = pattern.match(clause.text)
        if m is None:
            continue
        only = re.match(r"only\s+(?P<who>.+)$", m["who"])
        who = people_of(only["who"]) if only else those_of(m["who"], clause)
        if not who:
            continue
        if pattern is _LOSE:
            return [clause.said(who, ("see",), m["what"] or "everything", may=False)]
        if pattern is _LOOKS:
            return [clause.said(who, ("see",), "everything", looks=True)]
        made = of_access(clause, who, m["adj"], m["what"] or clause.here or "everything")
        return [replace(one, only=True) for one in made] if only else made
    return []


def does_all(clause: Clause) -> list[Statement]:
    m = _DOES_ALL.match(clause.text)
    if m is None or m["who"].startswith("nobody"):
        return []
    only = re.match(r"only\s+(?P<who>.+)$", m["who"])
    who = people_of(only["who"]) if only else those_of(m["who"], clause)
    who = who if who and not re.search(rf"\b(?:{NOT})", m["who"]) else ()
    if not who or re.search(r"\b(?:can|may|should)\s+not\b", clause.text[: m.start("all")]):
        return []
    sees = re.search(r"\bsees?\s+(?:everything|it\s+all|anything|all\s+of\s+it)$", clause.text[: m.end("all")]) is not None
    told: list[Statement] = [
        clause.said(who, ("see",) if sees and who[0].kind != "role" else DEEDS_OF_ALL, "everything", only=bool(only))
    ]
    if kept := re.search(rf"\bexcept\s+(?:(?P<verb>{VERBS})\b(?P<of>.*)|(?P<what>.+))$", m["of"]):
        deeds = deeds_of(kept["verb"]) if kept["verb"] else ("see",)
        told.append(clause.said(who, deeds, (kept["of"] if kept["verb"] else kept["what"]) or "everything", may=False))
    return told


def gets(clause: Clause) -> list[Statement]:
    if m := _OUT.match(clause.text):
        return barred(clause, m["who"].replace("nobody", "everyone"), ("see",), "everything") if exempted(m["who"])[1] else [
            clause.said((OTHERS,), ("see",), "everything", may=False)
        ]  # fmt: skip
    m = _GETS.match(clause.text)
    m = None if m and _SENT.search(m["what"]) else m
    who = those_of(m["who"], clause) if m else ()
    return (
        [clause.said(who, ("see",), m["what"], just=bool(m["just"]) or is_just(m["what"]), strong=who == (OTHERS,))]
        if m and who
        else []
    )


_WITHOUT = re.compile(r"^(?:without|not|never|neither|nor|except|no|minus)\s+(?:being\s+able\s+to\s+)?(?P<what>.+)$")
_NOTHING = re.compile(r"^(?:see(?:s)?\s+)?nothing\s+(?P<what>else.*|more.*|(?:about|of|from|in)\s+.+)$")
_ACCESS_ONLY = re.compile(rf"^{ACCESS}$")
_ONLY_WHAT = re.compile(rf"^{ONLY}\s+(?P<what>.+)$")


def goes_on(clause: Clause) -> list[Statement]:
    before = clause.before
    if not before.who or not clause.same_sentence:
        return []
    who = before.who
    if m := _ACCESS_ONLY.match(clause.text):
        return of_access(clause, who, m["adj"], m["what"] or "everything")
    if m := _NOTHING.match(clause.text):
        what = "everything else" if m["what"].startswith(("else", "more")) else re.sub(r"^\w+\s+", "", m["what"])
        deeds: tuple[Deed, ...] = ("see",) if before.deeds[:1] == ("see",) or what != "everything else" else ("edit",)
        return [clause.said(who, deeds, what, may=False)]
    if m := PREDICATE.match(clause.text):
        denied = bool(m["not"]) or (not m["may"] and not before.may)
        just = not denied and (bool(m["just"]) or is_just(m["what"]))
        strong = before.strong or denied or just or tells(m["what"], deeds_of(m["verb"]))
        return [clause.said(who, deeds_of(m["verb"]), m["what"], may=not denied, just=just, strong=strong)]
    if m := _WITHOUT.match(clause.text):
        verb = re.match(rf"^(?P<verb>{VERBS})\b(?P<what>.*)$", m["what"])
        if verb:
            return [clause.said(who, deeds_of(verb["verb"]), verb["what"], may=False)]
        return [clause.said(who, before.deeds if before.deeds != DEEDS_OF_ALL else ("see",), m["what"], may=False)]
    if m := _ONLY_WHAT.match(clause.text):
        return [clause.said(who, before.deeds, m["what"], just=True)]
    if m := re.match(rf"^(?P<who>.+?)\s+(?P<not>{NOT})$", clause.text):
        others = people_of(m["who"])
        return [clause.said(others, before.deeds, before.what, may=False)] if others else []
    return []
