"""Conditions in words, read against a table: `becomes urgent`, `stock falls below 50`, `is not paid`, `is overdue`."""

import re

from sayso.builder.planner.inflect import singular
from sayso.spec.fields import AnyField, Checkbox, MultiSelect, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.table import Table

_NUMBER = r"[€$£]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)\s*(?P<k>k\b|%|percent)?"
_BELOW = re.compile(
    rf"\b(?:below|under|less\s+than|lower\s+than|fewer\s+than|drops?\s+to|falls?\s+to|down\s+to|at\s+most|<=?)\s*{_NUMBER}"
)
_ABOVE = re.compile(
    rf"\b(?:above|over|more\s+than|greater\s+than|higher\s+than|exceeds?|at\s+least|exceeding|>=?)\s*{_NUMBER}(?!\s*(?:hours?|days?|weeks?|months?))"
)
_EQUAL = re.compile(rf"\b(?:is|equals?|reaches|hits|=)\s*{_NUMBER}\b")
_NUMERIC = ("number", "money", "percent", "rating", "formula", "rollup", "duration")
_COMPARED = {"formula", "rollup"}


def condition(words: str, table: Table) -> tuple[Filter, tuple[str, ...]]:
    """The filter that some words mean for a table, and the fields that they watch; empty when nothing was recognised."""
    text = f" {words.lower()} "
    found: list[Condition] = []
    for field in table.fields:
        if isinstance(field, Select | MultiSelect):
            found += _chosen(text, field)
        elif isinstance(field, Checkbox):
            found += _ticked(text, field)
    found += _compared(text, table)
    found += _overdue(text, table)
    found += _empty(text, table)
    unique = list({(c.field, c.op): c for c in found}.values())[:8]
    return Filter(of=tuple(unique)), tuple(dict.fromkeys(c.field for c in unique))


def _chosen(text: str, field: Select | MultiSelect) -> list[Condition]:
    hits: list[tuple[str, bool]] = []
    for option in field.options:
        name = re.escape(option.name.lower())
        for m in re.finditer(rf"(?<![\w-]){name}(?![\w-])", text):
            before = text[max(0, m.start() - 22) : m.start()]
            if re.search(r"\b(?:from)\s+$", before) or (len(option.name) <= 2 and field.name.lower() not in text):
                continue
            hits.append(
                (
                    option.id,
                    bool(
                        re.search(r"\b(?:not|isn't|aren't|never|un)\s+(?:yet\s+)?(?:been\s+)?(?:marked\s+)?(?:as\s+)?$", before)
                    ),
                )
            )
    if not hits:
        return []
    ids = list(dict.fromkeys(h[0] for h in hits))
    negative = all(h[1] for h in hits)
    if isinstance(field, MultiSelect):
        return [Condition(field=field.id, op="none_of" if negative else "any_of", value=ids)]
    if len(ids) == 1:
        return [Condition(field=field.id, op="is_not" if negative else "is", value=ids[0])]
    return [Condition(field=field.id, op="none_of" if negative else "any_of", value=ids)]


def _ticked(text: str, field: Checkbox) -> list[Condition]:
    name = field.name.lower().removeprefix("is ")
    m = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    if not m:
        return []
    negative = bool(
        re.search(
            r"\b(?:not|isn't|aren't|hasn't|haven't|un|without)\s+(?:yet\s+)?(?:been\s+)?$",
            text[max(0, m.start() - 22) : m.start()],
        )
    )
    return [Condition(field=field.id, op="is", value=not negative)]


def _value(m: "re.Match[str]", field: AnyField) -> object:
    number = float(m["n"].replace(",", "")) * (1000 if m["k"] == "k" else 1)
    if field.kind == "percent" and (m["k"] in ("%", "percent") or number > 1):
        return number / 100
    if field.kind == "money":
        return f"{number:.2f}"
    return int(number) if number == int(number) else number


def _compared(text: str, table: Table) -> list[Condition]:
    found: list[Condition] = []
    for pattern, op in ((_BELOW, "lt"), (_ABOVE, "gt"), (_EQUAL, "is")):
        m = pattern.search(text)
        if not m:
            continue
        field = _numeric(text, m.start(), table)
        if field is not None:
            found.append(Condition(field=field.id, op=op, value=_value(m, field)))  # type: ignore[arg-type]
            break
    return found


def _numeric(text: str, at: int, table: Table) -> AnyField | None:
    numeric = [f for f in table.fields if f.kind in _NUMERIC and f.kind not in _COMPARED]
    words = {singular(w) for w in re.findall(r"[a-z]+", text[:at])}
    named = [f for f in numeric if {singular(w) for w in re.findall(r"[a-z]+", f.name.lower())} & words]
    if named:
        return named[-1]
    if "stock" in words:
        named = [f for f in numeric if re.search(r"quantity|qty|stock|on hand|level", f.name.lower())]
    money = [f for f in numeric if f.kind == "money"]
    return named[0] if named else money[0] if len(money) == 1 else numeric[0] if len(numeric) == 1 else None


def _overdue(text: str, table: Table) -> list[Condition]:
    if not re.search(r"\boverdue\b|\bpast\s+due\b|\blate\b", text):
        return []
    dates = [f for f in table.fields if f.kind in ("date", "datetime")]
    due = [f for f in dates if re.search(r"due|deadline|end|until|return|expir", f.name.lower())]
    return [Condition(field=due[0].id, op="lt", value="today")] if due else []


def _empty(text: str, table: Table) -> list[Condition]:
    m = re.search(r"\b(?:no|without(?:\s+an?)?|missing|empty|not\s+(?:yet\s+)?(?:been\s+)?)\s+(?P<w>[a-z]+)", text)
    if not m:
        return []
    stem = m["w"]
    for field in table.fields:
        if (
            field.kind in ("date", "datetime", "person", "link", "text", "long_text", "file")
            and stem in field.name.lower().split()
        ):
            return [Condition(field=field.id, op="empty")]
    return []
