"""Questions that people ask about such a pair, answered from the figures; then those of our own pages on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sayso.models.compare.difference import share, turned
from sayso.models.compare.side import Side
from sayso.models.directory import Directory
from sayso.models.facts import same
from sayso.models.prices import dollars
from sayso.models.words import listing, some_day, tokens

QUESTIONS_MAX = 10


@dataclass(frozen=True, slots=True)
class Question:
    question: str
    answer: str

    def as_json(self) -> dict[str, Any]:
        return {"question": self.question, "answer": self.answer}


def questions(sides: tuple[Side, ...], directory: Directory) -> tuple[Question, ...]:
    asked = [*_cheaper(sides), *_gone(sides, directory), *_pictures(sides), *_context(sides), *_age(sides)]
    written = [Question(point.title, " ".join(point.lines)) for side in sides for point in side.model.faq]
    return tuple((asked + written)[:QUESTIONS_MAX])


def _cheaper(sides: tuple[Side, ...]) -> Iterator[Question]:
    names = listing([side.name for side in sides], "or")
    asked = f"Which is cheaper, {names}?"
    if len({side.model.type for side in sides}) > 1:
        told = [f"{side.name} {side.does} and costs {_costs(side)}" for side in sides]
        yield Question(asked, f"They do different work, so their prices are not comparable: {'; '.join(told)}.")
        return
    told = "; ".join(f"{side.name} costs {_costs(side)}" for side in sides)
    yield Question(asked, f"{_saving(sides)}{told}.{_but(sides)}")


def _but(sides: tuple[Side, ...]) -> str:
    """That for long prompts the other one is cheaper."""
    if len(sides) != 2 or any("input_mtok" not in side.prices for side in sides):
        return ""
    low, high = sorted(sides, key=lambda side: side.prices["input_mtok"].amount)
    return f" {reason}" if (reason := turned(low, high, "input_mtok")) else ""


TELLING = (
    "output_mtok",
    "output_image_mtok",
    "audio_hours",
    "input_mchars",
    "video_seconds",
    "image",
    "rerank_searches_kcount",
    "input_document_kpages",
)


def _saving(sides: tuple[Side, ...]) -> str:
    """`GPT-5 mini: 75 % less on input and 60 % less on output. ` when one of two is cheaper in all that both are priced by."""
    if len(sides) != 2:
        return ""
    shared = [key for key in ("input_mtok", *TELLING) if all(key in side.prices for side in sides)]
    differing = [key for key in shared if not same(*(side.prices[key].amount for side in sides))]
    if not differing:
        return ""
    low, high = sorted(sides, key=lambda side: side.prices[differing[0]].amount)
    if any(low.prices[key].amount > high.prices[key].amount or low.prices[key].amount == 0 for key in differing):
        return ""
    parts = [f"{share(low.prices[key].amount, high.prices[key].amount)} less{ON.get(key, '')}" for key in differing]
    return f"{low.name}: {listing(parts)}. "


ON = {"input_mtok": " on input", "output_mtok": " on output", "output_image_mtok": " on image output"}


def _costs(side: Side) -> str:
    """`$1.1 per million input tokens and $4.4 per million output tokens`."""
    parts: list[str] = []
    text = "text input" if side.model.type == "image" else "input"
    for key, what in (("input_mtok", text), ("output_mtok", "output"), ("output_image_mtok", "image output")):
        if (amount := side.amount(key)) is not None:
            parts.append(f"{dollars(amount)} per million {what} tokens")
    if side.from_image:
        parts.append(side.from_image)
    for key in ("audio_hours", "input_mchars", "video_seconds", "rerank_searches_kcount", "input_document_kpages"):
        if price := side.prices.get(key):
            parts.append(f"{dollars(price.amount)} {price.unit}")
    return listing(parts) or "an amount that is not published"


def _gone(sides: tuple[Side, ...], directory: Directory) -> Iterator[Question]:
    for side in sides:
        if side.life.shutdown:
            instead = directory.read(side.life.successor).name if side.life.successor else None
            more = f" {instead} can be used today." if instead and instead != side.life.replacement_name else ""
            yield Question(
                f"Is {side.name} still available?", f"{'No' if side.gone else 'Yes, for now'}. {side.life.sentence}{more}"
            )


def _pictures(sides: tuple[Side, ...]) -> Iterator[Question]:
    for side in sides:
        if side.model.type == "image" and side.from_image:
            prices = [f"{dollars(i.amount)} for {i.quality}" for i in side.model.images if i.size == "1024x1024"]
            more = f" At 1024×1024: {listing(prices)}." if len(prices) > 1 else ""
            yield Question(
                f"What does a picture cost with {side.name}?", f"{side.from_image[0].upper()}{side.from_image[1:]}.{more}"
            )
        reads = side.model.can("vision")
        if side.model.type == "text" and reads is not None:
            answer = (
                f"Yes, {side.name} reads pictures that are sent to it." if reads else f"No, {side.name} does not read pictures."
            )
            yield Question(f"Does {side.name} read pictures?", answer)


def _context(sides: tuple[Side, ...]) -> Iterator[Question]:
    known = [side for side in sides if side.model.context_window]
    if not known:
        return
    told = [
        f"{s.name}: {tokens(s.model.context_window.value)} tokens" if s.model.context_window else f"{s.name}: not published"
        for s in sides
    ]
    yield Question(f"How large is the context window of {listing([s.name for s in sides])}?", f"{'; '.join(told)}.")


def _age(sides: tuple[Side, ...]) -> Iterator[Question]:
    known = [(side, side.model.released.value) for side in sides if side.model.released]
    if len(known) == len(sides):
        newest = max(known, key=lambda one: one[1])
        told = listing([f"{side.name} came out {'on' if len(when) == 10 else 'in'} {some_day(when)}" for side, when in known])
        yield Question(f"Which is newer, {listing([s.name for s in sides], 'or')}?", f"{newest[0].name}: {told}.")
