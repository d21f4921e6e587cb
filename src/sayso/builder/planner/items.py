"""One item of a list of fields: `a status (open, closed)`, `who took it`, `priority high / medium / low`, `photo of the damage`."""

import re
from dataclasses import dataclass, field

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, lemma
from sayso.builder.planner.options import capital, choices

NAME_WORDS_MAX = 6
CHOICE = ("select", "multi_select")


@dataclass(slots=True)
class Item:
    """What one item of a list says. `kind` is None when the words gave no evidence of it."""

    name: str
    start: int
    end: int
    kind: str | None = None
    options: list[str] = field(default_factory=list)
    sub: list["Item"] = field(default_factory=list)
    many: bool = False
    required: bool = False
    unique: bool = False
    formula: str = ""
    computed: bool = False
    unit: str = ""
    maximum: int = 0
    sure: bool = False
    """Whether the words themselves settle the kind."""
    link: str = ""

    @property
    def key(self) -> str:
        return lemma(self.name)


_LEAD = re.compile(
    r"^(?:(?:and|or|plus|also|then|with|including|include|incl\.?|the|an?|their|its|his|her|our|my|your|some|any|optional|optionally|maybe|possibly|"
    r"of course|as well as|along with|together with|like|such as|things like|just|simply|e\.g\.?,?|i\.e\.?,?|namely|both|at least|each|we|i|they|it|"
    r"want|need|needs|has|have|should|must|can|will|would|record|note|store|track|keep|save|log|enter|a field for|field for|fields for|fields|columns|column for|"
    r"one|single|exact|basic|current|new|proper|short|free|dated)\s+)+(?=\S)"
)
_KEEP_LEAD = frozenset("current balance|new price|short description|single malt".split("|"))
_FLAGS = (
    (re.compile(r"\b(?:is\s+|are\s+)?(?:required|mandatory|compulsory|must(?:\s+be\s+(?:filled(?:\s+in)?|there|set|present))?|obligatory|not\s+optional)\b"), "required"),
    (re.compile(r"\b(?:is\s+|must\s+be\s+)?unique\b"), "unique"),
    (re.compile(r"\b(?:auto(?:matically)?[- ]?(?:calculated?|computed|filled|worked\s+out)?|calculated?|computed|worked\s+out|auto-calc|automatic)\b"), "computed"),
)  # fmt: skip
_UNIT = re.compile(
    r"\s*(?:\(|\b)in\s+(?P<unit>minutes|mins?|hours|hrs|days|seconds|weeks|months|years|kg|g|grams|lbs?|pounds|tons?|tonnes|km|kilomet(?:er|re)s|miles|m|met(?:er|re)s|cm|mm|feet|ft|inches|"
    r"litres|liters|ml|°?c|celsius|sqm|m2|square\s+(?:feet|met(?:er|re)s)|euros?|dollars?|pounds\s+sterling|usd|eur|gbp|chf|(?:thousands|millions|k|percent|%)(?:\s+of\s+\w+)?|€|\$|£)(?!\w)\)?"
)
_MONEY_UNIT = re.compile(r"euro|dollar|usd|eur|gbp|chf|€|\$|£|sterling|thousand|million|^k$")
_PAREN = re.compile(r"\s*[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]?\s*")
_YESNO = re.compile(r"\s*(?:\(|\b)?(?:yes\s*(?:/|or)\s*no|y\s*/\s*n|true\s*/\s*false|tick[- ]?box|check[- ]?box|tick|flag)\b\)?")
_SCALE = re.compile(
    r"\b(?:from\s+)?(?:on\s+a\s+scale\s+(?:of|from)\s+)?(?P<a>[01])\s*(?:-|–|to|\.\.)\s*(?P<b>5|10|7|4|6|3|100)\b(?:\s*(?:stars?|rating|scale|points?))?|\bout\s+of\s+(?P<c>5|10|100)\b|\b(?P<d>5|five)[- ]stars?\b"
)
_WORD_KIND = {
    "number": "number", "numeric": "number", "text": "text", "date": "date", "money": "money", "currency": "money", "percent": "percent",
    "percentage": "percent", "file": "file", "pdf": "file", "pdfs": "file", "upload": "file", "uploaded": "file", "attachment": "file", "scan": "file",
    "photo": "image", "image": "image", "picture": "image", "dropdown": "select", "drop-down": "select", "select": "select", "choice": "select",
    "multi-select": "multi_select", "multiselect": "multi_select", "multiple choice": "multi_select", "long text": "long_text", "free text": "long_text",
    "paragraph": "long_text", "url": "url", "link": "url", "email": "email", "phone": "phone", "yes/no": "checkbox", "checkbox": "checkbox",
    "datetime": "datetime", "date and time": "datetime", "date & time": "datetime", "date/time": "datetime", "time": "datetime", "stars": "rating",
    "rating": "rating", "€": "money", "$": "money", "£": "money", "%": "percent", "tags": "multi_select", "person": "person", "user": "person",
    "int": "number", "integer": "number", "bool": "checkbox", "boolean": "checkbox", "string": "text", "markdown": "long_text", "duration": "duration",
    "list": "select", "one of": "select", "single select": "select", "decimal": "number", "autonumber": "autonumber", "auto number": "autonumber",
}  # fmt: skip
_PARTICIPLE = {
    "took": "taken", "take": "taken", "takes": "taken", "gave": "given", "give": "given", "did": "done", "does": "done", "made": "made", "wrote": "written",
    "write": "written", "writes": "written", "brought": "brought", "bought": "bought", "paid": "paid", "pays": "paid", "sent": "sent", "saw": "seen", "found": "found",
    "drove": "driven", "drives": "driven", "ran": "run", "sold": "sold", "led": "led", "leads": "led", "taught": "taught", "teaches": "taught", "caught": "caught",
    "spoke": "spoken to", "held": "held", "fed": "fed", "built": "built", "won": "won", "chose": "chosen", "knew": "known", "began": "begun", "owns": "owned", "own": "owned",
    "has": "held", "had": "held", "handles": "handled", "runs": "run", "checks": "checked",
}  # fmt: skip
_HOW = {
    "urgent": ("Urgency", "select"), "important": ("Importance", "select"), "severe": ("Severity", "select"), "bad": ("Severity", "select"),
    "serious": ("Severity", "select"), "likely": ("Likelihood", "select"), "long": ("Duration", "duration"), "often": ("Frequency", "select"),
    "old": ("Age", "number"), "big": ("Size", "text"), "large": ("Size", "text"), "heavy": ("Weight", "number"), "tall": ("Height", "number"),
    "far": ("Distance", "number"), "difficult": ("Difficulty", "select"), "hard": ("Difficulty", "select"), "good": ("Rating", "rating"),
    "happy": ("Satisfaction", "rating"), "satisfied": ("Satisfaction", "rating"), "much": ("Amount", "money"), "many": ("Quantity", "number"),
    "hot": ("Temperature", "number"), "warm": ("Temperature", "number"), "fast": ("Speed", "number"), "expensive": ("Price", "money"),
}  # fmt: skip
_WHAT = {
    "wrong": ("Problem", "long_text"), "happened": ("What happened", "long_text"), "broken": ("Problem", "long_text"), "broke": ("Problem", "long_text"),
    "blocking": ("Blockers", "long_text"), "done": ("Work done", "long_text"), "needed": ("What is needed", "long_text"), "said": ("What was said", "long_text"),
    "costs": ("Cost", "money"), "cost": ("Cost", "money"), "about": ("Subject", "text"), "for": ("Purpose", "text"), "eaten": ("Food", "text"), "next": ("Next step", "text"),
}  # fmt: skip
_NOUN_TOO = frozenset("set run call order record log check show list type pick change move work note offer".split())
_MOMENT = frozenset(
    "taken returned started finished arrived left called opened closed picked dropped checked fed logged sent received resolved given ended".split()
)


