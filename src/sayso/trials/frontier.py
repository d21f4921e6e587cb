"""Which contenders are worth their money: nobody is both better and cheaper."""

from collections.abc import Mapping


def frontier(points: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """Of (cost, quality) by name, those that no other beats in one without losing in the other; the cheapest first."""
    found = [
        name
        for name, (cost, quality) in points.items()
        if not any(
            (c <= cost and q >= quality) and (c < cost or q > quality) for other, (c, q) in points.items() if other != name
        )
    ]
    return tuple(sorted(found, key=lambda name: (points[name], name)))
