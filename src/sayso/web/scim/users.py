"""/scim/v2/Users"""

from starlette.responses import Response

from sayso.team.scim import documents, patch, users
from sayso.web.scim import listing
from sayso.web.scim.asked import Asked, said


async def listed(asked: Asked) -> Response:
    return await _found(asked, listing.wanted(asked.request.query_params))


async def search(asked: Asked) -> Response:
    return await _found(asked, await listing.searched(asked))


async def show(asked: Asked) -> Response:
    return listing.one(asked, documents.user(await users.read(asked.tx, asked.id, by=asked.by), asked.base))


async def create(asked: Asked) -> Response:
    told = documents.told(await asked.json())
    made = await users.create(asked.tx, told, asked.role, by=asked.by)
    return listing.one(asked, documents.user(made, asked.base), 201)


async def replace(asked: Asked) -> Response:
    before = await users.read(asked.tx, asked.id, by=asked.by)
    listing.must_match(asked, documents.user(before, asked.base))
    made = await users.change(asked.tx, before, documents.told(await asked.json()), by=asked.by)
    return listing.one(asked, documents.user(made, asked.base))


async def change(asked: Asked) -> Response:
    before = await users.read(asked.tx, asked.id, by=asked.by)
    document = documents.user(before, asked.base)
    listing.must_match(asked, document)
    made = await users.change(asked.tx, before, documents.told(patch.patched(document, await asked.json())), by=asked.by)
    return listing.one(asked, documents.user(made, asked.base))


async def remove(asked: Asked) -> Response:
    before = await users.read(asked.tx, asked.id, by=asked.by)
    listing.must_match(asked, documents.user(before, asked.base))
    await users.remove(asked.tx, asked.id, by=asked.by)
    return said(None, 204)


async def _found(asked: Asked, wanted: listing.Wanted) -> Response:
    found = await users.listed(asked.tx, wanted.filter, by=asked.by)
    return listing.listed([documents.user(one, asked.base) for one in found], wanted)
