"""Who does it: every function that reads or writes on somebody's behalf takes one, as `by`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sayso.errors import Forbidden
from sayso.team.roles import MAY, Reach, Right

Kind = Literal["member", "token", "link", "automation", "model", "system"]

WHAT: dict[Right, str] = {
    "read": "see this",
    "comment": "comment here",
    "write": "change rows here",
    "build": "change how apps are built",
    "share": "publish anything outside this workspace",
    "manage": "manage this workspace",
    "own": "decide on this workspace's owners, its end and how one signs in",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or something, that acts in one workspace.

    `member` is the person behind it: the member themselves, or whoever made the token. `scopes` narrows a token to some
    rights; None means all that the role has. `groups` are ids. `allowed` is what a role of the workspace's own may do, when
    `role` names one of those. `session` and `token` are public ids (`se_…`, `k_…`), `address` where it came from.
    """

    kind: Kind
    workspace: str
    member: str | None
    role: Reach
    name: str
    scopes: frozenset[Right] | None = None
    person: str | None = None
    groups: frozenset[str] = frozenset()
    allowed: frozenset[Right] | None = None
    seen_as: str | None = None
    """The name of who really looks, when somebody sees an app as another one would: then nothing may be done but read."""
    as_role: str | None = None
    """The role of an app that they see it as, whatever was granted to whom; only together with `seen_as`."""
    session: str | None = field(default=None, compare=False)
    token: str | None = field(default=None, compare=False)
    address: str = field(default="", compare=False)
    proved_at: datetime | None = field(default=None, compare=False)
    """When they last proved who they are, in this session."""
    strong: bool = field(default=False, compare=False)
    """Whether a second factor was shown in this session."""
    agent: str = field(default="", compare=False)
    """What their browser or program calls itself."""
    vouched: bool = field(default=False, compare=False)
    """Only a provider of this workspace says that this is the person, who is in other workspaces too: see `persons.must_be_sure`."""
    apps: frozenset[str] | None = None
    """Only these apps (ids), for a token that was made for them; None: no such limit."""

    @property
    def id(self) -> str:
        """How `created_by`, `by` and `by_actor` name it: the member's id, else the kind. What an automation does by itself is not told as
        its owner's doing, though it acts with their rights."""
        return self.kind if self.kind == "automation" else self.member or self.kind

    @property
    def rights(self) -> tuple[Right, ...]:
        return tuple(right for right in WHAT if self.may(right))

    def may(self, right: Right) -> bool:
        if self.seen_as is not None and right != "read":
            return False
        role = MAY.get(self.role, frozenset()) if self.allowed is None else self.allowed
        return right in role and (self.scopes is None or right in self.scopes)

    def must(self, right: Right) -> None:
        """Raises `Forbidden`, in words, when this actor may not."""
        if not self.may(right):
            raise Forbidden(f"{self.name} may not {WHAT[right]}: that takes more than the role {self.role}.")


def system(workspace: str, name: str = "Sayso") -> Actor:
    """Sayso itself, for what nobody asked for in person: clean-ups, the first start."""
    return Actor("system", workspace, None, "owner", name)
