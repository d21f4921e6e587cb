"""From an entry of the directory's file to a `Model`: which source counts for which figure, and who else says so.

Prices: `genai-prices`, because it is dated, then LiteLLM's table, then our overlay. Everything else: our overlay, then LiteLLM's table,
then `genai-prices`. LiteLLM's `max_input_tokens` is what may be sent, not the context window, and is kept as that.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sayso.models.called import name_of
from sayso.models.claims import GENAI, LITELLM, Claim, settled
from sayso.models.facts import Figure, Source
from sayso.models.model import Model, Offer, Point, Snapshot
from sayso.models.price_list import PriceList
from sayso.models.prices import ImagePrice, Period, periods_of
from sayso.models.providers import PROVIDERS

Raw = dict[str, Any]
QUALITIES = {name: position for position, name in enumerate(("low", "medium", "standard", "high", "hd", "xhigh", "max"))}


def model_of(entry: Raw, sources: dict[str, Source]) -> Model:
    return _Reading(entry, sources).model()


class _Reading:
    def __init__(self, entry: Raw, sources: dict[str, Source]) -> None:
        self.entry, self.sources = entry, sources
        self.maker = PROVIDERS[entry["maker"]]
        self.kind: str = entry["type"]
        self.hosted = hosted = bool(entry.get("hosted")) and bool(entry.get("offers"))
        self.table: Raw = entry["offers"][0] if hosted else entry.get("litellm", {})
        self.charged: Raw = (entry["offers"][0] if hosted else entry).get("genai", {})
        self.seller = PROVIDERS[self.table["provider"]] if hosted else self.maker
        self.said: list[Raw] = entry.get("said", [])

    def model(self) -> Model:
        entry = self.entry
        periods = periods_of(self.charged.get("periods", []), self.kind)
        name = next((one["name"] for one in self.said if "name" in one), None) or name_of(entry["id"])
        return Model(
            id=entry["id"],
            name=name,
            maker=entry["maker"],
            type=entry["type"],
            hosted=bool(entry.get("hosted")),
            listed=bool(self.table or self.said),
            confirmed=bool(self.said or (self.table and self.charged and not self.hosted)),
            family=self._text("family"),
            description=self._text("description"),
            released=self._text("released"),
            knowledge=self._text("knowledge"),
            shutdown=self._figure("shutdown", [] if entry.get("hosted") else self._table("shutdown"), date.fromisoformat),
            replacement=self._text("replacement"),
            stage=self._figure("status", [("deprecated", *c[1:]) for c in self._charged("deprecated")], str),
            open_weights=self._figure("open_weights", [], bool),
            context_window=self._figure("context_window", self._charged("context"), int),
            max_input=self._figure("max_input", self._table("max_input"), int),
            max_output=self._figure("max_output", self._table("max_output"), int),
            inputs=self._figure("inputs", self._reads(), _modalities),
            outputs=self._figure("outputs", self._writes(), _modalities),
            endpoints=self._figure("endpoints", self._table("endpoints"), tuple),
            sizes=self._figure("sizes", [], tuple),
            qualities=self._figure("qualities", [], tuple),
            abilities=self._abilities(),
            images=self._images(),
            snapshots=self._snapshots(),
            aliases=tuple(entry.get("aliases", [])),
            offers=tuple(self._offer(offer) for offer in entry.get("offers", [])),
            strengths=self._points("strengths"),
            weaknesses=self._points("weaknesses"),
            faq=self._points("faq"),
            periods=periods,
            variant_periods=self._variants(),
            genai=(self.seller.genai, self.charged["id"]) if self.seller.genai and "id" in self.charged else None,
            price_on=self._prices(periods),
        )

    def _figure(self, name: str, more: list[Claim], read: Callable[[Any], Any]) -> Figure[Any] | None:
        claims = [(one[name], one["source"], one["url"], date.fromisoformat(one["date"])) for one in self.said if name in one]
        return self._settled([(read(value), source, url, day) for value, source, url, day in (*claims, *more)])

    def _text(self, name: str) -> Figure[str] | None:
        return self._figure(name, [], str)

    def _settled(self, claims: Iterable[Claim]) -> Figure[Any] | None:
        return settled(claims, self.sources)

    def _table(self, name: str) -> list[Claim]:
        value = self.table.get(name)
        return [] if value is None else [(value, LITELLM, self._page(self.table), self.sources[LITELLM].date)]

    def _reads(self) -> list[Claim]:
        """What LiteLLM's table says goes in; where it only says whether pictures do, that."""
        sees = self.table.get("can", {}).get("vision")
        if self.table.get("inputs") or self.kind != "text" or sees is None:
            return self._table("inputs")
        return [(["text", "image"] if sees else ["text"], LITELLM, self._page(self.table), self.sources[LITELLM].date)]

    def _writes(self) -> list[Claim]:
        if self.table.get("outputs") or self.kind != "text" or not self.table:
            return self._table("outputs")
        return [(["text"], LITELLM, self._page(self.table), self.sources[LITELLM].date)]

    def _charged(self, name: str) -> list[Claim]:
        value = self.charged.get(name)
        return [] if value is None else [(value, GENAI, self.seller.url, self.sources[GENAI].date)]

    def _page(self, row: Raw) -> str:
        return row.get("url") or self.sources[LITELLM].url

    def _abilities(self) -> dict[str, Figure[bool]]:
        """What each source says that the model can do; what it reads tells whether it sees, hears and watches."""
        claims: dict[str, list[Claim]] = {}
        for one in self.said:
            told = dict(one.get("can", {}))
            if "inputs" in one and self.kind in ("text", "image"):
                told = self._senses(one["inputs"]) | told
            for name, can in told.items():
                claims.setdefault(name, []).append((can, one["source"], one["url"], date.fromisoformat(one["date"])))
        for name, can in self.table.get("can", {}).items():
            claims.setdefault(name, []).append((can, LITELLM, self._page(self.table), self.sources[LITELLM].date))
        return {name: figure for name in sorted(claims) if (figure := self._settled(claims[name]))}

    def _senses(self, inputs: list[str]) -> dict[str, bool]:
        """PDF files are not counted among the inputs by everybody, so their absence says nothing."""
        if self.kind == "image":
            return {"vision": "image" in inputs}
        found = {name: word in inputs for word, name in SENSES.items()}
        return found | {"pdf": True} if "pdf" in inputs else found

    def _images(self) -> tuple[ImagePrice, ...]:
        claims: dict[tuple[str, str], list[Claim]] = {}
        for one in self.said:
            for quality, sizes in one.get("images", {}).items():
                for size, amount in sizes.items():
                    claim = (Decimal(str(amount)), one["source"], one["url"], date.fromisoformat(one["date"]))
                    claims.setdefault((quality, size), []).append(claim)
        for quality, size, amount in self.entry.get("images", []):
            claims.setdefault((quality, size), []).append(
                (Decimal(amount), LITELLM, self._page(self.table), self.sources[LITELLM].date)
            )
        images = [
            ImagePrice(quality, size, figure) for (quality, size), said in claims.items() if (figure := self._settled(said))
        ]
        return tuple(sorted(images, key=lambda image: (QUALITIES.get(image.quality, 99), _pixels(image.size), image.size)))

    def _snapshots(self) -> tuple[Snapshot, ...]:
        dated = sorted(self.entry.get("snapshots", []), key=lambda raw: (_full(raw["date"]), raw["id"]), reverse=True)
        current = self._figure("points_to", [], str) or self._only(dated)
        shown: list[Snapshot] = []
        for raw in dated:
            day = (
                [(date.fromisoformat(raw["shutdown"]), LITELLM, self._page(raw), self.sources[LITELLM].date)]
                if "shutdown" in raw
                else []
            )
            points = Figure(current.value == raw["id"], current.source, current.url, current.date) if current else None
            shown.append(Snapshot(raw["id"], _iso(raw["date"]), self._settled(day), points))
        return tuple(shown)

    def _only(self, dated: list[Raw]) -> Figure[str] | None:
        """A name with one dated snapshot can point at no other."""
        if len(dated) != 1 or dated[0]["id"] == self.entry["id"] or not self.table:
            return None
        return Figure(dated[0]["id"], self.sources["computed"], self._page(self.table), self.sources[LITELLM].date)

    def _offer(self, raw: Raw) -> Offer:
        provider = PROVIDERS[raw["provider"]]
        own = _Reading(
            {"id": raw["name"], "maker": provider.id, "type": self.kind, "litellm": raw, "genai": raw.get("genai", {})},
            self.sources,
        )
        price_on = own._prices(periods_of(raw.get("genai", {}).get("periods", []), self.kind))
        day = self.sources[LITELLM].date
        claims: list[Claim] = [(date.fromisoformat(raw["shutdown"]), LITELLM, self._page(raw), day)] if "shutdown" in raw else []
        prices = tuple(
            price
            for key in ("input_mtok", "cache_read_mtok", "output_mtok", "output_image_mtok", "image", "audio_hours")
            if (price := price_on(key, day))
        )
        return Offer(
            provider.id, provider.name, raw["name"], prices, raw.get("max_input"), raw.get("max_output"), self._settled(claims)
        )

    def _points(self, name: str) -> tuple[Point, ...]:
        text = self.entry.get(name)
        if not text:
            return ()
        day = date.fromisoformat(text["date"])
        return tuple(
            Point(
                item["title"],
                tuple(item["lines"]),
                self.sources[item.get("source", text["source"])].id,
                item.get("url", text["url"]),
                day,
            )
            for item in text["items"]
        )

    def _variants(self) -> dict[str, tuple[Period, ...]]:
        found: dict[str, list[Raw]] = {}
        for one in self.charged.get("variants", []):
            name = one["when"].get("processing") or one["when"].get("service_tier") or one["when"].get("speed")
            if name in ("batch", "flex", "priority", "fast") and one["prices"]:
                found.setdefault(name, []).append(one)
        for name, prices in self.table.get("variants", {}).items():
            if name not in found:
                found[name] = [{"prices": prices}]
        priced = [one["prices"] for one in self.charged.get("periods", [])] or [self.table.get("prices", {})]
        text_too = any("output_image_mtok" in prices for prices in priced)
        return {name: periods_of(raw, self.kind, text_too=text_too) for name, raw in found.items()}

    def _prices(self, periods: tuple[Period, ...]) -> PriceList:
        return PriceList(
            self.kind,
            periods,
            self.table,
            tuple(one for one in self.said if "prices" in one),
            self.sources,
            charged_page=self.seller.url,
            table_page=self._page(self.table),
        )


SENSES = {"image": "vision", "audio": "audio_in", "video": "video_in"}
MODALITIES = ("text", "image", "audio", "video", "code", "vectors")


def _modalities(names: list[str]) -> tuple[str, ...]:
    """In one order; that PDF files are read is an ability, which not every source counts among the inputs."""
    return tuple(name for name in MODALITIES if name in names)


def _pixels(size: str) -> int:
    width, _, height = size.partition("x")
    return int(width) * int(height) if width.isdigit() and height.isdigit() else 0


def _full(day: str | None) -> str:
    """Dates of any style in one order: `2025-04-16`, `20250929`, `03-2025`, `2512`, `0613`."""
    text = _iso(day) or ""
    return text.replace("-", "")


def _iso(day: str | None) -> str | None:
    if day is None:
        return None
    digits = day.replace("-", "")
    if len(digits) == 8:
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    if len(digits) == 6:
        return f"{digits[2:]}-{digits[:2]}"
    if len(digits) == 4 and digits[:2] in ("23", "24", "25", "26", "27"):
        return f"20{digits[:2]}-{digits[2:]}"
    return None
