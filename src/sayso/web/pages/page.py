"""One page of HTML, with a policy that lets nothing run but our own files."""

import secrets
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
HUE = 262

_templates = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)


def page(template: str, *, status: int = 200, hue: int = HUE, framed: bool = False, **values: Any) -> HTMLResponse:
    """A rendered template. `framed` lets other sites show it in a frame, as they do with forms."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {'*' if framed else chr(39) + 'none' + chr(39)}"
    )
    html = _templates.get_template(template).render(nonce=nonce, hue=hue, **values)
    return HTMLResponse(html, status, {"content-security-policy": policy})
