"""The values that a condition names: one, or a list."""

from typing import Any, cast

from sayso.errors import Invalid

VALUES_MAX = 1_000


def sendable(raw: Any) -> Any:
    """The same value without what no PostgreSQL text can hold: NUL, and halves of characters."""
    match raw:
        case str():
            return raw.replace("\x00", "").encode("utf-8", "ignore").decode()
        case list() | tuple():
            return [sendable(one) for one in cast("list[Any]", raw)]
        case dict():
            return {key: sendable(value) for key, value in cast("dict[str, Any]", raw).items()}
        case _:
            return raw


def each_of(raw: object) -> list[Any]:
    """Raises `Invalid` when there are too many."""
    many = cast("list[Any]", list(raw)) if isinstance(raw, (list, tuple)) else [] if raw is None else [raw]
    if len(many) > VALUES_MAX:
        raise Invalid(f"names at most {VALUES_MAX:,} values; this names {len(many):,}")
    return many