def _question(text: str) -> tuple[str, str | None] | None:
    """Name and kind of a field said as a question: `who took it`, `which room`, `when returned`, `how many guests`."""
    t = text.strip().rstrip("?").strip()
    t = re.sub(
        r"^(?:(?:we|i|they|it|you)\s+(?:also\s+)?(?:need\s+to\s+)?(?:know|record|note|write\s+down|want\s+to\s+know|need|log|see)\s+)",
        "",
        t,
    )
    if m := re.match(
        r"(?:whether(?:\s+or\s+not)?|if)\s+(?:(?:it|they|he|she|this|that|we|i|you|the\s+\w+|someone|somebody)(?:'s|'re|'ve)?\s+)?(?:(?:is|are|was|were|has|have|had|been|can|should|be|got|do|does|did|needs?\s+to\s+be)\s+)*(?P<x>[\w' -]+)",
        t,
    ):
        return _named(m["x"]), "checkbox"
    if m := re.match(r"who(?:m|ever|'s)?\b\s*(?P<rest>.*)", t):
        return _who(m["rest"])
    if m := re.match(
        r"when\b\s*(?:(?:it|they|he|she|this|the\s+\w+|we|i)(?:'s|'re)?\s+)?(?:(?:is|are|was|were|has|have|been|will|be|should|to|needs?\s+to\s+be|got)\s+)*(?P<x>[\w-]+)?(?:\s+(?:it|them|him|her|by|back|again|out|in|for))*\s*$",
        t,
    ):
        return _when(m["x"] or "")
    if m := re.match(r"when\s+(?:it|they|he|she|we|the\s+\w+)\s+(?P<x>\w+)", t):
        return _when(_PARTICIPLE.get(m["x"], m["x"]))
    if m := re.match(r"where\b", t):
        return "Location", "text"
    if re.match(r"why\b", t):
        return "Reason", "long_text"
    if m := re.match(r"how\s+many\s+(?P<x>[\w' -]+)", t):
        return _quantity(m["x"]), "number"
    if m := re.match(r"how\s+much(?:\s+(?P<x>.+))?", t):
        rest = m["x"] or ""
        if re.search(r"\b(?:cost|costs|paid|charged|spent|worth|owe|owes|pay|it\s+is)\b", rest) or not rest:
            return ("Cost" if "cost" in rest else "Amount"), "money"
        return _quantity(rest), "number"
    if m := re.match(r"how\s+(?P<x>\w+)", t):
        if m["x"] in _HOW:
            return _HOW[m["x"]]
        return "How " + m["x"], "text"
    if m := re.match(r"(?:what|which)(?:'s|s)?\b\s*(?P<rest>.*)", t):
        return _what(m["rest"])
    return None


