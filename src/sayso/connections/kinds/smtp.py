"""A server that takes e-mail for others."""

from sayso.connections import mail, oauth, smtp
from sayso.connections.address import host_port
from sayso.connections.kind import FormField, Kind, Option, Settings

ENCRYPTION = (Option("starttls", "STARTTLS"), Option("tls", "TLS from the beginning"), Option("none", "None"))
WAYS = (
    Option("password", "User and password"),
    Option("client_credentials", "OAuth 2: an account of its own"),
    Option("authorization_code", "OAuth 2: somebody consents"),
)


def hosts(settings: Settings) -> tuple[str, ...]:
    port = settings.get("port") or smtp.PORTS[str(settings.get("security") or "starttls")]
    return (host_port(settings.get("host"), port, "settings/host"), *oauth.hosts(settings))


KIND = Kind(
    "smtp",
    "E-mail (SMTP)",
    "mail",
    ("email",),
    "Sends e-mail through your mail server, or a service such as Gmail, Microsoft 365, Postmark or Amazon SES.",
    (
        FormField("host", "Server", "host", required=True, example="smtp.example.com"),
        FormField("security", "Encryption", "choice", default="starttls", choices=ENCRYPTION, help="Without it the password is sent readable."),
        FormField("port", "Port", "number", example="587", help="Otherwise 587 with STARTTLS, 465 with TLS, 25 without.", advanced=True),
        FormField("auth", "Lets in by", "choice", default="password", choices=WAYS),
        FormField("user", "User", example="ops@example.com"),
        FormField("password", "Password", "secret", when={"auth": ("password",)}),
        FormField("from_address", "Sender's address", example="ops@example.com", help="Otherwise the user."),
        FormField("from_name", "Sender's name", example="Acme"),
        FormField("reply_to", "Answers go to", advanced=True),
        *oauth.FIELDS,
    ),
    hosts,
    mail.check,
    oauth=oauth.consents_needed,
)  # fmt: skip
