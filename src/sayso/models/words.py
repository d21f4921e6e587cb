"""Days, numbers and lists as a person writes them."""

from collections.abc import Sequence
from datetime import date

MONTHS = ("January February March April May June July August September October November December").split()


def day(when: date) -> str:
    """`23 October 2026`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def some_day(iso: str) -> str:
    """A date of any precision: `2024-05` is `May 2024`."""
    parts = iso.split("-")
    if len(parts) == 3:
        return day(date.fromisoformat(iso))
    return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}" if len(parts) == 2 else iso


def tokens(count: int) -> str:
    """`200K`, `1.05M`, `8,191`: short where that is exact."""
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if count >= size and count % (size // 100) == 0:
            return f"{count / size:.2f}".rstrip("0").rstrip(".") + letter
    return f"{count:,}"


def times(ratio: float) -> str:
    """`5 times`, `2.5 times`, `twice`."""
    if abs(ratio - 2) < 0.05:
        return "twice"
    return f"{ratio:.1f}".removesuffix(".0") + " times" if ratio < 100 else f"{ratio:,.0f} times"


def listing(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
