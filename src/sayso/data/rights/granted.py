"""From what somebody was granted in an app to what they see and may do there.

Several roles at once are a union: a row is seen when one of them shows it, a field is hidden when all hide it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sayso.data.rights.closure import seen_without
from sayso.data.rights.sight import VERBS, Asks, Sight, TableSight, Verb
from sayso.spec.app import App
from sayso.spec.filter import MY, MY_GROUPS, Condition, Filter
from sayso.spec.role import Reach, Role
from sayso.spec.role import Right as TableRight
from sayso.spec.shape import shape_of
from sayso.team.actor import Actor
from sayso.team.roles import MAY, RIGHTS, Right

LEVELS: Mapping[str, frozenset[Right]] = {
    "@manager": frozenset({"read", "comment", "write", "build"}),
    "@editor": frozenset({"read", "comment", "write"}),
    "@commenter": frozenset({"read", "comment"}),
    "@reader": frozenset({"read"}),
    "@nothing": frozenset(),
}
"""What can be granted without a role of the app's own."""
REACH: Mapping[Reach, frozenset[Right | Verb]] = {
    "nothing": frozenset(),
    "see": frozenset({"read"}),
    "add": frozenset({"read", "comment", "add"}),
    "edit": frozenset({"read", "comment", "add", "edit", "export"}),
    "everything": frozenset({"read", "comment", *VERBS}),
}
_ALL = frozenset[Right | Verb]({"read", "comment", *VERBS})


def role_rights(by: Actor) -> frozenset[Right]:
    """What their role in the workspace may do, whatever a token leaves of it."""
    return MAY.get(by.role, frozenset()) if by.allowed is None else by.allowed


def levels_of(given: tuple[str, ...] | None) -> frozenset[Right]:
    return frozenset[Right]().union(*(LEVELS[level] for level in given or () if level in LEVELS))


@dataclass(frozen=True, slots=True)
class Seat:
    """What decides for somebody in an app: their role in the `workspace`, that they `manage` it, `roles` of its own, or `levels`."""

    by: Literal["workspace", "manager", "roles", "levels"]
    roles: tuple[Role, ...] = ()
    levels: tuple[str, ...] = ()


def seat_of(known: Iterable[Role], rights: frozenset[Right], given: tuple[str, ...] | None) -> Seat:
    """`rights` are those of their role in the workspace; `given` are ids of roles of the app (`known`) and levels, None when nothing was granted.

    Whoever manages the workspace manages every app. Whoever builds in it builds every app, unless a role (or nothing) was given to them.
    """
    roles = tuple(role for role in known if role.id in (given or ()))
    levels = tuple(level for level in given or () if level in LEVELS)
    builds = "build" in rights and not roles and "@nothing" not in levels
    if "manage" in rights or given is None or builds:
        return Seat("workspace")
    if "@manager" in levels or any(role.manage for role in roles):
        return Seat("manager", roles, levels)
    return Seat("roles" if roles else "levels", roles, levels)


def sight_of(spec: App, by: Actor, given: tuple[str, ...] | None) -> Sight:
    """What `by` sees, without who they are (`Sight.asker`). `given` are ids of roles of the app and levels; None: as their workspace role says."""
    rights = role_rights(by)
    if "manage" in rights or by.kind in ("system", "link"):
        return Sight(rights, manage="build" in rights)
    seat, open_to = seat_of(spec.roles, rights, given), levels_of(given)
    if seat.by == "workspace" or given is None:
        return Sight(rights, manage="build" in rights, given=given)
    match seat.by:
        case "manager":
            return Sight(LEVELS["@manager"] | (rights & {"share"}), manage=True, given=given)
        case "levels":
            return Sight(open_to, given=given) if "read" in open_to else _nothing(given)
        case "roles":
            return _limited(spec, list(seat.roles), open_to, given)


def _nothing(given: tuple[str, ...]) -> Sight:
    return Sight(frozenset(), given=given, tables={}, fields={})


