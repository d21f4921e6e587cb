"""The cookies: who is signed in, who is half way, and which browser this is. For this site only, out of reach of scripts.

On https their names begin with `__Host-`, which a browser takes from this very host only (RFC 6265bis, 4.1.3.2): a neighbour on another
subdomain cannot give somebody a session of its own.
"""

from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

from sayso.settings import Settings
from sayso.team.signin import half, policy
from sayso.web.parts import parts

COOKIE = "sayso_session"
Which = Literal["session", "half", "device"]
DAY_SECONDS = 24 * 60 * 60
SECONDS: dict[Which, int] = {
    "session": policy.SESSION_DAYS_MAX * DAY_SECONDS,
    "half": half.MINUTES_MAX * 60,
    "device": 400 * DAY_SECONDS,
}
"""How long a browser keeps them; 400 days is the most that it does. What they are good for ends earlier, here."""
SECRET_CHARACTERS_MAX = 100


def name(which: Which, settings: Settings) -> str:
    return f"{'__Host-' if _safe(settings) else ''}sayso_{which}"


def read(request: HTTPConnection, which: Which = "session") -> str:
    """The secret in it; empty when there is none, or nothing that we would have given."""
    secret = request.cookies.get(name(which, parts(request).settings), "")
    return secret if len(secret) <= SECRET_CHARACTERS_MAX and secret.isascii() and secret.isprintable() else ""


def put(answer: Response, which: Which, secret: str, settings: Settings) -> None:
    answer.set_cookie(
        name(which, settings), secret, max_age=SECONDS[which], path="/", secure=_safe(settings), httponly=True, samesite="lax"
    )


def drop(answer: Response, which: Which, settings: Settings) -> None:
    answer.delete_cookie(name(which, settings), path="/", secure=_safe(settings), httponly=True, samesite="lax")


def _safe(settings: Settings) -> bool:
    return settings.url.startswith("https:")
