"""What people write in formulas, what they get wrong, and what nobody may make them do."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from sayso.errors import Invalid
from sayso.spec.app import app_from
from sayso.spec.formula import FUNCTIONS, Row, evaluate, names_in, parse, renamed, typed

APP = app_from(
    """
id: desk
name: Desk
tables:
- id: orders
  name: Orders
  fields:
  - {id: qty, name: Qty, kind: number}
  - {id: price, name: Unit price, kind: money, currency: EUR}
  - {id: due, name: Due, kind: date}
  - {id: status, name: Status, kind: select, options: [{id: open, name: Open}]}
  - {id: paid, name: Paid, kind: checkbox}
  - {id: client, name: Client, kind: link, to: clients, reverse: orders}
  - {id: total, name: Total, kind: formula, formula: '{Qty} * {Unit price}'}
  - {id: loop_a, name: Loop A, kind: formula, formula: '{Loop B} + 1'}
  - {id: loop_b, name: Loop B, kind: formula, formula: '{Loop A} + 1'}
- id: clients
  name: Clients
  fields:
  - {id: name, name: Name, kind: text}
  - {id: city, name: City, kind: text}
  - {id: orders, name: Orders, kind: link, to: orders, many: true, reverse: client}
"""
)
ORDERS, CLIENTS = APP.tables
NOW = datetime(2026, 11, 22, 10, 30)


def worth(source: str, **values: Any) -> Any:
    row = {("qty",): Decimal(3), ("price",): Decimal("2.50"), ("status",): "Open", ("paid",): False} | {
        (k,): v for k, v in values.items()
    }
    return evaluate(typed(parse(source), ORDERS, APP), Row(row.get, NOW))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{Qty} * {Unit price}", Decimal("7.5")),
        ("=1 + 2 * 3 ^ 2", Decimal(19)),
        ("{Qty} × {Unit price} ÷ 2 − 1", Decimal("2.75")),
        ("-{Qty}%", Decimal("-0.03")),
        ("{Qty} / 0", None),
        ('IF({Paid}, "Paid", "Open: " & {Qty})', "Open: 3"),
        ('if({status} = "Open", 1, 2)', Decimal(1)),
        ("TODAY() + 7", datetime(2026, 11, 29).date()),
        ("{Due} - TODAY()", None),
        ("{Due} + 1", None),
        ("BLANK() + 2", Decimal(2)),
        ('DATETIME_FORMAT(TODAY(), "D MMM YYYY")', "22 Nov 2026"),
        ('SWITCH({Status}, "Open", "go", "Done", "stop", "?")', "go"),
        ("ISBLANK({Due})", True),
        ("ROUND(2.345, 2)", Decimal("2.35")),
        ("“quoted” & 'it''s'", "quotedit's"),
    ],
)
def test_a_formula_is_worked_out(source: str, value: Any) -> None:
    assert worth(source) == value


def test_an_amount_stays_an_amount() -> None:
    for source, currency in [
        ("{Qty} * {Unit price}", "EUR"),
        ("{Total} / 2", "EUR"),
        ("{Unit price} / {Unit price}", None),
        ("SUM({Total}, {Unit price})", "EUR"),
    ]:
        assert typed(parse(source), ORDERS, APP).type.currency == currency
    assert typed(parse("SUM({Orders}.{Total})"), CLIENTS, APP).type.currency == "EUR"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "empty"),
        ("{Qyt} + 1", "did you mean {Qty}?"),
        ("SUMM({Qty})", "did you mean SUM?"),
        ("IF({Paid}", "1 closing bracket is missing"),
        ("{Qty} +", "ends too soon"),
        ("Qty * 2", "a field is written {Qty}"),
        ("[Qty] * 2", "not in brackets"),
        ("IF({Paid}; 1; 2)", "commas, not semicolons"),
        ('"abc', "not closed"),
        ("{Qty", "not closed"),
        ("ROUND()", "ROUND takes 1 to 2 values"),
        ("{Status} * 2", "VALUE(…) reads a number from text"),
        ("{Status} > 3", "have no order"),
        ('DATEADD({Due}, 1, "fortnights")', "takes a unit"),
        ("{Client}.{Town}", "Clients has no field {Town}"),
        ("{Qty}.{City}", "Qty is no link"),
        ("{Loop A}", "worked out from itself"),
        ("1 2", "does not fit here"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(source: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        typed(parse(source), ORDERS, APP)
    problem = caught.value.problems[0]
    assert says in problem.reason
    assert problem.path or source == ""


ESCAPES = [
    "{{constructor}}", "().__class__", "__import__('os')", "{Qty}.__class__", "${7*7}", "`id`", "{Qty}[0]", "lambda: 1", "a = b = c",
    "{__class__}", "constructor.constructor('return 1')()", "'%99999999s' % 'a'", "f'{1}'", "{Qty}; drop table x", "/*x*/ 1", "1 -- x",
    "$input.all()", "{% for x in y %}", "eval(1)", "EXEC('x')", "process.env", "\x00", "{Qty}\x00", "1 if 1 else 2", "[x for x in y]",
    "…" * 50, "\ud800", "(" * 5000, "=" * 100, "-" * 3999, '"\\' * 900, "{" * 3000, "}" * 3000, "IF(" * 1200, "A(" * 1900 + ")" * 1900,
]  # fmt: skip


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_escapes(source: str) -> None:
    with pytest.raises(Invalid):
        typed(parse(source), ORDERS, APP)


def test_a_formula_has_a_size() -> None:
    with pytest.raises(Invalid, match="too large"):
        parse("+".join("1" * 201))
    with pytest.raises(Invalid, match="too large"):
        parse("ABS(" * 70 + "1" + ")" * 70)
    assert worth("+".join("1" * 90)) == 90
    assert worth("(" * 500 + "1" + ")" * 500) == 1


def test_a_rename_changes_names_and_nothing_else() -> None:
    source = 'IF( {qty} > 1 , "{Qty}",  {Client} . {Qty} )'
    assert renamed(source, "Qty", "Pieces") == 'IF( {Pieces} > 1 , "{Qty}",  {Client} . {Qty} )'
    assert renamed(source, "Qty", "Pieces", link="client") == 'IF( {qty} > 1 , "{Qty}",  {Client} . {Pieces} )'
    assert names_in(source) == {("qty",), ("Client", "Qty")}


def test_every_function_explains_itself() -> None:
    for function in FUNCTIONS.values():
        assert function.says and function.example.startswith(function.name)
        parse(function.example)
