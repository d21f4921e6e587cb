"""Passwords: what a good one is, setting one, and whether it is this person's.

The rules are NIST's (SP 800-63B-4, section 3.1.1): length counts, any sign may be in it, what is on lists of leaked and common ones is refused,
as are the person's own name and ours; none has to be changed because time went by, and nobody is asked for a digit.
"""

import unicodedata
from bisect import bisect_left
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.signin_tables import passwords as t
from sayso.errors import Invalid, Problem
from sayso.team.signin import hashing
from sayso.team.signin.person import Person

CHARACTERS_MIN = 8
CHARACTERS_MAX = 256
DIFFERENT_MIN = 4
COMMON = Path(__file__).parent / "common.bin"
"""The first bytes of the SHA-256 of each, sorted; made by `script/common_passwords.py`."""
COMMON_BYTES = 5
OURS = ("sayso",)
REST_MIN = 5
"""What has to be left of a password besides one's own name in it."""


def normal(password: str) -> str:
    """The same password, however a keyboard has put its signs together (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, person: Person) -> None:
    """Raises `Invalid` with what is wrong with it; the password itself is never repeated."""
    reason = _wrong(normal(password), person)
    if reason:
        raise Invalid(Problem("password", reason))


def _wrong(password: str, person: Person) -> str | None:
    if len(password) < CHARACTERS_MIN:
        return f"has at least {CHARACTERS_MIN} characters; several words make a good one"
    if len(password) > CHARACTERS_MAX:
        return f"has at most {CHARACTERS_MAX} characters"
    folded = password.casefold()
    if len(set(folded)) < DIFFERENT_MIN or _runs(folded):
        return "is too easily guessed: it is the same few signs, or signs in a row"
    if is_common(folded) or is_common(folded.strip("0123456789!?.#*$ ")):
        return "is one of those that everybody tries first; choose another"
    for name in (*OURS, *person.words):
        if len(name) >= 3 and name in folded and len(folded.replace(name, "")) < REST_MIN:
            return "is little more than a name that others know; choose another"
    return None


def _runs(folded: str) -> bool:
    """`abcdefgh`, `87654321`: each sign is the next one, up or down."""
    steps = {ord(b) - ord(a) for a, b in pairwise(folded)}
    return steps in ({1}, {-1})


def is_common(folded: str) -> bool:
    wanted, known = sha256(folded.encode()).digest()[:COMMON_BYTES], _common()
    place = bisect_left(known, wanted)
    return place < len(known) and known[place] == wanted


@cache
def _common() -> list[bytes]:
    whole = COMMON.read_bytes()
    return [whole[at : at + COMMON_BYTES] for at in range(0, len(whole), COMMON_BYTES)]


async def put(tx: AsyncConnection, person: Person, password: str, *, now: datetime | None = None) -> None:
    """Sets it, in place of the one before. Raises `Invalid`."""
    check(password, person)
    values = {"hash": await hashing.hashed(normal(password)), "changed_at": now or datetime.now(UTC)}
    await tx.execute(insert(t).values(person=person.id, **values).on_conflict_do_update(index_elements=[t.c.person], set_=values))


async def changed_at(tx: AsyncConnection, person: str) -> datetime | None:
    """When it was set; None when there is none."""
    return (await tx.execute(select(t.c.changed_at).where(t.c.person == person))).scalar_one_or_none()


async def kept(tx: AsyncConnection, person: str | None) -> str | None:
    """The hash, for `right`."""
    return (await tx.execute(select(t.c.hash).where(t.c.person == person))).scalar_one_or_none()


async def right(password: str, hash: str | None) -> bool:
    """Whether it is the one behind the hash; takes as long without one. Ask with no transaction open: it waits for its turn."""
    return await hashing.matches(normal(password)[: CHARACTERS_MAX + 1], hash)


async def renewed(tx: AsyncConnection, person: str, password: str, hash: str) -> None:
    """After a password was right: hashed anew, when the parameters have changed since."""
    if hashing.is_old(hash):
        anew = await hashing.hashed(normal(password))
        await tx.execute(t.update().where(t.c.person == person, t.c.hash == hash).values(hash=anew))


async def remove(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(t).where(t.c.person == person))
