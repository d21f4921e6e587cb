"""Pictures are what the words ask for: size, colours, words, figures; and the same words give the same picture."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from sayso.errors import Invalid
from sayso.gateway.builtin.canvas import charts
from sayso.gateway.builtin.canvas.brief import brief
from sayso.gateway.builtin.canvas.drawing import Picture, draw, edit, size_of
from sayso.gateway.builtin.canvas.palette import NAMES, contrast, palette, rgb
from sayso.gateway.builtin.canvas.things import THINGS
from sayso.gateway.builtin.canvas.type import drawable, fit

SMALL = (192, 128)


def image(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content)).convert("RGBA")


def share_near(picture: Image.Image, colour: tuple[int, int, int], *, within: int = 40) -> float:
    """How much of a picture is of about this colour."""
    pixels = np.asarray(picture.convert("RGB"), np.int16)
    return float((np.sqrt(((pixels - colour) ** 2).sum(-1)) < within).mean())


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("prompt", ['banner "Open day" in teal', "sunset over mountains", 'pie chart: A 10, B 20', "logo with a rocket", "pattern of leaves", 'card "Thank you"', 'poster "Jazz"', "city at night"])  # fmt: skip
def test_the_same_words_give_the_same_bytes_and_others_another_picture(prompt: str):
    first, again = (draw(prompt, size=SMALL)[0] for _ in range(2))
    assert first.content == again.content
    assert image(first).size == SMALL
    several = draw(prompt + " please", size=SMALL, n=3)
    assert len({one.content for one in several}) >= (1 if "chart" in prompt or "logo" in prompt else 2)
    assert first.told.startswith("Drawn, not generated")


def test_the_file_says_that_it_was_drawn():
    for format in ("png", "jpeg", "webp"):
        made = draw('banner "Hi"', size=SMALL, format=format)[0]
        opened = Image.open(io.BytesIO(made.content))
        told = opened.info.get("Description") or opened.getexif().get(0x010E)
        assert opened.format == format.upper() and "not generated" in str(told)


def test_named_colours_are_in_it():
    made = image(draw('banner "Open day" in coral and navy', size=(384, 192))[0])
    assert share_near(made, rgb(NAMES["navy"])) > 0.3 and share_near(made, rgb(NAMES["coral"])) > 0.02
    white = image(draw('banner "Open day" in teal on a white background', size=(384, 192))[0])
    assert share_near(white, (255, 255, 255), within=6) > 0.3


def test_a_transparent_background_is_transparent():
    made = image(draw("logo for a coffee shop", size=(128, 128), transparent=True)[0])
    assert made.getpixel((0, 0)) == (0, 0, 0, 0) and np.asarray(made)[64, 64, 3] == 255


def test_words_are_read_on_what_they_stand_on():
    for seed in range(60):
        for dark in (None, True, False):
            found = palette((), "", seed, dark=dark)
            assert contrast(found.ink, found.ground) >= 7
    for name in NAMES:
        found = palette((rgb(NAMES[name]),), "", 3)
        assert contrast(found.ink, found.ground) >= 7, name


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('A banner with the headline "Spring sale" and the subtitle "Until April"', {"kind": "banner", "headline": "Spring sale", "subline": "Until April"}),
        ("poster, title: Summer fair", {"kind": "poster", "headline": "Summer fair"}),
        ("a birthday card with balloons and a cake", {"kind": "card", "things": ("balloon", "cake")}),
        ("newsletter header “November”", {"kind": "banner", "things": ()}),
        ("a boat on a lake at dawn", {"kind": "scene", "headline": ""}),
        ("Bar chart of Mon 12, Tue 18.5 and Wed 9", {"kind": "chart", "chart": "bars", "figures": (("Mon", 12.0, ""), ("Tue", 18.5, ""), ("Wed", 9.0, ""))}),
        ('pie chart "Leads": Web 45%, Fair 55%', {"chart": "ring", "headline": "Leads", "figures": (("Web", 45.0, "%"), ("Fair", 55.0, "%"))}),
        ("line chart Jan $1,200, Feb $2,300 in teal", {"chart": "line", "figures": (("Jan", 1200.0, "$"), ("Feb", 2300.0, "$"))}),
        ("something in royal blue and gold", {"colours": (rgb(NAMES["royal blue"]), rgb(NAMES["gold"]))}),
        ("in #ff8800", {"colours": ((255, 136, 0),)}),
    ],
)  # fmt: skip
def test_what_a_prompt_asks_for(prompt: str, expected: dict[str, Any]):
    found = brief(prompt)
    assert {name: getattr(found, name) for name in expected} == expected


def test_bars_are_as_tall_as_their_figures():
    made = image(draw('bar chart "Repairs" in blue on a white background: A 10, B 20, C 40', size=(768, 512))[0]).convert("RGB")
    pixels = np.asarray(made, np.int16)
    blue = (pixels[..., 2] - pixels[..., 0] > 50).sum(0)
    edges = np.flatnonzero(np.diff((blue > 20).astype(int)))
    tall = [int(np.median(blue[a + 1 : b])) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 40]
    assert len(tall) == 3
    assert tall[1] / tall[0] == pytest.approx(2, abs=0.12) and tall[2] / tall[0] == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize("values", [[1, 2, 3], [0, 0], [-5, 10], [0.001, 0.002], [1e9, 3e9], [97, 99], [7]])
def test_an_axis_holds_all_figures_and_nought(values: list[float]):
    low, high, step = charts.scale(values)
    assert low <= min(0, *values) and high >= max(values) and step > 0 and (high - low) / step <= 12


def test_text_never_leaves_its_box():
    for text in (
        "Hi",
        "An uncommonly long headline about the opening of the new workshop",
        "Donaudampfschifffahrtsgesellschaftskapitän",
    ):
        for width, height in ((400, 120), (120, 400), (60, 60)):
            lines = fit(text, width, height, largest=90)
            assert lines.height <= max(height, lines.step) and lines.width <= width
    assert drawable("Café Ωмега 你好 🙂") == "Café Ωмега"


def test_every_thing_can_be_drawn():
    for name in THINGS:
        made = image(draw(f"icon of a {name} in red", size=(96, 96), transparent=True)[0])
        assert np.asarray(made)[20:76, 20:76, :3].std() > 5, name


@pytest.mark.parametrize("size", ["1x1", "10", "4000x4000", "9999x64", "axb", "1024 x 1024", ""])
def test_sizes(size: str):
    if size == "":
        assert size_of("", "poster") == (1024, 1536) and size_of("auto", "a banner") == (1536, 768)
        return
    with pytest.raises(Invalid, match="size"):
        size_of(size)


@given(st.text(max_size=120))
@settings(max_examples=25, deadline=None)
def test_any_words_give_a_picture(prompt: str):
    if prompt.strip():
        assert image(draw(prompt, size=(96, 64))[0]).size == (96, 64)


# ── edits ─────────────────────────────────────────────────────

SPLIT = Image.new("RGB", (200, 100), (200, 40, 40))
ImageDraw.Draw(SPLIT).rectangle((100, 0, 199, 99), fill=(40, 40, 200))


@pytest.mark.parametrize(
    ("words", "size", "left", "right"),
    [
        ("flip it", (200, 100), (40, 40, 200), (200, 40, 40)),
        ("crop to a square", (100, 100), (200, 40, 40), (40, 40, 200)),
        ("crop to the left half", (100, 100), (200, 40, 40), (200, 40, 40)),
        ("resize to 50x25", (50, 25), (200, 40, 40), (40, 40, 200)),
        ("rotate 180 degrees", (200, 100), (40, 40, 200), (200, 40, 40)),
        ("invert the colours", (200, 100), (55, 215, 215), (215, 215, 55)),
        ("black and white", (200, 100), (88, 88, 88), (58, 58, 58)),
    ],
)
def test_plain_edits(words: str, size: tuple[int, int], left: tuple[int, ...], right: tuple[int, ...]):
    made = image(edit(words, [png(SPLIT)], None))
    assert made.size == size
    middle = size[1] // 2
    for place, colour in ((3, left), (size[0] - 4, right)):
        assert np.abs(np.array(made.getpixel((place, middle))[:3]) - colour).max() < 6  # pyright: ignore[reportIndexIssue, reportOptionalSubscript]


def mask_of(box: tuple[int, int, int, int], size: tuple[int, int]) -> bytes:
    made = Image.new("RGBA", size, (0, 0, 0, 255))
    ImageDraw.Draw(made).rectangle(box, fill=(0, 0, 0, 0))
    return png(made)


def test_only_what_is_under_the_mask_changes():
    mask = mask_of((20, 20, 60, 60), SPLIT.size)
    made = np.asarray(image(edit("fill it with gold", [png(SPLIT)], mask)))
    assert tuple(made[40, 40, :3]) == rgb(NAMES["gold"]) and tuple(made[90, 150, :3]) == (40, 40, 200)
    outside = np.ones((100, 200), bool)
    outside[18:63, 18:63] = False
    assert (made[..., :3][outside] == np.asarray(SPLIT)[outside]).all()


def test_what_is_removed_is_filled_in_from_around_it():
    spotted = Image.new("RGB", (120, 120), (90, 160, 90))
    ImageDraw.Draw(spotted).ellipse((45, 45, 75, 75), fill=(255, 0, 0))
    made = np.asarray(image(edit("remove the spot", [png(spotted)], mask_of((40, 40, 80, 80), spotted.size))))
    assert np.abs(made[60, 60, :3].astype(int) - (90, 160, 90)).max() < 12


def test_a_plain_background_is_cut_out_or_replaced():
    logo = Image.new("RGB", (100, 100), (250, 250, 250))
    ImageDraw.Draw(logo).ellipse((20, 20, 80, 80), fill=(30, 60, 160))
    ImageDraw.Draw(logo).ellipse((40, 40, 60, 60), fill=(250, 250, 250))
    cut = np.asarray(image(edit("remove the background", [png(logo)], None)))
    assert cut[2, 2, 3] == 0 and cut[30, 50, 3] == 255 and cut[50, 50, 3] == 255, "what is enclosed is no background"
    put = np.asarray(image(edit("replace the background with mint", [png(logo)], None)))
    assert tuple(put[2, 2, :3]) == rgb(NAMES["mint"])


def test_words_are_put_on_a_picture():
    plain = Image.new("RGB", (400, 200), (90, 160, 90))
    made = np.asarray(image(edit('add the text "Hello" at the top', [png(plain)], None)), np.int16)
    changed = (np.abs(made[..., :3] - (90, 160, 90)).max(-1) > 30).mean(1)
    assert changed[:80].max() > 0.1 and changed[150:].max() == 0


def test_several_pictures_are_joined():
    assert image(edit("put them side by side", [png(SPLIT), png(SPLIT)], None)).width > 390


def test_what_it_cannot_do_it_says():
    with pytest.raises(Invalid, match="names no edit"):
        edit("make the cat smile", [png(SPLIT)], None)
    with pytest.raises(Invalid, match="no picture that can be read"):
        edit("flip", [b"GIF89a nonsense"], None)
    with pytest.raises(Invalid, match="picture to edit"):
        edit("flip", [], None)
