"""From nodes to typed nodes: fields found, arguments checked, and every conversion written out as a call of its own.

What evaluates or compiles a formula afterwards makes no decision about types any more.
"""

from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Money, Rollup
from sayso.spec.formula.function import Function
from sayso.spec.formula.functions import ALIASES, FUNCTIONS
from sayso.spec.formula.functions.dates import UNIT_OF, UNITS
from sayso.spec.formula.functions.logic import common, results
from sayso.spec.formula.nodes import Call, Constant, Node, Place, Reference
from sayso.spec.formula.parse import parse
from sayso.spec.formula.types import BLANK, BOOLEAN, DATE, DATETIME, MOMENTS, NUMBER, TEXT, Base, Type
from sayso.spec.table import Table


@dataclass(frozen=True, slots=True)
class Typed:
    """`what` is a constant's value, a field's path of ids (`("qty",)`, `("client", "city")`), or a call's name.

    Beside the functions and operators, calls may be the conversions `as_text`, `as_number`, `as_boolean`, `as_moment`.
    """

    kind: str
    type: Type
    what: Any
    arguments: "tuple[Typed, ...]" = ()


def typed(node: Node, table: Table, app: App, visiting: frozenset[tuple[str, str]] = frozenset()) -> Typed:
    """Raises `Invalid`. `visiting` holds the (table, field) pairs on the way here, so that a circle is found."""
    return _Typing(table, app, visiting).of(node)


OPERATORS = frozenset(["neg", "&", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "^"])


def _wrong(at: Place, reason: str, example: str | None = None) -> Invalid:
    return Invalid(Problem(f"character {at[0] + 1}", reason, example))


