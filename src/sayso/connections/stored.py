"""Connections as people keep them: added, tested, changed, removed. Their secrets go in, and never come out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.connections.forms import checked_secrets, checked_settings, needed_secrets
from sayso.connections.kind import Kind
from sayso.connections.opened import Secrets
from sayso.connections.rights import CARRIERS, Use, may_manage, may_use
from sayso.connections.vault import Vault
from sayso.db import tables as system
from sayso.db.connection_tables import connections as t
from sayso.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

NAME_LENGTH_MAX = 100
CONNECTIONS_MAX = 1_000
"""Of one workspace."""
ANEW = "must be entered again, because the connection leads to another host now"


@dataclass(frozen=True, slots=True)
class Stored:
    """One connection, without its secrets. `secrets` tells which there are; `consent` is `needed` where somebody must still agree in a
    browser."""

    id: str
    name: str
    kind: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, bool]
    hosts: tuple[str, ...]
    use: Use
    owner: str | None
    owner_name: str | None
    may_use: bool
    may_manage: bool
    used_at: datetime | None
    used_by: str
    tested_at: datetime | None
    test_ok: bool | None
    test_said: str
    consent: str
    secrets_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def create(
    tx: AsyncConnection,
    connections: Connections,
    *,
    by: Actor,
    kind: str,
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    use: Use | None = None,
) -> Stored:
    """Raises `Forbidden`, `Invalid`, `Conflict`. Where somebody must consent in a browser, they do so next (`oauth.begin`)."""
    by.must("build")
    known = connections.kind(kind)
    kept = checked_settings(known, settings or {})
    entered = {n: v for n, v in checked_secrets(known, secrets or {}, kept).items() if v}
    _complete(known, kept, entered)
    c = t.c
    if ((await tx.scalar(select(func.count()).where(c.workspace_id == by.workspace))) or 0) >= CONNECTIONS_MAX:
        raise Invalid(f"A workspace has at most {CONNECTIONS_MAX:,} connections.")
    id = new_id("cn")
    await tx.execute(
        t.insert().values(
            id=id,
            workspace_id=by.workspace,
            kind=kind,
            name=await _name(tx, name, known.label, by=by),
            settings=kept,
            hosts=list(_hosts(known, kept, entered)),
            use=(use or Use()).checked().model_dump(mode="json"),
            owner=by.member,
            hands=_hands(by),
            **_sealed(connections.vault, entered, id),
        )
    )
    stored = await read(tx, connections, id, by=by)
    after = _told(await _row(tx, id, by))
    await audit.write(tx, "connection.created", f"added the connection {stored.name}", by=by, subject=id, after=after)
    return stored


async def listed(tx: AsyncConnection, connections: Connections, *, by: Actor, does: str | None = None) -> tuple[Stored, ...]:
    """Those that `by` may use or manage, oldest first."""
    by.must("read")
    rows = await tx.execute(_query(by).order_by(t.c.position))
    seen = [_stored(connections, row, by) for row in rows if may_use(row, by) or may_manage(row, by)]
    return tuple(one for one in seen if does is None or does in (one.kind, *_does(connections, one.kind)))


async def read(tx: AsyncConnection, connections: Connections, id: str, *, by: Actor) -> Stored:
    return _stored(connections, await _row(tx, id, by), by)


async def change(tx: AsyncConnection, connections: Connections, id: str, changes: Mapping[str, Any], *, by: Actor) -> Stored:
    """Changes `name`, `settings` (merged), `secrets` (merged, `""` takes one away), `use`. Where the settings lead to a host that they did
    not lead to before, every secret is entered anew: nobody sends a stored one to a place of their own."""
    row = await managed(tx, id, by)
    known = connections.kind(row.kind)
    values: dict[str, Any] = {}
    if changes.get("name") is not None and changes["name"] != row.name:
        values["name"] = await _name(tx, changes["name"], known.label, by=by, but=id)
    if (use := changes.get("use")) is not None:
        values["use"] = use.checked().model_dump(mode="json")
    if changes.get("settings") is not None or changes.get("secrets"):
        values |= _entered(connections, known, row, changes.get("settings") or {}, changes.get("secrets") or {})
        values["hands"] = _hands(by, *(() if _all_anew(values["settings"], known, row, changes) else row.hands))
    if values:
        values["updated_at"] = func.now()
        await tx.execute(t.update().where(t.c.workspace_id == by.workspace, t.c.id == id).values(**values))
        what = "gave new secrets to" if changes.get("secrets") else "changed"
        said = f"{what} the connection {values.get('name', row.name)}"
        after = _told(await _row(tx, id, by))
        await audit.write(tx, "connection.changed", said, by=by, subject=id, before=_told(row), after=after)
    return await read(tx, connections, id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> str:
    """The name it had. Its secrets are forgotten."""
    row = await managed(tx, id, by)
    await tx.execute(t.delete().where(t.c.workspace_id == by.workspace, t.c.id == id))
    await audit.write(tx, "connection.removed", f"removed the connection {row.name}", by=by, subject=id, before=_told(row))
    return row.name


async def keep_test(tx: AsyncConnection, connections: Connections, id: str, ok: bool, said: str, *, by: Actor) -> Stored:
    row = await _row(tx, id, by)
    values = {"tested_at": func.now(), "test_ok": ok, "test_said": said[:2_000]}
    await tx.execute(t.update().where(t.c.workspace_id == by.workspace, t.c.id == id).values(**values))
    told = {"ok": ok, "said": said[:500]}
    await audit.write(tx, "connection.tested", f"tested the connection {row.name}", by=by, subject=id, detail=told)
    return await read(tx, connections, id, by=by)


async def managed(tx: AsyncConnection, id: str, by: Actor) -> Any:
    """The row, when `by` may change it. Raises `NotFound`, `Forbidden`."""
    by.must("build")
    row = await _row(tx, id, by)
    if not may_manage(row, by):
        if row.kind in CARRIERS and row.owners_only:
            raise Forbidden(f"By {row.name} go letters that let owners in: only owners of the workspace change it.")
        raise Forbidden(f"{row.name} is changed by whoever added it, and by who manages the workspace.")
    return row


async def touched(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    """`by` has had a hand in what it leads to."""
    row = await _row(tx, id, by)
    await tx.execute(t.update().where(t.c.workspace_id == by.workspace, t.c.id == id).values(hands=_hands(by, *row.hands)))


def _all_anew(kept: Mapping[str, Any], known: Kind, row: Any, changes: Mapping[str, Any]) -> bool:
    """Whether nothing is left of what others have entered."""
    given, secrets = changes.get("settings") or {}, {name for name, value in (changes.get("secrets") or {}).items() if value}
    left = [n for n, v in kept.items() if n not in given and ((f := known.field(n)) is None or v != f.default)]
    before = [n for n in row.secret_names if (f := known.field(n)) is not None and f.asked(kept)]
    return not left and secrets.issuperset(before) and (not row.tokens or bool(secrets))


def _hands(by: Actor, *before: str) -> list[str]:
    """Who has set it up; what has no name (such as Sayso itself) counts as somebody who is not here."""
    return list(dict.fromkeys((*before, by.id)))


def _told(row: Any) -> dict[str, Any]:
    """What the audit log tells of one: which secrets it has, never what they are."""
    return {
        "kind": row.kind,
        "name": row.name,
        "settings": row.settings,
        "hosts": row.hosts,
        "use": row.use,
        "secret_names": row.secret_names,
    }


def secrets_of(vault: Vault, row: Any) -> Secrets:
    return Secrets(orjson.loads(vault.open(row.secrets, row.id)) if row.secrets else {})


def _entered(
    connections: Connections, known: Kind, row: Any, settings: Mapping[str, Any], secrets: Mapping[str, Any]
) -> dict[str, Any]:
    before = {name: value for name, value in row.settings.items() if known.field(name) is not None}
    merged = {name: value for name, value in {**before, **settings}.items() if value is not None}
    kept = checked_settings(
        known, {n: v for n, v in merged.items() if (f := known.field(n)) is None or f.asked(merged) or n in settings}
    )
    given = checked_secrets(known, secrets, kept)
    stored = dict(secrets_of(connections.vault, row))
    whole = {n: v for n, v in {**stored, **given}.items() if v and (f := known.field(n)) is not None and f.asked(kept)}
    elsewhere = set(known.hosts(kept)) - set(row.hosts)
    if elsewhere and (forgotten := [name for name in whole if name not in given]):
        raise Invalid(*(Problem(f"secrets/{name}", ANEW) for name in forgotten))
    _complete(known, kept, whole)
    values: dict[str, Any] = {"settings": kept, "hosts": list(_hosts(known, kept, whole)), "test_ok": None, "tested_at": None}
    if given or whole.keys() != stored.keys():
        values |= _sealed(connections.vault, whole, row.id)
    if given or elsewhere:
        values |= {"tokens": None, "tokens_expire_at": None}
    return values


def _complete(kind: Kind, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    missing = [name for name in needed_secrets(kind, settings) if not secrets.get(name)]
    if missing:
        raise Invalid(*(Problem(f"secrets/{name}", "is needed") for name in missing))


def _hosts(kind: Kind, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*kind.hosts(settings), *kind.hosts_of_secrets(secrets))))


def _sealed(vault: Vault, secrets: Mapping[str, str], id: str) -> dict[str, Any]:
    if not secrets:
        return {"secrets": None, "secret_names": [], "secrets_at": None}
    sealed = vault.seal(orjson.dumps(dict(secrets)).decode(), id)
    return {"secrets": sealed, "secret_names": sorted(secrets), "secrets_at": func.now()}


async def _name(tx: AsyncConnection, name: str, otherwise: str, *, by: Actor, but: str | None = None) -> str:
    """Its name, one of a kind in the workspace; without one the kind's, with a number where that is taken."""
    name = " ".join(str(name).split())
    if len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(Problem("name", f"has at most {NAME_LENGTH_MAX} characters", "Billing mail"))
    query = select(func.lower(t.c.name)).where(t.c.workspace_id == by.workspace, t.c.id != (but or ""))
    taken = set((await tx.execute(query)).scalars())
    if name:
        if name.lower() in taken:
            raise Conflict(f"There is a connection called {name} already.")
        return name
    numbered = (f"{otherwise} {n}" if n > 1 else otherwise for n in range(1, CONNECTIONS_MAX + 2))
    return next(one for one in numbered if one.lower() not in taken)


