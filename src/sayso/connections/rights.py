"""Who may use a connection, and who may change it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sayso.connections.kind import Settings
from sayso.errors import Invalid, Problem
from sayso.team.actor import Actor
from sayso.team.roles import Reach

NAMED_MEMBERS_MAX = 500
CARRIERS = ("smtp",)
"""Kinds that Sayso's own letters go by: also those whose links let people in."""


class Use(BaseModel):
    """Everybody who may write in the workspace, some roles, or members by name. Its owner and the workspace's owners always may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Literal["everybody", "roles", "members"] = "everybody"
    roles: tuple[Reach, ...] = ()
    members: Annotated[tuple[Annotated[str, Field(pattern=r"^m_[a-z0-9]{1,40}$")], ...], Field(max_length=NAMED_MEMBERS_MAX)] = ()

    def checked(self) -> "Use":
        if (self.who == "roles" and not self.roles) or (self.who == "members" and not self.members):
            raise Invalid(Problem(f"use/{self.who}", "names nobody", '{"who": "everybody"}'))
        return self


def may_use(row: Any, by: Actor) -> bool:
    """`row` is one of `sayso.connections`, of the workspace of `by`."""
    if not by.may("write"):
        return False
    if by.role == "owner" or (by.member is not None and by.member == row.owner):
        return True
    use: Settings = row.use
    match use.get("who"):
        case "everybody":
            return True
        case "roles":
            return by.role in use.get("roles", ())
        case _:
            return by.member is not None and by.member in use.get("members", ())


def may_manage(row: Any, by: Actor) -> bool:
    """Whoever manages the workspace, and builders what is theirs. Where only owners have had a hand in a mail connection, owners alone: links by which
    owners come in go out by it, and whoever leads it elsewhere reads them."""
    if row.kind in CARRIERS and row.owners_only and not by.may("own"):
        return False
    return by.may("manage") or (by.may("build") and by.member is not None and by.member == row.owner)
