"""Each test is another minute."""

import pytest

from sayso.web.oauth import answers
from sayso.web.rate import Rate


@pytest.fixture(autouse=True)
def rate(monkeypatch: pytest.MonkeyPatch) -> Rate:
    fresh = Rate(times=answers.ASKED_A_MINUTE_MAX, seconds=60)
    monkeypatch.setattr(answers, "by_one", fresh)
    return fresh
