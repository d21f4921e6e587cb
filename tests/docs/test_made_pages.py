"""Pages that are made from the code are fresh, and what they tell of has words."""

import typing
from pathlib import Path

import pytest
from script import docs

from sayso.spec.fields import AnyField

KINDS = typing.get_args(typing.get_args(AnyField)[0])


@pytest.mark.parametrize("page", docs.PAGES)
def test_a_made_page_is_fresh(page: str) -> None:
    there = (Path(docs.ROOT) / "docs" / page).read_text("utf-8")
    assert there == docs.PAGES[page](), "run: python script/docs.py"


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_kind_of_field_has_all_its_parts(kind: type) -> None:
    assert "__doc__" in vars(kind) and vars(kind)["__doc__"], "says what it is for"
    assert hasattr(kind, "storage") and hasattr(kind, "example")
    if kind.writable and kind.__name__ not in ("Select", "MultiSelect", "Link"):  # type: ignore[attr-defined]
        field = kind(id="x", name="X")
        value = field.parse(field.example)
        assert field.parse(field.shown(value)) == value and field.parse(None) == field.parse("")
