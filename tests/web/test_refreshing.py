"""Prices that another process has refreshed are charged here too."""

import asyncio
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from genai_prices import data_snapshot
from genai_prices.data_snapshot import get_snapshot

from sayso.models.refresh import refresh
from sayso.web import refreshing
from tests.models.test_refresh import GONE, Net, genai_data


@pytest.fixture(autouse=True)
def _own_prices() -> Iterator[None]:
    yield
    data_snapshot.set_custom_snapshot(None)


def asked() -> Decimal:
    _, model = get_snapshot().find_provider_model("o3-pro", None, "openai", None)
    price = model.prices
    assert not isinstance(price, list)
    return Decimal(price.output_mtok or 0)  # type: ignore[arg-type]


async def test_a_refresh_elsewhere_counts_here_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refreshing, "FOLLOWED_SECONDS", 0.02)
    data = genai_data()
    next(m for p in data if p["id"] == "openai" for m in p["models"] if m["id"] == "o3-pro")["prices"]["output_mtok"] = "81"
    before = asked()
    async with refreshing.prices_followed(tmp_path):
        assert asked() == before
        await refresh(tmp_path, Net(GONE, orjson.dumps(data)).fetch, date(2026, 11, 23))
        for _ in range(3_000):
            if asked() == 81:
                break
            await asyncio.sleep(0.02)
        assert asked() == 81
    data_snapshot.set_custom_snapshot(None)
    async with refreshing.prices_followed(tmp_path):
        assert asked() == 81, "and from the start of the next"