def _named(words: str) -> str:
    kept = re.sub(r"\b(?:it|they|them|he|she|yet|already|or not|a|an|the|been)\b", " ", words).split()
    return capital(" ".join(kept[:4])) or "Yes"


def _quantity(words: str) -> str:
    noun = re.split(
        r"\s+(?:it|they|we|he|she|are|is|was|were|there|can|do|does|did|have|has|in|of|per|on|for|i|you)\b", words.strip()
    )[0]
    noun = " ".join(noun.split()[:3])
    return (
        capital(noun) if lexicon.fields().get(noun) == "number" or noun in ("hours", "minutes", "days") else f"Number of {noun}"
    )


def _who(rest: str) -> tuple[str, str | None]:
    rest = (
        re.sub(r"\b(?:it|them|this|that|the\s+\w+|for)\b.*$", "", rest).strip()
        if not rest.startswith(("it's for", "it is for", "for"))
        else "for"
    )
    words = [
        w
        for w in rest.split()
        if w not in ("is", "was", "are", "will", "be", "has", "have", "been", "should", "needs", "to", "in", "of")
    ]
    if not words:
        return "Person", "person"
    if words[0] == "for":
        return "For whom", "text"
    if words[0] in ("responsible", "assigned", "working", "charge", "doing", "leading", "owner"):
        return ("Owner" if words[0] != "assigned" else "Assigned to"), "person"
    verb = words[0]
    if verb.endswith("ed") or verb in _PARTICIPLE:
        return capital(f"{_PARTICIPLE.get(verb, verb)} by"), "person"
    if verb.endswith("s") and len(verb) > 3:
        stem = verb[:-1]
        return capital(f"{stem}d by" if stem.endswith("e") else f"{stem}ed by"), "person"
    return (capital(lexicon and " ".join(words[:2])) if lexicon.kind_of(" ".join(words[:2]))[0] else "Person"), "person"


def _when(word: str) -> tuple[str, str]:
    word = _PARTICIPLE.get(word, word)
    if not word or word in ("it", "this"):
        return "Date", "date"
    if word == "due":
        return "Due date", "date"
    if word in ("ends", "end", "expires", "starts", "start", "begins"):
        return {"ends": "End", "end": "End", "expires": "Expiry date", "starts": "Start", "start": "Start", "begins": "Start"}[
            word
        ], "date"
    if word in _MOMENT:
        return f"{capital(word)} at", "datetime"
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1] + ("d" if word.endswith("es") else "ed")
    return f"{capital(word)} on", "date"


def _what(rest: str) -> tuple[str, str | None]:
    words = list(re.findall(r"[\w'%-]+", rest))
    for w in words:
        if w in _WHAT:
            return _WHAT[w]
    nouns: list[str] = []
    for w in words:
        if not nouns and w in _NOUN_TOO:
            nouns.append(w)
            continue
        if w in lexicon.verbs() or w in ("gets", "%"):
            if nouns:
                break
            continue
        nouns.append(w)
        if len(nouns) == 3:
            break
    if words and words[0] in ("they", "we", "it", "he", "she", "i", "you", "was", "were", "is", "to"):
        verb = next((w for w in words[1:] if w not in ("was", "were", "is", "have", "has", "be")), "")
        return (f"What was {_PARTICIPLE.get(verb, verb)}" if verb else "What"), "long_text"
    name = " ".join(nouns)
    return (capital(name) if name else "What"), None


def item(raw: str, start: int) -> Item | None:
    """Reads one item; `start` is where it stands in the text. None when there is nothing to name."""
    body = raw
    low = body.lower()
    if len(low) != len(body):
        low = body
    shift = len(low) - len(low.lstrip(" -–•*:,;."))
    begun, text = start + shift, low[shift:].rstrip(" -–:,;.!")
    cased = body[shift : shift + len(text)]
    if not re.search(r"\w", text):
        return None
    made = Item("", begun, begun + len(text))
    head = re.match(r"[^(\[:=]*?(?=\s[–-]\s|[(\[:=]|$)", text)
    question = _question(head[0] if head else text)
    text, cased = _parens(text, cased, made)
    text, cased = _equation(text, cased, made)
    if (m := _YESNO.search(text)) and m.start() > 2 and m.end() >= len(text.rstrip()) - 1:
        made.kind, made.sure = made.kind or "checkbox", True
        text, cased = text[: m.start()], cased[: m.start()]
    text, cased = _inline_choices(text, cased, made)
    for pattern, flag in _FLAGS:
        if m := pattern.search(text):
            if flag == "computed" and not re.search(r"auto|calc|comput|worked", m[0]):
                continue
            setattr(made, flag, True)
            text, cased = (text[: m.start()] + text[m.end() :]), (cased[: m.start()] + cased[m.end() :])
    if (m := _YESNO.search(text)) and m.start() > 2:
        made.kind, made.sure = made.kind or "checkbox", True
        text, cased = (text[: m.start()] + text[m.end() :]), (cased[: m.start()] + cased[m.end() :])
    if m := _UNIT.search(text):
        _measured(made, m["unit"])
        text, cased = (text[: m.start()] + text[m.end() :]), (cased[: m.start()] + cased[m.end() :])
    if m := _SCALE.search(text):
        _scaled(made, m)
        text, cased = (text[: m.start()] + text[m.end() :]), (cased[: m.start()] + cased[m.end() :])
    if re.search(r"\s*%|\bpercent(?:age)?$", text) and len(text) > 3:
        made.kind, made.sure = made.kind or "percent", True
        stripped = re.sub(r"\s*%\s*", " ", text)
        cased = re.sub(r"\s*%\s*", " ", cased)
        text = stripped
    if text.rstrip().endswith("?") and not question:
        made.kind, made.sure = made.kind or "checkbox", True
    if question:
        made.name = question[0]
        if made.kind is None:
            made.kind = question[1]
        made.sure = made.sure or question[1] is not None
        return made
    made.name = _name(text, cased, made)
    return made if made.name else None


