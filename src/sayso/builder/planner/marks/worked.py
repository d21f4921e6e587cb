"""Values that are worked out of other rows: `the average score per talk` is on the talk, `job total` on the job."""

import re
from dataclasses import dataclass

from sayso.builder.planner.marks.fields import name_of
from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.sketch import FieldSketch, Sketch, TableSketch

_SUMMARY = re.compile(
    r"^(?:(?:the|a|an|show|with|and|also)\s+)*(?P<how>total\s+number\s+of|number\s+of|count\s+of|sum\s+of|total(?:\s+of)?|average(?:\s+of)?|avg(?:\s+of)?|mean|highest|lowest)"
    r"\s+(?:the\s+|all\s+(?:the\s+)?)?(?P<what>[a-z][\w'-]*(?:\s+(?!per\b|for\b|of\b|on\b|by\b|in\b)[a-z][\w'-]*){0,2})$"
)
_PER = re.compile(
    r"^(?P<words>.+?)\s+(?:per|(?:for|of|on|by|in|with)\s+(?:each|every)|per\s+each)\s+(?P<home>[a-z][\w'-]*(?:\s+[a-z][\w'-]*)?)$"
)
_PER_AFTER = re.compile(
    r"\s*(?:per|(?:for|of|on|by|in|with)\s+(?:each|every))\s+(?P<home>[a-z][\w'-]*)(?=\s*(?:[.,;:)\n]|\band\b|$))"
)
_HOWS = (
    ("total number", "count"), ("number", "count"), ("count", "count"), ("highest", "maximum"), ("lowest", "minimum"), ("total", "sum"), ("sum", "sum"),
    ("average", "average"), ("avg", "average"), ("mean", "average"),
)  # fmt: skip
_TOTAL = re.compile(
    r"^(?:(?:the|an?|each|every|its|our)\s+)*(?P<home>[a-z][\w' -]*?)(?:'s)?\s+(?P<name>(?:grand\s+|sub)?total|sum|total\s+\w+)$"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said to be summed up: `how` of `what`, called `said`, for each row of what `per` names."""

    how: str
    what: str
    said: str
    per: str


def summary_of(mark: Mark, low: str) -> Summary | None:
    """What a mark sums up per row; in `low`, the lower-cased wish, the words that say for which rows may follow the mark."""
    words = mark.text.strip(" .,;:")
    m = _PER.match(words)
    said = m["words"] if m else words
    m = m or _PER_AFTER.match(low, mark.end, mark.end + 60)
    summary = _SUMMARY.match(said) if m else None
    if m is None or summary is None:
        return None
    how = next(v for k, v in _HOWS if summary["how"].startswith(k))
    return Summary(how, summary["what"], said, m["home"])


def placed(summary: Summary, mark: Mark, sketch: Sketch) -> tuple[TableSketch, FieldSketch] | None:
    """The table whose rows are summed up for, with the field that is now on it; None when no table is called so."""
    home, counted = sketch.exact(noun_of(summary.per)), sketch.exact(noun_of(summary.what))
    if home is None or home.origin is not None or counted is home:
        return None
    said = summary.said
    name = name_of(Mark(mark.start, mark.start + len(said), mark.tag, said, said, mark.sure))
    if counted is not None and summary.how == "sum":
        name = f"Total {summary.what}"
    field = home.field(name)
    if field is None:
        field = FieldSketch(name, mark.span, outright=True)
        home.fields.append(field)
    if field.link is None and field.origin is None:
        field.computed, field.kind, field.options = True, None, []
        field.settings |= {"summary": summary.how, "what": summary.what}
        if summary.how == "count" and counted is not None:
            field.settings["of"] = counted
    return home, field


def total_of(words: str, sketch: Sketch) -> tuple[TableSketch, str] | None:
    """`order total`: the table that it is the total of, when it is one of the app's, and what it is called there."""
    m = _TOTAL.match(words.strip(" .,;:"))
    if m is None:
        return None
    noun = noun_of(m["home"])
    tables = [t for t in sketch.tables if t.key == noun] or [t for t in sketch.tables if t.key.split()[-1:] == [noun]]
    return (tables[0], m["name"]) if len(tables) == 1 else None
