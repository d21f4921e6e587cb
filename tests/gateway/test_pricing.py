"""Our prices are `genai-prices`' own, to the last digit, on every model that it prices."""

import random
from datetime import UTC, datetime
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices
from genai_prices.types import Usage as Counts

from sayso.gateway.pricing import FREE, JOINS, KEYS, Price, Prices, of_operator
from sayso.gateway.tokens import Tokens, Usage, counted, told

SEED = 20261122
CALLS_A_MODEL = 6


def drawn(draw: random.Random, top: int) -> Tokens:
    """Counts as an upstream could tell them: no part larger than its whole."""
    whole_in, whole_out = draw.choice([0, 1, top, draw.randrange(1, top)]), draw.choice([0, 1, draw.randrange(1, 100_000)])
    parts = [draw.choice([0, 0, draw.randrange(whole_in // 4 + 1)]) for _ in range(4)]
    outs = [draw.choice([0, 0, draw.randrange(whole_out // 3 + 1)]) for _ in range(3)]
    return Tokens(*(whole_in, *parts, whole_out, *outs))


def test_every_price_is_theirs():
    draw, now, compared = random.Random(SEED), datetime.now(UTC), 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            per = model.get_prices(now)
            price = Price(per)
            tiers = [tier.start for p in vars(per).values() if isinstance(p, TieredPrices) for tier in p.tiers]
            for _ in range(CALLS_A_MODEL):
                tokens = drawn(draw, draw.choice([*tiers, *(t + 1 for t in tiers), 10_000, 900_000]) + 1)
                values = {key: count for key, count in zip(KEYS, tokens, strict=True) if count}
                theirs = per.calc_price(Counts(**dict.fromkeys((*KEYS, *JOINS), 0) | values))["total_price"]
                assert price.of(tokens) == theirs, (provider.id, model.id, tokens)
                compared += 1
    assert compared > 10_000


def test_the_dearest_token_is_never_cheaper_than_a_real_one():
    now = datetime.now(UTC)
    for provider in get_snapshot().providers:
        for model in provider.models:
            price = Price(model.get_prices(now))
            tokens = Tokens(input=50_000, cached=0, output=2_000)
            assert price.of(tokens) <= 50_000 * price.input_dearest + 2_000 * price.output_dearest + price.of(Tokens()), model.id


def test_a_flagship_by_hand():
    price = Prices().of("openai", "gpt-6.1-sol")
    assert price is not None
    assert price.of(Tokens(input=1_000_000, output=0)) == 4, "above 272,000 tokens it costs twice"
    assert price.of(Tokens(input=100_000, cached=40_000, output=1_000)) == Decimal("0.06") * 2 + Decimal("0.04") * Decimal(
        "0.1"
    ) + Decimal("0.01")


def test_a_picture_by_hand():
    usage = told(b'{"usage":{"input_tokens":22,"output_tokens":1372,"input_tokens_details":{"text_tokens":22,"image_tokens":0}}}')
    assert usage and usage.usage
    price = Prices().of("openai", "gpt-image-2")
    assert price is not None
    assert price.of(counted(usage.usage, "image")) == Decimal("0.04127")


def test_nobody_prices_what_nobody_sells():
    assert Prices().of("openai", "no-such-model") is None
    assert Prices().of("compatible", "gpt-6-luna") is None


def test_an_owners_price():
    price = of_operator({"input_mtok": "0.15", "output_mtok": 0.6, "cache_read_mtok": None})
    assert price.of(Tokens(input=1000, cached=1000, output=500)) == Decimal("0.00015") + Decimal("0.0003")


def test_more_than_makes_sense_is_cut_to_what_does():
    usage = Usage(prompt_tokens=10, completion_tokens=-5)
    assert counted(usage) == Tokens(input=10)
    found = told(
        b'{"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":99},"completion_tokens_details":{"reasoning_tokens":7}}}'
    )
    assert found and found.usage
    assert counted(found.usage) == Tokens(input=10, cached=10, output=3, reasoning=3)
    assert told(b'{"usage":"lots"}') is None
    assert told(b"nonsense") is None


def test_sound_and_speech():
    prices = Prices()
    whisper, speech = prices.of("openai", "whisper-1"), prices.of("openai", "tts-1")
    assert whisper and speech
    assert whisper.per_second * 60 == Decimal("0.006")
    assert speech.per_character * 1000 == Decimal("0.015")
    assert prices.of("openai", "omni-moderation-latest") is FREE
