"""Ids of rows, very many, from PostgreSQL in one value: eight bytes each, and no object for each of them on the way."""

import sys
from array import array
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, func, literal


def packed_ids(ids: ColumnElement[Any]) -> ColumnElement[Any]:
    """An aggregate over the ids of a statement, in their order."""
    return func.string_agg(func.int8send(ids), cast(literal(b"", LargeBinary), LargeBinary))


def unpacked(packed: bytes | memoryview | None) -> "array[int]":
    ids = array("q")
    ids.frombytes(packed or b"")
    if sys.byteorder == "little":
        ids.byteswap()
    return ids