def _limited(spec: App, roles: list[Role], open_to: frozenset[Right], given: tuple[str, ...]) -> Sight:
    tables = {table.id: _table(spec, table.id, roles, open_to) for table in spec.tables}
    dark = frozenset(t.id for t in spec.tables if "read" not in tables[t.id].may)
    fields = seen_without(spec, dark, frozenset((t.id, id) for t in spec.tables for id in tables[t.id].hidden))
    tables = {id: one for id, one in tables.items() if id in fields}
    rights = set(open_to)
    for one in tables.values():
        rights.update(right for right in RIGHTS if right in one.may)
        if not one.may.isdisjoint(VERBS[:3]):
            rights.add("write")
    unseen = frozenset.intersection(*(frozenset(role.unseen) for role in roles)) if not open_to else frozenset[str]()
    return Sight(frozenset(rights), False, given, tables, fields, unseen, frozenset(_asks(spec, tables)))


def _table(spec: App, table: str, roles: list[Role], open_to: frozenset[Right]) -> TableSight:
    """A level that was given beside the roles shows every row and field."""
    each = [_one(role, table) for role in roles]
    if "read" in open_to:
        write: frozenset[Right | Verb] = _ALL if "write" in open_to else frozenset({"read", "export", *open_to})
        each.append(TableSight(write))
    seen = [one for one in each if "read" in one.may]
    if not seen:
        return TableSight(frozenset())
    changing = [one for one in seen if not one.may.isdisjoint(("add", "edit"))]
    return TableSight(
        may=frozenset().union(*(one.may for one in seen)),
        rows=_any(one.rows for one in seen),
        changes=_any(_both(one.rows, one.changes) for one in seen if "edit" in one.may),
        deletes=_any(_both(one.rows, one.changes) for one in seen if "delete" in one.may),
        hidden=frozenset.intersection(*(one.hidden for one in seen)),
        read_only=frozenset.intersection(*(one.read_only | one.hidden for one in changing)) if changing else frozenset(),
    )


def _one(role: Role, table: str) -> TableSight:
    right = next((r for r in role.rights if r.table == table), None) or TableRight(table=table, may=role.rest)
    may = set(REACH[right.may])
    if "read" in may:
        for verb, said in (("comment", right.comment), ("export", right.export), ("delete", right.delete)):
            if said is not None:
                (may.add if said else may.discard)(verb)  # pyright: ignore[reportArgumentType]  these are rights and verbs
    rows = right.rows if right.rows.of else None
    changes = right.changes if right.changes is not None and right.changes.of else None
    return TableSight(frozenset(may), rows, changes, changes, frozenset(right.hidden), frozenset(right.read_only))


def _both(rows: Filter | None, changes: Filter | None) -> Filter | None:
    """Rows that are seen by one role cannot be changed by another role's right, unless that one shows them too."""
    both = tuple(one for one in (rows, changes) if one is not None)
    return Filter(of=both) if both else None


def _any(filters: Iterable[Filter | None]) -> Filter | None:
    """None is every row, and so is none of several."""
    some = list(filters)
    if not some or None in some:
        return None
    kept = tuple({repr(one): one for one in some if one is not None}.values())
    return kept[0] if len(kept) == 1 else Filter(match="any", of=kept)


def _asks(spec: App, tables: Mapping[str, TableSight]) -> Iterator[Asks]:
    for id, one in tables.items():
        for rule in (one.rows, one.changes, one.deletes):
            for condition in conditions(rule):
                yield from _asked(spec, id, condition)


def _asked(spec: App, table_id: str, condition: Condition) -> Iterator[Asks]:
    match condition.value:
        case "me":
            yield "me"
        case value if value == MY_GROUPS:
            yield "my_groups"
            if shape_led_to(spec, table_id, condition) == "people":
                yield "peers"
        case str(value) if value.startswith(MY):
            yield "my"
        case list() | tuple() if "me" in condition.value:
            yield "me"
        case _:
            return


def shape_led_to(spec: App, table_id: str, condition: Condition) -> str:
    """The shape of the field that a condition is about, over its links."""
    table = spec.table(table_id)
    for id in condition.via:
        link: Any = table.field(id) if table else None
        table = spec.table(getattr(link, "to", ""))
    field = table.field(condition.field) if table else None
    return shape_of(spec, table, field) if table and field else "unknown"


def conditions(filter: Filter | None) -> Iterator[Condition]:
    for one in filter.of if filter is not None else ():
        if isinstance(one, Filter):
            yield from conditions(one)
        else:
            yield one
