"""Which rows meet a filter, worked out in Python from what the API shows of them: the measure that the SQL is held to."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sayso.spec.app import App
from sayso.spec.fields import Link, Lookup
from sayso.spec.filter import Condition, Filter
from sayso.spec.shape import Shape, shape_of
from sayso.spec.span import days_of
from sayso.spec.table import Table

NEGATIVE = {"is_not": "is", "not_contains": "contains", "none_of": "any_of", "empty": "not_empty"}


class Meeting:
    def __init__(self, app: App, table: Table, now: datetime, me: str, names: dict[str, str]) -> None:
        """`names` are those of the members, by id."""
        self.app, self.table, self.now, self.me, self.names = app, table, now, me, names
        self.zone = ZoneInfo(app.zone)
        self.today = now.astimezone(self.zone).date()

    def meets(self, values: dict[str, Any], filter: Filter) -> bool:
        found = [self.meets(values, one) if isinstance(one, Filter) else self.holds(values, one) for one in filter.of]
        return not found or (all(found) if filter.match == "all" else any(found))

    def holds(self, values: dict[str, Any], c: Condition) -> bool:
        field = self.table.field(c.field)
        assert field is not None
        value = values[c.field]
        shape = shape_of(self.app, self.table, field)
        if isinstance(field, Lookup):
            return self.looked_up(value, field, shape, c)
        return self.one(value, field, shape, c.op, c.value)

    def looked_up(self, value: list[Any], field: Lookup, shape: Shape, c: Condition) -> bool:
        if c.op in NEGATIVE:
            return not self.looked_up(value, field, shape, Condition(field=c.field, op=NEGATIVE[c.op], value=c.value))  # pyright: ignore
        if c.op == "all_of":
            return all(
                self.looked_up(value, field, shape, Condition(field=c.field, op="any_of", value=[v])) for v in listed(c.value)
            )
        link = self.table.field(field.link)
        assert isinstance(link, Link)
        there = self.app.table(link.to)
        target = there.field(field.field) if there else None
        assert target is not None
        return any(self.one(v, target, shape, c.op, c.value) for v in value)

    def one(self, value: Any, field: Any, shape: Shape, op: str, raw: Any) -> bool:
        match shape:
            case "text":
                return text(value, op, raw)
            case "number":
                number = None if value is None else Decimal(str(value))
                return ordered(number, op, [Decimal(str(r)) for r in listed(raw)])
            case "yes_no":
                wanted = {"is": raw, "is_not": not raw, "empty": False, "not_empty": True}[op]
                return bool(value) is wanted
            case "choice":
                return self.choice(value, field, op, raw)
            case "day":
                return self.day(None if value is None else date.fromisoformat(value), op, raw)
            case "moment":
                at = None if value is None else datetime.fromisoformat(value)
                return self.moment(at, op, raw)
            case "rows":
                return self.several({v["id"] for v in value}, {v["id"]: v["name"] for v in value}, op, raw)
            case "people":
                ids = {value} if isinstance(value, str) else set(value)
                asked = [self.me if r == "me" else r for r in raw] if isinstance(raw, list) else self.me if raw == "me" else raw
                return self.several(ids, self.names, op, asked)
            case "choices":
                options = {o.id: o.name for o in field.options}
                by_name = {name.casefold(): id for id, name in options.items()}
                id_of = lambda r: r if r in options else by_name.get(str(r).casefold(), r)  # noqa: E731
                asked = (
                    [id_of(r) for r in raw]
                    if isinstance(raw, list)
                    else id_of(raw)
                    if op != "contains" and op != "not_contains"
                    else raw
                )
                return self.several(set(value), options, op, asked)
            case _:
                assert op in ("empty", "not_empty")
                return bool(value) is (op == "not_empty")

    def choice(self, value: str | None, field: Any, op: str, raw: Any) -> bool:
        names = {o.id: o.name for o in field.options}
        ids = {
            r if r in names else next((i for i, n in names.items() if n.casefold() == str(r).casefold()), r) for r in listed(raw)
        }
        match op:
            case "empty" | "not_empty":
                return (value is None) is (op == "empty")
            case "is" | "any_of":
                return value in ids if ids else value is None and op == "is"
            case "is_not" | "none_of":
                return value not in ids if ids else value is not None or op == "none_of"
            case _:
                if raw in (None, ""):
                    return op == "contains"
                holds = value is not None and (str(raw).casefold() in names.get(value, "").casefold() or value == raw)
                return holds is (op == "contains")

    def several(self, ids: set[Any], names: dict[Any, str], op: str, raw: Any) -> bool:
        asked = set(listed(raw))
        match op:
            case "empty" | "not_empty":
                return bool(ids) is (op == "not_empty")
            case "is" | "is_not":
                return (ids == asked) is (op == "is")
            case "any_of" | "none_of":
                return bool(ids & asked) is (op == "any_of")
            case "all_of":
                return asked <= ids
            case _:
                like = {i for i in ids if isinstance(raw, str) and raw.casefold() in names.get(i, "").casefold()}
                holds = True if raw in (None, "", []) else bool(ids & asked or like)
                return holds is (op == "contains")

    def day(self, value: date | None, op: str, raw: Any) -> bool:
        if op == "within":
            first, last = days_of(raw, self.today)
            return value is not None and (first is None or value >= first) and (last is None or value <= last)
        return ordered(value, op, [self.named(r) for r in listed(raw)])

    def moment(self, value: datetime | None, op: str, raw: Any) -> bool:
        if op not in ("within", "empty", "not_empty") and raw and ":" in str(listed(raw)[0]):
            return ordered(value, op, [datetime.fromisoformat(r).astimezone(UTC) for r in listed(raw)])
        return self.day(None if value is None else value.astimezone(self.zone).date(), op, raw)

    def named(self, raw: str) -> date:
        near = {"today": 0, "yesterday": -1, "tomorrow": 1}
        return self.today + timedelta(near[raw]) if raw in near else date.fromisoformat(raw)


def listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [] if raw in (None, "") else [raw]


def ordered(value: Any, op: str, asked: list[Any]) -> bool:
    match op:
        case "empty" | "not_empty":
            return (value is None) is (op == "empty")
        case "is" | "is_not" if not asked:
            return (value is None) is (op == "is")
        case "is" | "any_of":
            return value in asked
        case "is_not" | "none_of":
            return value not in asked
        case _ if value is None:
            return False
        case "gt":
            return value > asked[0]
        case "gte":
            return value >= asked[0]
        case "lt":
            return value < asked[0]
        case _:
            return value <= asked[0]


def text(value: str | None, op: str, raw: Any) -> bool:
    if op in ("not_contains", "is_not", "none_of"):
        return not text(value, NEGATIVE[op], raw)
    has, asked = (value or "").lower(), str(raw or "").lower()
    match op:
        case "empty" | "not_empty":
            return bool(has) is (op == "not_empty")
        case "any_of":
            return any(has == str(r).lower() for r in raw) and value is not None
        case "is":
            return has == asked
        case "contains":
            return asked in has
        case "starts_with":
            return has.startswith(asked)
        case _:
            return has.endswith(asked)
