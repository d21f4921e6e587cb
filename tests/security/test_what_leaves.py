"""Two hundred texts that would like to be code, in all that leaves the house: public pages, letters, documents and files.

Each page is made of an app in plain words too: an element, or an attribute of one, that only the other page has came out of a text.
"""

import csv
import io
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html import unescape
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from fastapi import FastAPI

from sayso.automations.papers import letter, markup, pdf
from sayso.automations.papers.page import page as paper
from sayso.connections import mail
from sayso.connections.mail import Message
from sayso.connections.opened import Opened
from sayso.data import exports
from sayso.errors import Invalid
from sayso.web import letters
from sayso.web.api.exports import saved_as
from sayso.web.pages.share import received, visiting
from tests.security import leaving
from tests.security.payloads import EVIL, PAYLOADS
from tests.web.conftest import Caller, Company
from tests.web.sharing import in_person, path_of, published

THINGS = "/api/apps/{}/tables/things"
LINE_BREAKS = (
    "a\r\nBcc: eve@evil.example",
    "a\nX: y",
    "a\rX: y",
    "a\x0bX: y",
    "a\x85X: y",
    "a\u2028X: y",
    "a\x00b",
    "a\x07b\x7f",
)
FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example")')
Pages = dict[str, str]


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    received.by_one._seen.clear()
    visiting.by_one._seen.clear()


async def written(company: Company, id: str, word: leaving.Word, texts: tuple[str, ...]) -> Caller:
    made = await company.ben.post("/api/apps", json={"spec": leaving.spec(id, word)})
    assert made.status_code == 201, made.text
    rows = [
        {
            "values": {
                "name": one,
                "notes": f"{one} {'long ' * 40}" if n % 3 else one,
                "status": f"o{n % 6}",
                "tags": [f"to{n % 6}"],
                "day": f"2026-11-{n % 28 + 1:02}",
                "site": f"{EVIL}/{n}?a=1&lt=2&onmouseover=hit()",
                "mail": "a'onclick@evil.example" if n % 2 else "a@b.example",
                "done": n % 2 == 0,
                "stars": n % 5 + 1,
            }
        }
        for n, one in enumerate(texts)
    ]
    added = await company.ben.post(THINGS.format(id) + "/rows", json={"rows": rows})
    assert added.status_code == 201, added.text
    return await in_person(company, company.ben)


async def looked_at(company: Company, ben: Caller, id: str, title: str) -> tuple[Pages, str]:
    pages: Pages = {}
    rows = {"search": True, "sort": True, "download": True}
    for view in ("grid", "board", "gallery", "days", "bars", "chart", "numbers"):
        fields = (
            {}
            if view in ("chart", "numbers")
            else {"fields": ["name", "notes", "status", "tags", "day", "site", "mail", "done", "stars"]}
        )
        at = path_of(await published(ben, id, view, title=title, rows=rows, **fields))
        query = {"days": "?month=2026-11&", "grid": "?sort=name&", "bars": "?"}.get(view, "?")
        pages[view] = (await company.nobody.get(f"{at}{query}q=")).text
        pages[f"{view} searched"] = (
            await company.nobody.get(at, params={"q": title, "embed": title, "zoom": title, "month": title})
        ).text
    csv_at = path_of(await published(ben, id, "grid", fields=["name", "notes"], rows=rows))
    return pages, (await company.nobody.get(f"{csv_at}/rows.csv")).text


async def asked(company: Company, ben: Caller, id: str, texts: list[str]) -> Pages:
    """The form: fresh, filled in by its address, and refused."""
    at = path_of(await published(ben, id, "form", title=texts[0], form={"thanks": texts[1]}))
    assert "/f/" in at
    pages: Pages = {"form": (await company.nobody.get(at)).text, "thanked": (await company.nobody.get(f"{at}/sent")).text}
    chosen = {"status": "o0", "menu": "m0", "tags": "to0", "done": "yes"}
    pages["chosen"] = (await company.nobody.get(at, params=chosen)).text
    pages["kept"] = (await company.nobody.post(at, data={**chosen, "much": "x"})).text
    many = [
        "name",
        "notes",
        "status",
        "menu",
        "tags",
        "site",
        "mail",
        "day",
        "done",
        "much",
        *(f"f{n}" for n in range(leaving.LABELLED)),
    ]
    for n in range(0, len(texts), len(many)):
        said = dict(zip(many, texts[n : n + len(many)], strict=False))
        pages[f"filled in {n}"] = (await company.nobody.get(at, params={k: v[:300] for k, v in said.items()})).text
        refused = await company.nobody.post(at, data={**said, "much": f"x{said.get('name', '')}", "_once": texts[n]})
        assert refused.status_code == 422, refused.text
        pages[f"refused {n}"] = refused.text
    return pages


