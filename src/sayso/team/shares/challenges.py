"""A puzzle that a browser solves in a moment and nobody sees, so that sending a thousand answers costs something.

ALTCHA's proof of work (protocol v2, SHA-256, the counter known to the server): made, solved and checked without any network. A puzzle
is signed, bound to one share and to its time, and counts once.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.share_tables import share_challenges as t
from sayso.errors import Invalid, Problem
from sayso.team.shares.share import Share

TRIES_MIN = 20_000
TRIES_MAX = 60_000
"""How many a solver goes through: a tenth of a second on a laptop, a second on a slow phone."""
CHALLENGE_MINUTES_MAX = 60
PAYLOAD_CHARACTERS_MAX = 4_000
KEY_BYTES = 32
UNSOLVED = "This was sent without the check against robots. Open the form again, or press Send once more."


@dataclass(frozen=True, slots=True)
class Challenges:
    """`key` signs; every process of an installation has the same."""

    key: bytes

    def made(self, share: Share, *, now: datetime | None = None) -> dict[str, Any]:
        """`{parameters, signature}`, as ALTCHA's own solvers read it."""
        until = (now or datetime.now(UTC)) + timedelta(minutes=CHALLENGE_MINUTES_MAX)
        counter = TRIES_MIN + secrets.randbelow(max(1, TRIES_MAX - TRIES_MIN))
        made = altcha.create_challenge(
            "SHA-256", 1, counter=counter, expires_at=until, data={"share": share.id}, hmac_secret=self.key
        )
        return made.to_dict()

    def must_be_solved(self, share: Share, payload: str) -> str:
        """What the puzzle is known by. Raises `Invalid` when it is unsolved, another share's or too old; nothing is used up."""
        said = self._checked(share, payload)
        if said is None:
            raise Invalid(Problem("challenge", UNSOLVED))
        return said

    async def take(self, tx: AsyncConnection, share: Share, payload: str) -> None:
        """Takes a solved challenge, once. Raises `Invalid` when it is unsolved, another share's, too old, or was used before."""
        said = self.must_be_solved(share, payload)
        until = datetime.now(UTC) + timedelta(minutes=CHALLENGE_MINUTES_MAX)
        mine = insert(t).values(workspace_id=share.workspace, id=said, share=share.id, until=until)
        if (await tx.execute(mine.on_conflict_do_nothing().returning(t.c.id))).first() is None:
            raise Invalid(Problem("challenge", "The check against robots was used for another answer. Press Send once more."))

    def _checked(self, share: Share, payload: str) -> str | None:
        """The challenge's nonce, when it is solved."""
        if not 0 < len(payload) <= PAYLOAD_CHARACTERS_MAX:
            return None
        try:
            read = altcha.Payload.from_base64(payload)
            said = altcha.verify_solution(read, self.key)
            parameters = read.challenge.parameters
            mine = isinstance(parameters.data, dict) and parameters.data.get("share") == share.id
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return None
        return str(parameters.nonce) if said.verified and mine else None


async def forget(tx: AsyncConnection) -> None:
    await tx.execute(delete(t).where(t.c.until < datetime.now(UTC)))
