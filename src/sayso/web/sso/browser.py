"""The cookie by which a browser shows that it is the one that left for a provider; and how often one may try."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sayso.team.secret import new_secret
from sayso.team.sso.attempts import ATTEMPT_MINUTES_MAX
from sayso.web.address import counted_as
from sayso.web.parts import parts
from sayso.web.rate import Rate

SECRET_CHARACTERS_MAX = 100
TO_CHARACTERS_MAX = 500
tries = Rate(times=300, seconds=60)
"""Of one address: a whole office comes in the morning by one."""


def name(request: Request) -> str:
    return f"{'__Host-' if _safe(request) else ''}sayso_sso"


def secret(request: Request) -> str:
    """Its cookie's; empty when there is none, or nothing that we would have given."""
    told = request.cookies.get(name(request), "")
    return told if 20 < len(told) <= SECRET_CHARACTERS_MAX and told.isascii() and told.isprintable() else ""


def leaves(request: Request) -> str:
    """The secret that goes into its cookie: the one that it has already, so that two tabs do not get in each other's way."""
    return secret(request) or new_secret()


def put(request: Request, answer: Response, secret: str) -> Response:
    """`Lax`: a provider leads back by a link, or we do after its form."""
    lasts = 2 * ATTEMPT_MINUTES_MAX * 60
    answer.set_cookie(name(request), secret, max_age=lasts, path="/", secure=_safe(request), httponly=True, samesite="lax")
    return answer


def counted(request: Request) -> None:
    """Raises `TooMany`."""
    tries.count(address(request))


def address(request: Request) -> str:
    """As limits count it."""
    return counted_as(request, parts(request).settings)


def ours(to: str | None) -> str:
    """A page of ours to go to afterwards; home for everything else."""
    if (
        not to
        or not to.startswith("/")
        or to.startswith("//")
        or len(to) > TO_CHARACTERS_MAX
        or not to.isprintable()
        or "\\" in to
    ):
        return "/"
    try:
        split = urlsplit(to)
    except ValueError:
        return "/"
    elsewhere = split.scheme or split.netloc or split.path.startswith(("/signin", "/sign-in", "/sso/", "/api/", "/static/"))
    return "/" if elsewhere else to


def _safe(request: Request) -> bool:
    return parts(request).settings.url.startswith("https:")
