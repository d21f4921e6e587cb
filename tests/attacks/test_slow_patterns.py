"""T29: text that makes a pattern try everything, in every place that reads text by one: bounded.

People's own patterns are read by RE2 alone (checks of trials). All others are ours, and what they are held against is people's: words of a
wish, a schedule, a question, a right; filters of SCIM; addresses, days and amounts; names in braces; headers.
`SAYSO_SLOW_PATTERNS=all` holds all texts against all doors, and tells which took longest.
"""

import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from sayso.errors import Invalid
from sayso.trials.checks import compiled
from tests.attacks.replaying import replays
from tests.isolation.worlds import World, client

ALL = os.environ.get("SAYSO_SLOW_PATTERNS") == "all"
SECONDS_MAX = 5.0
"""Of the processor, for one text at one door, and what the planner still does meanwhile with the texts before. A pattern that tries
everything takes hours."""
PATTERNS = (
    "^(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){25}", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(\\w+\\s?)*$", "(a*)*b", "(a*)*$", "^(\\d+)*[^\\d]$", "([a-zA-Z]+)*$", "(.+)+\\d",
    "^(?:a+){10,50}b", "(?:.*,){11}P", "((a{1,99}){1,9})$", "^(\\s+|\\S+)+$", "(?:a?){30}a{30}", "([^\\n]*)*x", "^((ab)*)+$", "(?i)(é+)+$",
)  # fmt: skip
"""Twenty of the classic ones."""
LENGTH = 20_000
TEXTS: dict[str, str] = {
    "letters": "a" * LENGTH + "!", "words": "a " * LENGTH, "blanks": " " * LENGTH + "x", "tabs and lines": "\t\n" * LENGTH, "digits": "1" * LENGTH + "x", "numbers": "1," * LENGTH,
    "brackets": "(" * LENGTH, "braces": "{" * LENGTH + "}" * LENGTH, "names in braces": "{a." * LENGTH, "marks": "<" * LENGTH, "addresses": "a@" * LENGTH, "hosts": "a." * LENGTH + "@",
    "links": "[a](" * LENGTH, "stars": "*" * LENGTH + "a", "schemes": "http://" * LENGTH, "every": "every " * LENGTH + "day", "joined": "and then if " * LENGTH, "signs": "é\u0301" * LENGTH,
    "quotes": '"\\' * LENGTH, "dashes": "-" * LENGTH + "2026-",
}  # fmt: skip
"""Twenty texts that are nearly what a pattern looks for, again and again."""

Asks = Callable[[World, str], Awaitable[httpx.Response]]


def got(path: str, key: str, most: int) -> Asks:
    return lambda w, text: w.owner.get(path.format(**w.ids), params={key: text[:most]})


def sent(path: str, make: Callable[[World, str], Any], verb: str = "POST") -> Asks:
    return lambda w, text: w.owner.request(verb, path.format(**w.ids), json=make(w, text))


ROWS = "/api/apps/{app}/tables/{table}/rows"
DOORS: dict[str, Asks] = {
    "schedule": got("/api/schedules/preview", "words", 2_000),
    "cron": got("/api/schedules/preview", "cron", 2_000),
    "search": got("/api/search", "q", 5_000),
    "search of a table": got(ROWS, "search", 5_000),
    "condition": lambda w, text: w.owner.get(ROWS.format(**w.ids), params={"filter": json.dumps({"of": [{"field": "label", "op": "contains", "value": text[:5_000]}]})}),
    "like": lambda w, text: w.owner.get(ROWS.format(**w.ids), params={"filter": json.dumps({"of": [{"field": "notes", "op": "starts_with", "value": "%_" * 2_000 + text[:500]}]})}),
    "scim": lambda w, text: client(w.app, authorization=f"Bearer {w.inside['scim']}").get("/scim/v2/Users", params={"filter": f'userName eq "{text[:5_000]}'}),
    "scim alone": lambda w, text: client(w.app, authorization=f"Bearer {w.inside['scim']}").get("/scim/v2/Users", params={"filter": text[:5_000]}),
    "formula": sent("/api/apps/{app}/formulas", lambda w, text: {"table": w.ids["table"], "formula": text[:4_000]}),
    "question": sent("/api/apps/{app}/tables/{table}/questions", lambda w, text: {"question": text[:2_000]}),
    "wish": sent("/api/drafts", lambda w, text: {"wish": text[:20_000]}),
    "change": sent("/api/drafts", lambda w, text: {"wish": text[:5_000], "app": w.ids["app"]}),
    "invitation": sent("/api/invitations", lambda w, text: {"to": [text[:20_000]], "role": "viewer"}),
    "row": sent(ROWS, lambda w, text: {"values": {"label": text[:5_000], "worth": text[:5_000], "notes": text, "keeper": [text[:500]]}}),
    "comment": sent(ROWS + "/{row}/comments", lambda w, text: {"text": text[:9_000]}),
    "step": sent("/api/apps/{app}/plans", lambda w, text: {"change": {"title": "", "steps": [{"do": "add", "part": "automation", "value": {"id": "x", "name": "X", "trigger": {"kind": "called"}, "steps": [{"kind": "set_values", "id": "s", "values": {"A": text[:9_000]}}]}}]}}),
    "list": lambda w, text: w.owner.post("/api/imports", files={"file": ("a.csv", f"{text[:9_000]}\n{text}\n".encode(), "text/csv")}),
    "headers": lambda w, text: w.owner.get("/api/me", headers={name: text[:8_000].replace("\n", " ").encode("ascii", "ignore").decode().strip() for name in ("accept-language", "cookie", "if-none-match", "range", "forwarded")}),
    "sign-in": lambda w, text: client(w.app, **{"sec-fetch-site": "same-origin"}).post("/signin/password", data={"email": text[:5_000], "password": "x"}),
    "domain": sent("/api/domains", lambda w, text: {"domain": text[:5_000]}),
}  # fmt: skip
SOME = ("letters", "names in braces")
SLOWEST: list[tuple[float, str, str]] = []


def test_there_are_twenty_of_each():
    assert len(set(PATTERNS)) == 20 and len(TEXTS) == 20 and len(DOORS) == 20


@replays("CVE-2026-86081")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_of_peoples_own_ends(pattern: str):
    """n8n: a pattern of blocked files, held against a name that was made for it. Here RE2 reads them, by the door of the product."""
    try:
        reads = compiled(pattern)
    except Invalid:
        return  # too large to be read at all
    for text in ("a" * 100_000 + "!", "x" * 100_000, "ab" * 50_000 + "c", "1" * 100_000 + "x", "é" * 50_000 + "!"):
        began = time.process_time()
        reads.search(text)
        assert time.process_time() - began < SECONDS_MAX, (pattern, text[:3])


@pytest.mark.parametrize("door", DOORS)
async def test_no_text_takes_a_pattern_of_ours_for_long(world: World, door: str):
    for name in TEXTS if ALL else SOME:
        began = time.process_time()
        answer = await DOORS[door](world, TEXTS[name])
        took = time.process_time() - began
        SLOWEST.append((round(took, 2), door, name))
        assert answer.status_code < 500, (name, answer.text)
        assert took < SECONDS_MAX, (name, took)


def test_the_slowest_are_told():
    print(f"{len(SLOWEST)} texts; slowest:", sorted(SLOWEST, reverse=True)[:8])  # noqa: T201
    assert len(SLOWEST) == len(DOORS) * len(TEXTS if ALL else SOME)
