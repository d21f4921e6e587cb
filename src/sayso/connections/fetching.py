"""Reading rows over HTTP: asked again when a service is busy, and every refusal a plain sentence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from sayso.connections import http
from sayso.connections.delivered import NotDelivered
from sayso.connections.http import Answered, Asked
from sayso.connections.kind import Credentials, FormField, Settings
from sayso.connections.opened import Opened
from sayso.connections.reading import WHOLE_BYTES_MAX, SourceFailed

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

TRIES_MAX = 4
PATIENCE_SECONDS_MAX = 30.0
"""How long a service that is busy is waited for, each time."""
PAUSE_SECONDS = 1.0
SECONDS_MAX = 60.0
PAGES_MAX = 10_000
NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


def address(default: str) -> FormField:
    """Where a service lies, for those who run it themselves or go through something in between."""
    return FormField("address", "Address of the API", "address", default=default, advanced=True)


def bearer(opened: Opened) -> Credentials:
    token = opened.secret("token")
    return Credentials((("Authorization", f"Bearer {token}"),)) if token else Credentials()


def origin(settings: Settings) -> tuple[str, ...]:
    return (http.Url.of(str(settings.get("address") or ""), "settings/address").origin,)


async def got(
    connections: Connections,
    opened: Opened,
    url: str,
    query: Mapping[str, Any] | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    bytes_max: int = WHOLE_BYTES_MAX,
    also: tuple[int, ...] = (),
) -> Answered:
    """The answer; what is no success is raised, but for the statuses in `also`. `body` is sent as JSON."""
    asked = Asked(
        method,
        f"{url}{'&' if '?' in url else '?'}{urlencode(query, doseq=True)}" if query else url,
        {**({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})},
        b"" if body is None else orjson.dumps(body),
    )
    for attempt in range(1, TRIES_MAX + 1):
        try:
            answered = await http.ask(connections, asked, opened=opened, bytes_max=bytes_max, seconds_max=SECONDS_MAX)
            failure = None if answered.status in also else answered.failure(opened.name)
            if failure is None and answered.status >= 300 and answered.status not in also:
                failure = NotDelivered(f"{opened.name} answered {answered.status}.")
        except NotDelivered as error:
            answered, failure = None, error
        if failure is None and answered is not None:
            return answered
        assert failure is not None
        patience = failure.after if failure.after is not None else PAUSE_SECONDS * 2 ** (attempt - 1)
        if not failure.again or attempt == TRIES_MAX or patience > PATIENCE_SECONDS_MAX:
            raise SourceFailed(str(failure), again=failure.again, detail=failure.detail)
        await asyncio.sleep(patience)
    raise AssertionError("counted to the end")


async def got_json(connections: Connections, opened: Opened, url: str, query: Mapping[str, Any] | None = None, **how: Any) -> Any:
    answered = await got(connections, opened, url, query, **how)
    try:
        return answered.json()
    except NotDelivered as error:
        raise SourceFailed(f"{opened.name} did not answer with JSON.", detail=error.detail) from None


def next_page(answered: Answered) -> str | None:
    """The address of the next page by its `Link` header (RFC 8288)."""
    found = NEXT.search(answered.header("link"))
    return found[1] if found else None
