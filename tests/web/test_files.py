"""Files, spreadsheets in and rows out, through the API."""

import asyncio
import csv
import io
import time
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from PIL import Image

from sayso.data import files
from sayso.web.api.exports import saved_as
from sayso.web.parts import DRAWN_AT_ONCE_MAX, EXPORTS_AT_ONCE_MAX
from tests.web.conftest import Caller, Company
from tests.web.crm import CLIENTS, CRM

ROWS = f"{CLIENTS}/rows"


@pytest.fixture(scope="module", autouse=True)
async def crm(company: Company) -> None:
    made = await company.ben.post("/api/apps", json={"spec": CRM})
    assert made.status_code == 201, made.text
    rows = [
        {"values": {"name": n, "stage": "won", "worth": w}} for n, w in (("Otto", "12.50"), ("=1+1", "3"), ("-Mia, “x”\n", None))
    ]
    assert (await company.mia.post(ROWS, json={"rows": rows})).status_code == 201


def picture(size: tuple[int, int] = (900, 600)) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(body, "PNG")
    return body.getvalue()


async def test_a_picture_is_kept_shown_small_and_attached(company: Company):
    made = (await company.mia.post("/api/files", files={"file": ("../../etc/pass wd.png", picture(), "text/html")})).json()
    assert (made["name"], made["type"], made["width"], made["height"]) == ("pass wd.png", "image/png", 900, 600)
    whole = await company.mia.get(f"/api/files/{made['id']}")
    assert whole.content == picture() and whole.headers["content-disposition"].startswith("attachment")
    assert whole.headers["x-content-type-options"] == "nosniff" and "sandbox" in whole.headers["content-security-policy"]
    small = await company.mia.get(f"/api/files/{made['id']}/thumbnail", params={"size": 100})
    assert small.headers["content-type"] == "image/webp" and max(Image.open(io.BytesIO(small.content)).size) == 160

    row = (await company.mia.post(ROWS, json={"values": {"name": "With papers", "papers": [made["id"]]}})).json()["rows"][0]
    assert row["values"]["papers"][0]["name"] == "pass wd.png"
    assert (await company.cleo.get(f"/api/files/{made['id']}")).content == picture(), "she sees the row that holds it"
    for other in (company.zoe, company.nobody):
        assert (await other.get(f"/api/files/{made['id']}")).status_code in (401, 404)
    assert (await company.cleo.post("/api/files", files={"file": ("a.txt", b"x")})).status_code == 403


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("page.png", b"<html><script>alert(1)</script>", "text/plain"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
        (
            "bomb.png",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xc3P\x00\x00\xc3P\x08\x02\x00\x00\x00" + b"\x00" * 40,
            "application/octet-stream",
        ),
        ("letter.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("half.jpg", b"\xff\xd8\xff\xe0 broken", "application/octet-stream"),
    ],
)
async def test_a_file_is_what_is_in_it(company: Company, name: str, body: bytes, kind: str):
    made = (await company.mia.post("/api/files", files={"file": (name, body, "image/png")})).json()
    assert made["type"] == kind
    assert (await company.mia.get(f"/api/files/{made['id']}/thumbnail")).status_code == 404


async def test_an_empty_file_is_told(company: Company):
    assert (await company.mia.post("/api/files", files={"file": ("a.txt", b"")})).status_code == 422
    assert (await company.mia.post("/api/files", json={})).status_code == 422


async def test_rows_leave_as_csv_xlsx_and_json(company: Company):
    asked = {"sorts": '[{"field": "name"}]', "filter": '{"of": [{"field": "stage", "op": "is", "value": "won"}]}'}
    whole = await company.cleo.get(f"{CLIENTS}/export", params=asked)
    assert "attachment" in whole.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(whole.content.decode("utf-8-sig"))))
    names = {line[0] for line in lines[1:]}
    assert lines[0][:3] == ["Name", "Stage", "Worth"] and {"'=1+1", "Otto"} <= names and any(n.startswith("'-Mia") for n in names)
    assert next(line for line in lines if line[0] == "Otto")[1:3] == ["Won", "12.50"]
    raw = (await company.cleo.get(f"{CLIENTS}/export", params={**asked, "raw": "1"})).content.decode("utf-8-sig")
    assert "\n=1+1," in raw.replace("\r", "")

    book = await company.cleo.get(f"{CLIENTS}/export", params={**asked, "format": "xlsx"})
    sheet: Any = openpyxl.load_workbook(io.BytesIO(book.content)).active
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert cells["=1+1"][0].data_type == "s" and cells["Otto"][2].value == 12.5
    rows = (await company.cleo.get(f"{CLIENTS}/export", params={**asked, "format": "json"})).json()["rows"]
    assert [r["values"]["name"] for r in rows if r["values"]["worth"]] == ["=1+1", "Otto"]

    assert (await company.cleo.get(f"{CLIENTS}/export", params={"format": "doc"})).status_code == 422
    assert (await company.zoe.get(f"{CLIENTS}/export")).status_code == 404


async def _over(who: Caller, id: str) -> dict[str, Any]:
    for _ in range(1_200):
        one = (await who.get(f"/api/imports/{id}")).json()
        if one["state"] not in ("reading", "running"):
            return one
        await asyncio.sleep(0.05)
    raise AssertionError("it never ended")


