"""A spreadsheet becomes an app, a table, or rows of a table; whatever is wrong with it is told, and nothing is half done."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso import db
from sayso.data import apps, query, rows, undo
from sayso.data.imports import arriving, kept, running
from sayso.data.imports.abandoned import abandoned
from sayso.data.imports.kept import Import
from sayso.data.imports.target import Choice
from sayso.data.query import Query
from sayso.db.tables import events
from sayso.errors import Conflict, Invalid, NotFound
from sayso.spec.app import app_from
from sayso.team.actor import Actor
from tests.conftest import Northlight

ORDERS = """Order no;Customer;E-mail;Status;Ordered on;Amount;Quantity;Paid;Tags;Notes
A-001;Otto Brandt;otto@brandt.example;Packed;27.11.2026;€ 1.234,50;3;yes;red, big;Call back
A-002;Mia Lind;mia@lind.example;Shipped;28.11.2026;€ 12,00;1;no;red;
A-003;Kestrel AG;office@kestrel.example;Packed;03.12.2026;€ 900,00;12;yes;big;"Two
lines"
A-004;Otto Brandt;otto@brandt.example;New;13.12.2026;€ 8,25;2;no;red, small;=SUM(A1)
A-005;Mia Lind;mia@lind.example;Packed;01.12.2026;€ 77,10;5;yes;small;
A-006;Halden;hi@halden.example;New;24.12.2026;€ 5,00;1;no;red;x
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "imports"


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


async def looked(engine: AsyncEngine, root: Path, body: bytes, by: Actor, name: str = "orders.csv") -> Import:
    id = await arriving.arrive(engine, root, name, _chunks(body), by=by)
    await arriving.look(engine, root, id, by=by)
    async with db.transaction(engine) as tx:
        return await kept.read(tx, id, by=by)


async def ran(engine: AsyncEngine, root: Path, one: Import, by: Actor, **into: Any) -> Import:
    async with db.transaction(engine) as tx:
        await running.begin(tx, one.id, by=by, **into)
    await running.run(engine, root, one.id, by=by)
    async with db.transaction(engine) as tx:
        return await kept.read(tx, one.id, by=by)


async def values(engine: AsyncEngine, app: str, table: str, by: Actor) -> list[dict[str, Any]]:
    async with db.transaction(engine) as tx:
        page = await query.page(tx, await apps.open_app(tx, app, by=by), table, Query(limit=1000))
    return [r["values"] for r in orjson.loads(page.rows)]


