"""How alike two answers are in meaning: the cosine of their embeddings, by the workspace's embedding slot."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import orjson

from sayso.ai.asking import Used, ask
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.trials.checks import AnyCheck, Likeness, cosine
from sayso.trials.trial import IN_USE, Answer, Case

TEXTS_ASKED = 64
"""In one request."""
TEXT_CHARACTERS_MAX = 8_000

Found = dict[tuple[int, str], Mapping[str, float]]


async def found(
    gateway: Gateway, caller: Caller, checks: Sequence[AnyCheck], cases: Sequence[Case], answers: Sequence[Answer]
) -> tuple[Found, Decimal]:
    """By answer: how alike it is to what was expected and to what the model in use said. Empty when nothing embeds; then the check does not apply."""
    against = {check.to for check in checks if isinstance(check, Likeness)}
    expected = {case.n: _text(case.expected) for case in cases if case.expected is not None} if "expected" in against else {}
    in_use = {one.n: one.text for one in answers if one.contender == IN_USE and one.ok} if "in_use" in against else {}
    wanted = {one.text for one in answers if one.ok} | set(expected.values()) | set(in_use.values())
    used = Used()
    vectors = await _embedded(gateway, caller, sorted(text for text in wanted if text.strip()), used)
    alike: Found = {}
    for one in answers:
        mine = vectors.get(one.text)
        pairs = {"expected": expected.get(one.n), "in_use": in_use.get(one.n) if one.contender != IN_USE else None}
        there = {name: vectors[text] for name, text in pairs.items() if text is not None and text in vectors}
        if there:
            alike[one.n, one.contender] = {name: cosine(mine, other) if mine and one.ok else 0.0 for name, other in there.items()}
    return alike, used.cost or Decimal(0)


async def _embedded(gateway: Gateway, caller: Caller, texts: Sequence[str], used: Used) -> dict[str, Sequence[float]]:
    vectors: dict[str, Sequence[float]] = {}
    for at in range(0, len(texts), TEXTS_ASKED):
        some = texts[at : at + TEXTS_ASKED]
        try:
            body = {"model": "slot:embedding", "input": [text[:TEXT_CHARACTERS_MAX] for text in some], "encoding_format": "float"}
            value = await ask(gateway, caller, "embeddings", body, used)
            vectors |= {text: row["embedding"] for text, row in zip(some, value["data"], strict=True)}
        except (Refused, KeyError, TypeError, ValueError):
            return {}
    return vectors


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
