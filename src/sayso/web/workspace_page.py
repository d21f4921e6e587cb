"""The workspace as it was built: files with long caches, and one page for every address that is not a file.

The page's policy lets our own files run and nothing else; a script that the build wrote into the page is named by its hash.
"""

import gzip
import hashlib
import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from sayso.web import cookies
from sayso.web.pages.page import BUILT, page

FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css"}
ZIPPED = tuple(TYPES)
FILES_ZIPPED_MAX = 400
HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
SCRIPT_IN_PAGE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; frame-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html drawn pasted default"
)
"""Scripts set styles on elements (positions of rows and bars); text that becomes HTML goes through one of four named policies: Svelte's
own templates, our icons, what is pasted (read as a table, never shown), and one that takes nothing but the empty text (`trusted.ts`)."""


class BuiltFiles(StaticFiles):
    """Names that carry a hash are kept by browsers for ever; the rest is asked for again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def check_config(self) -> None:
        """Before the first build there is no folder, and so no file."""
        if not Path(str(self.directory)).is_dir():  # noqa: ASYNC240  one look, once
            raise HTTPException(404)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if "\0" in path:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if (
            isinstance(response, FileResponse)
            and path.endswith(ZIPPED)
            and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        ):
            response = await to_thread.run_sync(_zipped, Path(response.path), response.headers["etag"])
        kept = HASHED.search(path) is not None and response.status_code in (200, 206, 304)
        response.headers["cache-control"] = FOR_EVER if kept else "no-cache"
        return response


@lru_cache(maxsize=FILES_ZIPPED_MAX)
def _zipped(file: Path, etag: str) -> Response:
    """Once for each file and build, some 2 MB in all."""
    headers = {"content-encoding": "gzip", "vary": "accept-encoding", "etag": f'{etag[:-1]}-gzip"'}
    return Response(gzip.compress(file.read_bytes(), 6, mtime=0), media_type=TYPES[file.suffix], headers=headers)


class WorkspacePage:
    """`index.html`, read again when a build has changed it."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._file = folder / "index.html"
        self._read: tuple[float, bytes, str] = (0, b"", "")

    async def show(self, request: Request) -> Response:
        if request.url.path.startswith(("/api/", "/static/")):
            raise HTTPException(404)
        if not cookies.read(request):
            return RedirectResponse(_sign_in(request), 303)
        try:
            html, policy = self._page()
        except FileNotFoundError:
            return page("problem.html", status=503, title="The workspace is not built yet", detail=NOT_BUILT)
        return Response(html, media_type="text/html", headers={"content-security-policy": policy, "cache-control": "no-cache"})

    def _page(self) -> tuple[bytes, str]:
        changed = self._file.stat().st_mtime
        if self._read[0] != changed:
            html = self._file.read_bytes()
            self._read = (changed, html, POLICY.format(hashes=_hashes(html.decode())))
        return self._read[1], self._read[2]


NOT_BUILT = "The files of the workspace are missing. `script/start` builds them; the API works without."


def _sign_in(request: Request) -> str:
    """The sign-in page, which leads back to where somebody wanted."""
    to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/signin" if to == "/" else f"/signin?to={quote(to, safe='/')}"


def _hashes(html: str) -> str:
    digests = (hashlib.sha256(script.encode()).digest() for script in SCRIPT_IN_PAGE.findall(html))
    return "".join(f" 'sha256-{b64encode(digest).decode()}'" for digest in digests)
