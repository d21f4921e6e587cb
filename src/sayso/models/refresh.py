"""Newer facts at run time: fetched, checked, merged, kept. What fails a check changes nothing, and the last good copy stays.

Nothing is fetched unless the operator says so (`SAYSO_MODELS_REFRESH`, or `sayso models refresh`). `fetch(url, bytes_max)` is given by whoever
calls, because only the egress door opens sockets.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from genai_prices.data_snapshot import DataSnapshot, get_snapshot, set_custom_snapshot
from genai_prices.types import Provider, _providers_from_raw
from pydantic import ValidationError

from sayso.errors import SaysoError, Unavailable
from sayso.models.changes import Change, between
from sayso.models.directory import Directory, directory_of, packaged
from sayso.models.file import squeezed, unpacked, unsqueezed
from sayso.models.shelf import FILE, FOLDER
from sayso.models.sources import genai, litellm, overlay, packed
from sayso.models.sources.source import SOURCES

LITELLM_URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
GENAI_URL = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json"
NAMES = {LITELLM_URL: "LiteLLM's table", GENAI_URL: "genai-prices"}
FETCHED_BYTES_MAX = 32 * 2**20
ROWS_MIN = 1_500
"""Of LiteLLM's table, those of providers that we show."""
OFFERS_MIN = 800
KEPT_SHARE_MIN = 0.8
"""A table that lost more than a fifth since the last time is taken for broken."""
MOVED_SHARE_MAX = 0.25
"""So is one in which more than a quarter of all known prices are others."""
PRICES = "genai.bin"
HISTORY = "changes.jsonl"
HISTORY_BYTES_MAX = 16 * 2**20

