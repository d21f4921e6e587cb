"""The directory of models as JSON and CSV, for anybody: facts about models, and nothing of a workspace."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sayso.errors import Invalid, Problem
from sayso.models import asked
from sayso.models.directory import Directory
from sayso.web.pages.directory.kept import Kept, kept
from sayso.web.pages.directory.shown import Shown, answered
from sayso.web.parts import parts

FRESH_SECONDS = 300
OPEN = {
    "cache-control": f"public, max-age={FRESH_SECONDS}",
    "access-control-allow-origin": "*",
}
"""Anybody's page may read it: there is no cookie in it and no secret."""


async def listed(request: Request) -> Response:
    """The list, with filters, orders and search; `format=csv` for spreadsheets."""
    directory = parts(request).shelf.directory
    params = dict(request.query_params)
    match params.pop("format", "json"):
        case "json":
            return _json(asked.models(directory, params, today()))
        case "csv":
            text = asked.as_csv(asked.found(directory, params, today()))
            return Response(
                text, media_type="text/csv", headers=OPEN | {"content-disposition": 'attachment; filename="models.csv"'}
            )
        case other:
            raise Invalid(Problem("format", f"is json or csv, not {other[:20]}", "csv"))


async def show(request: Request) -> Response:
    """One model, by its id or any name that means it."""
    return _json(asked.model(parts(request).shelf.directory, request.path_params["id"], today()))


async def compare(request: Request) -> Response:
    """Two to four models side by side: `?models=a,b`."""
    names = [name for name in request.query_params.get("models", "").split(",") if name.strip()]
    if not names:
        raise Invalid(Problem("models", "names two to four models", "gpt-image-1,o4-mini"))
    return _json(asked.comparison(parts(request).shelf.directory, names, today()))


async def changes(request: Request) -> Response:
    """What changed, and what is announced."""
    return _json(_asked(request, asked.changed))


async def costs(request: Request) -> Response:
    """What a workload costs."""
    return _json(_asked(request, asked.costs))


async def exported(request: Request) -> Response:
    """Everything, with sources and dates."""

    def made(shown: Shown) -> Kept:
        return kept(
            orjson.dumps(asked.exported(shown.directory, shown.today)), "application/json", access_control_allow_origin="*"
        )

    return await answered(request, ("export",), made, slow=True)


def today() -> date:
    return datetime.now(UTC).date()


def _asked(request: Request, question: Callable[[Directory, dict[str, str], date], dict[str, Any]]) -> dict[str, Any]:
    return question(parts(request).shelf.directory, dict(request.query_params), today())


def _json(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers=OPEN)
