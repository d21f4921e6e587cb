"""Who may change how a person signs in: that person, in a session of theirs. A token does not."""

from sayso.errors import Forbidden
from sayso.team import persons
from sayso.team.actor import Actor


def own(by: Actor, *, changes: bool = True) -> str:
    """The person (`pe_…`). Raises `Forbidden` for tokens, service accounts and whoever sees as somebody else; with `changes` also where
    only one of several workspaces says that it is them."""
    if changes:
        persons.must_be_sure(by)
    if by.kind != "member" or by.session is None or by.person is None or by.seen_as is not None:
        raise Forbidden("Sign in for this: how you sign in is changed in a session of yours, not with a token.")
    return by.person
