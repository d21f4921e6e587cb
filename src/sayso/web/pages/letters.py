"""The page behind the address with which a letter says how to end letters like it.

Opening it changes nothing, since programs that look after mailboxes open addresses too; a mail program's own button posts to it
(RFC 8058), without a cookie and without a page.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sayso import db
from sayso.team import preferences
from sayso.web.address import counted_as
from sayso.web.body import BoundedRequest
from sayso.web.pages.page import page
from sayso.web.parts import parts
from sayso.web.post import ending
from sayso.web.post.ending import Ending
from sayso.web.rate import Rate

POSTED_BYTES_MAX = 4 * 2**10
LOOKED_BY_ONE_A_MINUTE_MAX = 60
CALLED = {
    "mention": "mentions", "assignment": "assignments", "comment": "comments", "approval": "approvals", "failure": "failures",
    "automation": "what automations tell", "invitation": "invitations and what you are given", "share": "what is shared", "security": "warnings about your account",
}  # fmt: skip

by_one = Rate(times=LOOKED_BY_ONE_A_MINUTE_MAX, seconds=60)


async def show(request: Request) -> Response:
    return _page(request, _asked(request), ended=False)


async def end(request: Request) -> Response:
    asked = _asked(request)
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(POSTED_BYTES_MAX)
    async with bounded.form(max_files=0, max_fields=4, max_part_size=POSTED_BYTES_MAX) as said:
        one_click = str(said.get("List-Unsubscribe", "")) == "One-Click"
    async with db.transaction(parts(request).engine) as tx:
        await preferences.no_letters(tx, asked.member, asked.workspace, asked.topics)
    return PlainTextResponse("Done.") if one_click else _page(request, asked, ended=True)


def _asked(request: Request) -> Ending:
    by_one.count(counted_as(request, parts(request).settings))
    return ending.read(parts(request).connections.vault, request.path_params["token"])


def _page(request: Request, asked: Ending, *, ended: bool) -> Response:
    kinds = [CALLED[topic] for topic in asked.topics]
    what = " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1] if kinds else "")))
    return page("letters.html", token=request.path_params["token"], what=what, ended=ended)
