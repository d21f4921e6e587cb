"""What leads from one app to another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from sayso.spec.app import App
from sayso.spec.change.siblings import LISTS, Place, index_of, siblings
from sayso.spec.change.step import Add, Alter, Change, Move, Remove, Rename, Step, face
from sayso.spec.table import Table


def difference(a: App, b: App, title: str = "") -> Change:
    """The change that turns `a` into `b`, in as few steps as its words allow. Parts are the same when their ids are."""
    steps = [*_faces(a, b)]
    steps += _between(("table", None), a.tables, b.tables)
    for table in a.tables:
        if after := b.table(table.id):
            steps += _between(("field", table.id), table.fields, after.fields)
    for kind in LISTS:
        if kind != "table":
            steps += _between((kind, None), siblings(a, (kind, None)) or (), siblings(b, (kind, None)) or ())
    return Change(title=title, steps=tuple(steps))


def _faces(a: App, b: App) -> list[Step]:
    before, after = face(a), face(b)
    if before == after:
        return []
    if before.model_copy(update={"name": after.name}) == after:
        return [Rename(part="app", name=after.name)]
    return [Alter(part="app", value=after)]


def _between(place: Place, before: Sequence[Any], after: Sequence[Any]) -> list[Step]:
    kind, table = place
    where: dict[str, Any] = {"part": kind, "table": table}
    old, new = {p.id: p for p in before}, {p.id: p for p in after}
    steps: list[Step] = [Remove(**where, id=p.id) for p in before if p.id not in new]
    steps += [step for p in after if p.id in old for step in _altered(where, old[p.id], p)]
    now = [p.id for p in before if p.id in new]
    still = _in_order([i for i in (index_of(after, id) for id in now) if i is not None])
    for index, part in enumerate(after):
        place_now = now.index(after[index - 1].id) + 1 if index else 0
        if part.id not in old:
            steps.append(Add(**where, value=part, at=place_now))
            now.insert(place_now, part.id)
        elif index not in still:
            came_from = now.index(part.id)
            to = place_now - 1 if came_from < place_now else place_now
            steps.append(Move(**where, id=part.id, to=to))
            now.remove(part.id)
            now.insert(to, part.id)
    return steps


def _altered(where: dict[str, Any], old: Any, new: Any) -> list[Step]:
    if isinstance(old, Table) and isinstance(new, Table):
        old, new = old.model_copy(update={"fields": ()}), new.model_copy(update={"fields": ()})
    if old == new:
        return []
    if old.model_copy(update={"name": new.name}) == new:
        return [Rename(**where, id=new.id, name=new.name)]
    return [Alter(**where, id=new.id, value=new)]


def _in_order(places: list[int]) -> frozenset[int]:
    """The largest set of parts that already stand in the right order; the others have to move."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        i = bisect_left(tails, place)
        before[place] = tails[i - 1] if i else None
        tails[i : i + 1] = [place]
    kept, at = set[int](), tails[-1] if tails else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return frozenset(kept)