def _parens(text: str, cased: str, made: Item) -> tuple[str, str]:
    while m := _PAREN.search(text):
        made.name = _LEAD.sub("", text[: m.start()]).strip()
        inner, inner_cased = m[1], cased[m.start(1) : m.end(1)]
        at = made.start + m.start(1)
        if not (m.start() == 0 and not inner):
            _bracket(inner.strip(), inner_cased.strip(), at, made)
        gap = " " if m.end() < len(text) and m.start() > 0 else ""
        text, cased = text[: m.start()] + gap + text[m.end() :], cased[: m.start()] + gap + cased[m.end() :]
    return text, cased


_EACH_HAS = re.compile(r"^(?:each|every|an?|the)\s+[\w ]{2,24}?\s+(?:has|have|with|needs?)\s+")


def _bracket(inner: str, cased: str, at: int, made: Item) -> None:
    """What brackets say: choices, a kind, a unit, a scale, required, further fields."""
    if m := _EACH_HAS.match(inner):
        inner, cased, at = inner[m.end() :], cased[m.end() :], at + m.end()
    plain = inner.strip(" .!")
    if plain in _WORD_KIND:
        made.kind, made.sure = _WORD_KIND[plain], True
        return
    if plain in ("s", "es", "optional", ""):
        made.many = made.many or plain in ("s", "es")
        return
    if _YESNO.fullmatch(plain):
        made.kind, made.sure = "checkbox", True
        return
    if re.match(r"(?:required|mandatory|must)\b", plain):
        made.required = True
        return
    if plain.startswith("unique"):
        made.unique = True
        return
    if m := _SCALE.fullmatch(plain):
        _scaled(made, m)
        return
    if m := re.match(r"(?:auto|calculated|computed|formula\b|=)\s*(?P<x>.*)", plain):
        made.computed, made.formula = True, m["x"].strip(" :=")
        return
    if m := re.fullmatch(
        r"(?:one|many|several|multiple|list|links?\s+to|from|see|a)\s*(?:of|to)?\s*(?:the\s+)?(?P<x>[\w ]{2,30})?", plain
    ):
        made.many = plain.startswith(("many", "several", "multiple"))
        made.link = (m["x"] or "") if plain.startswith(("link", "one", "many")) else ""
        return
    if m := re.fullmatch(
        r"(?:in\s+)?(?P<unit>minutes|mins?|hours|hrs|days|seconds|weeks|months|years|kg|g|lbs?|km|miles|m|cm|mm|litres|liters|ml|sqm|m2|euros?|usd|eur|gbp|millions|thousands|€|\$|£|%)",
        plain,
    ):
        _measured(made, m["unit"])
        return
    for words, kind in (
        ("multi-select", "multi_select"),
        ("multiple", "multi_select"),
        ("pick several", "multi_select"),
        ("dropdown", "select"),
        ("select", "select"),
        ("choice", "select"),
        ("one of", "select"),
    ):
        if plain.startswith(words):
            made.kind, made.sure = kind, True
            cased = cased[len(words) :].strip(" :,-–")
            break
    listed = choices(cased)
    if len(listed) >= 2:
        known = [
            lexicon.kind_of(o)[1] >= 0.7
            and lexicon.fields().get(o.lower()) not in (None, "checkbox")
            and o.lower() not in lexicon.hues()
            for o in listed
        ]
        if (
            not made.sure
            and sum(known) * 2 > len(known)
            and not re.search(r"/|\bor\b|e\.g|like|such as|…|\.\.|etc", inner)
            and (
                lexicon.kind_of(made.name or "")[0] not in CHOICE
                or (is_plural(made.name.split()[-1]) and lexicon.is_table_noun(made.name))
            )
        ):
            made.sub = items(cased, at)
        elif not made.options and lexicon.kind_of(made.name)[0] not in (
            "number",
            "money",
            "date",
            "datetime",
            "duration",
            "percent",
            "hours",
        ):
            made.options = listed
    elif len(listed) == 1 and re.match(r"e\.?g\.?|like|such|for example|say", plain):
        made.options = []


def _equation(text: str, cased: str, made: Item) -> tuple[str, str]:
    if (m := re.search(r"\s*(?:=|->|=>|\bequals\b)\s*(?P<f>.+)$", text)) and m.start() > 1:
        made.formula, made.computed = m["f"].strip(), True
        return text[: m.start()], cased[: m.start()]
    return text, cased


_CHOICE_HEAD = re.compile(
    r"^(?P<head>.{2,40}?)\s*(?:(?::|\s[–-]\s|\s[–-]|\bis\s+(?:one\s+of|either)\b|\bcan\s+be\b|\beither\b|\bone\s+of\b|\b(?:such\s+as|like|e\.g\.?)(?=\s))\s*)(?P<list>.+)$"
)


