"""Values worked out from others: `total = qty × price`, `sum of hours per project`, `average rating per review`."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import plural_phrase, singular
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.sketch import FieldSketch, Sketch, Span, TableSketch

_EQUALS = re.compile(
    r"(?:^|\b(?:the|an?|each|its|their|where|and|so)\s+|^)(?P<name>[\w'/ -]{2,48}?)\s*(?:=|\bequals\b|\b(?:is|are|should\s+be|must\s+be|gets?)\s+(?:calculated\s+(?:as|from|by)|computed\s+(?:as|from)|worked\s+out\s+(?:as|from)|worked\s+out\s*:|the\s+(?:sum|product|difference)\s+of)|\bmust\s+be\s+worked\s+out\s*:|:\s*(?=\w[\w ]*\s*[×*/+x-]\s*\w)|\b(?:is|are)\s+(?=[\w ]+\s*(?:[×*+/-]|\btimes\b|\bplus\b|\bminus\b|\bmultiplied\b|\bdivided\b|\bx\b)\s*[\w(]))\s*(?P<f>.+)$"
)
_BRACKET = re.compile(
    r"(?P<name>[\w' -]{3,48}?)\s*\(\s*(?:=\s*)?(?P<f>[\w' .%€$£-]+?(?:\s*(?:[×*+/]|\bx\b|\btimes\b|\bminus\b|\bplus\b|\s-\s)\s*[\w' .%€$£-]+)+)\s*\)"
)
_SUMMARY = re.compile(
    r"\b(?P<how>total(?:\s+number)?(?:\s+of)?|sum(?:\s+of)?|average(?:\s+of)?|avg\.?(?:\s+of)?|mean|number\s+of|count\s+of|how\s+many|how\s+much|highest|lowest|maximum|minimum|max|min|latest|most\s+recent|earliest|last)\s+(?:the\s+|all\s+(?:the\s+)?|its\s+|their\s+)?"
    r"(?P<what>[\w'%-]+(?:\s+(?!per\b|for\b|of\s+each|on\s+each|by\b|from\b|so\s+far|in\b|and\b|across|over\b|each\b|are\b|is\b)[\w'%-]+){0,4}?)?\s*(?:so\s+far\s*)?(?:(?:per|for\s+each|of\s+each|on\s+each|by|for\s+every|per\s+each|on\s+the|for\s+the|from\s+(?:the|its|their|all)?|across\s+(?:the|all|its)?|over\s+(?:the|all|its)?)\s*(?P<per>[\w' -]{2,30}?))?(?=\s*(?:,|;|\.|\band\b|\bso\b|\bis\b|\bare\b|\bautomatically\b|$|\())"
)
_SHOWN = re.compile(
    r"\b(?:on|for|per|in|with)\s+(?:each|every|the|a)\s+(?P<per>[\w' -]{2,24}?)\s*,?\s*(?:i|we|it|please|should|also|and)?\s*(?:want\s+to\s+|would\s+like\s+to\s+|should\s+|need\s+to\s+)?(?:show|display|see|have|add)\s+(?P<what>.+)$|\b(?:shows?|display|see)\s+(?:me\s+)?(?:on|for|per|in)\s+(?:each|every|the|a)\s+(?P<per2>[\w' -]{2,24}?)\s+(?P<what2>(?:how|the|total|average|number|what|sum|its|their|an?)\b.+)$|^(?:show|display)\s+(?P<what3>.+?)\s+(?:on|for|per)\s+(?:each|every|the)\s+(?P<per3>[\w' -]{2,24})$"
)
_WANTED = re.compile(
    r"(?:^|\b(?:i|we)\s+(?:also\s+)?(?:need|want|would\s+like)\s+|\band\s+want\s+|^)(?:the\s+|an?\s+)?(?P<name>[\w'% -]{3,40}?)\s+(?:to\s+be\s+|should\s+(?:be\s+)?|must\s+be\s+|is\s+|are\s+|gets?\s+|be\s+)?(?:auto(?:matically)?\s*-?\s*)?(?:calculated|computed|worked\s+out|calculate(?:s)?\s+itself|calculates?|auto\b|automatically|auto-calc\w*|added\s+up)"
)
_WORK_OUT = re.compile(
    r"\b(?:work(?:s)?\s+out|calculate[sd]?|compute[sd]?|show|add|want|need)\s+(?:me\s+)?(?:the\s+|an?\s+|each\s+)?(?P<name>[\w' -]{3,40}?)(?=\s*(?:\(|=|on\s+each|for\s+each|per\s+|from\s|based|by\s|to\s+\w+$|$|,|and\s))"
)
_HOWS = (("average", "average"), ("avg", "average"), ("mean", "average"), ("number", "count"), ("count", "count"), ("how many", "count"), ("total number", "count"), ("highest", "maximum"), ("max", "maximum"), ("lowest", "minimum"), ("min", "minimum"), ("latest", "latest"), ("most recent", "latest"), ("last", "latest"), ("earliest", "earliest"), ("total", "sum"), ("sum", "sum"), ("how much", "sum"))  # fmt: skip


def read(text: str, raw: str, span: Span, sketch: Sketch) -> bool:
    """Whether the clause named a computed value."""
    done = False
    table_said = sketch.mentioned(text)
    if m := _EQUALS.search(text):
        name = _clean(m["name"])
        if name:
            _add(sketch, _home(name, text, sketch), name, m["f"], span)
            return True
    for m in _BRACKET.finditer(text):
        name = _clean(re.sub(r"^.*\b(?:add|out|show|want|need|calculate)\s+(?:an?\s+|the\s+)?", "", m["name"]))
        where = re.search(r"\bto\s+(\w+)|\bon\s+(?:each|every)\s+(\w+)", text)
        tail = re.match(r"(?P<n>.+?)\s+(?:on|to|for)\s+(?:each\s+|every\s+|the\s+)?(?P<t>\w+)$", name)
        table = (
            (sketch.table(where[1] or where[2]) if where else None)
            or (table_said[0] if table_said else None)
            or _home(name, text, sketch)
        )
        if tail and sketch.table(tail["t"]):
            name, table = tail["n"], sketch.table(tail["t"])
        _add(sketch, table, name, m["f"], span)
        done = True
    if m := _SHOWN.search(text):
        per = m["per"] or m["per2"] or m["per3"]
        what = m["what"] or m["what2"] or m["what3"]
        home = sketch.subject if re.match(r"(?:it|one|of them)\b", per) else sketch.table(noun_of(per))
        if home is not None:
            for piece in re.split(r",\s*|\s+and\s+", what):
                done = _summary(piece, sketch, span, home) or _named(piece, sketch, span, home) or done
            return done
    if not done:
        for piece in re.split(
            r"\s*;\s*|,\s*(?:and\s+)?(?=(?:total|average|avg|sum|count|number|how)\b)|\s+and\s+(?=total|average|avg|sum|count|number|how)",
            text,
        ):
            done = _summary(piece, sketch, span, None) or done
    for m in _WANTED.finditer(text):
        for one in re.split(r"\s*,\s*|\s+and\s+|\s+n\s+", m["name"]):
            if name := _clean(one):
                _add(sketch, _home(name, text, sketch), name, text[m.end() :], span)
                done = True
    if not done and (m := _LEFT.search(text)) and (home := sketch.table(noun_of(m["per"]))) is not None:
        _add(sketch, home, m["name"], "", span)
        done = True
    if not done and (m := _WORK_OUT.search(text)) and re.search(r"work|calc|comput", text) and (name := _clean(m["name"])):
        _add(sketch, table_said[0] if table_said else _home(name, text, sketch), name, text[m.end() :], span)
        done = True
    return done


_LEFT = re.compile(
    r"\b(?P<name>[\w]{3,20}\s+(?:left|remaining|available))\s+(?:per|for\s+each|on\s+each|in\s+each|for\s+every)\s+(?P<per>[\w -]{3,24})"
)
_NOISE = re.compile(
    r"^(?:(?:the|an?|each|its|their|our|my|and|also|then|so|please|show|want|need|i|we|to|see|add|of|on|for|that|which|where|with|you|it|how|what|is)\s+)+|\s+(?:is|are|be|to|should|must|automatically|auto|of|so far|per|for|on|gets?|then|itself|calculate|calculated|will|can)$"
)


def _clean(name: str) -> str:
    name = name.split(",")[-1].strip()
    for _ in range(4):
        name = _NOISE.sub("", name.strip()).strip(" -–:'\"")
    return name if name and len(name.split()) <= 6 and re.search(r"[a-z]{2}", name) and name not in lexicon.verbs() else ""


def _home(name: str, text: str, sketch: Sketch) -> TableSketch | None:
    """The table that a computed value belongs to: the one its name begins with, then the one it uses fields of."""
    words = name.split()
    for n in (2, 1):
        if len(words) > n and (t := sketch.exact(" ".join(words[:n]))):
            return t
    if m := re.search(r"\b(?:per|for\s+each|on\s+each|of\s+each|for\s+every|on\s+every|each)\s+(?P<t>[\w -]{2,24})", text):
        noun = noun_of(m["t"])
        for size in (3, 2, 1):
            if (t := sketch.exact(" ".join(noun.split()[:size]))) is not None:
                return t
    scored = [(sum(1 for f in t.fields if f.key in text and re.search(rf"\b{re.escape(f.key)}", text)), t) for t in sketch.tables]
    best = max(scored, key=lambda s: s[0], default=None)
    if best and best[0] >= 1 and sum(s[0] == best[0] for s in scored) == 1:
        return best[1]
    return sketch.subject or sketch.main


def _add(sketch: Sketch, table: TableSketch | None, name: str, formula: str, span: Span) -> FieldSketch | None:
    if table is None:
        return None
    prefix = table.name.lower() + " "
    label = name[len(prefix) :] if name.startswith(prefix) and len(name) > len(prefix) + 2 else name
    field = table.field(label) or table.field(name)
    if field is None:
        field = FieldSketch(cased_name(label), span)
        table.fields.append(field)
    field.computed, field.changed = True, True
    field.formula = field.formula or formula.strip(" .:;")
    sketch.touched = (table, field)
    return field


def _named(piece: str, sketch: Sketch, span: Span, home: TableSketch) -> bool:
    piece = re.sub(r"\s+at\s+an?\b.*$", "", piece.strip(" .,;:!"))
    name = _clean(piece)
    if m := re.match(r"(?:how\s+(?:much|many)\s+)(?:of\s+)?(?:the\s+)?(?P<x>.+)$", piece.strip()):
        words = [
            w
            for w in re.findall(r"[\w'-]+", m["x"])
            if w not in ("is", "are", "the", "of", "already", "still", "been", "has", "have", "was", "were", "there", "at")
        ]
        name = " ".join(words[:3])
    if not name:
        return False
    _add(sketch, home, name, piece, span)
    return True


def _summary(piece: str, sketch: Sketch, span: Span, home: TableSketch | None) -> bool:
    m = _SUMMARY.search(piece.strip())
    if not m or not (m["what"] or m["per"]):
        return False
    how = next(v for k, v in _HOWS if m["how"].startswith(k))
    if m["how"].startswith("total number"):
        how = "count"
    what, per = (m["what"] or "").strip(), (m["per"] or "").strip()
    if home is None and per:
        home = sketch.table(noun_of(per))
        if home is None or re.search(r"\b(?:from|across|over)\s+(?:the|its|their|all)?\s*" + re.escape(per), piece):
            child = home
            home = next((t for t in sketch.mentioned(piece) if t is not child), None) or (
                sketch.subject if sketch.subject is not child else None
            )
    if home is None:
        return False
    noun = noun_of(what)
    if m["how"].startswith("how") and sketch.table(noun) is None:
        return _named(piece, sketch, span, home)
    if what in ("", "it", "this", "that", "them", "up") and sketch.touched is not None and sketch.touched[1].computed:
        what = sketch.touched[1].name.lower()
        noun = ""
    if how == "count" or (how == "sum" and sketch.table(noun) and not lexicon.fields().get(noun)):
        child = sketch.table(noun)
        words = [w for w in what.split() if w not in ("the", "are", "is")]
        label = f"{'Number of' if child else 'Total'} {plural_phrase(child.name) if child else ' '.join(words[:3])}"
        if child is home:
            return False
        if child is None and m["how"].startswith("how"):
            return _named(piece, sketch, span, home)
        field = _add(sketch, home, label.lower(), "", span)
        if field is not None:
            field.settings |= {"summary": "count", "of": child, "what": what}
        return True
    if not what or what in ("it", "this", "that", "them", "up"):
        return False
    label = f"{'Total' if how == 'sum' else 'Average' if how == 'average' else how.capitalize()} {singular(what) if how != 'sum' else what}"
    field = _add(sketch, home, label.lower(), "", span)
    if field is not None:
        field.settings |= {"summary": how, "what": what}
    return True
