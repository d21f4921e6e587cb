"""Rows: found, added, changed, added or changed, put into the trash, counted and summed."""

import re
from typing import Any

from sayso.builder.planner.automations.whole import reports
from sayso.builder.planner.automations.whole.about import About, Json, title_of
from sayso.builder.planner.automations.whole.pieces import Piece, quoted
from sayso.builder.planner.automations.whole.which import rows_meant
from sayso.builder.planner.inflect import singular
from sayso.builder.planner.names import tables_in
from sayso.spec.fields import AnyField, Checkbox, Link, MultiSelect, Select
from sayso.spec.table import Table

_UPSERT = re.compile(
    r"\b(?:add(?:s)?|creates?|inserts?)\s+(?:it\s+|them\s+)?(?:or|/)\s+(?:updates?|changes?)\b|\bupdates?\s+(?:it\s+)?or\s+(?:adds?|creates?|inserts?)\b|\bupserts?\b|\badd(?:s)?\s+or\s+change\b"
)
_CREATE = re.compile(
    r"^(?:\w+\s+)?(?:creates?|adds?|opens?|makes?|logs?|raises?|inserts?|starts?|records?|books?|saves?)\s+(?:up\s+)?(?:an?|the|one|another|new|it\s+(?:as|to|in)|them\s+(?:as|to|in)|this\s+(?:as|to|in))?\s*(?P<x>.+)$"
)
_UPDATE = re.compile(
    r"\b(?:sets?|updates?|changes?|marks?|moves?|assigns?|closes?|archives?|ticks?|unticks?|flags?|cancels?|reduces?|increases?|lowers?|raises?|reopens?|puts?)\b"
)
_DELETE = re.compile(
    r"\b(?:deletes?|removes?|trash(?:es)?|bins?|clears?)\s+(?P<x>it|them|that|the|this|all|old|any|every|each|rows?|its)\b"
)
_FIND = re.compile(
    r"^(?:finds?|looks?\s+up|fetch(?:es)?|gets?|lists?|collects?)\s+(?:me\s+)?(?:all\s+|the\s+|every\s+|any\s+)*(?P<x>.+)$"
)
_TOTAL = re.compile(
    r"^(?:counts?|totals?|sums?(?:\s+up)?|adds?\s+up|calculates?|works?\s+out)\s+(?:the\s+|all\s+|up\s+|how\s+many\s+)*(?P<x>.+)$"
)
_SET = re.compile(
    r"\b(?:sets?|changes?|updates?|moves?|puts?)\s+(?:the\s+|its\s+|their\s+)?(?P<f>[\w' -]{2,40}?)\s+(?:of\s+(?:the|that|its)\s+[\w ]{2,30}?\s+)?(?:to|as|into|=)\s+(?P<v>.+)$"
)
_MARK = re.compile(
    r"\b(?:marks?|moves?|flags?|puts?|sets?)\s+(?:it|them|the\s+[\w ]{2,30}?|that|this|each)\s+(?:to|as|on|into|in)?\s*(?P<v>[\w' -]{2,40})$"
)
_ASSIGN = re.compile(r"\bassigns?\s+(?:it|them|the\s+[\w ]{2,30}?|that|this)?\s*to\s+(?:the\s+)?(?P<v>[\w'. -]{2,40})$")
_STEPPED = re.compile(
    r"\b(?P<how>reduces?|lowers?|decreases?|increases?|raises?|adds?|deducts?|subtracts?)\s+(?:the\s+|its\s+)?(?P<f>[\w ]{2,40}?)\s+by\s+(?:the\s+|its\s+)?(?P<v>[\w .]{1,40})$"
)
_DAYS = {
    "today": "today",
    "tomorrow": "tomorrow",
    "yesterday": "yesterday",
    "now": "now",
    "the current date": "today",
    "today's date": "today",
    "the date": "today",
}
_COPIED = (
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "datetime",
    "email",
    "phone",
    "url",
    "select",
    "checkbox",
    "person",
    "percent",
    "rating",
    "duration",
)
_OUTSIDE = ("webhook", "email", "called", "message")


def read(piece: Piece, about: About) -> list[Json] | None:
    for one in (_upsert, _total, _stepped, _update, _delete, _create, _find):
        if (steps := one(piece, about)) is not None:
            return steps
    return None


# ── added ─────────────────────────────────────────────────


