"""The text of a model, made safe before anybody sees it.

A model may have been told by a row to carry words out of the workspace in the address of a picture or a link. So nothing that it
writes may load by itself or hide where it leads: `Safe` breaks, as the text streams, everything that some reader of markdown would
make a picture, a link or HTML of, and `html` is made by a parser that knows none of these. An address can only be clicked when
exactly that address was read somewhere or was given by the person; one that the model has put together is shown and leads nowhere.
"""

import re
from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

HELD_CHARACTERS_MAX = 2_100
ADDRESS_CHARACTERS_MAX = 2_000
CITES = re.compile(r"\[\s*([1-9]\d{0,4}(?:\s*[,;]\s*[1-9]\d{0,4})*)\s*\]")
ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^\x00-\x20]+", re.IGNORECASE)
_SCHEME = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//|\bwww\.|\b(?:javascript|data|vbscript|file|blob|mailto|tel|sms)\s*:", re.IGNORECASE
)
_MAY_GO_ON = re.compile(r"[:/.<!\]&\\@]|(?:h|ht|htt|https?|w{1,3})$", re.IGNORECASE)
"""A word that is, or may still become, more than a word."""
_TRAILING = ".,;:!?)]}*_~'\"»”’"
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)  # fmt: skip
"""Characters that show nothing, turn the direction of writing, or carry words unseen (the tags of Unicode)."""


