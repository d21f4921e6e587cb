"""Messages to where people talk: Slack, Teams, Discord, Telegram. One short function a service, each with the service's own limits.

What is sent is text of ours: nothing in it calls people or rooms (`@everyone`, `<!channel>`), and links are not unfurled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from sayso.connections import http
from sayso.connections.delivered import NotDelivered, Sent
from sayso.connections.http import Answered, Asked
from sayso.connections.opened import Opened
from sayso.errors import Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

SLACK_CHARACTERS_MAX = 4_000
"""Slack cuts longer ones (docs.slack.dev, chat.postMessage: "limit the text field to 4,000 characters")."""
DISCORD_CHARACTERS_MAX = 2_000
"""discord.com/developers/docs/resources/message, create message: content."""
TELEGRAM_CHARACTERS_MAX = 4_096
"""core.telegram.org/bots/api, sendMessage: text."""
TEAMS_CHARACTERS_MAX = 20_000
"""Teams takes 28 KB in all (learn.microsoft.com, incoming webhooks)."""
PARTS_MAX = 10
SAID_LENGTH_MAX = 300
SECONDS_MAX = 20
ANSWER_BYTES_MAX = 2**20

SLACK, DISCORD, TELEGRAM = "https://slack.com/api", "https://discord.com/api/v10", "https://api.telegram.org"


async def post(connections: Connections, opened: Opened, to: str, text: str, key: str) -> Sent:
    """Says it in the room, channel or chat `to` (or in the connection's own). A text that is too long for one message becomes several.
    Raises `Invalid`, `NotDelivered`."""
    if not text.strip():
        raise Invalid(Problem("body", "is empty"))
    try:
        return await POSTS[opened.kind](connections, opened, (to or opened.text("channel")).strip(), text.strip(), key)
    except NotDelivered as error:
        raise _masked(opened, error) from None


async def _slack(connections: Connections, opened: Opened, to: str, text: str, key: str) -> Sent:
    parts = split(escaped_for_slack(text), SLACK_CHARACTERS_MAX)
    if url := opened.secret("webhook"):
        for part in parts:
            answered = await _said(connections, opened, url, {"text": part, "unfurl_links": False, "unfurl_media": False})
            if answered.status >= 400:
                raise _slack_failed(opened, answered.text.strip(), answered)
        return Sent("", f"Message posted with {opened.name}.")
    channel = to or _nowhere("a channel", "#sales")
    last: Any = {}
    for n, part in enumerate(parts):
        body = {
            "channel": channel,
            "text": part,
            "unfurl_links": False,
            "unfurl_media": False,
            "client_msg_id": uuid(f"{key}:{n}"),
        }
        last = await asked_of_slack(connections, opened, "chat.postMessage", body)
    return Sent(str(last.get("ts", "")), f"Message posted in {channel}.")


async def asked_of_slack(connections: Connections, opened: Opened, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """Slack answers 200 whatever went wrong; `error` says what."""
    url = f"{opened.text('address', SLACK)}/{method}"
    answered = await _said(connections, opened, url, body, {"Authorization": f"Bearer {opened.secret('token')}"})
    if answered.status >= 400:
        raise http.failed(answered, "Slack")
    told = answered.json()
    if not isinstance(told, dict) or told.get("ok") is not True:
        raise _slack_failed(opened, str(told.get("error") if isinstance(told, dict) else ""), answered)
    return told


async def _teams(connections: Connections, opened: Opened, to: str, text: str, key: str) -> Sent:
    for part in split(text, TEAMS_CHARACTERS_MAX):
        block = {"type": "TextBlock", "text": escaped_for_teams(part), "wrap": True}
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [block],
        }
        content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        answered = await _said(connections, opened, opened.secret("webhook"), {"type": "message", "attachments": [content]})
        if answered.status >= 400:
            raise http.failed(answered, "Teams")
        if "error 429" in answered.text or "code 429" in answered.text:  # its webhooks tell so in an answer of 200
            raise NotDelivered(
                "Teams takes no more messages for now.", again=True, after=http.retry_after(answered), detail=answered.text
            )
    return Sent("", f"Message posted with {opened.name}.")


async def _discord(connections: Connections, opened: Opened, to: str, text: str, key: str) -> Sent:
    last: Any = {}
    for n, part in enumerate(split(text, DISCORD_CHARACTERS_MAX)):
        body: dict[str, Any] = {"content": part, "allowed_mentions": {"parse": []}, "flags": 4}  # 4: links are not unfurled
        if url := opened.secret("webhook"):
            answered = await _said(connections, opened, f"{url}{'&' if '?' in url else '?'}wait=true", body)
        else:
            channel = to.removeprefix("#") or _nowhere("a channel's number", "1183340612345678901")
            if not channel.isdecimal():
                raise Invalid(
                    Problem("to", "is a channel's number; in Discord: right-click it, Copy Channel ID", "1183340612345678901")
                )
            url = f"{opened.text('address', DISCORD)}/channels/{channel}/messages"
            body |= {"nonce": _digest(f"{key}:{n}", 25), "enforce_nonce": True}  # sent twice within minutes, it is posted once
            answered = await _said(connections, opened, url, body, {"Authorization": f"Bot {opened.secret('token')}"})
        if answered.status >= 400:
            raise _failed(answered, "Discord", ("retry_after",))
        last = answered.json()
    return Sent(str(last.get("id", "")) if isinstance(last, dict) else "", f"Message posted with {opened.name}.")


async def _telegram(connections: Connections, opened: Opened, to: str, text: str, key: str) -> Sent:
    chat = to or _nowhere("a chat", "@acme_sales or -1001234567890")
    last: Any = {}
    for part in split(text, TELEGRAM_CHARACTERS_MAX):
        body = {"chat_id": chat, "text": part, "link_preview_options": {"is_disabled": True}}
        last = await asked_of_telegram(connections, opened, "sendMessage", body)
    return Sent(str(last.get("message_id", "")), f"Message sent to {chat}.")


async def asked_of_telegram(connections: Connections, opened: Opened, method: str, body: dict[str, Any]) -> dict[str, Any]:
    url = f"{opened.text('address', TELEGRAM)}/bot{quote(opened.secret('token'), safe=':')}/{method}"
    answered = await _said(connections, opened, url, body)
    if answered.status >= 400:
        raise _failed(answered, "Telegram", ("parameters", "retry_after"))
    told = answered.json()
    result = told.get("result") if isinstance(told, dict) else None
    return result if isinstance(result, dict) else {}


POSTS: dict[str, Callable[[Connections, Opened, str, str, str], Awaitable[Sent]]] = {
    "slack": _slack,
    "teams": _teams,
    "discord": _discord,
    "telegram": _telegram,
}


def split(text: str, most: int) -> list[str]:
    """Pieces of at most so many characters, cut between lines where there are any."""
    parts: list[str] = []
    while len(text) > most:
        at = max(text.rfind("\n", 1, most + 1), 0) or max(text.rfind(" ", most // 2, most + 1), 0) or most
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip("\n")
    parts.append(text)
    parts = [part for part in parts if part.strip()]
    if len(parts) > PARTS_MAX:
        raise Invalid(Problem("body", f"has more than {PARTS_MAX} messages of {most:,} characters"))
    return parts


def escaped_for_slack(text: str) -> str:
    """docs.slack.dev, "Escaping text": so that nothing in it is a mention or a link of Slack's own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_for_teams(text: str) -> str:
    """Cards read Markdown: pictures in it are loaded from elsewhere, so there are none; single line breaks need two."""
    return re.sub(r"!\[([^\]]*)\]\(", r"[\1](", text).replace("\n", "\n\n")


def uuid(key: str) -> str:
    d = _digest(key, 32)
    return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-8{d[17:20]}-{d[20:32]}"


# ── inside ────────────────────────────────────────────────────


async def _said(
    connections: Connections, opened: Opened, url: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> Answered:
    told = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    request = Asked("POST", url, told, orjson.dumps(body), redirects=0)
    return await http.ask(connections, request, opened=opened, bytes_max=ANSWER_BYTES_MAX, seconds_max=SECONDS_MAX)


def _nowhere(what: str, example: str) -> str:
    raise Invalid(Problem("to", f"names {what}; neither the step nor the connection does", example))


SLACK_WORDS = {
    "invalid_auth": "the token is not good",
    "not_authed": "the token is not good",
    "token_revoked": "the token was taken back",
    "token_expired": "the token is over",
    "account_inactive": "the token's account is gone",
    "channel_not_found": "there is no such channel, or the bot is not in it",
    "not_in_channel": "the bot is not in this channel: invite it there",
    "is_archived": "the channel is archived",
    "missing_scope": "the bot may not write: give it the scope chat:write",
    "no_service": "the webhook is switched off",
    "no_team": "the webhook's workspace is gone",
    "invalid_payload": "it did not understand the message",
    "channel_is_archived": "the channel is archived",
}
SLACK_AGAIN = frozenset(
    ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
)


def _slack_failed(opened: Opened, error: str, answered: Answered) -> NotDelivered:
    again = error in SLACK_AGAIN or answered.status == 429 or answered.status >= 500
    words = SLACK_WORDS.get(error) or (
        "it takes no more messages for now" if again else error[:SAID_LENGTH_MAX] or "it did not say why"
    )
    return NotDelivered(f"Slack did not take the message: {words}.", again=again, after=http.retry_after(answered), detail=error)


def _failed(answered: Answered, who: str, wait: tuple[str, ...]) -> NotDelivered:
    """With the seconds to wait that its body tells, and its own words."""
    failure = http.failed(answered, who)
    try:
        told: Any = orjson.loads(answered.body)
    except orjson.JSONDecodeError:
        return failure
    said = (told.get("description") or told.get("message")) if isinstance(told, dict) else None
    after: Any = told
    for name in wait:
        after = after.get(name) if isinstance(after, dict) else None
    seconds = float(after) if isinstance(after, int | float) and not isinstance(after, bool) else failure.after
    message = f"{who} did not take the message: {str(said)[:SAID_LENGTH_MAX]}." if said else str(failure)
    return NotDelivered(message, again=failure.again, after=seconds, detail=failure.detail)


def _masked(opened: Opened, error: NotDelivered) -> NotDelivered:
    message = opened.masked(str(error))
    if message == str(error) and opened.masked(error.detail) == error.detail:
        return error
    return NotDelivered(message, again=error.again, after=error.after, detail=opened.masked(error.detail))


def _digest(key: str, length: int) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:length]
