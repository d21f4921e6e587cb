"""What becomes of an act when it is written down: without secrets, and not too long."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.team.actor import Actor

SENTENCE_CHARACTERS_MAX = 1_000
SUBJECT_CHARACTERS_MAX = 300
AGENT_CHARACTERS_MAX = 300
VALUE_BYTES_MAX = 65_536
"""Of `before`, `after` and `detail` each; what is longer is told by its length only."""
DEPTH_MAX = 24
HIDDEN = "•••"
SECRET = re.compile(
    r"(?:^|_)(?:secrets?|passwords?|passphrase|tokens?|credentials?|private_key|api_?key|cookie|authorization|recovery_codes?|hash)$",
    re.I,
)
"""Names of values that are never written down, whatever they hold. What only says that there is one (true, false, null) stays."""
SHOWN_SECRETS = re.compile(r"\b(?:sk-)?sayso[_-][0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/=]{20,}")


async def write(
    tx: AsyncConnection,
    kind: str,
    sentence: str,
    *,
    by: Actor,
    subject: str | None = None,
    app: str | None = None,
    detail: Mapping[str, Any] | None = None,
    before: Any = None,
    after: Any = None,
) -> None:
    """`kind` is such as `token.created`; `sentence` reads on after the name: "created the token Zapier".

    `app` is the id of the app that it happened in. `before` and `after` are what a person would compare, as JSON, without secrets.
    """
    await tx.execute(
        t.audit.insert().values(
            workspace_id=by.workspace,
            kind=kind,
            sentence=_line(sentence, SENTENCE_CHARACTERS_MAX),
            subject=None if subject is None else _line(subject, SUBJECT_CHARACTERS_MAX),
            app=app,
            detail=told(dict(detail or {})) or {},
            before=told(before),
            after=told(after),
            by=by.id,
            by_name=_line(by.name, SUBJECT_CHARACTERS_MAX),
            by_kind=by.kind,
            address=by.address,
            agent=_line(by.agent, AGENT_CHARACTERS_MAX),
            session=by.session,
            token=by.token,
        )
    )


def told(value: Any) -> Any:
    """A value as it may be written down: secrets hidden by their names and by their looks, and whole or not at all."""
    if value is None:
        return None
    clean = _clean(value, 0)
    length = len(orjson.dumps(clean, default=str))
    return clean if length <= VALUE_BYTES_MAX else {"too_long": length}


def _clean(value: Any, depth: int) -> Any:
    match value:
        case str():
            return SHOWN_SECRETS.sub(HIDDEN, value.replace("\0", ""))
        case bool() | int() | float() | None:
            return value
        case _ if depth >= DEPTH_MAX:
            return "…"
        case Mapping():
            return {str(name): _named(str(name), one, depth) for name, one in value.items()}
        case Sequence() | set() | frozenset() if not isinstance(value, bytes):
            return [_clean(one, depth + 1) for one in value]
        case _:
            return orjson.loads(orjson.dumps(value, default=str))


def _named(name: str, value: Any, depth: int) -> Any:
    hides = SECRET.search(name) is not None and not isinstance(value, bool) and value is not None
    return HIDDEN if hides and value != "" else _clean(value, depth + 1)


def _line(words: str, characters_max: int) -> str:
    clean = SHOWN_SECRETS.sub(HIDDEN, "".join(c if c.isprintable() else " " for c in words))
    return clean if len(clean) <= characters_max else clean[: characters_max - 1] + "…"
