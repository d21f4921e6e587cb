"""Wishes about rights with what must be true of the app that is planned: read from a file, planned, and judged fact by fact.

A fact is `Who: table reach`, `Who: table rows own`, `Who: table.field hidden`, `+table.person` (a field of that kind is there), `-field desk`
(none of that name is), `name Desk`, or `told "smell"` (the plan lists such words as not understood). `a|b` holds when one of them does.
`Others` is whoever no role is meant for. What binds a person counts, not how the roles are written down.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.wish import Plan
from sayso.spec.app import App
from sayso.spec.filter import Condition, Filter
from sayso.spec.rights_told import is_for_everyone
from sayso.spec.role import Reach, Right, Role

BASES = {
    "hr": "Employees: name, email, department, manager (person), salary, start date. Leave requests: employee (link to employees), from date, to date, status (open, approved, declined), reason.",
    "shop": "Customers: name, email, phone, region. Products: name, sku, price, cost, margin, stock. Orders: number, customer (link to customers), product (link to products), quantity, total, status (new, packed, shipped), sales rep (person).",
    "desk": "Clients: name, email. Tickets: subject, client (link to clients), description, priority, status (open, waiting, closed), assignee (person), internal note.",
    "fix": "Repairs: title, machine, address, status (open, done), cost. Parts: name, quantity, price.",
    "proj": "Projects: name, region, budget, lead (person), status. Tasks: title, project (link to projects), assignee (person), due date, hours. Invoices: number, project (link to projects), amount, paid (checkbox).",
    "clinic": "Patients: name, birthday, phone, diagnosis, doctor (person). Appointments: patient (link to patients), date, doctor (person), room, notes.",
    "support": "Clients: name, email. Tickets: subject, assignee (person), state, salary. Support sees only their own tickets and cannot see salary.",
}
"""Apps that are there already when a wish is about one."""
_ORDER: tuple[Reach, ...] = get_args(Reach)


@dataclass(frozen=True)
class Told:
    """One wish of a file; `base` is `new` or the app that it changes."""

    id: str
    base: str
    wish: str
    facts: tuple[str, ...]


@lru_cache
def wishes(name: str) -> tuple[Told, ...]:
    text = (Path(__file__).parent / name).read_text()
    found: list[Told] = []
    for part in re.split(r"^== ", text, flags=re.M)[1:]:
        head, _, rest = part.partition("\n")
        said, _, facts = rest.partition("\n--\n")
        id, base = head.split()
        found.append(Told(id, base, said.strip(), tuple(f.strip() for f in facts.splitlines() if f.strip())))
    return tuple(found)


def missed(told: Told, made: Plan) -> list[str]:
    """The facts of a wish that do not hold in its plan."""
    return [fact for fact in told.facts if not any(_holds(one.strip(), made) for one in fact.split("|"))]


def is_open(fact: str, made: Plan) -> bool:
    """Whether a fact that does not hold leaves something open that was to be closed, without a word about it."""
    closes = re.search(r" (?:hidden|fixed|nothing|closed|no|see-?|rows(?: .+)?|changes own|unseen .+|edit)$", fact) is not None
    words = {lemma(w) for w in re.findall(r"[A-Za-z]+", fact.partition(":")[2].replace("_", " "))}
    notes = [n.words for n in made.notes if n.kind == "not_understood"]
    who, _, what = fact.partition(": ")
    right = _right(made.spec, _role(made.spec, who), what.partition(" ")[0])
    closes = closes and not (" rows " in fact and right is not None and (right.rows.of or right.may == "nothing"))
    return closes and not any(words & {lemma(w.lower()) for w in re.findall(r"[A-Za-z]+", note)} for note in notes)


def _holds(fact: str, made: Plan) -> bool:
    app = made.spec
    if fact.startswith("told"):
        words = fact.removeprefix("told").strip().strip('"')
        return any(words in n.words for n in made.notes if n.kind == "not_understood")
    if fact.startswith("name "):
        return app.name == fact.removeprefix("name ")
    if fact.startswith("-field "):
        return not any(lemma(f.name.lower()) == fact.removeprefix("-field ") for t in app.tables for f in t.fields)
    if fact.startswith("+"):
        table, kind = fact[1:].split(".")
        there = app.table(table)
        return there is not None and any(f.kind == kind for f in there.fields)
    who, _, what = fact.partition(": ")
    place, _, wanted = what.partition(" ")
    role = _role(app, who)
    if place == "unseen":
        return role is not None and any(v.name == wanted and v.id in role.unseen for v in app.views)
    table, _, field = place.partition(".")
    right = _right(app, role, table)
    if right is None:
        return False
    return _of_field(right, field, wanted) if field else _of_table(right, wanted)


def _role(app: App, who: str) -> Role | None:
    """The role that binds them; those of no role are bound by the one for everyone else."""
    rest = next((r for r in app.roles if is_for_everyone(r)), None)
    if who == "Others":
        return rest
    name = lemma(who.lower())
    called = {lemma(r.name.lower()): r for r in app.roles}
    words = {lemma(w) for w in name.split()}
    near = [r for key, r in called.items() if set(key.split()) <= words or words <= set(key.split())]
    return called.get(name) or (near[0] if len(near) == 1 else rest)


def _right(app: App, role: Role | None, table: str) -> Right | None:
    if app.table(table) is None:
        return None
    if role is None:
        return Right(table=table)
    return next((r for r in role.rights if r.table == table), Right(table=table, may=role.rest))


def _of_field(right: Right, field: str, wanted: str) -> bool:
    hidden = right.may == "nothing" or field in right.hidden
    fixed = hidden or right.may in ("nothing", "see", "add") or field in right.read_only
    return {"hidden": hidden, "shown": not hidden, "fixed": fixed, "free": not fixed}[wanted]


def _of_table(right: Right, wanted: str) -> bool:
    what, _, which = wanted.partition(" ")
    reach = _ORDER.index(right.may)
    deletes = right.may == "everything" if right.delete is None else right.delete
    match what:
        case "rows":
            return right.may != "nothing" and (not right.rows.of if which == "all" else _meets(right.rows, which))
        case "changes":
            return right.may in ("edit", "everything") and right.changes is not None and _meets(right.changes, which)
        case "rows-or-changes":
            return _meets(right.rows, which) or (right.changes is not None and _meets(right.changes, which))
        case "delete":
            return (deletes and right.may != "nothing") == (which == "yes")
        case "export":
            exports = right.may in ("edit", "everything") if right.export is None else right.export
            return (exports and right.may != "nothing") == (which == "yes")
        case "comment":
            comments = right.may not in ("nothing", "see") if right.comment is None else right.comment
            return (comments and right.may != "nothing") == (which == "yes")
        case "closed":
            return right.may == "nothing"
        case "edit":
            return right.may == "edit" or (right.may == "everything" and not deletes)
        case _:
            wants = _ORDER.index(what.rstrip("+-"))  # type: ignore[arg-type]
            return reach >= wants if what.endswith("+") else reach <= wants if what.endswith("-") else reach == wants


def _meets(rows: Filter, which: str) -> bool:
    values = [_value(c) for c in rows.of if isinstance(c, Condition)]
    return bool(rows.of) and (not which or ("me" if which == "own" else which) in values)


def _value(one: Condition) -> object:
    return one.value[0] if isinstance(one.value, list | tuple) and len(one.value) == 1 else one.value
