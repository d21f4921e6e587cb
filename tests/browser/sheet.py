"""A grid on screen, in the words of the person before it."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect


@dataclass(frozen=True)
class Sheet:
    page: Page

    @classmethod
    async def opened(cls, page: Page, where: str) -> "Sheet":
        """`where` is the whole address of a view; waits for its first row."""
        sheet = cls(page)
        await page.goto(where)
        await expect(sheet.cell(0, "Name")).to_be_visible()
        return sheet

    @property
    def grid(self) -> Locator:
        return self.page.locator("[role=grid][aria-rowcount]")

    def cell(self, row: int, field: str) -> Locator:
        """A cell in sight, by the name of its field; rows count from 0."""
        return self.page.locator(f".line[aria-rowindex='{row + 2}'] [role=gridcell][data-field='{field}']")

    def heading(self, field: str) -> Locator:
        return self.page.get_by_role("columnheader", name=field, exact=False).filter(has_text=field)

    def toast(self, words: str) -> Locator:
        return self.page.locator(".toast").filter(has_text=words)

    @property
    def foot(self) -> Locator:
        return self.page.get_by_label("About these rows")

    async def to(self, row: int, field: str) -> None:
        """Goes to a cell with the keyboard alone."""
        await self.grid.focus()
        await self.press("Control+Home")
        for _ in range(row):
            await self.press("ArrowDown")
        names = await self.page.evaluate("[...document.querySelectorAll('[data-field-order]')].map(e => e.dataset.fieldOrder)")
        order: list[str] = names[0].split("\n")
        for _ in range(order.index(field)):
            await self.press("ArrowRight")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text, delay=5)

    async def paste(self, text: str) -> None:
        await self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        await self.press("Control+v")

    async def told(self) -> str | None:
        """The cell that a screen reader is on; it must be there."""
        return await self.page.evaluate(
            "document.getElementById(document.querySelector('[role=grid][aria-rowcount]').getAttribute('aria-activedescendant'))?.dataset.field"
        )

    async def column(self, field: str) -> list[str]:
        cells = self.page.locator(f".line [role=gridcell][data-field='{field}']")
        return [text.strip() for text in await cells.all_inner_texts()]
