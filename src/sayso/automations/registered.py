"""An automation as it stands now: what a run begins with."""

from dataclasses import dataclass

from sayso.spec.automation import Automation


@dataclass(frozen=True, slots=True)
class Registered:
    """`version` is the app's, `definition` the digest that `definitions.keep` gave, `owner` the member with whose rights it acts."""

    app_number: int
    app_id: str
    workspace: str
    automation: Automation
    version: int
    definition: str
    owner: str
    on: bool = True