async def _arrived(who: Caller, name: str, body: bytes) -> dict[str, Any]:
    """An import that has been looked at; on a busy machine that takes longer than the answer waits."""
    sent = await who.post("/api/imports", files={"file": (name, body)})
    assert sent.status_code == 201, sent.text
    return await _over(who, sent.json()["id"])


async def test_a_spreadsheet_comes_in(company: Company):
    body = b"Name,Stage,Worth\nKestrel,New,5\nOstra,Lost,x\nFika,Won,7.25\n"
    one = await _arrived(company.mia, "more clients.csv", body)
    one = await _over(company.mia, one["id"])
    assert one["state"] == "ready" and one["rows"] == 3 and [c["name"] for c in one["columns"]] == ["Name", "Stage", "Worth"]
    begun = await company.mia.post(f"/api/imports/{one['id']}/start", json={"into": {"app": "crm", "table": "clients"}})
    assert begun.status_code == 200 and begun.json()["state"] == "running"
    done = await _over(company.mia, one["id"])
    assert (done["state"], done["done"], done["refused"], done["app"], done["table"]) == ("done", 3, 1, "crm", "clients")
    refused = (await company.mia.get(f"/api/imports/{one['id']}/refused")).content.decode("utf-8-sig")
    assert "Worth is an amount" in refused and "Ostra" in refused
    found = (await company.cleo.get(ROWS, params={"search": "kestrel"})).json()["rows"]
    assert [r["values"]["stage"] for r in found] == ["new"]
    undone = (await company.mia.post("/api/apps/crm/undos", json={})).json()
    assert undone["sentence"] == "Import 2 rows into Clients"
    assert (await company.cleo.get(ROWS, params={"search": "kestrel"})).json()["rows"] == []


async def test_a_new_app_from_a_spreadsheet_takes_the_right_to_build(company: Company):
    for who, status in ((company.mia, 403), (company.ben, 200)):
        one = await _arrived(who, "gear.csv", b"Item,Price\nLamp,12.50\nStand,9.00\n")
        assert one["state"] == "ready"
        begun = await who.post(f"/api/imports/{one['id']}/start", json={"columns": [{"column": "Item", "kind": "text"}]})
        assert begun.status_code == status, begun.text
    assert (await company.cleo.get("/api/apps/gear")).json()["spec"]["tables"][0]["fields"][0]["name"] == "Item"
    assert (await company.cleo.post("/api/imports", files={"file": ("a.csv", b"a\n1\n")})).status_code == 403
    assert (await company.zoe.get(f"/api/imports/{one['id']}")).status_code == 404


async def test_exports_leave_connections_for_everybody_else(company: Company, app: FastAPI):
    exporting = app.state.parts.exporting
    for _ in range(EXPORTS_AT_ONCE_MAX):
        await exporting.acquire()
    refused = await company.cleo.get(f"{CLIENTS}/export")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    for _ in range(EXPORTS_AT_ONCE_MAX):
        exporting.release()
    for _ in range(EXPORTS_AT_ONCE_MAX + 1):
        assert (await company.cleo.get(f"{CLIENTS}/export")).status_code == 200
    assert not exporting.locked(), "an export that is over gives its place back"


async def test_only_this_account_looks_into_the_folder_of_files(company: Company, app: FastAPI):
    await company.mia.post("/api/files", files={"file": ("a.png", picture(), "image/png")})
    assert app.state.parts.files.root.stat().st_mode & 0o077 == 0


def test_a_file_name_begins_no_header():
    """A multipart body may put a bare line break into a file name, and a fast HTTP server writes out what it is given."""
    told = saved_as('bill\nSet-Cookie: a=b\r\n\x00".csv')["content-disposition"]
    assert told.isprintable() and told.count('"') == 2


async def test_a_field_that_is_named_like_a_formula_is_exported_as_text(company: Company):
    spec = {"name": "Sums", "tables": [{"name": "Sheet", "fields": [{"name": "=1+1", "kind": "text"}]}]}
    made = (await company.ben.post("/api/apps", json={"spec": spec})).json()
    table = f"/api/apps/{made['id']}/tables/{made['spec']['tables'][0]['id']}"
    assert (await company.cleo.get(f"{table}/export")).text.lstrip("\ufeff").startswith("'=1+1")


async def test_large_pictures_are_drawn_few_at_once(company: Company, monkeypatch: pytest.MonkeyPatch):
    now, most, draw = 0, 0, files.thumbnail_of

    def counted(*args: Any) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        time.sleep(0.1)
        draw(*args)
        now -= 1

    monkeypatch.setattr(files, "thumbnail_of", counted)
    sent = [("p.png", picture((50 + n, 40)), "image/png") for n in range(5)]
    ids = [(await company.mia.post("/api/files", files={"file": one})).json()["id"] for one in sent]
    shown = await asyncio.gather(*(company.mia.get(f"/api/files/{id}/thumbnail") for id in ids for _ in range(2)))
    assert {one.status_code for one in shown} == {200}
    assert most == DRAWN_AT_ONCE_MAX


async def test_a_picture_taken_sideways_is_shown_upright(company: Company):
    body, sideways = io.BytesIO(), Image.Exif()
    sideways[0x0112] = 6
    Image.new("RGB", (900, 300), (9, 90, 9)).save(body, "JPEG", exif=sideways)
    made = (await company.mia.post("/api/files", files={"file": ("p.jpg", body.getvalue(), "image/jpeg")})).json()
    small = Image.open(io.BytesIO((await company.mia.get(f"/api/files/{made['id']}/thumbnail", params={"size": 320})).content))
    assert small.height > small.width