async def test_no_public_page_has_an_element_that_came_out_of_a_text(company: Company):
    ben = await written(company, "evil", leaving.hostile(), PAYLOADS)
    await written(company, "plain", leaving.plain(), tuple(f"Text {n}" for n in range(30)))
    bad, lines = await looked_at(company, ben, "evil", PAYLOADS[2][:90])
    good, _ = await looked_at(company, ben, "plain", "Title")
    bad |= await asked(company, ben, "evil", list(PAYLOADS))
    good |= await asked(company, ben, "plain", [f"Text {n}" for n in range(200)])
    known = set[tuple[str, frozenset[str]]]().union(*(leaving.skeleton(one) for one in good.values()))
    for name, page in bad.items():
        assert leaving.skeleton(page) <= known, name
        assert f"<title>{PAYLOADS[2][:90]}" not in page
    for name in ("grid", "board", "gallery", "bars", "form", "filled in 0", "refused 0"):
        assert "hit()" in unescape(bad[name]), name
    assert "<script>" not in bad["chart"] and "hit()" in unescape(bad["chart"])
    read = list(csv.reader(io.StringIO(lines.removeprefix("\ufeff"))))
    assert len(read) == 201 and {row[0] for row in read[1:]} == {exports.guarded(one) for one in PAYLOADS}


def _letter(**said: Any) -> tuple[bytes, tuple[str, ...]]:
    way = Opened("own", "Mail", "smtp", "w", {"from_address": "sayso@northlight.example"}, ())
    made, to = mail.composed(
        way, Message(("ana@northlight.example",), **dict[str, Any]({"subject": "Hello", "text": "Hello"} | said))
    )
    return made.as_bytes(), to


@pytest.mark.parametrize("text", LINE_BREAKS)
def test_no_text_begins_a_line_of_a_letters_head(text: str):
    named = ((f"{text}.pdf", "application/pdf", b"%PDF"),)
    for where in ("subject", "reply_to", "in_reply_to", "unsubscribe", "attachments"):
        try:
            raw, to = _letter(**{where: named if where == "attachments" else text})
        except Invalid:
            continue
        read = message_from_bytes(raw, policy=default)
        assert to == ("ana@northlight.example",) and read["To"] == "ana@northlight.example"
        assert not {"bcc", "x", "cc"} & {name.lower() for name in read.keys()}, (where, text)  # noqa: SIM118  a message is no mapping


@pytest.mark.parametrize("text", LINE_BREAKS)
async def test_a_sign_that_no_line_may_hold_keeps_no_letter_back(app: FastAPI, monkeypatch: pytest.MonkeyPatch, text: str):
    """Who names a row so would else end the letters of everybody who is told of it."""
    gone: list[bytes] = []

    async def send(_: Any, way: Opened, message: Message) -> None:
        gone.append(mail.composed(way, message)[0].as_bytes())

    monkeypatch.setattr(letters.mail, "send", send)
    known = app.state.parts
    settings = replace(known.settings, smtp_url="smtp://sayso%40northlight.example:x@mail.example")
    assert await letters.send(replace(known, settings=settings), "ana@northlight.example", f"Mia named {text}", f"Look at {text}")
    read = message_from_bytes(gone[0], policy=default)
    assert not {"bcc", "x"} & {name.lower() for name in read.keys()}  # noqa: SIM118  a message is no mapping
    assert read["Subject"].isprintable()


def _drawn(text: str) -> str:
    """What the server itself writes: an invitation with such names and such words."""
    html = letters._drawn(f"{text} invites you to {text}.\n\n{text}", (f"Join {text}", "https://sayso.test/join/x"))
    return letter.letter(html, title=text, footer=f"Sent by {text}")


def _document(text: str) -> str:
    """What an automation writes: a value of a row in Markdown, a cell of a table, and words of a model."""
    said = f"# {markup.escaped_markdown(text)}\n\n{markup.escaped_markdown(text)}\n" + markup.table([text], [[text]])
    html = markup.from_markdown(said) + markup.safe("<p>Plain</p>")
    return letter.letter(html, title=text, footer=text) + paper(html, title=text, pictures={}).decode()


