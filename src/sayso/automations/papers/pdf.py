"""A PDF of safe HTML, set in Inter on A4. Nothing is fetched: pictures are given as bytes, and the typeface lies beside this file.

The typeface has Latin, Greek and Cyrillic letters and common signs; what it lacks is left out and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from importlib import resources
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import HRFlowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sayso.automations.papers.markup import Attributes, Walk
from sayso.automations.papers.page import Pictures

PAGES_MAX = 500
MARGIN = 20 * mm
COLUMNS_MAX = 20
CELL_CHARACTERS_MAX = 2_000
"""A cell may not be taller than a page."""
FRAME_PADDING = 6
ROOM = A4[0] - 2 * MARGIN - 2 * FRAME_PADDING
INK, QUIET, LINE = HexColor("#1d1e24"), HexColor("#5d606b"), HexColor("#e4e5ea")
INLINE = {
    "b": "b",
    "strong": "b",
    "th": "b",
    "i": "i",
    "em": "i",
    "s": "strike",
    "del": "strike",
    "u": "u",
    "sub": "sub",
    "sup": "super",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """`left_out` are characters that the typeface does not have."""

    content: bytes
    pages: int
    left_out: int


def pdf(html: str, *, title: str, footer: str, pictures: Pictures) -> Printed:
    """From safe HTML. Raises `ValueError` when it has more than `PAGES_MAX` pages."""
    _typeface()
    sheet = _Sheet(pictures)
    Walk.through(html, sheet.opened, sheet.closed, sheet.text)
    sheet.end()
    out = BytesIO()
    pages = 0

    def below(canvas: Any, _: Any) -> None:
        nonlocal pages
        pages += 1
        if pages > PAGES_MAX:
            raise ValueError(f"has more than {PAGES_MAX} pages")
        canvas.setFont("Inter", 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN + FRAME_PADDING, 11 * mm, _known(footer)[0][:120])
        canvas.drawRightString(A4[0] - MARGIN - FRAME_PADDING, 11 * mm, str(pages))

    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=title, author="Sayso", creator="Sayso",
    )  # fmt: skip
    document.build(sheet.flow or [Spacer(1, 1)], onFirstPage=below, onLaterPages=below)
    return Printed(out.getvalue(), pages, sheet.left_out)


@lru_cache(maxsize=1)
def _typeface() -> frozenset[int]:
    """Makes the typeface known, once; the characters it has."""
    rl_config.trustedHosts, rl_config.trustedSchemes = [], []  # type: ignore[attr-defined]  # belt and braces: we hand over bytes only
    names = {"Inter": "Inter-Regular", "Inter-Bold": "Inter-Bold", "Inter-Oblique": "Inter-Oblique"}
    fonts = {
        name: TTFont(name, BytesIO(resources.files("sayso.automations.papers").joinpath(f"fonts/{file}.ttf").read_bytes()))
        for name, file in names.items()
    }
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily("Inter", normal="Inter", bold="Inter-Bold", italic="Inter-Oblique", boldItalic="Inter-Bold")
    return frozenset(fonts["Inter"].face.charToGlyph)


def _known(text: str) -> tuple[str, int]:
    """Without what the typeface lacks; and how many characters those were."""
    has = _typeface()
    kept = "".join(c for c in text if ord(c) in has or c in "\n\t")
    return kept, len(text) - len(kept)


def _style(
    name: str, size: float, leading: float, before: float, after: float, *, bold: bool = False, **more: Any
) -> ParagraphStyle:
    font = "Inter-Bold" if bold else "Inter"
    same: dict[str, Any] = {"textColor": INK, "splitLongWords": 1, **more}
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, spaceBefore=before, spaceAfter=after, **same)


BODY = _style("body", 10, 15, 0, 7)
HEADINGS = {
    "h1": _style("h1", 20, 25, 0, 10, bold=True, keepWithNext=1),
    "h2": _style("h2", 14, 19, 12, 6, bold=True, keepWithNext=1),
    "h3": _style("h3", 11.5, 16, 10, 4, bold=True, keepWithNext=1),
}
QUOTE = _style("quote", 10, 15, 0, 7, textColor=QUIET, leftIndent=12, borderPadding=0)
CODE = _style("code", 9, 13, 2, 9, backColor=HexColor("#f4f4f6"), borderPadding=(5, 6, 5, 6), leftIndent=6, rightIndent=6)
CELL = _style("cell", 9, 12.5, 0, 0)
CELLS = {
    "": CELL,
    "right": ParagraphStyle("right", CELL, alignment=TA_RIGHT),
    "center": ParagraphStyle("centre", CELL, alignment=TA_CENTER),
}


@dataclass
class _Sheet:
    """What was read so far: paragraphs of marked text, tables of them."""

    pictures: Pictures
    flow: list[Any] = field(default_factory=list[Any])
    left_out: int = 0
    _runs: list[str] = field(default_factory=list[str])
    _open: list[str] = field(default_factory=list[str])
    _block: list[str] = field(default_factory=list[str])
    _lists: list[int | None] = field(default_factory=list["int | None"])
    _bullet: str = ""
    _rows: list[list[Paragraph]] | None = None
    _align: str = ""
    _heads: int = 0

    def opened(self, tag: str, given: Attributes) -> None:
        match tag:
            case "br":
                self._runs.append("<br/>")
            case "hr":
                self._flush()
                self.flow.append(HRFlowable(width="100%", thickness=0.7, color=LINE, spaceBefore=6, spaceAfter=10))
            case "img":
                self._picture(given)
            case "a":
                self._mark(f'<link href="{escape(given.get("href", ""))}" color="#3f4fc4">' if given.get("href") else "", "link")
            case "ul" | "ol":
                self._flush()
                self._lists.append(1 if tag == "ol" else None)
            case "li":
                self._flush()
                number = self._lists[-1] if self._lists else None
                self._bullet = "•" if number is None else f"{number}."
                if number is not None:
                    self._lists[-1] = number + 1
            case "table":
                self._flush()
                self._rows, self._heads = [], 0
            case "tr" if self._rows is not None:
                self._rows.append([])
            case "td" | "th":
                self._align = next(
                    (a for a in ("right", "center") if f"text-align:{a}" in given.get("style", "").replace(" ", "")), ""
                )
                self._heads += tag == "th" and self._rows is not None and len(self._rows) == 1
                self._block.append(tag)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre":
                self._flush()
                self._block.append(tag)
            case "p" | "div" | "dl" | "dt" | "dd":
                if self._rows is None:
                    self._flush()
            case _ if tag in INLINE:
                self._mark(f"<{INLINE[tag]}>", INLINE[tag])
            case _:
                self._open.append("")

    def closed(self, tag: str) -> None:
        match tag:
            case "ul" | "ol":
                self._flush()
                if self._lists:
                    self._lists.pop()
            case "td" | "th":
                self._cell(bold=tag == "th")
            case "table":
                self._table()
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre":
                self._flush()
                if tag in self._block:
                    self._block.remove(tag)
            case "p" | "div" | "li" | "dl" | "dt" | "dd":
                if self._rows is None:
                    self._flush()
            case "tr" | "thead" | "tbody" | "tfoot" | "br" | "hr" | "img":
                pass
            case _:
                if self._open and (mark := self._open.pop()):
                    self._runs.append(f"</{mark}>")

    def text(self, text: str) -> None:
        known, lost = _known(text)
        self.left_out += lost
        if "pre" in self._block:
            self._runs.append(escape(known).replace("\n", "<br/>").replace("  ", "\u00a0 "))
        elif known.strip() or "\n" not in known:
            self._runs.append(escape(known, quote=False))

    def end(self) -> None:
        self._flush()
        if self._rows is not None:
            self._table()

    def _mark(self, written: str, name: str) -> None:
        self._open.append(name if written else "")
        self._runs.append(written)

    def _marked(self) -> str:
        """What was read since the last block; marks that are open are closed and opened anew, so that none reaches over a block."""
        closing = "".join(f"</{mark}>" for mark in reversed(self._open) if mark)
        said = "".join(self._runs)
        self._runs = [f"<{mark}>" for mark in self._open if mark and mark != "link"]
        self._open = [mark if mark != "link" else "" for mark in self._open]
        return (said + closing).strip()

    def _flush(self) -> None:
        if self._rows is not None:
            return
        said = self._marked()
        if not _words(said):
            return
        self.flow.append(Paragraph(said, self._styled(), bulletText=self._bullet or None))
        self._bullet = ""

    def _styled(self) -> ParagraphStyle:
        for tag in reversed(self._block):
            if tag in ("h1", "h2", "h3"):
                return HEADINGS[tag]
            if tag.startswith("h"):
                return HEADINGS["h3"]
            if tag == "pre":
                return CODE
            if tag == "blockquote":
                return QUOTE
        if self._lists:
            at = 14 * len(self._lists)
            return ParagraphStyle(
                "item", BODY, leftIndent=at, bulletIndent=at - 12, spaceAfter=3, bulletFontName="Inter", bulletFontSize=10
            )
        return BODY

    def _picture(self, given: Attributes) -> None:
        kept = self.pictures.get(given.get("src", "").removeprefix("cid:"))
        if kept is None or self._rows is not None:
            return
        self._flush()
        width, height = ImageReader(BytesIO(kept[1])).getSize()
        scale = min(ROOM / width, (A4[1] - 3 * MARGIN) / height, 0.75)
        self.flow.append(Image(BytesIO(kept[1]), width * scale, height * scale, hAlign="LEFT"))
        self.flow.append(Spacer(1, 8))

    def _cell(self, *, bold: bool) -> None:
        if self._block and self._block[-1] in ("td", "th"):
            self._block.pop()
        if self._rows is None:
            return
        said = self._marked()
        if len(said) > CELL_CHARACTERS_MAX:
            said = escape(_words(said)[:CELL_CHARACTERS_MAX]) + "…"
        if not self._rows:
            self._rows.append([])
        self._rows[-1].append(Paragraph(f'<font color="#5d606b"><b>{said}</b></font>' if bold else said, CELLS[self._align]))

    def _table(self) -> None:
        rows, self._rows = [row[:COLUMNS_MAX] for row in self._rows or [] if row], None
        if not rows:
            return
        many = max(len(row) for row in rows)
        full = [[*row, *[Paragraph("", CELL)] * (many - len(row))] for row in rows]
        table = Table(full, colWidths=list(_widths(full, many)), repeatRows=1 if self._heads else 0, hAlign="LEFT")
        padding = [
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
        ]
        lines = [
            ("LINEBELOW", (0, 0), (-1, -1), 0.6, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
        table.setStyle(TableStyle([*padding, *lines]))
        self.flow.extend((table, Spacer(1, 10)))


def _words(marked: str) -> str:
    return Paragraph(marked, BODY).getPlainText() if marked else ""


def _widths(rows: list[list[Paragraph]], many: int) -> Iterator[float]:
    """Columns as wide as their longest texts ask for, none below a readable width."""
    asked = [max(min(len(row[n].getPlainText()), 60) for row in rows) + 3.0 for n in range(many)]
    least = min(ROOM / many, 34.0)
    spare = ROOM - least * many
    yield from (least + spare * one / sum(asked) for one in asked)
