"""Every published incident that we know of is replayed by a test that is there, or has a reason."""

import ast
from pathlib import Path

import pytest

from tests.attacks.incidents import ASKED, NOT_HERE, REPLAYED

ROOT = Path(__file__).resolve().parents[2]


def test_there_are_eighty_and_none_is_told_twice_by_one_test():
    known = [one for told in REPLAYED.values() for one in told.split()]
    print(f"{len(set(known))} incidents by {len(REPLAYED)} tests; {sum(len(one.split()) for one in NOT_HERE)} not here")  # noqa: T201
    assert len(set(known)) >= 80 and all(module.__doc__ for module in ASKED)
    assert all(len(told.split()) == len(set(told.split())) for told in REPLAYED.values())
    assert not set(known) & {one for told in NOT_HERE for one in told.split()}


@pytest.mark.parametrize("test", REPLAYED)
def test_what_replays_it_can_fail(test: str):
    """It is there, it is not skipped, and it asserts or expects an error."""
    path, _, name = test.partition("::")
    found = [
        n
        for n in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == name
    ]
    assert len(found) == 1, test
    text = ast.unparse(found[0])
    assert "skip" not in " ".join(ast.unparse(one) for one in found[0].decorator_list)
    asserts = any(isinstance(n, ast.Assert) for n in ast.walk(found[0]))
    assert (
        asserts
        or "turned_away(" in text
        or "untouched(" in text
        or "raises" in text
        or "unchanged" in text
        or "await door(" in text
        or "canary" in text
        or "harmless(" in text
    ), test
