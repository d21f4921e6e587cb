"""Amounts in one currency."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty
from sayso.spec.fields.number import decimal_from

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217, three letters."""

_DIGITS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
MINOR_MAX = 2**62


def digits(currency: str) -> int:
    """How many digits follow the point in this currency (ISO 4217, list one)."""
    return _DIGITS.get(currency, 2)


class Money(Field):
    """An amount in one currency. Stored in minor units, so that sums stay exact; sent as text such as `12.50`."""

    kind: Literal["money"] = "money"
    storage: ClassVar = Storage.INTEGER
    example: ClassVar = "12.50"
    currency: Currency = "EUR"
    default: str | None = None

    def parse(self, raw: object) -> int | None:
        if is_empty(raw):
            return None
        try:
            minor = decimal_from(raw) * 10 ** digits(self.currency)
        except ValueError:
            raise Invalid(f"{self.name} is an amount, such as {self.example}") from None
        whole = int(minor.to_integral_value())
        if abs(whole) > MINOR_MAX:
            raise Invalid(f"{self.name} is too large an amount")
        return whole

    def shown(self, value: int | None) -> str | None:
        return None if value is None else f"{Decimal(value).scaleb(-digits(self.currency)):f}"

    def written(self, value: int | None) -> str:
        return self.shown(value) or ""
