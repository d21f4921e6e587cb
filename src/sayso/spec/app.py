"""An app as one frozen, portable value."""

import re
from typing import Annotated, Any

import yaml
from pydantic import Field as Limit
from pydantic import ValidationError

from sayso.errors import Invalid, Problem, TooLarge
from sayso.spec.automation import Automation
from sayso.spec.coworker import Coworker, Slot
from sayso.spec.part import Part
from sayso.spec.portable import invalid_from, spelled_out
from sayso.spec.role import Role
from sayso.spec.table import Table
from sayso.spec.view import AnyView

TABLES_MAX = 200
FIELDS_MAX = 500
VIEWS_MAX = 1_000
SPEC_BYTES_MAX = 4_000_000


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
    """An app from YAML or JSON text, or from parsed JSON, with names for ids and other words for kinds allowed.

    Links get their other end from `change.completed_app`. Raises `Invalid` with every problem of shape; what the
    parts say of each other is for `check` to judge.
    """
    value = _parsed(raw) if isinstance(raw, (str, bytes)) else raw
    if not isinstance(value, dict):
        raise Invalid(Problem("", "a spec is a mapping with a name and tables", "name: Client desk"))
    try:
        return _valid(spelled_out(value))
    except RecursionError:
        raise Invalid("this spec is nested too deeply to be read") from None


def _valid(written: dict[str, Any]) -> App:
    try:
        return App.model_validate(written)
    except ValidationError as error:
        raise invalid_from(error, written) from None


def _parsed(text: str | bytes) -> object:
    if len(text) > SPEC_BYTES_MAX:
        raise TooLarge(f"A spec holds at most {SPEC_BYTES_MAX:,} bytes; this has {len(text):,}")
    try:
        return yaml.load(text, Loader=_Plain)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Invalid(Problem(where, f"this is neither YAML nor JSON: {getattr(error, 'problem', None) or error}")) from None


class _Plain(yaml.SafeLoader):
    """YAML as JSON means it: `on`, `No`, `09:00` and `2026-11-27` are text, and nothing unfolds into more than was written."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("aliases (*name) are not allowed in a spec")
        return super().compose_node(parent, index)


_KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:float", "tag:yaml.org,2002:merge")
_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag in _KEPT]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False)$"), list("tfTF"))
_Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
