"""Markdown and HTML of templates, made safe: what comes out loads nothing from anywhere, runs nothing, and hides nothing.

Pictures are named `cid:` and the id of a file of ours; every other picture is dropped, so that no text that a model or a stranger wrote
can carry words out of the workspace in the address of one.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

MARKUP_CHARACTERS_MAX = 2_000_000
TAGS = frozenset(
    "a b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s small span strong sub sup table tbody td tfoot th thead "
    "tr u ul".split()
)
STYLES = frozenset(
    "color background-color text-align font-weight font-style font-size text-decoration width border border-bottom padding margin".split()
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
VOID = frozenset(("br", "hr", "img"))
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:@/])")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(["table", "strikethrough"])
_validated = _markdown.validateLink
_markdown.validateLink = lambda url: url.startswith("cid:") or _validated(url)  # pyright: ignore[reportAttributeAccessIssue]


def from_markdown(text: str) -> str:
    return safe(_markdown.render(text[:MARKUP_CHARACTERS_MAX]))


def safe(html: str) -> str:
    """HTML with the tags of a letter, a few styles, links to the web and pictures of ours."""
    return nh3.clean(
        html[:MARKUP_CHARACTERS_MAX],
        tags=set(TAGS),
        clean_content_tags={"script", "style", "title"},
        attributes={**{tag: {"style"} for tag in TAGS}, **{tag: {"style", *more} for tag, more in ATTRIBUTES.items()}},
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        attribute_filter=_kept,
        filter_style_properties=set(STYLES),
        link_rel="noopener noreferrer",
    )


def _kept(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith("cid:") else None
    if name == "href":
        return value if re.match(r"(?:https?|mailto|tel):", value, re.IGNORECASE) else None
    if name == "style" and re.search(r"url\s*\(|expression|@import|\\", value, re.IGNORECASE):
        return None
    return value


def escaped_markdown(text: str) -> str:
    """A text that stands in Markdown as it is, whatever signs are in it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_SPECIAL.sub(r"\\\1", line.strip() if n else line) for n, line in enumerate(lines))


def cell(text: str) -> str:
    """A text in a cell of a Markdown table: one line."""
    return escaped_markdown(" ".join(text.split()))


def table(headings: list[str], rows: list[list[str]], right: frozenset[int] = frozenset()) -> str:
    """A Markdown table; the columns in `right` hold figures."""
    rules = ["---:" if n in right else "---" for n in range(len(headings))]
    lines = [
        "| " + " | ".join(line) + " |" for line in ([cell(h) for h in headings], rules, *([cell(c) for c in row] for row in rows))
    ]
    return "\n" + "\n".join(lines) + "\n"


# ── walking through it ────────────────────────────────────

Attributes = Mapping[str, str]


class Walk(HTMLParser):
    """Calls back for every tag and text of safe HTML, in order."""

    def __init__(
        self, opened: Callable[[str, Attributes], None], closed: Callable[[str], None], text: Callable[[str], None]
    ) -> None:
        super().__init__(convert_charrefs=True)
        self._opened, self._closed, self._text = opened, closed, text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._opened(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._closed(tag)

    def handle_data(self, data: str) -> None:
        self._text(data)

    @classmethod
    def through(
        cls, html: str, opened: Callable[[str, Attributes], None], closed: Callable[[str], None], text: Callable[[str], None]
    ) -> None:
        walk = cls(opened, closed, text)
        walk.feed(html)
        walk.close()


def rewritten(html: str, attributes: Callable[[str, Attributes], Attributes | None]) -> str:
    """The same HTML with other attributes; a tag for which None comes back is left out, its text stays."""
    parts: list[str] = []
    left_out: list[str] = []

    def opened(tag: str, given: Attributes) -> None:
        now = attributes(tag, given)
        if now is None:
            if tag not in VOID:
                left_out.append(tag)
            return
        written = [f' {name}="{escape(value)}"' for name, value in now.items()]
        parts.append(f"<{tag}{''.join(written)}>")

    def closed(tag: str) -> None:
        if left_out and left_out[-1] == tag:
            left_out.pop()
        else:
            parts.append(f"</{tag}>")

    Walk.through(html, opened, closed, lambda text: parts.append(escape(text, quote=False)))
    return "".join(parts)


def pictures_in(html: str) -> tuple[str, ...]:
    """Ids of the files that its pictures name, once each."""
    found: dict[str, None] = {}

    def opened(tag: str, given: Attributes) -> None:
        if tag == "img" and given.get("src", "").startswith("cid:"):
            found[given["src"].removeprefix("cid:")] = None

    Walk.through(html, opened, lambda tag: None, lambda text: None)
    return tuple(found)


# ── its words alone ───────────────────────────────────────

_BLOCKS = frozenset("p div h1 h2 h3 h4 h5 h6 ul ol table blockquote pre dl hr".split())


def plain(html: str) -> str:
    """The words, in lines: for readers of mail that show no HTML, and for what is told in the workspace."""
    words = _Plain()
    Walk.through(html, words.opened, words.closed, words.text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in "".join(words.parts).split("\n"))).strip()


class _Plain:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lists: list[int | None] = []
        self.links: list[tuple[str, int]] = []
        self.cells = 0
        self.exact = 0

    def opened(self, tag: str, given: Attributes) -> None:
        match tag:
            case "br":
                self.parts.append("\n")
            case "hr":
                self.parts.append("\n\n----\n\n")
            case "img":
                self.parts.append(f"[{given.get('alt') or 'picture'}]")
            case "li":
                self._item()
            case "td" | "th":
                self.parts.append(" | " if self.cells else "")
                self.cells += 1
            case "tr":
                self.cells = 0
            case "a":
                self.links.append((given.get("href", ""), len(self.parts)))
            case _ if tag in _BLOCKS:
                if tag in ("ul", "ol"):
                    self.lists.append(1 if tag == "ol" else None)
                self.exact += tag == "pre"
                self.parts.append("\n" if tag in ("ul", "ol") and len(self.lists) > 1 else "\n\n")
            case _:
                pass

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        self.parts.append("\n" + "  " * (len(self.lists) - 1) + (f"{number}. " if number is not None else "- "))

    def closed(self, tag: str) -> None:
        match tag:
            case "a" if self.links:
                address, start = self.links.pop()
                said = "".join(self.parts[start:])
                shown = address.removeprefix("mailto:").removeprefix("tel:")
                if shown and shown != said:
                    self.parts.append(f" ({shown})")
            case "tr" | "dt" | "dd":
                self.parts.append("\n")
            case _ if tag in _BLOCKS:
                if tag in ("ul", "ol") and self.lists:
                    self.lists.pop()
                self.exact -= tag == "pre"
                self.parts.append("\n" if tag in ("ul", "ol") and self.lists else "\n\n")
            case _:
                pass

    def text(self, text: str) -> None:
        if self.exact:
            self.parts.append(text)
        elif text.strip() or "\n" not in text:
            self.parts.append(re.sub(r"\s+", " ", text))
