"""PDF files: the words can be read out of them, they break over pages, and nothing is fetched."""

import io

import pypdfium2
import pytest

from sayso.automations.charts import Chart, Series, png
from sayso.automations.papers import markup, pdf

PICTURE = png(Chart("Deals", "bar", ("A", "B"), (Series("x", (1, 2)),)))


def words(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages


def test_an_offer_is_set_with_its_table_and_picture():
    table = markup.table(["Item", "Price"], [["Öl & Фильтр", "€14.00"], ["Work", "€80.00"]], frozenset({1}))
    html = markup.from_markdown(
        f"# Offer 7\n\nDear **Otto**,\nit costs *this*:\n{table}\n1. first\n2. second\n\n![Deals](cid:f_1)\n\n> With kind regards\n\n`x = 1`"
    )
    printed = pdf.pdf(html, title="Offer 7", footer="Offer 7 · Desk", pictures={"f_1": ("image/png", PICTURE)})
    assert printed.pages == 1 and printed.left_out == 0
    [said] = words(printed.content)
    for one in (
        "Offer 7",
        "Dear Otto,",
        "Öl & Фильтр",
        "€14.00",
        "1. first",
        "2. second",
        "With kind regards",
        "x = 1",
        "Offer 7 · Desk",
    ):
        assert one in said.replace("\r\n", " ").replace("\x02", ""), one
    assert printed.content.count(b"/Subtype /Image") + printed.content.count(b"/Subtype/Image") >= 1


def test_a_long_table_goes_over_pages_with_its_headings():
    rows = [[f"Row {n}", "words " * 30] for n in range(80)]
    printed = pdf.pdf(markup.from_markdown(markup.table(["Name", "Text"], rows)), title="T", footer="F", pictures={})
    pages = words(printed.content)
    assert printed.pages == len(pages) > 3 and all("Name" in page for page in pages)
    assert "Row 79" in pages[-1]


def test_what_the_typeface_lacks_is_counted():
    printed = pdf.pdf(markup.from_markdown("Grüße 日本 😀"), title="T", footer="F", pictures={})
    assert printed.left_out == 3 and "Grüße" in words(printed.content)[0]


@pytest.mark.parametrize(
    "html",
    [
        '<p><img src="https://evil.example/x.png"> a</p>',
        '<p><img src="file:///etc/passwd"> a</p>',
        '<p>&lt;img src="/etc/passwd"/&gt; &lt;font name="../x"&gt; a &lt;/para&gt;</p>',
        "<b><i>a</b></i><p>b",
        "<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>",
        "<ul><li>a<ul><li>b</ul><p>c</ul></td></tr>",
        "<table></table><tr></tr><ol start='x'><li>",
        "<p>" + "x" * 5_000 + "</p>",
        "<td>" + "long words " * 3_000 + "</td>",
        "",
    ],
)
def test_odd_html_is_set_all_the_same(html: str):
    assert pdf.pdf(markup.safe(html), title="T", footer="F", pictures={}).pages >= 1


def test_a_book_is_not_printed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf, "PAGES_MAX", 2)
    with pytest.raises(ValueError, match="more than 2 pages"):
        pdf.pdf(markup.from_markdown("\n\n".join(f"# {n}" for n in range(200))), title="T", footer="F", pictures={})
