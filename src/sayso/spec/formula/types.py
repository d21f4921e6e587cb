"""The types of formulas: number, text, date, datetime, boolean, and lists of these."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Base(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Type:
    """`many` for a list, as from `{Orders}.{Total}`; `currency` when a number is an amount, so that it is shown as one."""

    base: Base
    many: bool = False
    currency: str | None = None

    def one(self) -> "Type":
        return replace(self, many=False)

    def plain(self) -> "Type":
        return replace(self, currency=None)

    def __str__(self) -> str:
        words = {
            Base.NUMBER: "a number",
            Base.TEXT: "text",
            Base.DATE: "a date",
            Base.DATETIME: "a moment",
            Base.BOOLEAN: "yes or no",
        }
        one = words.get(self.base, "nothing")
        return f"a list ({one} each)" if self.many else one


NUMBER, TEXT, DATE = Type(Base.NUMBER), Type(Base.TEXT), Type(Base.DATE)
DATETIME, BOOLEAN, BLANK = Type(Base.DATETIME), Type(Base.BOOLEAN), Type(Base.BLANK)
MOMENTS = (Base.DATE, Base.DATETIME)
