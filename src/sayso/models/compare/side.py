"""One of the models compared, with what the sentences ask of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sayso.models.facts import Figure
from sayso.models.lifecycle import Lifecycle
from sayso.models.model import Model
from sayso.models.prices import Price, dollars

WHAT = {
    "text": "a text model",
    "image": "an image model",
    "embedding": "an embedding model",
    "transcription": "a speech-to-text model",
    "speech": "a text-to-speech model",
    "realtime": "a realtime voice model",
    "video": "a video model",
    "rerank": "a reranking model",
    "moderation": "a moderation model",
    "ocr": "a document-reading model",
}
DOES = {
    "text": "writes text",
    "image": "makes pictures",
    "embedding": "turns text into vectors",
    "transcription": "turns speech into text",
    "speech": "reads text aloud",
    "realtime": "talks in real time",
    "video": "makes videos",
    "rerank": "sorts search results",
    "moderation": "flags harmful content",
    "ocr": "reads documents",
}


@dataclass(frozen=True)
class Side:
    model: Model
    life: Lifecycle
    day: date

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def what(self) -> str:
        """`OpenAI's image model`, so that it follows "is"."""
        kind = WHAT[self.model.type]
        return f"{kind} by {self.model.maker_name}"

    @property
    def does(self) -> str:
        return DOES[self.model.type]

    @property
    def gone(self) -> bool:
        return self.life.status == "retired"

    @cached_property
    def prices(self) -> dict[str, Price]:
        return {price.key: price for price in self.model.prices(self.day)}

    def amount(self, key: str) -> Decimal | None:
        price = self.prices.get(key)
        return price.amount if price else None

    @property
    def output_key(self) -> str:
        return "output_image_mtok" if self.model.type == "image" else "output_mtok"

    @property
    def window(self) -> Figure[int] | None:
        return self.model.context_window

    @property
    def from_image(self) -> str | None:
        """`from $0.011 an image (low quality, 1024×1024)`."""
        cheapest = self.model.cheapest_image()
        if cheapest:
            return f"from {dollars(cheapest.amount)} an image ({cheapest.quality} quality, {times_sign(cheapest.size)})"
        single = self.amount("image")
        return f"{dollars(single)} an image" if single is not None else None


def times_sign(size: str) -> str:
    return size.replace("x", "×")
