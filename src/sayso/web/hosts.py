"""By which names this server is spoken to. A name that somebody else owns may lead here through DNS, and then their page counts as ours."""

import ipaddress
from urllib.parse import urlsplit

from sayso.settings import Settings

HOST_CHARACTERS_MAX = 300
OTHER_NAME = "This server does not go by that name. Whoever runs it sets the address that people use: SAYSO_URL."


def ours(host: str, settings: Settings) -> bool:
    """Whether a `Host` is the one of SAYSO_URL, one of SAYSO_HOSTS, or nobody's: an address in numbers, or `localhost`."""
    if len(host) > HOST_CHARACTERS_MAX:
        return False
    if host.lower() == urlsplit(settings.url).netloc.lower():
        return True
    try:
        named = urlsplit(f"//{host}")
        _ = named.port  # a port that is none is a name that is none
        name = (named.hostname or "").rstrip(".")
        return name == "localhost" or name.endswith(".localhost") or name in settings.hosts or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
