"""What a document says, by its type. Runs in the child process only."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2 as pdfium

PAGES_MAX = 60
"""Pages of a PDF that are read."""
SCANNED_PAGES_MAX = 4
"""Pages that are turned into pictures when a PDF holds no text."""
CHARACTERS_MAX = 200_000
BYTES_MAX = 50 * 1024 * 1024
PLAIN_BYTES_MAX = 2 * 1024 * 1024
"""Of a file of text; what stands behind is left out."""
PART_BYTES_MAX = 64 * 1024 * 1024
"""A part of an office file, unpacked."""
LETTERS_A_PAGE_MIN = 15
"""A page with fewer is taken for a scan."""
RENDERED_PIXELS_MAX = 1_568

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLOCKS = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 section article header footer table ul ol blockquote pre hr".split())
_SILENT = frozenset(("script", "style", "template", "noscript", "head"))


class Wrong(Exception):
    """What is wrong with the file; the sentence goes on after its name."""


def read(path: Path, type: str) -> dict[str, Any]:
    """`{"text", "pictures"}`: pictures are pages without text, as base64 of JPEG. Raises `Wrong`."""
    if path.stat().st_size > BYTES_MAX:
        raise Wrong(f"is larger than the {BYTES_MAX // 2**20} MB that Sayso reads.")
    if type == "application/pdf":
        return _pdf(path)
    text = _READERS[type](path)
    return {"text": _tidy(text), "pictures": []}


def _pdf(path: Path) -> dict[str, Any]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        said = "needs a password, so it cannot be read." if "password" in str(error).lower() else "is no PDF that can be read."
        raise Wrong(said) from None
    with document:
        pages = [document[n].get_textpage().get_text_bounded() for n in range(min(len(document), PAGES_MAX))]
        text = "\n\n".join(pages)
        if len(document) > PAGES_MAX:
            text += f"\n\n[The other {len(document) - PAGES_MAX} pages were not read.]"
        letters = sum(c.isalnum() for page in pages for c in page)
        scanned = letters < LETTERS_A_PAGE_MIN * len(pages)
        return {"text": _tidy(text) if not scanned else "", "pictures": list(_rendered(document)) if scanned else []}


def _rendered(document: Any) -> Iterator[str]:
    for n in range(min(len(document), SCANNED_PAGES_MAX)):
        page = document[n]
        scale = RENDERED_PIXELS_MAX / max(page.get_width(), page.get_height(), 1)
        out = io.BytesIO()
        page.render(scale=min(scale, 4)).to_pil().convert("RGB").save(out, "JPEG", quality=80)
        yield base64.b64encode(out.getvalue()).decode()


def _docx(path: Path) -> str:
    return "".join(_words_of(_part(path, "word/document.xml")))


def _words_of(root: ElementTree.Element) -> Iterator[str]:
    """Paragraphs on lines of their own, cells of a table with tabs between."""
    for element in root.iter():
        match element.tag.removeprefix(_W):
            case "p" | "tr":
                yield "\n"
            case "t":
                yield element.text or ""
            case "tab" | "tc":
                yield "\t"
            case "br":
                yield "\n"
            case _:
                pass


def _odt(path: Path) -> str:
    words: list[str] = []
    for element in _part(path, "content.xml").iter():
        name = element.tag.rpartition("}")[2]
        words.append("\n" if name in ("p", "h", "table-row") else "\t" if name == "table-cell" else "")
        words += [element.text or "" if name not in ("style", "automatic-styles") else "", element.tail or ""]
    return "".join(words)


def _part(path: Path, name: str) -> ElementTree.Element:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as part:
            content = part.read(PART_BYTES_MAX + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        raise Wrong("is no document that can be read.") from None
    if len(content) > PART_BYTES_MAX:
        raise Wrong("unfolds to more than is safe to read.")
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise Wrong("is no document that can be read.") from None


def _plain(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(PLAIN_BYTES_MAX)
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace")


def _html(path: Path) -> str:
    words = _Words()
    words.feed(_plain(path))
    words.close()
    return "".join(words.said)


class _Words(HTMLParser):
    """What a page shows, without what it does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.said.append("\n")
        elif tag in ("td", "th"):
            self.said.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def _text_or_page(path: Path) -> str:
    """Files of text that are pages are stored as plain text: what is in them tells."""
    head = _plain(path)[:500].lstrip().lower()
    return _html(path) if head.startswith(("<!doctype html", "<html")) else _plain(path)


def _tidy(text: str) -> str:
    text = re.sub(r"[ \u00a0]+", " ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    text = re.sub(r" *\n *", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return text if len(text) <= CHARACTERS_MAX else text[:CHARACTERS_MAX] + "\n[The rest was not read.]"


_READERS: dict[str, Callable[[Path], str]] = {
    _DOCX: _docx,
    _ODT: _odt,
    "text/plain": _text_or_page,
    "text/html": _html,
    "text/markdown": _plain,
    "text/csv": _plain,
    "text/tab-separated-values": _plain,
    "application/json": _plain,
}
