"""Discord: a webhook of a channel, or a bot with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.connections import chat, http
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Option, Settings
from sayso.connections.kinds.slack import hosts_of_secrets
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections


def hosts(settings: Settings) -> tuple[str, ...]:
    bot = settings.get("by") == "bot"
    return (Url.of(str(settings.get("address") or chat.DISCORD), "settings/address").origin,) if bot else ()


async def test(connections: Connections, opened: Opened) -> str:
    """Both can be read without posting anything: a webhook tells its own name."""
    webhook = opened.secret("webhook")
    url = webhook or f"{opened.text('address', chat.DISCORD)}/users/@me"
    headers = {} if webhook else {"Authorization": f"Bot {opened.secret('token')}"}
    answered = await http.ask(
        connections, http.Asked("GET", url, headers, redirects=0), opened=opened, seconds_max=chat.SECONDS_MAX
    )
    if answered.status >= 400:
        raise http.failed(answered, "Discord")
    told = answered.json()
    return f"Discord knows it as {told.get('name') or told.get('username')}." if isinstance(told, dict) else "Discord answers."


KIND = Kind(
    "discord",
    "Discord",
    "message-circle",
    ("message",),
    "Posts messages in channels, through a webhook or as a bot.",
    (
        FormField("by", "Posts by", "choice", default="webhook", choices=(Option("webhook", "Webhook"), Option("bot", "Bot token"))),
        FormField("webhook", "Webhook's address", "secret", required=True, when={"by": ("webhook",)}, example="https://discord.com/api/webhooks/1/…"),
        FormField("token", "Bot token", "secret", required=True, when={"by": ("bot",)}),
        FormField("channel", "Channel's number", example="1183340612345678901", when={"by": ("bot",)}, help="When a step names none."),
        FormField("address", "Address of the API", "address", example=chat.DISCORD, when={"by": ("bot",)}, advanced=True),
    ),
    hosts,
    test,
    hosts_of_secrets=hosts_of_secrets,
)  # fmt: skip
