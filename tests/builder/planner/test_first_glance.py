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


@pytest.mark.parametrize("lead", ["Track repair jobs: each job", "Repair jobs: each", "Track repair jobs: every repair job"])
def test_after_its_topic_a_sentence_is_read_as_one_of_its_own(lead: str):
    app = planned(f"{lead} belongs to a customer, has a status (new, done), a due date and a price. Customers have a phone.").spec
    assert [t.name for t in app.tables] == ["Repair jobs", "Customers"]
    assert linked(app, "Repair jobs", "Customer") == "customers"
    assert {"Status", "Due date", "Price"} <= {f.name for f in table(app, "Repair jobs").fields}


def test_fields_in_brackets_behind_any_table_of_a_list_are_its_fields():
    app = planned(
        "Keep owners and their pets (species, breed, birthday, photo), appointments with date and time, vet, reason and fee."
    ).spec
    assert {"Species", "Breed", "Birthday", "Photo"} <= {f.name for f in table(app, "Pets").fields}
    assert {"Date and time", "Vet", "Reason", "Fee"} <= {f.name for f in table(app, "Appointments").fields}
    assert linked(app, "Pets", "Owner") == "owners"


def test_a_list_in_brackets_is_used_or_listed_but_never_dropped():
    made = planned("Jobs (zork, blah bleh, frobnicate) with a price and a date")
    assert [n.words for n in made.told("not_understood")] == ["(zork, blah bleh, frobnicate)"]
    assert not planned("Jobs: title, status (open, done), customer (name, phone)").told("not_understood")


def test_a_list_after_an_equals_sign_defines_fields_and_a_sum_does_not():
    app = planned("volunteers sign up for shifts; shift = date, start, end, location, how many needed").spec
    assert [t.name for t in app.tables] == ["Volunteers", "Shifts"]
    shifts = table(app, "Shifts")
    assert {"Date", "Start", "End", "Location", "Number needed"} <= {f.name for f in shifts.fields}
    assert linked(app, "Shifts", "Volunteers") == "volunteers"
    total = field(planned("Orders: qty, price, tax. Total = qty * price").spec, "Orders", "Total")
    assert total.kind == "formula"


def test_records_that_a_thing_can_have_many_of_are_a_table():
    app = planned("Reagents: name, supplier. Each reagent can have many usage records: who, when, amount.").spec
    assert {"Person", "Date", "Amount"} <= {f.name for f in table(app, "Usage records").fields}
    assert linked(app, "Usage records", "Reagent") == "reagents"
    assert table(app, "Reagents").named("Amount") is None


@pytest.mark.parametrize(
    ("words", "name", "tables"),
    [
        (
            "A clinic: patients with name, birthday and phone, appointments with a date and a room.",
            "Clinic",
            {"Patients", "Appointments"},
        ),
        ("My bike shop: customers (name, phone), repairs (what, price, customer)", "Bike shop", {"Customers", "Repairs"}),
        ("A clinic: name, address, phone", "Clinics", {"Clinics"}),
    ],
)
def test_whose_app_it_is_names_the_app_and_no_table(words: str, name: str, tables: set[str]):
    made = planned(words)
    assert (made.spec.name, {t.name for t in made.spec.tables}) == (name, tables)
