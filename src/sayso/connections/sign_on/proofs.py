"""Looking whether a domain is a workspace's own: by a TXT record, or by a file on its website."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.connections import http
from sayso.connections.delivered import NotAnswered
from sayso.connections.sign_on import dns
from sayso.errors import Unavailable
from sayso.team.sso.domains import By, Domain

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

FILE_BYTES_MAX = 4_096
FILE_SECONDS_MAX = 10


async def looked(connections: Connections, domain: Domain, how: By) -> tuple[bool, str]:
    """Whether the proof is there, and what was found, in words."""
    try:
        return await (_record(connections, domain) if how == "dns" else _file(connections, domain))
    except Unavailable as error:
        return False, str(error)


async def _record(connections: Connections, domain: Domain) -> tuple[bool, str]:
    found = await dns.texts(connections, domain.record)
    if domain.token in (text.strip() for text in found):
        return True, f"The TXT record {domain.record} is there."
    if not found:
        return False, f"There is no TXT record {domain.record} yet. A new record may take some minutes, at times an hour."
    return False, f"{domain.record} has a TXT record, but not the one that was asked for: {found[0][:80]}"


async def _file(connections: Connections, domain: Domain) -> tuple[bool, str]:
    """Over HTTPS and from this very host: a redirect could lead to a page that somebody else may write."""
    try:
        asked = http.Asked("GET", domain.file, redirects=0)
        answered = await http.ask(connections, asked, bytes_max=FILE_BYTES_MAX, seconds_max=FILE_SECONDS_MAX)
    except NotAnswered as error:
        return False, str(error)
    if answered.status != 200:
        return (
            False,
            f"{domain.file} is not there (the website answered {answered.status}). It must answer itself, without leading elsewhere.",
        )
    if answered.text.strip() == domain.token:
        return True, f"{domain.file} holds what it should."
    return False, f"{domain.file} is there, but holds something else."
