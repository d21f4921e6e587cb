"""Two to four models side by side: the sentences, the table, who should pick which."""

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.errors import Invalid, NotFound
from sayso.models.compare import Comparison, compare
from sayso.models.directory import packaged

TODAY = date(2026, 11, 22)
DIRECTORY = packaged()
IDS = st.sampled_from(sorted(DIRECTORY.entries))
DAYS = st.sampled_from([date(2024, 2, 29), date(2026, 10, 22), TODAY, date(2027, 12, 31)])
untimed = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def compared(*names: str, on: date = TODAY) -> Comparison:
    return compare(DIRECTORY, names, on)


def test_the_famous_pair_and_what_its_page_leaves_out():
    pair = compared("gpt-image-1", "o4-mini")

    assert pair.title == "GPT Image 1 vs o4-mini"
    cells = {row.label: tuple(cell.text for cell in row.cells) for row in pair.table}
    assert cells["Provider"] == ("OpenAI", "OpenAI")
    assert cells["Model type"] == ("Image", "Text")
    assert cells["Status"] == ("Shut down on 23 October 2026", "Shut down on 23 October 2026")
    assert cells["Replacement"] == ("GPT Image 2.5 Sunburst", "GPT-5.6 Terra")
    assert cells["Image sizes"][0] == "1024×1024, 1024×1536, 1536×1024"
    assert cells["Image qualities"][0] == "low, medium, high"
    assert cells["Endpoints"] == ("/v1/images/generations, /v1/images/edits", "/v1/chat/completions, /v1/responses, /v1/batch")
    assert cells["Snapshots"] == ("gpt-image-1", "o4-mini-2025-04-16")
    assert cells["Context window"] == ("not published", "200K tokens")
    assert cells["Input price"] == ("Text input: $5 / 1M tokens", "$1.1 / 1M tokens")
    assert cells["Output price"] == ("Image output: $40 / 1M tokens", "$4.4 / 1M tokens")
    assert cells["Image generation"][0] == "From $0.011 / image"
    assert cells["Most output"] == ("not published", "100K tokens")
    told = {one.topic: one for one in pair.differences}
    assert told["input"].text == "o4-mini is 78 % cheaper on input tokens ($1.1 vs $5 per million)."
    assert told["input"].winner is None
    assert told["input"].but == (
        "That compares unlike things: $5 is what GPT Image 1 charges for text input; its image output costs $40 per million tokens, "
        "from $0.011 an image (low quality, 1024×1024)."
    )
    assert told["status"].text == "OpenAI shut both down on 23 October 2026; neither answers any more."
    assert [pick.reasons for pick in pair.picks] == [
        ("it was shut down on 23 October 2026", "for pictures, take GPT Image 2.5 Sunburst instead"),
        ("it was shut down on 23 October 2026", "for text, take GPT-5.6 Terra instead"),
    ]


def test_models_that_are_not_billed_by_tokens_are_compared_by_what_they_bill():
    heard = compared("whisper-1", "gpt-transcribe")
    assert heard.summary == (
        "Whisper and GPT Transcribe are both speech-to-text models by OpenAI. GPT Transcribe is 25 % cheaper on audio ($0.27 vs $0.36 per hour)."
    )
    assert heard.faq[0].answer == "GPT Transcribe: 25 % less. Whisper costs $0.36 per hour; GPT Transcribe costs $0.27 per hour."
    assert heard.picks[1].reasons[0] == "it has to last: Whisper ends on 26 February 2027"
    assert "image" not in {row.key for row in heard.table}


def test_a_little_more_room_is_no_reason():
    """GPT-6.2 Sol's window is 5 % larger than Claude Opus 5.5's, and yet it takes less input."""
    pair = compared("claude-opus-5-5", "gpt-6.2-sol")
    assert not [reason for pick in pair.picks for reason in pick.reasons if "long documents" in reason]


