"""/scim/v2/ServiceProviderConfig, ResourceTypes, Schemas: what this SCIM can do, in its own words."""

from starlette.responses import Response

from sayso.team.scim import schemas
from sayso.team.scim.errors import Scim
from sayso.web.scim import listing
from sayso.web.scim.asked import Asked, said


async def service(asked: Asked) -> Response:
    return said(schemas.service(asked.base))


async def types(asked: Asked) -> Response:
    return listing.plain(schemas.types(asked.base))


async def type(asked: Asked) -> Response:
    return said(_named(schemas.types(asked.base), asked.id))


async def all_schemas(asked: Asked) -> Response:
    return listing.plain(schemas.schemas(asked.base))


async def schema(asked: Asked) -> Response:
    return said(_named(schemas.schemas(asked.base), asked.id))


async def nothing(asked: Asked) -> Response:
    raise Scim(404, "There is nothing at this address.")


def _named(found: list[dict[str, object]], id: str) -> dict[str, object]:
    for one in found:
        if one["id"] == id:
            return one
    raise Scim(404, f"There is no {id[:100]}.")
