"""What the workspace asks of those who sign in. For owners."""

from typing import Annotated

from fastapi import Request
from pydantic import Field

from sayso.errors import Conflict
from sayso.team import proof
from sayso.team.roles import RIGHTS
from sayso.team.signin import policy
from sayso.team.signin.policy import METHODS, Method, Policy
from sayso.web import letters
from sayso.web.actor import By
from sayso.web.api.me_security import Way
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Shown
from sayso.web.work import Tx

Minutes = Annotated[int, Field(ge=policy.IDLE_MINUTES_MIN, le=policy.IDLE_MINUTES_MAX)]


class SignInPolicy(Shown):
    methods: list[Way]
    second_factor: bool
    session_days: int
    """Since signing in."""
    idle_minutes: int | None
    """Since the last visit; null for as long as the session lasts."""


class SignInPolicyChange(Asked):
    methods: Annotated[list[Way], Field(min_length=1, max_length=len(METHODS))]
    second_factor: bool
    session_days: Annotated[int, Field(ge=1, le=policy.SESSION_DAYS_MAX)]
    idle_minutes: Minutes | None


async def show(tx: Tx, by: By) -> SignInPolicy:
    """How one signs in to this workspace."""
    by.must("read")
    return _shown(await policy.read(tx, by.workspace))


async def update(change: SignInPolicyChange, request: Request, tx: Tx, by: By) -> SignInPolicy:
    """Change how one signs in. It counts at once, for those who are signed in too."""
    by.must("own")
    proof.must(by)
    methods: tuple[Method, ...] = tuple(one for one in METHODS if one in change.methods)
    if methods == ("link",) and not await letters.possible(parts(request), by.workspace, lets_in=RIGHTS):
        raise Conflict("This Sayso has no mail server, so nobody could come in by mail.")
    new = Policy(methods, change.second_factor, change.session_days, change.idle_minutes)
    done = await policy.put(tx, new, by=by)
    parts(request).callers.forget()
    return _shown(done)


def _shown(one: Policy) -> SignInPolicy:
    return SignInPolicy(
        methods=list(one.methods),
        second_factor=one.second_factor,
        session_days=one.session_days,
        idle_minutes=one.idle_minutes,
    )