def test_a_price_that_rises_with_the_prompt_is_told():
    """Claude Haiku 5.5 costs five times as much above 100K tokens of input: then GPT-5 mini is the cheaper one."""
    pair = compared("gpt-5-mini", "claude-haiku-5-5")
    told = {one.topic: one for one in pair.differences}
    assert told["input"].text == "Claude Haiku 5.5 is 60 % cheaper on input tokens ($0.1 vs $0.25 per million)."
    assert told["input"].but == "Above 100K tokens of input it is the other way round ($0.25 vs $0.5)."
    assert told["long"].text == (
        "Above 100K tokens of input, Claude Haiku 5.5 charges $0.5 per million input and $2.5 per million output tokens, instead of $0.1 and $0.5."
    )
    assert "the input price decides ($0.1 per million tokens, up to 100K tokens of input)" in pair.picks[1].reasons


def test_a_model_that_ends_is_picked_only_until_then():
    pair = compared("gemini-2.5-pro", "gemini-3.1-pro-preview")
    assert [pick.title for pick in pair.picks] == [
        "Pick Gemini 2.5 Pro, until it ends on 1 December 2026, if",
        "Pick Gemini 3.1 Pro (preview) if",
    ]
    assert pair.picks[1].reasons == ("you need it for longer: Gemini 2.5 Pro ends on 1 December 2026",)


def test_before_they_ended_the_pair_was_told_differently():
    assert "in 22 days" in compared("gpt-image-1", "o4-mini", on=date(2026, 10, 1)).differences[0].text


def test_an_announced_price_is_told():
    pair = compared("gemini-4-argon", "claude-opus-5-5")
    assert [one.text for one in pair.differences if one.topic == "upcoming"] == [
        "The price of Gemini 4 Argon doubles on 1 December 2026: input $2 → $4, output $10 → $20 and cached input $0.1 → $0.2 per million tokens."
    ]
    assert not [
        one for one in compared("gemini-4-argon", "claude-opus-5-5", on=date(2026, 12, 1)).differences if one.topic == "upcoming"
    ]


@pytest.mark.parametrize(
    "names", [(), ("o4-mini",), ("o4-mini", "o4-mini-2025-04-16"), ("o3", "o1", "gpt-4", "gpt-5", "o4-mini")]
)
def test_a_comparison_is_of_two_to_four(names: tuple[str, ...]):
    with pytest.raises(Invalid):
        compared(*names)


def test_what_is_no_model_cannot_be_compared():
    with pytest.raises(NotFound):
        compared("o4-mini", "no-such-model")


@untimed
@given(st.lists(IDS, min_size=2, max_size=4, unique=True), DAYS)
def test_any_models_can_be_compared_on_any_day(ids: list[str], day: date):
    found = compared(*ids, on=day)

    texts = (
        [one.text for one in found.differences]
        + [q.answer for q in found.faq]
        + [c.text for row in found.table for c in row.cells]
    )
    assert not [text for text in texts if "None" in text or "Infinity" in text or re.search(r"\bnan\b", text, re.I)]
    for row in found.table:
        for side, cell in zip(found.sides, row.cells, strict=True):
            if not cell.known:
                assert cell.text.lower() == "not published"
            if row.key.endswith("_mtok") and cell.text.startswith("$0 "):
                assert side.prices[row.key].amount == 0
    assert {one.winner for one in found.differences} <= {*ids, None}
    assert found.as_json(day)["title"] == found.title


@untimed
@given(IDS, IDS, DAYS)
def test_a_pair_is_told_alike_from_both_sides(a: str, b: str, day: date):
    if a == b:
        return
    one, other = compared(a, b, on=day), compared(b, a, on=day)

    assert one.address == other.address
    assert sorted((d.topic, d.winner or "") for d in one.differences) == sorted(
        (d.topic, d.winner or "") for d in other.differences
    )
    assert {d.text for d in one.differences if d.winner} == {d.text for d in other.differences if d.winner}
    assert {pick.model: set(pick.reasons) for pick in one.picks} == {pick.model: set(pick.reasons) for pick in other.picks}
