"""Rights in a wish become roles that the data engine keeps to."""

from datetime import date
from typing import Any

import pytest

from sayso.builder.planner.marks.parts import role_name
from sayso.builder.planner.planner import plan
from sayso.builder.planner.wish import Wish
from sayso.spec.check import check
from sayso.spec.role import Role

TODAY = date(2026, 11, 23)
TICKETS = "Tickets with subject, assignee, state and salary. "
DEALS = "Deals with name, amount, owner and stage. "


def _roles(words: str) -> dict[str, Role]:
    made = plan(Wish(words=words, app=None, today=TODAY), None)
    assert check(made.spec) == ()
    return {role.name: role for role in made.spec.roles}


def _right(role: Role, table: str) -> dict[str, Any]:
    return next((right.portable() for right in role.rights if right.table == table), {})


OWN = {"of": [{"field": "assignee", "op": "contains", "value": "me"}]}


def test_their_own_rows_and_everyone_else_reads():
    roles = _roles(TICKETS + "Support sees only their own tickets, everyone else is read-only.")
    assert _right(roles["Support"], "tickets") == {"table": "tickets", "may": "see", "rows": OWN}
    assert (roles["Support"].groups, roles["Support"].rest) == (("Support",), "see")
    assert (roles["Everyone else"].rest, roles["Everyone else"].rights) == ("see", ())
    assert roles["Everyone else"].groups == ("Everyone",)


def test_members_of_a_group_see_what_is_assigned_to_them():
    roles = _roles(TICKETS + "Members of Support see tickets assigned to them.")
    assert list(roles) == ["Support"]
    assert _right(roles["Support"], "tickets")["rows"] == OWN


@pytest.mark.parametrize(
    ("forbidden", "hidden"),
    [
        ("and cannot see the salary note", ["internal_salary_note"]),
        ("and cannot see the salary note of tickets", ["internal_salary_note"]),
        ("and can't see salary", ["internal_salary_note"]),
        ("and cannot see the internal salary note", ["internal_salary_note"]),
    ],
)
def test_a_field_that_is_named_in_part_is_hidden(forbidden: str, hidden: list[str]):
    words = "A help desk: tickets with customer, subject, status, assignee, internal salary note. "
    role = _roles(words + f"Members of Support see only tickets assigned to them {forbidden}")["Support"]
    right = _right(role, "tickets")
    assert (right["rows"], right["hidden"], right["may"]) == (OWN, hidden, "see")


def test_only_some_see_a_field_and_so_the_others_do_not():
    roles = _roles(TICKETS + "Only managers can see salary. HR sees everything.")
    assert roles["Manager"].groups == ("Managers",)
    assert (roles["Manager"].rest, roles["Manager"].rights) == ("everything", ())
    assert (roles["HR"].rest, roles["HR"].rights) == ("everything", ())
    assert _right(roles["Everyone else"], "tickets")["hidden"] == ["salary"]


def test_what_is_forbidden_is_all_that_is_forbidden():
    reps = _roles(DEALS + "Reps cannot delete deals and can't see the amount.")["Rep"]
    assert reps.rest == "everything"
    assert _right(reps, "deals") == {"table": "deals", "hidden": ["amount"]}  # `edit`, which is what is left without deleting


def test_their_region_is_a_property_of_theirs():
    (sales,) = _roles("Projects with name, region, budget and lead. Sales can see projects of their region.").values()
    assert sales.groups == ("Sales",)
    assert _right(sales, "projects")["rows"] == {"of": [{"field": "region", "op": "is", "value": "my.region"}]}


def test_customers_see_theirs_and_nothing_else():
    words = "Tables: Distributors: name, phone. Orders: product, quantity, distributor (link to distributors). Distributors log in and see their own orders only."
    role = _roles(words)["Distributor"]
    assert role.rest == "nothing"
    assert _right(role, "orders")["rows"] == {"of": [{"field": "distributor", "op": "is", "value": "my.distributor"}]}


def test_some_add_and_others_decide():
    roles = _roles("Requests with title, status, requested by. Staff can submit requests, only managers can approve requests.")
    assert _right(roles["Staff"], "requests")["may"] == "add"
    assert _right(roles["Everyone else"], "requests")["may"] == "add"
    assert roles["Manager"].rest == "everything"


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ("Support cannot see salary.", {"hidden": ["salary"]}),
        ("Support cannot change the state.", {"read_only": ["state"]}),
        ("Support can't export tickets.", {"export": False}),
    ],
)
def test_a_role_that_is_there_keeps_what_nothing_was_said_of(words: str, changed: dict[str, Any]):
    base = plan(Wish(words=TICKETS + "Support sees only their own tickets.", app=None, today=TODAY), None).spec
    made = plan(Wish(words=words, app=base, today=TODAY), None).spec
    assert (made.roles[0].rest, len(made.roles)) == ("see", 1)
    assert _right(made.roles[0], "tickets") == {"table": "tickets", "may": "see", "rows": OWN, **changed}


@pytest.mark.parametrize(
    "words",
    [
        "Add a field Support to tickets.",
        "Add a view for Support that shows tickets by state.",
        "Tell support when a ticket is added.",
    ],
)
def test_words_that_only_name_a_role_change_nothing_of_it(words: str):
    base = plan(Wish(words=TICKETS + "Support sees only their own tickets.", app=None, today=TODAY), None).spec
    assert plan(Wish(words=words, app=base, today=TODAY), None).spec.roles == base.roles


@pytest.mark.parametrize("words", [DEALS, DEALS + "Each deal has a stage.", "Only deals over 100 are shown on a board." + DEALS])
def test_words_that_are_not_about_rights_make_no_role(words: str):
    assert _roles(words) == {}


@pytest.mark.parametrize("words", ["only tickets assigned to them", "only tickets assigned to him may be seen"])
def test_rows_that_are_assigned_are_nobody(words: str):
    assert role_name(words) == ""
    assert role_name("only the room managers may edit") == "Room manager"
