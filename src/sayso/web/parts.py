"""What the web needs of the rest: put together once, in `create_app`, and carried by the app."""

from asyncio import Semaphore
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from sayso.ai.fills.work import Fills
from sayso.automations.hooks import Hooks
from sayso.automations.mail import MailDoor
from sayso.automations.triggers.triggers import Triggers
from sayso.automations.work.worker import Worker
from sayso.connections.connections import Connections
from sayso.connections.sign_on.described import Asked
from sayso.connections.sign_on.oidc import Remembered
from sayso.connections.sign_on.sign_on import SignOn
from sayso.coworkers.desk import Desk
from sayso.data.files import FileStore
from sayso.gateway.gateway import Gateway
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.sources.work import Syncs
from sayso.team.audit.lately import Lately
from sayso.trials.work import Work
from sayso.web.callers import Callers
from sayso.web.copying import Copies
from sayso.web.hub import Hub
from sayso.web.jobs import Jobs
from sayso.web.pages.directory.kept import Pages
from sayso.web.refusals import Refusals
from sayso.web.seeing import Seeing

EXPORTS_AT_ONCE_MAX = 4
"""Each holds a connection for as long as its reader takes; the others are for everybody else."""
DRAWN_AT_ONCE_MAX = 2
"""A picture of the largest size takes 256 MB while it is drawn anew."""


@dataclass(frozen=True, slots=True)
class Parts:
    engine: AsyncEngine
    settings: Settings
    callers: Callers
    hub: Hub
    jobs: Jobs
    gateway: Gateway
    shelf: Shelf
    trials: Work
    fills: Fills
    coworkers: Desk
    connections: Connections
    triggers: Triggers
    automations: Worker
    syncs: Syncs
    hooks: Hooks
    mail_door: MailDoor
    copies: Copies
    exporting: Semaphore = field(default_factory=lambda: Semaphore(EXPORTS_AT_ONCE_MAX))
    drawing: Semaphore = field(default_factory=lambda: Semaphore(DRAWN_AT_ONCE_MAX))
    lately: Lately = field(default_factory=Lately)
    """What is written into the audit log once, though it is done again and again."""
    seeing: Seeing = field(default_factory=Seeing)
    """Whom people see apps as."""
    refusals: Refusals = field(default_factory=Refusals)
    """What was tried and refused, so that a flood of it is told once."""
    pages: Pages = field(default_factory=Pages)
    """Pages of the directory that were made once."""

    discoveries: Remembered = field(default_factory=Remembered)
    """What OpenID providers say of themselves, remembered for a while."""
    described: Asked = field(default_factory=Asked)
    """When SAML providers were asked for their metadata last."""

    @property
    def sign_on(self) -> SignOn:
        return SignOn(self.connections, self.discoveries)

    @property
    def files(self) -> FileStore:
        return FileStore(self.settings.home / "files")

    @property
    def imports(self) -> Path:
        return self.settings.home / "imports"


def parts(request: HTTPConnection) -> Parts:
    return request.app.state.parts
