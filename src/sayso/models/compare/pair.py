"""How two models differ, in sentences computed from their figures."""

from collections.abc import Iterator

from sayso.models.compare.difference import Difference, share, told_by_time, turned, unlike
from sayso.models.compare.side import Side, times_sign
from sayso.models.facts import same
from sayso.models.model import ABILITIES
from sayso.models.prices import dollars
from sayso.models.words import day as day_text
from sayso.models.words import listing, some_day, times, tokens


def of_two(a: Side, b: Side) -> Iterator[Difference]:
    yield from _status(a, b)
    yield from _work(a, b)
    yield from _price(a, b, "input_mtok", "input", "input tokens")
    if a.model.type == b.model.type:
        yield from _price(a, b, "cache_read_mtok", "cached", "cached input tokens")
    yield from _output(a, b)
    yield from _images(a, b)
    for key, topic, what in UNITS:
        yield from _price(a, b, key, topic, what)
    yield from _limit(a, b, "context_window", "context", "holds", "tokens of context", "context window")
    if any(_input_apart(side) for side in (a, b)):
        yield from _limit(a, b, "max_input", "max_input", "takes up to", "tokens of input", "largest input")
    yield from _limit(a, b, "max_output", "max_output", "writes up to", "tokens in one answer", "largest output")
    yield from _abilities(a, b)
    yield from _ages(a, b)
    yield from _batch(a, b)
    yield from _weights(a, b)
    for side in sorted((a, b), key=lambda one: one.id):
        yield from told_by_time(side)


UNITS = (
    ("input_audio_mtok", "audio_input", "audio input"),
    ("output_audio_mtok", "audio_output", "audio output"),
    ("audio_hours", "audio", "audio"),
    ("input_mchars", "characters", "text read aloud"),
    ("video_seconds", "video", "video"),
    ("rerank_searches_kcount", "searches", "searches"),
    ("input_document_kpages", "pages", "pages"),
)


def _status(a: Side, b: Side) -> Iterator[Difference]:
    ends = a.life.shutdown, b.life.shutdown
    if a.gone and b.gone and ends[0] and ends[1] and ends[0].value == ends[1].value and a.model.maker == b.model.maker:
        yield Difference("status", f"{a.model.maker_name} shut both down on {day_text(ends[0].value)}; neither answers any more.")
    elif a.gone and b.gone:
        yield Difference("status", f"Both are shut down: {a.life.sentence} {b.life.sentence}")
    elif a.gone or b.gone:
        gone, here = (a, b) if a.gone else (b, a)
        yield Difference("status", gone.life.sentence, here.id)
    else:
        for side, other in ((a, b), (b, a)):
            if side.life.days_left is not None and other.life.days_left is None:
                yield Difference("status", side.life.sentence, other.id)
            elif side.life.days_left is not None and side.id < other.id:
                yield Difference("status", f"{side.life.sentence} {other.life.sentence}")
    for side, other in ((a, b), (b, a)):
        if side.life.status in ("current", "preview") and side.model.replacement and side.model.replacement.value == other.id:
            yield Difference(
                "replacement", f"{other.name} is what {side.model.maker_name} names as the replacement of {side.name}.", other.id
            )


def _work(a: Side, b: Side) -> Iterator[Difference]:
    if a.model.type != b.model.type:
        yield Difference("work", f"They do different work: {a.name} {a.does}, {b.name} {b.does}.")


def _price(a: Side, b: Side, key: str, topic: str, what: str) -> Iterator[Difference]:
    one, other = a.prices.get(key), b.prices.get(key)
    if one is None or other is None:
        return
    if a.model.type == b.model.type == "image" and key == "input_mtok":
        what = "text input tokens"
    if same(one.amount, other.amount):
        each = f"{one.unit.removesuffix(' tokens')} {what}" if what.endswith("tokens") else f"{one.unit} of {what}"
        yield Difference(topic, f"Both charge {dollars(one.amount)} {each}.", but=unlike(a, b))
        return
    low, high = sorted((a, b), key=lambda side: side.prices[key].amount)
    unit = one.unit.removesuffix(" tokens")
    cheap, dear = dollars(low.prices[key].amount), dollars(high.prices[key].amount)
    if low.prices[key].amount == 0:
        text = f"{low.name} charges nothing for {what}; {high.name} charges {dear} {unit}."
    else:
        text = f"{low.name} is {share(low.prices[key].amount, high.prices[key].amount)} cheaper on {what} ({cheap} vs {dear} {unit})."
    reason = unlike(a, b)
    yield Difference(topic, text, None if reason else low.id, reason or turned(low, high, key))


def _output(a: Side, b: Side) -> Iterator[Difference]:
    if a.output_key == b.output_key:
        what = "image output tokens" if a.output_key == "output_image_mtok" else "output tokens"
        yield from _price(a, b, a.output_key, "output", what)
        return
    one, other = a.prices.get(a.output_key), b.prices.get(b.output_key)
    if one and other:
        kinds = {"output_image_mtok": "image tokens", "output_mtok": "text tokens"}
        told = [f"{s.name} bills {kinds[s.output_key]} ({dollars(s.prices[s.output_key].amount)} per million)" for s in (a, b)]
        yield Difference("output", f"Their output is not the same thing: {listing(told)}.")


