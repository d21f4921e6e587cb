"""A token that was made for some apps only reaches nothing outside of them, whichever address it tries."""

from collections.abc import Mapping
from typing import Any

from sayso.errors import Forbidden, NotFound
from sayso.team.actor import Actor

WITHOUT_APP = frozenset(
    {
        ("GET", "/api/session"),
        ("GET", "/api/me"),
        ("GET", "/api/workspace"),
        ("GET", "/api/members"),
        ("GET", "/api/apps"),
        ("GET", "/api/search"),
        ("POST", "/api/files"),
    }
)
"""What such a token may ask beside its apps: who it is, which apps it has, and where to put a file for a row of theirs."""


def must_reach(by: Actor, verb: str, path: str, params: Mapping[str, Any]) -> None:
    """`path` as it stands in the routes. Raises `NotFound` for another app, `Forbidden` for what is not inside an app."""
    if by.apps is None:
        return
    app = params.get("app")
    if app is not None and path.startswith("/api/apps/{app}"):
        if app not in by.apps:
            raise NotFound(f"There is no app {str(app)[:80]!r} here.")
    elif (verb, path) not in WITHOUT_APP:
        raise Forbidden("This token was made for some apps only, and this is not inside one of them.")