def _query(by: Actor) -> Any:
    m = system.members.c
    query = select(t, m.name.label("owner_name"), _owners_only()).join_from(t, system.members, t.c.owner == m.id, isouter=True)
    return query.where(t.c.workspace_id == by.workspace)


def _owners_only() -> Any:
    """Whether owners, and nobody else, have had a hand in it."""
    m = system.members.alias("hands").c
    owner = (m.workspace_id == t.c.workspace_id) & (m.role == "owner") & m.removed_at.is_(None)
    owners = select(func.coalesce(func.jsonb_agg(m.id), text("'[]'::jsonb"))).where(owner).correlate(t).scalar_subquery()
    return ((t.c.hands != text("'[]'::jsonb")) & t.c.hands.contained_by(owners)).label("owners_only")


async def _row(tx: AsyncConnection, id: str, by: Actor) -> Any:
    row = (await tx.execute(_query(by).where(t.c.id == id))).one_or_none()
    if row is None or not (may_use(row, by) or may_manage(row, by)):
        raise NotFound("There is no such connection, or not for you.")
    return row


def _does(connections: Connections, kind: str) -> tuple[str, ...]:
    known = connections.kinds.get(kind)
    return known.does if known else ()


def _stored(connections: Connections, row: Any, by: Actor) -> Stored:
    known = connections.kinds.get(row.kind)
    needs = known is not None and known.oauth(row.settings)
    values = {name: getattr(row, name) for name in Stored.__dataclass_fields__ if name in row._fields}
    values |= {
        "secrets": {
            f.name: f.name in row.secret_names for f in (known.fields if known else ()) if f.secret and f.asked(row.settings)
        },
        "hosts": tuple(row.hosts),
        "use": Use.model_validate(row.use),
        "may_use": may_use(row, by),
        "may_manage": may_manage(row, by),
        "consent": "none" if not needs else "given" if row.tokens else "needed",
    }
    return Stored(**values)
