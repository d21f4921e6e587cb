"""A mailbox that is read."""

from sayso.connections import imap, oauth
from sayso.connections.address import host_port
from sayso.connections.kind import FormField, Kind, Option, Settings
from sayso.connections.kinds.smtp import WAYS

ENCRYPTION = (Option("tls", "TLS from the beginning"), Option("starttls", "STARTTLS"), Option("none", "None"))


def hosts(settings: Settings) -> tuple[str, ...]:
    port = settings.get("port") or imap.PORTS[str(settings.get("security") or "tls")]
    return (host_port(settings.get("host"), port, "settings/host"), *oauth.hosts(settings))


KIND = Kind(
    "imap",
    "Mailbox (IMAP)",
    "inbox",
    ("inbox",),
    "Reads e-mail that comes, so that an automation begins with it. Nothing is marked as read, moved or deleted.",
    (
        FormField("host", "Server", "host", required=True, example="imap.example.com"),
        FormField("security", "Encryption", "choice", default="tls", choices=ENCRYPTION, help="Without it the password is sent readable."),
        FormField("port", "Port", "number", example="993", help="Otherwise 993 with TLS, else 143.", advanced=True),
        FormField("auth", "Lets in by", "choice", default="password", choices=WAYS),
        FormField("user", "User", required=True, example="orders@example.com"),
        FormField("password", "Password", "secret", required=True, when={"auth": ("password",)}),
        *oauth.FIELDS,
    ),
    hosts,
    imap.check,
    oauth=oauth.consents_needed,
)  # fmt: skip
