"""What strangers send: from other sites, as expressions, as bombs, as patterns that never end."""

import io
import re
import time
import zipfile
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI

from sayso.db import transaction
from sayso.errors import SaysoError
from sayso.spec.formula import parse, typed
from sayso.team import sessions
from sayso.web.routes import API, Address
from tests.security.escapes import ESCAPES
from tests.spec.formula.test_formula import APP, ORDERS
from tests.web.conftest import URL, Company

WRITES = [one for one in API if one.verb != "GET"]
FROM_ELSEWHERE: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": URL + ".evil.example"},
    {"referer": URL + "/"},
    {"content-type": "text/plain"},
    {},
)


def path(address: Address) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", "1", address.path)


@pytest.mark.parametrize("address", WRITES, ids=lambda one: f"{one.verb} {one.path}")
async def test_every_write_asks_where_it_came_from(company: Company, app: FastAPI, address: Address):
    async with transaction(company.engine) as tx:
        cookie = {"cookie": f"sayso_session={await sessions.begin(tx, by=company.ana.actor)}"}
    before = await company.last_event()
    for elsewhere in FROM_ELSEWHERE:
        answer = await company.nobody.request(address.verb, path(address), headers={**cookie, **elsewhere}, content=b"{}")
        assert answer.status_code == 403, (elsewhere, answer.text)
        assert "another site" in answer.json()["detail"]
    assert await company.last_event() == before


async def test_no_answer_lets_another_origin_read(company: Company):
    evil = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for verb, where in (
        ("GET", "/api/me"),
        ("OPTIONS", "/api/apps"),
        ("GET", "/signin"),
        ("GET", "/models"),
        ("GET", "/healthz"),
        ("OPTIONS", "/v1/models"),
    ):
        for caller in (company.mia, company.nobody):
            answer = await caller.request(verb, where, headers=evil)
            assert not [name for name in answer.headers if name.startswith("access-control-")], (verb, where)
    for where in ("/api/me", "/signin", "/f/none", "/models"):
        told = (await company.nobody.get(where)).headers
        assert told["referrer-policy"] == "no-referrer" and told["cross-origin-resource-policy"] == "same-origin", where
        assert told["cross-origin-opener-policy"] == "same-origin"


async def test_signing_out_clears_the_browser(company: Company):
    async with transaction(company.engine) as tx:
        secret = await sessions.begin(tx, by=company.mia.actor)
    out = await company.nobody.delete(
        "/api/session", headers={"cookie": f"sayso_session={secret}", "sec-fetch-site": "same-origin"}
    )
    assert out.status_code == 204 and out.headers["clear-site-data"] == '"cache", "storage"'


def test_three_hundred_escapes_stay_text():
    assert len(set(ESCAPES)) >= 300
    inert: list[str] = []
    for source in ESCAPES:
        with suppress(SaysoError):
            typed(parse(source), ORDERS, APP)
            inert.append(source)
    assert inert == [], "what is no formula is told to be none"


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(a|aa)+$", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "^(a|a?)+$", "(\\w+\\s?)*$"]
)
async def test_patterns_that_never_end_do(pattern: str):
    """Where people write patterns (checks of trials), RE2 reads them."""
    import re2  # noqa: PLC0415 (only here)

    began = time.process_time()
    re2.compile(pattern).search("a" * 50_000 + "!")
    assert time.process_time() - began < 2


def zipped(**members: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return body.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(12)
) + b"]><workbook>&a11;</workbook>"  # fmt: skip
SHEET = b'<worksheet><sheetData><row r="1"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
BOMBS: dict[str, tuple[str, bytes]] = {
    "a zip of zeros": ("zeros.xlsx", zipped(xl__workbook=b"0" * 60_000_000)),
    "a billion laughs": ("laughs.xlsx", zipped(**{"xl__workbook.xml": LAUGHS, "[Content_Types].xml": b"<Types/>"})),
    "a far cell": ("far.xlsx", zipped(**{"xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": SHEET})),
    "many members": ("many.xlsx", zipped(**{f"xl__{n}.xml": b"x" for n in range(3_000)})),
    "one field without end": ("field.csv", b'a,b\n"' + b"x" * 2_000_000),
    "a million columns": ("wide.csv", b"," * 1_000_000 + b"\n1\n"),
    "no line at all": ("line.csv", b"x" * 3_000_000),
    "nuls": ("nul.csv", b"\x00" * 200_000),
    "not what it says": ("not.xlsx", b"PK\x03\x04" + b"\xff" * 1_000),
    "cut off": ("cut.xlsx", zipped(a=b"x" * 10_000)[:200]),
    "a picture of half a million by half a million": (
        "flood.png",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x07\xa1\x20\x00\x07\xa1\x20\x08\x02\x00\x00\x00" + b"\x00" * 64,
    ),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_bombs_are_not_unfolded(company: Company, name: str):
    """Each as an import and as a file; the server says what is wrong, and goes on."""
    file, body = BOMBS[name]
    taken = await company.ben.post("/api/imports", files={"file": (file, body, "application/octet-stream")})
    assert taken.status_code in (201, 413, 422), taken.text
    if taken.status_code == 201:
        await company.ben.delete(f"/api/imports/{taken.json()['id']}")
    kept = await company.ben.post("/api/files", files={"file": (file, body, "image/png")})
    assert kept.status_code in (201, 413, 422)
    if kept.status_code == 201:
        small = await company.ben.get(f"/api/files/{kept.json()['id']}/thumbnail")
        assert small.status_code in (404, 413, 422)
    assert (await company.nobody.get("/healthz")).status_code == 200


async def test_a_zipped_body_is_not_unfolded(company: Company):
    import gzip  # noqa: PLC0415 (only here)

    body = gzip.compress(b'{"name": "' + b"a" * 10_000_000 + b'"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert (await company.ben.patch("/api/me", content=body, headers=headers)).status_code in (413, 415, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))},
        {"range": "bytes=-1,-1,-1"},
        {"range": "bytes=9-1"},
        {"if-none-match": "W/" * 20_000},
        {"accept-language": "en," * 20_000},
        {"cookie": "a=b; " * 5_000},
    ],
    ids=str,
)
async def test_headers_without_end_are_answered(company: Company, headers: dict[str, str]):
    made = (await company.ben.post("/api/files", files={"file": ("a.txt", b"hello", "text/plain")})).json()
    for where in (f"/api/files/{made['id']}", "/look/mark.svg", "/api/me", "/models"):
        assert (await company.ben.get(where, headers={str(k): v[:60_000] for k, v in headers.items()})).status_code < 500


async def test_many_parts_are_refused(company: Company):
    boundary = "x"
    body = b"".join(b'--x\r\ncontent-disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(5_000)) + b"--x--\r\n"
    answer = await company.ben.post(
        "/api/files", content=body, headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )
    assert answer.status_code in (400, 413, 422)
    heads = b"--x\r\n" + b"".join(b"x-%d: 1\r\n" % n for n in range(5_000)) + b"\r\n1\r\n--x--\r\n"
    answer = await company.ben.post("/api/files", content=heads, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code in (400, 413, 422)
    assert isinstance(answer, httpx.Response)
