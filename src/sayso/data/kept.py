"""What a process keeps at hand of one database: orders of rows, and statements that were put together once.

Nothing here is ever trusted without asking the database, in the same transaction, whether it still holds (see `orders.py`).
"""

from asyncio import Lock, Task
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

ORDERS_BYTES_MAX = 96 * 1024 * 1024
STATEMENTS_MAX = 500

V = TypeVar("V")


@dataclass(slots=True)
class Latest(Generic[V]):
    """The values asked for latest, as many as have room."""

    room: int
    weight: Callable[[V], int]
    values: OrderedDict[Hashable, V] = field(default_factory=OrderedDict)
    total: int = 0

    def get(self, key: Hashable) -> V | None:
        value = self.values.get(key)
        if value is not None:
            self.values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: V) -> None:
        self.drop(key)
        self.values[key] = value
        self.total += self.weight(value)
        while self.total > self.room and len(self.values) > 1:
            self.drop(next(iter(self.values)))

    def drop(self, key: Hashable) -> None:
        old = self.values.pop(key, None)
        if old is not None:
            self.total -= self.weight(old)


@dataclass(slots=True)
class Kept:
    """`reading` holds a lock for each order that is being read, `tasks` the readings that no request waits for."""

    orders: Latest[Any]
    statements: Latest[Any]
    reading: WeakValueDictionary[Hashable, Lock] = field(default_factory=WeakValueDictionary)
    tasks: set[Task[None]] = field(default_factory=set)


_KEPT: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def kept(on: AsyncConnection | AsyncEngine) -> Kept:
    """What this process keeps of the database that a transaction is on; forgotten with its engine."""
    engine = on.sync_engine if isinstance(on, AsyncEngine) else on.engine.sync_engine
    if engine not in _KEPT:
        _KEPT[engine] = Kept(Latest(ORDERS_BYTES_MAX, len), Latest(STATEMENTS_MAX, lambda _: 1))
    return _KEPT[engine]
