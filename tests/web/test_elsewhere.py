"""What the last days' calls would have cost on other models: from the gateway's own sums."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from sayso.db import gateway_tables as t
from sayso.db import transaction
from tests.web.conftest import Company, problem

ADDRESS = "/api/gateway/usage/elsewhere"


@pytest.fixture(scope="module")
async def used(company: Company) -> Company:
    """Forty million tokens of Ben's on gpt-5-mini last week, and a month that is too long ago."""
    today = datetime.now(UTC).date()
    ben = company.ben.actor
    row = {
        "workspace_id": ben.workspace,
        "member": ben.member,
        "provider": "openai",
        "model": "gpt-5-mini",
        "endpoint": "chat/completions",
    }
    tokens = {"input_tokens": 40_000_000, "cached_tokens": 10_000_000, "output_tokens": 5_000_000, "reasoning_tokens": 1_000_000}
    async with transaction(company.engine) as tx:
        await tx.execute(
            insert(t.usage), [{**row, **tokens, "day": today - timedelta(days=3), "calls": 10_000, "cost": Decimal("17.75")}]
        )
        await tx.execute(
            insert(t.usage), [{**row, **tokens, "day": today - timedelta(days=40), "calls": 9, "cost": Decimal("99")}]
        )
    return company


async def test_the_month_is_reckoned_on_other_models(used: Company):
    found = (await used.ana.get(ADDRESS, params={"models": "gpt-6-luna,o4-mini,gpt-5-mini"})).json()

    assert (found["paid"], found["calls"], found["days"]) == ("17.75", 10_000, 30)
    assert [(one["model"], one["total"], one["saved"]) for one in found["items"]] == [
        ("gpt-6-luna", "5.6", "12.15"),
        ("gpt-5-mini", "17.75", "0"),
        ("o4-mini", "57.75", "-40"),
    ]
    assert (
        found["items"][0]["sentence"]
        == "Your last 30 days would have cost about $5.60 on GPT-6 Luna, 68 % less than the $17.75 that you paid."
    )


async def test_everybody_reckons_with_what_is_theirs(used: Company):
    assert (await used.ben.get(ADDRESS)).json()["paid"] == "17.75"
    assert (await used.mia.get(ADDRESS)).json()["paid"] == "0.00"
    assert (await used.zoe.get(ADDRESS)).json()["calls"] == 0


async def test_without_names_the_newest_of_each_maker_are_asked(used: Company):
    items = (await used.ana.get(ADDRESS)).json()["items"]
    assert 8 <= len(items) <= 12
    totals = [Decimal(one["total"]) for one in items if one["total"]]
    assert totals == sorted(totals)


@pytest.mark.parametrize(
    ("params", "status"), [({"models": "nonsense-9"}, 404), ({"days": "0"}, 422), ({"models": ",".join(["o3"] * 60)}, 422)]
)
async def test_what_makes_no_sense_is_said(used: Company, params: dict[str, str], status: int):
    answer = await used.ana.get(ADDRESS, params=params)
    assert answer.status_code == status
    assert problem(answer)["detail"]
