"""What an automation needs before it does what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sayso.automations import switching
from sayso.spec.automation import SendEmail
from sayso.team.people import Member

OWNER = Member("m_1", "w_1", "Ana", None, "owner", 0, datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("to", "told"), [("me", True), ("otto@northlight.example, Me", True), ("otto@northlight.example", False)]
)
def test_who_has_no_address_is_told_that_letters_to_them_stay_here(to: str, told: bool) -> None:
    lack = switching.unaddressed("0", SendEmail(to=to), OWNER)
    assert (lack is not None) == told
    if lack is not None:
        assert "Ana has no e-mail address" in lack.sentence and (lack.what, lack.step, lack.to) == ("mail", "0", "/settings/you")
    assert switching.unaddressed("0", SendEmail(to=to), replace(OWNER, email="ana@northlight.example")) is None
