"""How often the built-in reader is right, on the small sets in tests/gateway/builtin/sets; `later/` was written after the rules were finished."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench.figure import Figure
from sayso.gateway.builtin.reader import mood
from sayso.gateway.builtin.reader.choosing import Label, choose
from sayso.gateway.builtin.reader.extraction import Wanted, extract
from sayso.gateway.builtin.reader.language import language

SETS = Path(__file__).resolve().parent.parent / "tests" / "gateway" / "builtin" / "sets"
TODAY = date(2026, 11, 22)

TOPICS = {
    "delivery": "where a parcel is, couriers, tracking, addresses and times of delivery",
    "billing": "invoices, payments, charges, receipts, prices",
    "returns": "sending something back, exchanges, refunds",
    "fault": "something is broken, errors, defects, crashes",
    "account": "logging in, passwords, profiles, personal data, users",
    "praise": "compliments, thanks, happy customers",
}
TRADES = {
    "plumbing": "water, pipes, taps, drains, toilets",
    "electrical": "power, sockets, lamps, wiring, fuses",
    "heating": "radiators, boilers, warmth, thermostats",
    "carpentry": "wood, doors, floors, shelves, windows",
    "locks": "keys, codes, access, cylinders",
}


def rows(name: str) -> list[tuple[str, str]]:
    with (SETS / name).open(encoding="utf-8", newline="") as file:
        return [(label, text) for label, text in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def right(name: str, read: Callable[[str], str]) -> float:
    found = rows(name)
    return sum(read(text) == label for label, text in found) / len(found)


def chosen(name: str, described: dict[str, str], *, bare: bool = False) -> tuple[float, float, float]:
    """How often right; how often right among those that need no review; the share of those."""
    labels = [Label(name, "" if bare else said) for name, said in described.items()]
    found = [(label, choose(text, labels)) for label, text in rows(name)]
    sure = [(label, choice) for label, choice in found if not choice.needs_review]
    hits = [sum(label == choice.label for label, choice in some) / max(1, len(some)) for some in (found, sure)]
    return hits[0], hits[1], len(sure) / len(found)


def extracted(name: str) -> tuple[float, float]:
    """Precision and recall of values, exact."""
    hits = said = asked = 0
    for one in json.loads((SETS / name).read_text("utf-8")):
        wanted = [Wanted(key, _type(value)) for key, value in one["gold"].items()]
        found = extract(one["text"], wanted, today=TODAY)
        asked += len(wanted)
        said += sum(read.value is not None for read in found.values())
        hits += sum(found[key].value == value for key, value in one["gold"].items())
    return hits / said, hits / asked


def _type(value: Any) -> Any:
    return {bool: "boolean", int: "integer", float: "number"}.get(type(value), "text")


async def measure() -> list[Figure]:
    def at_least(what: str, value: float, limit: float) -> Figure:
        return Figure(what, value, limit, "ratio", floor=True)

    figures = [at_least("language of one sentence (44, 33 languages)", right("languages.tsv", lambda t: language(t).code), 0.9)]
    for where, described in (("", TOPICS), ("later/", TRADES)):
        name = f"{where}topics.tsv"
        whole, sure, share = chosen(name, described)
        figures += [
            at_least(f"{name}: label alone", chosen(name, described, bare=True)[0], 0.6),
            at_least(f"{name}: label and description", whole, 0.75),
            at_least(f"{name}: of those that need no review ({share:.0%})", sure, 0.8),
        ]
        figures.append(at_least(f"{where}sentiment.tsv", right(f"{where}sentiment.tsv", lambda t: mood.sentiment(t).label), 0.65))
        figures.append(at_least(f"{where}urgency.tsv", right(f"{where}urgency.tsv", lambda t: mood.urgency(t).label), 0.6))
        precision, recall = extracted(f"{where}extraction.json")
        figures += [
            at_least(f"{where}extraction.json: precision", precision, 0.8),
            at_least(f"{where}extraction.json: recall", recall, 0.7),
        ]
    return figures
