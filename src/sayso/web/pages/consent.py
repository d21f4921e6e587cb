"""Where a browser comes back to, after somebody has consented with another service (OAuth)."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso.connections import oauth
from sayso.errors import Forbidden, Invalid
from sayso.web.actor import caller
from sayso.web.parts import parts

TOLD_LENGTH_MAX = 300
PARAMETER_LENGTH_MAX = 4_096


async def come_back(request: Request) -> Response:
    """The connection's page; or, as a page, why nothing came of it."""
    by = await caller(request)
    told = request.query_params
    if told.get("error"):
        said = " ".join(f"{told['error']} {told.get('error_description', '')}".split())[:TOLD_LENGTH_MAX]
        raise Forbidden(f"The other service did not agree: {said}. Connect once more when that has changed.")
    state, code = told.get("state", ""), told.get("code", "")
    if not state or not code or max(len(state), len(code)) > PARAMETER_LENGTH_MAX:
        raise Invalid("The other service sent you back without saying what it was about. Connect once more.")
    consent = await oauth.finished(parts(request).connections, state=state, code=code, by=by, session=by.session or "")
    return RedirectResponse(f"/connections/{consent.connection}", 303, headers={"referrer-policy": "no-referrer"})
