"""The SQL of a formula gives what the pure evaluator gives, for every function and for formulas made at random."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.formulas_sql import compiled, stored
from sayso.errors import Invalid
from sayso.spec.app import App, app_from
from sayso.spec.formula import FUNCTIONS, Base, Row, evaluate, parse, typed
from sayso.spec.formula.typed import Typed

NOW = datetime(2026, 11, 22, 10, 30)
FORMULAS, BATCH = 250, 25

APP: App = app_from(
    """
id: shop
name: Shop
tables:
- id: orders
  name: Orders
  fields:
  - {id: name, name: Name, kind: text}
  - {id: note, name: Note, kind: long_text}
  - {id: qty, name: Qty, kind: number}
  - {id: other, name: Other, kind: number}
  - {id: worth, name: Worth, kind: money}
  - {id: due, name: Due, kind: date}
  - {id: begun, name: Begun, kind: date}
  - {id: at, name: At, kind: datetime}
  - {id: paid, name: Paid, kind: checkbox}
  - {id: lines, name: Lines, kind: link, to: lines, many: true}
- id: lines
  name: Lines
  fields:
  - {id: title, name: Title, kind: text}
  - {id: price, name: Price, kind: number}
  - {id: day, name: Day, kind: date}
"""
)
ORDERS = APP.tables[0]

TYPES: dict[tuple[str, ...], Any] = {
    ("name",): sa.Text(), ("note",): sa.Text(), ("qty",): sa.Numeric(), ("other",): sa.Numeric(), ("worth",): sa.Numeric(),
    ("due",): sa.Date(), ("begun",): sa.Date(), ("at",): sa.DateTime(), ("paid",): sa.Boolean(), ("lines",): pg.ARRAY(sa.Text()),
    ("lines", "title"): pg.ARRAY(sa.Text()), ("lines", "price"): pg.ARRAY(sa.Numeric()), ("lines", "day"): pg.ARRAY(sa.Date()),
}  # fmt: skip
D = Decimal
ROWS: list[dict[tuple[str, ...], Any]] = [
    dict(zip(TYPES, values, strict=True))
    for values in (
        ("Otto", "two words, 12", D(3), D("-2.5"), D("12.50"), date(2026, 11, 27), date(2026, 2, 28), datetime(2026, 11, 22, 7, 45), True, ["a", "b"], ["a", "b"], [D(1), D("2.5")], [date(2026, 1, 31), None]),
        ("  Brandt & Söhne ", None, D(0), D(7), D(0), date(2024, 2, 29), date(2026, 12, 31), datetime(1999, 12, 31, 23, 59, 59), False, [], [], [], []),
        (None, "", None, D(12), None, None, date(2026, 11, 22), None, False, ["x"], [None], [None], [date(2026, 5, 5)]),
        ("-3.75", "2026-03-01", D("0.001"), D("1000000"), D("-99.99"), date(2026, 3, 1), None, datetime(2026, 3, 29, 2, 30), True, ["x", "y", "y"], ["x", "y", "y"], [D(5), D(-5), None], [date(2025, 1, 1), date(2025, 1, 1), date(2030, 6, 6)]),
    )
]  # fmt: skip


@dataclass
class Given:
    row: sa.Subquery

    def field(self, path: tuple[str, ...]) -> Any:
        return self.row.c["_".join(path)]

    @property
    def now(self) -> Any:
        return sa.literal(NOW, sa.DateTime())


def given_rows() -> sa.Subquery:
    selects = [
        sa.select(
            sa.literal(n).label("n"), *(sa.cast(sa.literal(v, TYPES[k]), TYPES[k]).label("_".join(k)) for k, v in row.items())
        )
        for n, row in enumerate(ROWS)
    ]
    return sa.union_all(*selects).subquery()


async def answers(tx: AsyncConnection, formulas: list[Typed]) -> list[list[Any]]:
    given = Given(given_rows())
    wanted = [compiled(f, given).label(f"f{i}") for i, f in enumerate(formulas)]
    return [list(r) for r in await tx.execute(sa.select(*wanted).select_from(given.row).order_by(given.row.c.n))]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(a - b) <= D("1e-9") * max(abs(a), abs(b), D("1e-3"))
    return (a or None) == (b or None) if isinstance(a, str) or isinstance(b, str) else a == b


async def compare(tx: AsyncConnection, sources: list[str]) -> None:
    formulas = [typed(parse(s), ORDERS, APP) for s in sources]
    wrong: list[str] = []
    for start in range(0, len(formulas), BATCH):
        for n, row in enumerate(await answers(tx, formulas[start : start + BATCH])):
            for i, got in enumerate(row):
                expected = evaluate(formulas[start + i], Row(ROWS[n].get, NOW))
                if not same(got, expected):
                    wrong.append(f"{sources[start + i]} on row {n}: SQL {got!r}, Python {expected!r}")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:25])


FIELDS = {
    "number": ["{Qty}", "{Other}", "{Worth}", "3", "0", "-2", "12.75", "LEN({Name})"],
    "text": ["{Name}", "{Note}", '"a"', '""', '"12.5"', "{Lines}", '"2026-02-30"'],
    "moment": ["{Due}", "{Begun}", "{At}", "TODAY()", "NOW()", "DATE(2026, 2, 28)"],
    "boolean": ["{Paid}", "TRUE", "{Qty} > 2", '{Name} = "Otto"', "{Due} < {Begun}"],
    "list": ["{Lines}.{Price}", "{Lines}.{Title}", "{Lines}.{Day}", "{Lines}"],
    "numbers": ["{Lines}.{Price}", "{Qty}", "{Worth}", "7"],
    "same": ["{Lines}.{Price}", "{Qty}", "{Other}"],
    "format": ['"YYYY-MM-DD"', '"D MMM YY, HH:mm:ss"', '"DDDD D MMMM"', '"Q/WW \\"x\\""'],
    "unit": ['"days"', '"months"', '"weeks"', '"years"', '"hours"', '"quarters"', '"minutes"'],
}


def made(rng: random.Random, kind: str, depth: int) -> str:
    if kind == "any":
        kind = rng.choice(["number", "text", "moment", "boolean"])
    if kind in ("unit", "format", "list", "same") or depth == 0 or rng.random() < 0.25:
        return rng.choice(FIELDS[kind])
    if kind in ("number", "numbers") and rng.random() < 0.4:
        return f"({made(rng, 'number', depth - 1)} {rng.choice('+-*/')} {made(rng, 'number', depth - 1)})"
    if kind == "boolean" and rng.random() < 0.4:
        of = rng.choice(["number", "moment", "text"])
        return f"({made(rng, of, depth - 1)} {rng.choice(['=', '<>', '<', '>='])} {made(rng, of, depth - 1)})"
    wanted = {
        "number": [Base.NUMBER],
        "numbers": [Base.NUMBER],
        "text": [Base.TEXT],
        "moment": [Base.DATE, Base.DATETIME],
        "boolean": [Base.BOOLEAN],
    }
    fitting = [f for f in FUNCTIONS.values() if not callable(f.gives) and f.gives.base in wanted[kind]]
    function = rng.choice(fitting)
    arguments = [made(rng, p.kind, depth - 1) for p in function.parameters if not p.optional or rng.random() < 0.6]
    if function.parameters and function.parameters[-1].many:
        arguments += [made(rng, function.parameters[-1].kind, depth - 1) for _ in range(rng.randint(0, 2))]
    return f"{function.name}({', '.join(arguments)})"


def fits(source: str) -> bool:
    try:
        typed(parse(source), ORDERS, APP)
    except Invalid:
        return False
    return True


def examples(function: str) -> list[str]:
    """The function on every mixture of plain arguments, as far as they type."""
    rng, out = random.Random(function), set[str]()
    parameters = FUNCTIONS[function].parameters
    for _ in range(24):
        arguments = [
            rng.choice(FIELDS["number" if p.kind == "any" and rng.random() < 0.5 else "text" if p.kind == "any" else p.kind])
            for p in parameters
            if not p.optional or rng.random() < 0.7
        ]
        if parameters and parameters[-1].many:
            arguments += [
                rng.choice(FIELDS[parameters[-1].kind if parameters[-1].kind in FIELDS else "number"])
                for _ in range(rng.randint(0, 3))
            ]
        source = f"{function}({', '.join(arguments)})"
        if fits(source):
            out.add(source)
    return sorted(out)


async def test_each_function_is_the_same_in_sql(tx: AsyncConnection) -> None:
    sources: list[str] = []
    for name in FUNCTIONS:
        found = examples(name)
        assert found, f"{name} cannot be called with any of the plain arguments"
        sources += found
    await compare(tx, sources)


@pytest.mark.parametrize("seed", range(3))
async def test_formulas_made_at_random_are_the_same_in_sql(tx: AsyncConnection, seed: int) -> None:
    rng = random.Random(seed)
    sources = [s for _ in range(FORMULAS) if fits(s := made(rng, rng.choice(["number", "text", "boolean", "moment"]), 3))]
    assert len(sources) > FORMULAS * 0.7
    await compare(tx, sources)


async def test_nothing_makes_the_query_fail(tx: AsyncConnection) -> None:
    hard = [
        "1 / 0", "MOD(5, 0)", "SQRT(-1)", "LN(0)", "LOG(8, 1)", "POWER(10, 1000)", "POWER(0, -1)", "POWER(-8, 0.5)", "EXP(100000)",
        "ROUND(1.5, 999999999)", 'REPT("ab", 999999999)', 'DATEADD({Due}, 999999999999, "years")', 'DATEADD({At}, -99999999999999, "seconds")',
        "DATE(99999, 1, 1)", "DATE(2026, 2, 30)", "EOMONTH(DATE(9999, 12, 1), 5)", "WORKDAY({Due}, 99999999999)", "VALUE(\"1e999\")",
        'DATEVALUE("2026-99-99")', "LEFT({Name}, -5)", "RIGHT({Name}, 99999999999999999999)", "MID({Name}, 0, -1)", "10^29 * 10^29 * 10^29",
        "*".join(["99999999999999999999999999999"] * 25), "CEILING(5, 0)", 'SUBSTITUTE({Name}, "", "x")', "SUM(1, BLANK())", 'IF(BLANK(), 1, "a")',
    ]  # fmt: skip
    await compare(tx, hard)


async def test_nesting_does_not_multiply(tx: AsyncConnection) -> None:
    """What names an argument more than once is kept in PostgreSQL, so that SQL grows with the formula and no faster."""
    deep = [
        "{Due}" + " + 1" * 25,
        "MOD(" * 28 + "{Qty}" + ", 7)" * 28,
        "{Qty} + " * 90 + "1",
        "T(" * 27 + "{Paid} = TRUE" + ")" * 27,
    ]
    deep += ["{Name} & " * 90 + "1", "{Qty} * " * 25 + "1"]
    deep += ["SWITCH(" * 12 + "{Qty}" + ", 3, 4, 4, 3, 5, 6)" * 12, "IF(" * 14 + "{Paid}" + ", 1, 2) > 1" * 14]
    for source in deep:
        statement = str(sa.select(compiled(typed(parse(source), ORDERS, APP), Given(given_rows()))).compile(dialect=pg.dialect()))
        assert len(statement) < 3_000 + 200 * len(source), source
    await compare(tx, deep)


def test_the_script_of_stored_functions_is_fresh() -> None:
    assert files("sayso.db").joinpath("formulas.sql").read_text("utf-8") == stored.script()


async def test_a_constant_is_bound_and_never_sql() -> None:
    evil = "'; drop table sayso.apps; --"
    statement = sa.select(compiled(typed(parse(f'CONCATENATE({{Name}}, "{evil}")'), ORDERS, APP), Given(given_rows())))
    text = str(statement.compile(dialect=pg.dialect()))
    assert "drop table" not in text
