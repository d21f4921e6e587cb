"""The models that need no key, as the gateway calls them: `sayso/reader`, `sayso/embed`, `sayso/canvas`.

They are ordinary models to it: scoped, counted and written down like any other, at no price. Work that takes the processor is done beside the
event loop, a few at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sayso.gateway.builtin.canvas import answers as canvas
from sayso.gateway.builtin.embeddings import embeddings
from sayso.gateway.builtin.reader import chat

AT_ONCE_MAX = 2
"""Calls of one model that work at the same time; the others wait their turn."""

T = TypeVar("T")
Value = dict[str, Any]


class Answers(Protocol):
    """What a built-in model is: a function from a request to an answer or to its events, which may take long."""

    def __call__(self, endpoint: str, body: Value) -> Value | list[Value]: ...


class BuiltIn:
    """One of them. `about` is told in the list of models."""

    def __init__(self, name: str, endpoints: Sequence[str], about: Mapping[str, Any], answers: Answers) -> None:
        self.name, self.endpoints, self.about = name, tuple(endpoints), dict(about)
        self._answers = answers
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)

    async def answer(self, endpoint: str, body: Value, *, workspace: str) -> Value | AsyncIterator[Value]:
        """Raises `Refused` for what it cannot do, and for what makes no sense."""
        found = await self._beside(lambda: self._answers(endpoint, body))
        return _each(found) if isinstance(found, list) else found

    async def _beside(self, work: Callable[[], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(work)


def built_in() -> tuple[BuiltIn, ...]:
    """All of them, for a gateway that is being put together."""
    text = {"input": ["text"], "local": True}
    return (
        BuiltIn(
            chat.NAME,
            ("chat/completions", "completions"),
            {**text, "slot": "text", "says": "Reads: labels, fields, summaries. Does not write."},
            chat.answer,
        ),
        BuiltIn(
            "sayso/embed",
            ("embeddings",),
            {**text, "slot": "embedding", "says": "Meanings as vectors of 384 numbers. English."},
            embeddings,
        ),
        BuiltIn(
            canvas.NAME,
            ("images/generations", "images/edits"),
            {
                "input": ["text", "image"],
                "local": True,
                "slot": "image",
                "says": "Draws banners, cards, covers, charts. Drawn, not generated.",
            },
            canvas.answer,
        ),
    )


async def _each(values: Sequence[Value]) -> AsyncIterator[Value]:
    for value in values:
        yield value
