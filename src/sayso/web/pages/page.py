"""One page of HTML, with a policy that lets nothing run but our own files."""

import secrets
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
BUILT = HERE.parent / "static"
"""Where the build puts the workspace's files; among them the type that public pages share."""
HUE = 262


def coded(text: str) -> Markup:
    """A sentence of ours, with what stands in backticks set as code."""
    pieces = [escape(piece) for piece in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(piece) if n % 2 else piece for n, piece in enumerate(pieces))


templates = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
templates.filters["coded"] = coded


def page(
    template: str, *, status: int = 200, hue: int = HUE, frames: Collection[str] = (), leads_to: str = "", **values: Any
) -> HTMLResponse:
    """A rendered template. `frames` are the sites that may show it inside a page of theirs; `leads_to` is the origin of another site,
    or a program's own scheme, that its form may end at."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; object-src 'none'; form-action {' '.join(filter(None, (chr(39) + 'self' + chr(39), leads_to)))}; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types svelte-trusted-html default solver; "
        f"frame-ancestors {' '.join(frames) or chr(39) + 'none' + chr(39)}"
    )
    html = templates.get_template(template).render(nonce=nonce, hue=hue, font=font(), **values)
    return HTMLResponse(html, status, {"content-security-policy": policy})


def font_file() -> Path | None:
    """Looked for again only when a build has changed the folder."""
    assets = BUILT / "assets"
    return _font_in(assets, assets.stat().st_mtime_ns) if assets.is_dir() else None


@lru_cache(maxsize=1)
def _font_in(assets: Path, changed: int) -> Path | None:
    return next(assets.glob("inter-latin-wght-*.woff2"), None)


def font() -> str | None:
    """The address of Inter, once there is a build; without one, pages speak in the system's own voice."""
    file = font_file()
    return f"/static/assets/{file.name}" if file else None
