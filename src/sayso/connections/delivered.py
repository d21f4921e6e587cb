"""What comes of sending something out: it was taken, or why not and whether another try may help."""

from dataclasses import dataclass

from sayso.errors import SaysoError

DETAIL_LENGTH_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Sent:
    """`id` is how the other side names it, empty when it does not; `told` one sentence."""

    id: str
    told: str


class NotDelivered(SaysoError):
    """The other side did not take it. `again`: another try may help; `after` seconds, when the other side said when; `detail` is a
    technical line for whoever looks closer. No secret stands in any of them."""

    status, slug, title = 502, "not-delivered", "The other side did not take it"

    def __init__(self, message: str, *, again: bool = False, after: float | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.again, self.after, self.detail = again, after, detail[:DETAIL_LENGTH_MAX]


class NotAnswered(NotDelivered):
    """There was no answer at all, or none that can be read. `reason`: dns, refused, timeout, tls, reset, cut, large, protocol, redirects,
    refused_by_us (where it leads is not let out to; never `again`)."""

    status, slug, title = 503, "not-answered", "The other side did not answer"

    def __init__(self, message: str, reason: str, *, again: bool = True, after: float | None = None, detail: str = "") -> None:
        super().__init__(message, again=again, after=after, detail=detail)
        self.reason = reason
