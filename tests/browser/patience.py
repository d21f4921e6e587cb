"""A page settles in its own time: what a story says of it, and where a mouse goes on it, waits for that."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import FloatRect, Locator, Page, TimeoutError, expect

SECONDS_MAX = 40.0
STEP_SECONDS = 0.05


async def soon(read: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """What is read becomes what is wanted, if not at once then shortly."""
    for _ in range(int(SECONDS_MAX / STEP_SECONDS)):
        if await read() == wanted:
            return
        await asyncio.sleep(STEP_SECONDS)
    got = await read()
    assert got == wanted, f"{got} instead of {wanted}"


async def still(place: Locator) -> FloatRect:
    """Where something stands once it stands still: its box, the same three times running."""
    seen: list[FloatRect] = []
    for _ in range(int(SECONDS_MAX / STEP_SECONDS)):
        box = await place.bounding_box()
        if box is not None:
            seen.append(box)
            if seen[-3:] == [box] * 3:
                return box
        await asyncio.sleep(STEP_SECONDS)
    raise AssertionError(f"{place} never stood still: {seen[-3:]}")


async def pick(page: Page, button: str, item: str) -> None:
    """Chooses from a menu; a list that is still being read may close what was opened over it, so it is opened again."""
    choice = page.get_by_role("menuitem", name=item)
    for _ in range(5):
        await page.get_by_role("button", name=button).click()
        try:
            await expect(choice).to_be_visible(timeout=1500)
            return await choice.click(timeout=1500)
        except (AssertionError, TimeoutError):
            await page.keyboard.press("Escape")
    raise AssertionError(f"{item} never stood in the menu of {button}")
