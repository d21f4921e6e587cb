"""Files and uploads. With the header `x-sayso-provider` they are that provider's own, passed through."""

import asyncio
from pathlib import Path

from sayso import db
from sayso.gateway import files, form, kept, uploads
from sayso.gateway.calls import Answer
from sayso.gateway.refusals import Refused
from sayso.web.v1 import calls
from sayso.web.v1.request import Request

LISTED_MAX = 10_000
READ_BYTES = 2**18


def _elsewhere(request: Request) -> bool:
    return bool(request.header(b"x-sayso-provider"))


async def create(request: Request) -> Answer:
    if _elsewhere(request):
        return await calls.passed_through(request)
    request.let_in()
    fields = form.parts(await request.body(), request.content_type)
    file, purpose = fields.get("file"), fields.get("purpose")
    if file is None or file.filename is None:
        raise Refused("'file' must be a file.", 400, param="file", code="missing_required_parameter")
    seconds = fields["expires_after[seconds]"].text if "expires_after[seconds]" in fields else None
    if seconds is not None and not (seconds.isdigit() and len(seconds) < 9):
        raise Refused("'expires_after.seconds' must be a number.", 400, param="expires_after", code="invalid_value")
    async with db.transaction(request.engine) as tx:
        made = await files.create(
            tx,
            request.gateway.home,
            request.workspace,
            name=file.filename,
            purpose=purpose.text if purpose else "",
            content=[file.value],
            expires_seconds=int(seconds) if seconds else None,
        )
    return request.answer(made)


async def listed(request: Request) -> Answer:
    if _elsewhere(request):
        return await calls.passed_through(request)
    request.let_in()
    asked = request.questions
    page = kept.page(asked, limit=LISTED_MAX, limit_max=LISTED_MAX)
    equal = {"purpose": asked["purpose"]} if asked.get("purpose") else {}
    async with db.transaction(request.engine) as tx:
        return request.answer(await kept.listed(tx, request.workspace, "file", page, **equal))


async def show(request: Request) -> Answer:
    if _elsewhere(request):
        return await calls.passed_through(request)
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await files.read(tx, request.workspace, request.ids[0]))


async def remove(request: Request) -> Answer:
    if _elsewhere(request):
        return await calls.passed_through(request)
    request.let_in()
    async with db.transaction(request.engine) as tx:
        await files.remove(tx, request.gateway.home, request.workspace, request.ids[0])
    return request.answer({"id": request.ids[0], "object": "file", "deleted": True})


async def content(request: Request) -> Answer:
    """Its bytes, never anything that a browser would show."""
    if _elsewhere(request):
        return await calls.passed_through(request)
    request.let_in()
    async with db.transaction(request.engine) as tx:
        path = await files.content(tx, request.gateway.home, request.workspace, request.ids[0])
    return _read(request, path)


def _read(request: Request, path: Path) -> Answer:
    file = path.open("rb")

    async def read() -> bytes:
        return await asyncio.to_thread(file.read, READ_BYTES)

    async def close() -> None:
        file.close()

    headers = [(b"x-request-id", request.id.encode()), (b"content-disposition", b"attachment")]
    return Answer(request.id, 200, b"application/octet-stream", headers, None, read, close)


# ── uploads ───────────────────────────────────────────────────


async def begin_upload(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    async with db.transaction(request.engine) as tx:
        return request.answer(await uploads.create(tx, request.workspace, body))


async def add_part(request: Request) -> Answer:
    request.let_in()
    fields = form.parts(await request.body(), request.content_type)
    if "data" not in fields:
        raise Refused("'data' must be the part's bytes.", 400, param="data", code="missing_required_parameter")
    async with db.transaction(request.engine) as tx:
        return request.answer(
            await uploads.add(tx, request.gateway.home, request.workspace, request.ids[0], fields["data"].value)
        )


async def complete_upload(request: Request) -> Answer:
    request.let_in()
    body = await request.json()
    async with db.transaction(request.engine) as tx:
        return request.answer(await uploads.complete(tx, request.gateway.home, request.workspace, request.ids[0], body))


async def cancel_upload(request: Request) -> Answer:
    request.let_in()
    async with db.transaction(request.engine) as tx:
        return request.answer(await uploads.cancel(tx, request.gateway.home, request.workspace, request.ids[0]))
