"""Nothing that a model writes loads by itself, hides where it leads, or can be clicked unless it was read so."""

import random
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from sayso.coworkers.rendering import TAGS, Safe, html, safe
from tests.coworkers.attacks import EVIL, RENDERINGS

ANY_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""The most trusting reader of markdown: what comes out of it must be harmless all the same."""


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")


def harmless(text: str) -> None:
    """Neither our own HTML of a safe text nor what any reader makes of it holds anything but words."""
    for made in (html(text, {1, 2}), ANY_READER.render(text)):
        found = Elements(made)
        assert set(found.tags) <= TAGS | {"button"}, made
        assert {name for name, _ in found.attributes} <= {"class", "data-n"}, made


def test_there_are_sixty_of_them():
    assert len(set(RENDERINGS)) >= 60


@pytest.mark.parametrize("attack", RENDERINGS)
def test_a_leak_fails(attack: str):
    harmless(safe(attack, {1, 2}))
    harmless(safe(f"Yes. {attack} That is all [1].", {1, 2}))
    harmless(safe(f"{attack}{attack}", {1, 2}))
    for seed in range(8):
        draw, one, made, at = random.Random(seed), Safe(lambda: {1, 2}), "", 0
        while at < len(attack):
            n = draw.choice((1, 1, 2, 3, 8))
            made += one.feed(attack[at : at + n])
            at += n
        harmless(made + one.end())


def test_raw_text_never_becomes_more_than_text_in_our_html():
    for attack in RENDERINGS:
        found = Elements(html(attack, {1, 2}))
        assert set(found.tags) <= TAGS | {"button"} and {n for n, _ in found.attributes} <= {"class", "data-n"}, attack


def test_a_link_leads_only_where_something_was_read():
    read = {"https://sayso.example/a?b=1"}
    text = safe(f"See https://sayso.example/a?b=1, https://sayso.example/a?b=1&d=SECRET and {EVIL}.", (), read)
    made = html(text, (), read)
    assert Elements(made).attributes[0] == ("href", "https://sayso.example/a?b=1")
    assert made.count("<a ") == 1 and ">https://sayso.example/a?b=1</a>" in made
    for pretends in ("https://sayso.example@evil.example/", "https://еxample.com/"):
        assert "<a " not in html(pretends, (), {pretends}), "what an address seems to be and is not"


def test_what_is_written_plainly_stays_as_it_is():
    plain = "**Bold** and *soft*, `code`, 3 < 4, a & b, [x] not a link, “quotes”.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nif a < b: print(a[0])\n```\n"
    assert safe(plain) == plain
    for tag in ("strong", "em", "code", "ul", "table", "pre"):
        assert f"<{tag}>" in html(plain)
