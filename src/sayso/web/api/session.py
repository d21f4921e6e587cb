"""Who is asking: signed in or not."""

from fastapi import Request, Response

from sayso.team import sessions, workspaces
from sayso.web import cookies
from sayso.web.actor import By
from sayso.web.api.me import Me, my
from sayso.web.parts import parts
from sayso.web.shapes import Asked, Token
from sayso.web.work import Tx


class Where(Asked):
    workspace: Token


async def show(tx: Tx, by: By) -> Me:
    """Who I am. 401 when nobody is signed in."""
    return await my(tx, by)


async def end(request: Request, tx: Tx, by: By) -> Response:
    """Sign out: ends this session here and now."""
    await sessions.end(tx, cookies.read(request))
    parts(request).callers.forget()
    answer = Response(status_code=204, headers={"clear-site-data": '"cache", "storage"'})
    cookies.drop(answer, "session", parts(request).settings)
    return answer


async def switch(where: Where, request: Request, tx: Tx, by: By) -> Me:
    """Go on in another workspace of mine."""
    there = await workspaces.switch(tx, where.workspace, by=by)
    parts(request).callers.forget()
    return await my(tx, there)
