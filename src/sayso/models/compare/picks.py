"""Who should pick which: reasons that follow from the figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sayso.models.compare.side import Side
from sayso.models.directory import Directory
from sayso.models.facts import same
from sayso.models.model import ABILITIES
from sayso.models.prices import dollars
from sayso.models.words import day as day_text
from sayso.models.words import tokens

REASONS_MAX = 6
MUCH = 1.1
"""By what a limit has to be larger to be a reason; the comparison itself calls less than that "a little more"."""


@dataclass(frozen=True, slots=True)
class Pick:
    """`reasons` complete the sentence "Pick … if"; `instead` is what to look at when the model is gone."""

    model: str
    title: str
    reasons: tuple[str, ...]
    instead: str | None

    def as_json(self) -> dict[str, Any]:
        return {"model": self.model, "title": self.title, "reasons": list(self.reasons), "instead": self.instead}


def picks(sides: tuple[Side, ...], directory: Directory) -> tuple[Pick, ...]:
    return tuple(_pick(side, [other for other in sides if other is not side], directory) for side in sides)


def _pick(side: Side, others: list[Side], directory: Directory) -> Pick:
    if side.gone:
        instead = directory.read(side.life.successor).name if side.life.successor else None
        use = (
            f"{FOR[side.model.type]}, take {instead} instead"
            if instead
            else f"{FOR[side.model.type]}, take a model that is still served"
        )
        return Pick(side.id, f"Do not pick {side.name} any more", (_ended(side), use), side.life.successor)
    reasons = tuple(_reasons(side, others))[:REASONS_MAX]
    until = f", until it ends on {day_text(side.life.shutdown.value)}," if side.life.shutdown else ""
    return Pick(side.id, f"Pick {side.name}{until} if", reasons or (_nothing(side, others),), side.life.successor)


def _ended(side: Side) -> str:
    return f"it was shut down on {day_text(side.life.shutdown.value)}" if side.life.shutdown else "it is no longer served"


def _nothing(side: Side, others: list[Side]) -> str:
    """When no figure speaks for it: only one's own work can."""
    them = "both" if len(others) == 1 else "them all"
    if any(other.model.type == side.model.type and other.prices.keys() & side.prices.keys() for other in others):
        return f"you have tried {them} and like its answers better: the figures give it no edge"
    return f"you have tried {them} and like its answers better: not enough is published to tell"


def _reasons(side: Side, others: list[Side]) -> Iterator[str]:
    alike = [other for other in others if other.model.type == side.model.type]
    if len(alike) < len(others) and not alike:
        yield _work(side)
    if (
        side.life.status in ("current", "preview")
        and not side.life.shutdown
        and others
        and all(other.gone or other.life.days_left is not None for other in others)
    ):
        last = "it has to last" if side.life.status == "current" else "you need it for longer"
        yield f"{last}: {_end(others[0]) if len(others) == 1 else 'it is the one without a day of shutdown'}"
    for key, what in ((side.output_key, "output price"), ("input_mtok", "input price"), *PRICES.items()):
        if alike and _cheapest(side, alike, key):
            price = side.prices[key]
            short = f", up to {tokens(price.above[0][0])} tokens of input" if price.above else ""
            yield f"the {what} decides ({dollars(price.amount)} {price.unit}{short})"
    cheapest = side.model.cheapest_image()
    if cheapest and alike and all((c := o.model.cheapest_image()) and c.amount > cheapest.amount for o in alike):
        yield f"you make many pictures ({side.from_image})"
    what_fits = "max_input" if all(one.model.max_input for one in (side, *alike)) else "context_window"
    for name, what in ((what_fits, "long documents must fit"), ("max_output", "answers are long")):
        if alike and _most(side, alike, name):
            yield f"{what} (up to {tokens(getattr(side.model, name).value)} tokens)"
    for ability, what in NEEDS.items():
        if side.model.can(ability) and alike and all(other.model.can(ability) is False for other in alike):
            yield what
    if side.model.open_weights and side.model.open_weights.value and alike and all(_closed(other) for other in alike):
        yield "it may have to run on your own machines: its weights are open"
    if (
        alike
        and side.model.knowledge
        and all(o.model.knowledge and o.model.knowledge.value[:7] < side.model.knowledge.value[:7] for o in alike)
    ):
        yield "recent events matter: it knows more of them"


NEEDS = {
    "vision": "it has to read pictures",
    "pdf": "it has to read PDF files",
    "audio_in": "it has to listen",
    "video_in": "it has to watch videos",
    "tools": "it has to call tools",
    "reasoning": "problems take several steps of reasoning",
    "structured_output": "answers must follow a JSON schema",
    "computer_use": "it has to operate a computer",
    "web_search": "it has to search the web",
}
assert NEEDS.keys() <= ABILITIES.keys()
WORK = {
    "text": "you want text: answers, summaries, code, extracted data",
    "image": "you want pictures",
    "embedding": "you build search, clustering or recommendations",
    "transcription": "you have recordings to write down",
    "speech": "you want text read aloud",
    "realtime": "people talk with it",
    "video": "you want videos",
    "rerank": "you sort search results",
    "moderation": "you check content",
    "ocr": "you have scanned documents",
}


FOR = {
    "text": "for text",
    "image": "for pictures",
    "embedding": "for vectors",
    "transcription": "for writing down speech",
    "speech": "for reading aloud",
    "realtime": "for talking in real time",
    "video": "for videos",
    "rerank": "for sorting results",
    "moderation": "for checking content",
    "ocr": "for reading documents",
}


PRICES = {
    "audio_hours": "price",
    "input_mchars": "price",
    "video_seconds": "price",
    "image": "price",
    "rerank_searches_kcount": "price",
    "input_document_kpages": "price",
    "output_audio_mtok": "price of speech",
}


def _end(other: Side) -> str:
    return (
        f"{other.name} {'ended' if other.gone else 'ends'} on {day_text(other.life.shutdown.value)}"
        if other.life.shutdown
        else f"{other.name} is gone"
    )


def _work(side: Side) -> str:
    return WORK[side.model.type]


def _cheapest(side: Side, others: list[Side], key: str) -> bool:
    mine = side.amount(key)
    theirs = [other.amount(key) for other in others]
    return mine is not None and all(amount is not None and mine < amount and not same(mine, amount) for amount in theirs)


def _most(side: Side, others: list[Side], name: str) -> bool:
    """More than every other, by enough to choose for."""
    mine = getattr(side.model, name)
    return mine is not None and all((other := getattr(o.model, name)) and other.value * MUCH <= mine.value for o in others)


def _closed(side: Side) -> bool:
    return side.model.open_weights is not None and not side.model.open_weights.value
