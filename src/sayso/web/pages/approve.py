"""The page behind the address that an approval's e-mail carries: it shows the question, and only its button decides.

Opening the address changes nothing, since programs that look after mailboxes open addresses too.
"""

from starlette.requests import Request
from starlette.responses import Response

from sayso import db
from sayso.automations import approvals
from sayso.automations.approvals import REASON_CHARACTERS_MAX, Approval
from sayso.errors import Conflict, NotFound
from sayso.team.actor import Actor
from sayso.web.address import counted_as
from sayso.web.body import BoundedRequest
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.rate import Rate

DECISION_BYTES_MAX = 64 * 2**10
LOOKED_BY_ONE_A_MINUTE_MAX = 60
SECRET_CHARACTERS_MAX = 100

by_one = Rate(times=LOOKED_BY_ONE_A_MINUTE_MAX, seconds=60)


async def show(request: Request) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        approval, who = await approvals.by_link(tx, _secret(request))
    return _page(request, approval, who)


async def decide(request: Request) -> Response:
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(DECISION_BYTES_MAX)
    async with bounded.form(max_files=0, max_fields=4, max_part_size=DECISION_BYTES_MAX) as typed:
        said, reason = str(typed.get("decision", "")), str(typed.get("reason", "")).replace("\0", "")[:REASON_CHARACTERS_MAX]
    async with db.transaction(parts(request).engine) as tx:
        approval, who = await approvals.by_link(tx, _secret(request))
        if said not in ("yes", "no"):
            return _page(request, approval, who, status=422)
        try:
            approval = await approvals.decide(tx, approval.id, said == "yes", reason, by=who, through="link")
        except Conflict:
            return _page(request, await approvals.settled(tx, approval.id), who, status=409)
    return _page(request, approval, who)


def _secret(request: Request) -> str:
    by_one.count(counted_as(request, parts(request).settings))
    secret: str = request.path_params["token"]
    if not 0 < len(secret) <= SECRET_CHARACTERS_MAX:
        raise NotFound("This link asks nothing, or no longer.")
    return secret


def _page(request: Request, approval: Approval, who: Actor, *, status: int = 200) -> Response:
    return page("approve.html", status=status, token=request.path_params["token"], approval=approval, who=who.name)