def test_letters_and_documents_have_no_element_that_came_out_of_a_text():
    for drawn in (_drawn, _document):
        known = leaving.skeleton(drawn("Plain words"))
        for text in PAYLOADS:
            made = drawn(text)
            assert leaving.skeleton(made) <= known, (drawn.__name__, text)


def test_what_a_model_writes_neither_runs_nor_loads_nor_leads_astray():
    """Its Markdown and its HTML are read as such: links to the web stay, all else goes."""
    for text in PAYLOADS:
        for html in (markup.from_markdown(text), markup.safe(text)):
            shown = letter.letter(html, title="x", footer="x") + paper(html, title="x", pictures={}).decode()
            found = leaving.skeleton(shown)
            assert not {"script", "svg", "iframe", "object", "form", "input", "video", "math", "template", "base", "link"} & {
                t for t, _ in found
            }, text


def test_a_pdf_of_them_is_paper_and_nothing_more():
    html = "".join(f"<p>{markup.safe(one)}</p>{markup.from_markdown(markup.escaped_markdown(one))}" for one in PAYLOADS[::7])
    made = pdf.pdf(html, title=PAYLOADS[2], footer=PAYLOADS[4], pictures={})
    raw = bytes(made.content)
    assert raw.startswith(b"%PDF")
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"javascript:"):
        assert word not in raw, word


async def test_no_page_that_says_no_has_an_element_that_came_out_of_an_address(company: Company):
    places = ("/f/{}", "/s/{}", "/join/{}", "/nothing/{}", "/letters/{}", "/models/{}", "/compare/{}", "/sign-in?next={}", "/sign-in?problem={}", "/sign-in?email={}",
              "/oauth/authorize?client_id={0}&redirect_uri={0}&state={0}&scope={0}", "/models?q={}")  # fmt: skip
    pages = 0
    for place in places:
        good = await company.nobody.get(place.format("plain"), headers={"accept": "text/html"})
        pages += (is_page := good.headers.get("content-type", "").startswith("text/html"))
        known = leaving.skeleton(good.text) if is_page else set[tuple[str, frozenset[str]]]()
        for text in (PAYLOADS[0], PAYLOADS[2], PAYLOADS[3], PAYLOADS[4], "javascript:hit()", "//evil.example", f"{EVIL}/a"):
            page = await company.nobody.get(place.format(quote(text, safe="")), headers={"accept": "text/html"})
            if page.is_redirect:
                assert EVIL not in page.headers["location"] and not page.headers["location"].startswith("//"), (place, text)
            elif page.headers.get("content-type", "").startswith("text/html"):
                assert leaving.skeleton(page.text) <= known, (place, text)
    assert pages == 7


async def test_a_sheet_holds_no_formula_and_no_link_that_came_out_of_a_text(company: Company):
    word = leaving.plain()
    await written(company, "sheets", word, (*FORMULAS, *PAYLOADS[:20]))
    sheet = await company.ben.get(THINGS.format("sheets") + "/export", params={"format": "xlsx"})
    assert sheet.status_code == 200, sheet.text
    cells = [one for line in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows() for one in line]
    assert {one.data_type for one in cells} <= {"s", "n", "d", "b"} and not any(one.hyperlink for one in cells)
    lines = await company.ben.get(THINGS.format("sheets") + "/export", params={"format": "csv"})
    begun = {one[:1] for line in csv.reader(io.StringIO(lines.text.removeprefix("\ufeff"))) for one in line}
    assert not begun & set("=+-@\t\r"), begun


async def test_what_happened_is_told_as_data_that_no_browser_takes_for_a_page(company: Company):
    await written(company, "told", leaving.plain(), PAYLOADS[:5])
    for at in ("/api/activity", "/api/apps/told/activity", THINGS.format("told") + "/rows", "/api/apps/<script>hit()<%2Fscript>"):
        said = await company.ben.get(at, headers={"accept": "text/html"})
        assert said.headers["content-type"] in ("application/json", "application/problem+json"), at
        assert said.headers["x-content-type-options"] == "nosniff", at
    assert saved_as('a"\r\nX: y/../<b>.csv')["content-disposition"].isprintable()
