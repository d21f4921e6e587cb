"""Proving once more who one is, before what cannot be taken back (step-up).

A session that was found open on somebody's screen, or stolen, may read; for what is dangerous it has to know the password, hold the passkey or
show a code, as it did when it began. Fifteen minutes later it has to again.
"""

from datetime import UTC, datetime, timedelta

from sayso.errors import Forbidden
from sayso.team.actor import Actor

MINUTES_MAX = 15


class ProofNeeded(Forbidden):
    """Somebody who may do this has to show first that it is still them."""

    slug, title = "proof-needed", "Show that it is you"


def must(by: Actor) -> None:
    """Raises `ProofNeeded` when a member's session was not proved lately. `sessions.actor` says of those who have nothing to prove
    with that they are proved; tokens and what Sayso does itself were given for what they do."""
    if by.kind == "member" and by.session is not None and not is_fresh(by):
        raise ProofNeeded("This is a step that cannot be taken back: show first that it is you.")


def is_fresh(by: Actor, now: datetime | None = None) -> bool:
    return by.proved_at is not None and by.proved_at > (now or datetime.now(UTC)) - timedelta(minutes=MINUTES_MAX)
