"""Who may change how a person signs in: that person, in a session of theirs. A token does not."""

from sayso.errors import Forbidden
from sayso.team.actor import Actor


def own(by: Actor) -> str:
    """The person (`pe_…`). Raises `Forbidden` for tokens, service accounts and whoever sees as somebody else."""
    if by.kind != "member" or by.session is None or by.person is None or by.seen_as is not None:
        raise Forbidden("Sign in for this: how you sign in is changed in a session of yours, not with a token.")
    return by.person
