"""What every page of the directory stands on: the data, the day, the site's address; who may look; and answers that are kept."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso.errors import NotFound, SignInNeeded
from sayso.models.directory import Directory
from sayso.models.facts import Source
from sayso.models.listing import rows_of
from sayso.models.strengths import strengths
from sayso.models.words import day as day_text
from sayso.web.actor import caller
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.sheet import policy, rendered
from sayso.web.parts import parts

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Shown:
    directory: Directory
    today: date
    url: str
    """Of the site, without a slash at the end."""

    @property
    def checked(self) -> str:
        """The day up to which the figures were read."""
        return day_text(max(source.retrieved for source in self.directory.sources.values()))

    def source(self, id: str) -> Source | None:
        return self.directory.sources.get(id)

    def html(self, template: str, *, status: int = 200, **values: Any) -> Kept:
        """A page, ready to send."""
        body = rendered(f"directory/{template}", shown=self, **values).encode()
        return kept(body, "text/html", status=status, content_security_policy=policy())


def today() -> date:
    """The directory's days are UTC days."""
    return datetime.now(UTC).date()


def directory(request: Request) -> Directory:
    """The one that this installation shows now."""
    return parts(request).shelf.directory


async def answered(request: Request, key: Hashable, make: Callable[[Shown], Kept], *, slow: bool = False) -> Response:
    """What is kept under the key, or made now; `slow` things are made apart, a few at once."""
    pages, now = parts(request).pages, Shown(directory(request), today(), parts(request).settings.url)
    if not pages.state((now.directory, now.today, policy())):
        await asyncio.to_thread(_warmed, now)
    found = pages.get(key)
    if found is None:
        found = await _apart(request, make, now) if slow else make(now)
        if found.status == 200:
            pages.put(key, found)
    return found.answer(request)


def _warmed(now: Shown) -> None:
    """What all pages ask of the data is worked out once, while other requests are answered."""
    rows = rows_of(now.directory, now.today)
    model = now.directory.read(rows[0].name)
    strengths(model, now.directory, now.today)


async def _apart(request: Request, make: Callable[[Shown], Kept], now: Shown) -> Kept:
    async with parts(request).drawing:
        return await asyncio.to_thread(make, now)


def for_anybody(handler: Handler) -> Handler:
    """Lets in whom the operator's setting lets in: everybody, members only, or nobody."""

    async def guarded(request: Request) -> Response:
        setting = parts(request).settings.directory
        if setting == "off":
            raise NotFound("There is nothing at this address.")
        if setting == "members":
            try:
                await caller(request)
            except SignInNeeded:
                if request.url.path.startswith("/api/"):
                    raise
                return RedirectResponse(f"/signin?to={quote(request.url.path, safe='/')}", 303)
        answer = await handler(request)
        if setting == "members":
            answer.headers["cache-control"] = "private, no-cache"
        return answer

    guarded.__doc__ = handler.__doc__
    return guarded
