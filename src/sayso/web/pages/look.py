"""The few files that public pages need. Small and read once; the workspace's own are in `static`."""

from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import NotFound
from sayso.web.pages.page import HERE

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in (HERE / "look").iterdir() if path.suffix in TYPES}


async def show(request: Request) -> Response:
    found = FILES.get(request.path_params["name"])
    if found is None:
        raise NotFound("There is nothing at this address.")
    return Response(found[0], media_type=found[1], headers={"cache-control": "max-age=300"})