def _inline_choices(text: str, cased: str, made: Item) -> tuple[str, str]:
    if made.options:
        return text, cased
    if (m := _CHOICE_HEAD.match(text)) and not re.match(r"(?:feels?|looks?)\b", m["head"]):
        body = cased[m.start("list") : m.end("list")].strip()
        if body.lower() in _WORD_KIND:
            made.kind, made.sure = _WORD_KIND[body.lower()], True
            return m["head"], cased[: len(m["head"])]
        if _SCALE.fullmatch(body.lower()):
            _scaled(made, _SCALE.fullmatch(body.lower()))
            return m["head"], cased[: len(m["head"])]
        listed = choices(body)
        if len(listed) >= 2 or (listed and re.search(r"like|such|e\.g", text)):
            made.options = listed
            return m["head"], cased[: len(m["head"])]
    if m := re.match(r"^(?P<head>[^/>]+?)\s+(?P<list>[^\s/>][^/>]*(?:\s*[/>]+\s*[^/>]+)+)$", text):
        head, first = _split_head(m["head"], m["list"])
        if head:
            at = len(text) - len(first)
            listed = choices(cased[at:])
            if len(listed) >= 2 and not re.fullmatch(r"yes\s*/\s*no.*", first):
                made.options = listed
                return text[:at], cased[:at]
    head = _choice_head(text)
    levels = text[len(head) :].split() if head else []
    if len(levels) >= 2 and all(
        w in lexicon.hues() or w in ("med", "mid", "hi", "lo", "small", "large", "s", "m", "l", "xl") for w in levels
    ):
        made.options = [{"med": "Medium", "mid": "Medium", "hi": "High", "lo": "Low"}.get(w, capital(w)) for w in levels]
        return text[: len(head)], cased[: len(head)]
    if (
        head
        and len(text) > len(head)
        and re.search(r",|\bor\b|\band\b", text[len(head) :])
        and not re.match(r"\s+(?:of|for|and|in|on|by|from|per)\s+\w", text[len(head) :])
    ):
        listed = choices(cased[len(head) :])
        if len(listed) >= 2:
            made.options = listed
            return text[: len(head)], cased[: len(head)]
    return text, cased


def _choice_head(text: str) -> str:
    """The words at the start that name a choice field (`status`, `leave type`), when others follow: `status open, closed`."""
    words = list(re.finditer(r"[\w'-]+", text))
    best = ""
    for n, w in enumerate(words[:4]):
        phrase = " ".join(x[0] for x in words[: n + 1] if x[0] not in ("a", "an", "the", "its", "their"))
        if lexicon.fields().get(phrase) in CHOICE or (w[0] in _STRONG_CHOICE and (n == 0 or w[0] == words[n][0])):
            best = text[: w.end()]
            if n + 1 < len(words) and lexicon.fields().get(f"{phrase} {words[n + 1][0]}") not in CHOICE:
                break
    return best


_STRONG_CHOICE = frozenset(
    "status stage priority urgency severity category type state kind phase condition gender shift outcome result mood level grade size colour color".split()
)


def _split_head(head: str, rest: str) -> tuple[str, str]:
    """Where the name ends and the first choice begins in `take away yes/no`, `priority high / medium / low`."""
    named = _choice_head(head + " " + rest)
    if named and len(named) <= len(head) + len(rest):
        return named, (head + " " + rest)[len(named) :].strip()
    return head, rest


def _measured(made: Item, unit: str) -> None:
    made.unit = unit
    if re.search(r"percent|%", unit):
        made.kind = "percent"
    elif _MONEY_UNIT.search(unit):
        made.kind = made.kind or "money"
    else:
        made.kind = made.kind or "number"
    made.sure = True


def _scaled(made: Item, m: "re.Match[str] | None") -> None:
    if m is None:
        return
    top = int(m["b"] or m["c"] or 5)
    made.maximum = top
    made.kind, made.sure = ("rating" if top <= 10 else "number"), True


_CUT = re.compile(
    r"\s+(?:that|which|so|because|since|when|if|where|who|whose|we|they|i|you|is|are|was|were|will|should|must|can|may|be|gets?|has|have|until|while|after|before|via|each|"
    r"from|as|using|based|depending|to\s+(?:be|see|know|show|track|help|avoid)|so\s+that|in\s+case|for\s+(?:each|every|all|it|them|the|that|this|when|our|us|tracking|which)|"
    r"on\s+(?:it|them|the|each|every|which)|in\s+(?:it|the|our|each|every|which|there)|at\s+(?:the|which)|with|by\s+(?:the|a|an|us|them|email|phone)|automatically|"
    r"if\s+any|too|etc\.?|please|afterwards|immediately|itself|themselves)\b.*$"
)
_OF = re.compile(r"\s+(?:for|in|on|at|with)\s+.*$")


