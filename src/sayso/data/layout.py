"""Which tables, columns and pairs an app needs in PostgreSQL after a change: worked out without a database.

Nothing is ever dropped or altered in place: what a change takes away is detached, what it turns into another kind gets a
column of its own. So an inverse finds everything again, and readers with an older catalogue go on reading what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sayso.data.columns import Columns, Detached
from sayso.data.physical import is_stored
from sayso.spec.app import App
from sayso.spec.fields import Link, Money, MultiSelect, Select
from sayso.spec.fields.money import digits
from sayso.spec.part import Part
from sayso.spec.table import Table


@dataclass(frozen=True, slots=True)
class NewTable:
    number: int
    table: Table


@dataclass(frozen=True, slots=True)
class NewColumn:
    table_no: int
    number: int
    field: Any


@dataclass(frozen=True, slots=True)
class NewPairs:
    number: int


@dataclass(frozen=True, slots=True)
class Fill:
    """Values of `old` in column (or pairs) `source` become values of `new` in `target`.

    `back` when `target` was there before and `new` is what it held: only what has changed since is written.
    """

    table: Table
    table_no: int
    old: Any
    source: int | None
    new: Any
    target: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The catalogue after the change, and the work that leads there."""

    columns: Columns
    tables: tuple[NewTable, ...] = ()
    new: tuple[NewColumn, ...] = ()
    pairs: tuple[NewPairs, ...] = ()
    fills: tuple[Fill, ...] = ()


@dataclass
class _Drawing:
    """A catalogue being worked on."""

    before: App
    after: App
    today: str
    restoring: bool
    tables: dict[str, int]
    fields: dict[str, dict[str, int]]
    ends: dict[int, tuple[str, str]]
    last: int
    detached: list[Detached]
    work: list[NewTable | NewColumn | NewPairs | Fill] = field(default_factory=list)
    taken_up: set[int] = field(default_factory=set)

    def next(self) -> int:
        self.last += 1
        return self.last


def laid_out(before: App, after: App, columns: Columns, today: str, restoring: bool = False) -> Layout:
    """`restoring` (an undo, a return to a version) takes up again what was detached; otherwise a new part starts empty."""
    fields = {t: dict(of) for t, of in columns.fields.items()}
    drawing = _Drawing(
        before, after, today, restoring, dict(columns.tables), fields, dict(columns.ends), columns.last, list(columns.detached)
    )
    for table in before.tables:
        if after.table(table.id) is None:
            _detach_table(drawing, table)
    for table in after.tables:
        _table(drawing, table)
    work = drawing.work
    return Layout(
        Columns(drawing.tables, drawing.fields, drawing.ends, drawing.last, tuple(drawing.detached)),
        tuple(w for w in work if isinstance(w, NewTable)),
        tuple(w for w in work if isinstance(w, NewColumn)),
        tuple(w for w in work if isinstance(w, NewPairs)),
        tuple(w for w in work if isinstance(w, Fill)),
    )


def _table(drawing: _Drawing, table: Table) -> None:
    old = drawing.before.table(table.id)
    if old is None and not _attached_table(drawing, table):
        number = drawing.next()
        drawing.tables[table.id] = number
        drawing.fields[table.id] = {}
        drawing.work.append(NewTable(number, table))
    for gone in old.fields if old else ():
        if table.field(gone.id) is None:
            _detach(drawing, table.id, gone)
    for one in table.fields:
        _field(drawing, table, old.field(one.id) if old else None, one)


def _field(drawing: _Drawing, table: Table, old: Any, new: Any) -> None:
    """What was detached in this change is not `known` any more, so a link that lost its pairs gets new ones."""
    known = drawing.fields[table.id].get(new.id)
    if old is not None and known is not None and holds_the_same(old, new) and not _held_better(drawing, table, old, new):
        return
    source = _detach(drawing, table.id, old) if old is not None and known is not None else None
    if not (is_stored(new) or isinstance(new, Link)):
        return
    held = _taken_up(drawing, table, new) if drawing.restoring else None
    target = held if held is not None else _placed(drawing, table, new)
    # What nobody writes cannot have been edited since, so a column that is taken up again is right as it is.
    holds = source is not None or (old is not None and old.storage in ("system", "computed"))
    readable = old is not None and holds and (held is None or old.writable)
    if readable and target != source:
        drawing.work.append(Fill(table, drawing.tables[table.id], old, source, new, target, back=held is not None))


def _held_better(drawing: _Drawing, table: Table, old: Any, new: Any) -> bool:
    """Whether, on the way back to more choices or several values, there is a column that still has what was cut off."""
    return drawing.restoring and not holds_the_same(new, old) and _detached_for(drawing, table, new) is not None