def _images(a: Side, b: Side) -> Iterator[Difference]:
    theirs = [{(image.quality, image.size): image.amount for image in side.model.images} for side in (a, b)]
    shared = [key for key in theirs[0] if key in theirs[1]]
    for quality in ("low", "medium", "high"):
        key = next((one for one in shared if one == (quality, "1024x1024")), None)
        if key is None:
            continue
        low, high = sorted(((a, theirs[0][key]), (b, theirs[1][key])), key=lambda one: one[1])
        where = f"A {quality}-quality picture of {times_sign(key[1])}"
        if low[1] == high[1]:
            yield Difference("image", f"{where} costs {dollars(low[1])} on both.")
        else:
            cheaper = share(low[1], high[1])
            yield Difference(
                "image", f"{where} is {cheaper} cheaper on {low[0].name} ({dollars(low[1])} vs {dollars(high[1])}).", low[0].id
            )
    if not shared:
        for side, other in ((a, b), (b, a)):
            if side.from_image and not other.from_image and side.model.type == "image" != other.model.type:
                yield Difference("image", f"{side.name} makes pictures, {side.from_image}.", side.id)


def _input_apart(side: Side) -> bool:
    """Whether what may be sent is less than the window: then it is a fact of its own."""
    window, most = side.model.context_window, side.model.max_input
    return most is not None and (window is None or window.value != most.value)


def _limit(a: Side, b: Side, name: str, topic: str, verb: str, unit: str, noun: str) -> Iterator[Difference]:
    one, other = getattr(a.model, name), getattr(b.model, name)
    if one is None and other is None:
        return
    if one is None or other is None:
        known, unknown = (a, b) if one else (b, a)
        count = getattr(known.model, name).value
        yield Difference(topic, f"{known.name} {verb} {tokens(count)} {unit}; the {noun} of {unknown.name} is not published.")
    elif one.value == other.value:
        yield Difference(topic, f"Both have the same {noun}: {tokens(one.value)} tokens.")
    else:
        (less, few), (more, many) = sorted(((a, one.value), (b, other.value)), key=lambda side: side[1])
        ratio = many / few
        much = (
            f", {times(ratio)} as many as {less.name} ({tokens(few)})"
            if ratio >= 1.1
            else f", a little more than {less.name} ({tokens(few)})"
        )
        yield Difference(topic, f"{more.name} {verb} {tokens(many)} {unit}{much}.", more.id)


MATTERS = ("text", "image", "realtime")
"""Types that differ in what they can do; that a transcription model hears goes without saying."""


def _abilities(a: Side, b: Side) -> Iterator[Difference]:
    for side, other in ((a, b), (b, a)):
        if side.model.type not in MATTERS:
            continue
        only = [_lower(text) for name, text in ABILITIES.items() if side.model.can(name) and other.model.can(name) is False]
        silent = [_lower(text) for name, text in ABILITIES.items() if side.model.can(name) and other.model.can(name) is None]
        if only:
            yield Difference("abilities", f"{side.name} {listing(only)}; {other.name} does not.", side.id)
        if silent and side.model.type == other.model.type:
            yield Difference("abilities", f"{side.name} {listing(silent)}; for {other.name} that is not published.")
        elif silent:
            yield Difference("abilities", f"{side.name} {listing(silent)}.")


def _lower(text: str) -> str:
    return "gets cached input for less" if text.startswith("Cached") else text[0].lower() + text[1:]


def _ages(a: Side, b: Side) -> Iterator[Difference]:
    for name, topic, text in (
        ("knowledge", "knowledge", "{0} knows the world until {1}, {2} until {3}."),
        ("released", "released", "{0} came out on {1}, {2} on {3}."),
    ):
        one, other = getattr(a.model, name), getattr(b.model, name)
        if one and other and one.value[:7] != other.value[:7]:
            (older, early), (newer, late) = sorted(((a, one.value), (b, other.value)), key=lambda side: side[1])
            told = text.format(newer.name, some_day(late), older.name, some_day(early))
            yield Difference(topic, told.replace(" on ", " in ") if len(early) < 10 or len(late) < 10 else told, newer.id)


def _batch(a: Side, b: Side) -> Iterator[Difference]:
    """A batch that costs half is worth a sentence when only one has it."""
    found = [side for side in (a, b) if _halved(side) and not side.gone]
    if len(found) == 1 and not (a.gone or b.gone):
        yield Difference("batch", f"In batches, {found[0].name} costs half.", found[0].id)
    elif len(found) == 2:
        yield Difference("batch", "In batches, both cost half.")


def _halved(side: Side) -> bool:
    batch, price = side.model.variants(side.day).get("batch", {}).get("input_mtok"), side.amount("input_mtok")
    return batch is not None and price is not None and price > 0 and batch * 2 == price


def _weights(a: Side, b: Side) -> Iterator[Difference]:
    for side, other in ((a, b), (b, a)):
        one, two = side.model.open_weights, other.model.open_weights
        if one and two and one.value and not two.value:
            yield Difference(
                "weights",
                f"The weights of {side.name} are open, so it can run on your own machines; those of {other.name} are not.",
                side.id,
            )
