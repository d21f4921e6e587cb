"""From what was said of a role to its rights. Where words leave it open, a role gets less, not more."""

from typing import get_args

from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.rights.heard import Heard, OfTable
from sayso.builder.planner.rights.statement import DEEDS_OF_ALL, Deed
from sayso.builder.planner.rights.whose import OUTSIDE
from sayso.spec.app import App
from sayso.spec.fields import Link
from sayso.spec.filter import Filter
from sayso.spec.rights_told import is_for_everyone
from sayso.spec.role import Reach, Right, Role
from sayso.spec.table import Table

_ORDER: tuple[Reach, ...] = get_args(Reach)
_REACH: dict[Deed, Reach] = {
    "see": "see",
    "export": "see",
    "comment": "see",
    "add": "add",
    "edit": "edit",
    "decide": "edit",
    "delete": "everything",
}


def role_of(app: App, heard: Heard) -> Role:
    role = heard.role
    if not heard.anything:
        return role
    rest = _rest(app, heard)
    before = {} if heard.fresh else {r.table: r for r in role.rights}
    rights: list[Right] = []
    for table in app.tables:
        was = before.get(table.id) or Right(table=table.id, may=rest)
        right = _right(table, heard, was, table.id in before)
        if table.id in before or right != Right(table=table.id, may=rest):
            rights.append(right)
    unseen = tuple(dict.fromkeys((*(id for id in role.unseen if id not in heard.seen), *sorted(heard.unseen))))
    return role.model_copy(update={"rest": rest, "rights": tuple(rights), "unseen": unseen})


def _rest(app: App, heard: Heard) -> Reach:
    """How far on tables of which nothing was said."""
    if not heard.fresh:
        return _amended_rest(heard)
    if "see" in heard.whole_not or heard.nothing_else:
        return "nothing"
    if heard.rest:
        return _reach(heard.rest)
    if heard.whole:
        everybody = is_for_everyone(heard.role)
        most = "everything" if heard.whole == {"see"} and not everybody and not heard.looks else _reach(heard.whole)
        return _at_most(most, "see") if heard.looks else most
    if heard.looks or heard.looks_else or (heard.narrow and is_for_everyone(heard.role)):
        return "see"
    if not heard.grants or is_for_everyone(heard.role):
        return "everything"
    if heard.holds and not any(t.rows or t.shut for t in heard.tables.values()):
        return "everything"
    return "nothing" if _is_outside(app, heard) else "see"


def _is_outside(app: App, heard: Heard) -> bool:
    """Customers and the like, and people of whom the app keeps a table: what nothing was said of is not theirs."""
    key = lemma(heard.role.name.lower())
    return key.split()[-1] in OUTSIDE or any(lemma(t.name.lower()) == key for t in app.tables)


def _amended_rest(heard: Heard) -> Reach:
    rest = heard.role.rest
    if "see" in heard.whole_not or heard.nothing_else:
        return "nothing"
    if heard.whole or heard.rest:
        rest = _farther(rest, _reach(heard.whole | heard.rest))
    if heard.looks or heard.looks_else:
        rest = _at_most(rest, "see")
    return rest


