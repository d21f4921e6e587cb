"""Where a model stands in its life: on sale, announced to end, or gone; how many days are left, and what to use instead."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sayso.models.directory import Directory
from sayso.models.facts import Figure
from sayso.models.model import Model, said
from sayso.models.words import day as day_text
from sayso.models.words import days

Status = Literal["current", "preview", "deprecated", "retired", "unknown"]
STATUSES: dict[Status, str] = {
    "current": "Current",
    "preview": "Preview",
    "deprecated": "Shutting down",
    "retired": "Shut down",
    "unknown": "Not published",
}
REPLACEMENTS_MAX = 8
"""A replacement may have been replaced itself; the chain is followed so far."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`days_left` is known for a shutdown that is yet to come. `replacement` is what the maker names; `successor` the end of that chain."""

    status: Status
    label: str
    shutdown: Figure[date] | None
    days_left: int | None
    replacement: Figure[str] | None
    replacement_name: str | None
    successor: str | None
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "label": self.label,
            "shutdown": said(self.shutdown),
            "days_left": self.days_left,
            "replacement": said(self.replacement),
            "replacement_name": self.replacement_name,
            "successor": self.successor,
            "sentence": self.sentence,
        }


def of(model: Model, directory: Directory, today: date) -> Lifecycle:
    ends = model.shutdown
    status = status_on(model, today)
    left = (ends.value - today).days if ends and ends.value > today else None
    instead = directory.read(model.replacement.value).name if model.replacement and model.replacement.value in directory else None
    name = instead or (model.replacement.value if model.replacement else None)
    return Lifecycle(
        status,
        label_on(model, today),
        ends,
        left,
        model.replacement,
        name,
        _successor(model, directory, today),
        _sentence(model, status, left, name),
    )


def status_on(model: Model, today: date) -> Status:
    if model.shutdown:
        return "retired" if model.shutdown.value <= today else "deprecated"
    if model.stage and model.stage.value == "retired":
        return "retired"
    if model.stage and model.stage.value == "deprecated":
        return "deprecated"
    if (model.stage and model.stage.value == "preview") or "-preview" in model.id:
        return "preview"
    return "current" if model.listed else "unknown"


def label_on(model: Model, today: date) -> str:
    status = status_on(model, today)
    if model.shutdown and status == "retired":
        return f"Shut down on {day_text(model.shutdown.value)}"
    if model.shutdown:
        return f"Shuts down on {day_text(model.shutdown.value)}"
    if status == "deprecated":
        return "Deprecated, day not published"
    if status == "current" and not model.confirmed:
        return "No end announced"
    return "Current (legacy)" if status == "current" and model.stage and model.stage.value == "legacy" else STATUSES[status]


def _sentence(model: Model, status: Status, left: int | None, instead: str | None) -> str:
    use = f" {model.maker_name} names {instead} as its replacement." if instead else ""
    if status == "retired" and model.shutdown:
        return f"{model.maker_name} shut {model.name} down on {day_text(model.shutdown.value)}; it no longer answers.{use}"
    if status == "retired":
        return f"{model.maker_name} no longer serves {model.name}.{use}"
    if left is not None and model.shutdown:
        return f"{model.maker_name} shuts {model.name} down on {day_text(model.shutdown.value)}, in {days(left)}.{use}"
    if status == "deprecated":
        return f"{model.name} is deprecated; the day on which it ends is not published.{use}"
    if status == "preview":
        return f"{model.name} is a preview: it may change or end at short notice.{use}"
    if status == "unknown":
        return f"Whether {model.name} is still served is not published."
    if not model.confirmed:
        return f"{model.name} is listed, and no day is published on which it ends.{use}"
    return f"{model.name} is current: no shutdown date is published.{use}"


def _successor(model: Model, directory: Directory, today: date) -> str | None:
    """The first replacement down the chain that is still served."""
    seen = {model.id}
    for _ in range(REPLACEMENTS_MAX):
        if model.replacement is None or model.replacement.value not in directory or model.replacement.value in seen:
            return None
        model = directory.read(model.replacement.value)
        seen.add(model.id)
        if status_on(model, today) in ("current", "preview"):
            return model.id
    return None
