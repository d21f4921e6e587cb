"""The tables become one: what LiteLLM's rows, the offers of `genai-prices` and our overlay say of the same model goes into one entry.

An entry keeps what each source said apart; which of them counts is decided when it is read (`model.py`), so nothing is lost here.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sayso.models import naming
from sayso.models.providers import HOST_ORDER, MAKER_IDS, MAKERS_BY_PREFIX, MAKERS_BY_START

Row = dict[str, Any]
Match = Callable[[str, str], str | None]
"""(provider, name) → the id of the offer that `genai-prices` would charge by, or None."""
NOT_KEPT = ("key", "provider", "type", "name")


def merged(rows: list[Row], offers: list[Row], overlay: dict[str, Row], match: Match) -> list[Row]:
    """One entry a model: makers' own first, by name; then the models that only hosts offer."""
    entries: dict[str, Row] = {}
    by_offer = {(offer["provider"], offer["id"]): offer for offer in offers}
    _makers(entries, rows, overlay)
    _overlay(entries, overlay)
    _prices(entries, by_offer, match)
    _unlisted(entries, offers)
    _hosts(entries, [row for row in rows if not _belongs(row)], by_offer, match)
    return [entries[id] for id in sorted(entries)]


def _makers(entries: dict[str, Row], rows: list[Row], overlay: dict[str, Row]) -> None:
    own = [row for row in rows if _belongs(row)]
    names = {_last(row["name"]) for row in own if "image" not in row} | set(overlay)
    for row in own:
        name = _last(row["name"])
        shorter, day = naming.base(name)
        is_snapshot = day is not None and shorter in names
        id = naming.slug(shorter if is_snapshot else name)
        id = f"{row['provider']}-{id}" if row["provider"] in PREFIXED else id
        entry = entries.setdefault(id, {"maker": row["provider"], "type": row["type"]})
        if entry["maker"] != row["provider"]:
            continue
        if "image" in row:
            if not is_snapshot and row["quality"] != "standard" and row["quality"] != "auto":
                entry.setdefault("images", []).append([row["quality"], row["size"], row["image"]])
        elif is_snapshot:
            entry.setdefault("snapshots", []).append({"id": name, "date": day} | _kept(row))
        elif "litellm" not in entry or len(_kept(row)) > len(entry["litellm"]):
            entry |= {"type": row["type"], "litellm": {"key": row["key"]} | _kept(row)}
    for id, entry in entries.items():
        entry["id"] = id


def _belongs(row: Row) -> bool:
    """Perplexity, Mistral and Alibaba sell other makers' models too; those are offers, not theirs."""
    if row["provider"] == "stability" and not row["name"].split("/")[-1].startswith(("sd", "stable-image-")):
        return False
    if "streaming/" in row["name"]:
        return False
    return row["provider"] in MAKER_IDS and (_made_by(row["name"]) or row["provider"]) == row["provider"]


def _made_by(name: str) -> str | None:
    """Who made a model, as its name tells: by its own start first, for hosts write themselves before the slash."""
    own = naming.last(name)
    by_start = next((maker for start, maker in MAKERS_BY_START.items() if own.startswith(start)), None)
    return by_start or MAKERS_BY_PREFIX.get(naming.vendor(name) or "")


def _last(name: str) -> str:
    return name.lower().rsplit("/", 1)[-1]


PREFIXED = frozenset({"deepgram", "assemblyai"})
"""Their models are called `base`, `best` and `nova`, which says nothing elsewhere."""


def _kept(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in NOT_KEPT}


def _overlay(entries: dict[str, Row], overlay: dict[str, Row]) -> None:
    for id, page in overlay.items():
        entry = entries.setdefault(id, {"id": id, "maker": page["maker"], "type": page.get("type", "text")})
        entry |= {name: value for name, value in page.items() if name != "snapshots"}
        there = [snapshot["id"] for snapshot in entry.get("snapshots", [])]
        named = [{"id": name, "date": naming.base(name)[1]} for name in page.get("snapshots", []) if name not in there]
        if named:
            entry.setdefault("snapshots", []).extend(named)
        for other in page.get("aliases", []):
            if other in entries and other != id:
                folded = entries.pop(other)
                if "litellm" not in entry and "litellm" in folded:
                    entry["litellm"] = folded["litellm"]
                entry.setdefault("snapshots", []).extend(folded.get("snapshots", []))


def _prices(entries: dict[str, Row], by_offer: dict[tuple[str, str], Row], match: Match) -> None:
    for id, entry in entries.items():
        found = match(entry["maker"], entry.get("litellm", {}).get("name", id))
        if (offer := by_offer.get((entry["maker"], found or ""))) and not entry.get("hosted"):
            entry["genai"] = _offer(offer)
        for snapshot in entry.get("snapshots", []):
            other = match(entry["maker"], snapshot["id"])
            if other != found and (offer := by_offer.get((entry["maker"], other or ""))):
                snapshot["genai"] = _offer(offer)