def holds_the_same(old: Any, new: Any) -> bool:
    """Whether the column that holds `old` can hold `new` as it is. A link that is to hold one row only is another matter:
    its pairs are shared with the other end, so what is too much has to be settled before (see `changes`)."""
    if isinstance(old, Link) and isinstance(new, Link):
        return old.to == new.to
    if old.kind != new.kind:
        return old.storage == new.storage == "computed" or old.storage == new.storage == "system"
    if isinstance(old, (Select, MultiSelect)) and isinstance(new, (Select, MultiSelect)):
        return {o.id for o in old.options} <= {o.id for o in new.options}
    if isinstance(old, Money) and isinstance(new, Money):
        return digits(old.currency) == digits(new.currency)
    return getattr(new, "many", True) or not getattr(old, "many", True)


def _placed(drawing: _Drawing, table: Table, new: Any) -> int:
    """A new column, or new pairs; the second end of a link finds those that its first end was given."""
    numbers = drawing.fields[table.id]
    if not isinstance(new, Link):
        numbers[new.id] = drawing.next()
        drawing.work.append(NewColumn(drawing.tables[table.id], numbers[new.id], new))
        return numbers[new.id]
    there = drawing.fields.get(new.to, {}).get(new.reverse or "")
    if there is not None and _is_other_end(drawing, table.id, new, there):
        numbers[new.id] = there
        return there
    numbers[new.id] = drawing.next()
    drawing.ends[numbers[new.id]] = (table.id, new.id)
    drawing.work.append(NewPairs(numbers[new.id]))
    return numbers[new.id]


def _is_other_end(drawing: _Drawing, table_id: str, link: Link, number: int) -> bool:
    """Pairs that the other end had before this change belong to whoever it was paired with then."""
    fresh = any(isinstance(w, NewPairs) and w.number == number for w in drawing.work)
    before = drawing.before.table(link.to)
    end = before.field(link.reverse or "") if before else None
    return fresh or (isinstance(end, Link) and (end.to, end.reverse) == (table_id, link.id)) or number in drawing.taken_up


def _detach(drawing: _Drawing, table_id: str, old: Part) -> int | None:
    """The number that the field had; `None` when it had none."""
    number = drawing.fields[table_id].pop(old.id, None)
    if number is None:
        return None
    end = drawing.ends.get(number)
    one = Detached(
        "field", table_id, drawing.tables[table_id], number, drawing.today, old.id, old.portable(), list(end) if end else None
    )
    drawing.detached.append(one)
    return number


def _detach_table(drawing: _Drawing, table: Table) -> None:
    for one in table.fields:
        _detach(drawing, table.id, one)
    number = drawing.tables.pop(table.id)
    drawing.fields.pop(table.id)
    drawing.detached.append(Detached("table", table.id, number, number, drawing.today, table.id))


def _attached_table(drawing: _Drawing, table: Table) -> bool:
    held = [d for d in drawing.detached if d.part == "table" and d.table == table.id] if drawing.restoring else []
    if not held:
        return False
    drawing.detached.remove(held[-1])
    drawing.tables[table.id] = held[-1].number
    drawing.fields[table.id] = {}
    return True


def _detached_for(drawing: _Drawing, table: Table, new: Any) -> Detached | None:
    """The column that held exactly such values last."""
    here = (drawing.tables[table.id], new.id)
    fitting = (d for d in reversed(drawing.detached) if d.part == "field" and (d.table_no, d.id) == here and _held(d.spec, new))
    return next(fitting, None)


def _taken_up(drawing: _Drawing, table: Table, new: Any) -> int | None:
    """The number of the column that is attached again."""
    one = _detached_for(drawing, table, new)
    if one is None:
        return None
    drawing.detached.remove(one)
    drawing.fields[table.id][new.id] = one.number
    drawing.taken_up.add(one.number)
    return one.number


def _held(spec: dict[str, Any], new: Any) -> bool:
    if spec.get("kind") != new.kind:
        return False
    if isinstance(new, Link):
        return spec.get("to") == new.to and bool(spec.get("many", False)) == new.many
    try:
        old = type(new).model_validate(spec)
    except ValueError:
        return False
    return holds_the_same(old, new) and holds_the_same(new, old)


def purged(columns: Columns, before: str) -> tuple[Columns, tuple[Detached, ...]]:
    """The catalogue without what was detached before that day, and what may be dropped for good."""
    old = tuple(d for d in columns.detached if d.at < before)
    still = set(columns.tables.values()) | {n for of in columns.fields.values() for n in of.values()}
    kept = tuple(d for d in columns.detached if d.at >= before)
    needed = still | {d.number for d in kept} | {d.table_no for d in kept}
    ends = {n: end for n, end in columns.ends.items() if n in needed}
    return replace(columns, detached=kept, ends=ends), tuple(d for d in old if d.number not in needed)
