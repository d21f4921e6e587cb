"""Everything that speaks OpenAI's own language: OpenAI, and most others at some base URL."""

from typing import Any
from urllib.parse import quote

import orjson

from sayso.errors import Invalid, Problem
from sayso.gateway.providers.provider import Outgoing, Provider
from sayso.gateway.refusals import Refused
from sayso.gateway.reply import AnyReply, HttpReply
from sayso.gateway.upstream import Limits, Pools, Target

LIST_LIMITS = Limits(first_byte_seconds=15, idle_seconds=10, whole_seconds=30, answer_bytes=32 * 2**20)
HEADS_KEPT_MAX = 256


class OpenAI:
    """Bytes go through as they are. Settings: `organization`, `project`, `headers` (an object), `first_byte_seconds`,
    `idle_seconds`, `whole_seconds`."""

    def __init__(self, provider: Provider, pools: Pools) -> None:
        self.provider, self.pools = provider, pools
        self.target = Target.of(provider.base_url)
        self.limits = provider.limits
        self._fixed = b"".join(b"%s: %s\r\n" % pair for pair in self.headers())
        self._heads: dict[tuple[str, str, str, bytes], bytes] = {}

    # what other kinds change

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What every request carries."""
        p, s = self.provider, self.provider.settings
        told = {"User-Agent": "sayso", "Accept-Encoding": "identity"}
        if p.secret:
            told["Authorization"] = f"Bearer {p.secret}"
        if s.get("organization"):
            told["OpenAI-Organization"] = str(s["organization"])
        if s.get("project"):
            told["OpenAI-Project"] = str(s["project"])
        told |= {str(name): str(value) for name, value in (s.get("headers") or {}).items()}
        return self.as_headers(told)

    def as_headers(self, told: dict[str, str]) -> list[tuple[bytes, bytes]]:
        """As bytes, behind the host. Raises `Invalid` for what is no header; empty ones are left out."""
        return [(b"Host", self.target.authority), *(_header(name, value) for name, value in told.items() if value)]

    def path(self, out: Outgoing) -> str:
        """The path under the base URL, with its question."""
        return f"/{out.endpoint}{out.query}"

    # ── asking ────────────────────────────────────────────────

    async def send(self, out: Outgoing) -> HttpReply:
        return await self._sent(self._head(out), out.body, self.limits)

    def list_path(self) -> str:
        """Where the list of models is."""
        return "/models"

    async def models(self) -> list[dict[str, Any]]:
        reply = await self._sent(self._line("GET", self.list_path()) + b"\r\n", None, LIST_LIMITS)
        try:
            body = await rest(reply)
            if reply.status != 200:
                raise Refused(message_of(body) or f"it answered {reply.status}", reply.status, upstream=self.provider.name)
            return [one for one in orjson.loads(body).get("data") or [] if isinstance(one, dict) and one.get("id")]
        except (orjson.JSONDecodeError, AttributeError, TypeError):
            raise Refused("it did not answer with a list of models", 502, upstream=self.provider.name) from None
        finally:
            await reply.close()

    async def _sent(self, head: bytes, body: bytes | None, limits: Limits) -> HttpReply:
        request = head if body is None else b"%s%d\r\n\r\n%s" % (head, len(body), body)
        return HttpReply(await self.pools.ask(self.target, request, limits), self.pools, self.target)

    def _head(self, out: Outgoing) -> bytes:
        """Everything before the number of bytes; kept, since it is nearly always the same."""
        key = (out.verb, out.endpoint, out.query or out.model, out.content_type)
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= HEADS_KEPT_MAX or len(out.content_type) > 200:
                self._heads.clear()
            line = self._line(out.verb, self.path(out))
            head = self._heads[key] = b"%sContent-Type: %s\r\nContent-Length: " % (line, out.content_type)
        return head

    def _line(self, verb: str, path: str) -> bytes:
        safe = quote(path, safe="/?&=:%-._~,+!@$'()*;[]")
        return b"%s %s%s HTTP/1.1\r\n%s" % (verb.encode(), self.target.path, safe.encode(), self._fixed)


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    if not (name + value).isascii() or not (name + value).isprintable() or not name or ":" in name or " " in name:
        raise Invalid(Problem("headers", f"{name!r} cannot be a header", '{"X-Team": "operations"}'))
    return name.encode(), value.encode()


async def rest(reply: AnyReply) -> bytes:
    parts = [reply.take()]
    while not reply.done:
        await reply.more()
        parts.append(reply.take())
    return b"".join(parts)


def message_of(body: bytes) -> str | None:
    """The upstream's own words in an error of whatever shape."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    error = value.get("error", value) if isinstance(value, dict) else value
    if isinstance(error, list) and error:
        error = error[0]
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error.get("error")
    return error if isinstance(error, str) and error else None