def _name(text: str, cased: str, made: Item) -> str:
    lead = _LEAD.match(text)
    if lead and text not in _KEEP_LEAD and text[lead.end() :].strip() and not _known(text):
        if re.search(r"\b(?:several|many|multiple)\b", text[: lead.end()]):
            made.many = True
        text, cased = text[lead.end() :], cased[lead.end() :]
        made.start += lead.end()
    if m := re.match(
        r"(?:(?P<many>several|many|multiple|lots of|a list of|list of|one or more|zero or more|any number of|all(?: of)?(?: the)?)|\d+(?:\s*[-–]\s*\d+)?)\s+",
        text,
    ):
        made.many = True
        text, cased = text[m.end() :], cased[m.end() :]
    if not _known(text):
        if m := _CUT.search(text):
            text, cased = text[: m.start()], cased[: m.start()]
        if (m := _OF.search(text)) and not _known(text) and m.start() > 2:
            text, cased = text[: m.start()], cased[: m.start()]
    cased = (
        re.sub(r"[\"'“”{}\[\]()?!]", "", cased).replace("/", " / ")
        if "/" in cased and " / " not in cased and len(cased.split("/")[0]) > 3
        else re.sub(r"[\"“”{}\[\]()?!]", "", cased)
    )
    words = cased.split()
    while (
        words
        and not _dated(words)
        and words[-1].lower()
        in (
            "and",
            "or",
            "the",
            "a",
            "of",
            "for",
            "to",
            "with",
            "as",
            "is",
            "in",
            "on",
            "&",
            "/",
            "+",
            "-",
        )
    ):
        words.pop()
    while words and words[0].lower() in ("and", "or", "of", "the", "a", "an", "&", "/", "+", "-", "to"):
        words.pop(0)
    if len(words) > NAME_WORDS_MAX:
        words = words[:NAME_WORDS_MAX]
    name = " ".join(words).strip(" .,:;-–'")
    if name.lower() in _NO_NAMES:
        return ""
    return cased_name(name)


def _known(text: str) -> bool:
    return text.strip() in lexicon.fields()


_NO_NAMES = frozenset(
    "please thanks thank etc more so everything stuff things anything others other rest same them it that this all each too also ok okay simple cheers".split()
)


def _dated(words: list[str]) -> bool:
    """`produced on`, `issued on`, `taken at`, `due in`: the small word at the end belongs to the name."""
    return (
        len(words) == 2
        and words[1].lower() in ("on", "at", "by", "in", "out")
        and (
            words[0].lower().endswith(("ed", "en", "wn"))
            or words[0].lower()
            in ("due", "date", "sent", "paid", "made", "bought", "sold", "left", "time", "check", "built", "met")
        )
    )


_ACRONYMS = frozenset(
    "id url sku vat gst iban bic vin cv pdf dob qr isbn po pin gps ip sla kpi roi rsvp faq crm hr it nps csat api erp eta etd ai ui ux qa ar ap pr b2b cpc cpm ctr roi mrr arr usd eur gbp dba ein ssn npi rfi rfp rfq sop".split()
)


def cased_name(name: str) -> str:
    """A name as the product writes it: first letter large, acronyms large, the rest as typed unless shouted."""
    words = name.split()
    shouted = len(words) > 1 and name.isupper()
    out: list[str] = []
    for i, w in enumerate(words):
        low = w.lower()
        if low in _ACRONYMS:
            out.append(w.upper())
        elif low == "e-mail":
            out.append("Email" if i == 0 else "email")
        elif shouted or (w.istitle() and i and low in lexicon.fields()):
            out.append(low if i else low.capitalize())
        elif i == 0:
            out.append(capital(w))
        else:
            out.append(w if not (w[:1].isupper() and w[1:].islower() and name.istitle()) else low)
    return " ".join(out)


_SEPARATOR = re.compile(
    r"\s*(?P<mark>,|;|\n|\||•|\s\+\s|\s&\s|\band\s*/\s*or\b|\bas\s+well\s+as\b|\balong\s+with\b|\bplus\b|\band\b|\bor\b|>(?=\s*\w))\s*"
)
_BOUND = re.compile(
    r"\b(?:date and time|date & time|first and last names?|terms and conditions|before and after(?: photos| pictures)?|name and surname|start and end(?: dates?| times?)?|pros and cons|"
    r"check[- ]in and check[- ]out(?: dates?| times?)?|profit and loss|health and safety|lost and found|q and a|r and d|research and development|food and drinks?|arts and crafts|bed and breakfast|"
    r"city and state|pick[- ]?up and drop[- ]?off(?: times?| dates?| locations?)?|from and to(?: dates?)?|min and max)\b"
)


def pieces(text: str) -> list[tuple[int, int, str]]:
    """Splits a list at its separators, outside of brackets and quotes: (start, end, the separator before it)."""
    guarded = [m.span() for m in _BOUND.finditer(text)]
    depth, depths = 0, []
    for c in text:
        depth += c in "(["
        depths.append(depth)
        depth = max(0, depth - (c in ")]"))
    found: list[tuple[int, int, str]] = []
    at, mark = 0, ""
    for m in _SEPARATOR.finditer(text):
        if (
            depths[m.start("mark")]
            or any(a <= m.start("mark") < b for a, b in guarded)
            or (m["mark"] == ">" and "=" in text[m.start() - 1 : m.start()])
        ):
            continue
        if m.start() > at and text[at : m.start()].strip():
            found.append((at, m.start(), mark))
            mark = m["mark"].strip()
        elif m["mark"].strip() not in (",",):
            mark = m["mark"].strip() or mark
        at = m.end()
    if text[at:].strip():
        found.append((at, len(text), mark))
    return found