def _target(words: str, about: About) -> Table | None:
    named = tables_in(about.app, words)
    return named[0] if named else None


def _upsert(piece: Piece, about: About) -> list[Json] | None:
    if not _UPSERT.search(piece.text):
        return None
    table = _target(piece.text, about) or about.table
    if table is None:
        return None
    values = _given(table, about, piece)
    by = re.search(
        r"\b(?:by|matching|matched\s+by|with\s+the\s+same|on|using)\s+(?:the\s+|its\s+|their\s+)?(?P<f>[\w ]{2,40})", piece.text
    )
    one = _field(by["f"], table) if by else None
    one = (
        one
        or next((f for f in table.fields if f.unique), None)
        or next((f for f in table.fields if f.kind in ("email", "autonumber") and f.writable), None)
    )
    one = one if one is not None and one.writable else next((f for f in table.fields if f.writable), None)
    if one is None:
        return None
    if not by:
        about.assumed.append(f"a row of {table.name} is the same one when its {one.name} is")
    values.setdefault(one.id, _told(one, about, table) or f"{{{one.name}}}")
    return [about.step("upsert_row", singular(table.id), "row", table=table.id, match=[one.id], values=values)]


def _create(piece: Piece, about: About) -> list[Json] | None:
    m = _CREATE.search(piece.text)
    if m is None or re.search(
        r"\b(?:chart|graph|pdf|csv|report|document|summary|draft|reply|spreadsheet|approval)\b",
        m["x"].split(" for ")[0].split(" with ")[0],
    ):
        return None
    table = _target(re.split(r"\s+(?:for|from|with|about|because|when)\s+", m["x"])[0], about)
    if table is None:
        return None
    values = _given(table, about, piece)
    return [about.step("create_row", f"new_{singular(table.id)}", "row", table=table.id, values=values)]


def _given(table: Table, about: About, piece: Piece) -> dict[str, Any]:
    """Values of a new row: what the words set, then what the trigger's row or the caller gives under the same name."""
    values = _said_values(piece, table, about)
    if said := quoted(piece.raw):
        first = next((f for f in table.fields if f.kind in ("text", "long_text") and f.writable), None)
        if first is not None:
            values.setdefault(first.id, said)
    for one in table.fields:
        if one.id in values or not one.writable or one.kind not in (*_COPIED, "link"):
            continue
        if about.trigger in _OUTSIDE and about.row is None:
            if told := _told(one, about, table):
                values[one.id] = told
        elif about.row is not None and about.row.id != table.id and (value := _copied(one, about)):
            values[one.id] = value
    if about.trigger == "webhook" and about.row is None and "body" not in about.ids:
        about.ids["body"] = "trigger"
        about.assumed.append(
            "the caller sends "
            + ", ".join(f"`{k}`" for k in list(values)[:6])
            + " as JSON; change the names in the step when it sends others"
        )
    title = next((f for f in table.fields if f.writable), None)
    if about.row is not None and about.row.id != table.id and title is not None and title.kind == "text":
        values.setdefault(title.id, title_of(about.row))
    return values


def _told(one: AnyField, about: About, table: Table) -> str:
    """Where what came from outside has the value of a field; empty when it has none."""
    if one.kind in ("link", "person"):
        return ""
    texts = [f for f in table.fields if f.kind in ("text", "long_text")]
    longs = [f for f in texts if f.kind == "long_text"]
    match about.trigger:
        case "webhook":
            return f"{{trigger: body.{one.id}}}"
        case "called":
            return f"{{trigger: inputs.{one.name}}}"
        case "email":
            low = one.name.lower()
            if one.kind == "email" or (one.kind == "text" and re.search(r"\bfrom\b|sender|requester", low)):
                return "{trigger: from}"
            if one is next(iter(longs), None) or (
                not longs and one.kind == "text" and re.search(r"body|message|description|details|note", low)
            ):
                return "{trigger: text}"
            return "{trigger: subject}" if one is next(iter(texts), None) else ""
        case "message":
            return "{trigger: text}" if one is next(iter(texts), None) else ""
        case _:
            return f"{{{one.name}}}"


