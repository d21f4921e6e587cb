"""From words to a formula or a rollup, once all tables are known."""

import re

from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

# ── from words to a formula or a rollup, once all tables are known ──

_WORD = re.compile(r"[a-z][\w'-]*(?:\s+[a-z][\w'-]*)*")
_OPERATORS = (
    (r"\bmultiplied\s+by\b|\btimes\b|×|(?<=\s)x(?=\s)|\*", " * "),
    (r"\bdivided\s+by\b|÷", " / "),
    (r"\bplus\b|\badded\s+to\b", " + "),
    (r"\bminus\b|\bless\b|–|−", " - "),
)
_TRAILER = re.compile(
    r"\s*(?:,\s*(?!\s*[×*]).*|\bwhen\b.*|\bif\b.*|\bso\s+that\b.*|\bautomatically\b.*|\.\s.*|\bfor\s+each\b.*|\bper\s+\w+$)$"
)
_NUMERIC = frozenset({"number", "money", "percent", "duration", "rating", "formula", "rollup", "checkbox", "autonumber"})
_MOMENTS = frozenset({"date", "datetime"})


def settle(sketch: Sketch) -> list[tuple[TableSketch, FieldSketch]]:
    """Gives every computed field its formula or rollup; returns those whose recipe the wish does not tell."""
    unclear: list[tuple[TableSketch, FieldSketch]] = []
    for table in sketch.tables:
        for field in table.fields:
            if not field.computed or (field.kind in ("formula", "rollup") and field.origin is not None and not field.changed):
                continue
            if field.options or field.kind in ("link", "ai", "image", "file", "select"):
                field.computed = False
                continue
            if not (_rolled(sketch, table, field) or _formula(sketch, table, field) or _usual(sketch, table, field)):
                unclear.append((table, field))
                field.computed = False
                field.kind = field.kind if field.kind not in ("formula", "rollup") else None
    return unclear


def children(sketch: Sketch, table: TableSketch) -> list[tuple[TableSketch, FieldSketch]]:
    """Tables that link to this one, with their link."""
    return [(t, f) for t in sketch.tables for f in t.fields if f.link is table and t is not table]


def _match(table: TableSketch, words: str, kinds: frozenset[str], skip: FieldSketch | None = None) -> FieldSketch | None:
    """The field of a table that some words name best."""
    want = {singular(w) for w in re.findall(r"[a-z0-9]+", words.lower())} - {"the", "a", "of", "its", "all", "each", "total"}
    best: tuple[float, FieldSketch] | None = None
    for field in table.fields:
        if field is skip or (field.kind or "text") not in kinds:
            continue
        have = {singular(w) for w in re.findall(r"[a-z0-9]+", field.name.lower())}
        both = want & have
        score = len(both) / len(want | have) if both else 0.0
        if score > 0.3 and (best is None or score > best[0]):
            best = (score, field)
    return best[1] if best else None


