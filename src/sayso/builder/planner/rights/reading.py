"""From words to statements: who may do what, in the many ways in which people say it.

Each `_way` is one manner of speaking (`hide … from …`, `only … may …`, `… is read-only for …`); the first that fits a clause reads it.
A clause without anybody in it goes on about the people of the one before.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sayso.builder.planner.inflect import singular
from sayso.builder.planner.rights.cutting import CLAUSE_CHARACTERS_MAX, CLAUSES_MAX, of_sentences
from sayso.builder.planner.rights.people import people_of
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, EVERYONE, NOBODY, OTHERS, Deed, Statement, Who
from sayso.builder.planner.rights.words import ALL, MAY, NOT, ONLY, VERB, deeds_of, lists, plain

VERBS = rf"(?:{VERB})(?:\s*(?:,|/|and|or|nor|&)\s*(?:{VERB}))*"
_ACCESS = r"(?P<adj>read[- ]?only|read|view(?:ing)?|full|complete|write|edit(?:ing)?|no|unrestricted)[- ]*(?:only\s+)?(?:access|rights?|permissions?)(?:\s+(?:to|on|for|in|over)\s+(?P<what>.+))?"
_BUT = r"(?:but|except)(?:\s+(?:for|to|from|by))?"
_STATES = r"read[- ]?only|visible|invisible|hidden|private|editable|available|accessible|open|shown|off[- ]limits|" + VERB
_PASSIVE = r"(?:is|are|be|stays?|remains?|(?:can|may|should|must|shall)(?:\s+(?:only|not|never))?\s+be)"


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


@lru_cache(maxsize=8)
def statements(text: str) -> list[Statement]:
    """All that a text says about rights, in order. What each means in an app, `worded` finds."""
    found: list[Statement] = []
    speech = Speech()
    for number, sentence in enumerate(of_sentences(text)):
        for start, end in sentence:
            if len(found) >= CLAUSES_MAX:
                return found
            clause = Clause(plain(text[start:end]), (start, end), text[start:end].strip(), speech, speech.sentence == number)
            made = _read(clause)
            if made:
                found += made
                speech = _after(speech, made, number)
            elif speech.who and not clause.same_sentence and not re.search(r"\b(?:they|them)\b", clause.text):
                speech = replace(speech, sentence=-1)
    return found


_PRONOUN = re.compile(
    r"(?:(?:all|any|none)\s+of\s+)?(?:them|it|these|those|that|this|theirs|their\s+own|his\s+own|anyone\s+else's|everything(?:\s+else)?)"
)


def _after(speech: Speech, made: list[Statement], number: int) -> Speech:
    last = made[0] if made[0].what or len(made) == 1 else made[-1]
    who = tuple(w for w in last.who if w.kind != "nobody") or last.who
    what = (
        last.what
        if last.what and not _PRONOUN.fullmatch(last.what) and (last.may or not speech.what or speech.sentence != number)
        else speech.what
    )
    return Speech(who, last.deeds or speech.deeds, what, last.may, last.just, last.strong, number)


def _read(clause: Clause) -> list[Statement]:
    if not clause.text or len(clause.text) > CLAUSE_CHARACTERS_MAX or _NOT_ABOUT_PEOPLE.match(clause.text):
        return []
    for way in _WAYS:
        if made := way(clause):
            return [one for said in made for one in _exceptions(said)]
    return []


_NOT_ABOUT_PEOPLE = re.compile(
    r"^(?:(?:i|we)\s+(?!do\s+not\s+want|want)|(?:if|when|whenever|once|after|before|until|unless|since|because|as\s+soon)\b)"
)
_ALL_BUT = re.compile(r"^(?P<all>all|everything|anything|it\s+all|nothing)\s+(?:but|except)\s+(?P<what>.+)$")


_BUT_NOT = re.compile(r"^(?P<what>.+?)\s+(?:without|but\s+not|except|not\s+including|excluding|minus)\s+(?P<not>.+)$")


def _exceptions(said: Statement) -> list[Statement]:
    """`sees everything but payments`, `sees nothing but their own`, `changes nothing`."""
    if said.may and re.fullmatch(r"nothing(?:\s+at\s+all)?", said.what):
        return [replace(said, may=False, what="everything", just=False)]
    m = _ALL_BUT.match(said.what)
    if m is None and said.may and (kept := _BUT_NOT.match(said.what)):
        return [replace(said, what=kept["what"]), replace(said, what=kept["not"], may=False, only=False, just=False, strong=True)]
    if m is None or not said.may:
        return [said]
    if m["all"] == "nothing":
        return [replace(said, what=m["what"], just=True)]
    return [replace(said, what="everything", just=False), replace(said, what=m["what"], may=False, only=False, just=False)]


def _except(words: str) -> tuple[str, tuple[Who, ...]]:
    """`everyone but managers`: those, and who is not meant. `everyone who is not in purchasing` likewise."""
    m = re.match(
        rf"^(?P<a>(?:everyone|anyone|all|nobody|no\s+\w+)(?:\s+else)?)\s*(?:,\s*)?(?:{_BUT}|(?:who|that)\s+(?:is|are)\s+not\s+(?:in|part\s+of|one\s+of)|outside(?:\s+of)?|not\s+in)\s+(?P<b>.+)$",
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


def _barred(clause: Clause, people: str, deeds: tuple[Deed, ...], what: str, **how: bool) -> list[Statement]:
    """Those who may not; `everyone but managers` says that managers may, and nobody else."""
    those, exempt = _except(people)
    if exempt:
        return [clause.said(exempt, deeds, what, only=True, **{k: v for k, v in how.items() if k != "looks"})]
    who = people_of(those)
    return [clause.said(who, deeds, what, may=False, **how)] if who else []


# ── commands ──────────────────────────────────────────────

_HIDE = re.compile(r"^(?:hide|conceal|keep|withhold|mask)\s+(?P<what>.+?)\s+(?:away\s+)?(?:from|for|to)\s+(?P<who>.+)$")
_BLOCK = re.compile(
    r"^(?:block|ban|bar|exclude|lock|shut|keep|prevent|stop|forbid)\s+(?P<who>.+?)\s+(?:out\s+of|from|off|to)\s+(?P<what>.+)$"
)
_LET = re.compile(
    rf"^(?:(?:i|we)\s+)?(?P<neg>do\s+not\s+)?(?:let|allow|enable|want)\s+(?P<only>only\s+)?(?P<who>.+?)\s+(?:to\s+)?(?P<not>not\s+)?(?:be\s+(?:able|allowed)\s+to\s+)?(?P<just>{ONLY}\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
_GIVE = re.compile(
    rf"^(?:give|grant)\s+(?P<who>.+?)\s+(?P<only>only\s+)?(?:{_ACCESS}|the\s+right\s+to\s+(?P<verb>{VERBS})\b(?P<of>.*))$"
)
_TAKE = re.compile(
    rf"^(?:take\s+away|revoke|remove|withdraw)\s+(?:the\s+)?(?:(?:right|permission|ability)\s+to\s+)?(?P<verb>{VERB}|access)(?:\s+(?:rights?|access|permissions?))?(?P<of>.*?)\s+(?:for|from|of)\s+(?:the\s+)?(?P<who>[\w' &-]+?)(?:\s+(?:on|to|in|over)\s+(?P<what>.+))?$"
)
_LIFT = re.compile(
    r"^(?:undo|lift|drop|remove)\s+(?:the\s+|all\s+)?(?:restrictions?|limits?|limitations?)\s+(?:on|for|of|from)\s+(?P<who>.+?)(?::.*)?$"
)
_RESTRICT = re.compile(r"^(?:restrict|limit)\s+(?:(?:the\s+)?access\s+(?:to|for)\s+)?(?:(?P<what>.+?)\s+to\s+)?(?P<who>.+)$")
_LOCK_DOWN = re.compile(r"^lock\s+(?:down\s+(?P<a>.+)|(?P<b>.+?)\s+down)$")


def _hide(clause: Clause) -> list[Statement]:
    m = _HIDE.match(clause.text)
    return _barred(clause, m["who"], ("see",), m["what"]) if m else []


def _block(clause: Clause) -> list[Statement]:
    m = _BLOCK.match(clause.text)
    if m is None:
        return []
    verb = re.match(rf"^(?P<verb>{VERBS})\b(?P<what>.*)$", m["what"])
    deeds = deeds_of(verb["verb"]) if verb else ()
    what = verb["what"] if verb else m["what"]
    return _barred(clause, m["who"], deeds or ("see",), what)


def _let(clause: Clause) -> list[Statement]:
    m = _LET.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    denied = bool(m["neg"]) != bool(m["not"])
    return [
        clause.said(
            who, deeds_of(m["verb"]), m["what"], may=not denied, only=bool(m["only"]), just=bool(m["just"]) or _just(m["what"]),
            strong=denied or bool(m["only"] or m["just"]) or (len(m["what"].split()) <= 3 and "add" not in deeds_of(m["verb"])),
        )
    ]  # fmt: skip


def _give(clause: Clause) -> list[Statement]:
    m = _GIVE.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    if m["verb"]:
        return [clause.said(who, deeds_of(m["verb"]), m["of"])]
    return _of_access(clause, who, m["adj"], m["what"] or "everything")


def _of_access(clause: Clause, who: tuple[Who, ...], adjective: str, what: str) -> list[Statement]:
    match adjective.split()[0].split("-")[0].rstrip("ing"):
        case "no":
            return [clause.said(who, ("see",), what, may=False)]
        case "full" | "complete" | "unrestricted":
            return [clause.said(who, DEEDS_OF_ALL, what)]
        case "write" | "edit" | "writ":
            return [clause.said(who, ("edit",), what)]
        case _:
            return [clause.said(who, ("see",), what, looks=True)]


def _take(clause: Clause) -> list[Statement]:
    m = _TAKE.match(clause.text)
    who = people_of(m["who"]) if m else ()
    if m is None or not who:
        return []
    deeds = ("see",) if m["verb"] == "access" else deeds_of(m["verb"])
    return [clause.said(who, deeds, m["what"] or m["of"] or "everything", may=False)]


def _lift(clause: Clause) -> list[Statement]:
    m = _LIFT.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, DEEDS_OF_ALL, "everything")] if who else []


def _restrict(clause: Clause) -> list[Statement]:
    m = _RESTRICT.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), m["what"] or "everything", only=True)] if m and who else []


def _lock_down(clause: Clause) -> list[Statement]:
    m = _LOCK_DOWN.match(clause.text)
    return [clause.said((OTHERS,), ("see",), m["a"] or m["b"], may=False)] if m else []


# ── of things ─────────────────────────────────────────────

_STATE = re.compile(
    rf"^(?:make\s+|set\s+)?(?P<what>.+?)\s+(?:{_PASSIVE}\s+)?(?P<adv>only\s+|not\s+|never\s+|just\s+)*(?:be\s+)?(?P<state>{_STATES})(?:\s+only)?\s+(?:to|for|from|by)\s+(?P<only>only\s+)?(?P<who>.+?)(?P<only2>\s+only|\s+alone)?$"
)
_FOR = re.compile(
    r"^(?P<what>.+?)\s*(?:\b(?:is|are)\s+(?P<only>only\s+)?(?:for|up\s+to)|:|->|=>|→|←|<-)\s*(?:for\s+)?(?P<who>.+?)(?P<only2>\s+only)?$"
)
_NO = re.compile(
    rf"^no\s+(?P<what>[\w ]*?)(?P<verb>exports?|exporting|delet\w+|edit\w*|comments?|downloads?|access|changes)\b\s*,?\s*(?P<how>for|from|by|{_BUT})\s+(?P<who>.+)$"
)
_LOOKS_FOR = re.compile(r"^read[- ]only(?:\s+access)?\s+for\s+(?P<who>.+)$")
_STAYS = re.compile(r"^(?P<what>.+?)\s+(?:stays?|remains?|is|are)\s+(?P<state>hidden|invisible|private|read[- ]only)$")


_BE = re.compile(r"\b(?:is|are|be|stays?|remains?|being)\s+(?:only\s+|not\s+|never\s+|just\s+)*$")


def _state(clause: Clause) -> list[Statement]:
    m = _STATE.match(clause.text)
    if m is None or re.search(rf"\b(?:{MAY}|{NOT})$", m["what"]):
        return []
    if (
        re.fullmatch(VERB, m["state"])
        and not re.fullmatch(r"visible|accessible|editable|viewable|readable", m["state"])
        and not _BE.search(clause.text[: m.start("state")])
    ):
        return []
    those, exempt = _except(m["who"])
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


def _for(clause: Clause) -> list[Statement]:
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
        said = _PREDICATE.match(rest)
        if said is None:
            return []
        done, denied = deeds_of(said["verb"]), bool(said["not"])
        return [
            clause.said(
                who,
                done,
                said["what"],
                may=not denied,
                just=not denied and _just(said["what"]),
                looks=done == ("see",) and not denied,
            )
        ]
    telling = re.match(rf"^(?:{ALL}|nothing|{ONLY}\b|read[- ]only|no\s+access|their\s+own\b)", rest) or who[0].kind != "role"
    if not telling or _NOT_ABOUT_PEOPLE.match(rest):
        return []
    if re.match(r"^(?:nothing|no\s+access)", rest):
        return [clause.said(who, ("see",), "everything", may=False)]
    if re.match(r"^read[- ]only", rest):
        return [clause.said(who, ("see",), "everything", looks=True)]
    deeds: tuple[Deed, ...] = DEEDS_OF_ALL if re.match(rf"^{ALL}", rest) else ("see",)
    return [clause.said(who, deeds, re.sub(rf"^{ONLY}\s+", "", rest), just=_just(rest))]


def _no(clause: Clause) -> list[Statement]:
    m = _NO.match(clause.text)
    if m is None:
        return []
    deeds = deeds_of(m["verb"].removesuffix("s")) or deeds_of(m["verb"]) or (("edit",) if m["verb"] == "changes" else ("see",))
    who = people_of(m["who"])
    if not who:
        return []
    return [
        clause.said(who, deeds, m["what"], only=True)
        if re.match(_BUT, m["how"])
        else clause.said(who, deeds, m["what"], may=False)
    ]


def _looks_for(clause: Clause) -> list[Statement]:
    m = _LOOKS_FOR.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), "everything", looks=True)] if who else []


def _stays(clause: Clause) -> list[Statement]:
    m = _STAYS.match(clause.text)
    if m is None or not clause.before.who or not clause.same_sentence:
        return []
    deeds: tuple[Deed, ...] = ("edit",) if m["state"].startswith("read") else ("see",)
    return [clause.said(clause.before.who, deeds, m["what"], may=False)]


SUBJECT_WORDS_MAX = 9
_PREDICATE = re.compile(
    rf"(?P<pre>{ONLY}\s+)?(?:(?P<not>{NOT})|(?P<may>{MAY}))?\s*(?:also\s+|still\s+|even\s+)?(?P<just>{ONLY}\s+)?(?:get\s+to\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)

# ── of people ─────────────────────────────────────────────

_ONLY_WHO = re.compile(
    rf"^(?:(?P<only>only|solely|just)|nobody\s+(?:else\s+)?{_BUT})\s+(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?P<verb>{VERBS})\b(?P<what>.*)$"
)
_HAVE = re.compile(rf"^(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?:have|has|get|gets|with|receive)\s+(?P<only>only\s+)?{_ACCESS}$")
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


def _just(what: str) -> bool:
    return (
        re.match(rf"^\s*{ONLY}\b", what) is not None or re.search(r"\s(?:only|nothing\s+else|nothing\s+more)$", what) is not None
    )


def _only_who(clause: Clause) -> list[Statement]:
    m = _ONLY_WHO.match(clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, deeds_of(m["verb"]), m["what"] or clause.here, only=True)] if m and who else []


def _logs_in(clause: Clause) -> list[Statement]:
    m = re.match(rf"^(?P<who>.+?)\s+(?:(?:{MAY})\s+)?(?:log|sign)s?\s+in\b(?:\s+as\s+guests?)?$", clause.text)
    who = people_of(m["who"]) if m else ()
    return [clause.said(who, ("see",), "", strong=False)] if who and who[0].kind == "role" else []


def _subject(clause: Clause) -> list[Statement]:
    for people, m in _subjects(clause.text):
        if m["not"] and re.search(r"\bbe$", m["not"]) and re.fullmatch(r"\w+ed|\w+en", m["verb"]):
            return [] if m["what"].strip() else [clause.said((NOBODY,), deeds_of(m["verb"]), people, may=False)]
        who = _those(people, clause)
        if not who:
            continue
        deeds = deeds_of(m["verb"])
        those, exempt = _except(people.strip())
        if exempt:
            nobody = those.startswith("nobody") or bool(m["not"])
            return [clause.said(exempt, deeds, m["what"], only=nobody, may=nobody)]
        nobody = who == (NOBODY,) or re.match(r"^(?:nobody|no)\b", people) is not None
        denied = bool(m["not"]) or nobody
        spoken = (
            bool(m["may"] or m["not"] or m["just"] or m["pre"])
            or _OWNISH.search(m["what"]) is not None
            or (
                bool(m["what"].strip() or not m["verb"].startswith("view"))
                and re.fullmatch(r".*\b(?:sees?|reads?|edits?|views?|exports?|manages?|approves?|handles?)", m["verb"])
                is not None
            )
        )
        if not spoken:
            continue
        narrowed = bool(m["just"] or m["pre"])
        telling = denied or narrowed or _just(m["what"]) or who[0].kind != "role" or _tells(m["what"], deeds)
        return [
            clause.said(
                who, deeds, m["what"], may=not denied, just=not denied and (narrowed or _just(m["what"])), strong=telling,
                looks=narrowed and deeds == ("see",),
            )
        ]  # fmt: skip
    return []


_OWNISH = re.compile(r"\b(?:their\s+own|assigned\s+to|where\s+they|they\s+(?:are|lead|own|handle|created?)|theirs)\b")


def _subjects(text: str) -> Iterator[tuple[str, "re.Match[str]"]]:
    """Every way to part a clause into somebody and a verb, shortest subject first."""
    ends = [m.end() for m in re.finditer(r"\S+\s+", text)][:SUBJECT_WORDS_MAX]
    yield from ((text[:end], m) for end in ends if (m := _PREDICATE.match(text, end)) is not None)


def _tells(what: str, deeds: tuple[Deed, ...]) -> bool:
    """Whether an object says that this is about rights: whose rows, or all of them."""
    return bool(
        _OWNISH.search(what)
        or re.search(r"\b(?:their|his|her|its|assigned|everything|all)\b", what)
        or deeds[:1] in (("export",), ("comment",), ("delete",))
    )


def _those(words: str, clause: Clause) -> tuple[Who, ...]:
    """The people of a subject; a pronoun stands for those of the clause before."""
    words = words.strip()
    if re.fullmatch(r"(?:they|he|she|who|those|these\s+people|it)", words):
        return clause.before.who
    those, exempt = _except(words)
    return exempt or people_of(those)


def _limited(clause: Clause) -> list[Statement]:
    for pattern in (_ONLY_ONES, _LIMITED):
        m = pattern.match(clause.text)
        who = _those(m["who"], clause) if m else ()
        if m and who:
            sole = pattern is _ONLY_ONES
            return [clause.said(who, deeds_of(m["verb"]) if sole else ("see",), m["what"], only=sole, just=not sole)]
    return []


def _have(clause: Clause) -> list[Statement]:
    for pattern in (_HAVE, _LOSE, _LOOKS):
        m = pattern.match(clause.text)
        if m is None:
            continue
        only = re.match(r"only\s+(?P<who>.+)$", m["who"])
        who = people_of(only["who"]) if only else _those(m["who"], clause)
        if not who:
            continue
        if pattern is _LOSE:
            return [clause.said(who, ("see",), m["what"] or "everything", may=False)]
        if pattern is _LOOKS:
            return [clause.said(who, ("see",), "everything", looks=True)]
        made = _of_access(clause, who, m["adj"], m["what"] or clause.here or "everything")
        return [replace(one, only=True) for one in made] if only else made
    return []


def _does_all(clause: Clause) -> list[Statement]:
    m = _DOES_ALL.match(clause.text)
    if m is None or m["who"].startswith("nobody"):
        return []
    only = re.match(r"only\s+(?P<who>.+)$", m["who"])
    who = people_of(only["who"]) if only else _those(m["who"], clause)
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


def _gets(clause: Clause) -> list[Statement]:
    if m := _OUT.match(clause.text):
        return _barred(clause, m["who"].replace("nobody", "everyone"), ("see",), "everything") if _except(m["who"])[1] else [
            clause.said((OTHERS,), ("see",), "everything", may=False)
        ]  # fmt: skip
    m = _GETS.match(clause.text)
    m = None if m and _SENT.search(m["what"]) else m
    who = _those(m["who"], clause) if m else ()
    return (
        [clause.said(who, ("see",), m["what"], just=bool(m["just"]) or _just(m["what"]), strong=who == (OTHERS,))]
        if m and who
        else []
    )


# ── what goes on ──────────────────────────────────────────

_WITHOUT = re.compile(r"^(?:without|not|never|neither|nor|except|no|minus)\s+(?:being\s+able\s+to\s+)?(?P<what>.+)$")
_NOTHING = re.compile(r"^(?:see(?:s)?\s+)?nothing\s+(?P<what>else.*|more.*|(?:about|of|from|in)\s+.+)$")
_ACCESS_ONLY = re.compile(rf"^{_ACCESS}$")
_ONLY_WHAT = re.compile(rf"^{ONLY}\s+(?P<what>.+)$")


def _goes_on(clause: Clause) -> list[Statement]:
    before = clause.before
    if not before.who or not clause.same_sentence:
        return []
    who = before.who
    if m := _ACCESS_ONLY.match(clause.text):
        return _of_access(clause, who, m["adj"], m["what"] or "everything")
    if m := _NOTHING.match(clause.text):
        what = "everything else" if m["what"].startswith(("else", "more")) else re.sub(r"^\w+\s+", "", m["what"])
        deeds: tuple[Deed, ...] = ("see",) if before.deeds[:1] == ("see",) or what != "everything else" else ("edit",)
        return [clause.said(who, deeds, what, may=False)]
    if m := _PREDICATE.match(clause.text):
        denied = bool(m["not"]) or (not m["may"] and not before.may)
        just = not denied and (bool(m["just"]) or _just(m["what"]))
        strong = before.strong or denied or just or _tells(m["what"], deeds_of(m["verb"]))
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


_WAYS: tuple[Way, ...] = (
    _lift, _hide, _lock_down, _give, _take, _restrict, _let, _block, _no, _looks_for, _limited, _does_all, _have, _for, _state, _stays, _logs_in, _only_who, _goes_on, _subject, _gets,
)  # fmt: skip
