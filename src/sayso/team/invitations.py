"""Invitations: who may come into a workspace, as what, until when. What is kept of the link is its hash.

A link that went out in a letter of the server's own mail, and that nobody else was shown, proves that whoever opens it reads that mailbox;
one that was shown to be copied, or that a workspace's mail server has read, proves nothing. An invitation is as good as whoever made it: when they may no longer give what it promises, it is over.
"""

import re
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.invitation_tables import invitations as t
from sayso.db.people_tables import groups as known_groups
from sayso.db.tables import apps as known_apps
from sayso.db.tables import members as m
from sayso.db.tables import workspaces
from sayso.errors import Invalid, NotFound, Problem, TooMany
from sayso.team import audit, rank, standing
from sayso.team.actor import Actor
from sayso.team.addressed import is_address
from sayso.team.ids import new_id
from sayso.team.roles import RIGHTS, Right
from sayso.team.secret import hashed, new_secret

INVITED_AT_ONCE_MAX = 200
OPEN_MAX = 1_000
PER_DAY_MAX = 500
"""Letters to strangers in the name of this server, of one workspace."""
DAYS, DAYS_MAX = 7, 90
USES_MAX = 1_000
MESSAGE_LENGTH_MAX = 500
TEXT_CHARACTERS_MAX = 50_000