def _offer(offer: Row) -> Row:
    return {name: offer[name] for name in ("id", "context", "deprecated", "periods", "variants") if name in offer}


def _unlisted(entries: dict[str, Row], offers: list[Row]) -> None:
    """Models that have a price but no row: old ones, mostly."""
    taken = {
        (entry["maker"], part["genai"]["id"])
        for entry in entries.values()
        for part in (entry, *entry.get("snapshots", []))
        if "genai" in part
    }
    for offer in offers:
        name = naming.last(offer["id"])
        id = naming.slug(name)
        tuned = name.startswith("ft:") or ".ft" in name
        if _belongs(offer | {"name": name}) and (offer["provider"], offer["id"]) not in taken and id not in entries and not tuned:
            entries[id] = {"id": id, "maker": offer["provider"], "type": _type(offer), "genai": _offer(offer)}
            if "name" in offer:
                entries[id]["called"] = offer["name"]


def _type(offer: Row) -> str:
    keys = {key for period in offer["periods"] for key in period["prices"]}
    name = offer["id"]
    if "image" in name:
        return "image"
    if keys & {"input_audio_hours", "audio_hours"} or "transcribe" in name:
        return "transcription"
    if "tts" in name or keys == {"input_mchars"}:
        return "speech"
    if "realtime" in name or "-live" in name:
        return "realtime"
    if "rerank" in name:
        return "rerank"
    if "embed" in name or "ada-002" in name or name.startswith("voyage"):
        return "embedding"
    return "moderation" if "moderation" in name else "ocr" if "ocr" in name else "text"


def _hosts(entries: dict[str, Row], rows: list[Row], by_offer: dict[tuple[str, str], Row], match: Match) -> None:
    known = {naming.key(name): id for id, entry in entries.items() for name in (id, *entry.get("aliases", []))}
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if (
            "image" in row
            or not row.get("prices")
            or (row["provider"] in MAKER_IDS and _made_by(row["name"]) is None)
            or row["provider"] == "fal"
        ):
            continue
        name = naming.last(row["name"])
        shorter, day = naming.base(name)
        if (id := known.get(naming.key(name))) is None and day is not None:
            id = known.get(naming.key(shorter))
        if id is not None:
            _add(entries[id], row, by_offer, match)
        elif day is None and _own_name(name):
            groups[naming.key(name)].append(row)
    for same in groups.values():
        same.sort(key=lambda row: (HOST_ORDER[row["provider"]], len(row["name"])))
        first = same[0]
        id = naming.slug(naming.last(first["name"]))
        maker = _maker(same)
        if id in entries or maker is None or not _shown({row["provider"] for row in same}, maker):
            continue
        entries[id] = {"id": id, "maker": maker, "type": first["type"], "hosted": True}
        for row in same:
            _add(entries[id], row, by_offer, match)


SHOWN_ALONE = frozenset({"groq", "together", "bedrock", "vertex", "cerebras"})
"""A model that only one smaller host offers has no page of its own; nor has an OpenAI model that only Azure knows."""
NAME_CHARACTERS_MIN = 6
VARIETIES = ("-spot", "-us", "-fp8", "-fp4", "-bf16", "-hf", "-fast", "-base", "-long", "-001", "-freetier")


def _shown(hosts: set[str], maker: str) -> bool:
    return bool(hosts & SHOWN_ALONE) or (len(hosts) > 1 and maker != "openai")


def _own_name(name: str) -> bool:
    plain = not name.startswith(("fireworks-ai-", "together-ai-")) and not name.endswith(VARIETIES)
    return plain and len(name) >= NAME_CHARACTERS_MIN and "*" not in name and "-vs-" not in name and "draft" not in name


def _maker(rows: list[Row]) -> str | None:
    if rows[0]["provider"] == "bedrock" and len(rows) == 1 and rows[0]["type"] == "image":
        return None
    return next((maker for row in rows if (maker := _made_by(row["name"]))), None)


def _add(entry: Row, row: Row, by_offer: dict[tuple[str, str], Row], match: Match) -> None:
    """One offer a host: the plainest name stands, other regions and dates are left out."""
    offers: list[Row] = entry.setdefault("offers", [])
    if any(offer["provider"] == row["provider"] for offer in offers):
        return
    offer = {"provider": row["provider"], "name": row["name"]} | {
        name: row[name] for name in ("prices", "max_input", "max_output", "shutdown", "url") if name in row
    }
    if entry.get("hosted") and not offers:
        offer |= {name: row[name] for name in ("endpoints", "inputs", "outputs", "can", "tiers", "variants") if name in row}
    found = match(row["provider"], row["name"]) or match(row["provider"], naming.last(row["name"]))
    if charged := by_offer.get((row["provider"], found or "")):
        offer["genai"] = _offer(charged)
    offers.append(offer)
    offers.sort(key=lambda other: HOST_ORDER[other["provider"]])
