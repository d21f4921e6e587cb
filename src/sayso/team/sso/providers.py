"""The providers that a workspace signs its people on with, as they are kept. Their secrets come here sealed and leave so."""

import base64
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, delete, false, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db.people_tables import groups, people
from sayso.db.sso_tables import domains, identities
from sayso.db.sso_tables import sso_providers as t
from sayso.db.tables import workspaces
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor, system
from sayso.team.ids import new_id
from sayso.team.sso.mapping import Mapping

PROVIDERS_MAX = 20
NAME_LENGTH_MAX = 60
Kind = Literal["oidc", "saml", "ldap"]


@dataclass(frozen=True, slots=True)
class Provider:
    """`sealed` are its secrets by name, closed: whoever has the vault opens them."""

    id: str
    workspace: str
    preset: str
    kind: Kind
    name: str
    on: bool
    shown: bool
    settings: AnyMapping[str, Any]
    sealed: AnyMapping[str, bytes] = field(repr=False)
    mapping: Mapping
    test: AnyMapping[str, Any] | None
    used_at: datetime | None
    created_at: datetime
    people: int = 0

    def text(self, name: str, default: str = "") -> str:
        return str(self.settings.get(name) or default)


async def listed(tx: AsyncConnection, *, by: Actor) -> tuple[Provider, ...]:
    by.must("read")
    query = _query().where(t.c.workspace_id == by.workspace).order_by(t.c.created_at, t.c.id)
    return tuple(_of(row) for row in await tx.execute(query))


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> Provider:
    """Of the actor's workspace. Raises `NotFound`."""
    row = (await tx.execute(_query().where(t.c.id == id, t.c.workspace_id == by.workspace))).one_or_none()
    if row is None:
        raise NotFound("There is no such provider.")
    return _of(row)


async def at_the_door(tx: AsyncConnection, id: str) -> Provider:
    """For whoever is not signed in yet. Raises `NotFound` for one that is off, too."""
    row = (await tx.execute(_query().where(t.c.id == id, t.c.on))).one_or_none()
    if row is None:
        raise NotFound("Nobody signs in this way here.")
    return _of(row)


async def directories_for(tx: AsyncConnection, name: str) -> tuple[Provider, ...]:
    """The LDAP directories that may be shown the password of whoever goes by this name: those of the server's only workspace. Where there
    are several, the address decides: those of workspaces that have proved its domain, and those by which its person came in before.
    Whoever runs a directory reads every password that it is asked about; that somebody wrote an address down as a member's proves nothing."""
    w, p = workspaces.c, people.c
    address = name.strip().lower()
    alone = select(func.count()).select_from(workspaces).where(w.deleted_at.is_(None)).scalar_subquery() == 1
    proved = select(domains.c.workspace_id).where(
        domains.c.domain == address.rpartition("@")[2], domains.c.proved_at.is_not(None)
    )
    before = select(identities.c.provider).join(people, p.id == identities.c.person).where(func.lower(p.email) == address)
    theirs = (t.c.workspace_id.in_(proved) | t.c.id.in_(before)) if "@" in address else false()
    rows = await tx.execute(
        _query().where(t.c.kind == "ldap", t.c.on, alone | theirs).order_by(t.c.created_at).limit(PROVIDERS_MAX)
    )
    return tuple(_of(row) for row in rows)


async def create(
    tx: AsyncConnection,
    *,
    preset: str,
    kind: Kind,
    name: str,
    settings: AnyMapping[str, Any],
    mapping: AnyMapping[str, Any],
    on: bool,
    by: Actor,
    id: str | None = None,
    sealed: AnyMapping[str, bytes] | None = None,
) -> Provider:
    by.must("own")
    count = select(func.count()).select_from(t).where(t.c.workspace_id == by.workspace)
    if (await tx.execute(count)).scalar_one() >= PROVIDERS_MAX:
        raise Conflict(f"A workspace has at most {PROVIDERS_MAX} providers.")
    made = await _mapping(tx, mapping, by)
    id = id or new_id("sp")
    values = {
        "id": id, "workspace_id": by.workspace, "preset": preset, "kind": kind, "name": _name(name), "on": on, "settings": dict(settings),
        "mapping": made.as_json(), "secrets": _packed(sealed or {}),
    }  # fmt: skip
    made_one = insert(t).values(**values).on_conflict_do_nothing().returning(t.c.id)
    if (await tx.execute(made_one)).first() is None:
        raise Conflict("This provider is there already.")
    await audit.write(tx, "sso.added", f"added {values['name']} to sign in with", by=by, subject=id, detail={"kind": kind})
    return await read(tx, id, by=by)