def _copied(one: AnyField, about: About) -> str:
    """The value of the trigger's row for a field of another table: under the same name, or the row itself behind a link."""
    row = about.row
    if row is None:
        return ""
    if isinstance(one, Link) and one.to == row.id:
        return "{item: id}" if about.looped else "{trigger: rows.0}"
    same = next(
        (
            f
            for f in row.fields
            if f.name.lower() == one.name.lower() and (f.kind == one.kind or one.kind in ("text", "long_text"))
        ),
        None,
    )
    if (
        same is None
        or same.kind == "autonumber"
        or (
            same.kind in ("select",)
            and one.kind == "select"
            and [o.name for o in getattr(same, "options", ())] != [o.name for o in getattr(one, "options", ())]
        )
    ):
        return ""
    return f"{{{same.name}}}"


# ── changed ───────────────────────────────────────────────


def _update(piece: Piece, about: About) -> list[Json] | None:
    if not _UPDATE.search(piece.text) or re.search(r"\b(?:send|e-?mail|post|status\s+update\s+(?:to|by))\b", piece.text):
        return None
    named = _target(re.sub(r"\s+(?:to|as)\s+.*$", "", piece.text), about)
    row = about.row
    table = row if row is not None and (named is None or named.id == row.id) else named or row or about.found or about.table
    if table is None:
        return None
    values = _said_values(piece, table, about)
    if not values and row is not None and table.id != row.id and (own := _said_values(piece, row, about)):
        table, values = row, own
    if not values:
        return None
    step = about.step("update_row", table=table.id, values=values)
    if row is None or table.id != row.id:
        filter = rows_meant(re.sub(r"\s+(?:to|as)\s+[\w' ]+$", "", piece.text), table)
        if row is None and about.found is table:
            return [about.step("for_each") | {"steps": [step]}]
        link = next((f for f in table.fields if isinstance(f, Link) and row is not None and f.to == row.id), None)
        if link is not None:
            step["filter"] = {
                "of": [{"field": link.id, "op": "any_of", "value": ["{item: id}" if about.looped else "{trigger: rows.0}"]}]
            }
        elif filter.of:
            step["filter"] = filter.portable()
        elif row is not None and (through := next((f for f in row.fields if isinstance(f, Link) and f.to == table.id), None)):
            about.left.append(f"which row of {table.name} is changed: by the link {through.name} is meant; choose it in the step")
            return []
    return [step]


def _said_values(piece: Piece, table: Table, about: About) -> dict[str, Any]:
    """What the words set, by field."""
    for pattern in (_ASSIGN, _SET, _MARK):
        if (m := pattern.search(piece.text)) is None:
            continue
        said = piece.raw[m.start("v") : m.end("v")].strip(" .\"'“”")
        if pattern is _ASSIGN:
            person = next((f for f in table.fields if f.kind == "person"), None)
            return (
                {person.id: "me" if said.lower() == "me" else said}
                if person is not None and said.lower() == "me"
                else _person(said, person, about)
            )
        one = _field(m["f"], table) if pattern is _SET else None
        found = _value(one, said, about) if one is not None else _choice(said, table)
        if found:
            return found
    for one in table.fields:
        if isinstance(one, Checkbox) and re.search(
            rf"\b(?:as|is|tick|set|mark)\s+(?:it\s+|them\s+)?(?:as\s+)?(?:the\s+)?{re.escape(one.name.lower())}\b", piece.text
        ):
            return {one.id: not re.search(r"\buntick|\bnot\s+", piece.text)}
    if (m := re.search(r"\b(close|archive|cancel|reopen)(?:s)?\s+(?:it|them|the|that|this)\b", piece.text)) is not None:
        return _choice({"close": "closed", "archive": "archived", "cancel": "cancelled", "reopen": "open"}[m[1]], table)
    return {}


def _person(said: str, person: AnyField | None, about: About) -> dict[str, Any]:
    if person is None:
        return {}
    about.left.append(f"whom {person.name} is to be: choose “{said}” in the step, as people are chosen from the members")
    return {}


def _choice(said: str, table: Table) -> dict[str, Any]:
    low = said.lower().strip()
    for one in table.fields:
        if isinstance(one, Select) and (option := next((o for o in one.options if o.name.lower() == low), None)):
            return {one.id: option.id}
        if isinstance(one, Checkbox) and one.name.lower() == low:
            return {one.id: True}
    return {}


