"""The connections of one process: the only way to come by one with its secrets, and the door that they go out by."""

import logging
import os
import secrets
import traceback
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.connections import oauth, stored
from sayso.connections.egress import Door, networks
from sayso.connections.kind import Credentials, Kind
from sayso.connections.kinds import KINDS
from sayso.connections.opened import Missing, Opened
from sayso.connections.rights import may_use
from sayso.connections.stored import Stored
from sayso.connections.vault import Vault
from sayso.db.connection_tables import connections as t
from sayso.errors import Forbidden, Invalid, NotFound, Problem, SaysoError
from sayso.settings import Settings
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.audit.lately import Lately

USED_SECONDS = 60
"""How often it is written down that a connection was used; more often would make every step a write of the same row."""
USED_LENGTH_MAX = 200

SORRY = "The test went wrong in Sayso itself; its log says more."

log = logging.getLogger(__name__)


class Connections:
    """One a process. `url` is the address that people use: where consent in a browser comes back to. SQLite files are read from
    `sqlite_folder` alone; drivers of `sql_dialects` may open sockets of their own. Both are the operator's to say."""

    kinds: Mapping[str, Kind] = KINDS

    def __init__(
        self,
        engine: AsyncEngine,
        home: Path,
        door: Door,
        url: str = "http://localhost",
        *,
        sqlite_folder: Path | None = None,
        sql_dialects: tuple[str, ...] = (),
    ) -> None:
        self.engine, self.home, self.door, self.url = engine, home, door, url
        self.sqlite_folder, self.sql_dialects = sqlite_folder, sql_dialects
        self.vault, self._lately = Vault(home), Lately()
        self.process = f"{os.getpid()}-{secrets.token_hex(6)}"

    @classmethod
    def of(cls, engine: AsyncEngine, settings: Settings, door: Door | None = None) -> Self:
        """As the operator has set it up. `door` is the process's own, when it has one already."""
        door = door or Door(networks(settings.egress_allow))
        return cls(
            engine, settings.home, door, settings.url, sqlite_folder=settings.sqlite_folder, sql_dialects=settings.sql_dialects
        )

    def kind(self, key: str) -> Kind:
        if key not in self.kinds:
            raise Invalid(Problem("kind", f"is one of {', '.join(self.kinds)}", "smtp"))
        return self.kinds[key]

    def keys(self, kind: str | Collection[str]) -> tuple[str, ...]:
        """The kinds that are meant by `smtp`, by `email` (what it does), or by several of either."""
        asked = {kind} if isinstance(kind, str) else set(kind)
        return tuple(key for key, one in self.kinds.items() if key in asked or asked & set(one.does))

    async def opened(
        self, tx: AsyncConnection, id: str | None, kind: str | Collection[str], *, by: Actor, what: str = ""
    ) -> Opened:
        """The connection that a step names, or the first of its kind that `by` may use. `what` uses it: an automation's name.

        Raises `NotFound`, `Forbidden`, `Missing` (there is none), `Invalid` (it is of another kind), `Unavailable` (the key is gone).
        """
        keys = self.keys(kind)
        row = await (self._named(tx, id, keys, by) if id else self._first(tx, kind, keys, by))
        await self._note(tx, row.id, what or by.name)
        if by.kind in ("member", "token") and self._lately.first(row.id, by.id, what):
            told = {"what": what} if what else {}
            await audit.write(tx, "connection.used", f"used the connection {row.name}", by=by, subject=row.id, detail=told)
        return self._open(row)

    async def opened_to_test(self, tx: AsyncConnection, id: str, *, by: Actor) -> Opened:
        """Of any kind, for those who may use or change it."""
        await stored.read(tx, self, id, by=by)
        return self._open((await tx.execute(select(t).where(t.c.workspace_id == by.workspace, t.c.id == id))).one())

    async def tested(self, id: str, *, by: Actor) -> Stored:
        """Tries it and keeps what came of it, in words. No transaction is open while the other side thinks."""
        by.must("write")
        async with db.transaction(self.engine) as tx:
            opened = await self.opened_to_test(tx, id, by=by)
        ok, said = await self.tried(opened)
        async with db.transaction(self.engine) as tx:
            return await stored.keep_test(tx, self, id, ok, said, by=by)

    async def tried(self, opened: Opened) -> tuple[bool, str]:
        try:
            return True, opened.masked(await self.kind(opened.kind).test(self, opened))
        except SaysoError as error:
            return False, opened.masked(str(error))
        except Exception as error:  # its words may hold pieces of a secret, and so stay out of the log
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("the test of a connection of the kind %s: %s\n%s", opened.kind, type(error).__name__, where)
            return False, SORRY

    async def credentials(self, opened: Opened) -> Credentials:
        """What its requests carry; of OAuth a token that is still good. Raises `NotDelivered`."""
        kind = self.kind(opened.kind)
        return oauth.bearer(await oauth.token(self, opened)) if kind.oauth(opened.settings) else kind.credentials(opened)

    async def renewed(self, opened: Opened) -> bool:
        """After it was told that its credentials are not good: whether there is a way to come by new ones."""
        return self.kind(opened.kind).oauth(opened.settings) and await oauth.put_aside(self, opened)

    async def _named(self, tx: AsyncConnection, id: str, keys: tuple[str, ...], by: Actor) -> Any:
        row = (await tx.execute(select(t).where(t.c.workspace_id == by.workspace, t.c.id == id))).one_or_none()
        if row is None:
            raise NotFound("The connection that is named here is not there any more.")
        if not may_use(row, by):
            raise Forbidden(f"{by.name} may not use the connection {row.name}.")
        if row.kind not in keys:
            raise Invalid(f"The connection {row.name} is {self.label(row.kind)}; here it takes {self.labels(keys)}.")
        return row

    async def _first(self, tx: AsyncConnection, kind: str | Collection[str], keys: tuple[str, ...], by: Actor) -> Any:
        query = select(t).where(t.c.workspace_id == by.workspace, t.c.kind.in_(keys)).order_by(t.c.position)
        row = next((row for row in await tx.execute(query) if may_use(row, by)), None)
        if row is None:
            raise Missing(self.labels(keys) if keys else str(kind))
        return row

    async def _note(self, tx: AsyncConnection, id: str, what: str) -> None:
        what, old = what[:USED_LENGTH_MAX], func.now() - func.make_interval(0, 0, 0, 0, 0, 0, USED_SECONDS)
        news = or_(t.c.used_at.is_(None), t.c.used_at < old, t.c.used_by != what)
        free = select(t.c.id).where(t.c.id == id, news).with_for_update(skip_locked=True)  # nobody waits only to be noted
        await tx.execute(t.update().where(t.c.id.in_(free)).values(used_at=func.now(), used_by=what))

    def _open(self, row: Any) -> Opened:
        return Opened(
            row.id, row.name, row.kind, row.workspace_id, dict(row.settings), tuple(row.hosts), stored.secrets_of(self.vault, row)
        )

    def label(self, key: str) -> str:
        known = self.kinds.get(key)
        return known.label if known else key

    def labels(self, keys: Collection[str]) -> str:
        names = [self.label(key) for key in keys]
        return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
