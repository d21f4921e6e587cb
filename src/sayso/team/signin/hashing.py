"""Passwords to hashes: Argon2id, two at once in this process.

Parameters after OWASP's Password Storage Cheat Sheet (2026): 19 MiB, two passes, one lane. Each takes a tenth of a second of a core, so they
run beside the event loop, and those who wait for a place are few: who comes after them is told to try again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sayso.errors import Unavailable

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
AT_ONCE_MAX = 2
WAITING_MAX = 40
T = TypeVar("T")

hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
_waiting = 0


async def hashed(password: str) -> str:
    return await _apart(lambda: hasher.hash(password))


async def matches(password: str, hash: str | None) -> bool:
    """Whether it is this password. Without a hash (nobody of that name, or no password) it takes as long, and is False."""

    def compare() -> bool:
        try:
            return hasher.verify(hash or _nobodys(), password) and hash is not None
        except (VerificationError, InvalidHashError):
            return False

    return await _apart(compare)


def is_old(hash: str) -> bool:
    """Whether it was made with other parameters than today's: then it is made anew at the next sign-in."""
    return hasher.check_needs_rehash(hash)


async def _apart(work: Callable[[], T]) -> T:
    global _waiting
    if _waiting >= WAITING_MAX:
        raise Unavailable("Many people sign in at this moment. Try again shortly.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads(), work)
    finally:
        _waiting -= 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="passwords")


@cache
def _nobodys() -> str:
    return hasher.hash("nobody's")
