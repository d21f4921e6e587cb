"""How a page of the directory becomes HTML: its templates, its icons, its policy. No nonce, so that a page can be kept."""

import hashlib
from base64 import b64encode
from functools import cache
from typing import Any, cast

from markupsafe import Markup

from sayso.models.facts import Figure
from sayso.models.prices import dollars
from sayso.models.words import day as day_text
from sayso.models.words import some_day
from sayso.web.pages import look
from sayso.web.pages.directory.icons import icon
from sayso.web.pages.page import font, templates

HUES = {
    "openai": "green", "anthropic": "orange", "google": "blue", "mistral": "yellow", "xai": "violet", "deepseek": "sky", "meta": "blue",
    "cohere": "teal", "amazon": "yellow", "alibaba": "violet", "moonshot": "pink", "zai": "sky", "minimax": "red", "nvidia": "lime",
}  # fmt: skip
"""A maker's little tile; the others have the workspace's own hue."""


TONES = {"current": "good", "preview": "accent", "deprecated": "warn", "retired": "bad", "unknown": ""}
"""The colour of a status; the word stands beside it."""
DASH = Markup('<span class="unknown"><span aria-hidden="true">–</span><span class="sr">not published</span></span>')
"""Not published, where a column has no room for the words."""


def hue(maker: str) -> str:
    return f"c-{HUES.get(maker, 'blue')}"


def source_text(figure: Figure[Any]) -> str:
    """`genai-prices 0.2.3, 10 November 2026`: who says a figure, and when."""
    version = f" {figure.source.version}" if figure.source.version[:1].isdigit() and len(figure.source.version) < 12 else ""
    return f"{figure.source.name}{version}, {day_text(figure.date)}"


@cache
def _environment() -> Any:
    environment = templates.overlay()
    known = cast(dict[str, Any], environment.globals)
    known |= {
        "icon": icon,
        "look": look.address,
        "hue": hue,
        "day": day_text,
        "some_day": some_day,
        "source_text": source_text,
        "dollars": dollars,
        "dash": DASH,
        "tones": TONES,
    }
    return environment


def rendered(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(face=face(), font=font(), **values)


def face() -> Markup:
    """The one rule that a page carries itself: where the type lies. `optional`: what was drawn is never drawn again in another type."""
    address = font()
    rule = 'font-family:"Inter Variable";font-weight:100 900;font-display:optional;'
    return Markup("@font-face{" + rule + f'src:url("{address}") format("woff2")' + "}") if address else Markup("")


def policy() -> str:
    return _policy(str(face()))


@cache
def _policy(style: str) -> str:
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self' 'sha256-{digest}'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
