"""The headers that every answer carries, and the rule for requests that change something with a cookie."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.errors import Forbidden
from sayso.settings import Settings
from sayso.web.hosts import OTHER_NAME, ours

SAFE_VERBS = frozenset({"GET", "HEAD", "OPTIONS"})

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
UNLESS_SAID = (
    (
        b"content-security-policy",
        b"default-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"cache-control", b"no-store"),
)


STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""For a year, where SAYSO_URL is https: RFC 6797."""
ANY_NAME = ("/healthz", "/metrics", "/hooks/")
"""Probes and other systems ask by whatever name they have; none of these looks at a cookie."""


class SafeAnswers:
    """Turns away who came by another name of this server, and adds the headers. Pure ASGI: nothing is copied and nothing is buffered."""

    def __init__(self, app: ASGIApp, settings: Settings | None = None) -> None:
        """Without settings they are those of the app that a request is for."""
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        settings = self.settings or scope["app"].state.parts.settings
        always = (*ALWAYS, STRICT_TRANSPORT) if settings.url.startswith("https:") else ALWAYS
        if not scope["path"].startswith(ANY_NAME) and not ours(Headers(scope=scope).get("host", ""), settings):
            await PlainTextResponse(OTHER_NAME, 421)(scope, receive, _answers(send, always))
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _answers(send, always))


def _answers(send: Send, always: tuple[tuple[bytes, bytes], ...]) -> Send:
    """Sends, with the headers."""

    async def safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = {name for name, _ in message["headers"]}
            added = [pair for pair in UNLESS_SAID if pair[0] not in said]
            message["headers"] = [*message["headers"], *always, *added]
        await send(message)

    return safely


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
