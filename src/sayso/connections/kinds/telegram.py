"""Telegram: a bot, as @BotFather makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.connections import chat
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Settings
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections


def hosts(settings: Settings) -> tuple[str, ...]:
    return (Url.of(str(settings.get("address") or chat.TELEGRAM), "settings/address").origin,)


async def test(connections: Connections, opened: Opened) -> str:
    told = await chat.asked_of_telegram(connections, opened, "getMe", {})
    return f"Telegram lets us in as @{told.get('username', 'the bot')}."


KIND = Kind(
    "telegram",
    "Telegram",
    "send",
    ("message",),
    "Sends messages to people, groups and channels as a bot.",
    (
        FormField("token", "Bot token", "secret", required=True, help="From @BotFather."),
        FormField("channel", "Chat", example="@acme_sales", help="When a step names none."),
        FormField("address", "Address of the API", "address", example=chat.TELEGRAM, help="Of a Bot API server of your own.", advanced=True),
    ),
    hosts,
    test,
)  # fmt: skip
