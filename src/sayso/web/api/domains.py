"""The domains that a workspace proves to be its own."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Request, Response
from pydantic import StringConstraints

from sayso import db
from sayso.connections.sign_on import proofs
from sayso.team import proof
from sayso.team.sso import domains
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Asked, ShortText, Shown
from sayso.web.work import Once, Tx

DomainName = Annotated[str, Path(alias="domain", pattern=r"^[a-z0-9.-]{3,253}$")]


class DomainRecord(Shown):
    name: str
    value: str


class DomainFile(Shown):
    url: str
    text: str


class Domain(Shown):
    domain: str
    proved_at: datetime | None
    by: Literal["dns", "file"] | None
    said: str
    """What the last look found."""
    checked_at: datetime | None
    capture: str | None
    """The provider that its people are led to."""
    record: DomainRecord
    file: DomainFile

    @classmethod
    def of(cls, one: domains.Domain) -> Self:
        return cls(
            domain=one.domain, proved_at=one.proved_at, by=one.proved_by, said=one.said, checked_at=one.checked_at, capture=one.capture,
            record=DomainRecord(name=one.record, value=one.token), file=DomainFile(url=one.file, text=one.token),
        )  # fmt: skip


class Domains(Shown):
    items: list[Domain]


class NewDomain(Asked):
    domain: ShortText


class DomainChange(Asked):
    capture: Annotated[str, StringConstraints(pattern=r"^sp_[a-z0-9]{1,40}$")] | None


class Proving(Asked):
    by: Literal["dns", "file"] = "dns"


async def listed(tx: Tx, by: By) -> Domains:
    """Those of this workspace."""
    return Domains(items=[Domain.of(one) for one in await domains.listed(tx, by=by)])


async def create(new: NewDomain, tx: Tx, by: By) -> Domain:
    """One more, to be proved."""
    by.must("own")
    proof.must(by)
    return Domain.of(await domains.add(tx, new.domain, by=by))


async def update(domain: DomainName, change: DomainChange, tx: Tx, by: By) -> Domain:
    """Leads its people to a provider, or no more."""
    by.must("own")
    proof.must(by)
    return Domain.of(await domains.capture(tx, await domains.read(tx, domain, by=by), change.capture, by=by))


async def remove(domain: DomainName, tx: Tx, by: By) -> Response:
    """It is this workspace's no more; another one may prove it."""
    by.must("own")
    proof.must(by)
    await domains.remove(tx, await domains.read(tx, domain, by=by), by=by)
    return Response(status_code=204)


async def prove(domain: DomainName, asked: Proving, request: Request, once: Once, by: By) -> Domain:
    """Look for the record or the file now."""
    by.must("own")
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        found = await domains.read(tx, domain, by=by)
    proved, said = await proofs.looked(known.connections, found, asked.by)
    async with db.transaction(known.engine) as tx:
        return Domain.of(await domains.checked(tx, found, asked.by, said, proved=proved, by=by))
