"""What was read, numbered through a conversation, so that an answer can say where it has something from."""

from collections.abc import Iterable
from typing import Any

SOURCES_A_TURN_MAX = 200

Source = dict[str, Any]


class Sources:
    """`known` are those of earlier turns, which may still be cited; `new` those of this one."""

    def __init__(self, known: Iterable[Source] = (), new: Iterable[Source] = ()) -> None:
        self.known, self.new = list(known), list(new)
        self._by_what = {_what(s): s for s in (*self.known, *self.new)}
        self._next = max((s["n"] for s in (*self.known, *self.new)), default=0) + 1

    def number(self, kind: str, title: str, detail: str = "", **where: Any) -> int | None:
        """The number under which this can be cited; the same for the same thing. None when there are too many already."""
        source = {"n": self._next, "kind": kind, "title": title, "detail": detail, **where}
        what = _what(source)
        if (found := self._by_what.get(what)) is not None:
            if found not in self.new:
                self.new.append(found)
            return int(found["n"])
        if len(self.new) >= SOURCES_A_TURN_MAX:
            return None
        self._next += 1
        self.new.append(source)
        self._by_what[what] = source
        return int(self.new[-1]["n"])

    @property
    def numbers(self) -> set[int]:
        return {s["n"] for s in self._by_what.values()}


def _what(source: Source) -> str:
    kept = {k: v for k, v in source.items() if k not in ("n", "title", "detail") and v is not None}
    return repr(sorted(kept.items(), key=lambda pair: pair[0])) + (source["title"] if source["kind"] == "rows" else "")
