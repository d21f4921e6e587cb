"""The few files that public pages need. Small, read and zipped once; the workspace's own are in `static`."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import NotFound
from sayso.web.pages.page import HERE

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SHARED = ("tokens.css", "base.css", "parts.css")
"""What the workspace is built from too. A page's own sheet goes out with these before it, as one file."""


def _read(path: Path) -> bytes:
    if path.suffix != ".css" or path.name in SHARED:
        return path.read_bytes()
    before = (*SHARED, "page.css") if path.name == "share.css" else SHARED
    return b"\n".join((path.parent / name).read_bytes() for name in (*before, path.name))


FILES = {path.name: (_read(path), TYPES[path.suffix]) for path in (HERE / "look").iterdir() if path.suffix in TYPES}
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def digest(name: str) -> str:
    return hashlib.sha256(FILES[name][0]).hexdigest()[:10]


@cache
def address(name: str) -> str:
    """Where a page finds a file: with its digest, so that a browser keeps it for ever and still never shows an old one."""
    return f"/look/{name}?v={digest(name)}"


async def show(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        raise NotFound("There is nothing at this address.")
    body, media = FILES[name]
    kept = request.query_params.get("v") == digest(name)
    headers = {"cache-control": FOR_EVER if kept else "max-age=300", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_zipped(name), media_type=media, headers={**headers, "content-encoding": "gzip"})
    return Response(body, media_type=media, headers=headers)


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(FILES[name][0], 9, mtime=0)
