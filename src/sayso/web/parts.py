"""What the web needs of the rest: put together once, in `create_app`, and carried by the app."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from sayso.settings import Settings
from sayso.web.callers import Callers
from sayso.web.hub import Hub


@dataclass(frozen=True, slots=True)
class Parts:
    engine: AsyncEngine
    settings: Settings
    callers: Callers
    hub: Hub


def parts(request: HTTPConnection) -> Parts:
    return request.app.state.parts
