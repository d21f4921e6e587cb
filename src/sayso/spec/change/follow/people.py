"""Roles and co-workers when tables or fields go. A right that was limited by what is gone is closed, never opened."""

from __future__ import annotations

from sayso.spec.change.follow.filters import Following
from sayso.spec.coworker import Coworker
from sayso.spec.filter import Filter
from sayso.spec.role import Right, Role


def role(on: Following, role: Role) -> Role:
    rights = tuple(_right(on, r) for r in role.rights if r.table not in on.gone.tables)
    gone = on.gone.views | on.gone.automations | on.gone.coworkers
    unseen = tuple(id for id in role.unseen if id not in gone)
    return role.model_copy(update={"rights": rights, "unseen": unseen})


def _right(on: Following, right: Right) -> Right:
    kept = {"hidden": on.ids(right.table, right.hidden), "read_only": on.ids(right.table, right.read_only)}
    if on.filter(right.table, right.rows) != right.rows:
        return right.model_copy(update={**kept, "rows": Filter(), "changes": None, "may": "nothing"})
    if right.changes is not None and on.filter(right.table, right.changes) != right.changes:
        return right.model_copy(update={**kept, "changes": None, "may": "see", "delete": None})
    return right.model_copy(update=kept)


def coworker(on: Following, coworker: Coworker) -> Coworker:
    grants = tuple(g for g in coworker.grants if g.table not in on.gone.tables)
    knowledge = tuple(k for k in coworker.knowledge if k.table is None or k.table not in on.gone.tables)
    slot = "text" if coworker.slot in on.gone.slots else coworker.slot
    return coworker.model_copy(update={"grants": grants, "knowledge": knowledge, "slot": slot})