def visible(text: str) -> str:
    """Without characters that nobody sees."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def addresses_in(text: str) -> set[str]:
    """The addresses that a text names, as they may be shown as links later."""
    return {found.rstrip(_TRAILING) for found in ADDRESS.findall(visible(text))}


class Safe:
    """One text on its way: `feed` gives what may be shown already, `end` the rest. `cites` are the numbers that were truly read."""

    def __init__(self, cites: Callable[[], Collection[int]], addresses: Callable[[], Collection[str]] = lambda: ()) -> None:
        self._cites, self._addresses = cites, addresses
        self._held = ""
        self._last = ""
        self.dropped = 0
        """Citations of what nobody read."""

    def feed(self, delta: str) -> str:
        self._held += visible(delta)
        cut = self._settled(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._passed(ready)

    def end(self) -> str:
        ready, self._held = self._held, ""
        return self._passed(ready)

    @staticmethod
    def _settled(text: str) -> int:
        """Up to where the text can be judged: a word that may become an address, and a bracket that is open, wait."""
        start = max(text.rfind(" "), text.rfind("\n")) + 1
        word = text[start:]
        bracket = text.rfind("[", max(0, len(text) - 40))
        cut = len(text)
        if _MAY_GO_ON.search(word):
            cut = start
        cut = min([cut, *(found.start() for found in CITES.finditer(text) if found.start() < cut < found.end())])
        if bracket >= 0 and "]" not in text[bracket:] and re.fullmatch(r"\[[\d\s,;]*", text[bracket:]):
            cut = min(cut, bracket)
        return len(text) if len(text) - cut > HELD_CHARACTERS_MAX else cut

    def _passed(self, text: str) -> str:
        if not text:
            return ""
        text = CITES.sub(self._cited, text)
        text = (
            _broken(self._last + text, self._addresses())[len(self._last) :] if self._last else _broken(text, self._addresses())
        )
        self._last = text[-1:] if text and text[-1] in "]!<&" else ""
        return text

    def _cited(self, found: re.Match[str]) -> str:
        numbers = [int(n) for n in re.split(r"\s*[,;]\s*", found[1])]
        known = self._cites()
        kept = list(dict.fromkeys(n for n in numbers if n in known))
        self.dropped += len(numbers) - len(kept)
        return "".join(f"[{n}]" for n in kept)


def safe(text: str, cites: Collection[int] = (), addresses: Collection[str] = ()) -> str:
    """A whole text at once."""
    one = Safe(lambda: cites, lambda: addresses)
    return one.feed(text) + one.end()


def _broken(text: str, addresses: Collection[str]) -> str:
    """No picture, link, reference or HTML can be read out of what comes back, by whatever reader of markdown."""
    text = re.sub(r"!(?=\[)", "! ", text)
    text = re.sub(r"\](?=\()", "] ", text)
    text = re.sub(r"\](?=\[(?!\d{1,5}\]))", "] ", text)
    text = re.sub(r"\](?=:)", "] ", text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", text)
    text = re.sub(r"&(?=#|[A-Za-z])", "& ", text)
    parts: list[str] = []
    at = 0
    for found in ADDRESS.finditer(text):
        whole = found[0].rstrip(_TRAILING)
        parts += [_schemeless(text[at : found.start()]), _address(whole, addresses)]
        at = found.start() + len(whole)
    return "".join([*parts, _schemeless(text[at:])])


def _address(address: str, known: Collection[str]) -> str:
    return address if address in known and len(address) <= ADDRESS_CHARACTERS_MAX else f"`{address.replace('://', ':/ /')}`"


def _schemeless(text: str) -> str:
    """What some readers would take for an address, though it is none."""
    return _SCHEME.sub(lambda m: m[0].replace("//", "/ /").replace(":", " :").replace("www.", "www ."), text)


# ── as HTML ───────────────────────────────────────────────

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(["table", "strikethrough"])
_MARKDOWN.disable(["image", "link", "autolink", "reference", "html_inline", "html_block", "entity"], ignoreInvalid=True)
TAGS = frozenset(
    "p br hr h1 h2 h3 h4 h5 h6 strong em s ul ol li blockquote pre code table thead tbody tr th td".split()
)  # fmt: skip


class _Renderer(RendererHTML):
    """Tags without attributes, and text in which only known addresses and citations are more than text."""

    def __init__(self, addresses: Collection[str], cites: Collection[int]) -> None:
        super().__init__()
        self._addresses, self._cites = addresses, cites

    def renderToken(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        if token.hidden or token.tag not in TAGS:
            return ""
        return f"</{token.tag}>" if token.nesting == -1 else f"<{token.tag}>"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<pre><code>{escape(tokens[idx].content)}</code></pre>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.fence(tokens, idx, options, env)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{escape(tokens[idx].content)}</code>"

    def as_written(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return escape(tokens[idx].content)

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        text, parts, at = tokens[idx].content, list[str](), 0
        for found in re.finditer(rf"{CITES.pattern}|{ADDRESS.pattern}", text, re.IGNORECASE):
            parts.append(escape(text[at : found.start()]))
            at = found.end()
            if found[1] is not None:
                numbers = [int(n) for n in re.split(r"\s*[,;]\s*", found[1])]
                parts += [_citation(n) for n in numbers if n in self._cites]
            else:
                address = found[0].rstrip(_TRAILING)
                at = found.start() + len(address)
                parts.append(_link(address) if address in self._addresses else escape(address))
        return "".join([*parts, escape(text[at:])])


def html(text: str, cites: Collection[int] = (), addresses: Collection[str] = ()) -> str:
    """A safe text as HTML that loads nothing: a few tags without attributes, citations as buttons, links with their own address as text."""
    renderer: Any = _Renderer(addresses, cites)
    for name in ("text", "fence", "code_block", "code_inline"):
        renderer.rules[name] = getattr(renderer, name)
    for name in ("image", "html_block", "html_inline"):
        renderer.rules[name] = renderer.as_written
    return renderer.render(_MARKDOWN.parse(text), _MARKDOWN.options, {})


def _citation(n: int) -> str:
    return f'<button class="cite" data-n="{n}">{n}</button>'


def _link(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
        honest = host.isascii() and "@" not in urlsplit(address).netloc
    except ValueError:
        honest = False
    if not honest:  # a name in other letters than it seems, or a name before an @: shown, and leading nowhere
        return f"<code>{escape(address)}</code>"
    shown = escape(address)
    return f'<a href="{shown}" rel="noopener noreferrer nofollow" target="_blank">{shown}</a>'
