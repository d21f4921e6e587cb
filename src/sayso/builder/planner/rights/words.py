"""The words of rights: what people do with rows, and how a clause is made plain before it is read."""

import re
from collections.abc import Iterator
from functools import lru_cache

from sayso.builder.planner.rights.statement import Deed

_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<![\w'])(?:{words})(?![\w'])"), plain)
    for words, plain in (
        (r"can'?t|cannot|can\s+not|can\s+never|can\s+no\s+longer", "can not"),
        (r"sh?ou?l?dn'?t|should\s+(?:never|no\s+longer)", "should not"),
        (r"mustn'?t|must\s+(?:never|no\s+longer)", "must not"),
        (r"may\s+(?:never|no\s+longer)", "may not"),
        (r"won'?t|will\s+(?:never|no\s+longer)", "will not"),
        (r"don'?t|doesn'?t|does\s+not|no\s+longer|does\s+never", "do not"),
        (r"isn'?t|is\s+no\s+longer", "is not"),
        (r"aren'?t|r\s+not|are\s+no\s+longer", "are not"),
        (r"w/o", "without"),
        (r"ppl|folks|guys", "people"),
        (r"al+o?wed|allowd|permitted", "allowed"),
        (r"no\s*-?one|none", "nobody"),
        (r"everybody", "everyone"),
        (r"anybody", "anyone"),
        (r"they're", "they are"),
        (r"it's", "it is"),
        (r"only\s+ever|ever\s+only", "only"),
        (r"with\s+the\s+exception\s+of|apart\s+from|other\s+than|except(?:ing)?(?:\s+for)?|besides", "except"),
    )
)  # fmt: skip
_IDLE = re.compile(
    r"\b(?:any\s*more|therefore|always|any\s+longer|again|please|pls|thx|thanks|from\s+now\s+on|of\s+course|really|actually|at\s+all|completely|entirely|simply|basically|themselves|yet)\b|!+|\bever\b"
)
_LEAD_IN = re.compile(
    r"^(?:(?:hi|and|but|also|so|then|plus|while|whereas|that|said|ok|okay|make\s+sure|ensure|i\s+want|we\s+want|i'd\s+like|we\s+need|important|note|rights?|permissions?|access|who\s+sees\s+what)\b[\s,:-]*(?:that\b\s*)?)+"
)


_NUMBERED = re.compile(r"^(?:[-*•–]+\s+|\(?\d+(?:\.\d+)*[.)]?\s+|\(?[a-z]\)\s+)+")


@lru_cache(maxsize=2_000)
def plain(words: str) -> str:
    """A clause in lower case, with its short forms written out and what says nothing left away."""
    low = " " + words.lower().replace("’", "'").replace("`", "'") + " "
    for pattern, instead in _PLAIN:
        low = pattern.sub(instead, low)
    low = " ".join(_IDLE.sub(" ", low).split()).strip(" .,;:!?\"'")
    return _LEAD_IN.sub("", _NUMBERED.sub("", low)).strip(" ,-")