class _Typing:
    def __init__(self, table: Table, app: App, visiting: frozenset[tuple[str, str]]) -> None:
        self.table, self.app, self.visiting = table, app, visiting

    def of(self, node: Node) -> Typed:
        match node:
            case Constant(value=value):
                kind = (
                    BLANK
                    if value is None
                    else BOOLEAN
                    if isinstance(value, bool)
                    else NUMBER
                    if isinstance(value, Decimal)
                    else TEXT
                )
                return Typed("constant", kind, value)
            case Reference():
                return self.field(node)
            case Call(name=name):
                arguments = tuple(self.of(a) for a in node.arguments)
                return self.operator(node, arguments) if name in OPERATORS else self.called(node, arguments)

    # ── fields ────────────────────────────────────────────

    def field(self, node: Reference) -> Typed:
        first = self.found(node.names[0], self.table, node.at)
        if len(node.names) == 1:
            return Typed("field", type_of(first, self.table, self.app, self.visiting), (first.id,))
        if not isinstance(first, Link):
            raise _wrong(node.at, f"{first.name} is no link, so nothing can be read through it", f"{{{first.name}}}")
        there = self.app.table(first.to)
        if there is None:
            raise _wrong(node.at, f"The table that {first.name} links to is gone")
        second = self.found(node.names[1], there, node.at)
        kind = type_of(second, there, self.app, self.visiting)
        return Typed("field", Type(kind.base, first.many or kind.many, kind.currency), (first.id, second.id))

    def found(self, name: str, table: Table, at: Place) -> AnyField:
        field = table.named(name)
        if field is None:
            near = get_close_matches(name.casefold(), [f.name.casefold() for f in table.fields], 1, 0.5)
            meant = next((f.name for f in table.fields if near and f.name.casefold() == near[0]), None)
            listed = ", ".join(f"{{{f.name}}}" for f in table.fields[:6])
            raise _wrong(
                at,
                f"{table.name} has no field {{{name}}}" + (f"; did you mean {{{meant}}}?" if meant else f"; it has {listed}"),
                meant and f"{{{meant}}}",
            )
        return field

    # ── functions ─────────────────────────────────────────

    def called(self, node: Call, arguments: tuple[Typed, ...]) -> Typed:
        name = ALIASES.get(node.name, node.name)
        function = FUNCTIONS.get(name)
        if function is None:
            near = get_close_matches(node.name, [*FUNCTIONS, *ALIASES], 1, 0.6)
            raise _wrong(
                node.at,
                f"There is no function {node.name}" + (f"; did you mean {near[0]}?" if near else ""),
                near[0] + "(…)" if near else None,
            )
        if len(arguments) < function.least or (function.most is not None and len(arguments) > function.most):
            wants = (
                f"{function.least}"
                if function.least == function.most
                else f"{function.least} or more"
                if function.most is None
                else f"{function.least} to {function.most}"
            )
            raise _wrong(
                node.at, f"{name} takes {wants} value{'' if wants == '1' else 's'}; this has {len(arguments)}", function.example
            )
        return (
            self.decided(node, function, arguments) if name in ("IF", "IFS", "SWITCH") else self.plain(node, function, arguments)
        )

    def plain(self, node: Call, function: Function, arguments: tuple[Typed, ...]) -> Typed:
        shared = common([a.type.one() for a in arguments])
        parameters = [function.parameters[min(i, len(function.parameters) - 1)] for i in range(len(arguments))]
        fitted = tuple(
            self.fitted(a, p.kind, shared, node.arguments[i].at, function)
            for i, (a, p) in enumerate(zip(arguments, parameters, strict=True))
        )
        gives = function.gives if isinstance(function.gives, Type) else function.gives([a.type for a in fitted])
        if function.name in ("IFERROR", "COALESCE"):
            fitted = tuple(self.cast(a, gives) for a in fitted)
        unit = next((a.what for a, p in zip(fitted, parameters, strict=True) if p.kind == "unit"), None)
        if function.name == "DATEADD" and unit in ("hours", "minutes", "seconds"):
            gives = DATETIME
        return Typed("call", gives, function.name, fitted)

    def decided(self, node: Call, function: Function, arguments: tuple[Typed, ...]) -> Typed:
        """IF, IFS and SWITCH: tests become yes or no, answers one common type."""
        answers = common(results(function.name, [a.type for a in arguments]))
        if function.name == "SWITCH":
            subject = common(
                [arguments[0].type, *(a.type for a in arguments[1::2] if a is not arguments[-1] or len(arguments) % 2)]
            )
            if len(arguments) < 3:
                raise _wrong(node.at, "SWITCH takes a value, then pairs of case and answer", function.example)
            last = len(arguments) - 1
            fitted = [self.cast(arguments[0], subject)]
            fitted += [
                self.cast(a, answers if i % 2 == 0 or (i == last and i % 2 == 1) else subject)
                for i, a in enumerate(arguments[1:], start=1)
            ]
            return Typed("call", answers, function.name, tuple(fitted))
        if function.name == "IFS" and len(arguments) < 2:
            raise _wrong(node.at, "IFS takes pairs of test and answer", function.example)
        last = len(arguments) - 1
        tests = {0} if function.name == "IF" else {i for i in range(len(arguments)) if i % 2 == 0 and i != last}
        return Typed(
            "call",
            answers,
            function.name,
            tuple(self.boolean(a) if i in tests else self.cast(a, answers) for i, a in enumerate(arguments)),
        )

    def fitted(self, value: Typed, kind: str, shared: Type, at: Place, function: Function) -> Typed:
        given = value.type
        match kind:
            case "any" | "list":
                return value
            case "unit":
                unit = UNIT_OF.get(str(value.what).lower()) if value.kind == "constant" else None
                if unit is None:
                    raise _wrong(at, f"{function.name} takes a unit: {', '.join(UNITS)}", function.example)
                return Typed("constant", TEXT, unit)
            case "format":
                if value.kind != "constant" or not isinstance(value.what, str):
                    raise _wrong(at, f"{function.name} takes a format in quotation marks", function.example)
                return value
            case "text":
                return self.cast(value, TEXT)
            case "boolean":
                return self.boolean(value)
            case "moment":
                if given.base is Base.BLANK or (given.base in MOMENTS and not given.many):
                    return value if given.base is not Base.BLANK else Typed("constant", DATETIME, None)
                raise _wrong(at, f"{function.name} takes a date here, and this is {given}", function.example)
            case "number" | "numbers":
                if given.many and kind == "number":
                    raise _wrong(at, f"This is {given}; put it into SUM, AVERAGE, MIN, MAX or COUNT", "SUM({…})")
                return self.number(value, at, function.example)
            case _:
                return value if given.many else self.cast(value, shared)

    # ── operators ─────────────────────────────────────────

    def operator(self, node: Call, arguments: tuple[Typed, ...]) -> Typed:
        if node.name == "neg":
            value = self.one_number(arguments[0], node.arguments[0].at)
            return Typed("call", value.type, "neg", (value,))
        left, right = arguments
        if node.name == "&":
            return self.joined(left, right)
        if node.name in ("=", "<>", "<", "<=", ">", ">="):
            return self.compared(node, left, right)
        a, b = left.type.base, right.type.base
        if node.name in "+-" and a in MOMENTS and b in MOMENTS and node.name == "-":
            return Typed("call", NUMBER, "DATETIME_DIFF", (left, right, Typed("constant", TEXT, "days")))
        if node.name in "+-" and a in MOMENTS and b is Base.NUMBER and not left.type.many and not right.type.many:
            days = right if node.name == "+" else Typed("call", NUMBER, "neg", (right,))
            return Typed("call", left.type, "DATEADD", (left, days, Typed("constant", TEXT, "days")))
        if node.name == "+" and Base.TEXT in (a, b):
            return self.joined(left, right)
        x, y = self.one_number(left, node.arguments[0].at), self.one_number(right, node.arguments[1].at)
        gives = self.amount(node.name, x.type, y.type)
        if node.name in "+-":
            y = y if node.name == "+" else Typed("call", y.type, "neg", (y,))
            return Typed("call", gives, "+", (*(x.arguments if x.what == "+" else (x,)), y))
        return Typed("call", gives, "POWER" if node.name == "^" else node.name, (x, y))

    def joined(self, left: Typed, right: Typed) -> Typed:
        """A chain of & or + becomes one call with many arguments, so that long chains stay flat."""
        before = left.arguments if left.what == "CONCATENATE" else (self.cast(left, TEXT),)
        return Typed("call", TEXT, "CONCATENATE", (*before, self.cast(right, TEXT)))

    def amount(self, sign: str, x: Type, y: Type) -> Type:
        match sign:
            case "+" | "-":
                return Type(
                    Base.NUMBER,
                    currency=x.currency
                    if x.currency == y.currency
                    else (x.currency or y.currency)
                    if None in (x.currency, y.currency)
                    else None,
                )
            case "*":
                return Type(Base.NUMBER, currency=(x.currency or y.currency) if None in (x.currency, y.currency) else None)
            case "/":
                return Type(Base.NUMBER, currency=x.currency if y.currency is None else None)
            case _:
                return NUMBER

    def compared(self, node: Call, left: Typed, right: Typed) -> Typed:
        shared = common([left.type, right.type])
        bases = {left.type.base, right.type.base} - {Base.BLANK}
        if node.name not in ("=", "<>") and (shared.base is Base.BOOLEAN or (shared.base is Base.TEXT and bases != {Base.TEXT})):
            raise _wrong(node.at, f"{left.type} and {right.type} have no order between them", "{Qty} > 10")
        shared = TEXT if shared.base is Base.BLANK else shared.plain()
        return Typed("call", BOOLEAN, node.name, (self.cast(left, shared), self.cast(right, shared)))

    # ── conversions ───────────────────────────────────────

    def cast(self, value: Typed, to: Type) -> Typed:
        given = value.type
        if given.base is Base.BLANK:
            return Typed("constant", to, None) if value.kind == "constant" else value
        if given.base is to.base and given.many == to.many:
            return value
        if to.base is Base.TEXT:
            return Typed("call", TEXT, "as_text", (value,))
        if to.base is Base.DATETIME and given.base is Base.DATE:
            return Typed("call", DATETIME, "as_moment", (value,))
        return value

    def boolean(self, value: Typed) -> Typed:
        if value.type.base is Base.BLANK:
            return Typed("constant", BOOLEAN, False)
        return value if value.type == BOOLEAN else Typed("call", BOOLEAN, "as_boolean", (value,))

    def number(self, value: Typed, at: Place, example: str) -> Typed:
        match value.type.base:
            case Base.NUMBER:
                return value
            case Base.BLANK:
                return Typed("constant", NUMBER, None)
            case Base.BOOLEAN if not value.type.many:
                return Typed("call", NUMBER, "as_number", (value,))
            case Base.TEXT:
                raise _wrong(at, f"A number is needed here, and this is {value.type}; VALUE(…) reads a number from text", example)
            case _:
                raise _wrong(at, f"A number is needed here, and this is {value.type}", example)

    def one_number(self, value: Typed, at: Place) -> Typed:
        if value.type.many:
            raise _wrong(at, f"This is {value.type}; put it into SUM, AVERAGE, MIN, MAX or COUNT", "SUM({Orders}.{Total})")
        return self.number(value, at, "{Qty} * {Unit price}")


