"""Files that would like to be pages: saved, never shown, and never a path."""

import pytest

from tests.web.conftest import Company

RUN = b"<script>document.title='run'</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + RUN + b"</svg>"
HTML = b"<!doctype html><html><body>" + RUN + b"</body></html>"
GIF = b"GIF89a/*\x00\x00" + b"*/=1;" + RUN
BODIES: dict[str, bytes] = {
    "svg": SVG,
    "svg with a head": b'<?xml version="1.0"?>' + SVG,
    "html": HTML,
    "xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><body>' + RUN + b"</body></html>",
    "gif and script": GIF,
    "pdf with script": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "mht": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + HTML,
    "xml with a sheet": b'<?xml version="1.0"?><?xml-stylesheet href="https://evil.example/x.xsl" type="text/xsl"?><a/>',
}
CLAIMS = (
    ("x.html", "text/html"),
    ("x.png", "image/png"),
    ("x.svg", "image/svg+xml"),
    ("x.txt", "text/html;image/png"),
    ("x.js", "text/javascript\r\nx-evil: 1"),
)
CASES = [(name, *claim) for name in BODIES for claim in CLAIMS]


def test_there_are_forty():
    assert len(CASES) == 40


@pytest.mark.parametrize(("body", "name", "claimed"), CASES)
async def test_forty_files_are_saved_and_never_shown(company: Company, body: str, name: str, claimed: str):
    sent = await company.ben.post("/api/files", files={"file": (name, BODIES[body], claimed.replace("\r\n", " "))})
    assert sent.status_code == 201, sent.text
    kept = sent.json()
    assert kept["type"] not in (
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/javascript",
        "text/xml",
        "application/xml",
    )
    answer = await company.ben.get(f"/api/files/{kept['id']}")
    told = answer.headers
    assert answer.content == BODIES[body]
    assert told["content-disposition"].startswith("attachment;")
    assert told["x-content-type-options"] == "nosniff"
    assert "sandbox" in told["content-security-policy"] and "default-src 'none'" in told["content-security-policy"]
    assert told["cache-control"] == "private, no-store" and "x-evil" not in told
    if body != "gif and script":
        assert (await company.ben.get(f"/api/files/{kept['id']}/thumbnail")).status_code in (404, 422)


NAMES = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\boot.ini", "%2e%2e%2fx", "....//x", "x\x00.png", "x\r\nset-cookie: a=b", "/proc/self/environ",
    "a" * 300, ".", "..", "...", " ", "~root", "CON", "x/../../y", "\u202egnp.exe", "\uff0e\uff0e\uff0fx", "file:///etc/passwd", "http://evil.example/x", "|id", "$(id)", "`id`", "-rf",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_names_are_never_paths(company: Company, name: str):
    safe = name.replace("\x00", "%00").replace("\r\n", "%0d%0a")
    sent = await company.ben.post("/api/files", files={"file": (safe, b"hello", "text/plain")})
    assert sent.status_code in (201, 422)
    if sent.status_code == 201:
        kept = sent.json()
        assert "/" not in kept["name"] and "\\" not in kept["name"] and kept["name"].strip(".") and len(kept["name"]) <= 200
        told = (await company.ben.get(f"/api/files/{kept['id']}")).headers
        assert "set-cookie" not in told and "\n" not in told["content-disposition"]


@pytest.mark.parametrize("path", ["/api/files", "/api/imports"])
async def test_a_path_in_place_of_a_file_is_none(company: Company, path: str):
    for body in (
        {"file": "/etc/passwd"},
        {"files": [{"filepath": "/etc/passwd"}]},
        {"file": {"path": "/etc/passwd", "filepath": "/etc/passwd"}},
    ):
        answer = await company.ben.post(path, json=body)
        assert answer.status_code == 422 and "root:" not in answer.text
    answer = await company.ben.post(path, data={"file": "/etc/passwd"})
    assert answer.status_code == 422
