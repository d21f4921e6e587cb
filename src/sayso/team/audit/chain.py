"""Whether the log is as it was written: every entry is hashed again, together with the one before.

The hash is sha256 over the hash of the entry before and the text that `HASHED` makes of this one; that of the first is bound to the
workspace's id. It is worked out here from the columns, not by the function that the database wrote it with, which could be another one by now.
What a chain cannot tell by itself is whether somebody wrote all of it anew; whoever keeps its head (`n` and `hash`) elsewhere can.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.audit_tables import chains
from sayso.team.actor import Actor

CHECKED_AT_ONCE = 5_000
BROKEN_SHOWN_MAX = 100

HASHED = text("""
    select n, id, sentence, by_name, at, hash, sha256(coalesce(lag(hash) over (order by n), :last) || convert_to(jsonb_build_array(
        n, workspace_id, id, kind, sentence, subject, app, detail, before, after, by, by_name, by_kind,
        address, agent, session, token, (extract(epoch from at) * 1000000)::bigint
    )::text, 'UTF8')) as should
    from sayso.audit where workspace_id = :workspace and n > :after order by n limit :many
""")
OUTSIDE = text(
    "select id, sentence, by_name from sayso.audit where workspace_id = :workspace and n is null order by id limit :many"
)


@dataclass(frozen=True, slots=True)
class Broken:
    """`n` is the number of the entry, or of the first one that is missing; `id` None when it is not there."""

    n: int | None
    id: int | None
    why: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """`first` is the number of the oldest entry that is kept, `n` and `hash` the chain's head: to be noted elsewhere."""

    entries: int
    first: int
    n: int
    hash: str
    broken: tuple[Broken, ...]
    noted: bool = False
    """Whether the head that was noted before is still in it."""

    @property
    def ok(self) -> bool:
        return not self.broken


async def verify(tx: AsyncConnection, *, by: Actor, noted: tuple[int, str] | None = None) -> Verification:
    """Looks at every entry of the workspace. For whoever manages it. `noted` is a head (number, hash in hex) that was noted elsewhere."""
    by.must("manage")
    row = (await tx.execute(select(chains).where(chains.c.workspace_id == by.workspace))).one_or_none()
    outside = await tx.execute(OUTSIDE, {"workspace": by.workspace, "many": BROKEN_SHOWN_MAX})
    broken = [Broken(None, one.id, "It was written past the chain.", _said(one)) for one in outside]
    if row is None:
        return Verification(0, 1, 0, "", tuple(broken))
    last, place, count = row.gone_hash, row.gone_n, 0
    while some := await _some(tx, by.workspace, last, place):
        for one in some:
            if one.n != place + 1:
                broken.append(Broken(place + 1, None, _missing(place + 1, one.n - 1)))
            elif one.hash != one.should:
                broken.append(Broken(one.n, one.id, "It is not as it was written.", _said(one)))
            place, last = one.n, one.hash
        count += len(some)
        if len(broken) >= BROKEN_SHOWN_MAX:
            break
    else:
        if place < row.n:
            broken.append(Broken(place + 1, None, _missing(place + 1, row.n)))
        elif last != row.hash and not broken:
            broken.append(Broken(place, None, "The end of the chain is not the one that was noted."))
    still = noted is not None and await _is_there(tx, by.workspace, *noted)
    return Verification(count, row.gone_n + 1, row.n, row.hash.hex(), tuple(broken[:BROKEN_SHOWN_MAX]), still)


async def _some(tx: AsyncConnection, workspace: str, last: bytes, after: int) -> list[Any]:
    given = {"workspace": workspace, "last": last, "after": after, "many": CHECKED_AT_ONCE}
    return list((await tx.execute(HASHED, given)).all())


async def _is_there(tx: AsyncConnection, workspace: str, n: int, digest: str) -> bool:
    one = {"workspace": workspace, "n": n}
    here = text("select hash from sayso.audit where workspace_id = :workspace and n = :n")
    found = (await tx.execute(here, one)).scalar_one_or_none()
    return found is not None and bytes(found).hex() == digest


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _said(row: Any) -> str:
    return f"{row.by_name} {row.sentence}"
