"""What a chart measures is what stands before "per" or "by"."""

from datetime import date

import pytest

from sayso.builder.planner.wish import Wish
from sayso.spec.view import Chart, Measure
from tests.builder.planner.ruled import plan


@pytest.mark.parametrize(
    ("words", "measure"),
    [
        ("Repairs have a status (new, done) and a price. Chart of price per status.", Measure(summary="sum", field="price")),
        (
            "Orders have a customer, amount and date. Bar chart of total amount by customer.",
            Measure(summary="sum", field="amount"),
        ),
        ("Orders have a customer, amount and date. Chart of orders per month.", Measure()),
        ("Repairs have a status (new, done) and a price. Chart of repairs per status.", Measure()),
    ],
)
def test_a_chart_measures_what_was_said(words: str, measure: Measure) -> None:
    made = plan(Wish(words, today=date(2026, 11, 22)))
    assert [v.measure for v in made.spec.views if isinstance(v, Chart)] == [measure]
