"""What the directory holds, and by which names it is found."""

from datetime import date
from decimal import Decimal

import pytest

from sayso.errors import NotFound
from sayso.models.directory import Directory, packaged
from sayso.models.lifecycle import of

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return packaged()


def test_the_pair_is_right_to_the_cent_and_the_day(directory: Directory):
    image, mini = directory.read("gpt-image-1"), directory.read("o4-mini")

    assert {p.key: p.amount for p in image.prices(TODAY)} == {
        "input_mtok": Decimal("5"),
        "cache_read_mtok": Decimal("1.25"),
        "input_image_mtok": Decimal("10"),
        "cache_image_read_mtok": Decimal("2.5"),
        "output_image_mtok": Decimal("40"),
    }
    assert {
        key: price.amount for key in ("input_mtok", "cache_read_mtok", "output_mtok") if (price := mini.price(key, TODAY))
    } == {
        "input_mtok": Decimal("1.1"),
        "cache_read_mtok": Decimal("0.275"),
        "output_mtok": Decimal("4.4"),
    }
    assert mini.max_output and mini.max_output.value == 100_000
    assert mini.context_window and mini.context_window.value == 200_000
    cheapest = image.cheapest_image()
    assert cheapest and cheapest.amount == Decimal("0.011")
    for model in (image, mini):
        life = of(model, directory, TODAY)
        assert (life.status, life.label) == ("retired", "Shut down on 23 October 2026")
        assert all(
            price.figure.agreement == "agree"
            for price in model.prices(TODAY)
            if price.key in ("input_mtok", "output_mtok", "output_image_mtok")
        )


def test_a_model_was_current_until_the_day_it_ended(directory: Directory):
    before = of(directory.read("o4-mini"), directory, date(2026, 10, 22))
    assert (before.status, before.days_left) == ("deprecated", 1)
    assert of(directory.read("o4-mini"), directory, date(2026, 10, 23)).status == "retired"


def test_an_announced_price_counts_from_its_day(directory: Directory):
    argon = directory.read("gemini-4-argon")
    for day, amount in ((date(2026, 11, 30), "2"), (date(2026, 12, 1), "4")):
        price = argon.price("input_mtok", day)
        assert price and price.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("name", "model", "snapshot"),
    [
        ("o4-mini", "o4-mini", None),
        ("o4-mini-2025-04-16", "o4-mini", "o4-mini-2025-04-16"),
        ("openai/O4 mini", "o4-mini", None),
        ("azure/o4-mini", "o4-mini", None),
        ("GPT Image 1", "gpt-image-1", None),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5", None),
        ("models/gemini-4-argon", "gemini-4-argon", None),
        ("accounts/fireworks/models/gpt-oss-120b", "gpt-oss-120b", None),
    ],
)
def test_many_names_mean_one_model(directory: Directory, name: str, model: str, snapshot: str | None):
    found = directory.resolve(name)
    assert (found.model, found.snapshot) == (model, snapshot)


@pytest.mark.parametrize("name", ["", " ", "-", "no-such-model", "☃" * 500])
def test_what_is_no_model_is_not_found(directory: Directory, name: str):
    with pytest.raises(NotFound):
        directory.resolve(name)
