"""Every figure has a source and a date, the sources are held against each other, and the file is made of what lies beside it."""

from collections import Counter
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from genai_prices.data_snapshot import get_snapshot

from sayso.models import file
from sayso.models.directory import packaged
from sayso.models.facts import Figure
from sayso.models.model import FACTS, Model
from sayso.models.prices import KEYS
from sayso.models.sources import overlay, packed
from sayso.models.sources.litellm import dollars, trimmed
from sayso.models.sources.source import SOURCES

TODAY = date(2026, 11, 22)
DIRECTORY = packaged()
DATA = Path(__file__).parents[2] / "src/sayso/models/data"
FLAGSHIPS = [model for model in DIRECTORY if "said" in DIRECTORY.entries[model.id]]


def figures(model: Model) -> list[Figure[Any]]:
    found = [getattr(model, name) for name in FACTS] + [price.figure for price in model.prices(TODAY)]
    found += [image.figure for image in model.images] + list(model.abilities.values())
    return [figure for figure in found if figure is not None]


def test_the_file_is_made_of_what_lies_beside_it():
    kept = file.unsqueezed((DATA / "litellm.bin").read_bytes())
    sources = [dict(source) for source in SOURCES]
    for source in sources:
        source |= kept["about"] if source["id"] == "litellm" else {}
        source |= {"version": version("genai-prices")} if source["id"] == "genai-prices" else {}
    made = packed.made(
        kept["rows"],
        get_snapshot().providers,
        overlay.read(DATA / "overlay"),
        sources,
        date.fromisoformat(kept["about"]["retrieved"]),
    )
    there = file.unpacked((DATA / "directory.bin").read_bytes())
    assert file.squeezed(made) == file.squeezed(there), "run: python script/directory.py"


def test_every_figure_has_a_source_a_page_and_a_day():
    for model in DIRECTORY:
        for figure in figures(model):
            for one in (figure, *figure.others):
                assert one.source.id in DIRECTORY.sources
                assert one.url.startswith("https://"), (model.id, one)
                assert date(2023, 1, 1) <= one.date <= TODAY
                assert one.value is not None


@pytest.mark.parametrize("path", sorted((DATA / "overlay").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_statement_of_ours_can_be_looked_up(path: Path):
    known = {source["id"] for source in SOURCES}
    for id, page in yaml.safe_load(path.read_text()).items():
        assert id in DIRECTORY
        texts = [page[name] for name in overlay.TEXTS if name in page]
        for statement in (*page["said"], *texts):
            assert statement["source"] in known
            assert statement["url"].startswith("https://")
            assert date(2023, 1, 1) <= statement["date"] <= TODAY
        for text in texts:
            assert all(item["title"] and all(isinstance(line, str) and line for line in item["lines"]) for item in text["items"])


def test_there_are_some_hundred_flagships_with_what_a_page_needs():
    assert len(FLAGSHIPS) >= 80
    assert sum(model.released is not None for model in FLAGSHIPS) >= 80
    assert sum(bool(model.prices(TODAY)) for model in FLAGSHIPS) >= 90
    for model in FLAGSHIPS:
        assert model.name != model.id or model.id.startswith("o"), model.id
        if model.replacement:
            assert model.replacement.value in DIRECTORY, model.id


def test_two_sources_agree_on_nearly_every_price():
    """What differs is listed when too much of it does."""
    counted: Counter[str] = Counter()
    different: list[str] = []
    for model in DIRECTORY:
        for key in KEYS:
            price = model.price(key, TODAY)
            if price and price.figure.others:
                counted[price.figure.agreement] += 1
                if price.figure.agreement == "differ":
                    different.append(f"{model.id} {key}: {price.amount} or {[str(o.value) for o in price.figure.others]}")
    assert counted["agree"] > 850
    assert counted["differ"] < 0.07 * counted["agree"], "\n".join(different)


@pytest.mark.parametrize("maker", ["openai", "anthropic", "google"])
def test_on_the_great_makers_chat_models_they_agree_wholly(maker: str):
    compared = 0
    for model in DIRECTORY:
        if model.maker == maker and model.type == "text" and not model.hosted:
            for key in ("input_mtok", "output_mtok"):
                price = model.price(key, TODAY)
                if price and price.figure.others:
                    assert price.figure.agreement == "agree", (model.id, key, price)
                    compared += 1
    assert compared >= {"openai": 80, "anthropic": 26, "google": 30}[maker]


def test_no_statement_of_ours_contradicts_both_tables():
    """Ours may be newer than one of them, never another than both that agree."""
    for model in FLAGSHIPS:
        for one in DIRECTORY.entries[model.id]["said"]:
            for key, said in one.get("prices", {}).items():
                price = model.price(key, TODAY)
                assert price
                both = [f.value for f in (price.figure, *price.figure.others) if f.source.id in ("genai-prices", "litellm")]
                if len(both) == 2 and both[0] == both[1]:
                    assert Decimal(said) == both[0], (model.id, key, one["source"])


def test_the_matrix_and_the_price_of_image_tokens_are_one():
    """272 output tokens at $40 per million are a low square picture of gpt-image-1, to within the rounding of the table."""
    price = DIRECTORY.read("gpt-image-1").price("output_image_mtok", TODAY)
    cheapest = DIRECTORY.read("gpt-image-1").cheapest_image()
    assert price and cheapest
    assert abs(272 * price.amount / 1_000_000 - cheapest.amount) < Decimal("0.0005")


def test_unknown_is_never_nought():
    for model in DIRECTORY:
        assert not [price for price in model.prices(TODAY) if price.amount == 0], model.id
        assert not [image for image in model.images if image.amount == 0], model.id
        for name in ("context_window", "max_input", "max_output"):
            figure = getattr(model, name)
            assert figure is None or figure.value > 0, model.id


def test_a_row_of_nonsense_is_left_out():
    rows = trimmed(
        {
            "sample_spec": {"litellm_provider": "one of many", "mode": "chat"},
            "gpt-x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": "free", "max_input_tokens": "many"},
            "gpt-y": {
                "litellm_provider": "openai",
                "mode": "chat",
                "input_cost_per_token": 0.0,
                "output_cost_per_token": 1.32e-07,
                "deprecation_date": "soon",
            },
            "gpt-z": 7,
            "ft:gpt-y": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06},
        }
    )
    assert rows == [{"key": "gpt-y", "provider": "openai", "type": "text", "name": "gpt-y", "prices": {"output_mtok": "0.132"}}]
    assert dollars(1.3200000000000002e-07, Decimal(1_000_000)) == "0.132"
    with pytest.raises(ValueError, match="no amount"):
        dollars("much", Decimal(1))


def test_a_broken_page_names_its_file(tmp_path: Path):
    (tmp_path / "openai.yaml").write_text(
        "gpt-x: {maker: openai, said: [{source: maker, url: 'https://x', released: 2026-01-01}]}"
    )
    with pytest.raises(ValueError, match=r"openai.yaml: gpt-x: a statement has no date"):
        overlay.read(tmp_path)
    (tmp_path / "openai.yaml").write_text("gpt-x: {maker: nobody}")
    with pytest.raises(ValueError, match="nobody is called nobody"):
        overlay.read(tmp_path)
