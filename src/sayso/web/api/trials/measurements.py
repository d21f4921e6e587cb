"""What this workspace has measured of a model itself."""

from datetime import datetime
from typing import Any

from fastapi import Request

from sayso.ai import measurements
from sayso.errors import NotFound
from sayso.trials import measured
from sayso.web.actor import By
from sayso.web.parts import parts
from sayso.web.shapes import Shown
from sayso.web.work import Tx

NAME_CHARACTERS_MAX = 200


class OwnMeasurement(Shown):
    model: str
    """As the gateway was asked."""
    kind: str
    """`trial`, or an evaluation such as `builds_apps`."""
    subject: str
    title: str
    quality: float | None
    low: float | None
    high: float | None
    n: int
    by: str | None
    figures: dict[str, Any]
    at: datetime | None


class OwnMeasurements(Shown):
    items: list[OwnMeasurement]
    next: str | None = None


async def listed(id: str, request: Request, tx: Tx, by: By) -> OwnMeasurements:
    """Of trials and evaluations here, newest first; `id` is any name by which the directory knows the model."""
    known = parts(request)
    if len(id) > NAME_CHARACTERS_MAX:
        raise NotFound("No model is called that.")
    model = known.shelf.directory.read(id)
    await measured.freshened(tx, known.gateway, model.id, known.shelf.directory, by=by)
    found = await measurements.of_model(tx, (model.id,), by=by)
    return OwnMeasurements(
        items=[OwnMeasurement(**{name: getattr(one, name) for name in OwnMeasurement.model_fields}) for one in found]
    )
