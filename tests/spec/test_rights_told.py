"""Rights in words, as a person reads them."""

from typing import Any

import pytest

from sayso.spec.rights_told import summary, told
from sayso.spec.role import Right, Role
from tests.data.rights.desk import DESK

OWN = {"of": [{"field": "assignee", "op": "contains", "value": "me"}]}


def _said(*rights: dict[str, Any], **role: Any) -> str:
    one = Role(id="x", name="Agent", rights=tuple(Right.model_validate({"table": "tickets", **r}) for r in rights), **role)
    return summary(DESK, one)


@pytest.mark.parametrize(
    ("said", "right", "role"),
    [
        ("Members of Support see their own tickets and cannot see Cost. They see everything else and change nothing of it.",
         {"may": "see", "rows": OWN, "hidden": ["cost"]}, {"groups": ("Support",), "rest": "see"}),
        ("People with the role Agent see, add and change tickets. They see nothing else.", {}, {}),
        ("People with the role Agent see no tickets. They may do everything else.", {"may": "nothing"}, {"rest": "everything"}),
        ("Everyone else may see, add, change and delete tickets, cannot see Cost and cannot change Team. They see nothing else.",
         {"may": "everything", "hidden": ["cost"], "read_only": ["team"]}, {"groups": ("Everyone",)}),
        ("People with the role Agent see, add and change the tickets of their region. They see nothing else.",
         {"rows": {"of": [{"field": "region", "op": "is", "value": "my.region", "via": ["customer"]}]}}, {}),
        ("People with the role Agent see tickets of which State is Open and Region of Customer contains North. They see nothing else.",
         {"may": "see", "rows": {"of": [{"field": "state", "op": "is", "value": "open"}, {"field": "region", "op": "contains", "value": "North", "via": ["customer"]}]}}, {}),
        ("People with the role Agent see and add tickets, change only their own tickets, may delete them and cannot export them. They see nothing else.",
         {"changes": OWN, "delete": True, "export": False}, {}),
    ],
)  # fmt: skip
def test_a_role_is_told_in_sentences(said: str, right: dict[str, Any], role: dict[str, Any]) -> None:
    assert _said(right, **role) == said


def test_roles_without_rights() -> None:
    assert _said(rest="see") == "People with the role Agent see everything and change nothing."
    assert "how this app is built" in _said(manage=True)
    assert _said(rest="everything", unseen=("costs", "close")).endswith("Costs and Close it are kept from them.")


def test_every_role_of_the_desk_can_be_told() -> None:
    assert [told(DESK, role)[0] for role in DESK.roles] == [
        "Members of Support see, add and change their own tickets, cannot see Cost and Secret and cannot change Team.",
        "People with the role Regional see and add the tickets of their region and change and delete only tickets of which State is Open.",
        "People with the role Teamwork see the tickets of their groups.",
        "People with the role Peers see the tickets of their groups.",
        "People with the role Lead see everything, may do everything, and may change how this app is built.",
    ]
