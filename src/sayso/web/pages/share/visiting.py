"""Coming to a share: its password, who may frame it, and what every page of it carries."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.data.publishing import opening
from sayso.data.publishing.opening import Opened
from sayso.errors import SignInNeeded, TooMany
from sayso.team.shares import counting, kept, locks
from sayso.team.shares.challenges import Challenges
from sayso.team.shares.share import Share
from sayso.web.address import counted_as
from sayso.web.body import BoundedRequest
from sayso.web.pages.page import page
from sayso.web.parts import Parts, parts
from sayso.web.rate import Rate

COOKIE = "sayso_visit"
PASSWORD_BYTES_MAX = 4_096
OPENED_BY_ONE_A_MINUTE_MAX = 600
PATHS = {"form": "/f", "view": "/share"}

by_one = Rate(times=OPENED_BY_ONE_A_MINUTE_MAX, seconds=60)
"""Looking is cheap, but not free: this much of one address, in one process."""


def challenges(known: Parts) -> Challenges:
    return Challenges(known.connections.vault.key_for("challenges of public forms"))


def who(request: Request, share: Share) -> bytes:
    """Whoever comes from this address, as it is counted."""
    return counting.who(parts(request).connections.vault.key_for("addresses at shares"), share, address(request))


def count(request: Request) -> None:
    """Raises `TooMany`. Pages and pictures of one share count together, whether there is such a share or not."""
    by_one.count(f"{address(request)} {request.path_params['token']}"[:300])


def address(request: Request) -> str:
    return counted_as(request, parts(request).settings)


def path(share: Share) -> str:
    return f"{PATHS[share.kind]}/{share.token}"


def may_look(request: Request, share: Share) -> bool:
    return locks.is_visiting(share, request.cookies.get(COOKIE, ""))


def must_look(request: Request, share: Share) -> None:
    """For what is no page: files and downloads. Raises `SignInNeeded`."""
    if not may_look(request, share):
        raise SignInNeeded("This page has a password. Open the page itself first.")


def shown(share: Share, template: str, *, status: int = 200, hue: int, leads_to: str = "", **values: Any) -> Response:
    """A page of a share: framed by the sites that its maker named and no others, found by no search engine."""
    title = values.pop("title", "") or "Shared page"
    answer = page(
        template, status=status, hue=hue, frames=share.rules.origins, leads_to=leads_to,
        title=title, preview="Shared page" if share.password else title, at=path(share), **values,
    )  # fmt: skip
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    return answer


def locked(opened: Opened, *, status: int = 401, problem: str = "") -> Response:
    share = opened.share
    return shown(share, "share_locked.html", status=status, hue=opened.hue, title="Shared page", problem=problem)


async def enter(request: Request, kind: str) -> Response:
    """The password was typed."""
    token = request.path_params["token"]
    async with db.transaction(parts(request).engine) as tx:
        opened = await opening.opened(tx, token, kind)
    share = opened.share
    if share.password is None:
        return RedirectResponse(path(share), 303)
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(PASSWORD_BYTES_MAX)
    async with bounded.form(max_files=0, max_fields=4) as typed:
        password = str(typed.get("password", ""))
    try:
        async with db.transaction(parts(request).engine) as tx:
            await counting.count(tx, share, "password", who(request, share))
    except TooMany as error:
        return locked(opened, status=429, problem=str(error))
    if not await locks.opens(share, password):
        return locked(opened, problem="This is not the password.")
    return visited(request, share, RedirectResponse(path(share), 303))


def visited(request: Request, share: Share, answer: Response) -> Response:
    """With the cookie of a visit: for this share's own addresses only. Within another site's page browsers keep it only if it says so."""
    if share.password is not None:
        keep(request, answer, COOKIE, locks.visit(share), path(share), locks.VISIT_HOURS_MAX * 3600)
    return answer


def keep(request: Request, answer: Response, name: str, value: str, at: str, seconds: int) -> None:
    secure = parts(request).settings.url.startswith("https:")
    framed = secure and request.headers.get("sec-fetch-dest") == "iframe"
    site = "SameSite=None; Partitioned" if framed else "SameSite=Lax"
    cookie = f"{name}={value}; Path={at}; Max-Age={seconds}; HttpOnly; {site}{'; Secure' if secure else ''}"
    answer.headers.append("set-cookie", cookie)


async def counted(known: Parts, share: Share) -> None:
    """A visit, counted beside the answer."""
    async with db.transaction(known.engine) as tx:
        await kept.opened(tx, share.id)