Letter = Literal["none", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an invitation promises. `apps` are numbers with a role each; `uses` is how often a link may be used, None as often as one likes."""

    role: str
    groups: tuple[str, ...] = ()
    apps: tuple[tuple[int, str], ...] = ()
    days: int = DAYS
    uses: int | None = 1
    message: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    workspace: str
    kind: Literal["mail", "link"]
    email: str | None
    role: str
    groups: tuple[str, ...]
    apps: tuple[tuple[int, str], ...]
    message: str
    uses: int
    uses_max: int | None
    letter: Letter
    own_mail: bool
    """Its letter went by the server's own mail."""
    created_by: str
    created_at: datetime
    expires_at: datetime

    @property
    def state(self) -> Literal["open", "over", "used up"]:
        if self.uses_max is not None and self.uses >= self.uses_max:
            return "used up"
        return "open" if self.expires_at > datetime.now(UTC) else "over"

    @property
    def proves(self) -> bool:
        """Whether opening it shows that its address is one's own."""
        return self.email is not None and self.own_mail and self.letter in ("sending", "sent")


@dataclass(frozen=True, slots=True)
class Made:
    """A new invitation with the secret of its link, told this once."""

    invitation: Invitation
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    text: str
    reason: str


_BETWEEN = re.compile(r"[,;\n\r\t]+")
_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


def addresses_in(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
    """The addresses in what was pasted, once each: `ana@x.example, Ben <ben@x.example>` or one a line; and what is none."""
    found: dict[str, str] = {}
    refused: list[Refused] = []
    for piece in (piece.strip() for text in texts for piece in _BETWEEN.split(text[:TEXT_CHARACTERS_MAX])):
        inside = _BRACKETS.search(piece)
        words = [inside[1].strip()] if inside else piece.split()
        for word in words if len(words) > 1 and all("@" in one for one in words) else [" ".join(words)]:
            if is_address(word):
                found.setdefault(word.lower(), word)
            elif word:
                refused.append(Refused(word[:100], "is no e-mail address"))
    return tuple(found.values()), tuple(refused)


async def by_mail(
    tx: AsyncConnection, to: Sequence[str], wanted: Wanted, *, by: Actor, letters: bool, own_mail: bool = False
) -> tuple[tuple[Made, ...], tuple[Refused, ...]]:
    """One for each address. Who is a member already is refused; who was asked before is asked anew, and the old link ends.

    `letters`: a letter will take the link there, and whoever invites is not shown it. `own_mail`: by the server's own mail.
    """
    await _check(tx, wanted, by)
    if len(to) > INVITED_AT_ONCE_MAX:
        raise Invalid(Problem("to", f"names more than {INVITED_AT_ONCE_MAX} people; send some first"))
    await _room(tx, len(to), by)
    query = select(func.lower(m.c.email)).where(m.c.workspace_id == by.workspace, m.c.removed_at.is_(None))
    here = set((await tx.execute(query.where(func.lower(m.c.email).in_([one.lower() for one in to])))).scalars())
    fresh = [one for one in to if one.lower() not in here]
    same = [one.lower() for one in fresh]
    before = update(t).where(_open(by), func.lower(t.c.email).in_(same))
    await tx.execute(before.values(revoked_at=func.now()))
    letter: Letter = "sending" if letters else "none"
    made = [await _made(tx, "mail", one, wanted, by, letter, own_mail=own_mail and letters) for one in fresh]
    return tuple(made), tuple(Refused(one, "is a member already") for one in to if one.lower() in here)


async def by_link(tx: AsyncConnection, wanted: Wanted, *, by: Actor) -> Made:
    """Whoever has the link may come in, as often as `wanted` says."""
    await _check(tx, wanted, by)
    await _room(tx, 1, by)
    if wanted.uses is not None and not 1 <= wanted.uses <= USES_MAX:
        raise Invalid(Problem("uses", f"are 1 to {USES_MAX}", "1"))
    return await _made(tx, "link", None, wanted, by, "none")


async def again(tx: AsyncConnection, id: str, *, by: Actor, letters: bool, own_mail: bool = False) -> Made:
    """A new link in place of the old one, for as long as the first was good for."""
    before = await read(tx, id, by=by)
    await _check(tx, Wanted(before.role, before.groups, before.apps), by)
    await _room(tx, 1, by)
    secret = new_secret()
    until = datetime.now(UTC) + (before.expires_at - before.created_at)
    letter: Letter = "sending" if letters and before.email else "none"
    values = {"hash": hashed(secret), "expires_at": until, "letter": letter, "own_mail": own_mail and letter == "sending"}
    values |= {"created_at": func.now(), "created_by": by.id}
    await tx.execute(update(t).where(t.c.id == id).values(**values, place=time.time_ns() // 1000))
    await audit.write(tx, "invitation.again", f"sent the invitation{_to(before)} again", by=by, subject=id)
    return Made(await read(tx, id, by=by), secret)


async def gives(tx: AsyncConnection, role: str, *, by: Actor) -> frozenset[Right]:
    """What its link would let somebody do who reads the letter: its role, and what only who manages gives (groups, apps)."""
    manage: frozenset[Right] = frozenset({"manage"})
    return (await rank.roles(tx, by.workspace)).get(role, frozenset(RIGHTS)) | manage


async def told(tx: AsyncConnection, id: str, sent: bool, *, workspace: str) -> None:
    """How its letter went."""
    mine = update(t).where(t.c.workspace_id == workspace, t.c.id == id, t.c.letter == "sending")
    await tx.execute(mine.values(letter="sent" if sent else "failed"))


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Invitation, ...]:
    """Those that were not revoked and not used up, newest first; also those that are over, for a month."""
    by.must("manage")
    query = select(*COLUMNS).where(_open(by), t.c.expires_at > datetime.now(UTC) - timedelta(days=30))
    query = query.where(t.c.uses_max.is_(None) | (t.c.uses < t.c.uses_max))
    return tuple(_of(row) for row in await tx.execute(query.order_by(t.c.place.desc()).limit(OPEN_MAX)))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Invitation:
    by.must("manage")
    row = (await tx.execute(select(*COLUMNS).where(_open(by), t.c.id == id))).one_or_none()
    if row is None:
        raise NotFound("There is no such invitation, or no longer.")
    return _of(row)


async def revoke(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    before = await read(tx, id, by=by)
    await tx.execute(update(t).where(t.c.id == id).values(revoked_at=func.now()))
    await audit.write(tx, "invitation.revoked", f"took back the invitation{_to(before)}", by=by, subject=id)


async def found(tx: AsyncConnection, secret: str, *, held: bool = False) -> tuple[Invitation, Actor]:
    """The invitation behind a link, and whoever invites. `held` keeps others from using it until the transaction ends.

    Raises `NotFound` for one that was taken back, used up or is over, and when whoever made it may not give what it promises any more.
    """
    over = NotFound("This invitation does not work any more. Ask whoever sent it for a new one.")
    query = select(*COLUMNS).join(workspaces, workspaces.c.id == t.c.workspace_id)
    query = query.where(t.c.hash == hashed(secret), t.c.revoked_at.is_(None), workspaces.c.deleted_at.is_(None))
    row = (await tx.execute(query.with_for_update(of=t) if held else query)).one_or_none()
    if row is None or (one := _of(row)).state != "open":
        raise over
    host = await standing.read(tx, one.created_by, workspace=one.workspace)
    known = await rank.roles(tx, one.workspace)
    if host is None or not host.may("manage") or one.role not in known or not rank.within(host, known[one.role]):
        raise over
    return one, host


async def used(tx: AsyncConnection, id: str) -> None:
    await tx.execute(update(t).where(t.c.id == id).values(uses=t.c.uses + 1))


async def _check(tx: AsyncConnection, wanted: Wanted, by: Actor) -> None:
    await rank.must_give(tx, wanted.role, by=by)
    if not 1 <= wanted.days <= DAYS_MAX:
        raise Invalid(Problem("days", f"are 1 to {DAYS_MAX}", "7"))
    if len(wanted.message) > MESSAGE_LENGTH_MAX:
        raise Invalid(Problem("message", f"has at most {MESSAGE_LENGTH_MAX} characters"))
    g, a = known_groups.c, known_apps.c
    there = set((await tx.execute(select(g.id).where(g.workspace_id == by.workspace, g.id.in_(wanted.groups)))).scalars())
    if unknown := set(wanted.groups) - there:
        raise Invalid(Problem("groups", f"{min(unknown)[:60]} is no group here"))
    numbers = [number for number, _ in wanted.apps]
    query = select(a.number).where(a.workspace_id == by.workspace, a.number.in_(numbers), a.deleted_at.is_(None))
    if set(numbers) - set((await tx.execute(query)).scalars()):
        raise Invalid(Problem("apps", "name one that is not here any more"))


async def _room(tx: AsyncConnection, more: int, by: Actor) -> None:
    await tx.execute(select(workspaces.c.id).where(workspaces.c.id == by.workspace).with_for_update())
    open = await tx.execute(select(func.count()).where(_open(by), t.c.expires_at > func.now()))
    if open.scalar_one() + more > OPEN_MAX:
        raise Invalid(Problem("", f"at most {OPEN_MAX} invitations are open at once; take some back first"))
    since = datetime.now(UTC) - timedelta(days=1)
    today = select(func.count()).where(t.c.workspace_id == by.workspace, t.c.created_at > since)
    if (await tx.execute(today)).scalar_one() + more > PER_DAY_MAX:
        raise TooMany(f"A workspace invites at most {PER_DAY_MAX} people a day.", retry_after_seconds=3600)


async def _made(
    tx: AsyncConnection, kind: str, email: str | None, wanted: Wanted, by: Actor, letter: Letter, *, own_mail: bool = False
) -> Made:
    id, secret = new_id("in"), new_secret()
    values = {
        "id": id, "place": time.time_ns() // 1000, "workspace_id": by.workspace, "hash": hashed(secret), "kind": kind, "email": email,
        "role": wanted.role, "groups": list(wanted.groups), "apps": [list(one) for one in wanted.apps], "message": wanted.message.strip(),
        "uses_max": 1 if kind == "mail" else wanted.uses, "created_by": by.id, "letter": letter, "own_mail": own_mail,
        "expires_at": datetime.now(UTC) + timedelta(days=wanted.days),
    }  # fmt: skip
    one = _of((await tx.execute(t.insert().values(**values).returning(*COLUMNS))).one())
    role = rank.named(wanted.role, await rank.names(tx, by.workspace))
    detail = {"role": wanted.role, "groups": list(wanted.groups), "apps": values["apps"]}
    said = f"invited {email} as {role}" if email else f"made an invitation link for the role {role}"
    await audit.write(tx, "invitation.created", said, by=by, subject=id, detail=detail)
    return Made(one, secret)


def _open(by: Actor) -> ColumnElement[bool]:
    return (t.c.workspace_id == by.workspace) & t.c.revoked_at.is_(None)


def _to(one: Invitation) -> str:
    return f" to {one.email}" if one.email else " link"


COLUMNS: Collection[Any] = tuple(
    t.c[name]
    for name in (
        "id", "workspace_id", "kind", "email", "role", "groups", "apps", "message", "uses", "uses_max", "letter", "own_mail", "created_by", "created_at",
        "expires_at",
    )
)  # fmt: skip


def _of(row: Any) -> Invitation:
    apps = tuple((int(number), str(role)) for number, role in row.apps)
    return Invitation(
        row.id, row.workspace_id, row.kind, row.email, row.role, tuple(row.groups), apps, row.message, row.uses, row.uses_max, row.letter,
        row.own_mail, row.created_by, row.created_at, row.expires_at,
    )  # fmt: skip
