"""Ninety wishes about rights in the voices of strangers: what was said holds in the plan, or the plan says that it does not.

Sixty the reader was made with. The thirty of `rights_second.txt` were written before it and first measured when it was done: .82 of their
facts held (.44 before it). What they then showed was mended, so that they are held out no more: write new ones to measure the next reader.
"""

from functools import cache

import pytest

from sayso.builder.planner.rights.reading import statements
from sayso.builder.planner.wish import Wish
from sayso.spec.app import App
from tests.builder.planner.rights_judged import BASES, is_open, missed, wishes
from tests.builder.planner.ruled import plan

HOLD_MIN, SECOND_HOLD_MIN = 0.98, 0.92
SECOND_OPEN_MAX = 1


@cache
def base(name: str) -> App | None:
    return None if name == "new" else plan(Wish(BASES[name])).spec


def judged(name: str) -> tuple[float, list[str]]:
    """The share of facts that hold, and those that were left open without a word."""
    total, wrong, silent = 0, 0, []
    for told in wishes(name):
        made = plan(Wish(told.wish, app=base(told.base)))
        total += len(told.facts)
        misses = missed(told, made)
        wrong += len(misses)
        silent += [f"{told.id}: {fact}" for fact in misses if is_open(fact, made)]
    return 1 - wrong / total, silent


def test_sixty_wishes_about_rights_hold():
    assert len(wishes("rights_wishes.txt")) == 60
    hold, silent = judged("rights_wishes.txt")
    assert hold >= HOLD_MIN and silent == []


def test_thirty_wishes_that_were_written_before_the_reader():
    assert len(wishes("rights_second.txt")) == 30
    hold, silent = judged("rights_second.txt")
    assert hold >= SECOND_HOLD_MIN and len(silent) <= SECOND_OPEN_MAX


FIELDS_AND_COMMANDS = (
    "Loans: set, group, out, due, back",
    "Cars: make, model, year, picture",
    "Sites: access code, address",
    "Vendor fax: delete it",
    "AI: write a two-sentence teaser from the notes",
    "A ticket cannot be closed without a note",
    "Limit the subject to 80 characters",
    "The stations never change. Code, latitude, longitude, depth",
    "Calls: upload recording, summary",
    "Adding an employee should make all three check-ins",
    "Everyone gets the travel letter by e-mail",
    "All: as soon as a fault is logged the engineer is texted",
    "Keep done tickets out of the calendar",
    "An empty check should be created by the system",
    "Make notes read-only",
)
"""What begins like a right and is a list of fields, a command or a rule."""


@pytest.mark.parametrize("words", FIELDS_AND_COMMANDS)
def test_lists_of_fields_and_commands_are_no_rights(words: str):
    assert statements(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "Tenants: read own certificate",
        "Managers: view, edit, delete tickets",
        "Sales: view pipeline, leads",
        "Tickets cannot be deleted",
    ],
)
def test_rights_behind_a_colon_and_in_the_passive_stay_rights(words: str):
    assert statements(words)


@pytest.mark.parametrize(
    ("said", "group"),
    [("Finanse", "Finance"), ("Purchasng", "Purchasing"), ("Logistcs", "Logistics"), ("Donors", "Donors"), ("Cooks", "Cooks")],
)
def test_a_misspelled_group_is_the_group_that_is_there(said: str, group: str):
    wish = f"Orders: number, total, margin. {said} never see the margin."
    made = plan(Wish(wish, groups=("Finance", "Purchasing", "Logistics", "Doctors", "Books")))
    assert [r.groups for r in made.spec.roles] == [(group,)]
    told = [n.words for n in made.notes if n.kind == "assumed" and "your group" in n.words]
    assert len(told) == (said != group)
