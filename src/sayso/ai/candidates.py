"""The rows that a link may point to, and which of them are near a text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.data.query import PAGE_ROWS_MAX, Query, page
from sayso.spec.fields import AnyField, Link

ROWS_MAX = 5_000
"""Rows of the other table that are looked at."""
SUGGESTED_MAX = 60
"""Rows that a model chooses among."""
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Names by id, in their order, and where each word stands."""

    names: dict[int, str]
    words: dict[str, tuple[int, ...]]

    @classmethod
    async def of(cls, tx: AsyncConnection, app: OpenApp, link: AnyField) -> Candidates:
        """The first `ROWS_MAX` rows of the table that the link leads to, by the name that they are called by."""
        to = app.spec.table(link.to) if isinstance(link, Link) else None
        title = to.title_field if to else None
        names: dict[int, str] = {}
        after: str | None = None
        while to is not None and title is not None and len(names) < ROWS_MAX:
            read = await page(tx, app, to.id, Query(fields=(title.id,), limit=PAGE_ROWS_MAX, after=after))
            for row in orjson.loads(read.rows):
                if name := " ".join(str(row["values"].get(title.id) or "").split()):
                    names[row["id"]] = name
            after = read.next
            if after is None:
                break
        return cls.named(list(names.items()))

    @classmethod
    def named(cls, rows: Sequence[tuple[int, str]]) -> Candidates:
        words = defaultdict[str, list[int]](list)
        for id, name in rows:
            for word in dict.fromkeys(_WORD.findall(name.casefold())):
                words[word].append(id)
        return cls(dict(rows), {word: tuple(ids) for word, ids in words.items()})

    def near(self, text: str) -> tuple[tuple[int, str], ...]:
        """All of them while they are few; else those that share the rarest words with the text, and then the first ones."""
        if len(self.names) <= SUGGESTED_MAX:
            return tuple(self.names.items())
        scores = Counter[int]()
        for word in dict.fromkeys(_WORD.findall(text.casefold())):
            ids = self.words.get(word, ())
            for id in ids:
                scores[id] += 1 / len(ids)  # type: ignore[assignment]  (a share of a word that is rare)
        best = [id for id, _ in scores.most_common(SUGGESTED_MAX)]
        rest = (id for id in self.names if id not in scores)
        chosen = best + [id for id, _ in zip(rest, range(SUGGESTED_MAX - len(best)), strict=False)]
        return tuple((id, self.names[id]) for id in chosen)
