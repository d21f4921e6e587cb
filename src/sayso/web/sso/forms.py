"""A form that a provider's page sends: bounded, and nothing but texts."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from sayso.errors import Invalid
from sayso.web.body import BoundedRequest

FORM_BYTES_MAX = 2**20


async def read(request: Request, bytes_max: int = FORM_BYTES_MAX) -> dict[str, str]:
    """Raises `Invalid`."""
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(bytes_max)
    try:
        async with bounded.form(max_files=0, max_fields=4, max_part_size=bytes_max) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except HTTPException as error:
        raise Invalid(str(error.detail)) from None