def items(raw: str, start: int = 0) -> list[Item]:
    """All items of a list, choices kept with the field that they belong to."""
    text = raw.lower() if len(raw.lower()) == len(raw) else raw
    made: list[Item] = []
    if m := _ARROW.search(text):
        made = [*items(raw[: m.start("a")], start), *items(raw[m.start("a") : m.end("b")], start + m.start("a"))]
        made.append(
            Item(
                cased_name(m["c"].strip()),
                start + m.start("c"),
                start + m.end("c"),
                computed=True,
                formula=f"{m['a'].strip()} + {m['b'].strip()}",
            )
        )
        return [*made, *items(raw[m.end("c") :], start + m.end("c"))]
    for a, b in _grouped(text, pieces(text)):
        several = _several(raw[a:b], start + a)
        if several and made and (m := re.search(r"\b(?:each|all)\s+(?=\S)", text[a:b])) and m.start() > 1:
            _shared(several[-1], made, raw[a + m.end() : b])
        made.extend(several)
    return made


_ARROW = re.compile(r"(?P<a>[\w ]{3,40}?)\s+\+\s+(?P<b>[\w ]{3,40}?)\s*-?>\s*(?P<c>[\w ]{3,30})")


def _shared(last: Item, before: list[Item], said: str) -> None:
    """`floors, dust, leaks each done/not done`: what is said of the last is said of all."""
    last.name = re.sub(r"\s+(?:each|all)\b.*$", "", last.name, flags=re.I)
    listed = choices(said) if re.search(r"/|\bor\b", said) else []
    scale = _SCALE.search(said.lower())
    for one in [*before, last]:
        if (one.kind is None and not one.options) or one is last:
            if _YESNO.search(said.lower()):
                one.kind, one.sure, one.options = "checkbox", True, []
            elif scale:
                _scaled(one, scale)
            elif len(listed) >= 2:
                one.options = listed


_PAIRS = {
    "first and last": ("First name", "Last name"), "name and surname": ("Name", "Surname"), "start and end": ("Start", "End"), "check in and check out": ("Check in", "Check out"),
    "check-in and check-out": ("Check in", "Check out"), "pickup and dropoff": ("Pickup", "Drop off"), "pick-up and drop-off": ("Pickup", "Drop off"), "from and to": ("From date", "To date"),
    "before and after": ("Before photo", "After photo"), "city and state": ("City", "State"), "min and max": ("Minimum", "Maximum"), "pros and cons": ("Pros", "Cons"),
}  # fmt: skip


def _several(raw: str, start: int) -> list[Item]:
    low = raw.lower()
    for words, names in _PAIRS.items():
        if words in low:
            rest = low.split(words, 1)[1].strip()
            tail = rest.split()[0] if rest else ""
            tail = tail[:-1] if tail in ("dates", "times", "names", "locations") else tail
            named = [n if not tail or tail in n.lower() or tail in ("photos", "pictures") else f"{n} {tail}" for n in names]
            return [Item(n, start, start + len(raw)) for n in named]
    if m := re.fullmatch(r"\s*(?:an?\s+)?from\s*[-–/]\s*(?:to|until|till)\b.*", low):
        return [
            Item("From date", start, start + m.end(), "date", sure=True),
            Item("To date", start, start + m.end(), "date", sure=True),
        ]
    if m := re.fullmatch(r"\s*(?:whether\s+)?(?:it's\s+|is\s+)?(?P<x>[\w -]{2,30}?)\s+or\s+not[\s.]*", low):
        return [Item(cased_name(m["x"]), start, start + len(raw), "checkbox", sure=True)]
    if run := _run_together(low):
        return [Item(cased_name(n), start + a, start + b) for n, a, b in run]
    if m := _SPANNED.fullmatch(low):
        tail = (m[3] or "").strip().rstrip("s")
        kind = "datetime" if tail == "time" else "image" if tail == "photo" else None
        return [Item(cased_name(f"{w} {tail}".strip()), start, start + len(raw), kind) for w in (m[1], m[2])]
    if (m := _FROM_TO.fullmatch(low)) and lexicon.fields().get(m["head"].strip()) in CHOICE:
        return [Item(cased_name(m["head"]), start, start + len(raw), "select", choices(f"{m['a']}, {m['b']}"), sure=True)]
    if _loose_choices(low):
        return [Item("Status", start, start + len(raw), "select", choices(raw), sure=True)]
    if (
        "/" in low
        and not re.search(r"[\s(]", low.strip(" ."))
        and sum(o in lexicon.hues() for o in low.strip(" .").split("/")) >= 2
    ):
        return [Item("Status", start, start + len(raw), "select", choices(raw), sure=True)]
    if (
        (m := re.fullmatch(r"\s*(?:is\s+|are\s+|either\s+)?([\w -]{2,20}?)\s+or\s+([\w -]{2,20}?)[\s.]*", low))
        and m[1].strip() in lexicon.hues()
        and m[2].strip() in lexicon.hues()
    ):
        return [Item("Status", start, start + len(raw), "select", choices(f"{m[1]}, {m[2]}"), sure=True)]
    one = item(raw, start)
    return [one] if one else []


_SPANNED = re.compile(
    r"\s*(?:an?\s+|the\s+)?(start|from|begin|check[- ]?in|opened|min|before)\s*/\s*(end|to|until|till|finish|check[- ]?out|closed|max|after)"
    r"(\s+(?:dates?|times?|photos?))?[\s.]*"
)
_FROM_TO = re.compile(
    r"\s*(?:an?\s+|the\s+)?(?P<head>[\w ]{3,24}?)\s+from\s+(?P<a>[\w ]{2,24}?)\s+to\s+(?P<b>[\w ]{2,24}?)[\s.]*"
)


