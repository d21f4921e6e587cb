"""What is commanded: `hide … from …`, `let …`, `give … access to …`, `take away …`."""

import re

from sayso.builder.planner.rights.clause import (
    ACCESS,
    VERBS,
    Clause,
    barred,
    is_just,
    of_access,
)
from sayso.builder.planner.rights.people import people_of
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, OTHERS, Statement
from sayso.builder.planner.rights.words import ONLY, VERB, deeds_of

_HIDE = re.compile(r"^(?:hide|conceal|keep|withhold|mask)\s+(?P<what>.+?)\s+(?:away\s+)?(?:from|for|to)\s+(?P<who>.+)$")
_BLOCK = re.compile(
    r"^(?:block|ban|bar|exclude|lock|shut|keep|prevent|stop|forbid)\s+(?P<who>.+?)\s+(?:out\s+of|from|off|to)\s+(?P<what>.+)$"
)
_LET = re.compile(
    rf"^(?:(?:i|we)\s+)?(?P<neg>do\s+not\s+)?(?:let|allow|enable|want)\s+(?P<only>only\s+)?(?P<who>.+?)\s+(?:to\s+)?(?P<not>not\s+)?(?:be\s+(?:able|allowed)\s+to\s+)?(?P<just>{ONLY}\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
_GIVE = re.compile(
    rf"^(?:give|grant)\s+(?P<who>.+?)\s+(?P<only>only\s+)?(?:{ACCESS}|the\s+right\s+to\s+(?P<verb>{VERBS})\b(?P<of>.*))$"
)
_TAKE = re.compile(
    rf"^(?:take\s+away|revoke|remove|withdraw)\s+(?:the\s+)?(?:(?:right|permission|ability)\s+to\s+)?(?P<verb>{VERB}|access)(?:\s+(?:rights?|access|permissions?))?(?P<of>.*?)\s+(?:for|from|of)\s+(?:the\s+)?(?P<who>[\w' &-]+?)(?:\s+(?:on|to|in|over)\s+(?P<what>.+))?$"
)
_LIFT = re.compile(
    r"^(?:undo|lift|drop|remove)\s+(?:the\s+|all\s+)?(?:restrictions?|limits?|limitations?)\s+(?:on|for|of|from)\s+(?P<who>.+?)(?::.*)?$"
)
_RESTRICT = re.compile(r"^(?:restrict|limit)\s+(?:(?:the\s+)?access\s+(?:to|for)\s+)?(?:(?P<what>.+?)\s+to\s+)?(?P<who>.+)$")
_LOCK_DOWN = re.compile(r"^lock\s+(?:down\s+(?P<a>.+)|(?P<b>.+?)\s+down)$")


def hide(clause: Clause) -> list[Statement]:
    m = _HIDE.match(clause.text)
    return barred(clause, m["who"], ("see",), m["what"]) if m else []


def block(clause: Clause) -> list[Statement]:
    m = _BLOCK.match(clause.text)
    if m is None:
        return []
    verb = re.match(rf"^(?P<verb>{VERBS})\b(?P<what>.*)$", m["what"])
    deeds = deeds_of(verb["verb"]) if verb else ()
    what = verb["what"] if verb else m["what"]
    return barred(clause, m["who"], deeds or ("see",), what)


def let(clause: Clause) -> list[Statement]:
    m = _LET.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    denied = bool(m["neg"]) != bool(m["not"])
    return [
        clause.said(
            who, deeds_of(m["verb"]), m["what"], may=not denied, only=bool(m["only"]), just=bool(m["just"]) or is_just(m["what"]),
            strong=denied or bool(m["only"] or m["just"]) or (len(m["what"].split()) <= 3 and "add" not in deeds_of(m["verb"])),
        )
    ]  # fmt: skip


def give(clause: Clause) -> list[Statement]:
    m = _GIVE.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    if m["verb"]:
        return [clause.said(who, deeds_of(m["verb"]), m["of"])]
    return of_access(clause, who, m["adj"], m["what"] or "everything")


def take(clause: Clause) -> list[Statement]:
    m = _TAKE.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    deeds = ("see",) if m["verb"] == "access" else deeds_of(m["verb"])
    return [clause.said(who, deeds, m["what"] or m["of"] or "everything", may=False)]


def lift(clause: Clause) -> list[Statement]:
    m = _LIFT.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, DEEDS_OF_ALL, "everything")] if who else []


def restrict(clause: Clause) -> list[Statement]:
    m = _RESTRICT.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), m["what"] or "everything", only=True)] if m and who else []


def lock_down(clause: Clause) -> list[Statement]:
    m = _LOCK_DOWN.match(clause.text)
    return [clause.said((OTHERS,), ("see",), m["a"] or m["b"], may=False)] if m else []
