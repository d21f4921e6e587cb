"""The answer to somebody who has proved who they are: with their cookies, or with the question for the second factor. SSO's callbacks end here too."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso import db
from sayso.settings import Settings
from sayso.team.signin import entering
from sayso.team.signin.entering import Entered, HalfWay
from sayso.web import cookies
from sayso.web.pages.signin import asked, told
from sayso.web.parts import parts


async def enter(
    request: Request,
    tx: AsyncConnection,
    person: str,
    *,
    method: str,
    strong: bool = False,
    to: str = "/",
    workspace: str | None = None,
) -> Entered | HalfWay:
    """`entering.enter` with what the request says of the browser."""
    return await entering.enter(
        tx,
        person,
        method=method,
        strong=strong,
        to=to,
        agent=asked.agent(request),
        address=asked.address(request),
        device=cookies.read(request, "device"),
        workspace=workspace,
    )


async def answer(
    request: Request, person: str, *, method: str, strong: bool = False, to: str = "/", workspace: str | None = None
) -> Response:
    """Signs this person in, in a transaction of its own, and leads them on. Raises `NotThisWay`."""
    async with db.transaction(parts(request).engine) as tx:
        came = await enter(request, tx, person, method=method, strong=strong, to=to, workspace=workspace)
    return leads(request, came, to)


@dataclass(frozen=True, slots=True)
class Next:
    """Where somebody goes now, and with which cookies."""

    request: Request
    came: Entered | HalfWay
    to: str

    def on(self, answer: Response) -> Response:
        """With the cookies; a new browser is told of by mail."""
        known = parts(self.request)
        match self.came:
            case HalfWay(secret=secret):
                cookies.put(answer, "half", secret, known.settings)
            case Entered() as came:
                signed_in(answer, came.secret, known.settings)
                cookies.put(answer, "device", came.device, known.settings)
                cookies.drop(answer, "half", known.settings)
                known.callers.forget()
                if came.new_device and came.by.person:
                    agent, address = asked.agent(self.request), asked.address(self.request)
                    known.jobs.begin(told.new_device(known, came.by.person, agent, address))
        return answer

    @property
    def address(self) -> str:
        if isinstance(self.came, HalfWay):
            return "/signin/second" if self.came.sets_up else "/signin/code"
        return self.to


def leads(request: Request, came: Entered | HalfWay, to: str) -> Response:
    next = Next(request, came, to)
    return next.on(asked.led(next.address))


def leads_json(request: Request, came: Entered | HalfWay, to: str) -> Response:
    """For a script, which goes there itself."""
    next = Next(request, came, to)
    return next.on(JSONResponse({"to": next.address}))


def signed_in(answer: Response, secret: str, settings: Settings) -> Response:
    """The answer with the session's cookie."""
    cookies.put(answer, "session", secret, settings)
    return answer
