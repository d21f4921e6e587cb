"""Newer facts at run time: checked, merged, kept; what is broken changes nothing."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from genai_prices import data_snapshot
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice

from sayso.errors import Unavailable
from sayso.models.directory import packaged
from sayso.models.file import unsqueezed
from sayso.models.observed import observations, observe, observed
from sayso.models.refresh import FETCHED_BYTES_MAX, GENAI_URL, LITELLM_URL, history, refresh, use_prices
from sayso.models.shelf import Shelf

TODAY = date(2026, 11, 23)
ROWS = unsqueezed((Path(__file__).parents[2] / "src/sayso/models/data/litellm.bin").read_bytes())["rows"]
MODES = {"text": "chat", "image": "image_generation", "embedding": "embedding", "speech": "audio_speech", "transcription": "audio_transcription",
         "realtime": "realtime", "video": "video_generation", "rerank": "rerank", "moderation": "moderation", "ocr": "ocr"}  # fmt: skip
PROVIDERS = {"google": "gemini", "bedrock": "bedrock", "azure-ai": "azure_ai", "together": "together_ai", "fireworks": "fireworks_ai", "vertex": "vertex_ai",
             "alibaba": "dashscope", "black-forest-labs": "black_forest_labs", "fal": "fal_ai", "runway": "runwayml", "amazon": "amazon_nova", "nvidia": "nvidia_nim"}  # fmt: skip


def litellm_table(**changed: dict[str, Any]) -> dict[str, Any]:
    """A table like LiteLLM's, made from our rows, with some of it changed."""
    table: dict[str, Any] = {}
    for row in ROWS:
        raw = {"litellm_provider": PROVIDERS.get(row["provider"], row["provider"]), "mode": MODES[row["type"]]}
        for key, field in (
            ("input_mtok", "input_cost_per_token"),
            ("output_mtok", "output_cost_per_token"),
            ("cache_read_mtok", "cache_read_input_token_cost"),
        ):
            if key in row.get("prices", {}):
                raw[field] = float(Decimal(row["prices"][key]) / 1_000_000)
        raw |= {
            theirs: row[ours]
            for ours, theirs in (
                ("max_input", "max_input_tokens"),
                ("max_output", "max_output_tokens"),
                ("shutdown", "deprecation_date"),
            )
            if ours in row
        }
        if "image" in row:
            raw["input_cost_per_image"] = float(row["image"])
        table[row["key"]] = raw
    return table | changed


def genai_data() -> list[Any]:
    """The package's own data, in the shape in which it is published."""
    return [_plain(replace(provider, extractors=None)) for provider in get_snapshot().providers]


def _plain(value: Any) -> Any:
    if isinstance(value, ModelPrice):
        return {key: _plain(price) for key, price in vars(value).items() if price is not None}
    if is_dataclass(value):
        found = {field.name.rstrip("_"): _plain(getattr(value, field.name)) for field in fields(value)}
        return {key: item for key, item in found.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | date | time):
        return str(value)
    return value


class Net:
    """The two addresses, and what they answer: bytes, or an error."""

    def __init__(self, litellm: bytes | Exception, genai: bytes | Exception) -> None:
        self.answers = {LITELLM_URL: litellm, GENAI_URL: genai}
        self.asked: list[str] = []

    async def fetch(self, url: str, bytes_max: int) -> bytes:
        assert bytes_max == FETCHED_BYTES_MAX
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _own_prices() -> Iterator[None]:
    yield
    data_snapshot.set_custom_snapshot(None)


NEW = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 7e-06,
    "output_cost_per_token": 9e-06,
    "max_input_tokens": 64000,
}
GONE = Unavailable("raw.githubusercontent.com answered 503.")


async def test_what_is_new_is_shown_and_told(tmp_path: Path):
    shelf = Shelf(tmp_path)
    assert "gpt-7-nova" not in shelf.directory
    ends = {**litellm_table()["gpt-6-luna"], "deprecation_date": "2027-09-01"}
    net = Net(orjson.dumps(litellm_table(**{"gpt-7-nova": NEW, "gpt-6-luna": ends})), GONE)

    found = await refresh(tmp_path, net.fetch, TODAY)

    assert found.taken == ("litellm",)
    assert found.problems == ("genai-prices: raw.githubusercontent.com answered 503.",)
    told = {change.model: change.sentence for change in found.changes}
    assert told["gpt-7-nova"] == "GPT-7 Nova by OpenAI is new in the directory."
    assert told["gpt-6-luna"] == "OpenAI shuts GPT-6 Luna down on 1 September 2027, in 282 days."
    shelf.forget()
    price = shelf.directory.read("gpt-7-nova").price("input_mtok", TODAY)
    assert price and price.amount == 7
    assert (price.figure.source.id, price.figure.date) == ("litellm", TODAY)
    assert {item["model"] for item in history(tmp_path)} >= {"gpt-7-nova", "gpt-6-luna"}
    again = await refresh(tmp_path, net.fetch, TODAY)
    assert again.changes == ()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<html>Not today</html>", "no JSON"),
        (b"[]", "not a list of models by name"),
        (b"{}", "0 rows of ours"),
        (b'{"gpt-5": 7}', "0 rows of ours"),
        (b"x" * (FETCHED_BYTES_MAX + 1), "more than 32 MB"),
        (GONE, "answered 503"),
        (OSError("no route"), "no route"),
    ],
)
async def test_a_broken_table_changes_nothing(tmp_path: Path, raw: bytes | Exception, why: str):
    with pytest.raises(Unavailable, match=why):
        await refresh(tmp_path, Net(raw, GONE).fetch, TODAY)
    assert not (tmp_path / "models").exists()


