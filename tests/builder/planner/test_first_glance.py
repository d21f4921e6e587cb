"""What a stranger sees at once in a first plan: names, links, choices and the sentences about what was assumed."""

import re

import pytest

from sayso.spec.app import App
from sayso.spec.fields import Link
from tests.builder.planner.test_sentences import field, planned, table


def linked(app: App, where: str, name: str) -> str:
    one = field(app, where, name)
    assert isinstance(one, Link), one
    return one.to


@pytest.mark.parametrize(
    "words",
    ["companies, contacts and deals", "A simple CRM: companies, contacts and deals. Deals have a value and a close date."],
)
def test_tables_named_side_by_side_get_their_usual_links_marked_as_assumed(words: str):
    made = planned(words)
    ends = [("Contacts", "Company", "companies"), ("Deals", "Company", "companies"), ("Deals", "Contact", "contacts")]
    assert [linked(made.spec, where, name) for where, name, _ in ends] == [to for *_, to in ends]
    told = {n.path: n.words for n in made.told("assumed")}
    assert told["tables/deals/fields/contact"].startswith("Deals has a link to Contact, because ")


def test_a_link_that_was_said_is_not_doubled_by_a_usual_one():
    app = planned("companies, contacts and deals. Each deal belongs to a contact.").spec
    assert linked(app, "Deals", "Contact") == "contacts"
    assert table(app, "Deals").named("Company") is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Track pets: each pet has a name, species, a birthday", "select"), ("Track plants: each plant has a name, species, notes", "text")],
)  # fmt: skip
def test_ready_choices_are_taken_only_where_they_fit_the_rows(words: str, kind: str):
    app = planned(words).spec
    assert field(app, app.tables[0].name, "Species").kind == kind


def test_every_assumption_is_a_sentence_that_names_its_part_once():
    made = planned("Repair jobs: status (new, done), due date, price. Customers: phone. Email me when a repair job is done.")
    told = [n.words for n in made.told("assumed")]
    assert "Repair jobs has a calendar, because it has dates" in told
    assert "Repair jobs has a board, because it has a status" in told
    assert len(set(told)) == len(told)
    assert not [words for words in told if re.match(r"because|so that|every|[a-z]", words) or "{" in words]
