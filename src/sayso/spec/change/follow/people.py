"""Roles and co-workers when tables or fields go. A right that was limited by what is gone is closed, never opened."""

from __future__ import annotations

from sayso.spec.change.follow.filters import Following
from sayso.spec.coworker import Coworker
from sayso.spec.filter import Filter
from sayso.spec.role import Right, Role


def role(on: Following, role: Role) -> Role:
    rights = tuple(_right(on, r) for r in role.rights if r.table not in on.gone.tables)
    return role.model_copy(update={"rights": rights})


def _right(on: Following, right: Right) -> Right:
    kept = {"hidden": on.ids(right.table, right.hidden), "read_only": on.ids(right.table, right.read_only)}
    if on.filter(right.table, right.rows) != right.rows:
        return right.model_copy(update={**kept, "rows": Filter(), "may": "nothing"})
    return right.model_copy(update=kept)


def coworker(on: Following, coworker: Coworker) -> Coworker:
    grants = tuple(g for g in coworker.grants if g.table not in on.gone.tables)
    knowledge = tuple(k for k in coworker.knowledge if k.table is None or k.table not in on.gone.tables)
    slot = "text" if coworker.slot in on.gone.slots else coworker.slot
    return coworker.model_copy(update={"grants": grants, "knowledge": knowledge, "slot": slot})
