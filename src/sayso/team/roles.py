"""What each role of a workspace may do. The rights inside one app (its own roles, who was granted what) come on top, in `data.rights`."""

from typing import Literal, get_args

Reach = Literal["owner", "admin", "builder", "member", "viewer", "guest", "nothing"]
Right = Literal["read", "comment", "write", "build", "share", "manage", "own"]

ROLES: tuple[Reach, ...] = get_args(Reach)
"""From the farthest to the least. `guest`: nothing but what they are granted, app by app. `nothing`: who is no member, such as a link."""
RIGHTS: tuple[Right, ...] = get_args(Right)
"""`share` is to publish outside the workspace, `manage` its people and settings, `own` its owners, its end and how one signs in."""

MAY: dict[Reach, frozenset[Right]] = {
    "owner": frozenset(RIGHTS),
    "admin": frozenset({"read", "comment", "write", "build", "share", "manage"}),
    "builder": frozenset({"read", "comment", "write", "build", "share"}),
    "member": frozenset({"read", "comment", "write"}),
    "viewer": frozenset({"read"}),
    "guest": frozenset(),
    "nothing": frozenset(),
}