_BY_KIND = {
    "text": TEXT, "long_text": TEXT, "email": TEXT, "phone": TEXT, "url": TEXT, "ai": TEXT, "select": TEXT,
    "created_by": TEXT, "updated_by": TEXT, "number": NUMBER, "percent": NUMBER, "rating": NUMBER, "duration": NUMBER,
    "autonumber": NUMBER, "date": DATE, "datetime": DATETIME, "created_at": DATETIME, "updated_at": DATETIME, "checkbox": BOOLEAN,
    "multi_select": Type(Base.TEXT, many=True), "file": Type(Base.TEXT, many=True), "image": Type(Base.TEXT, many=True),
}  # fmt: skip


def type_of(field: AnyField, table: Table, app: App, visiting: frozenset[tuple[str, str]] = frozenset()) -> Type:
    """Durations count as seconds, percent as shares, amounts in whole currency; links and choices as their names."""
    here = (table.id, field.id)
    if here in visiting:
        raise Invalid(Problem(f"tables/{table.id}/fields/{field.id}", f"{field.name} of {table.name} is worked out from itself"))
    on = visiting | {here}
    match field:
        case Money(currency=currency):
            return Type(Base.NUMBER, currency=currency)
        case Link(many=many):
            return Type(Base.TEXT, many=many)
        case Lookup():
            kind, many = _through(field.link, field.field, table, app, on)
            return Type(kind.base, many or kind.many, kind.currency)
        case Rollup():
            return _rolled_up(field, table, app, on)
        case Formula():
            return typed(parse(field.formula), table, app, on).type
        case _ if field.kind == "person":
            return Type(Base.TEXT, many=field.many)
        case _:
            return _BY_KIND[field.kind]


def _through(link_id: str, field_id: str | None, table: Table, app: App, on: frozenset[tuple[str, str]]) -> tuple[Type, bool]:
    link = table.field(link_id)
    there = app.table(link.to) if isinstance(link, Link) else None
    target = there.field(field_id) if there and field_id else None
    if not isinstance(link, Link) or there is None or target is None:
        raise Invalid(Problem(f"tables/{table.id}/fields/{link_id}", "The link, or the field read through it, is gone"))
    return type_of(target, there, app, on), link.many


def _rolled_up(field: Rollup, table: Table, app: App, on: frozenset[tuple[str, str]]) -> Type:
    match field.summary:
        case "count" | "filled" | "empty" | "unique":
            return NUMBER
        case "any" | "all":
            return BOOLEAN
        case "join":
            return TEXT
        case _:
            return _through(field.link, field.field, table, app, on)[0].one()