_VERBS: tuple[tuple[Deed, str], ...] = (
    ("comment", r"comment(?:s|ing|ed)?(?:\s+on)?|leave\s+comments?(?:\s+on)?|discuss"),
    ("export", r"export(?:s|ing|ed|able)?|download(?:s|ing|ed)?"),
    ("delete", r"delet(?:e|es|ing|ed|ion)|remov(?:e|es|ing|ed)|trash(?:es|ed|ing)?|throw\s+away|get\s+rid\s+of|erase[sd]?"),
    ("decide", r"approv(?:e|es|ing|ed)|declin(?:e|es|ing|ed)|reject(?:s|ing|ed)?|accept(?:s|ing|ed)?|clos(?:e|es|ing|ed)|reopen(?:s|ed|ing)?|re-open|sign\s+off|resolve[sd]?"),
    ("edit", r"edit(?:s|ing|ed|able)?|chang(?:e|es|ing|ed)|updat(?:e|es|ing|ed)|modif(?:y|ies|ied|ying)|assign(?:s|ing|ed)?|touch(?:es|ed|ing)?|writ(?:e|es|ing|ten)|manag(?:e|es|ing|ed)|maintain(?:s|ed|ing)?|handl(?:e|es|ing|ed)|set(?:s|ting)?|cancel(?:s|led|ling)?|rate[sd]?|mark(?:s|ed)?|adjust(?:s|ed)?|work(?:s|ing)?\s+(?:on|with)|alter(?:s|ed)?|fix(?:es)?|move[sd]?|control(?:s|led)?|run(?:s)?"),
    ("add", r"add(?:s|ing|ed)?|submit(?:s|ted|ting)?|creat(?:e|es|ing|ed)|enter(?:s|ing|ed)?|book(?:s|ing|ed)?|log(?:s|ging|ged)?(?!\s+in)|fill\s+(?:in|out)|fil(?:e|es|ing|ed)|report(?:s|ing|ed)?|upload(?:s|ing|ed)?|raise[sd]?|make(?:s)?|put(?:s)?\s+in|import(?:s|ing|ed)?|request(?:s|ed|ing)?|register(?:s|ed|ing)?|record(?:s|ed|ing)?"),
    ("see", r"see(?:s|ing|n)?|view(?:s|ing|ed|able)?|read(?:s|ing|able)?|look(?:s|ing|ed)?(?:\s+(?:at|up|into))?|access(?:es|ed|ible)?|open(?:s|ing|ed)?|find(?:s|ing)?|visible|browse[sd]?|search(?:es)?|get(?:s)?\s+(?:in|into)|enter\s+it"),
)  # fmt: skip
VERB = "|".join(f"(?:{words})" for _, words in _VERBS)
_DEED: tuple[tuple[Deed, re.Pattern[str]], ...] = tuple((deed, re.compile(rf"(?:{words})")) for deed, words in _VERBS)
ALL = r"(?:do|does|has|have|see\s+and\s+\w+|view\s+and\s+\w+|manage)?\s*(?:full\s+access|everything|anything|it\s+all|all\s+of\s+it|full\s+rights|all\s+rights)"

NOT = r"(?:can|should|must|may|will|do|are|is|could|shall|need|ought)\s+not(?:\s+be)?(?:\s+(?:allowed|able|permitted|supposed|entitled)\s+to)?(?:\s+(?:be\s+able\s+to|get\s+to|have\s+to|need\s+to|ever|to))?|(?:have|has)\s+no\s+(?:business|right)(?:\s+to)?|(?:are|is)\s+(?:forbidden|unable)\s+to|(?:never|not\s+even|not)"
MAY = r"(?:can|may|must|should|shall|will|could|might)(?:\s+be\s+(?:able|allowed|entitled)\s+to)?|(?:are|is)\s+(?:allowed|able|entitled|supposed)\s+to|(?:get|gets|need|needs|have|has)\s+to(?:\s+be\s+able\s+to)?|do|does"
ONLY = r"(?:only|just|solely|exclusively|merely)"


def deeds_of(verbs: str) -> tuple[Deed, ...]:
    """What the verbs of a clause do, in the order of their weight: `view or edit` are two."""
    found: list[Deed] = []
    for part in re.split(r"\s*(?:,|/|\band\b|\bor\b|\bnor\b|&|\+)\s*", verbs):
        word = part.strip()
        deed: Deed | None = next((d for d, pattern in _DEED if word and pattern.fullmatch(word)), None)
        if deed is not None and deed not in found:
            found.append(deed)
    return tuple(found)


def lists(words: str) -> Iterator[str]:
    """The members of an enumeration: `budget, cost or the margin`."""
    yield from (
        p.strip()
        for p in re.split(r"\s*(?:,|;|&|\+|/|\band\b|\bor\b|\bnor\b|\bas\s+well\s+as\b|\bplus\b)\s*", words)
        if p.strip()
    )