def _right(table: Table, heard: Heard, was: Right, there: bool) -> Right:
    of = heard.tables.get(table.id) or OfTable()
    may = _may(heard, of, was, there)
    rows, changes, may = _rows(heard, of, was, may)
    denied = of.may_not | heard.whole_not
    hidden = _fields(table, heard.hidden, () if heard.whole else was.hidden, heard.shown)
    if of.shown:
        hidden = tuple(f.id for f in table.fields if f.id not in of.shown and not isinstance(f, Link))
    read_only = _fields(table, heard.read_only, was.read_only, heard.free)
    if (of.some and not (heard.whole & {"edit"} or heard.holds or (there and was.may in ("edit", "everything")))) or (
        heard.looks_else and of.some
    ):
        read_only = tuple(f.id for f in table.fields if f.id not in of.some and f.id not in hidden)
    update: dict[str, object] = {
        "may": may, "rows": rows, "changes": changes, "hidden": hidden, "read_only": read_only,
        "delete": _flag(was.delete, "delete", denied, may == "everything", "delete" in of.may),
        "export": _flag(was.export, "export", denied, True, "export" in of.may | heard.whole),
        "comment": _flag(was.comment, "comment", denied, True, "comment" in of.may | heard.whole and may == "see"),
    }  # fmt: skip
    if "delete" in denied and may == "everything":
        update |= {"may": "edit", "delete": None if heard.fresh else False}
    if update["delete"] is True and may == "everything":
        update["delete"] = None
    if update["export"] is True and may in ("edit", "everything"):
        update["export"] = None
    if update["may"] == "nothing":
        return Right(table=table.id, may="nothing")
    return was.model_copy(update=update)


def _may(heard: Heard, of: OfTable, was: Right, there: bool) -> Reach:
    if of.shut and not of.all_rows:
        return "nothing"
    base = was.may
    if there and (heard.whole or heard.rest) and not heard.looks:
        base = _farther(base, _reach(heard.whole))
    allowed = of.may - {"delete"} if "edit" in of.may or "decide" in of.may or "add" in of.may else of.may
    if allowed or of.rows is not None or of.changes is not None:
        said = _reach(allowed) if allowed else "see"
        keeps = there or heard.whole & set(DEEDS_OF_ALL[1:]) or (heard.holds and not of.rows)
        base = _farther(base, said) if keeps else said
        if "delete" in of.may and not heard.whole_not & {"delete"} and "delete" not in of.may_not:
            base = _farther(base, "everything" if of.may >= set(DEEDS_OF_ALL) or of.may == {"delete"} else base)
    denied = of.may_not | heard.whole_not
    if "see" in denied and not (of.may or of.rows is not None):
        return "nothing"
    if "edit" in denied or "decide" in of.may_not:
        base = _at_most(base, "add" if "add" in of.may and "add" not in denied else "see")
    if "add" in denied or of.looks or (heard.looks and not of.may - {"see"}):
        base = _at_most(base, "see")
    return base


def _rows(heard: Heard, of: OfTable, was: Right, may: Reach) -> tuple[Filter, Filter | None, Reach]:
    """Which rows are seen, and which of them may be changed."""
    rows, changes = was.rows, was.changes
    if (heard.whole & {"see"} and not heard.looks) or of.all_rows:
        rows = Filter()
    if of.rows is not None:
        rows = of.rows
    if of.changes is not None:
        if (
            of.all_rows
            or (heard.whole and of.rows is None)
            or (of.rows is not None and of.rows != of.changes)
            or is_for_everyone(heard.role)
        ):
            changes = of.changes
        else:
            rows = of.changes
        may = _farther(may, "edit") if "edit" not in of.may_not else may
    return rows, changes, may


def _flag(was: bool | None, deed: Deed, denied: set[Deed], otherwise: bool, granted: bool) -> bool | None:
    if deed in denied:
        return False if otherwise or deed != "delete" else None
    return True if granted else was


def _fields(table: Table, now: set[tuple[str, str]], was: tuple[str, ...], undone: set[tuple[str, str]]) -> tuple[str, ...]:
    kept = [id for id in was if (table.id, id) not in undone]
    return tuple(dict.fromkeys((*kept, *(f.id for f in table.fields if (table.id, f.id) in now))))


def _reach(deeds: set[Deed]) -> Reach:
    return _ORDER[max((_ORDER.index(_REACH[d]) for d in deeds), default=0)]


def _farther(a: Reach, b: Reach) -> Reach:
    return a if _ORDER.index(a) >= _ORDER.index(b) else b


def _at_most(a: Reach, b: Reach) -> Reach:
    return a if _ORDER.index(a) <= _ORDER.index(b) else b
