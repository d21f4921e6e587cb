"""The domains that a workspace has proved to be its own. One domain belongs to one workspace; who only claims it has nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.sso_tables import domains as t
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.secret import new_token
from sayso.team.sso import providers

DOMAINS_MAX = 50
RECORD = "_sayso"
FILE = "/.well-known/sayso-domain.txt"
PREFIX = "sayso-domain-"
By = Literal["dns", "file"]
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
EVERYBODYS = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com proton.me
    protonmail.com pm.me gmx.de gmx.net gmx.at gmx.ch web.de t-online.de mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com
    zoho.com fastmail.com tutanota.com tuta.io hey.com orange.fr free.fr laposte.net wanadoo.fr libero.it virgilio.it naver.com daum.net
    co.uk org.uk ac.uk gov.uk com.au net.au co.jp co.nz com.br com.mx co.in co.za com.tr com.sg com.cn
    """.split()
)
"""Where anybody may have an address; whoever runs them does not sign their people on here."""


@dataclass(frozen=True, slots=True)
class Domain:
    """`token` is what the DNS record or the file holds."""

    domain: str
    token: str
    proved_at: datetime | None
    proved_by: By | None
    said: str
    checked_at: datetime | None
    capture: str | None

    @property
    def record(self) -> str:
        """The name of the TXT record."""
        return f"{RECORD}.{self.domain}"

    @property
    def file(self) -> str:
        return f"https://{self.domain}{FILE}"


COLUMNS = tuple(t.c[name] for name in Domain.__dataclass_fields__)


def named(text: str) -> str:
    """A domain in small ASCII letters. Raises `Invalid`."""
    name = text.strip().lower().rpartition("@")[2].removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            name = ""
    labels = name.split(".")
    if (
        not 2 <= len(labels) <= 10
        or len(name) > 253
        or not all(_LABEL.fullmatch(one) for one in labels)
        or labels[-1].isdecimal()
    ):
        raise Invalid(Problem("domain", "is what stands behind the @ of your addresses", "acme.example"))
    if name in EVERYBODYS:
        raise Invalid(Problem("domain", "is where anybody may have an address; it is nobody's to prove", "acme.example"))
    return name


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Domain, ...]:
    by.must("manage")
    rows = await tx.execute(select(*COLUMNS).where(t.c.workspace_id == by.workspace).order_by(t.c.domain))
    return tuple(Domain(*row) for row in rows)


async def read(tx: AsyncConnection, domain: str, *, by: Actor) -> Domain:
    by.must("manage")
    row = (await tx.execute(select(*COLUMNS).where(t.c.workspace_id == by.workspace, t.c.domain == domain))).one_or_none()
    if row is None:
        raise NotFound("This domain is not among yours.")
    return Domain(*row)


async def add(tx: AsyncConnection, domain: str, *, by: Actor) -> Domain:
    by.must("own")
    name = named(domain)
    known = await listed(tx, by=by)
    if len(known) >= DOMAINS_MAX:
        raise Conflict(f"A workspace has at most {DOMAINS_MAX} domains.")
    if any(one.domain == name for one in known):
        raise Conflict(f"{name} is among your domains already.")
    await tx.execute(t.insert().values(workspace_id=by.workspace, domain=name, token=new_token(PREFIX)))
    await audit.write(tx, "domain.added", f"added the domain {name}", by=by, subject=name)
    return await read(tx, name, by=by)


async def remove(tx: AsyncConnection, domain: Domain, *, by: Actor) -> None:
    by.must("own")
    await tx.execute(delete(t).where(t.c.workspace_id == by.workspace, t.c.domain == domain.domain))
    await audit.write(tx, "domain.removed", f"removed the domain {domain.domain}", by=by, subject=domain.domain)


async def checked(tx: AsyncConnection, domain: Domain, how: By, said: str, *, proved: bool, by: Actor) -> Domain:
    """What a look at DNS or at the file told. Raises `Conflict` when another workspace has proved it before."""
    by.must("own")
    mine = (t.c.workspace_id == by.workspace) & (t.c.domain == domain.domain)
    values: dict[str, Any] = {"said": said, "checked_at": func.now()}
    if proved:
        values |= {"proved_at": func.coalesce(t.c.proved_at, func.now()), "proved_by": how}
    try:
        async with tx.begin_nested():
            await tx.execute(update(t).where(mine).values(**values))
    except IntegrityError:
        raise Conflict(f"Another workspace here has proved {domain.domain} already. It has to let go of it first.") from None
    if proved and domain.proved_at is None:
        await audit.write(
            tx, "domain.proved", f"proved that {domain.domain} is theirs", by=by, subject=domain.domain, detail={"by": how}
        )
    return await read(tx, domain.domain, by=by)


async def capture(tx: AsyncConnection, domain: Domain, provider: str | None, *, by: Actor) -> Domain:
    """Leads people with this address to a provider at once, or does so no more."""
    by.must("own")
    if provider is not None:
        to = await providers.read(tx, provider, by=by)
        if domain.proved_at is None:
            raise Conflict(f"Prove that {domain.domain} is yours first.")
        if to.kind == "ldap":
            raise Conflict("A directory asks for the password on the sign-in page itself; there is nowhere to lead to.")
    mine = (t.c.workspace_id == by.workspace) & (t.c.domain == domain.domain)
    await tx.execute(update(t).where(mine).values(capture=provider))
    said = (
        f"leads people of {domain.domain} to single sign-on"
        if provider
        else f"no longer leads people of {domain.domain} anywhere"
    )
    await audit.write(tx, "domain.captured", said, by=by, subject=domain.domain)
    return await read(tx, domain.domain, by=by)


async def is_proved(tx: AsyncConnection, domain: str, workspace: str) -> bool:
    """Whether this workspace, and so no other, has proved it."""
    proved = select(t.c.domain).where(t.c.workspace_id == workspace, t.c.domain == domain, t.c.proved_at.is_not(None))
    return bool(domain) and (await tx.execute(proved)).first() is not None
