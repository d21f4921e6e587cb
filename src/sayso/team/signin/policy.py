"""What a workspace asks of those who sign in. Read together with every session, so a change counts at the next request."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import passkeys, passwords, totps
from sayso.db.signin_tables import sign_in_policies as t
from sayso.errors import Conflict, Forbidden, Invalid, Problem, SignInNeeded
from sayso.team import audit
from sayso.team.actor import Actor

Method = Literal["password", "link", "passkey", "sso"]
METHODS: tuple[Method, ...] = get_args(Method)
SSO_METHODS = ("oidc", "saml", "ldap", "sso")
"""How sessions say that somebody else vouched for them; whether with a second factor is that other's to know."""
OPERATOR = "operator"
"""Whoever runs the machine could change this table as well: their link always works."""
SESSION_DAYS, SESSION_DAYS_MAX = 30, 90
IDLE_MINUTES_MIN, IDLE_MINUTES_MAX = 15, 30 * 24 * 60
WORDS: dict[Method, str] = {"password": "a password", "link": "a link by mail", "passkey": "a passkey", "sso": "single sign-on"}


class SecondFactorNeeded(Forbidden):
    """The workspace wants a second factor, and this session has none."""

    slug, title = "second-factor-needed", "Set up a second factor first"


@dataclass(frozen=True, slots=True)
class Policy:
    """`session_days` since signing in, `idle_minutes` since the last visit; None for as long as the session lasts."""

    methods: tuple[Method, ...] = METHODS
    second_factor: bool = False
    session_days: int = SESSION_DAYS
    idle_minutes: int | None = None

    def allows(self, method: str, *, owner: bool = False) -> bool:
        """Where single sign-on is the only way in, owners have their passkey for the day when the provider cannot be reached."""
        if self.methods == ("sso",):
            return method == OPERATOR or kind(method) == "sso" or (owner and method == "passkey")
        return method == OPERATOR or kind(method) in self.methods

    @property
    def words(self) -> str:
        said = [WORDS[one] for one in self.methods]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"

    def wants_second_factor(self, method: str, *, strong: bool) -> bool:
        return self.second_factor and not strong and method != OPERATOR and kind(method) != "sso"

    def over(self, begun: datetime, seen: datetime, now: datetime) -> bool:
        idle = self.idle_minutes is not None and seen + timedelta(minutes=self.idle_minutes) < now
        return idle or begun + timedelta(days=self.session_days) < now

    def must_take(
        self,
        method: str,
        *,
        strong: bool,
        begun: datetime,
        seen: datetime,
        now: datetime,
        owner: bool = False,
        elsewhere: bool = False,
    ) -> None:
        """Whether a session is good here still: one that another workspace's provider vouched for (`elsewhere`) is not, whichever ways in
        there are; else whoever runs that workspace could come in as its people. Raises `SignInNeeded` or `SecondFactorNeeded`."""
        if self.over(begun, seen, now):
            raise SignInNeeded("Your session is over. Sign in to go on.")
        if elsewhere:
            raise SignInNeeded("Another workspace's provider let you in: it cannot say who you are here.")
        if not self.allows(method, owner=owner):
            raise SignInNeeded(f"This workspace wants you to sign in with {self.words}.")
        if self.wants_second_factor(method, strong=strong):
            raise SecondFactorNeeded("This workspace asks for a second factor: a passkey, or codes of an app on your phone.")


def kind(method: str) -> Method:
    """What a policy calls it."""
    return "sso" if method in SSO_METHODS else "link" if method not in METHODS else method  # pyright: ignore[reportReturnType]


COLUMNS = (t.c.methods, t.c.second_factor, t.c.session_days, t.c.idle_minutes)
"""To be read by an outer join on the workspace, then given to `of`."""


def of(row: Any) -> Policy:
    """The policy in a row of these columns; the usual one where the workspace has set none."""
    if row.methods is None:
        return Policy()
    return Policy(tuple(one for one in METHODS if one in row.methods), row.second_factor, row.session_days, row.idle_minutes)


async def read(tx: AsyncConnection, workspace: str) -> Policy:
    row = (await tx.execute(select(*COLUMNS).where(t.c.workspace_id == workspace))).one_or_none()
    return Policy() if row is None else of(row)


async def put(tx: AsyncConnection, new: Policy, *, by: Actor) -> Policy:
    """Only owners. Raises `Conflict` when it would lock out whoever asks for it."""
    by.must("own")
    _check(new)
    await _must_not_lock_out(tx, new, by)
    old = await read(tx, by.workspace)
    values = {**asdict(new), "methods": list(new.methods), "changed_at": datetime.now(UTC)}
    made = insert(t).values(workspace_id=by.workspace, **values)
    await tx.execute(made.on_conflict_do_update(index_elements=[t.c.workspace_id], set_=values))
    await audit.write(
        tx, "sign_in.changed", "changed how one signs in", by=by, detail={"before": _told(old), "after": _told(new)}
    )
    return new


def _told(policy: Policy) -> dict[str, Any]:
    return {**asdict(policy), "methods": list(policy.methods)}


def _check(new: Policy) -> None:
    problems: list[Problem] = []
    if not new.methods:
        problems.append(Problem("methods", "names at least one way in", "passkey"))
    if not 1 <= new.session_days <= SESSION_DAYS_MAX:
        problems.append(Problem("session_days", f"is a number of days from 1 to {SESSION_DAYS_MAX}", str(SESSION_DAYS)))
    if new.idle_minutes is not None and not IDLE_MINUTES_MIN <= new.idle_minutes <= IDLE_MINUTES_MAX:
        problems.append(
            Problem("idle_minutes", f"is a number of minutes from {IDLE_MINUTES_MIN} to {IDLE_MINUTES_MAX}, or null", "480")
        )
    if problems:
        raise Invalid.of(problems)


async def _must_not_lock_out(tx: AsyncConnection, new: Policy, by: Actor) -> None:
    """The owner who sets it keeps a way in. Whether mail goes out is looked at by the page that asks for it."""
    ways = await _ways_of(tx, by.person)
    if "sso" not in new.methods and "link" not in new.methods and not ways & set(new.methods):
        raise Conflict(f"You would lock yourself out: you have not set up {new.words} yet. Do that first, under You, Security.")
    if new.second_factor and not ways & {"passkey", "codes"} and "sso" not in new.methods:
        raise Conflict("You have no second factor yourself yet. Set one up first, under You, Security.")


async def _ways_of(tx: AsyncConnection, person: str | None) -> set[str]:
    has = [
        select(passwords.c.person).where(passwords.c.person == person).exists().label("password"),
        select(passkeys.c.id).where(passkeys.c.person == person).exists().label("passkey"),
        select(totps.c.person).where(totps.c.person == person, totps.c.on_at.is_not(None)).exists().label("codes"),
    ]
    row = (await tx.execute(select(*has))).one()
    return {name for name, there in row._mapping.items() if there}
