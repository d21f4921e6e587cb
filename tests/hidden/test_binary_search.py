"""A hidden number, looked for by halving: at each door a guess is asked for ten times, and each answer is what it would be for any number.

Whoever sees the number finds it in ten questions by the same means, so the search is one.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from tests.hidden.conftest import Vault, plain
from tests.isolation.test_mcp import called
from tests.isolation.worlds import made
from tests.web.conftest import Caller

BITS = 10
BASE = 7_310_000
"""Guesses are unlike any number, count or id that answers hold besides."""
NUMBERS = (137, 886)
"""What the hidden number is, beyond the base: on both sides of the first guess."""
Says = Callable[[Vault, Caller, int], Awaitable[str]]


def over(guess: int, field: str = "worth") -> dict[str, Any]:
    return {"of": [{"field": field, "op": "gt", "value": guess}]}


def got(path: str, **ask: Callable[[int], Any]) -> Says:
    async def says(vault: Vault, by: Caller, guess: int) -> str:
        told = {key: value if isinstance(value := make(guess), str) else json.dumps(value) for key, make in ask.items()}
        answer = await by.get(f"{vault.table}/{path}", params=told)
        return f"{answer.status_code} {answer.text}"

    return says


def sent(verb: str, path: str, make: Callable[[Vault, int], Any]) -> Says:
    async def says(vault: Vault, by: Caller, guess: int) -> str:
        answer = await by.request(verb, path.format(table=vault.table, row=vault.row), json=make(vault, guess))
        return f"{answer.status_code} {answer.text}"

    return says


def used(tool: str, make: Callable[[int], dict[str, Any]]) -> Says:
    async def says(vault: Vault, by: Caller, guess: int) -> str:
        _, answer, _ = await called(by, tool, {"app": "avault", "table": "achests", **make(guess)})
        return orjson.dumps(answer).decode()

    return says


async def asked_a_coworker(vault: Vault, by: Caller, guess: int) -> str:
    """The context of an AI: what it finds with its caller's rights."""
    answer = await by.post("/api/coworkers/ahelper/conversations", json={"title": "x"})
    if answer.status_code != 201:
        return f"{answer.status_code}"
    asked = {"text": f"Which chests are worth more than {guess}?"}
    told = await by.post(f"/api/conversations/{answer.json()['id']}/messages", json=asked)
    turn = [json.loads(line)["turn"] for line in told.text.splitlines() if '"turn":{' in line][-1]
    parts = [(part["kind"], part.get("text"), part.get("result")) for part in turn["parts"]]
    return f"{told.status_code} {parts} {turn['sources']}"


DOORS: dict[str, Says] = {
    "filter": got("rows", filter=over),
    "filter of a formula": got("rows", filter=lambda guess: over(2 * guess, "twice")),
    "filter and count": got("rows", filter=over, total=lambda _: "1"),
    "sort": got("rows", sorts=lambda guess: [{"field": "worth", "descending": guess % 2 == 0}], filter=lambda guess: over(guess, "badge")),
    "group": got("groups", by=lambda guess: [{"field": "worth", "bucket": str(guess)}]),
    "search": got("rows", search=str),
    "aggregate": got("aggregates", by=lambda _: [{"field": "stage"}], filter=over),
    "summary": got("summaries", summaries=lambda _: {"worth": "max"}, filter=over),
    "lookup": got("rows", filter=lambda guess: {"of": [{"field": "costs", "op": "gt", "value": guess, "via": ["locks"]}]}),
    "export": got("export", format=lambda _: "csv", filter=over),
    "formula": sent("POST", "/api/apps/avault/formulas", lambda _, guess: {"table": "achests", "formula": f"if({{Worth}} > {guess}, 1, 0)"}),
    "unique": sent("PATCH", "{table}/rows/{row}", lambda _, guess: {"values": {"seal": guess}}),
    "new row": sent("POST", "{table}/rows", lambda _, guess: {"values": {"label": "x", "seal": guess}}),
    "question": sent("POST", "{table}/questions", lambda _, guess: {"question": f"How many have worth above {guess}?"}),
    "tool that finds": used("find_rows", lambda guess: {"where": [{"field": "worth", "op": "gt", "value": guess}]}),
    "tool that counts": used("count_rows", lambda guess: {"measure": "count", "where": [{"field": "worth", "op": "gt", "value": guess}]}),
    "coworker": asked_a_coworker,
    "webhook": sent("POST", "/api/webhooks", lambda _, guess: {"url": "http://10.0.0.1/x", "events": ["row.updated"], "app": "avault", "filter": over(guess)}),
    "share": sent("POST", "/api/apps/avault/shares", lambda _, guess: {"view": "aall", "fingerprint": "0" * 32, "rows": {"filter": over(guess)}}),
}  # fmt: skip


async def searched(vault: Vault, door: Says, by: Caller) -> tuple[int, list[str]]:
    """Halves what is left by whether the answer is that of the lowest guess; gives what was found, and all answers without their guesses."""
    low, high, answers = 0, 2**BITS, list[str]()
    lowest = masked(await door(vault, by, BASE - 1), BASE - 1)
    while high - low > 1:
        guess = (low + high) // 2
        answers.append(masked(await door(vault, by, BASE + guess - 1), BASE + guess - 1))
        low, high = (guess, high) if answers[-1] == lowest else (low, guess)
    return low, [lowest, *answers]


def masked(told: str, guess: int) -> str:
    """Without the guess itself, which an answer may repeat."""
    return plain(told).replace(str(guess), "?").replace(str(2 * guess), "?")


@pytest.mark.parametrize("door", DOORS)
async def test_no_bit_of_it_is_found(vault: Vault, door: str):
    found: list[tuple[int, list[str]]] = []
    for number in NUMBERS:
        made(
            await vault.ben.patch(
                f"{vault.table}/rows/{vault.row}", json={"values": {"worth": BASE + number, "seal": BASE + number}}
            )
        )
        found.append(await searched(vault, DOORS[door], vault.tess))
    assert found[0] == found[1], "the same answers, whatever it is"
    assert len(found[0][1]) == BITS + 1
    assert len(set(found[0][1])) == 1 or door in TELLS_OF_THE_GUESS, found[0][1]


TELLS_OF_THE_GUESS = {"sort", "search", "question", "coworker", "new row", "unique"}
"""What is seen is searched, so a guess may find that: the answers are other for other guesses, and the same for every hidden number."""


async def test_who_sees_it_finds_it(vault: Vault):
    """The control: the same search, by somebody to whom it is not hidden."""
    mine = {"field": "label", "op": "is", "value": "Mine"}

    def asked(guess: int) -> dict[str, Any]:
        return {"of": [mine, {"field": "worth", "op": "gt", "value": guess}]}

    for number in NUMBERS:
        made(await vault.ben.patch(f"{vault.table}/rows/{vault.row}", json={"values": {"worth": BASE + number, "label": "Mine"}}))
        assert (await searched(vault, got("rows", filter=asked, fields=lambda _: "label"), vault.ben))[0] == number
