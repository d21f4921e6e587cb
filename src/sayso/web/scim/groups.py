"""/scim/v2/Groups"""

from starlette.responses import Response

from sayso.team.scim import documents, groups, patch
from sayso.web.scim import listing
from sayso.web.scim.asked import Asked, said


async def listed(asked: Asked) -> Response:
    return await _found(asked, listing.wanted(asked.request.query_params))


async def search(asked: Asked) -> Response:
    return await _found(asked, await listing.searched(asked))


async def show(asked: Asked) -> Response:
    return listing.one(asked, documents.group(await groups.read(asked.tx, asked.id, by=asked.by), asked.base))


async def create(asked: Asked) -> Response:
    name, external, inside = documents.group_told(await asked.json())
    made = await groups.create(asked.tx, name, external, inside or [], by=asked.by)
    return listing.one(asked, documents.group(made, asked.base), 201)


async def replace(asked: Asked) -> Response:
    before = await groups.read(asked.tx, asked.id, by=asked.by)
    listing.must_match(asked, documents.group(before, asked.base))
    name, external, inside = documents.group_told(await asked.json())
    made = await groups.change(asked.tx, before, name, external, inside or [], by=asked.by)
    return listing.one(asked, documents.group(made, asked.base))


async def change(asked: Asked) -> Response:
    before = await groups.read(asked.tx, asked.id, by=asked.by)
    document = documents.group(before, asked.base)
    listing.must_match(asked, document)
    patched = patch.patched(document, await asked.json())
    name, external, inside = documents.group_told({**patched, "members": patched.get("members") or []})
    made = await groups.change(asked.tx, before, name, external, inside, by=asked.by)
    return listing.one(asked, documents.group(made, asked.base))


async def remove(asked: Asked) -> Response:
    before = await groups.read(asked.tx, asked.id, by=asked.by)
    listing.must_match(asked, documents.group(before, asked.base))
    await groups.remove(asked.tx, asked.id, by=asked.by)
    return said(None, 204)


async def _found(asked: Asked, wanted: listing.Wanted) -> Response:
    found = await groups.listed(asked.tx, wanted.filter, by=asked.by)
    return listing.listed([documents.group(one, asked.base) for one in found], wanted)
