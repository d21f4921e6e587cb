"""What a SAML provider says of itself at an address: fetched by the egress door, when it is set up and when its certificate has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sayso.connections import http
from sayso.connections.delivered import NotDelivered
from sayso.connections.sign_on.kinds import described_by
from sayso.errors import Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from sayso.connections.connections import Connections
    from sayso.team.sso.providers import Provider

BYTES_MAX = 512 * 2**10
SECONDS_MAX = 10
AGAIN_SECONDS = 5 * 60
"""How often an answer that fits no certificate may have the metadata fetched anew: nobody can make us ask without end."""
OLD_SECONDS = 24 * 60 * 60
ASKED_MAX = 1_000
WHERE = "settings/metadata_url"


@dataclass
class Asked:
    """When each provider's metadata was asked for last; one a process."""

    _at: dict[str, float] = field(default_factory=dict)

    def may(self, provider: str) -> bool:
        """Whether it may be asked again; counts as asked then."""
        now = time.monotonic()
        if now - self._at.get(provider, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        if len(self._at) >= ASKED_MAX:
            self._at.clear()
        self._at[provider] = now
        return True


async def fetched(connections: Connections, settings: dict[str, Any], *, entity: str = "") -> dict[str, Any]:
    """The settings with what the metadata at their address says now; as they are where they name none. `entity`: it still has to be this
    provider. Raises `Invalid` for what is no metadata, `Unavailable` when nothing answers."""
    url = str(settings.get("metadata_url") or "")
    if not url:
        return settings
    try:
        asked = http.Asked("GET", url, [("Accept", "application/samlmetadata+xml, application/xml, text/xml")])
        answered = await http.ask(connections, asked, bytes_max=BYTES_MAX, seconds_max=SECONDS_MAX)
        if failure := answered.failure():
            raise failure
    except NotDelivered as error:
        raise Unavailable(f"Its metadata could not be fetched: {error}") from None
    described: Any = import_module("sayso.team.sso.saml.metadata")
    try:
        found = described.read(answered.body)
    except Invalid as error:
        reason = error.problems[0].reason if error.problems else str(error)
        raise Invalid(Problem(WHERE, f"leads to something else than metadata: it {reason}")) from None
    if entity and found.theirs.entity != entity:
        raise Invalid(Problem(WHERE, f"describes another provider now: {found.theirs.entity[:200]}, not {entity}"))
    made = dict(settings)
    described_by(made, found)
    return made | {"metadata_at": datetime.now(UTC).isoformat()}


def is_old(provider: Provider) -> bool:
    """Whether its metadata was fetched so long ago that it is fetched again by the way."""
    if not provider.text("metadata_url"):
        return False
    try:
        at = datetime.fromisoformat(provider.text("metadata_at"))
    except ValueError:
        return True
    return (datetime.now(UTC) - at).total_seconds() > OLD_SECONDS
