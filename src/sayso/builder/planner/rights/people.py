"""Who is meant by the words of a clause: people by their role, everyone, nobody, or all others."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.rights.statement import EVERYONE, NOBODY, OTHERS, Who
from sayso.builder.planner.rights.words import MAY, NOT, ONLY, VERB

_REST_OF = re.compile(
    r"\b(?:everyone|anyone|nobody|all)\s+else\b|\ball\s+(?:of\s+)?(?:the\s+)?others\b|\b(?:the\s+)?others\b|\b(?:the\s+)?rest(?:\s+of\s+(?:the\s+|us|my\s+|our\s+)?\w*)?$|\bother\s+(?:people|users|members|roles|staff|teams)\b|\beveryone\s+(?:outside|not\s+in)\b|\bnobody\s+outside\b"
)
_ALL_OF = re.compile(r"^(?:everyone|anyone|all|people|users|all\s+users|any\s+user|the\s+(?:whole\s+)?team|the\s+team)$")
_IN = re.compile(
    r"^(?:(?:the|all|only|any|those|every|each)\s+)*(?:people|members?|staff|users?|anyone|those|everyone|someone|colleagues|employees|guests|somebody)\s+(?:who\s+(?:are|is|work)\s+)?(?:in|from|of|at|within)\s+(?:the\s+|our\s+)?"
)
_BEFORE = re.compile(
    r"^(?:(?:the|our|my|an?|all|any|each|every|only|just|also|both|outside|these|those|other|such|even|let|for)\s+)+"
)
_AFTER = re.compile(
    r"(?:\s+(?:team|department|people|group|staff|crew|users|members|dept|guests|role|from\s+outside|alone|too|as\s+well))+$"
)
_NO_PEOPLE = frozenset(
    "i we you it he she this that who which what there someone one row form field status date app view page something anything nothing everything they them each us me here these those table column show list display include send keep email mail notify remind count nothing without under once until since otherwise ai system computer software bot".split()
)
_NO_NAME = re.compile(
    r"[^a-z0-9' &/.-]|'(?:ll|d|ve|m|re)\b|\bonly\b|\d{3}|\b(?:is|are|was|be|to|when|if|with|that|which|by|on|as|has|have|for|not|and|or|there|where|about)\b"
)


_SAYING = frozenset("say says tell tells ask asks want wants know knows".split())
_PEOPLE = frozenset(
    "adult boss buddy captain chef chief child client clerk coach contact crew family friend gig guard guide head intern judge kid lead mate mayor member mentor nurse parent party pilot rep sub temp "
    "bookkeep couple household individual people person public resident sponsor staff team volunteer human witness "
    "account admin audit board branch care committee company compliance council club desk delivery department depot design development distribution facility finance firm front group hr it kitchen lab laboratory legal "
    "logistics management maintenance marketing office operation operations org organisation organization partner payroll planning procurement production purchase purchasing quality reception region research sale sales "
    "school security service shipping shop site store studio support trade transport travel treasury unit vendor ward warehouse workshop clinic church bank agency business charity hospital hotel restaurant "
    "alumnus apprentice athlete band class cohort congregation court daycare dispatch division faculty farm guest gym inspection assembly intake installation landlord league ministry nanny network outreach persona "
    "platoon practice precinct program programme prospect pupil registration rescue salesperson salon spa squad stall surgery suspect training venue vet victim".split()
)
_PEOPLE_ENDS = re.compile(
    r"(?:[^n]er|or|ee|ist|ian|ant|ent|man|men|woman|women|ive|ary|eer|ner|ic|ial|ess|yst|hand|mate|ard|ate|eur|iff)$"
)
"""Endings of what people are called by their work; a thing that ends so is taken for people, as a group may be called anything."""


def _is_thing(noun: str) -> bool:
    """What apps keep lists of and nobody is called by: a contract, a sample, a call."""
    one = singular(noun)
    return lexicon.is_table_noun(one) and noun not in _PEOPLE and one not in _PEOPLE and not _PEOPLE_ENDS.search(one)


def people_of(words: str) -> tuple[Who, ...]:
    """Who is meant by the words before a verb or after `from`, `for`, `by`; empty when they name nobody."""
    low = words.strip(" ,:.;'\"()")
    low = re.sub(r"^(?:not\s+even|even|in\s+particular)\s+", "", low)
    if not low:
        return ()
    if re.match(r"^nobody(?!\s+(?:else|outside|but|except))", low):
        return (NOBODY,)
    if _REST_OF.search(low):
        return (OTHERS,)
    if _ALL_OF.match(low):
        return (EVERYONE,)
    found = tuple(who for part in _parts(low) if (who := _one(part)) is not None)
    return found if len(found) == len(_parts(low)) else ()


def _parts(low: str) -> list[str]:
    return [p for p in re.split(r"\s*(?:,|&|\+|/|\band\b|\bor\b|\bnor\b)\s*", low) if p.strip()]


def _one(part: str) -> Who | None:
    low = _BEFORE.sub("", _IN.sub("", part.strip()).strip())
    low = re.sub(r"'s?\s+guests$|^guests\s+of\s+", "", low)
    low = re.sub(r"(?:s'|'s|')$", lambda m: "s" if m[0] == "s'" else "", low)
    short = _AFTER.sub("", low).strip()
    called = short if short and short not in ("all", "any") else low
    if _REST_OF.search(called) or _ALL_OF.match(called):
        return OTHERS
    names = called.split()
    if (
        not 1 <= len(names) <= 4
        or singular(names[-1]) in _NO_PEOPLE
        or names[0] in _NO_PEOPLE
        or names[0] in ("make", "keep", "set")
        or (names[0].endswith("ing") and len(names) > 1 and re.fullmatch(VERB, names[0]))
        or names[-1] in _SAYING
        or _is_thing(names[-1])
        or names[0].isdigit()
        or {"their", "his", "her", "own", "no", "log", "logs", "sign", "see", "sees"} & set(names)
        or _NO_NAME.search(called)
        or not re.search(r"[a-z]{2}", called)
        or re.fullmatch(rf"(?:.*\s)?(?:{VERB}|{MAY}|{NOT}|{ONLY})", called)
    ):
        return None
    return Who("role", lemma(called), called)
