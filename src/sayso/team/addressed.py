"""Whom a text means: members by name, id, role or e-mail, everyone, and addresses outside.

What people write into an automation may say `everyone` or a role. What comes out of a row may not: whoever fills in a public form
with the word everyone must not be heard by the whole team.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.team import people
from sayso.team.actor import system
from sayso.team.people import Member
from sayso.team.roles import ROLES

NAMED_MAX = 200
"""Names and addresses in one text; more are not looked at and are told as unknown."""
ADDRESS_CHARACTERS_MAX = 254
"""RFC 5321 (4.5.3.1.3), less the angle brackets."""
ME = frozenset({"me", "myself"})
EVERYONE = frozenset({"everyone", "everybody", "all", "all members", "the team", "team", "whole team", "the whole team"})
_ADDRESS = re.compile(
    r"[^\s@<>(),;:\"\\\[\]]{1,64}@(?:[^\s@<>(),;:\"\\\[\]._-][^\s@<>(),;:\"\\\[\].]*\.)*[^\s@<>(),;:\"\\\[\].]{2,63}"
)
_BETWEEN = re.compile(r"[,;\n]")
_IN_BRACKETS = re.compile(r"<([^<>]+)>\s*$")


@dataclass(frozen=True, slots=True)
class Addressed:
    """`members` and `addresses` once each, in the order in which they were named; `unknown` is what names nobody."""

    members: tuple[Member, ...] = ()
    addresses: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __add__(self, other: "Addressed") -> "Addressed":
        members = {one.id: one for one in (*self.members, *other.members)}
        addresses = {one.casefold(): one for one in (*other.addresses, *self.addresses)}
        return Addressed(tuple(members.values()), tuple(addresses.values()), (*self.unknown, *other.unknown))


def is_address(text: str) -> bool:
    return len(text) <= ADDRESS_CHARACTERS_MAX and _ADDRESS.fullmatch(text) is not None


async def found(tx: AsyncConnection, workspace: str, named: Any, *, groups: bool, me: str | None = None) -> Addressed:
    """Who is meant by a text (`Ana, ben@northlight.example, everyone`) or a list (member ids of a person field, names, addresses).

    `groups` says whether roles, `everyone` and `me` (the member of this id) count: only where one of the team has written them.
    """
    pieces = list(_pieces(named))
    if not pieces:
        return Addressed()
    everyone = await people.listed(tx, by=system(workspace))
    total = Addressed(unknown=tuple(pieces[NAMED_MAX:]))
    for piece in pieces[:NAMED_MAX]:
        total += _one(piece, everyone, groups, me)
    return total


async def of_role(tx: AsyncConnection, workspace: str, role: str) -> tuple[Member, ...]:
    return _of_role(role, await people.listed(tx, by=system(workspace)))


def _pieces(named: Any) -> Iterable[str]:
    match named:
        case str():
            yield from (piece.strip() for piece in _BETWEEN.split(named) if piece.strip())
        case dict():
            yield from _pieces(named.get("id") or named.get("email") or named.get("name"))
        case list() | tuple():
            for one in named:
                yield from _pieces(one)
        case _:
            return


def _one(piece: str, everyone: tuple[Member, ...], groups: bool, me: str | None) -> Addressed:
    inside = _IN_BRACKETS.search(piece)
    text = (inside[1] if inside else piece).strip().removeprefix("mailto:")
    folded = " ".join(text.casefold().split())
    if is_address(text):
        known = next((m for m in everyone if (m.email or "").casefold() == folded), None)
        return Addressed((known,)) if known else Addressed(addresses=(text,))
    if groups and me is not None and folded in ME:
        return Addressed(tuple(m for m in everyone if m.id == me))
    if groups and folded in EVERYONE:
        return Addressed(everyone)
    if groups and (role := _role(folded)):
        return Addressed(_of_role(role, everyone))
    named = [m for m in everyone if m.id == text] or [m for m in everyone if m.name.casefold() == folded]
    named = named or [m for m in everyone if m.name.casefold().split()[0] == folded]
    return Addressed((named[0],)) if len(named) == 1 else Addressed(unknown=(piece,))


def _role(folded: str) -> str | None:
    word = folded.removeprefix("the ").removeprefix("all ").removesuffix("s")
    return word if word in ROLES and word != "nothing" else None


def _of_role(role: str, everyone: tuple[Member, ...]) -> tuple[Member, ...]:
    """Those of the role; when there are none, those of the next one above it, so that a question always finds somebody."""
    for reach in reversed(ROLES[: ROLES.index(role) + 1]):  # pyright: ignore[reportArgumentType]
        if found := tuple(m for m in everyone if m.role == reach):
            return found
    return ()
