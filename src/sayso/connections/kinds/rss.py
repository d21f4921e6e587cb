"""A feed: RSS 2.0, RSS 1.0 or Atom. What leaves the feed stays in the table: a feed shows only its newest entries."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sayso.connections import fetching, xml
from sayso.connections.kind import FormField, Kind
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Column, Place, Row, SourceFailed, Wanted, chunked

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

TEXT_CHARACTERS_MAX = 20_000
COLUMNS = (
    Column("title"),
    Column("link", kind="url"),
    Column("published", kind="datetime"),
    Column("author"),
    Column("summary", kind="long_text"),
    Column("categories"),
    Column("id", key=True),
)


class RssReader:
    partial = True

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        return [_place(opened)]

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        answered = await fetching.got(connections, opened, what)
        return _place(opened, xml.parsed(answered.body, what))

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        known = wanted.mark if isinstance(wanted.mark, dict) else {}
        headers = {"If-None-Match": str(known["etag"])} if known.get("etag") else {}
        answered = await fetching.got(connections, opened, wanted.what, headers=headers, also=(304,))
        digest = hashlib.sha256(answered.body).hexdigest()
        if answered.status == 304 or digest == known.get("digest"):
            yield Batch(unchanged=True)
            return
        for one in chunked(
            entries(xml.parsed(answered.body, wanted.what)), mark={"etag": answered.header("etag"), "digest": digest}
        ):
            yield one


def _place(opened: Opened, root: Element | None = None) -> Place:
    at = opened.text("address")
    if root is None:
        return Place(at, opened.name, "feed", at, None, ("id",))
    rows = entries(root)
    return Place(at, _title(root) or opened.name, "feed", at, len(rows), ("id",), columns=COLUMNS, sample=tuple(rows[:5]))


def _title(root: Element) -> str | None:
    channel = next((child for child in root if xml.local(child) == "channel"), root)
    return xml.text(channel, "title")


def entries(root: Element) -> list[Row]:
    """Raises `SourceFailed` when it is no feed."""
    if xml.local(root) not in ("rss", "RDF", "feed"):
        raise SourceFailed("At this address is no feed.")
    return [_entry(one) for one in root.iter() if xml.local(one) in ("item", "entry")]


def _entry(one: Element) -> Row:
    link = xml.text(one, "link") or next(
        (c.get("href") for c in one if xml.local(c) == "link" and c.get("rel", "alternate") == "alternate"), None
    )
    title = xml.text(one, "title")
    said = xml.text(one, "description", "summary", "encoded", "content")
    authors = [xml.text(c, "name") or "".join(c.itertext()).strip() for c in one if xml.local(c) in ("author", "creator")]
    categories = [c.get("term") or (c.text or "").strip() for c in one if xml.local(c) == "category"]
    return {
        "id": xml.text(one, "guid", "id") or link or title,
        "title": title,
        "link": link,
        "published": _moment(xml.text(one, "pubDate", "published", "date", "updated")),
        "author": ", ".join(a for a in authors if a) or None,
        "summary": said[:TEXT_CHARACTERS_MAX] if said else None,
        "categories": ", ".join(c for c in categories if c) or None,
    }


def _moment(said: str | None) -> str | None:
    """RFC 822 dates as ISO 8601; ISO ones as they are."""
    if said is None or said[:4].isdigit():
        return said
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")


async def test(connections: Connections, opened: Opened) -> str:
    place = await READER.place(connections, opened, opened.text("address"))
    return f"{place.name} has {place.rows or 0:,} entries."


READER = RssReader()
KIND = Kind(
    "rss",
    "RSS or Atom feed",
    "rss",
    ("rows", "feed"),
    "The entries of a feed, kept as rows.",
    (FormField("address", "Address of the feed", "address", required=True, example="https://example.com/feed.xml"),),
    fetching.origin,
    test,
)
