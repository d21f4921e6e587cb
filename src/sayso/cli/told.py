"""A plan, told to a person in lines."""

from collections.abc import Iterable, Sequence
from typing import Any

import click

from sayso.cli.command import Say

MARKS = {"adds": click.style("+", fg="green"), "changes": click.style("~", fg="yellow"), "loses": click.style("-", fg="red")}
LINES_MAX = 60


def effects(say: Say, told: Sequence[Any]) -> None:
    """Each effect in its sentence. Takes `Effect`s, or the same as dictionaries."""
    for effect in told[:LINES_MAX]:
        severity, sentence = (
            (effect["severity"], effect["sentence"]) if isinstance(effect, dict) else (effect.severity, effect.sentence)
        )
        say.line(f"  {MARKS[severity]} {sentence}")
    if len(told) > LINES_MAX:
        say.line(f"  … and {len(told) - LINES_MAX} more")


def losses(say: Say, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        say.line(click.style(f"  ! {sentence}", fg="red"))


def notes(say: Say, told: Sequence[dict[str, Any]]) -> None:
    """What was assumed, asked, and not understood."""
    for kind, title in (("assumed", "Assumed"), ("question", "To decide"), ("not_understood", "Not understood")):
        mine = [note for note in told if note["kind"] == kind]
        if mine:
            say.line(f"{title}:")
        for note in mine[:LINES_MAX]:
            say.line(f"  · {note['words']}")


def suggestions(say: Say, told: Sequence[dict[str, Any]]) -> None:
    """What the app may also want; nothing of it was added."""
    if told:
        say.line("You may also want:")
    for one in told[:LINES_MAX]:
        say.line(f"  · {one['sentence']}")
