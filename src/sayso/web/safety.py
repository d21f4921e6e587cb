"""The headers that every answer carries, and the rule for requests that change something with a cookie."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.errors import Forbidden
from sayso.settings import Settings

SAFE_VERBS = frozenset({"GET", "HEAD", "OPTIONS"})

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
UNLESS_SAID = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cache-control", b"no-store"),
)


class SafeAnswers:
    """Adds the headers. Pure ASGI: nothing is copied and nothing is buffered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                added = [pair for pair in UNLESS_SAID if pair[0] not in said]
                message["headers"] = [*message["headers"], *ALWAYS, *added]
            await send(message)

        await self.app(scope, receive, safely)


def same_origin(headers: Headers, settings: Settings) -> bool:
    """Whether the page that sent this is ours: by Sec-Fetch-Site, else by Origin. Without either it is not."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    sent_from = urlsplit(origin)
    return sent_from.netloc != "" and (
        sent_from.netloc == headers.get("host") or f"{sent_from.scheme}://{sent_from.netloc}" == settings.url
    )


def must_be_same_origin(verb: str, headers: Headers, settings: Settings) -> None:
    if verb not in SAFE_VERBS and not same_origin(headers, settings):
        raise Forbidden("This came from another site. Use Sayso's own pages, or an API token, to change something.")


def came_from_elsewhere(headers: Headers, settings: Settings) -> bool:
    """Whether a browser says that another site sent this. What is no browser says nothing, and carries no cookie either."""
    said = "sec-fetch-site" in headers or "origin" in headers
    return said and headers.get("sec-fetch-site") != "none" and not same_origin(headers, settings)
