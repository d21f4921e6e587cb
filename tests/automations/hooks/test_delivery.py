"""What is sent to a webhook by those who mean no good, or too much."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from sayso.automations.hooks.delivery import PARAMETERS_MAX, Delivery
from sayso.errors import Invalid

FORM = {"content-type": "application/x-www-form-urlencoded"}
TOO_MANY = "&".join(f"f{n}=1" for n in range(PARAMETERS_MAX + 1))


@pytest.mark.parametrize("sent", [Delivery("GET", {}, TOO_MANY, b""), Delivery("POST", FORM, "", TOO_MANY.encode())])
def test_more_fields_than_anybody_means_are_refused_in_words(sent: Delivery) -> None:
    with pytest.raises(Invalid, match="at most 200 fields"):
        sent.told("")


def test_json_within_a_form_that_nests_without_end_stays_a_text() -> None:
    deep = "[" * 300 + "]" * 300
    assert Delivery("POST", FORM, "", urlencode({"payload": deep}).encode()).body == {"payload": deep}
    assert Delivery("POST", FORM, "", urlencode({"payload": '{"a": 1}'}).encode()).body == {"payload": {"a": 1}}