def _rolled(sketch: Sketch, table: TableSketch, field: FieldSketch) -> bool:
    summary = field.settings.get("summary")
    words = f"{field.settings.get('what', '')} {field.name}"
    below = children(sketch, table)
    above = [(f.link, f) for f in table.fields if f.link is not None and f.many and f.link is not table]
    said = field.formula
    if summary is None:
        if m := re.search(r"\b(?P<how>sum|total|average|count|number)\s+of\s+(?:the\s+|all\s+)?(?P<what>[\w' ]+)", said):
            summary, words = (
                ("average" if m["how"] == "average" else "count" if m["how"] in ("count", "number") else "sum"),
                f"{m['what']} {field.name}",
            )
        elif re.search(r"\bfrom\s+(?:the\s+|its\s+|all\s+)?(?:order\s+)?(?:line|item|task|entr|payment)", said) or (
            not said and re.match(r"(?:total|sum|grand total|subtotal)\b", field.key) and not _pair(table, field)
        ):
            summary = "sum"
        elif re.match(r"average\b|avg\b", field.key):
            summary = "average"
        elif re.match(r"(?:number|count)\s+of\b", field.key):
            summary = "count"
    if summary is None:
        return False
    want = field.settings.get("of")
    if summary == "count":
        for other, link in below:
            if want is other or (want is None and other.key in lemma(words)):
                return _set_rollup(field, other, link, None, "count", table)
        for other, link in above:
            if other is not None and (want is other or (want is None and other.key in lemma(words))):
                return _set_rollup(field, other, link, None, "count", table)
        if want is None and len(below) == 1:
            return _set_rollup(field, below[0][0], below[0][1], None, "count", table)
        return False
    kinds = _NUMERIC | _MOMENTS if summary in ("latest", "earliest", "maximum", "minimum") else _NUMERIC
    for other, link in [*below, *((o, f) for o, f in above if o is not None)]:
        target = _match(other, words, kinds, field)
        if target is not None and target is not field:
            return _set_rollup(field, other, link, target, summary, table)
    for other, link in below:
        plain = next((f for f in other.fields if f.kind in _NUMERIC and (f.computed or f.kind == "money")), None) or next(
            (f for f in other.fields if f.kind in ("number", "rating")), None
        )
        if (
            plain is not None
            and summary in ("sum", "average")
            and re.search(r"\b(?:total|sum|average|avg)\b", f"{field.key} {said}")
        ):
            return _set_rollup(field, other, link, plain, summary, table)
    if summary in ("sum", "count") and _chained(sketch, table, field, words, summary, kinds):
        return True
    return summary == "average" and _row_average(table, field)


def _chained(sketch: Sketch, table: TableSketch, field: FieldSketch, words: str, summary: str, kinds: frozenset[str]) -> bool:
    """Hours of a project whose tasks hold them in time entries: a total on each task first, then the total of those."""
    for middle, link in children(sketch, table):
        for far, deeper in children(sketch, middle):
            target = _match(far, words, kinds, field) if far is not table else None
            if target is None:
                continue
            name = cased_name(f"total {target.name.lower()}")
            step = middle.field(name)
            if step is None:
                step = FieldSketch(name, field.span, computed=True, assumed=f"so that {field.name} of {table.name} can add it up")
                middle.fields.append(step)
                _set_rollup(step, far, deeper, target, "sum", middle)
                step.changed, step.computed = True, False
            return _set_rollup(field, middle, link, step, "sum", table)
    return False


def _row_average(table: TableSketch, field: FieldSketch) -> bool:
    """An average over the row's own ratings: `average rating per review`."""
    rated = [f for f in table.fields if f.kind == "rating" and f is not field and not f.computed]
    rated = rated or [f for f in table.fields if f.kind == "number" and "score" in f.key and f is not field]
    if len(rated) < 2:
        return False
    field.kind, field.formula = "formula", "ROUND((" + " + ".join(f"{{{f.name}}}" for f in rated) + f") / {len(rated)}, 1)"
    field.sure = True
    return True


def _set_rollup(
    field: FieldSketch, other: TableSketch, link: FieldSketch, target: FieldSketch | None, summary: str, table: TableSketch
) -> bool:
    field.kind, field.sure = "rollup", True
    if target is not None and target.kind in _MOMENTS and summary in ("maximum", "latest"):
        summary = "latest"
    field.settings |= {"summary": summary, "over": other, "through": link, "target": target}
    said = f"{field.name} {field.settings.get('what', '')} {field.formula}".lower()
    for chosen in other.fields:
        named = (
            [o for o in chosen.options if re.search(rf"(?<![\w-]){re.escape(o.lower())}(?![\w-])", said)]
            if chosen.kind == "select"
            else []
        )
        if len(named) == 1:
            field.settings["where"] = (chosen, named[0])
    return True


def _pair(table: TableSketch, field: FieldSketch) -> tuple[FieldSketch, FieldSketch] | None:
    """Quantity and price of one row, which make its total."""
    many = next(
        (
            f
            for f in table.fields
            if f.kind in ("number", "duration")
            and re.search(r"\b(?:quantity|qty|amount|hour|hours|hrs|units?|days|nights|count|number|seats|weight)\b", f.key)
        ),
        None,
    )
    each = next(
        (
            f
            for f in table.fields
            if f.kind == "money" and f is not field and re.search(r"\b(?:price|rate|cost|fee|each|charge|wage)\b", f.key)
        ),
        None,
    )
    return (many, each) if many and each and many is not field else None


