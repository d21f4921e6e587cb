"""The items of a list of fields: `a status (open, closed)`, `priority high / medium / low`, `photo of the damage`."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.grouping import choice_head, grouped_pieces, pieces
from sayso.builder.planner.inflect import is_plural
from sayso.builder.planner.item import CHOICE, Item
from sayso.builder.planner.naming import LEAD, cased_name, name_of
from sayso.builder.planner.options import capital, choices
from sayso.builder.planner.questions import asked_as

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
    question = asked_as(head[0] if head else text)
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
    made.name = name_of(text, cased, made)
    return made if made.name else None


def _parens(text: str, cased: str, made: Item) -> tuple[str, str]:
    while m := _PAREN.search(text):
        made.name = LEAD.sub("", text[: m.start()]).strip()
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
    head = choice_head(text)
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


def _split_head(head: str, rest: str) -> tuple[str, str]:
    """Where the name ends and the first choice begins in `take away yes/no`, `priority high / medium / low`."""
    named = choice_head(head + " " + rest)
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
    for a, b in grouped_pieces(text, pieces(text)):
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
    if len(parts) < 3 or re.search(r"[(,:]", low) or choice_head(low.strip()):
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
