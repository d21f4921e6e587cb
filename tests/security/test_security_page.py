"""What docs/security.md stands on is there."""

import ast
from functools import cache
from pathlib import Path

import pytest
from script import security_page

ROOT = Path(__file__).resolve().parents[2]
ROWS = security_page.requirements()
RISKS = [*security_page.risks("llm"), *security_page.risks("agents")]


@cache
def named_in(path: str) -> frozenset[str]:
    body = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(one.name for one in ast.walk(body) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_all_requirements_of_levels_one_and_two_are_there():
    assert len(ROWS) == len({one.name for one in ROWS}) == 253
    assert [sum(one.level == level for one in ROWS) for level in ("1", "2")] == [70, 183]
    assert len(RISKS) == 20


@pytest.mark.parametrize("row", [*ROWS, *RISKS], ids=lambda one: one.name.split(" ")[0])
def test_a_row_stands_on_a_test_that_exists_or_on_a_reason(row: security_page.Row):
    assert row.words and (row.tests or row.reason)
    for named in row.tests:
        path, _, test = named.partition("::")
        assert test in named_in(path), f"{named} is not there"
