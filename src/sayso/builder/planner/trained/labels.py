"""The tags of the tagger, as labels of words: outside, or at the beginning of or inside a span of one tag."""

from typing import Literal, get_args

Tag = Literal["T", "F", "L", "O", "X", "V", "W", "S", "C", "D", "A", "R", "E"]
"""Table, field, link, list of choices, worked-out value, view, when it starts, schedule, condition, what is done, model's task, role, edit."""

TAGS: tuple[Tag, ...] = get_args(Tag)
OUTSIDE = 0
LABELS = 1 + 2 * len(TAGS)
"""Label 0 is outside; 1 to 13 begin a span of a tag, 14 to 26 are inside one."""


def begins(tag: Tag) -> int:
    return 1 + TAGS.index(tag)


def inside(tag: Tag) -> int:
    return 1 + len(TAGS) + TAGS.index(tag)


def tag_of(label: int) -> Tag | None:
    """None for a word outside of every span."""
    return None if label == OUTSIDE else TAGS[(label - 1) % len(TAGS)]


def is_inside(label: int) -> bool:
    return label > len(TAGS)
