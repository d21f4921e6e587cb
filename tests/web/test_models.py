"""The directory of models over HTTP: for anybody, without a sign-in."""

import csv
import io
import random
from typing import Any

import httpx
import pytest

from tests.web.conftest import Company, problem

ADDRESSES = ("/api/models", "/api/models/changes", "/api/models/comparison", "/api/models/costs", "/api/models/o4-mini")


async def got(company: Company, path: str, **params: str) -> dict[str, Any]:
    answer = await company.nobody.get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


async def test_anybody_may_look_a_model_up(company: Company):
    image = await got(company, "/api/models/gpt-image-1")

    assert image["name"] == "GPT Image 1"
    assert image["lifecycle"]["status"] == "retired"
    assert image["lifecycle"]["shutdown"]["value"] == "2026-10-23"
    prices = {price["key"]: price["value"] for price in image["prices"]}
    assert (prices["input_mtok"], prices["output_image_mtok"]) == ("5", "40")
    assert image["matrix"]["cells"][0][0]["value"] == "0.011"
    assert image["context_window"] is None
    assert {source["id"] for source in image["sources"]} >= {"genai-prices", "litellm", "maker"}
    assert (await got(company, "/api/models/openai/o4-mini"))["id"] == "o4-mini"


async def test_the_list_is_searched_filtered_and_sorted(company: Company):
    found = await got(company, "/api/models", search="gpt image", status="current,deprecated", sort="image", limit="3")
    assert [item["type"] for item in found["items"]] == ["image"] * 3
    amounts = [float(item["image"]) for item in found["items"]]
    assert amounts == sorted(amounts)
    assert found["total"] > 3 and found["next"] == "3"
    large = await got(company, "/api/models", maker="anthropic,google", context_min="1000000", can="vision", sort="-context")
    assert {item["maker"] for item in large["items"]} == {"anthropic", "google"}
    assert all(item["context"] >= 1_000_000 for item in large["items"])


async def test_a_pair_is_compared(company: Company):
    pair = await got(company, "/api/models/comparison", models="gpt-image-1,o4-mini")
    assert pair["differences"][2]["text"] == "o4-mini is 78 % cheaper on input tokens ($1.1 vs $5 per million)."
    assert pair["address"] == "gpt-image-1-vs-o4-mini"


async def test_costs_and_changes(company: Company):
    both = await got(company, "/api/models/costs", models="gpt-5-mini,o4-mini", input="1000000", output="100000", requests="100")
    assert [(item["model"], item["total"]) for item in both["items"]] == [("gpt-5-mini", "0.45"), ("o4-mini", "1.54")]
    pictures = await got(company, "/api/models/costs", models="gpt-image-1", quality="high", size="1024x1024", images="10")
    assert pictures["items"][0]["total"] == "1.67"
    told = await got(company, "/api/models/changes", since="2026-10-01", until="2026-10-31", kind="shutdown", maker="openai")
    assert "o4-mini" in [change["model"] for change in told["items"]]


async def test_exports_leave_unknown_figures_empty(company: Company):
    answer = await company.nobody.get("/api/models", params={"format": "csv", "search": "gpt-image-1", "sort": "name"})
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert answer.headers["content-type"].startswith("text/csv")
    assert rows["gpt-image-1"]["input"] == "5"
    assert rows["gpt-image-1"]["context"] == ""
    whole = await got(company, "/api/models/export")
    assert len(whole["models"]) > 800
    assert all(price["source"] and price["date"] for model in whole["models"] for price in model["prices"])


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/api/models/no-such-model", {}, 404),
        ("/api/models", {"type": "smell"}, 422),
        ("/api/models", {"sort": "beauty"}, 422),
        ("/api/models", {"input_max": "free"}, 422),
        ("/api/models", {"limit": "-1"}, 422),
        ("/api/models", {"format": "docx"}, 422),
        ("/api/models/comparison", {"models": "o4-mini"}, 422),
        ("/api/models/comparison", {}, 422),
        ("/api/models/comparison", {"models": "o4-mini,nonsense-9"}, 404),
        ("/api/models/costs", {"models": "o4-mini", "input": "many"}, 422),
        ("/api/models/costs", {"models": "o4-mini", "input": "5", "cached": "6"}, 422),
        ("/api/models/changes", {"since": "yesterday"}, 422),
    ],
)
async def test_what_makes_no_sense_is_said(company: Company, path: str, params: dict[str, str], status: int):
    answer = await company.nobody.get(path, params=params)
    assert answer.status_code == status
    document = problem(answer)
    assert document["detail"]
    assert status == 404 or document["problems"]


NAMES = [
    "search",
    "type",
    "maker",
    "sort",
    "limit",
    "offset",
    "models",
    "input",
    "output",
    "since",
    "kind",
    "quality",
    "images",
    "format",
    "can",
    "open",
]
NONSENSE = [
    "",
    "0",
    "-1",
    "x" * 300,
    "9" * 40,
    "1e999",
    "null",
    "[]",
    "'; drop",
    "ä😀",
    "a\0b",
    "%",
    "../..",
    "NaN",
    "Infinity",
    "o4-mini,o3",
    "²",
]


@pytest.mark.parametrize("path", [*ADDRESSES, "/api/models/☃", "/api/models/a%2Fb", "/api/models/" + "y" * 3000])
async def test_nonsense_is_never_our_fault(company: Company, path: str):
    draw = random.Random(path)
    for _ in range(40):
        params = {name: draw.choice(NONSENSE) for name in draw.sample(NAMES, 3)}
        answer: httpx.Response = await company.nobody.get(path, params=params)
        assert answer.status_code < 500, (path, params, answer.text)
