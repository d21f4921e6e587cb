"""An app as one frozen, portable value."""

from typing import Annotated, Any

import yaml
from pydantic import Field as Limit

from sayso.spec.automation import Automation
from sayso.spec.coworker import Coworker, Slot
from sayso.spec.part import Part
from sayso.spec.role import Role
from sayso.spec.table import Table
from sayso.spec.view import AnyView

TABLES_MAX = 200
FIELDS_MAX = 500
VIEWS_MAX = 1_000


class App(Part):
    """What a team uses, whole: JSON and YAML by `portable` and `model_validate`."""

    icon: str = "layers"
    hue: Annotated[int, Limit(ge=0, le=360)] = 262
    zone: str = "UTC"
    """The time zone in which days, schedules and spans such as "this week" are counted."""
    tables: tuple[Table, ...] = ()
    views: tuple[AnyView, ...] = ()
    automations: tuple[Automation, ...] = ()
    coworkers: tuple[Coworker, ...] = ()
    slots: tuple[Slot, ...] = ()
    roles: tuple[Role, ...] = ()

    def table(self, id: str) -> Table | None:
        return next((t for t in self.tables if t.id == id), None)

    def view(self, id: str) -> AnyView | None:
        return next((v for v in self.views if v.id == id), None)

    def table_named(self, name: str) -> Table | None:
        folded = name.casefold()
        return next((t for t in self.tables if t.name.casefold() == folded), None)

    def as_yaml(self) -> str:
        return yaml.safe_dump(self.portable(), sort_keys=False, allow_unicode=True, width=100)


def app_from(raw: str | bytes | dict[str, Any]) -> App:
    """An app from YAML or JSON text, or from parsed JSON. Raises pydantic's `ValidationError` or `yaml.YAMLError`."""
    return App.model_validate(yaml.safe_load(raw) if isinstance(raw, (str, bytes)) else raw)