def _value(one: AnyField, said: str, about: About) -> dict[str, Any]:
    low = said.lower().strip()
    if isinstance(one, Select | MultiSelect):
        option = next((o for o in one.options if o.name.lower() == low), None)
        return {one.id: [option.id] if isinstance(one, MultiSelect) else option.id} if option else {}
    if isinstance(one, Checkbox):
        return {one.id: low in ("true", "yes", "on", "ticked", "1", "checked")}
    if not one.writable:
        return {}
    if one.kind in ("date", "datetime"):
        return {one.id: _DAYS[low]} if low in _DAYS else {}
    if one.kind == "person":
        return {one.id: "me"} if low == "me" else {}
    if about.row is not None and (
        other := next((f for f in about.row.fields if f.name.lower() == low.removeprefix("the ").removeprefix("its ")), None)
    ):
        return {one.id: f"{{{other.name}}}"}
    if one.kind in ("number", "money", "percent", "rating") and re.fullmatch(r"[€$£]?\d[\d,]*(?:\.\d+)?%?", low):
        number = float(re.sub(r"[^\d.]", "", low))
        return {
            one.id: f"{number:.2f}"
            if one.kind == "money"
            else number / 100
            if one.kind == "percent"
            else int(number)
            if number == int(number)
            else number
        }
    if re.search(r"\b(?:answer|summary|reply|result|draft|category)\b", low) and (answer := about.output("answer", "answer")):
        return {one.id: answer}
    return {one.id: said} if one.kind in ("text", "long_text") else {}


def _field(words: str, table: Table) -> AnyField | None:
    said = {singular(w) for w in re.findall(r"[a-z0-9]+", words.lower())} - {"the", "of", "its"}
    ranked = [
        (len(own & said) / len(own), f)
        for f in table.fields
        if (own := {singular(w) for w in re.findall(r"[a-z0-9]+", f.name.lower())}) and own & said
    ]
    best = max(ranked, key=lambda r: r[0], default=None)
    return best[1] if best and best[0] >= 0.5 else None


def _stepped(piece: Piece, about: About) -> list[Json] | None:
    """`increase the count by 1`: worked out from the row."""
    m = _STEPPED.search(piece.text)
    if m is None or about.row is None:
        return None
    one = _field(m["f"], about.row)
    if one is None or one.kind not in ("number", "money", "duration") or not one.writable:
        return None
    by = m["v"].strip()
    other = _field(by, about.row) if not re.fullmatch(r"[\d.]+|one|two", by) else None
    amount = f"{{{other.name}}}" if other else {"one": "1", "two": "2"}.get(by, by)
    if other is None and not re.fullmatch(r"[\d.]+", amount):
        return None
    sign = "-" if re.match(r"reduc|lower|decreas|deduct|subtract", m["how"]) else "+"
    worked = about.step("set_values", "worked_out", "worked", values={one.name: f"={{{one.name}}} {sign} {amount}"})
    return [worked, about.step("update_row", table=about.row.id, values={one.id: about.output("worked", one.name)})]


# ── taken away, found, counted ────────────────────────────


def _delete(piece: Piece, about: About) -> list[Json] | None:
    if not _DELETE.search(piece.text) and not (
        re.match(r"(?:deletes?|removes?|trash(?:es)?)\b", piece.text) and _target(piece.text, about)
    ):
        return None
    table = _target(piece.text, about) or about.row or about.found or about.table
    if table is None:
        return None
    step = about.step("delete_row", table=table.id)
    if about.row is not None and about.row.id == table.id:
        return [step]
    filter = rows_meant(piece.text, table)
    if about.found is table and not filter.of:
        return [about.step("for_each") | {"steps": [step]}]
    if not filter.of:
        about.left.append(f"which rows of {table.name} go to the trash: nothing is deleted without a condition")
        return []
    return [step | {"filter": filter.portable()}]


def _total(piece: Piece, about: About) -> list[Json] | None:
    m = _TOTAL.search(piece.text)
    table = (_target(m["x"], about) or about.found or about.table) if m else None
    if table is None or about.row is table:
        return None
    about.table = about.table or table
    return [reports.totals(piece, table, about)]


def _find(piece: Piece, about: About) -> list[Json] | None:
    m = _FIND.search(piece.text)
    if m is None or (table := _target(m["x"], about)) is None:
        return None
    about.table = about.table or table
    about.ids.pop("rows", None)
    return reports.found(piece, about)