def _loose_choices(low: str) -> bool:
    """`for sale/for rent/sold`: three or more short alternatives without a name before them."""
    parts = low.strip(" .").split("/")
    if len(parts) < 3 or re.search(r"[(,:]", low) or _choice_head(low.strip()):
        return False
    return all(1 <= len(p.split()) <= 3 for p in parts) and len(parts[0].split()) <= 2


def _run_together(text: str) -> list[tuple[str, int, int]]:
    """Fields said without commas: `name dob gender phone email` when every word belongs to a known noun."""
    words = list(re.finditer(r"[\w-]+", text))
    if len(words) < 4 or re.search(r"[,;:()/]", text):
        return []
    known = lexicon.fields()
    found: list[tuple[str, int, int]] = []
    n = 0
    while n < len(words):
        for size in (3, 2, 1):
            phrase = " ".join(w[0] for w in words[n : n + size])
            if n + size <= len(words) and phrase in known:
                found.append((phrase, words[n].start(), words[n + size - 1].end()))
                n += size
                break
        else:
            return []
    return found if len(found) >= 3 else []


def _field_like(text: str) -> bool:
    words = re.sub(r"^(?:and|or|the|an?|its|their)\s+", "", text.strip(" .,;:!"))
    if re.match(r"(?:who|when|where|why|how|what|which|whether)\b", words):
        return True
    plain = re.sub(r"\s*\(.*$", "", words).strip()
    kind = lexicon.fields().get(plain) or lexicon.fields().get(lemma(plain))
    return kind is not None and kind != "checkbox" and plain not in lexicon.hues()


def _grouped(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Joins the choices of a field that stand open in a list: `status In, Out or Lost, shelf` is two items."""
    kept: list[tuple[int, int]] = []
    n = 0
    while n < len(spans):
        a, b, _ = spans[n]
        piece = text[a:b]
        end = n
        if m := re.search(r"(?:\w\s*:|\s[–-])\s+\S|\b(?:either|one of|can be)\s+\w", piece):
            end = _list_end(text, spans, n, dash="–" if re.search(r"\s[–-]\s", piece) else "")
            del m
        elif (head := _choice_head(piece.strip())) and len(piece.strip()) > len(head) + 1 and not re.search(r"[(/>]", piece):
            rest = piece.strip()[len(head) :].strip()
            if m := re.match(r"from\s+[\w ]{2,24}?\s+to\s+[\w ]{2,24}$", rest):
                kept.append((a, b))
                n += 1
                continue
            last = rest.split()[-1] if rest else ""
            if last and len(rest.split()) <= 2 and lexicon.fields().get(last) and last not in lexicon.hues():
                kept.append((a, b))
                n += 1
                continue
            if not re.match(
                r"(?:(?:of|for|in|on|by|and|per|from|with)\s+\S|(?:name|code|number|date|id)\b)", rest
            ) and not _field_like(f"{head} {rest}"):
                end = _list_end(text, spans, n, dash="")
        elif (
            n + 1 < len(spans) and spans[n + 1][2] == "or" and text[slice(*spans[n + 1][:2])].strip(" .") == "not"
        ) or _choice_pair(text, spans, n):
            end = n + 1
        elif n + 1 < len(spans) and spans[n + 1][2] == ">" and re.search(r"\w\s+\w", piece):
            while end + 1 < len(spans) and spans[end + 1][2] == ">":
                end += 1
        elif re.match(r"\s*(?:whether|if)\s", piece) and n + 1 < len(spans) and spans[n + 1][2] == "or":
            end = n + 1
        elif re.search(r"\b(?:like|such as|e\.g\.?)\s+\w", piece):
            end = _list_end(text, spans, n, dash="")
        kept.append((a, spans[end][1]))
        n = end + 1
    return kept


def _choice_pair(text: str, spans: list[tuple[int, int, str]], n: int) -> bool:
    """`open or closed`: two well-known states joined by "or"."""
    if n + 1 >= len(spans) or spans[n + 1][2] != "or":
        return False
    a, b = (text[slice(*spans[k][:2])].strip(" .") for k in (n, n + 1))
    return a in lexicon.hues() and b in lexicon.hues()


def _list_end(text: str, spans: list[tuple[int, int, str]], n: int, *, dash: str) -> int:
    """The last piece that is still a choice of the list begun at piece `n`."""
    ors = [k for k in range(n + 1, min(n + 14, len(spans))) if spans[k][2] == "or"]
    end = n
    for k in range(n + 1, min(n + 40, len(spans))):
        piece = text[spans[k][0] : spans[k][1]]
        if dash and re.search(r"\s[–-]\s*$|^\s*[–-]\s", piece + " "):
            return k if not re.match(r"^\s*[–-]\s", piece) else k - 1
        if ors and k > ors[0]:
            return end
        if _field_like(piece) and not (ors and k <= ors[0]):
            return end
        if re.match(r"\s*(?:an?|the|its|their|whether|also|we|i)\s", piece) or re.search(r"\b(?:has|have|with)\b|[(:]", piece):
            return end
        end = k
        if ors and k == ors[0]:
            return end
    return end
