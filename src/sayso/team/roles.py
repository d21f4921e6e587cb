"""What each role of a workspace may do. The rights inside one app (its own roles) come on top, in `spec.role`."""

from typing import Literal, get_args

Reach = Literal["owner", "builder", "member", "viewer", "nothing"]
Right = Literal["read", "comment", "write", "build", "manage"]

ROLES: tuple[Reach, ...] = get_args(Reach)
RIGHTS: tuple[Right, ...] = get_args(Right)

MAY: dict[Reach, frozenset[Right]] = {
    "owner": frozenset(RIGHTS),
    "builder": frozenset({"read", "comment", "write", "build"}),
    "member": frozenset({"read", "comment", "write"}),
    "viewer": frozenset({"read"}),
    "nothing": frozenset(),
}
