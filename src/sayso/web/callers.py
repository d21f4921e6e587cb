"""Who is calling, remembered for a moment.

A page of rows must not cost a second question to the database to learn who asks. What is remembered is never older than
`REMEMBERED_SECONDS`: a session that ended, a token that was withdrawn and a role that changed count within that time, everywhere.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.errors import SignInNeeded, TooMany
from sayso.team import keys, sessions
from sayso.team.actor import Actor
from sayso.team.secret import hashed
from sayso.web.address import neighbours
from sayso.web.rate import Rate

REMEMBERED_SECONDS = 0.5
REMEMBERED_CALLERS_MAX = 10_000
WRONG_TOKENS_MAX = 10
"""From one address within a minute."""
GOOD_SECONDS = 600
SECRET_CHARACTERS_MAX = 512

Reader = Callable[[AsyncConnection, str], Awaitable[Actor]]


class Callers:
    """Reads callers through the engine; one for each process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, str], tuple[float, Actor]] = {}
        self._wrong = Rate(times=WRONG_TOKENS_MAX, seconds=60)
        self._good: OrderedDict[bytes, float] = OrderedDict()

    async def of_session(self, secret: str) -> Actor:
        return await self._found("session", secret, sessions.actor)

    async def of_token(self, secret: str, address: str = "") -> Actor:
        """Raises `TooMany` where many that never were came from this address: then only tokens are looked up that were good here lately, so
        that nobody is kept out by somebody else's guessing."""
        key, now = hashed(secret), time.monotonic()
        if self._good.get(key, 0) < now:
            self._wrong.must_have_room(neighbours(address))
        try:
            actor = await self._found("token", secret, lambda tx, shown: keys.actor(tx, shown, address))
        except keys.UnknownToken:
            with suppress(TooMany):
                self._wrong.count(neighbours(address))
            raise
        self._good[key] = now + GOOD_SECONDS
        self._good.move_to_end(key)
        while len(self._good) > REMEMBERED_CALLERS_MAX:
            self._good.popitem(last=False)
        return actor

    def forget(self) -> None:
        """After something that must count at once: signing out, withdrawing a token, renaming oneself."""
        self._known.clear()

    async def _found(self, kind: str, secret: str, read: Reader) -> Actor:
        now = time.monotonic()
        known = self._known.get((kind, secret))
        if known is not None and known[0] > now:
            return known[1]
        if not 0 < len(secret) <= SECRET_CHARACTERS_MAX or not secret.isascii() or not secret.isprintable():
            raise SignInNeeded("Sign in to go on.")
        async with db.transaction(self._engine) as tx:
            actor = await read(tx, secret)
        if len(self._known) >= REMEMBERED_CALLERS_MAX:
            self.forget()
        self._known[kind, secret] = (now + REMEMBERED_SECONDS, actor)
        return actor