async def test_a_table_that_shrank_or_went_mad_is_refused(tmp_path: Path):
    whole = litellm_table()
    half = orjson.dumps(dict(list(whole.items())[: len(whole) // 2]))
    with pytest.raises(Unavailable, match="taken for broken"):
        await refresh(tmp_path, Net(half, GONE).fetch, TODAY)

    data = genai_data()
    for provider in data:
        for model in provider["models"]:
            for prices in model["prices"] if isinstance(model["prices"], list) else [model]:
                prices["prices"] = {
                    key: "9999" for key in prices["prices"] if isinstance(prices["prices"][key], str | float | int)
                }
    with pytest.raises(Unavailable, match="prices would change at once"):
        await refresh(tmp_path, Net(GONE, orjson.dumps(data)).fetch, TODAY)


@pytest.mark.parametrize("raw", [b"{}", b"[7]", b'[{"id": "openai"}]', b"[]"])
async def test_prices_of_another_shape_are_refused(tmp_path: Path, raw: bytes):
    with pytest.raises(Unavailable):
        await refresh(tmp_path, Net(GONE, raw).fetch, TODAY)


async def test_a_new_price_is_charged_too(tmp_path: Path):
    data = genai_data()
    mini = next(m for p in data if p["id"] == "openai" for m in p["models"] if m["id"] == "gpt-6-luna")
    prices = mini["prices"][-1]["prices"] if isinstance(mini["prices"], list) else mini["prices"]
    prices["output_mtok"] = "0.75"
    assert use_prices(tmp_path) is False

    found = await refresh(tmp_path, Net(GONE, orjson.dumps(data)).fetch, TODAY)

    assert [change.sentence for change in found.changes] == ["GPT-6 Luna has new prices: output $0.5 → $0.75 per million tokens."]
    price = Shelf(tmp_path).directory.read("gpt-6-luna").price("output_mtok", TODAY)
    assert price and (price.amount, price.figure.agreement) == (Decimal("0.75"), "differ")
    assert use_prices(tmp_path) is True
    _, charged = get_snapshot().find_provider_model("gpt-6-luna", None, "openai", None)
    assert charged.get_prices(datetime(2026, 11, 23)).output_mtok == Decimal("0.75")


async def test_a_refreshed_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "directory.bin").write_bytes(b"half a fi")
    assert "o4-mini" in Shelf(tmp_path).directory
    assert "cannot be read" in caplog.text


def test_a_provider_tells_of_its_own_models(tmp_path: Path):
    listed = [
        {"id": "gpt-6-luna", "shutdown_date": "2027-12-24"},
        {"id": "gpt-9-sun", "shutdown_date": None},
        {"id": "gpt-6-luna-2026-09-22"},
        {"id": "ft:gpt-4o:mine"},
        {"id": "<script>"},
        {"id": "x" * 500},
        {"shutdown_date": "soon"},
    ]
    assert observe(tmp_path, "openai", listed, TODAY) == 3
    assert observe(tmp_path, "nobody", listed, TODAY) == 0

    directory = Shelf(tmp_path).directory
    luna = directory.read("gpt-6-luna").shutdown
    assert luna and (luna.value, luna.source.id, luna.date) == (date(2027, 12, 24), "provider", TODAY)
    assert "gpt-9-sun" not in directory, "what one customer sees is not for everybody"
    own = observed(packaged(), observations(tmp_path / "models" / "observed.json"), with_new=True)
    assert own.read("gpt-9-sun").maker == "openai"
    assert not own.read("gpt-9-sun").prices(TODAY)
    assert "gpt-6-luna-2026-09-22" not in own


def test_what_was_observed_and_makes_no_sense_is_left_out(tmp_path: Path):
    (tmp_path / "models").mkdir()
    for text in (
        b"",
        b"[]",
        b'{"openai": 7}',
        b'{"openai": {"day": "x", "models": {}}}',
        b'{"openai": {"day": "2026-11-22", "models": {"a": {"shutdown": 7}}}}',
    ):
        (tmp_path / "models" / "observed.json").write_bytes(text)
        assert len(Shelf(tmp_path).directory) == len(Shelf(None).directory)
