"""The address in a letter that ends letters like it: signed, so that it needs no signing in, and good for nothing else."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from sayso.connections.vault import Vault
from sayso.errors import NotFound
from sayso.team.telling import TOPICS, Topic

OF = "letters"
TOKEN_CHARACTERS_MAX = 400
NOTHING = "This address ends nothing, or no longer."


@dataclass(frozen=True, slots=True)
class Ending:
    """Whose letters, and of which kinds."""

    workspace: str
    member: str
    topics: tuple[Topic, ...]


def token(vault: Vault, ending: Ending) -> str:
    said = "|".join((ending.workspace, ending.member, ",".join(sorted(ending.topics))))
    return f"{urlsafe_b64encode(said.encode()).rstrip(b'=').decode()}.{vault.mark(said, OF)}"


def read(vault: Vault, token: str) -> Ending:
    """Raises `NotFound` for one that we did not make."""
    said, _, mark = token.partition(".")
    if len(token) > TOKEN_CHARACTERS_MAX or not re.fullmatch(r"[A-Za-z0-9_-]+", said) or not mark.isascii():
        raise NotFound(NOTHING)
    try:
        text = urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
    except ValueError:
        raise NotFound(NOTHING) from None
    if not hmac.compare_digest(vault.mark(text, OF), mark):
        raise NotFound(NOTHING)
    workspace, member, topics = text.split("|")
    return Ending(workspace, member, tuple(topic for topic in TOPICS if topic in topics.split(",")))