def _formula(sketch: Sketch, table: TableSketch, field: FieldSketch) -> bool:
    """Reads arithmetic over field names, also through a link: `hours × rate` where the rate is the function's."""
    said = _TRAILER.sub("", field.formula.lower().strip(" .:;"))
    if not said:
        return False
    for pattern, sign in _OPERATORS:
        said = re.sub(pattern, sign, said)
    said = re.sub(r"[€$£]\s*(\d)", r"\1", said)
    said = re.sub(r"(\d)\s*%", r"\1%", said)
    if not re.search(r"[*/+]|\s-\s", said):
        return False
    missing = False
    moments: list[FieldSketch] = []

    def named(m: "re.Match[str]") -> str:
        nonlocal missing
        found = _reference(sketch, table, m[0], field)
        if found is None:
            missing = True
            return m[0]
        if found[1].kind in _MOMENTS:
            moments.append(found[1])
        return found[0]

    written = _WORD.sub(named, said)
    if missing or not re.fullmatch(r"(?:\{[^{}]+\}(?:\.\{[^{}]+\})?|[\d.%\s()*/+-])+", written):
        return False
    written = " ".join(written.split())
    if moments:
        m = re.fullmatch(r"(\{[^{}]+\}) ([+-]) (\{[^{}]+\}|\d+)", written)
        if m and m[2] == "+" and len(moments) == 1:
            base, extra = (m[1], m[3]) if m[1] == f"{{{moments[0].name}}}" else (m[3], m[1])
            unit = (
                "hours"
                if "hour" in extra.lower()
                else "weeks"
                if "week" in extra.lower()
                else "months"
                if "month" in extra.lower()
                else "days"
            )
            written = f"DATEADD({base}, {extra}, '{unit}')"
        elif m and m[2] == "-" and len(moments) == 2:
            written = f"DATETIME_DIFF({m[1]}, {m[3]}, 'days')"
        elif not m:
            return False
    field.kind, field.formula, field.sure = "formula", written, True
    return True


def _reference(sketch: Sketch, table: TableSketch, words: str, skip: FieldSketch) -> tuple[str, FieldSketch] | None:
    kinds = _NUMERIC | _MOMENTS
    if words.strip() in ("today", "now"):
        return None
    own = _match(table, words, kinds, skip)
    if own is not None:
        return f"{{{own.name}}}", own
    for link in table.fields:
        if link.link is not None and not link.many:
            plain = re.sub(rf"\b(?:the\s+)?{re.escape(link.link.key)}(?:'s|s)?\b", " ", words).strip() or words
            far = _match(link.link, plain, kinds, skip)
            if far is not None:
                return f"{{{link.name}}}.{{{far.name}}}", far
    return None


def _taken(sketch: Sketch, table: TableSketch, field: FieldSketch, whole: FieldSketch | None) -> FieldSketch | None:
    """What is used up of a capacity or a budget, added up from the rows that point here: people of bookings, amounts of expenses."""
    if whole is None or whole.computed:
        return None
    for other, link in children(sketch, table):
        wanted = (
            r"people|guests|seats|places|quantity|number of|persons|adults"
            if whole.kind == "number"
            else r"amount|cost|price|total|value"
        )
        target = next((f for f in other.fields if f.kind == whole.kind and re.search(wanted, f.name.lower())), None)
        if target is None and whole.kind != "number":
            continue
        name = cased_name(f"{'taken' if whole.kind == 'number' else 'spent'} so far")
        made = FieldSketch(name, field.span, computed=True, changed=True, assumed=f"so that {field.name} can be worked out")
        table.fields.append(made)
        _set_rollup(made, other, link, target, "sum" if target is not None else "count", table)
        made.computed = False  # its recipe is known: nothing more to settle
        return made
    return None


