"""Who calls a model, and what they may."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sayso.gateway.refusals import Refused, no_such_model

REMEMBERED_NAMES_MAX = 1000


@dataclass(slots=True)
class Caller:
    """A key, or Sayso itself on behalf of an app or a member. Made from the database once, and asked for each call.

    `models` are names or patterns such as `openai/*`; None lets everything through, as does None for `endpoints`
    (`chat/completions`, `images`, …: an endpoint or the first part of some). `budgets` holds ids. `expires_at` is in seconds
    since 1970.
    """

    workspace: str
    key: str | None = None
    app: str | None = None
    member: str | None = None
    name: str = ""
    models: tuple[str, ...] | None = None
    endpoints: tuple[str, ...] | None = None
    budgets: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    expires_at: float | None = None
    _let: dict[str, bool] = field(default_factory=dict, repr=False)

    def must_reach(self, model: str, endpoint: str) -> None:
        """Raises `Refused` when this key is not for that model or endpoint. A model out of reach is not told from one that is not there."""
        if self.models is None and self.endpoints is None:
            return
        if not self._lets("endpoint " + endpoint, self.endpoints, endpoint):
            raise Refused(f"This key is not for /v1/{endpoint}.", 403, code="endpoint_not_allowed")
        if model and not self._lets(model, self.models, model):
            raise no_such_model(model)

    def sees(self, model: str) -> bool:
        return self._lets(model, self.models, model)

    def _lets(self, remembered: str, patterns: tuple[str, ...] | None, name: str) -> bool:
        if patterns is None:
            return True
        let = self._let.get(remembered)
        if let is None:
            if len(self._let) > REMEMBERED_NAMES_MAX:
                self._let.clear()
            let = self._let[remembered] = any(fnmatchcase(name, p) or name.startswith(p + "/") for p in patterns)
        return let
