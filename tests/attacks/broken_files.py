"""Sixty files that are broken, and twelve that are bombs (F26, T28): made here, so that nobody has to keep them.

A broken file is one that somebody might really have: cut off, renamed, in another encoding, with a password. A bomb is one that was made to
take more memory or time than its size lets expect.
"""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

File = tuple[str, Callable[[], bytes]]
"""Its name as it was sent, and what makes it."""


def zipped(members: dict[str, bytes], link: str = "") -> bytes:
    """An archive; `link` names a member that is a symbolic link to `/etc/passwd`."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
    return body.getvalue()


TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
RELS = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
BOOK = b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>'
SHEET_HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_END = b"</sheetData></worksheet>"


def book(sheet: bytes, **parts: bytes) -> bytes:
    """A workbook of one sheet, whose XML is this."""
    members = {"[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELS}
    return zipped(
        members | {"xl/worksheets/sheet1.xml": sheet} | {name.replace("__", "/") + ".xml": part for name, part in parts.items()}
    )


def rows(*lines: bytes) -> bytes:
    return SHEET_HEAD + b"".join(lines) + SHEET_END


def said(ref: str, text: str) -> bytes:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def row(n: int, *cells: bytes) -> bytes:
    return b'<row r="%d">' % n + b"".join(cells) + b"</row>"


GOOD_ROWS = (row(1, said("A1", "Name"), said("B1", "Born")), row(2, said("A2", "Rosa"), said("B2", "1981")))
W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(body: bytes) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": body})


def laughs(levels: int = 12) -> bytes:
    """Billion laughs: entities of entities."""
    told = b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1)) * 10) for n in range(1, levels))
    return b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">' + told + b"]>"


OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
QUADRATIC = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"a" * 50_000 + b'">]>'


def picture(form: str, **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, form, **more)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that claims this size and holds next to nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\x00" * 1_000)) + chunk(b"IEND", b"")


def gif(frames: int, width: int = 8, height: int = 8) -> bytes:
    """As many frames as one likes, each of a few bytes."""
    frame = b"\x2c\x00\x00\x00\x00" + struct.pack("<HH", width, height) + b"\x00\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00\x00\x00\x00\xff\xff\xff" + frame * frames + b"\x3b"


def tiff(width: int, height: int) -> bytes:
    """A TIFF whose directory claims this size and leads back to itself."""
    tags = ((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, 100))  # fmt: skip
    return (
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", len(tags))
        + b"".join(struct.pack("<HHII", *tag) for tag in tags)
        + struct.pack("<I", 8)
    )


def pdf(objects: list[bytes], more: bytes = b"") -> bytes:
    return b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, one) for n, one in enumerate(objects, 1)) + more + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)  # fmt: skip


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def nested_mail(depth: int) -> bytes:
    mail = b"Subject: inmost\r\n\r\nhello"
    for n in range(depth):
        mail = (
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--b%d--\r\n'
            % (n, n, mail, n)
        )
    return mail


def linked_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("../../etc/cron.d/x")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return out.getvalue()


def lying_zip() -> bytes:
    """Says in its directory that a member of 40 MB unfolds to ten bytes."""
    whole = bytearray(book(SHEET_HEAD + b" " * 40_000_000 + SHEET_END))
    size = struct.pack("<I", len(SHEET_HEAD) + 40_000_000 + len(SHEET_END))
    at = whole.find(size)
    while at >= 0:
        whole[at : at + 4] = struct.pack("<I", 10)
        at = whole.find(size, at + 4)
    return bytes(whole)


def zip_of_zips(depth: int, wide: int) -> bytes:
    """As 42.zip is made: archives of archives of zeros."""
    inner = zipped({"0": b"0" * 1_000_000})
    for _ in range(depth):
        inner = zipped({str(n): inner for n in range(wide)})
    return inner


def shared_strings(count: int) -> bytes:
    """A table of texts that claims to hold a thousand million."""
    return b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="%d" uniqueCount="%d"><si><t>x</t></si></sst>' % (count, count)  # fmt: skip


CSV = b"Name,Born\nRosa,1981\nIgor,1990\n"

BROKEN: dict[str, File] = {
    # lists
    "csv in cp1252": ("a.csv", lambda: "Name,Ort\nJörg,Köln\n".encode("cp1252")),
    "csv in utf-16": ("a.csv", lambda: "Name,Ort\nJörg,Köln\n".encode("utf-16")),
    "csv in utf-16 without a mark": ("a.csv", lambda: "Name,Ort\nJörg,Köln\n".encode("utf-16-le")),
    "csv in utf-32": ("a.csv", lambda: "Name,Ort\nJörg,Köln\n".encode("utf-32")),
    "csv in two encodings": ("a.csv", lambda: "Name\nJörg\n".encode() + "Jörg\n".encode("cp1252") * 5),
    "csv with a mark": ("a.csv", lambda: b"\xef\xbb\xbf" + CSV),
    "csv with two marks": ("a.csv", lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + CSV),
    "csv with mixed line ends": ("a.csv", lambda: b"Name,Born\r\nRosa,1981\nIgor,1990\rMia,1\n\r"),
    "csv with an open quote": ("a.csv", lambda: b'Name,Born\n"Rosa,1981\nIgor,1990\n' * 3),
    "csv with nuls": ("a.csv", lambda: b"Na\x00me,Born\n\x00Rosa,1981\n" * 3),
    "csv of nuls": ("a.csv", lambda: b"\x00" * 10_000),
    "csv with ragged rows": ("a.csv", lambda: b"a,b,c\n1\n1,2,3,4,5,6,7\n,,,,,\n1,2\n"),
    "csv without a heading": ("a.csv", lambda: b",,\n1,2,3\n4,5,6\n"),
    "csv with the same heading": ("a.csv", lambda: b"Name,Name,name,NAME\n1,2,3,4\n"),
    "csv of one heading": ("a.csv", lambda: b"Name,Born"),
    "csv of blank lines": ("a.csv", lambda: b"\n\n\r\n , \n"),
    "csv with a wide heading": ("a.csv", lambda: b"x" * 100_000 + b",b\n1,2\n"),
    "csv with odd signs": ("a.csv", lambda: "\u202eName,\ufeffBorn,\u0000x,\ud7ff\n1,2,3,4\n".encode()),
    "csv of half a character": ("a.csv", lambda: b"Name\nJ\xc3"),
    "csv with formulas": ("a.csv", lambda: b"Name\n=cmd|' /C calc'!A0\n@SUM(1)\n+1\n-1\n\t=1\n"),
    "csv with impossible days": ("a.csv", lambda: b"Day\n2026-02-30\n0000-00-00\n9999-12-31\n31.11.2026\n99999-01-01\n"),
    "csv with impossible numbers": ("a.csv", lambda: b"N\n1e999\nNaN\ninf\n" + b"9" * 500 + b"\n-0\n"),
    "nothing": ("a.csv", lambda: b""),
    "json in place of a list": ("a.csv", lambda: b'{"a": [1, 2, {"b": null}]}'),
    "a page in place of a list": ("a.xls", lambda: b"<html><table><tr><td>Name</td></tr></table></html>"),
    # workbooks
    "a workbook cut off": ("a.xlsx", lambda: book(rows(*GOOD_ROWS))[:-200]),
    "a workbook without an end": ("a.xlsx", lambda: book(rows(*GOOD_ROWS))[:60]),
    "a workbook without sheets": ("a.xlsx", lambda: zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"})),
    "a workbook whose sheet is missing": ("a.xlsx", lambda: zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELS})),
    "a workbook whose xml is open": ("a.xlsx", lambda: book(SHEET_HEAD + GOOD_ROWS[0])),
    "a workbook of no xml": ("a.xlsx", lambda: book(b"\xff\xfe\x00garbage")),
    "a workbook with a file from outside": ("a.xlsx", lambda: book(OUTSIDE + rows(row(1, said("A1", "&x;"))))),
    "a workbook with a cell that is nowhere": ("a.xlsx", lambda: book(rows(row(1, said("ZZZZ0", "x"), said("A-1", "y"))))),
    "a workbook with a text that is not there": ("a.xlsx", lambda: book(rows(row(1, b'<c r="A1" t="s"><v>99</v></c>')))),
    "a workbook with errors": ("a.xlsx", lambda: book(rows(row(1, b'<c r="A1" t="e"><v>#REF!</v></c>'), row(2, b'<c r="A2"><f>1/0</f><v/></c>')))),
    "a workbook with impossible days": ("a.xlsx", lambda: book(rows(row(1, said("A1", "Day")), row(2, b'<c r="A2" t="d"><v>2026-02-30</v></c>'), row(3, b'<c r="A3"><v>1e300</v></c>')))),
    "a workbook with a password": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + b"\x3e\x00\x03\x00\xfe\xff\x09\x00" + b"\x00" * 480 + b"EncryptedPackage" + b"\x00" * 1_000),
    "an old workbook cut off": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100),
    "an old workbook that leads back to itself": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + b"\x00" * 10 + b"\x01\x00\x00\x00" * 3 + b"\x00" * 464),
    "a workbook that is a document": ("a.xlsx", lambda: word(b"<w:document %s><w:t>hello</w:t></w:document>" % W)),
    "an archive of a link": ("a.xlsx", lambda: zipped({"a": b"x"}, link="xl/workbook.xml")),
    "an archive that climbs": ("a.xlsx", lambda: zipped({"../../../etc/cron.d/x": b"* * * * * root id", "/etc/passwd": b"x", "C:\\x": b"x"})),
    "an archive of a taped link": ("a.tar.gz", linked_tar),
    # documents
    "a document cut off": ("a.docx", lambda: word(b"<w:document %s><w:t>hello</w:t></w:document>" % W)[:-100]),
    "a document with a file from outside": ("a.docx", lambda: word(OUTSIDE + b"<w:document %s><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:document>" % W)),
    "a document of no xml": ("a.docx", lambda: word(b"<<<<")),
    "slides": ("a.pptx", lambda: zipped({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>", "ppt/slides/slide1.xml": OUTSIDE + b"<p>&x;</p>"})),
    "a pdf cut off": ("a.pdf", lambda: pdf([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"])[:50]),
    "a pdf whose pages are their own parents": ("a.pdf", lambda: pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999>>"])),
    "a pdf without pages": ("a.pdf", lambda: pdf([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"])),
    "a pdf with a script": ("a.pdf", lambda: pdf([CATALOG[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])),
    "a pdf with a password": ("a.pdf", lambda: pdf([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"]).replace(b"/Size", b"/Encrypt<</Filter/Standard/V 2/R 3/O(" + b"x" * 32 + b")/U(" + b"y" * 32 + b")/P -4>>/Size")),
    # pictures
    "a picture cut off": ("a.png", lambda: picture("PNG")[:-30]),
    "a picture with a wrong sum": ("a.png", lambda: picture("PNG").replace(b"IDAT", b"IDAX")),
    "a photo cut off": ("a.jpg", lambda: picture("JPEG")[:300]),
    "a webp cut off": ("a.webp", lambda: picture("WEBP")[:40]),
    "a gif without frames": ("a.gif", lambda: gif(0)),
    "a tiff that leads back to itself": ("a.tif", lambda: tiff(32, 32)),
    "a bitmap of negative width": ("a.bmp", lambda: b"BM" + struct.pack("<IIIIiiHHIIIIII", 90, 0, 54, 40, -5, -2_000_000_000, 1, 24, 0, 0, 0, 0, 0, 0)),
    "a drawing with a script": ("a.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><image href="http://127.0.0.1/x"/></svg>'),
    "a letter in letters": ("a.eml", lambda: nested_mail(60)),
    "a page named as a picture": ("a.png", lambda: b"<!doctype html><script>alert(1)</script>"),
    "a program": ("a.exe", lambda: b"MZ" + b"\x90" * 200 + b"\x7fELF"),
}  # fmt: skip

BOMBS: dict[str, File] = {
    "an archive of archives": ("42.xlsx", lambda: zip_of_zips(3, 12)),
    "a workbook of zeros": ("zeros.xlsx", lambda: book(SHEET_HEAD + b"0" * 80_000_000)),
    "a workbook that lies about its size": ("lies.xlsx", lying_zip),
    "a workbook of a billion laughs": ("laughs.xlsx", lambda: book(laughs() + rows(row(1, said("A1", "&a11;"))))),
    "a document of a billion laughs": ("laughs.docx", lambda: word(laughs() + b"<w:document %s><w:p><w:r><w:t>&a11;</w:t></w:r></w:p></w:document>" % W)),
    "a document of one entity many times": ("much.docx", lambda: word(QUADRATIC + b"<w:document %s><w:t>" % W + b"&a;" * 50_000 + b"</w:t></w:document>")),
    "a cell in the last corner": ("far.xlsx", lambda: book(rows(row(1, said("A1", "x")), row(1_048_576, said("XFD1048576", "y"))), xl__sharedStrings=shared_strings(10**9))),
    "a million columns": ("wide.csv", lambda: b"," * 1_000_000 + b"\n1\n"),
    "one field without end": ("field.csv", lambda: b'a,b\n"' + b"x" * 20_000_000),
    "a picture of 100,000 × 100,000": ("flood.png", lambda: png(100_000, 100_000)),
    "a picture of a million frames": ("frames.gif", lambda: gif(1_000_000)),
    "a pdf page as large as a country": ("page.pdf", lambda: pdf([CATALOG, b"<</Type/Pages/Kids[%s]/Count 60>>" % (b"3 0 R " * 60), b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e9 1e9]/Contents 4 0 R>>", b"<</Length 40/Filter/FlateDecode>>\nstream\n" + zlib.compress(b"0 0 m 9 9 l S " * 2_000_000) + b"\nendstream"])),
    "a document of elements in elements": ("deep.docx", lambda: word(b"<w:document %s>" % W + b"<w:p>" * 300_000)),
    "text squeezed into a picture": ("text.png", lambda: png(8, 8, *(chunk(b"zTXt", b"k\x00\x00" + zlib.compress(b"a" * 5_000_000)) for _ in range(40)))),
    "a squeezed file": ("a.csv", lambda: gzip.compress(b"a,b\n" * 10_000_000)),
}  # fmt: skip
FILES = BROKEN | BOMBS
