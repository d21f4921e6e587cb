"""Members as a directory sees them: found, made, changed, suspended, removed.

Every person of the workspace is there, however they came; what the directory touches it keeps from then on. It decides on this
workspace only: a person's own address, which counts everywhere, changes only where the workspace has proved both domains.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import tables as t
from sayso.db.people_tables import group_members, groups
from sayso.db.sso_tables import scim_users as s
from sayso.errors import Conflict
from sayso.team import audit, members, news, persons
from sayso.team.actor import Actor
from sayso.team.roles import Reach
from sayso.team.scim import filters
from sayso.team.scim.documents import Told, User
from sayso.team.scim.errors import Scim
from sayso.team.sso import admitting, domains

USERS_MAX = 50_000
m = t.members.c


async def listed(tx: AsyncConnection, asked: filters.Filter | None, *, by: Actor) -> list[User]:
    """All that could meet a filter: one person when it asks for one by name, else everybody; the caller asks the filter itself."""
    query = _query(by)
    if asked is not None:
        if (name := filters.equal_to(asked, "userName")) is not None:
            query = query.where(func.lower(_name()) == name.lower())
        elif (external := filters.equal_to(asked, "externalId")) is not None:
            query = query.where(s.c.external_id == external)
        elif (id := filters.equal_to(asked, "id")) is not None:
            query = query.where(m.id == id)
    rows = await tx.execute(query.order_by(m.created_at, m.id).limit(USERS_MAX))
    return [_user(row) for row in rows]


async def read(tx: AsyncConnection, id: str, *, by: Actor) -> User:
    """Raises `Scim` (404)."""
    row = (await tx.execute(_query(by).where(m.id == id))).one_or_none()
    if row is None:
        raise Scim(404, f"There is no user {id[:100]}.")
    return _user(row)


async def create(tx: AsyncConnection, told: Told, role: Reach, *, by: Actor) -> User:
    """Raises `Scim` (409, uniqueness) when they are here already: then it is found by its userName, and changed."""
    await _must_be_free(tx, told, by)
    ours = told.email is not None and await domains.is_proved(tx, told.email.rpartition("@")[2].lower(), by.workspace)
    other = await persons.of_address(tx, told.email) if ours and told.email else None
    if other is not None and other.verified:
        id = await _joined(tx, other.id, told, role, by)
    else:
        hue = sum(told.user_name.encode()) * 37 % 360
        person = await persons.create(tx, told.name, told.email if ours else None, hue, verified=ours)
        id = await _joined(tx, person.id, told, role, by)
    await _keep(tx, id, told, by)
    if told.active is False:
        await members.suspend(tx, id, by=by)
    return await read(tx, id, by=by)


async def change(tx: AsyncConnection, before: User, told: Told, *, by: Actor) -> User:
    """What the directory says now. Raises `Scim`."""
    await _must_be_free(tx, told, by, but=before.id)
    if told.name != before.name:
        await tx.execute(update(t.members).where(m.id == before.id).values(name=told.name))
    if (told.email or "").lower() != (before.email or "").lower() and told.email:
        await _readdress(tx, before, told.email, by)
    await _keep(tx, before.id, told, by)
    if told.active is not None and told.active != before.active:
        await (members.bring_back if told.active else members.suspend)(tx, before.id, by=by)
    await news.changed(tx, [before.id], by=by)
    return await read(tx, before.id, by=by)


async def remove(tx: AsyncConnection, id: str, *, by: Actor) -> None:
    await read(tx, id, by=by)
    await members.remove(tx, id, by=by)
    await tx.execute(delete(s).where(s.c.member == id))


# ── inside ────────────────────────────────────────────────────


def _name() -> Any:
    return func.coalesce(s.c.user_name, m.email, m.id)


def _query(by: Actor) -> Select[*tuple[Any, ...]]:
    inside = (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(groups.c.id, groups.c.name), groups.c.name)))
        .join(group_members, group_members.c.group_id == groups.c.id)
        .where(group_members.c.member == m.id)
        .correlate(t.members)
        .scalar_subquery()
    )
    columns = (
        m.id, _name().label("user_name"), m.name, m.email, m.suspended_at, s.c.external_id, s.c.document, inside.label("groups"), m.created_at,
        func.coalesce(s.c.updated_at, m.created_at).label("updated_at"),
    )  # fmt: skip
    query = select(*columns).select_from(t.members.outerjoin(s, s.c.member == m.id))
    return query.where(m.workspace_id == by.workspace, m.kind == "person", m.removed_at.is_(None))


def _user(row: Any) -> User:
    inside = [(id, name) for id, name in row.groups or []]
    return User(
        row.id, row.user_name, row.name, row.email, row.suspended_at is None, row.external_id, row.document or {}, inside, row.created_at, row.updated_at
    )  # fmt: skip


async def _must_be_free(tx: AsyncConnection, told: Told, by: Actor, but: str = "") -> None:
    names = {told.user_name.lower(), (told.email or "").lower()} - {""}
    here = _query(by).where(m.id != but, func.lower(_name()).in_(names) | func.lower(m.email).in_(names))
    if (await tx.execute(here.limit(1))).first() is not None:
        raise Scim(409, f"Somebody here is {told.user_name[:100]} already.", "uniqueness")


async def _joined(tx: AsyncConnection, person: str, told: Told, role: Reach, by: Actor) -> str:
    """A new member, or the one that this person was here before."""
    query = select(m.id).where(m.workspace_id == by.workspace, m.person == person)
    if (id := (await tx.execute(query)).scalar_one_or_none()) is not None:
        await members.rejoin(tx, id, role)
        await audit.write(tx, "member.joined", f"brought {told.name} back", by=by, subject=id)
        return id
    if told.email:  # somebody who left may still carry it
        stale = update(t.members).where(
            m.workspace_id == by.workspace, func.lower(m.email) == told.email.lower(), m.removed_at.is_not(None)
        )
        await tx.execute(stale.values(email=None))
    return await admitting.joined(tx, person, by.workspace, role=role, email=told.email, by=by)


async def _keep(tx: AsyncConnection, id: str, told: Told, by: Actor) -> None:
    values: Mapping[str, Any] = {
        "user_name": told.user_name,
        "external_id": told.external_id,
        "document": dict(told.kept),
        "updated_at": func.now(),
    }
    person = select(m.person).where(m.id == id).scalar_subquery()
    made = insert(s).values(member=id, workspace_id=by.workspace, person=person, **values)
    await tx.execute(made.on_conflict_do_update(index_elements=[s.c.member], set_=values))
    if told.properties:
        more = cast(dict(told.properties), JSONB)
        await tx.execute(update(t.members).where(m.id == id).values(properties=m.properties.op("||")(more)))


async def _readdress(tx: AsyncConnection, before: User, email: str, by: Actor) -> None:
    row = (await tx.execute(select(m.person).where(m.id == before.id))).one()
    who = await persons.read(tx, row.person)
    both = [email.rpartition("@")[2].lower(), *([who.email.rpartition("@")[2].lower()] if who.email else [])]
    if all([await domains.is_proved(tx, one, by.workspace) for one in both]):
        try:
            await persons.write_to(tx, who.id, email, verified=True)
        except Conflict:
            raise Scim(409, f"{email} is somebody else's.", "uniqueness") from None
    else:
        await tx.execute(update(t.members).where(m.id == before.id).values(email=email))
    await audit.write(tx, "member.address", f"changed the address of {before.name}", by=by, subject=before.id)
