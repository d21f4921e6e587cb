"""What is kept about me, to take along."""

import io
import zipfile
from datetime import UTC, datetime

import orjson
from fastapi import Response

from sayso.team import audit, exported, persons
from sayso.web.actor import By
from sayso.web.api.exports import saved_as
from sayso.web.work import Tx


async def show(tx: Tx, by: By) -> Response:
    """A zip of JSON files, of all my workspaces."""
    persons.must_be_sure(by)
    known = await exported.of(tx, persons.of(by))
    await audit.write(tx, "person.exported", "took along what is kept about them", by=by)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.txt", exported.READ_ME)
        for name, rows in known.items():
            file.writestr(f"{name}.json", orjson.dumps(rows, default=str, option=orjson.OPT_INDENT_2))
    name = f"sayso-{datetime.now(UTC):%Y-%m-%d}.zip"
    return Response(packed.getvalue(), media_type="application/zip", headers=saved_as(name))
