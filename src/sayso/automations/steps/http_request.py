"""A request to any address of the web, with or without a connection that signs it."""

from __future__ import annotations

from typing import Any

import orjson

from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import http
from sayso.connections.http import Answered, Asked
from sayso.spec.automation import HttpRequest as Step

ANSWER_BYTES_MAX = 10 * 2**20
"""What is read of an answer; how much of it is kept is the engine's to say."""
TEXT_KEPT_CHARACTERS_MAX = 500_000
URL_CHARACTERS_MAX = 8_000
HEADERS_KEPT_MAX = 60


class HttpRequest(OutsideStep):
    kind = "http_request"
    repeats = "may_repeat"
    """It carries an `Idempotency-Key`, which not everybody reads."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("body", "The answer", "any"), Output("status", "Its status", "number"), Output("headers", "Its headers", "object"),
        )  # fmt: skip

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        url = writing.address(step.url)
        if not url and step.connection is None:
            raise StepFailed("The address is empty.")
        if len(url) > URL_CHARACTERS_MAX:
            raise StepFailed(f"The address has {len(url):,} characters; the most is {URL_CHARACTERS_MAX:,}.")
        headers = {name: " ".join(doing.names.text(value).splitlines()) for name, value in step.headers.items()}
        body = doing.names.json(step.body) if step.body.strip() and step.method != "GET" else None
        return {"connection": step.connection, "method": step.method, "url": url, "headers": headers, "body": body}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        if doing.parts.connections is None:
            raise StepFailed(outward.NO_DOOR)
        opened = await outward.opened(doing, prepared["connection"], "http") if prepared["connection"] else None
        headers, body = _body(prepared)
        asked = Asked(prepared["method"], prepared["url"], headers, body, doing.key, hops=doing.run.hops + 1)
        with outward.told():
            answered = await http.ask(doing.parts.connections, asked, opened=opened, bytes_max=ANSWER_BYTES_MAX)
            if failure := answered.failure():
                raise failure
        said = f"{prepared['method']} {_host(answered.url)} answered {answered.status}."
        return Done(
            {"status": answered.status, "body": _read(answered), "headers": dict(answered.headers[:HEADERS_KEPT_MAX])}, said
        )

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        return Done(
            {"none": True},
            f"Would ask {prepared['method']} {prepared['url'] or 'the connection’s address'}; in a dry run nothing goes out.",
        )


def _body(prepared: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    headers, body = dict(prepared["headers"]), prepared["body"]
    if body is None:
        return headers, b""
    known = any(name.lower() == "content-type" for name in headers)
    if isinstance(body, str):
        return headers if known else {**headers, "Content-Type": "text/plain; charset=utf-8"}, body.encode()
    return headers if known else {**headers, "Content-Type": "application/json"}, orjson.dumps(body)


def _read(answered: Answered) -> Any:
    """JSON when it says so or looks so, else text."""
    kind = answered.header("content-type").lower()
    if "json" in kind or (not kind and answered.body[:1] in (b"{", b"[")):
        try:
            return orjson.loads(answered.body)
        except orjson.JSONDecodeError:
            pass
    if answered.body[:1024].count(0):
        return f"[{len(answered.body):,} bytes that are no text]"
    text = answered.text.replace("\0", "")
    return text if len(text) <= TEXT_KEPT_CHARACTERS_MAX else text[: TEXT_KEPT_CHARACTERS_MAX - 1] + "…"


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2]