async def test_a_file_becomes_an_app(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    ben = northlight_kept.ben
    one = await looked(engine, root, ORDERS.encode("cp1252"), ben)
    assert one.state == "ready" and one.rows == 6
    kinds = {c["name"]: c["kind"] for c in one.preview["columns"]}
    assert kinds == {
        "Order no": "text", "Customer": "text", "E-mail": "email", "Status": "select", "Ordered on": "date",
        "Amount": "money", "Quantity": "number", "Paid": "checkbox", "Tags": "multi_select", "Notes": "long_text",
    }  # fmt: skip
    assert "read as" in one.preview["problems"][0]["reason"]

    done = await ran(engine, root, one, ben)
    assert (done.state, done.done, done.refused) == ("done", 6, 0)
    first, *_, last = await values(engine, done.target["app"], done.target["table"], ben)
    assert (
        first["amount"] == "1234.50"
        and first["ordered_on"] == "2026-11-27"
        and first["paid"] is True
        and first["status"] == "packed"
    )
    assert first["tags"] == ["red", "big"] and last["order_no"] == "A-006"
    async with db.transaction(engine) as tx:
        kinds_told = (
            (await tx.execute(select(events.c.kind).where(events.c.app_id == done.target["app"]).order_by(events.c.id)))
            .scalars()
            .all()
        )
    assert kinds_told == ["app.built", "row.imported"]


async def test_rows_go_into_a_table_and_can_be_taken_back(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    ben = northlight_kept.ben
    spec = app_from(
        """
id: shop
name: Shop
tables:
- id: customers
  name: Customers
  fields: [{id: name, name: Name, kind: text}, {id: orders, name: Orders, kind: link, to: orders, many: true, reverse: customer}]
- id: orders
  name: Orders
  fields:
  - {id: no, name: Order no, kind: text, unique: true, required: true}
  - {id: customer, name: Customer, kind: link, to: customers, reverse: orders}
  - {id: n, name: Number, kind: autonumber}
  - {id: status, name: Status, kind: select, options: [{id: new, name: New}, {id: packed, name: Packed}], default: new}
  - {id: total, name: Amount, kind: money}
"""
    )
    async with db.transaction(engine) as tx:
        app = await apps.create(tx, spec, by=ben)
        for name in ("Otto Brandt", "Mia Lind"):
            await rows.create(tx, app, "customers", {"name": name}, by=ben)
        await rows.create(tx, app, "orders", {"no": "A-002"}, by=ben)
    one = await looked(engine, root, ORDERS.encode(), ben)
    done = await ran(engine, root, one, ben, app="shop", table="orders")
    assert (done.done, done.refused) == (6, 3)
    refused = list(csv.reader(io.StringIO((root / one.id / "refused.csv").read_text("utf-8-sig"))))
    reasons = {line[2]: line[1] for line in refused[1:]}
    assert "has no choice" in reasons["A-002"] or (
        "is there already" in reasons["A-002"]
        and "no row is called 'Kestrel AG'" in reasons["A-003"]
        and "no row is called" in reasons["A-006"]
    )
    assert set(reasons) == {"A-002", "A-003", "A-006"}

    taken = await values(engine, "shop", "orders", ben)
    otto = next(r for r in taken if r["no"] == "A-001")
    assert otto["customer"][0]["name"] == "Otto Brandt" and otto["n"] and otto["total"] == "1234.50"
    async with db.transaction(engine) as tx:
        app = await apps.open_app(tx, "shop", by=ben, to="write")
        await undo.undo(tx, app, by=ben)
    assert [r["no"] for r in await values(engine, "shop", "orders", ben)] == ["A-002"]
    async with db.transaction(engine) as tx:
        await undo.redo(tx, await apps.open_app(tx, "shop", by=ben, to="write"), by=ben)
    assert len(await values(engine, "shop", "orders", ben)) == len(taken)


async def test_a_workbook_keeps_its_types(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body)
    sheet, days = book.add_worksheet("People"), book.add_format({"num_format": "yyyy-mm-dd"})
    for n, name in enumerate(["Name", "Joined", "Hours", "Active", "Zip"]):
        sheet.write(0, n, name)
    for n in range(1, 31):
        sheet.write_row(n, 0, [f"Person {n}"])
        sheet.write_datetime(n, 1, datetime(2024, 1, n), days)
        sheet.write_number(n, 2, n * 1.5)
        sheet.write_boolean(n, 3, n % 2 == 0)
        sheet.write_string(n, 4, f"0{n:04}")
    book.close()
    one = await looked(engine, root, body.getvalue(), northlight_kept.ben, "team list.xlsx")
    assert [c["kind"] for c in one.preview["columns"]] == ["text", "date", "number", "checkbox", "text"]
    done = await ran(engine, root, one, northlight_kept.ben)
    got = await values(engine, done.target["app"], done.target["table"], northlight_kept.ben)
    assert got[1] == {"name": "Person 2", "joined": date(2024, 1, 2).isoformat(), "hours": 3, "active": True, "zip": "00002"}


BROKEN: list[tuple[str, bytes, str, str]] = [
    ("nothing", b"\xef\xbb\xbf\n \n", "failed", "is empty"),
    ("a heading only", b"a,b,c\n", "ready", "no rows"),
    ("an open quotation mark", b'a,b\n1,"' + b"x" * 1_100_000, "failed", "not closed"),
    ("NUL", b"a,b\n1\x00,2\n3,4\n", "ready", "NUL"),
    ("ragged rows", b"a,b\n1,2\n4\n5,6,7\n", "ready", "more cells"),
    ("the same heading twice", b"a,a,\nx,y,z\n", "ready", "two columns"),
    ("no heading", b"1,2\n3,4\n", "ready", "no heading"),
    (
        "16,385 columns",
        b",".join(f"c{i}".encode() for i in range(16_385)) + b"\n" + b",".join(b"1" for _ in range(16_385)),
        "ready",
        "16,385",
    ),
    ("a broken archive", b"PK\x03\x04" + b"\x00" * 200, "failed", "broken archive"),
    ("an old workbook that is none", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "failed", "cannot be read"),
    ("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "ready", ""),
    ("UTF-16", "näme,b\nä,2\n".encode("utf-16"), "ready", ""),
]


@pytest.mark.parametrize(("what", "body", "state", "says"), BROKEN, ids=[b[0] for b in BROKEN])
async def test_what_is_wrong_with_a_file_is_told(
    engine: AsyncEngine, northlight_kept: Northlight, root: Path, what: str, body: bytes, state: str, says: str
) -> None:
    one = await looked(engine, root, body, northlight_kept.ben)
    assert one.state == state, one.message
    told = one.message + " ".join(f"{p['path']} {p['reason']}" for p in one.preview.get("problems", []))
    assert says in told


async def test_a_bomb_is_not_unfolded(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 80_000_000)
    one = await looked(engine, root, body.getvalue(), northlight_kept.ben, "bomb.xlsx")
    assert one.state == "failed" and "more than is safe" in one.message


async def test_reading_that_breaks_off_leaves_nothing(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    ben = northlight_kept.ben
    body = b"name,n\n" + b"".join(b"r%d,%d\n" % (i, i) for i in range(9_000)) + b'bad,"' + b"x" * 1_100_000
    one = await looked(engine, root, body, ben, "breaks.csv")
    done = await ran(engine, root, one, ben)
    assert done.state == "failed" and "not closed" in done.message
    async with db.transaction(engine) as tx:
        assert "breaks" not in {a.id for a in await apps.listed(tx, by=ben)}


async def test_choices_are_checked_before_anything_is_made(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    ben = northlight_kept.ben
    one = await looked(engine, root, ORDERS.encode(), ben)
    for choices in ([Choice("Nope", kind="text")], [Choice("Notes", kind="select")], [Choice("Notes", kind="banana")], []):
        with pytest.raises(Invalid):
            await ran(engine, root, one, ben, choices=choices)
    async with db.transaction(engine) as tx:
        await running.cancel(tx, root, one.id, by=ben)
    with pytest.raises(Conflict):
        await ran(engine, root, one, ben)


async def test_an_import_is_its_own_persons(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    one = await looked(engine, root, ORDERS.encode(), northlight_kept.ben)
    async with db.transaction(engine) as tx:
        with pytest.raises(NotFound):
            await kept.read(tx, one.id, by=northlight_kept.mia)
        with pytest.raises(NotFound):
            await kept.read(tx, one.id, by=northlight_kept.cleo)
        assert (await kept.read(tx, one.id, by=northlight_kept.ana)).id == one.id


async def test_an_import_that_was_killed_is_told(engine: AsyncEngine, northlight_kept: Northlight, root: Path) -> None:
    ben = northlight_kept.ben
    one = await looked(engine, root, ORDERS.encode(), ben)
    async with db.transaction(engine) as tx:
        await running.begin(tx, one.id, by=ben)
    await abandoned(engine, patience_seconds=0)
    async with db.transaction(engine) as tx:
        lost = await kept.read(tx, one.id, by=ben)
        assert lost.state == "failed" and "stopped" in lost.message
        assert lost.target["app"] not in {a.id for a in await apps.listed(tx, by=ben)}


async def test_cells_of_a_megabyte_do_not_fill_the_server(engine: AsyncEngine, root: Path, northlight_kept: Northlight):
    """What is shown of a file stays small however large its cells are."""
    body = b"name,notes\n" + b"".join(b"n%d,%s\n" % (n, b"x" * 900_000) for n in range(8))
    one = await looked(engine, root, body, northlight_kept.ben, "long.csv")
    assert one.state == "ready"
    assert len(orjson.dumps(one.preview)) < 50_000


async def test_people_of_a_file_are_people_of_the_team(engine: AsyncEngine, root: Path, northlight_kept: Northlight):
    ben = northlight_kept.ben
    fields = [{"name": "Name", "kind": "text"}, {"name": "Who", "kind": "person"}]
    async with db.transaction(engine) as tx:
        app = await apps.create(tx, app_from({"name": "Shifts", "tables": [{"name": "Jobs", "fields": fields}]}), by=ben)
    body = f"Name,Who\na,{ben.name.upper()}\nb,Nobody At All\nc,{ben.id}\nd,\n".encode()
    done = await ran(engine, root, await looked(engine, root, body, ben), ben, app=app.id, table="jobs")
    assert (done.state, done.done, done.refused) == ("done", 4, 1)
    async with db.transaction(engine) as tx:
        page = await query.page(tx, await apps.open_app(tx, app.id, by=ben), "jobs", Query())
    assert [row["values"]["who"] for row in orjson.loads(page.rows)] == [[ben.id], [ben.id], []]


async def test_more_columns_than_a_function_takes_arguments(engine: AsyncEngine, root: Path, northlight_kept: Northlight):
    """PostgreSQL passes a hundred arguments; a list of 130 columns is read, taken, and found by its words."""
    heads, cells = ",".join(f"C{n}" for n in range(130)), ",".join(f"word{n}" for n in range(130))
    one = await looked(engine, root, f"{heads}\n{cells}\n".encode(), northlight_kept.ben, "wide.csv")
    done = await ran(engine, root, one, northlight_kept.ben)
    assert done.state == "done", done
    async with db.transaction(engine) as tx:
        app = await apps.open_app(tx, done.target["app"], by=northlight_kept.ben)
        for word, found in (("word0", 1), ("word129", 1), ("word89\nword90", 0), ("nothing", 0)):
            assert (await query.page(tx, app, done.target["table"], Query(search=word))).total == found, word


async def test_what_goes_wrong_unforeseen_ends_the_import(
    engine: AsyncEngine, root: Path, northlight_kept: Northlight, monkeypatch: pytest.MonkeyPatch
):
    async def breaks(_: object) -> None:
        raise RuntimeError("a fault of ours")

    one = await looked(engine, root, ORDERS.encode(), northlight_kept.ben)
    monkeypatch.setattr(running._Run, "all", breaks)
    done = await ran(engine, root, one, northlight_kept.ben)
    assert done.state == "failed" and "server's log" in done.message and "fault of ours" not in done.message
