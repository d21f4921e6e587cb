"""Figures: numbers, percent, ratings, durations, and the row's own number."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Limit

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty

DIGITS_MAX = 30


def decimal_from(raw: object) -> Decimal:
    """The number in `1,234.50`, `1 234,50`, `1'234.50`, `€ 12` or `(12)`; raises `ValueError` when there is none.

    A single comma followed by exactly three digits groups thousands (`1,234`), any other single comma is decimal.
    """
    if isinstance(raw, bool):
        raise ValueError(raw)
    if isinstance(raw, (int, Decimal)):
        number = Decimal(raw)
    else:
        text = re.sub(r"[\s'’_]|(?<=\d)\s(?=\d)", "", str(raw)).replace("\u2212", "-")
        negative = text.startswith("(") and text.endswith(")")
        text = re.sub(r"^[^\d.,+\-]+|[^\d.,]+$", "", text.strip("()")) if not re.search(r"[eE][+-]?\d+$", text) else text
        comma, dot = text.rfind(","), text.rfind(".")
        if comma >= 0 and dot >= 0:
            text = text.replace(",", "") if dot > comma else text.replace(".", "").replace(",", ".")
        elif comma >= 0:
            grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text)
            text = text.replace(",", "") if grouped else text.replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(raw) from None
        number = -number if negative else number
    if not number.is_finite() or len(number.as_tuple().digits) > DIGITS_MAX or abs(number.adjusted()) > DIGITS_MAX:
        raise ValueError(raw)
    return number


class Number(Field):
    """A number. `decimals` is how many are shown; the stored value is exact."""

    kind: Literal["number"] = "number"
    storage: ClassVar = Storage.NUMERIC
    example: ClassVar = 12.5
    decimals: Annotated[int, Limit(ge=0, le=10)] | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | int | None = None

    def parse(self, raw: object) -> Decimal | None:
        if is_empty(raw):
            return None
        try:
            number = decimal_from(raw)
        except ValueError:
            raise Invalid(f"{self.name} is a number, such as {self.example}") from None
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise Invalid(f"{self.name} is at least {self.minimum:g}")
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise Invalid(f"{self.name} is at most {self.maximum:g}")
        return number

    def shown(self, value: Decimal | None) -> int | float | None:
        if value is None:
            return None
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)

    def written(self, value: Decimal | None) -> str:
        return "" if value is None else f"{value.normalize():f}"


class Percent(Field):
    """A share; 0.25 is stored and sent for 25 %. Text with a percent sign may be sent as well."""

    kind: Literal["percent"] = "percent"
    storage: ClassVar = Storage.NUMERIC
    example: ClassVar = 0.25
    decimals: Annotated[int, Limit(ge=0, le=6)] = 0
    default: float | None = None

    def parse(self, raw: object) -> Decimal | None:
        if is_empty(raw):
            return None
        try:
            number = decimal_from(str(raw).replace("%", ""))
        except ValueError:
            raise Invalid(f"{self.name} is a share, such as 0.25 or 25%") from None
        return number / 100 if "%" in str(raw) else number

    def shown(self, value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    def written(self, value: Decimal | None) -> str:
        return "" if value is None else f"{(value * 100).normalize():f}%"


class Rating(Field):
    """Stars, from none to `maximum`."""

    kind: Literal["rating"] = "rating"
    storage: ClassVar = Storage.INTEGER
    example: ClassVar = 4
    maximum: Annotated[int, Limit(ge=2, le=10)] = 5
    default: int | None = None

    def parse(self, raw: object) -> int | None:
        if is_empty(raw):
            return None
        try:
            number = decimal_from(raw)
        except ValueError:
            number = Decimal(-1)
        if number != number.to_integral_value() or not 0 <= number <= self.maximum:
            raise Invalid(f"{self.name} is a whole number from 0 to {self.maximum}")
        return int(number)


class Duration(Field):
    """A length of time, stored and sent in whole seconds. `1:30`, `1h 30m` and `90 min` may be sent as well."""

    kind: Literal["duration"] = "duration"
    storage: ClassVar = Storage.INTEGER
    example: ClassVar = "1:30"
    unit: Literal["seconds", "minutes", "hours", "days"] = "minutes"
    """What a bare number in text such as a spreadsheet cell means."""
    default: int | None = None

    def parse(self, raw: object) -> int | None:
        if is_empty(raw):
            return None
        if isinstance(raw, int) and not isinstance(raw, bool):
            return raw
        text = str(raw).strip().lower()
        clock = re.fullmatch(r"(-?)(\d{1,6}):(\d{2})(?::(\d{2}))?", text)
        if clock:
            seconds = int(clock[2]) * 3600 + int(clock[3]) * 60 + int(clock[4] or 0)
            return -seconds if clock[1] else seconds
        scale = {"d": 86400, "h": 3600, "m": 60, "s": 1}
        pieces = re.findall(r"(\d+(?:[.,]\d+)?)\s*(d|h|m|s)[a-z]*\.?", text)
        if pieces and re.fullmatch(r"(\d+(?:[.,]\d+)?\s*(d|h|m|s)[a-z]*\.?[\s,]*(and\s*)?)+", text):
            return round(sum(float(n.replace(",", ".")) * scale[u] for n, u in pieces))
        try:
            return round(decimal_from(text) * scale[self.unit[0]])
        except ValueError:
            raise Invalid(f"{self.name} is a length of time, such as 1:30 or 90 min") from None

    def written(self, value: int | None) -> str:
        if value is None:
            return ""
        sign, value = ("-" if value < 0 else ""), abs(value)
        tail = f":{value % 60:02}" if value % 60 else ""
        return f"{sign}{value // 3600}:{value % 3600 // 60:02}{tail}"


class Autonumber(Field):
    """The row's own number, given once and never again. `prefix` is shown before it: `INV-` gives `INV-17`."""

    kind: Literal["autonumber"] = "autonumber"
    storage: ClassVar = Storage.INTEGER
    writable: ClassVar = False
    example: ClassVar = 17
    prefix: str = ""

    def written(self, value: int | None) -> str:
        return "" if value is None else f"{self.prefix}{value}"