async def change(tx: AsyncConnection, provider: Provider, *, by: Actor, **new: Any) -> Provider:
    """`new` are name, on, shown, settings, mapping and sealed: what is not named stays."""
    by.must("own")
    values = {key: value for key, value in new.items() if value is not None}
    if "name" in values:
        values["name"] = _name(values["name"])
    if "mapping" in values:
        values["mapping"] = (await _mapping(tx, values["mapping"], by)).as_json()
    if (sealed := values.pop("sealed", None)) is not None:
        values["secrets"] = _packed(sealed)
    if "settings" in values:
        values["test"] = None
    if values:
        mine = (t.c.id == provider.id) & (t.c.workspace_id == by.workspace)
        await tx.execute(update(t).where(mine).values(**values))
        detail = {"changed": sorted(values), **({"on": values["on"]} if "on" in values else {})}
        await audit.write(
            tx, "sso.changed", f"changed how one signs in with {provider.name}", by=by, subject=provider.id, detail=detail
        )
    return await read(tx, provider.id, by=by)


async def remove(tx: AsyncConnection, provider: Provider, *, by: Actor) -> None:
    by.must("own")
    await tx.execute(delete(t).where(t.c.id == provider.id, t.c.workspace_id == by.workspace))
    await audit.write(tx, "sso.removed", f"removed {provider.name}, with whom people signed in", by=by, subject=provider.id)


async def described(tx: AsyncConnection, provider: Provider, settings: AnyMapping[str, Any]) -> bool:
    """What its metadata says now is taken over; whether anything but the time has changed. Who is asked to sign in there, and what is
    trusted, is the provider's own to say: it was told where to be asked by an owner."""
    changed = sorted(name for name in settings if name != "metadata_at" and settings[name] != provider.settings.get(name))
    await tx.execute(update(t).where(t.c.id == provider.id).values(settings=dict(settings)))
    if not changed:
        return False
    by = system(provider.workspace, provider.name)
    said = f"took over what {provider.name} says of itself now"
    await audit.write(tx, "sso.changed", said, by=by, subject=provider.id, detail={"changed": changed})
    return True


async def keep_test(tx: AsyncConnection, provider: Provider, test: AnyMapping[str, Any]) -> None:
    await tx.execute(update(t).where(t.c.id == provider.id).values(test=dict(test)))


async def used(tx: AsyncConnection, provider: Provider) -> None:
    await tx.execute(update(t).where(t.c.id == provider.id).values(used_at=func.now()))


# ── inside ────────────────────────────────────────────────────


def _query() -> Select[Any]:
    people = select(func.count()).select_from(identities).where(identities.c.provider == t.c.id).scalar_subquery()
    return select(t, people.label("people"))


def _of(row: Any) -> Provider:
    sealed = {name: base64.b64decode(value) for name, value in row.secrets.items()}
    return Provider(
        row.id, row.workspace_id, row.preset, row.kind, row.name, row.on, row.shown, row.settings, sealed, Mapping.of(row.mapping), row.test,
        row.used_at, row.created_at, row.people,
    )  # fmt: skip


def _packed(sealed: AnyMapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in sealed.items()}


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise Invalid(Problem("name", f"has 1 to {NAME_LENGTH_MAX} characters", "Acme"))
    return name


async def _mapping(tx: AsyncConnection, told: AnyMapping[str, Any], by: Actor) -> Mapping:
    """Raises `Invalid` for groups that the workspace does not have."""
    made = Mapping.of(told)
    asked = {rule.group for rule in made.rules if rule.group}
    known = set(
        (await tx.execute(select(groups.c.id).where(groups.c.workspace_id == by.workspace, groups.c.id.in_(asked)))).scalars()
    )
    if missing := asked - known:
        raise Invalid(Problem("mapping/rules", f"names groups that are not here: {', '.join(sorted(missing))}"))
    return made
