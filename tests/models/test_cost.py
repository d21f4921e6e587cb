"""What a workload costs: equal to what `genai-prices` charges, on every model that it prices."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.errors import Invalid, NotFound
from sayso.models.cost import cost, rounded
from sayso.models.directory import packaged
from sayso.models.images import estimate, matrix
from sayso.models.model import Model
from sayso.models.spending import elsewhere
from sayso.models.workload import COUNT_MAX, Workload, workload_of

TODAY = date(2026, 11, 22)
DIRECTORY = packaged()
CHARGED = {(provider.id, model.id): (provider, model) for provider in get_snapshot().providers for model in provider.models}
BY_TOKENS = {"input_mtok", "cache_read_mtok", "output_mtok", "output_image_mtok", "input_image_mtok", "requests_kcount"}


def charged(model: Model, day: date, *, batch: bool = False, **usage: int) -> Decimal:
    """What the package asks for one call, outside of busy hours."""
    assert model.genai
    provider, theirs = CHARGED[model.genai]
    at = datetime.combine(day, time(20, 0), UTC)
    context = {"processing": "batch"} if batch else None
    return theirs.calc_price(Usage(**usage), provider, genai_request_timestamp=at, price_context=context).total_price


PRICED = [model for model in DIRECTORY if model.genai]


def test_nearly_every_model_that_is_sold_is_priced():
    assert len(PRICED) > 400


@pytest.mark.parametrize("day", [TODAY, date(2026, 12, 1), date(2025, 6, 1)])
@pytest.mark.parametrize(
    ("sent", "cached", "written"), [(1000, 0, 500), (150_000, 120_000, 4096), (900_001, 300_000, 1), (0, 0, 77)]
)
def test_every_priced_model_costs_what_the_package_charges(day: date, sent: int, cached: int, written: int):
    compared = 0
    for model in PRICED:
        work = Workload(input=sent, cached=cached, output=written, requests=1)
        ours = cost(model, work, day)
        if ours.total is None or not {line.key for line in ours.lines} <= BY_TOKENS:
            continue
        assert ours.total == charged(model, day, input_tokens=sent, cache_read_tokens=cached, output_tokens=written), model.id
        compared += 1
    assert compared > 350


def test_batches_cost_what_the_package_charges():
    found = 0
    for model in PRICED:
        entry = DIRECTORY.entries[model.id]
        known = [one for one in entry.get("genai", {}).get("variants", []) if one["when"] == {"processing": "batch"}]
        ours = cost(model, Workload(input=10_000, output=2_000, requests=1), TODAY, variant="batch")
        if known and ours.variant and ours.total is not None and {line.key for line in ours.lines} <= BY_TOKENS:
            assert ours.total == charged(model, TODAY, batch=True, input_tokens=10_000, output_tokens=2_000), model.id
            found += 1
    assert found > 40


def test_pictures_are_charged_by_their_tokens():
    """22 text tokens in and 1,372 image tokens out of gpt-image-2 are $0.04127."""
    two = cost(DIRECTORY.read("gpt-image-2"), Workload(input=22, output=1372, image_output=1372), TODAY)
    assert two.total == Decimal("0.04127")


def test_an_unknown_price_is_never_nothing():
    without = next(model for model in DIRECTORY if not model.prices(TODAY))
    asked = cost(without, Workload(input=10, output=1), TODAY)
    assert asked.total is None
    assert asked.missing == ("Input", "Output") or asked.missing[0] == "Text input"
    assert asked.text == "not published"


def test_nothing_used_costs_nothing():
    assert cost(DIRECTORY.read("gpt-6-astra"), Workload(), TODAY).total == 0


PUBLISHED = {
    "gpt-image-1": {"low": ".011/.016/.016", "medium": ".042/.063/.063", "high": ".167/.25/.25"},
    "gpt-image-1-mini": {"low": ".005/.006/.006", "medium": ".011/.015/.015", "high": ".036/.052/.052"},
    "gpt-image-1.5": {"low": ".009/.013/.013", "medium": ".034/.05/.05", "high": ".133/.2/.2"},
    "gpt-image-2": {"low": ".006/.005/.005", "medium": ".053/.041/.041", "high": ".211/.165/.165"},
    "gpt-image-2.5-flare": {
        "low": ".00588/.00474/.00474",
        "medium": ".01317/.01029/.01029",
        "high": ".05268/.04116/.04116",
        "xhigh": ".09366/.07377/.07377",
        "max": ".21072/.16464/.16464",
    },
}


@pytest.mark.parametrize("id", PUBLISHED)
def test_the_price_matrix_is_the_published_one(id: str):
    found = matrix(DIRECTORY.read(id))
    assert found
    shown = {(image.quality, image.size): image.amount for row in found.cells for image in row if image}
    for quality, amounts in PUBLISHED[id].items():
        for size, amount in zip(("1024x1024", "1024x1536", "1536x1024"), amounts.split("/"), strict=True):
            assert shown[quality, size] == Decimal(amount)
    assert not [image for image in shown.values() if image <= 0]


def test_an_estimate_is_from_the_matrix():
    found = estimate(DIRECTORY.read("gpt-image-1"), "medium", "1024×1024", 1000)
    assert found.total == 42
    assert found.sentence == (
        "1,000 pictures of 1024×1024 in medium quality: about $42.00 for the output; prompts and input pictures come on top."
    )
    with pytest.raises(NotFound):
        estimate(DIRECTORY.read("gpt-image-1"), "max", "1024x1024")
    with pytest.raises(Invalid):
        estimate(DIRECTORY.read("gpt-image-1"), "low", "1024x1024", 0)


def test_the_last_month_on_another_model():
    used = {"gpt-5-mini": Workload(input=40_000_000, cached=10_000_000, output=5_000_000, requests=10_000)}
    paid = cost(DIRECTORY.read("gpt-5-mini"), used["gpt-5-mini"], TODAY).total
    assert paid == Decimal("17.75")

    found = elsewhere(DIRECTORY, used, paid, ["gpt-6-astra", "gpt-6-luna", "flux-dev", "o4-mini"], TODAY)

    assert [one.model for one in found] == ["gpt-6-luna", "o4-mini", "gpt-6-astra", "flux-dev"]
    assert (
        found[0].sentence
        == "Your last 30 days would have cost about $5.60 on GPT-6 Luna, 68 % less than the $17.75 that you paid."
    )
    assert found[1].sentence.endswith("But o4-mini is shut down.")
    assert found[2].total == Decimal("560")
    assert found[3].total is None
    assert "not published" in found[3].sentence


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0"), ("0.00421", "$0.0042"), ("0.1", "$0.10"), ("1234.567", "$1,234.57"), ("0.0000001", "$0.0000001")],
)
def test_amounts_are_shown_to_digits_that_count(amount: str, text: str):
    assert rounded(Decimal(amount)) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["input", "output", "cached", "requests", "nonsense", "audio_seconds"]),
        st.one_of(st.integers(-5, COUNT_MAX * 2), st.text(max_size=5), st.none()),
    )
)
def test_any_counts_are_a_workload_or_say_what_is_wrong(counts: dict[str, object]):
    try:
        work = workload_of(counts)
    except Invalid as error:
        assert error.problems
    else:
        assert cost(DIRECTORY.read("o4-mini"), work, TODAY).as_json()
