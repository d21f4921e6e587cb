"""Sketches of roles become roles."""

from typing import Any

from sayso.builder.planner.assembly import Assembly
from sayso.spec.part import id_from
from sayso.spec.role import Right, Role
from sayso.spec.table import Table


def role_of(work: Assembly, role: Any, taken: set[str], names: set[str], specs: dict[str, Table]) -> Role | None:
    if role.origin is not None:
        return role.origin
    if role.name.casefold() in names:
        return None
    rights: dict[str, Right] = {}
    for right in role.rights:
        table = work.table_ids.get(id(right["table"]))
        if table and table not in rights:
            rights[table] = Right(table=table, may=right["may"])
    names.add(role.name.casefold())
    part = id_from(role.name, taken)
    taken.add(part)
    work.paths[id(role)] = f"roles/{part}"
    return Role(id=part, name=role.name, description=" ".join(role.words.split())[:400], rights=tuple(rights.values()))
