"""The values that a condition names: one, or a list."""

from typing import Any, cast

from sayso.errors import Invalid

VALUES_MAX = 1_000


def each_of(raw: object) -> list[Any]:
    """Raises `Invalid` when there are too many."""
    many = cast("list[Any]", list(raw)) if isinstance(raw, (list, tuple)) else [] if raw is None else [raw]
    if len(many) > VALUES_MAX:
        raise Invalid(f"names at most {VALUES_MAX:,} values; this names {len(many):,}")
    return many
