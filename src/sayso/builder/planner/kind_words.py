"""What people call the kinds of fields, and a field of another kind."""

import re

from sayso.builder.planner import options as choice
from sayso.builder.planner.command_steps import Done, Step, path_of
from sayso.spec.fields import AnyField
from sayso.spec.table import Table

KINDS = (
    ("multi_select", r"multi-?\s?select|several\s+choices|multiple\s+choice|tags"), ("select", r"drop-?\s?down(?:\s+list)?|single\s+select|select(?:\s+field|\s+list)?|pick\s?list|choice(?:s)?|list\s+of\s+(?:choices|options)|list"),
    ("checkbox", r"check\s?box|tick\s?box|yes\s*/\s*no|yes\s+or\s+no|toggle|boolean"), ("long_text", r"long\s+text|text\s+area|paragraph|multi-?line(?:\s+text)?|notes?\s+field|markdown|rich\s+text"),
    ("datetime", r"date\s+(?:and|&)\s+time|datetime|timestamp"), ("date", r"dates?(?:\s+field)?"), ("money", r"money|currency|(?:an?\s+)?amount(?:\s+of\s+money)?|price|euros?|dollars?|pounds"), ("percent", r"percent(?:age)?|%"),
    ("number", r"numbers?|numeric|integer|decimal"), ("rating", r"rating|stars?(?:\s+rating)?"), ("email", r"e-?mail(?:\s+address)?"), ("phone", r"phone(?:\s+number)?"), ("url", r"url|web\s?(?:site|address)|(?:web\s+)?link"),
    ("person", r"person|user|member|assignee"), ("duration", r"duration|length\s+of\s+time"), ("image", r"image|photo|picture"), ("file", r"file|attachment|upload|document"), ("text", r"(?:short\s+|plain\s+|single-?line\s+)?text|string|words"),
)  # fmt: skip
KIND = "|".join(p for _, p in KINDS)
_PLAIN = re.compile(rf"(?:(?:an?|the|plain|simple|proper|real|just)\s+)*(?P<k>{KIND})(?:\s+field)?")


def kind_said(words: str) -> str | None:
    """The kind that words name and nothing else: `plain number`; None for other words."""
    m = _PLAIN.fullmatch(words.lower().strip())
    return next(kind for kind, pattern in KINDS if re.fullmatch(pattern, m["k"])) if m else None


def turned(table: Table, one: AnyField, kind: str, names: list[str], maximum: int = 0) -> Done:
    """A field of another kind. Choices are the ones said, else those that it has, else the usual ones."""
    value: Step = {"id": one.id, "name": one.name, "kind": kind}
    if one.description:
        value["description"] = one.description
    if one.required:
        value["required"] = True
    if kind in ("select", "multi_select"):
        kept = tuple(getattr(one, "options", ())) or choice.built(names or list(choice.usual(one.name, table.name)))
        value["options"] = [o.portable() for o in kept]
    if kind == "rating" and maximum:
        value["maximum"] = min(max(maximum, 2), 10)
    step = {"do": "alter", "part": "field", "table": table.id, "id": one.id, "value": value}
    return Done([step], path=path_of(table, one), table=table.id, field=one.id)
