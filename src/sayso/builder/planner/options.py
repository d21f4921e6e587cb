"""Lists of choices in words: `open / in progress / done`, `S1, S2 or S3`, `draft > sent > paid`."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma, singular
from sayso.spec.fields.choice import HUES, Hue, Option
from sayso.spec.part import id_from

OPTIONS_MAX = 60
OPTION_CHARACTERS_MAX = 60
_FILLER = re.compile(
    r"(?i)^(?:(?:and|or|either|like|such as|e\.?g\.?,?|eg|for example,?|i\.?e\.?,?|ie|say|is|are|being|can be|could be|one of|can only be|the|a|an|it's|its|maybe|perhaps|options?:?|choices?:?|values?:?|with)\s+)+"
)
_TAIL = re.compile(
    r"(?i)(?:[\s,]+(?:etc\.?|and so on|or so|and more|or similar|or whatever|\.\.\.|…|and others?|or others?))+[.…]*$"
)
_EDGE = " .:;\"'`!?-–()…"
_SPLIT = re.compile(r"\s*(?:,|;|\||\n|\s/\s|>+|\bor\b|\s&\s|\s\+\s|\bthen\b)\s*(?:(?:and|or|then)\s+)?|\s+and\s+")
_QUOTED = re.compile(r"[\"'“]([^\"'”]{1,60})[\"'”]")


def choices(text: str) -> list[str]:
    """The choices in a list, tidied (`In progress`, as typed when it has capitals); empty when it is no list."""
    body = _TAIL.sub("", text.strip().strip("()[]{}.:"))
    quoted = _QUOTED.findall(body)
    if len(quoted) >= 2:
        return _tidied(quoted)
    pieces = _SPLIT.split(body)
    if len(pieces) == 1 and "/" in body:
        pieces = body.split("/")
    elif len(pieces) > 1 and any("/" in p for p in pieces) and not any(c in body for c in ",;|>"):
        pieces = [q for p in pieces for q in p.split("/")]
    return _tidied(pieces)


def _tidied(pieces: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for piece in pieces:
        name = _FILLER.sub("", " ".join(piece.split()).strip(_EDGE)).strip(_EDGE)
        name = name.replace("{", "").replace("}", "")
        if name and len(name) <= OPTION_CHARACTERS_MAX and re.search(r"\w", name):
            kept.setdefault(name.casefold(), capital(name))
    return list(kept.values())[:OPTIONS_MAX]


def capital(name: str) -> str:
    """The first letter large, the rest as typed; all-capital names keep their shape."""
    return name[:1].upper() + name[1:] if name[:1].islower() and not re.match(r"[a-z]+[A-Z0-9]", name) else name


def built(names: list[str]) -> tuple[Option, ...]:
    """Options with ids and colours: well-known choices wear theirs, the others take turns."""
    made: list[Option] = []
    taken: set[str] = set()
    turn = 0
    for name in names:
        known = lexicon.hues().get(name.lower()) or lexicon.hues().get(singular(name.lower()))
        hue: Hue = known if known in HUES else HUES[turn % (len(HUES) - 1)]  # type: ignore[assignment]
        turn += known is None
        id = id_from(name, taken)
        taken.add(id)
        made.append(Option(id=id, name=name, hue=hue))
    return tuple(made)


_HIGHEST = re.compile(r"(?i)\b(?:is|are|becomes?|turns|gets|marked|set)\s+(?:as\s+|to\s+)?(?P<level>urgent|critical)\b")
_LEVELS = ("priority", "urgency", "severity")


def usual(noun: str, table: str, wish: str = "") -> tuple[str, ...]:
    """Ready choices for a noun such as `priority`, or for its head (`repair status`), when they fit the rows of that table.

    Levels reach as high as the wish speaks of: `when a ticket becomes urgent` needs a level that is called so.
    """
    found = _usual(noun, table)
    if found and noun.lower().split()[-1] in _LEVELS:
        found += tuple(dict.fromkeys(m["level"].capitalize() for m in _HIGHEST.finditer(wish)))
    return found


def _usual(noun: str, table: str) -> tuple[str, ...]:
    known = lexicon.options()
    words = noun.lower().split()
    for n in range(len(words)):
        if (tail := " ".join(words[n:])) in known:
            return known[tail] if fits(tail, table) else ()
    return ()


def fits(noun: str, table: str) -> bool:
    """Whether the ready choices of a noun are meant for such a table: `species` begins with Dog and Cat for pets only."""
    meant = lexicon.options_fit()
    head = next((tail for n in range(len(noun.split())) if (tail := " ".join(noun.lower().split()[n:])) in meant), None)
    return head is None or bool(meant[head] & {lemma(table), lemma(table).split()[-1]})
