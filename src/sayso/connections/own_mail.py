"""The server's own mail: what the operator of the machine has named in `SAYSO_SMTP_URL`, for letters that belong to no workspace's connection."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from sayso.connections.connections import Connections
from sayso.connections.egress import Door, networks
from sayso.connections.opened import Opened, Secrets
from sayso.connections.smtp import PORTS
from sayso.errors import Invalid, Problem

SECURITY = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
EVERYWHERE = "0.0.0.0/0,::/0"
"""A mail server of the operator's often listens on this machine or in the house; who starts the server says where it may write to."""
EXAMPLE = "smtps://user:password@smtp.example.com"


def opened(url: str, sender: str, workspace: str = "") -> Opened:
    """`smtp://` is with STARTTLS, `smtps://` with TLS from the beginning, `smtp+plain://` without either. Raises `Invalid`."""
    try:
        parsed = urlsplit(url)
        host, port = parsed.hostname, parsed.port
    except ValueError:
        host, port, parsed = None, None, urlsplit("")
    if parsed.scheme not in SECURITY or not host:
        raise Invalid(Problem("SAYSO_SMTP_URL", "is no address of a mail server", EXAMPLE))
    user, password = unquote(parsed.username or ""), unquote(parsed.password or "")
    if not sender and "@" not in user:
        raise Invalid(Problem("SAYSO_MAIL_FROM", "says whom letters come from; it is needed here", "Sayso <sayso@example.com>"))
    security = SECURITY[parsed.scheme]
    settings: dict[str, Any] = {"host": host, "port": port or PORTS[security], "security": security, "user": user}
    settings |= {"auth": "password", "from_address": sender or user}
    there = f"{host}:{settings['port']}"
    return Opened("own", "The server's own mail", "smtp", workspace, settings, (there,), Secrets({"password": password}))


def connections(mine: Connections) -> Connections:
    """The same process's, with a door that leads to wherever the operator said."""
    door = Door(networks(EVERYWHERE), mine.door.authorities)
    return Connections(mine.engine, mine.home, door, mine.url)
