"""The directory's public pages, through their door: what they say, where they lead, what they keep, whom they let in."""

import random
import re
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from sayso.errors import Invalid
from sayso.models.directory import packaged
from sayso.models.listing import rows_of
from sayso.settings import Directory, Settings
from sayso.web.app import create_app
from sayso.web.pages.directory import comparison, sitemap
from sayso.web.pages.directory.calculator import Wanted
from sayso.web.pages.directory.shown import Shown, today
from tests.web.conftest import URL, Company

PAIR = "/compare/gpt-image-1-vs-o4-mini"
ATOM = "{http://www.w3.org/2005/Atom}"
VOID = frozenset("area base br col embed hr img input link meta source track wbr path circle rect".split())


class Page(HTMLParser):
    """HTML as a strict reader sees it: every element closed in its turn, ids once, and the text of each cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.cells: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.open]
        self.wrong += [f"#{one} is there twice" for one in {one for one in self.ids if self.ids.count(one) > 1}]
        self.wrong += [f"#{one} leads nowhere" for one in self.targets if one not in self.ids]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if (found.get("href") or "").startswith("#"):
            self.targets.append((found["href"] or "")[1:])
        if any(name.startswith("on") or name == "style" for name in found):
            self.wrong.append(f"<{tag}> has a script or a style of its own")
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.wrong.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.cells[-1] += data
        if not {"script", "style"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def shown() -> Shown:
    return Shown(packaged(), today(), URL)


async def test_the_page_of_the_pair_says_what_is_so(company: Company):
    answer = await company.nobody.get(PAIR)
    page = Page(answer.text)
    assert answer.status_code == 200 and page.wrong == []
    for words in (
        "GPT Image 1 vs o4-mini",
        "OpenAI shut both down on 23 October 2026",
        "o4-mini is 78 % cheaper on input tokens ($1.1 vs $5 per million)",
        "$5 is what GPT Image 1 charges for text input; its image output costs $40 per million tokens",
        "Text input: $5 / 1M tokens",
        "Image output: $40 / 1M tokens",
        "$1.1 / 1M tokens",
        "$4.4 / 1M tokens",
        "200K tokens",
        "100K tokens",
        "From $0.011 / image",
        "1024×1024, 1024×1536, 1536×1024",
        "low, medium, high",
        "/v1/images/generations",
        "/v1/images/edits",
        "o4-mini-2025-04-16",
        "not published",
    ):
        assert words in page.text, words
    for amount in ("$0.011", "$0.016", "$0.042", "$0.063", "$0.167", "$0.25"):
        assert amount in page.cells or any(cell.startswith(amount) for cell in page.cells), amount
    for id in ("gpt-image-1", "o4-mini"):
        instead = packaged().read(id).replacement
        assert instead and f'href="/models/{instead.value}"' in answer.text


async def test_a_model_that_is_gone_says_so_before_anything_else(company: Company):
    text = Page((await company.nobody.get("/models/gpt-image-1")).text).text
    assert text.index("Shut down on 23 October 2026") < text.index("What one image costs")
    assert "3 sources agree" in text and "Image output" in text and "$40 per million tokens" in text


async def test_an_announced_price_stands_under_todays(company: Company):
    ahead = next(m for m in packaged() if any(p.since and p.since > today() and not p.hours for p in m.periods))
    text = Page((await company.nobody.get(f"/models/{ahead.id}")).text).text
    assert re.search(r"\$[\d.]+ from \d+ \w+ 20\d\d", text)


@pytest.fixture(scope="module")
def forty() -> list[str]:
    draw = random.Random(2026)
    flagships = [row.id for row in rows_of(packaged(), today()) if row.flagship]
    return draw.sample(flagships, 12) + draw.sample([m.id for m in packaged()], 28)


def test_every_pair_of_forty_says_something_in_every_cell_and_never_0_for_unknown(forty: list[str]):
    here = shown()
    free = {id for id in forty if any(price.amount == 0 for price in packaged().read(id).prices(today()))}
    for number, pair in enumerate(combinations(sorted(set(forty)), 2)):
        html = comparison._page(here, pair, Wanted()).body.decode()  # pyright: ignore[reportPrivateUsage]
        assert not re.search(r"<t[dh][^>]*>\s*</t[dh]>", html), pair
        assert "None" not in html and "{{" not in html, pair
        if not free & set(pair):
            assert not re.search(r"\$0(?![.\d])", html), pair
        if number % 8 == 0:
            page = Page(html)
            assert page.wrong == [], pair
            assert all(cell.strip() for cell in page.cells), pair


async def test_every_models_page_and_every_provider_is_whole(company: Company, forty: list[str]):
    makers = {packaged().read(id).maker for id in forty}
    paths = [f"/models/{id}" for id in forty] + [f"/models/providers/{maker}" for maker in makers]
    for path in [
        *paths,
        "/models",
        "/models?page=9",
        "/models?q=zzzz",
        "/models/changes",
        "/models/providers",
        "/compare",
        "/compare/gpt-x",
    ]:
        answer = await company.nobody.get(path)
        page = Page(answer.text)
        assert answer.status_code == (404 if path == "/compare/gpt-x" else 200), path
        assert page.wrong == [] and all(cell.strip() for cell in page.cells), path


async def test_a_comparison_has_one_address(company: Company):
    for path in (
        "/compare/o4-mini-vs-gpt-image-1",
        "/compare/openai%2Fo4-mini-vs-GPT%20Image%201",
        "/compare/o4_mini-vs-gpt-image-1-vs-o4-mini",
    ):
        answer = await company.nobody.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, PAIR), path
    assert (await company.nobody.get("/compare/o4-mini")).headers["location"] == "/models/o4-mini"
    assert (await company.nobody.get("/compare?m=o4-mini&m=GPT+Image+1")).headers["location"] in (
        PAIR,
        "/compare/o4-mini-vs-gpt-image-1",
    )
    assert (await company.nobody.get("/models/O4_Mini")).headers["location"] == "/models/o4-mini"
    assert f'<link rel="canonical" href="{URL}{PAIR}">' in (await company.nobody.get(PAIR)).text
    assert "noindex" in (await company.nobody.get(f"{PAIR}?requests=7")).text


async def test_up_to_four_stand_side_by_side(company: Company):
    ids = sorted(["claude-opus-5-5", "gpt-6.1-sol", "gemini-4-argon", "gpt-image-1"])
    page = Page((await company.nobody.get(f"/compare/{'-vs-'.join(ids)}")).text)
    assert page.wrong == [] and all(packaged().read(id).name in page.text for id in ids)
    five = await company.nobody.get(f"/compare/{'-vs-'.join([*ids, 'o4-mini'])}")
    assert five.status_code == 404 and "too many" in five.text and "/compare/claude-opus-5-5-vs-" in five.text


@pytest.mark.parametrize(
    "name", ["gpt-imag-1", "o4-minni", "claude-opus-99", "<script>alert(1)</script>", "%00", "x" * 3000, "‮", "'; drop"]
)
async def test_an_unknown_name_is_answered_kindly(company: Company, name: str):
    for path in (f"/models/{name}", f"/compare/{name}-vs-o4-mini", f"/models/providers/{name}"):
        answer = await company.nobody.get(path)
        assert answer.status_code == 404, path
        assert "<script>alert" not in answer.text
    if name in ("gpt-imag-1", "o4-minni", "claude-opus-99"):
        page = await company.nobody.get(f"/compare/{name}-vs-o4-mini")
        assert 'href="/compare/' in page.text and "Near to" in page.text


async def test_the_list_finds_filters_and_orders(company: Company):
    def names(html: str) -> list[str]:
        return re.findall(r'name="m" value="([^"]+)"', html)

    assert names((await company.nobody.get("/models?q=gpt+image+1")).text)[0] == "gpt-image-1"
    images = names((await company.nobody.get("/models?type=image&provider=openai")).text)
    assert images and all(packaged().read(id).type == "image" and packaged().read(id).maker == "openai" for id in images)
    cheap = names((await company.nobody.get("/models?input=0.2&context=500K&sort=input")).text)
    amounts = [row.input for id in cheap for row in rows_of(packaged(), today()) if row.id == id]
    assert amounts == sorted(amounts, key=lambda one: one or 0) and all(one is not None and one <= 1 for one in amounts)
    assert names((await company.nobody.get("/models?status=retired")).text)
    first, second = [names((await company.nobody.get(f"/models?page={n}")).text) for n in (1, 2)]
    assert len(first) == 50 and not set(first) & set(second)
    whole = Page((await company.nobody.get("/models")).text)
    assert (await company.nobody.get("/models?q=o4&context=&input=")).headers["location"] == "/models?q=o4"
    assert "Price against context window" in (await company.nobody.get("/models")).text and whole.wrong == []


@pytest.mark.parametrize(
    "query",
    [
        "input=x&output=-1&context=99999999999999&page=-4&sort=nope",
        "type=x&can=%00&q=%00",
        "page=9999999999",
        "q=" + "a" * 5000,
    ],
)
async def test_nonsense_in_the_address_is_left_out(company: Company, query: str):
    for path in ("/models", "/models.csv", "/models/changes", PAIR, "/models/o4-mini", "/compare"):
        assert (await company.nobody.get(f"{path}?{query}")).status_code == 200, path


async def test_the_workload_is_worked_out_by_the_server(company: Company):
    """30 days of 1,000 requests: 105 million tokens in at $1.1, 12.6 million out at $4.4."""
    text = Page((await company.nobody.get("/models/o4-mini?requests=1000&input=3500&cached=0&output=420")).text).text
    assert "$170.94" in text
    half = Page((await company.nobody.get("/models/o4-mini?requests=1%2C000&input=3500&cached=60%25&output=420")).text).text
    assert "$118.96" in half, "63 million of them from the cache, at $0.275"
    images = Page((await company.nobody.get("/models/gpt-image-1?images=10&prompt=0&quality=high&size=1024x1024")).text).text
    assert "$50.10" in images, "300 pictures at $0.167"
    for bad in ("requests=-1", "requests=x", "input=99999999999999999999", "quality=%3Cb%3E", "cached=900"):
        assert (await company.nobody.get(f"{PAIR}?{bad}")).status_code == 200


async def test_what_nobody_published_is_not_worked_out(company: Company):
    unpriced = next(m for m in packaged() if m.type == "text" and not m.prices(today()))
    text = Page((await company.nobody.get(f"/models/{unpriced.id}")).text).text
    assert "None of our sources says what" in text and not re.search(r"\$0(?![.\d])", text)


async def test_a_page_is_kept_and_asked_for_again_cheaply(company: Company):
    first = await company.nobody.get(PAIR, headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip" and first.headers["vary"] == "accept-encoding"
    again = await company.nobody.get(PAIR, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == first.headers["etag"]
    plain = await company.nobody.get(PAIR, headers={"accept-encoding": "identity"})
    assert plain.text == first.text and "content-encoding" not in plain.headers
    other = await company.nobody.get("/models/o4-mini", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


async def test_pages_are_the_same_for_everybody_and_run_nothing(company: Company):
    for path in ("/models", PAIR, "/models/o4-mini", "/models/changes"):
        answer, mine = await company.nobody.get(path), await company.ana.get(path)
        assert answer.text == mine.text and "set-cookie" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy and "script-src 'self';" in policy
        assert not re.search(r'<script(?![^>]*(src=|type="application/ld\+json"))', answer.text)
        assert "http://" not in answer.text.replace(URL, ""), "nothing is fetched from elsewhere"
        assert not re.search(r'(src|href)="https?://(?!sayso\.test)[^"]*"[^>]*(stylesheet|preload|icon)', answer.text)


@pytest.mark.parametrize("setting", ["members", "off"])
async def test_the_operator_decides_who_reads_it(company: Company, tmp_path: Path, setting: Directory):
    app = create_app(company.engine, Settings(home=tmp_path, public_url=URL, directory=setting))
    bearer = company.ben.headers["authorization"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as nobody:
        for path in (
            "/models",
            PAIR,
            "/models/o4-mini",
            "/models.json",
            f"{PAIR}/card.png",
            "/sitemap.xml",
            "/models/changes.atom",
        ):
            answer = await nobody.get(path)
            member = await nobody.get(path, headers={"authorization": bearer})
            if setting == "members":
                assert (answer.status_code, answer.headers["location"]) == (303, f"/signin?to={path}"), path
                assert member.status_code == 200 and member.headers["cache-control"].startswith("private"), path
            else:
                assert answer.status_code == member.status_code == 404, path
        assert "Allow" not in (await nobody.get("/robots.txt")).text


def test_a_setting_that_is_none_is_refused():
    assert Settings.from_env({"SAYSO_DIRECTORY": "Members"}).directory == "members"
    with pytest.raises(Invalid, match="public, members and off"):
        Settings.from_env({"SAYSO_DIRECTORY": "perhaps"})


async def test_the_feed_is_a_feed(company: Company):
    answer = await company.nobody.get("/models/changes.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)
    assert feed.tag == f"{ATOM}feed" and all(feed.find(ATOM + tag) is not None for tag in ("id", "title", "updated", "author"))
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert entries and len(ids) == len(set(ids))
    for entry in entries:
        assert all((entry.findtext(ATOM + tag) or "").strip() for tag in ("id", "title", "updated", "summary"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", entry.findtext(f"{ATOM}updated") or "")
        assert entry.find(f"{ATOM}link") is not None
    only = ET.fromstring((await company.nobody.get("/models/changes.atom?kind=shutdown&provider=openai")).text)
    kinds = {entry.find(f"{ATOM}category").get("term") for entry in only.findall(f"{ATOM}entry")}  # type: ignore[union-attr]
    assert kinds == {"shutdown"}


async def test_the_sitemap_names_pages_that_are_there(company: Company):
    found = ET.fromstring((await company.nobody.get("/sitemap.xml")).text)
    addresses = [one.text or "" for one in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{URL}/models/o4-mini" in addresses and len(addresses) > len(packaged())
    for address in random.Random(4).sample(addresses, 25):
        assert (await company.nobody.get(address)).status_code == 200, address
    assert (await company.nobody.get("/sitemap-1.xml")).status_code == 200
    assert (
        (await company.nobody.get("/sitemap-0.xml")).status_code
        == (await company.nobody.get("/sitemap-99.xml")).status_code
        == 404
    )
    index = ET.fromstring(sitemap.first(URL, [f"/models/{n}" for n in range(25)], date(2026, 11, 22), 10))
    assert index.tag.endswith("sitemapindex") and len(index) == 3
    assert f"Sitemap: {URL}/sitemap.xml" in (await company.nobody.get("/robots.txt")).text


async def test_the_same_facts_come_as_files(company: Company):
    figures: dict[str, Any] = (await company.nobody.get("/models/gpt-image-1/figures.json")).json()
    told = {price["key"]: price["value"] for price in figures["model"]["prices"]}
    assert (told["input_mtok"], told["output_image_mtok"]) == ("5", "40") and figures["model"]["lifecycle"]["status"] == "retired"
    assert all(source["licence"] for source in figures["sources"])
    csv = (await company.nobody.get("/models/gpt-image-1/figures.csv")).text
    assert "Image output,40,per million tokens,genai-prices" in csv and "high quality, 1024×1536" in csv
    both = await company.nobody.get(f"{PAIR}/figures.json")
    assert both.json()["address"] == "gpt-image-1-vs-o4-mini" and both.headers["content-type"] == "application/json"
    assert "Image output: $40 / 1M tokens" in (await company.nobody.get(f"{PAIR}/figures.csv")).text
    rows = (await company.nobody.get("/models.csv?type=image")).text.splitlines()
    assert len(rows) == 1 + sum(row.type == "image" for row in rows_of(packaged(), today()))
    assert "not published" in (await company.nobody.get("/models.csv")).text
    for path in (
        "/models.xml",
        "/models/o4-mini/figures.exe",
        "/models/none/figures.json",
        "/compare/none-vs-o4-mini/figures.csv",
    ):
        assert (await company.nobody.get(path)).status_code == 404, path


async def test_a_link_has_a_picture(company: Company):
    long = "/compare/" + "-vs-".join(sorted(m.id for m in list(packaged())[:4])) + "/card.png"
    for path in (f"{PAIR}/card.png", "/models/o4-mini/card.png", "/models.png", long):
        answer = await company.nobody.get(path)
        picture = Image.open(BytesIO(answer.content))
        assert (picture.size, picture.format) == ((1200, 630), "PNG") and len(
            picture.convert("RGB").getcolors(1 << 20) or ()
        ) > 8, path
    assert f'content="{URL}{PAIR}/card.png"' in (await company.nobody.get(PAIR)).text
