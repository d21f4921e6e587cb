"""What the gateway's addresses share."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, Field, StringConstraints

from sayso.gateway.ledger_book import dollars

ProviderId = Annotated[str, Path(alias="provider", pattern=r"^p_[a-z0-9]{1,40}$")]
AliasId = Annotated[str, Path(alias="alias", pattern=r"^a_[a-z0-9]{1,40}$")]
KeyId = Annotated[str, Path(alias="key", pattern=r"^v_[a-z0-9]{1,40}$")]
BudgetId = Annotated[str, Path(alias="budget", pattern=r"^b_[a-z0-9]{1,40}$")]
CallId = Annotated[str, Path(alias="call", pattern=r"^req_[0-9a-f]{32}$")]
Name = Annotated[str, StringConstraints(max_length=100)]
Subject = Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9_-]*$")]
ModelName = Annotated[str, StringConstraints(max_length=200)]


def _dollars(text: str) -> str:
    if not 0 < len(text) <= 20 or not text.isascii() or text.count(".") > 1 or not text.replace(".", "").isdigit():
        raise ValueError("is an amount of dollars, such as 25.00")
    return text


Dollars = Annotated[
    str, AfterValidator(_dollars), Field(examples=["25.00"], description="US dollars as text, so that no digit is lost")
]


def shown_dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else dollars(amount)


def only_given(asked: Any) -> dict[str, Any]:
    """The fields that a PATCH has really sent."""
    return asked.model_dump(exclude_unset=True)
