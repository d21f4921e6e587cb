"""Fields that are said two at a time are two, each with its whole name."""

import pytest

from sayso.builder.planner.marks.pairs import both, completed
from tests.builder.planner.marks.stories import built, field


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("start/end time", ("start time", "end time")), ("check-in and check-out dates", ("check-in date", "check-out date")), ("first and last name", ("first name", "last name")),
        ("odometer before/after", ("odometer before", "odometer after")), ("the planned start and end", ("planned start", "planned end")),
        ("price and weight", None), ("start", None), ("end and start", None),
    ],
)  # fmt: skip
def test_opposites_are_two_names(words: str, names: tuple[str, str] | None):
    assert both(words) == names


def test_what_the_neighbour_is_called_completes_a_name():
    assert completed("finish", (" and ", "expected start"), ("", "")) == "expected finish"
    assert completed("first", ("", ""), (" and ", "last name of the guest")) == "first name"
    assert completed("end", (", ", "expected start"), ("", "")) == "end"


def test_a_slot_has_a_beginning_and_an_end_of_one_kind():
    spec = built("{Tastings|T} have {a start/end time|F} and {a room|F}.")
    assert field(spec, "Tastings.Start time")["type"] == field(spec, "Tastings.End time")["type"] == "datetime"


def test_both_ends_keep_the_word_that_is_said_once():
    spec = built("{Voyages|T}: {planned departure|F} and {arrival|F}, {skipper|F}")
    assert field(spec, "Voyages.Planned arrival")
    assert field(spec, "Voyages.Planned departure")


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        ("{cheerfulness 1-5|F}", "Cheerfulness", "rating"), ("{organic flag|F}", "Organic", "checkbox"), ("{paid tick box|F}", "Paid", "checkbox"),
        ("{date it was tuned|F}", "Date it was tuned", "date"), ("{planted|F}", "Planted", "date"), ("{household size|F}", "Household size", "number"),
    ],
)  # fmt: skip
def test_what_only_says_the_kind_is_no_part_of_the_name(words: str, name: str, kind: str):
    assert field(built(f"{{Pianos|T}} have {{owner|F}}, {words}."), f"Pianos.{name}")["type"] == kind


def test_alternatives_after_a_picture_are_not_its_choices():
    spec = built("{Boats|T}: {length|F}, {photos|F}, {moored/rented/wrecked|O}, {state|F}, {city|F}")
    assert field(spec, "Boats.Photos")["type"] == "image"
    assert field(spec, "Boats.Status")["options"] == ["Moored", "Rented", "Wrecked"]


def test_a_calendar_of_a_table_without_dates_gets_one():
    spec = built("{Lessons|T}: {pupil|F}, {piece|F}. {A calendar of the lessons|V}, please.")
    assert field(spec, "Lessons.Date")["type"] == "datetime"
    assert any(v["type"] == "calendar" and v["by"] == "Date" for v in spec["views"])


def test_a_calendar_goes_by_the_moment_that_is_said():
    spec = built("{Loans|T}: {lent on|F}, {return date|F}. {Calendar of return dates|V}.")
    assert next(v for v in spec["views"] if v["type"] == "calendar")["by"] == "Return date"


def test_something_that_is_added_is_new_even_with_a_limit():
    spec = built("{Bills|T} have {an amount|F}. {When a bill above 900 is added|W1}, {notify the treasurer|D1}.")
    assert [a["trigger"] for a in spec["automations"]] == ["row_created"]


def test_a_mark_that_ends_too_soon_is_read_with_what_follows():
    spec = built("{Recitals|T} have {a date|F}. {Two days|W1} before, {e-mail the players|D1}.")
    assert [a["trigger"] for a in spec["automations"]] == ["date_reached"]
