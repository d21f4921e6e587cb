"""What the gateway of this process has done, for Prometheus: for owners, or for anybody when an owner wants it so."""

from starlette.requests import Request
from starlette.responses import Response

from sayso.gateway.metrics import CONTENT_TYPE
from sayso.web.actor import caller
from sayso.web.parts import parts


async def show(request: Request) -> Response:
    """Raises `SignInNeeded` or `Forbidden` for whoever may not see it."""
    gateway = parts(request).gateway
    if not gateway.shows_metrics:
        (await caller(request)).must("manage")
    return Response(gateway.metrics.text(ledger_away=gateway.ledger.away), media_type=CONTENT_TYPE.decode())
