"""What a model is good for and where it falls short: our own words on it first, then what follows from its figures.

Computed points compare with the other models of the same type that can be used on that day, so they stay true when the directory is refreshed.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from sayso.models.directory import Directory
from sayso.models.lifecycle import label_on, status_on
from sayso.models.listing import Listed, rows_of
from sayso.models.model import Model, Point
from sayso.models.prices import dollars
from sayso.models.upcoming import long_prompts
from sayso.models.words import days, listing, some_day, tokens

POINTS_MAX = 6
GOOD_SHARE, BAD_SHARE = 0.25, 0.75
"""A figure is worth a point when it is among the best or the worst quarter."""
PEERS_MIN = 8
HOSTS_MIN = 4
LONG_ANSWER_TOKENS = 100_000

DEARER_IF_LONG = "Long prompts cost more"

Peers = dict[str, tuple[Decimal, ...]]


def strengths(model: Model, directory: Directory, today: date) -> tuple[Point, ...]:
    return (*model.strengths, *_points(_good(model, directory, today), today))[:POINTS_MAX]


def weaknesses(model: Model, directory: Directory, today: date) -> tuple[Point, ...]:
    return (*model.weaknesses, *_points(_bad(model, directory, today), today))[:POINTS_MAX]


def _points(found: Iterator[tuple[str, str]], today: date) -> Iterator[Point]:
    return (Point(title, (line,), "computed", "", today) for title, line in found)


def _good(model: Model, directory: Directory, today: date) -> Iterator[tuple[str, str]]:
    gone = status_on(model, today) == "retired"
    row = _row(directory, today, model.id)
    if not gone:
        yield from _cheap(model, row, _peers(directory, today, model.type))
    yield from _able(model, row, _peers(directory, today, model.type))
    if not gone:
        yield from _saving(model, row, today)
    if model.open_weights and model.open_weights.value:
        yield "Open weights", "It can run on your own machines."
    if len(model.offers) >= HOSTS_MIN:
        names = listing([offer.provider_name for offer in model.offers[:HOSTS_MIN]])
        yield "Many providers", f"{names} serve it{' too' if not model.hosted else ''}."
    if model.type == "image" and len({image.quality for image in model.images}) > 1:
        qualities = listing(list(dict.fromkeys(image.quality for image in model.images)), "or")
        yield "Quality to choose", f"{qualities.capitalize()} quality, each with a price of its own."


def _cheap(model: Model, row: Listed, peers: Peers) -> Iterator[tuple[str, str]]:
    if row.input is not None and _share(peers["input"], row.input) <= GOOD_SHARE:
        rank = _rank(peers["input"], row.input)
        yield "Costs little", f"{dollars(row.input)} per million input tokens: {rank} {_kind(model)} that are sold."
    elif row.image is not None and _share(peers["image"], row.image) <= GOOD_SHARE:
        rank = _rank(peers["image"], row.image)
        yield "Cheap pictures", f"From {dollars(row.image)} a picture: {rank} {_kind(model)} that are sold."


def _able(model: Model, row: Listed, peers: Peers) -> Iterator[tuple[str, str]]:
    if row.context is not None and _share(peers["context"], Decimal(row.context)) >= BAD_SHARE:
        room = f"Up to {tokens(row.context)} tokens at once, about {pages(row.context)} pages of text."
        yield "Room for long documents", room
    if row.output_limit is not None and row.output_limit >= LONG_ANSWER_TOKENS:
        yield "Long answers", f"Up to {tokens(row.output_limit)} tokens in one answer."
    if senses := [word for name, word in SENSES.items() if model.can(name)]:
        yield "Takes more than text", f"{'Reads' if model.type == 'text' else 'Takes'} {listing(senses)}."
    if model.can("tools") and model.can("structured_output"):
        yield "Fits into programs", "Calls tools, and answers in a JSON schema that you give."
    if model.can("reasoning"):
        yield "Thinks first", "Reasons before it answers, which helps with problems of several steps."


def _saving(model: Model, row: Listed, today: date) -> Iterator[tuple[str, str]]:
    read = model.price("cache_read_mtok", today)
    if read and row.input and read.amount * 4 <= row.input:
        seen = f"Input that it has seen before costs {dollars(read.amount)} in place of {dollars(row.input)} per million tokens."
        yield "Cheap repetition", seen
    batch = model.variants(today).get("batch", {}).get("input_mtok")
    if batch is not None and row.input and batch * 2 == row.input:
        yield "Half price for who can wait", "Batches, answered within a day, cost half."


SENSES = {"vision": "pictures", "pdf": "PDF files", "audio_in": "audio", "video_in": "video"}


def _bad(model: Model, directory: Directory, today: date) -> Iterator[tuple[str, str]]:
    row = _row(directory, today, model.id)
    peers = _peers(directory, today, model.type)
    status = status_on(model, today)
    if status == "retired":
        yield "Shut down", f"{label_on(model, today)}: it answers no more."
    elif model.shutdown:
        yield "Ends soon", f"{label_on(model, today)}, in {days((model.shutdown.value - today).days)}."
    elif status == "preview":
        yield "A preview", "It may change or end at short notice."
    if status != "retired" and row.input is not None and _share(peers["input"], row.input) >= BAD_SHARE:
        yield (
            "Costs much",
            f"{dollars(row.input)} per million input tokens: dearer than {_share(peers['input'], row.input):.0%} of the {_kind(model)} that are sold.".replace(
                "%", " %"
            ),
        )
    if status != "retired" and DEARER_IF_LONG not in [point.title for point in model.weaknesses]:
        yield from ((DEARER_IF_LONG, line) for line in long_prompts(model, today))
    if model.type == "text" and model.can("vision") is False:
        yield "Sees nothing", "Pictures cannot be sent to it."
    if model.type == "text" and model.can("tools") is False:
        yield "No tools", "It cannot call tools, so it does not suit agents."
    if row.context is not None and model.type == "text" and row.context <= 33_000:
        yield "Little room", f"{tokens(row.context)} tokens at once, about {pages(row.context)} pages of text."
    if model.knowledge and model.knowledge.value[:4] < str(today.year - 1):
        yield "Knows little of late", f"What happened after {some_day(model.knowledge.value)} it has not read."
    if model.type == "text" and not model.prices(today):
        yield "No published price", "Nobody of our sources says what it costs."


TOKENS_PER_PAGE = 670
"""About 500 words of English, at three words to four tokens."""


def pages(count: int) -> str:
    found = count / TOKENS_PER_PAGE
    size = 10 if found < 200 else 50 if found < 1000 else 100
    return f"{max(round(found / size) * size, 1):,}"


def _kind(model: Model) -> str:
    return f"{model.type_name.lower()} models"


def _row(directory: Directory, today: date, id: str) -> Listed:
    return _rows(directory, today)[id]


@lru_cache(maxsize=4)
def _rows(directory: Directory, today: date) -> dict[str, Listed]:
    return {row.id: row for row in rows_of(directory, today)}


@lru_cache(maxsize=64)
def _peers(directory: Directory, today: date, kind: str) -> dict[str, tuple[Decimal, ...]]:
    """Sorted figures of the models of that type that can be used."""
    rows = [row for row in rows_of(directory, today) if row.type == kind and row.status not in ("retired", "unknown")]
    named = {
        "input": [r.input for r in rows],
        "image": [r.image for r in rows],
        "context": [Decimal(r.context) if r.context else None for r in rows],
    }
    return {name: tuple(sorted(value for value in values if value is not None)) for name, values in named.items()}


def _share(peers: tuple[Decimal, ...], value: Decimal) -> float:
    """Which share of the peers has less. 0.5 when there are too few to tell."""
    return bisect_left(peers, value) / len(peers) if len(peers) >= PEERS_MIN else 0.5


def _rank(peers: tuple[Decimal, ...], value: Decimal) -> str:
    less = bisect_left(peers, value)
    if less == 0:
        return "the lowest price among the"
    return (
        f"only {less} of {len(peers)} cost less among the"
        if less < 10
        else f"less than {1 - less / len(peers):.0%} of the".replace("%", " %")
    )