def _usual(sketch: Sketch, table: TableSketch, field: FieldSketch) -> bool:
    """Recipes that everybody means by the same words: a total, an age, days overdue, what is left."""
    key = field.key
    due = next(
        (f for f in table.fields if f.kind in _MOMENTS and re.search(r"\b(?:deadline|due|end|return|until|expiry)\b", f.key)),
        None,
    )
    done = next(
        (
            f
            for f in table.fields
            if f.kind in _MOMENTS and re.search(r"\b(?:actual|returned|completed|closed|finished|paid|resolved)\b", f.key)
        ),
        None,
    )
    start = next(
        (
            f
            for f in table.fields
            if f.kind in _MOMENTS and re.search(r"\b(?:start|from|opened|taken|begin|check in|arrival|called|reported)\b", f.key)
        ),
        None,
    )
    if re.search(r"\bage\b", key) and (
        born := next((f for f in table.fields if f.kind == "date" and re.search(r"birth|dob", f.key)), None)
    ):
        return _written(field, f"DATETIME_DIFF(TODAY(), {{{born.name}}}, 'years')")
    if re.search(r"\b(?:overdue|late)\b", key) and due:
        until = f"IF({{{done.name}}}, {{{done.name}}}, TODAY())" if done and done.kind == due.kind else "TODAY()"
        return _written(field, f"MAX(0, DATETIME_DIFF({until}, {{{due.name}}}, 'days'))")
    if re.search(r"\b(?:duration|days|nights|length)\b", key) and start and due and start is not due:
        return _written(field, f"DATETIME_DIFF({{{due.name}}}, {{{start.name}}}, 'days')")
    if (
        re.search(r"\bnext\b", key)
        and (last := next((f for f in table.fields if f.kind in _MOMENTS and "last" in f.key), None))
        and (
            gap := next(
                (f for f in table.fields if f.kind == "number" and re.search(r"interval|frequency|every|days", f.key)), None
            )
        )
    ):
        return _written(field, f"DATEADD({{{last.name}}}, {{{gap.name}}}, 'days')")
    if (pair := _pair(table, field)) and re.search(r"\b(?:total|amount|value|cost|sum|price|subtotal|revenue|pay)\b", key):
        return _written(field, f"{{{pair[0].name}}} * {{{pair[1].name}}}")
    if re.search(r"\b(?:left|remaining|available|balance|outstanding|open)\b", key):
        words = re.sub(r"\b(?:left|remaining|available|balance|outstanding|open|how|much|is|of)\b", " ", key)
        whole = _match(table, words, _NUMERIC, field) or next(
            (
                f
                for f in table.fields
                if f is not field
                and f.kind in ("money", "number")
                and re.search(r"budget|total|capacity|allowance|amount|places|seats|days|limit", f.name.lower())
            ),
            None,
        )
        used = next(
            (
                f
                for f in table.fields
                if f is not field
                and f is not whole
                and f.kind in ("rollup", "formula", "money", "number")
                and re.search(r"spent|used|paid|approved|total|number of|taken|cost|enrolled", f.key)
            ),
            None,
        )
        used = used or _taken(sketch, table, field, whole)
        if (whole and used and used.kind != "money") or (whole and used and whole.kind == "money"):
            return _written(field, f"{{{whole.name}}} - {{{used.name}}}")
    if re.search(r"\b(?:total|sum|amount|spent|cost|value|points|approved|enrolled|used)\b", key):
        for other, link in children(sketch, table):
            target = _match(other, key, _NUMERIC, field) or next(
                (
                    f
                    for f in other.fields
                    if f.kind in ("money", "formula", "rollup") and re.search(r"cost|amount|total|price|value", f.key)
                ),
                None,
            )
            if target is not None:
                return _set_rollup(field, other, link, target, "sum", table)
        if re.search(r"\b(?:enrolled|booked|used|taken)\b", key) and (below := children(sketch, table)):
            return _set_rollup(field, below[0][0], below[0][1], None, "count", table)
    return False


def _written(field: FieldSketch, formula: str) -> bool:
    field.kind, field.formula, field.sure = "formula", formula, True
    return True
