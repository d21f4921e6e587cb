"""Forty wishes of our own, in other voices and trades than any case that is measured: their parts must be found.

The figure may only go up.
"""

import statistics
import time

from sayso.builder.planner import Wish
from tests.builder.planner.parts import figures, missed, own_wishes
from tests.builder.planner.ruled import plan

PARTS_FOUND_MIN = 0.95
HELD_OUT_FOUND_MIN = 0.80
MEDIAN_SECONDS_MAX = 0.150


def found() -> tuple[int, int]:
    hits = total = 0
    for wish, parts in own_wishes():
        total += len(parts)
        hits += len(parts) - len(missed(wish, parts))
    return hits, total


def test_forty_wishes_in_many_voices():
    assert len(own_wishes()) == 40
    hits, total = found()
    assert total > 250 and hits / total >= PARTS_FOUND_MIN, f"{hits} of {total}"


def test_wishes_that_no_rule_was_changed_for():
    """Written after the rules. Do not look at what is missed here: write new ones when this is to be raised."""
    hits, total, _ = figures("held_out.txt")
    assert total > 110 and hits / total >= HELD_OUT_FOUND_MIN, f"{hits} of {total}"


def test_a_plan_takes_a_blink():
    plan(Wish("clients: name"))
    took: list[float] = []
    for wish, _ in own_wishes():
        started = time.process_time()
        plan(Wish(wish))
        took.append(time.process_time() - started)
    assert statistics.median(took) <= MEDIAN_SECONDS_MAX
