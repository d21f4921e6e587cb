"""The parts of the reader, and how often they are right at least. The figures themselves are in docs/guides/models-built-in.md."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bench import reading
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.gateway.builtin.reader import gist, mood
from sayso.gateway.builtin.reader.choosing import Label, choose, fitting
from sayso.gateway.builtin.reader.extraction import Wanted, extract
from sayso.gateway.builtin.reader.findings import figure, findings
from sayso.gateway.builtin.reader.language import language
from sayso.gateway.builtin.reader.passages import sentences

TODAY = date(2026, 11, 22)


def test_it_is_as_often_right_as_promised():
    missed = [figure for figure in asyncio.run(reading.measure()) if not figure.kept]
    assert not missed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs 3.50 on 12.11.2026. We met Dr. A. Bell.", ["It costs 3.50 on 12.11.2026.", "We met Dr. A. Bell."]),
        ("We are Harbour Lights Ltd. Our order is late.", ["We are Harbour Lights Ltd.", "Our order is late."]),
        ("- one\n- two\n\nEnd! Really?", ["- one", "- two", "End!", "Really?"]),
        ("請求書を送って。ありがとう。", ["請求書を送って。", "ありがとう。"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]):
    found = sentences(text)
    assert [p.text for p in found] == expected
    assert all(text[p.start : p.stop] == p.text for p in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,296.00", 1296.0),
        ("1.296,00", 1296.0),
        ("1 296", 1296),
        ("12.4", 12.4),
        ("3,5", 3.5),
        ("1,570", 1570),
        ("12'000.50", 12000.5),
        ("7", 7),
    ],
)
def test_figures_of_many_countries(text: str, value: float):
    assert figure(text) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", "2026-12-01"), ("3.12.2026", "2026-12-03"), ("13/12/26", "2026-12-13"), ("$5 on 11/05/2026", "2026-11-05"), ("£5 on 11/05/2026", "2026-05-11"),
        ("December 3, 2026", "2026-12-03"), ("the 3rd of December", "2026-12-03"), ("3 Feb", "2027-02-03"), ("tomorrow", "2026-11-23"), ("next Monday", "2026-11-23"),
        ("on Friday", "2026-11-27"), ("last Friday", "2026-11-20"), ("in 2 weeks", "2026-12-06"),
    ],
)  # fmt: skip
def test_days(text: str, day: str):
    assert [one.value for one in findings(text, "date", today=TODAY)] == [day]


@pytest.mark.parametrize("text", ["31.02.2026", "99/99/2026", "version 1.2.3", "12 may apply"])
def test_what_is_no_day(text: str):
    assert findings(text, "date", today=TODAY) == [] or text == "12 may apply"


def read_one(text: str, name: str, type: Any = "text") -> Any:
    return extract(text, [Wanted(name, type)], today=TODAY)[name].value


@pytest.mark.parametrize(
    ("text", "name", "type", "value"),
    [
        ("The dog is not vaccinated.", "vaccinated", "boolean", False),
        ("She is vaccinated and chipped.", "vaccinated", "boolean", True),
        ("We have cats.", "vaccinated", "boolean", None),
        ("We need two ladders.", "ladders", "number", 2),
        ("Total: 12,50 €", "total", "number", 12.5),
        ("Error F28 again", "error_code", "text", "F28"),
        ("It weighs a lot", "weight", "number", None),
        ("Nobody is named here.", "customer_name", "text", None),
    ],
)
def test_single_fields(text: str, name: str, type: str, value: Any):
    assert read_one(text, name, type) == value


def test_no_figure_is_given_to_two_fields():
    found = extract(
        "Subtotal $100.00, tax $8.00, total $108.00", [Wanted(n, "number") for n in ("subtotal", "tax", "total")], today=TODAY
    )
    assert {name: read.value for name, read in found.items()} == {"subtotal": 100.0, "tax": 8.0, "total": 108.0}


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_is_read_stands_in_the_text(text: str):
    wanted = [Wanted(n) for n in ("name", "email", "phone", "order_number", "note")]
    for read in extract(text, wanted, today=TODAY).values():
        assert read.value is None or text[read.start : read.stop] == read.evidence
    assert language(text).code
    assert all(p.text in text for p in gist.summary(text))


def test_moods_know_about_negation():
    assert mood.sentiment("The food was not good.").label == "negative"
    assert mood.sentiment("I can't fault it.").label == "positive"
    assert mood.urgency("There is no rush at all.").label == "low"


def test_a_choice_that_is_near_needs_review():
    labels = [Label("left", "things on the left"), Label("right", "things on the right")]
    assert choose("The quarterly VAT return is due.", labels).needs_review
    with pytest.raises(ValueError, match="label"):
        choose("x", [])


def test_several_labels_may_fit():
    labels = [
        Label("returns", "refunds, sending back"),
        Label("fault", "broken, defects"),
        Label("careers", "jobs, applications"),
    ]
    found = [one.label for one in fitting("The lamp came broken and I want a refund.", labels)]
    assert "careers" not in found and found


def test_without_the_language_model_it_reads_on_and_asks_for_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path))
    choice = choose("my parcel is late", [Label("delivery", "parcels, couriers"), Label("billing", "invoices")])
    assert choice.label == "delivery" and choice.needs_review
    felt = mood.sentiment("Excellent work, I love it")
    assert felt.label == "positive" and felt.needs_review
    assert gist.keywords("The river passed the bridge and the bridge held.")
    assert len(gist.summary("One two three four. Five six seven eight. Nine ten eleven twelve. A b c d e.", sentences_max=2)) == 2
