"""What each clause of an annotated wish is mostly about, told from the marks in it."""

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.trained.classes import Intent
from training.annotated import Annotated

_ORDER: tuple[tuple[str, Intent], ...] = (
    ("WSD", "automation"), ("V", "view"), ("E", "edit"), ("A", "ai"), ("R", "role"), ("X", "computed"), ("TFLO", "schema"), ("C", "automation"),
)  # fmt: skip


def intents(wish: Annotated) -> list[tuple[int, int, Intent]]:
    """`(start, end, intent)` of each clause, in order."""
    return [(c.start, c.end, _intent(wish, c.start, c.end)) for c in clauses(normalised(wish.text))]


def _intent(wish: Annotated, start: int, end: int) -> Intent:
    inside = [m for m in wish.marks if m.start < end and m.end > start]
    tags = [m.tag for m in inside]
    if "X" in tags and sum(t in "FLO" for t in tags) > tags.count("X"):
        tags = [t for t in tags if t != "X"]
    for among, intent in _ORDER:
        if any(t in among for t in tags):
            return intent
    for words in wish.unread:
        at = wish.text.find(words)
        if at >= 0 and at < end and at + len(words) > start:
            return "unread"
    return "unread" if wish.expect == "refusal" and not wish.marks else "smalltalk"
