"""Names and passwords that somebody else knows: directories of a company (LDAP).

`verified` is asked after a password was none of ours, behind the same counts and the same time limits.
"""

import logging
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from sayso import db
from sayso.errors import SaysoError
from sayso.team.signin.entering import Entered, HalfWay
from sayso.team.sso import admitting, providers
from sayso.team.sso.arrival import Arrival, NotAdmitted
from sayso.team.sso.providers import Provider
from sayso.web.parts import parts
from sayso.web.sso import session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verified:
    """Whom a directory of this workspace knows, before they are let in."""

    provider: Provider
    arrival: Arrival

    async def admitted(self, tx: AsyncConnection) -> str:
        """The person (`pe_…`). Raises `NotAdmitted`."""
        by = await admitting.admitted(tx, self.provider, self.arrival)
        if by.person is None:
            raise NotAdmitted("You may not come in here at the moment.")
        return by.person

    async def remembered(self, request: Request, tx: AsyncConnection, came: Entered | HalfWay) -> None:
        await session.remembered(tx, request, self.provider, self.arrival, came, None)


async def verified(request: Request, name: str, password: str) -> Verified | None:
    """The first directory of theirs that knows this name and takes this password; None when none does. One that cannot be reached says
    no, and the log says why: the others are asked all the same."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        found = await providers.directories_for(tx, name)
    for provider in found:
        try:
            arrival = await known.sign_on.entered(provider, name, password)
        except SaysoError as error:
            log.warning("the directory %s could not be asked: %s", provider.id, error)
            continue
        if arrival is not None:
            return Verified(provider, arrival)
    return None
