"""Ten example wishes for the home screen: each a real app that the built-in planner builds."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Example:
    title: str
    wish: str
    icon: str
    """By its Lucide name."""


@cache
def examples() -> tuple[Example, ...]:
    text = (files("sayso.builder") / "wishes.tsv").read_text(encoding="utf-8")
    return tuple(Example(*line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