Fetch = Callable[[str, int], Awaitable[bytes]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `problems` tells why a table was not taken; `changes` what is different now."""

    taken: tuple[str, ...]
    problems: tuple[str, ...]
    changes: tuple[Change, ...]
    models: int

    def as_json(self) -> dict[str, Any]:
        return {
            "taken": list(self.taken),
            "problems": list(self.problems),
            "changes": [change.as_json() for change in self.changes],
            "models": self.models,
        }


@dataclass(frozen=True, slots=True)
class Tables:
    """The two tables as last taken: LiteLLM's rows in our own shape, and the providers of `genai-prices`."""

    rows: list[dict[str, Any]]
    rows_day: date
    charged: list[Provider]
    charged_day: date | None
    """`None`: those of the installed package."""


async def refresh(home: Path, fetch: Fetch, today: date) -> Refreshed:
    """Fetches both tables and keeps what passes the checks. Raises `Unavailable` when neither could be had."""
    kept = await asyncio.to_thread(_kept, home)
    rows, charged = await asyncio.gather(_fetched(fetch, LITELLM_URL), _fetched(fetch, GENAI_URL))
    return await asyncio.to_thread(_taken, home, kept, rows, charged, today)


async def _fetched(fetch: Fetch, url: str) -> bytes | str:
    """The bytes, or why there are none."""
    try:
        found = await fetch(url, FETCHED_BYTES_MAX)
    except (SaysoError, OSError, TimeoutError) as error:
        return f"{NAMES[url]}: {error}"
    return found if len(found) <= FETCHED_BYTES_MAX else f"{NAMES[url]}: more than {FETCHED_BYTES_MAX // 2**20} MB"


def _taken(home: Path, kept: Tables, rows: bytes | str, charged: bytes | str, today: date) -> Refreshed:
    before = _current(home)
    problems: list[str] = []
    taken: list[str] = []
    tables = kept
    for name, raw, read in (("litellm", rows, _rows), ("genai-prices", charged, _charged)):
        try:
            if isinstance(raw, str):
                raise ValueError(raw)
            tables = _moved_little(before, read(tables, raw, today), today)
            taken.append(name)
        except ValueError as error:
            problems.append(str(error))
    if not taken:
        raise Unavailable(f"The directory of models stays as it is. {'; '.join(problems)}")
    fresh = _made(tables, today)
    directory = directory_of(fresh)
    changes = between(before, directory, today)
    _keep(home, tables, fresh, changes, charged if isinstance(charged, bytes) and "genai-prices" in taken else None)
    return Refreshed(tuple(taken), tuple(problems), changes, len(directory))


def _rows(tables: Tables, raw: bytes, today: date) -> Tables:
    """LiteLLM's table, checked. Raises `ValueError` saying what is wrong with it."""
    try:
        table = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ValueError("LiteLLM's table is no JSON") from None
    if not isinstance(table, dict):
        raise ValueError("LiteLLM's table is not a list of models by name")
    found = litellm.trimmed(table)
    _large_enough("LiteLLM's table", len(found), ROWS_MIN, len(tables.rows))
    return replace(tables, rows=found, rows_day=today)


def _charged(tables: Tables, raw: bytes, today: date) -> Tables:
    """The prices of `genai-prices`, checked."""
    try:
        value = orjson.loads(raw)
        if not isinstance(value, list):
            raise ValueError("genai-prices' data are not a list of providers")
        found = _providers_from_raw(value)
    except orjson.JSONDecodeError:
        raise ValueError("genai-prices' data are no JSON") from None
    except (ValidationError, AssertionError, TypeError, KeyError) as error:
        raise ValueError(
            f"genai-prices' data have another shape than the installed version reads ({type(error).__name__})"
        ) from None
    _large_enough("genai-prices", len(genai.offers(found)), OFFERS_MIN, len(genai.offers(tables.charged)))
    return replace(tables, charged=found, charged_day=today)


def _large_enough(what: str, count: int, least: int, before: int) -> None:
    if count < max(least, before * KEPT_SHARE_MIN):
        raise ValueError(f"{what} has {count:,} rows of ours, where {before:,} were before: taken for broken")


def _moved_little(before: Directory, tables: Tables, today: date) -> Tables:
    """Raises `ValueError` when so many prices differ that the table is more likely wrong than the world."""
    after = directory_of(_made(tables, today))
    both = [(before.read(id).prices(today), after.read(id).prices(today)) for id in before.entries if id in after]
    if len(both) < len(before) * KEPT_SHARE_MIN:
        raise ValueError(f"only {len(both):,} of {len(before):,} models would be left: taken for broken")
    pairs = [(was.amount, now.amount) for old, new in both for was in old for now in new if was.key == now.key]
    moved = sum(was != now for was, now in pairs)
    if moved > len(pairs) * MOVED_SHARE_MAX:
        raise ValueError(f"{moved:,} of {len(pairs):,} prices would change at once: taken for broken")
    return tables


def _made(tables: Tables, today: date) -> dict[str, Any]:
    sources = [dict(source) for source in SOURCES]
    for source in sources:
        if source["id"] == "litellm":
            source |= {"date": tables.rows_day.isoformat(), "retrieved": tables.rows_day.isoformat(), "version": "main"}
        if source["id"] == "genai-prices" and tables.charged_day:
            source |= {"date": tables.charged_day.isoformat(), "retrieved": tables.charged_day.isoformat(), "version": "main"}
    return packed.made(tables.rows, tables.charged, _pages(), sources, today)


@cache
def _pages() -> dict[str, dict[str, Any]]:
    return overlay.read(Path(__file__).parent / "data" / "overlay")


def _current(home: Path) -> Directory:
    try:
        return directory_of(unpacked((home / FOLDER / FILE).read_bytes()))
    except (OSError, ValueError, KeyError):
        return packaged()


def _kept(home: Path) -> Tables:
    """The tables as last taken, else those that came with Sayso."""
    shipped = unsqueezed((Path(__file__).parent / "data" / "litellm.bin").read_bytes())
    tables = Tables(shipped["rows"], date.fromisoformat(shipped["about"]["date"]), get_snapshot().providers, None)
    try:
        mine = unsqueezed((home / FOLDER / "litellm.bin").read_bytes())
        tables = replace(tables, rows=mine["rows"], rows_day=date.fromisoformat(mine["day"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if found := _prices_of(home):
        tables = replace(tables, charged=found[0], charged_day=found[1])
    return tables


def _keep(home: Path, tables: Tables, fresh: dict[str, Any], changes: tuple[Change, ...], charged: bytes | None) -> None:
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "litellm.bin", squeezed({"rows": tables.rows, "day": tables.rows_day.isoformat()}))
    if charged is not None:
        _write(folder / PRICES, squeezed({"data": orjson.loads(charged), "day": fresh["made"]}))
    _write(folder / FILE, squeezed(fresh))
    if changes:
        history = folder / HISTORY
        if history.is_file() and history.stat().st_size > HISTORY_BYTES_MAX:
            history.replace(history.with_suffix(".old.jsonl"))
        with history.open("ab") as file:
            file.writelines(orjson.dumps(change.as_json()) + b"\n" for change in changes)


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: whoever reads meanwhile sees the old one whole."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)


def _prices_of(home: Path) -> tuple[list[Provider], date] | None:
    try:
        kept = unsqueezed((home / FOLDER / PRICES).read_bytes())
        return _providers_from_raw(kept["data"]), date.fromisoformat(kept["day"])
    except (OSError, ValueError, KeyError, TypeError, AssertionError):
        return None


def use_prices(home: Path) -> bool:
    """Lets `genai-prices` charge in this process by what the last refresh brought, so that the gateway's bill and the pages agree.

    At start and after a refresh; answers whether there was anything newer than the package.
    """
    found = _prices_of(home)
    if found is None or found[1] < packaged().made:
        return False
    set_custom_snapshot(DataSnapshot(providers=found[0], from_auto_update=True))
    return True


def history(home: Path, limit: int = 1_000) -> list[dict[str, Any]]:
    """What refreshes found, the latest first."""
    try:
        lines = (home / FOLDER / HISTORY).read_bytes().splitlines()[-limit:]
    except OSError:
        return []
    found: list[dict[str, Any]] = []
    for line in reversed(lines):
        try:
            found.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            log.warning("A line of the history of models cannot be read and is left out.")
    return found
