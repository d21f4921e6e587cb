"""Who does it: every function that reads or writes on somebody's behalf takes one, as `by`."""

from dataclasses import dataclass
from typing import Literal

from sayso.errors import Forbidden
from sayso.team.roles import MAY, Reach, Right

Kind = Literal["member", "token", "link", "automation", "model", "system"]

WHAT: dict[Right, str] = {
    "read": "see this",
    "comment": "comment here",
    "write": "change rows here",
    "build": "change how apps are built",
    "manage": "manage this workspace",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or something, that acts in one workspace.

    `member` is the person behind it: the member themselves, or whoever made the token. `scopes` narrows a token to some
    rights; None means all that the role has.
    """

    kind: Kind
    workspace: str
    member: str | None
    role: Reach
    name: str
    scopes: frozenset[Right] | None = None

    @property
    def id(self) -> str:
        """How `created_by`, `by` and `by_actor` name it: the member's id, else the kind. What an automation does by itself is not told as
        its owner's doing, though it acts with their rights."""
        return self.kind if self.kind == "automation" else self.member or self.kind

    @property
    def rights(self) -> tuple[Right, ...]:
        return tuple(right for right in WHAT if self.may(right))

    def may(self, right: Right) -> bool:
        return right in MAY[self.role] and (self.scopes is None or right in self.scopes)

    def must(self, right: Right) -> None:
        """Raises `Forbidden`, in words, when this actor may not."""
        if not self.may(right):
            raise Forbidden(f"{self.name} may not {WHAT[right]}: that takes more than the role {self.role}.")


def system(workspace: str, name: str = "Sayso") -> Actor:
    """Sayso itself, for what nobody asked for in person: clean-ups, the first start."""
    return Actor("system", workspace, None, "owner", name)
