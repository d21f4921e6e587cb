"""Any API that answers with a JSON list: `what` is a path, and behind `#` where in the answer the list lies (`orders?state=open#data.items`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from sayso.connections import delimited, fetching
from sayso.connections.delivered import NotDelivered
from sayso.connections.kinds.csv_url import described
from sayso.connections.opened import Opened
from sayso.connections.reading import Batch, Place, Row, SourceFailed, Wanted, flat

if TYPE_CHECKING:
    from sayso.connections.connections import Connections
    from sayso.connections.http import Answered

NEXT = ("next", "next_url", "nextPage", "next_page_url")
"""Where answers commonly name the next page, when no `Link` header does."""


class ListReader:
    """Pages are followed by `Link` headers (RFC 8288), or by an address in the answer; never to another host."""

    async def places(self, connections: Connections, opened: Opened, search: str) -> list[Place]:
        return []

    async def place(self, connections: Connections, opened: Opened, what: str) -> Place:
        rows, _ = await self._page(connections, opened, *_parts(what))
        return described(
            Place(what, what.partition("?")[0].strip("/").rpartition("/")[2] or what, "list", what), delimited.numbered(rows)
        )

    async def batches(self, connections: Connections, opened: Opened, wanted: Wanted) -> AsyncGenerator[Batch]:
        path, inside = _parts(wanted.what)
        url: str | None = path
        seen, n = set[str](), 0
        for _ in range(fetching.PAGES_MAX):
            rows, following = await self._page(connections, opened, url or "", inside)
            yield Batch(tuple({**row, delimited.ROW_NUMBER: n + i} for i, row in enumerate(rows, 1)))
            n += len(rows)
            if following is None or following in seen:
                return
            seen.add(following)
            url = following
        raise SourceFailed(f"{opened.name} gave more than {fetching.PAGES_MAX:,} pages.")

    async def _page(self, connections: Connections, opened: Opened, url: str, inside: str) -> tuple[list[Row], str | None]:
        answered = await fetching.got(connections, opened, url)
        try:
            value: Any = answered.json()
        except NotDelivered:
            raise SourceFailed(f"{opened.name} did not answer with JSON.") from None
        return _rows(value, inside, opened), _next(answered, value)


def _parts(what: str) -> tuple[str, str]:
    path, _, inside = what.partition("#")
    return path, inside


def _rows(value: Any, inside: str, opened: Opened) -> list[Row]:
    if not inside:
        return delimited.rows_in(value, opened.name)
    for name in inside.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise SourceFailed(f"There is no list at {inside!r} in what {opened.name} answers.")
    return [flat(one) for one in value]


def _next(answered: Answered, value: Any) -> str | None:
    if (linked := fetching.next_page(answered)) is not None:
        return linked
    told = next((value[k] for k in NEXT if isinstance(value, dict) and isinstance(value.get(k), str)), None)
    return told if told and "/" in told else None
