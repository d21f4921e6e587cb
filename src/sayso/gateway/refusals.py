"""What /v1 says when it does not do as it was asked: OpenAI's statuses, types and codes, in OpenAI's shape."""

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson

from sayso.errors import SaysoError
from sayso.team.secret import is_token

TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
"""By status, where nothing better is known; 5xx are `server_error`."""

Header = tuple[bytes, bytes]


class Refused(SaysoError):
    """A call that is not answered with what was asked for. `upstream` names the provider when it was its doing."""

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The gateway refused this"

    def __init__(
        self,
        message: str,
        status: int = 400,
        *,
        code: str | None = None,
        param: str | None = None,
        type: str | None = None,
        upstream: str | None = None,
        headers: Sequence[Header] = (),
        retry: bool = False,
        elsewhere: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status  # pyright: ignore[reportAttributeAccessIssue]  (one class, many statuses: the protocol's own)
        self.code, self.param, self.type, self.upstream = code, param, type, upstream
        self.headers = tuple(headers)
        self.retry, self.elsewhere = retry, elsewhere or retry
        """Whether another try may go better; whether another upstream may."""

    def body(self) -> bytes:
        return orjson.dumps(error_shape(str(self), self.status, self.type, self.param, self.code, self.upstream))


def error_shape(
    message: str,
    status: int,
    type: str | None = None,
    param: str | None = None,
    code: str | None = None,
    upstream: str | None = None,
) -> dict[str, Any]:
    """OpenAI's error object. `upstream`, one key more than theirs, is only there when an upstream is to blame."""
    error = {"message": message, "type": type or TYPES.get(status, "server_error"), "param": param, "code": code}
    return {"error": error | {"upstream": upstream} if upstream else error}


def no_such_model(name: str) -> Refused:
    return Refused(
        f"The model `{name}` does not exist or you do not have access to it.", 404, code="model_not_found", param="model"
    )


def not_json(reason: str) -> Refused:
    return Refused(f"We could not parse the JSON body of your request. ({reason})", 400)


def no_key() -> Refused:
    return Refused(
        "You didn't provide an API key. Send one of Sayso's keys as `Authorization: Bearer sk-sayso-…`.",
        401,
        headers=[(b"www-authenticate", b"Bearer")],
    )


def wrong_key(shown: bytes = b"") -> Refused:
    """`shown` is what came in place of a key: who took the token of another door is told which key opens this one."""
    other = " It is a token for /api: models take a key, made under Models, Keys." if is_token(shown.decode("latin-1")) else ""
    return Refused(f"Incorrect API key provided.{other}", 401, code="invalid_api_key", headers=[(b"www-authenticate", b"Bearer")])
