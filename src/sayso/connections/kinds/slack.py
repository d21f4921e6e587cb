"""Slack: a bot with a token, or an incoming webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sayso.connections import chat
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Option, Settings
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections


def hosts(settings: Settings) -> tuple[str, ...]:
    bot = settings.get("by") == "bot"
    return (Url.of(str(settings.get("address") or chat.SLACK), "settings/address").origin,) if bot else ()


def hosts_of_secrets(secrets: Mapping[str, str]) -> tuple[str, ...]:
    """A webhook's address is its secret."""
    return (Url.of(secrets["webhook"], "secrets/webhook").origin,) if secrets.get("webhook") else ()


async def test(connections: Connections, opened: Opened) -> str:
    if opened.secret("webhook"):
        return "The webhook is set up. Whether Slack takes it shows with the first message."
    told = await chat.asked_of_slack(connections, opened, "auth.test", {})
    return f"Slack lets us in as {told.get('user', 'the bot')} of {told.get('team', 'the workspace')}."


KIND = Kind(
    "slack",
    "Slack",
    "slack",
    ("message",),
    "Posts messages in channels, as a bot or through an incoming webhook.",
    (
        FormField("by", "Posts by", "choice", default="webhook", choices=(Option("webhook", "Incoming webhook"), Option("bot", "Bot token"))),
        FormField(
            "webhook", "Webhook's address", "secret", required=True, when={"by": ("webhook",)},
            example="https://hooks.slack.com/services/T0/B0/…", help="It posts in the one channel that it was made for.",
        ),
        FormField("token", "Bot token", "secret", required=True, when={"by": ("bot",)}, example="xoxb-…", help="With the scope chat:write."),
        FormField("channel", "Channel", example="#sales", when={"by": ("bot",)}, help="When a step names none."),
        FormField("address", "Address of the API", "address", default=None, example=chat.SLACK, when={"by": ("bot",)}, advanced=True),
    ),
    hosts,
    test,
    hosts_of_secrets=hosts_of_secrets,
)  # fmt: skip
