"""What the web needs of the rest: put together once, in `create_app`, and carried by the app."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from sayso.data.files import FileStore
from sayso.settings import Settings
from sayso.web.callers import Callers
from sayso.web.hub import Hub
from sayso.web.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Parts:
    engine: AsyncEngine
    settings: Settings
    callers: Callers
    hub: Hub
    jobs: Jobs

    @property
    def files(self) -> FileStore:
        return FileStore(self.settings.home / "files")

    @property
    def imports(self) -> Path:
        return self.settings.home / "imports"


def parts(request: HTTPConnection) -> Parts:
    return request.app.state.parts
