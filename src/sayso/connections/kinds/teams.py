"""Microsoft Teams: a webhook of a channel, as its Workflows make it."""

from sayso.connections.kind import FormField, Kind, Settings
from sayso.connections.kinds.slack import hosts_of_secrets
from sayso.connections.opened import Opened


def hosts(_: Settings) -> tuple[str, ...]:
    return ()


async def test(_: object, __: Opened) -> str:
    return "The webhook is set up. Whether Teams takes it shows with the first message."


KIND = Kind(
    "teams",
    "Microsoft Teams",
    "users",
    ("message",),
    "Posts messages in the channel of a webhook.",
    (
        FormField(
            "webhook", "Webhook's address", "secret", required=True,
            help="In the channel: Workflows, “Post to a channel when a webhook request is received”.",
        ),
    ),
    hosts,
    test,
    hosts_of_secrets=hosts_of_secrets,
)  # fmt: skip
