"""What somebody tried and may not do, in the audit log: once at once, and how often it was tried again when ten minutes are over.

Acts are told, and readings of what is only for whoever manages; not every page that somebody may not see. A flood makes two entries for
each address in ten minutes, for at most `ADDRESSES_OF_ONE_MAX` of them; the rest of one caller's is told as one. Of one process: a second
one may say the same once more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.db import net
from sayso.errors import Forbidden
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.proof import ProofNeeded
from sayso.team.signin.policy import SecondFactorNeeded
from sayso.web.safety import SAFE_VERBS

TOGETHER_SECONDS = 600
LOOK_SECONDS = 60
ADDRESSES_OF_ONE_MAX = 50
CALLERS_MAX = 5_000
READ_BY_FEW = ("/api/audit", "/api/sso", "/api/scim", "/api/domains", "/api/invitations", "/api/service-accounts", "/api/gateway")
"""Where also reading is an attempt."""

Caller = tuple[str, str, str]
Key = tuple[str, str]
OTHERS: Key = ("", "")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tried:
    by: Actor
    until: float
    detail: dict[str, Any]
    again: int = 0


@dataclass(slots=True)
class Refusals:
    """One for each process. `now` is a clock that only goes forward."""

    now: Callable[[], float] = time.monotonic
    _known: dict[Caller, dict[Key, Tried]] = field(default_factory=dict[Caller, dict[Key, Tried]])

    def first(self, by: Actor, verb: str, path: str, params: Mapping[str, Any], error: Exception) -> Tried | None:
        """What to write down, when it is the first time; else it is counted. `path` is as it stands in the routes."""
        if not isinstance(error, Forbidden) or isinstance(error, ProofNeeded | SecondFactorNeeded):
            return None
        if verb in SAFE_VERBS and not path.startswith(READ_BY_FEW):
            return None
        caller = (by.workspace, by.id, by.token or "")
        if caller not in self._known and len(self._known) >= CALLERS_MAX:
            caller, by = (by.workspace, "", ""), system(by.workspace, "Several callers")
        mine = self._known.setdefault(caller, {})
        key = (verb, path) if (verb, path) in mine or len(mine) < ADDRESSES_OF_ONE_MAX else OTHERS
        if (known := mine.get(key)) is not None:
            known.again += 1
            return None
        detail = (
            {"verb": verb, "path": path, "app": params.get("app"), "said": str(error)} if key != OTHERS else {"said": "and more"}
        )
        mine[key] = Tried(by, self.now() + TOGETHER_SECONDS, detail)
        return mine[key]

    def over(self, *, all: bool = False) -> list[Tried]:
        """Those whose ten minutes are over and that were tried again meanwhile; what is over is forgotten."""
        now, ended = self.now(), list[Tried]()
        for caller, mine in list(self._known.items()):
            for key, tried in list(mine.items()):
                if all or tried.until <= now:
                    del mine[key]
                    ended += [tried] if tried.again else []
            if not mine:
                del self._known[caller]
        return ended


async def every_minute(engine: AsyncEngine, refusals: Refusals) -> None:
    """For as long as the server runs; what is still counted when it ends is told then."""
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for tried in refusals.over():
                await written(engine, tried)
    finally:
        for tried in refusals.over(all=True):
            await written(engine, tried)


async def written(engine: AsyncEngine, tried: Tried) -> None:
    """One entry: what was refused, or how often it was tried again."""
    detail = {name: value for name, value in tried.detail.items() if value is not None}
    what = f"{detail['verb']} {detail['path']}" if "path" in detail else "many more addresses"
    said = f"was refused {what}" if not tried.again else f"was refused {what} {tried.again:,} times more within ten minutes"
    kind = "access.refused" if not tried.again else "access.refused_again"
    more = {"times": tried.again} if tried.again else {}
    try:
        with net.within(None):
            async with db.transaction(engine) as tx:
                await audit.write(tx, kind, said, by=tried.by, app=detail.get("app"), detail={**detail, **more})
    except Exception:
        log.exception("a refusal could not be written down")
