"""What providers' own lists of models say: which are there, and when they end.

OpenAI's `GET /v1/models` answers `shutdown_date`; whoever has a key of a provider learns of a shutdown the day it is announced. Models that
no table knows stay out of the public directory: what one customer sees there may be for that customer only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from sayso.models import naming
from sayso.models.directory import Directory
from sayso.models.facts import Source
from sayso.models.providers import MAKER_IDS, PROVIDERS

FILE = "observed.json"
MODELS_MAX = 2_000
NAME_CHARACTERS_MAX = 120
SOURCE = "provider"
NAME = re.compile(r"^[a-z0-9][a-z0-9._:-]*$")
DAY = re.compile(r"^20\d\d-\d\d-\d\d$")

Seen = Mapping[str, Mapping[str, Any]]
"""Maker → `{"day": ISO date, "models": {name: {"shutdown": ISO date or null}}}`."""


def seen_in(listed: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str | None]]:
    """The models of an answer of `/v1/models` (its `data`) that make sense, by name, with their shutdown dates."""
    found: dict[str, dict[str, str | None]] = {}
    for one in listed:
        name = str(one.get("id", "")).lower()
        if len(found) < MODELS_MAX and len(name) <= NAME_CHARACTERS_MAX and NAME.match(name) and not name.startswith("ft:"):
            found[name] = {"shutdown": _day(one.get("shutdown_date"))}
    return found


def observe(home: Path, maker: str, listed: Iterable[Mapping[str, Any]], today: date) -> int:
    """Keeps what a provider's list said today, in the home's file; answers how many models that was. Makers that we do not know are left out."""
    found = seen_in(listed)
    if maker not in MAKER_IDS or not found:
        return 0
    path = home / "models" / FILE
    kept = dict(observations(path)) | {maker: {"day": today.isoformat(), "models": found}}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(kept))
    fresh.replace(path)
    return len(found)


def observations(path: Path) -> Seen:
    """What was kept; nothing when the file is not there or makes no sense."""
    try:
        kept = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {str(maker): one for maker, one in kept.items() if maker in MAKER_IDS and _sound(one)}


def observed(directory: Directory, seen: Seen, *, with_new: bool = False) -> Directory:
    """The directory with the shutdown dates that providers told, before everybody else's; `with_new` adds models that no table has yet."""
    if not seen:
        return directory
    entries = dict(directory.entries)
    for maker, one in seen.items():
        statement = {"source": SOURCE, "url": PROVIDERS[maker].status_url or PROVIDERS[maker].url, "date": one["day"]}
        for name, about in one["models"].items():
            if with_new or name in entries:
                _one(directory, entries, maker, name, about.get("shutdown"), statement)
    newest = max(date.fromisoformat(one["day"]) for one in seen.values())
    source = Source(SOURCE, "the provider's own list of models", "", "", newest, newest, "observed")
    return replace(directory, entries=entries, sources={**directory.sources, SOURCE: source}, _read={})


def _one(
    directory: Directory, entries: dict[str, dict[str, Any]], maker: str, name: str, ends: str | None, statement: dict[str, Any]
) -> None:
    shorter, day = naming.base(name)
    if name in entries and entries[name]["maker"] == maker:
        if ends:
            entry = entries[name]
            entries[name] = {**entry, "said": [{**statement, "shutdown": ends}, *entry.get("said", [])]}
        return
    if (day is not None and shorter in entries) or name in directory._names:
        return
    new = {"id": name, "maker": maker, "type": _type(name), "said": [{**statement, **({"shutdown": ends} if ends else {})}]}
    entries.setdefault(naming.slug(name), new | {"id": naming.slug(name)})


def _type(name: str) -> str:
    for word, kind in (("image", "image"), ("embed", "embedding"), ("transcri", "transcription"), ("whisper", "transcription"), ("tts", "speech"),
                       ("realtime", "realtime"), ("live", "realtime"), ("moderation", "moderation"), ("rerank", "rerank"), ("sora", "video"), ("veo", "video")):  # fmt: skip
        if word in name:
            return kind
    return "text"


def _day(value: object) -> str | None:
    if not isinstance(value, str) or not DAY.match(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _sound(one: object) -> bool:
    if not isinstance(one, dict) or not _day(one.get("day")) or not isinstance(one.get("models"), dict):
        return False
    return all(
        isinstance(about, dict) and (about.get("shutdown") is None or _day(about["shutdown"])) for about in one["models"].values()
    )
