"""Charts: figures are where they belong, names are readable, nothing overlaps the edge, and both pens draw the same."""

import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sayso.automations.charts import Chart, Series, png, svg
from sayso.automations.charts.chart import POINTS_MAX, SLICES_MAX, scale
from sayso.automations.charts.drawing import HEIGHT, WIDTH, Box, Wedge, Words, drawn

STAGES = ("New", "Qualified", "Negotiation")
DEALS = Chart("Open deals by stage", "bar", STAGES, (Series("Worth", (14200, 38000.5, 7100)),), before="€", places=2)


def words(chart: Chart) -> list[str]:
    return [shape.text for shape in drawn(chart) if isinstance(shape, Words)]


def test_bars_are_as_high_as_their_figures():
    bars = [shape for shape in drawn(DEALS)[1:] if isinstance(shape, Box)]
    assert [round(bar.height / bars[2].height, 2) for bar in bars] == [2.0, 5.35, 1.0]
    assert {bar.y + bar.height for bar in bars} == {bars[0].y + bars[0].height}, "all stand on the axis"
    assert {"Open deals by stage", *STAGES, "€14.2k", "€38k", "€7,100", "€0", "€40k"} <= set(words(DEALS))


def test_both_pens_draw_it():
    picture = Image.open(BytesIO(png(DEALS)))
    assert picture.format == "PNG" and picture.size == (2 * WIDTH, 2 * HEIGHT)
    colours = {c: n for n, c in picture.convert("RGB").getcolors(2**20) or ()}
    assert max(colours, key=lambda c: colours[c]) == (255, 255, 255)
    assert colours.get((45, 99, 210)) or any(b > 180 and r < 80 and n > 10_000 for (r, _, b), n in colours.items()), "the bars"
    root = ET.fromstring(svg(DEALS))
    told = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert told == words(DEALS)


def test_a_ring_is_whole():
    chart = Chart("Sources", "pie", ("Web", "Phone", "Fair"), (Series("Rows", (2, 1, 1)),))
    wedges = [shape for shape in drawn(chart) if isinstance(shape, Wedge)]
    assert [(w.start, w.stop) for w in wedges] == [(0, 180), (180, 270), (270, 360)]
    assert {"2 · 50%", "1 · 25%", "4", "in all"} <= set(words(chart))
    below = Chart("Sources", "pie", ("A", "B"), (Series("Rows", (2, -1)),))
    assert not [s for s in drawn(below) if isinstance(s, Wedge)], "what is below nought is no part of a whole: bars"


def test_what_is_too_much_to_read_is_added_up_or_left_out():
    names = tuple(f"Customer {n}" for n in range(40))
    many = Chart("Worth", "bar", names, (Series("Worth", tuple(float(n) for n in range(40))),))
    cut = many.bounded()
    assert len(cut.names) == POINTS_MAX and cut.names[-1] == "All others (25)"
    assert sum(v or 0 for v in cut.series[0].values) == sum(range(40))
    averages = Chart("Mean", "bar", names, many.series, adds=False).bounded()
    assert averages.names == names[-POINTS_MAX:] and averages.title == "Mean: the 16 largest of 40"
    assert len(Chart("Worth", "pie", names, many.series).bounded().names) == SLICES_MAX


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0], (0, 0.25)), ([3, 9], (0, 10)), ([-4, 6], (-5, 7.5)), ([1e9], (0, 1e9)), ([5e-324], (0, 0.25))],
)
def test_axes_hold_all_figures_and_nought(values: list[float], expected: tuple[float, float]):
    low, high, step = scale(values)
    assert (low, high) == expected and step > 0


@pytest.mark.parametrize(
    ("value", "short", "full"),
    [
        (0, "€0", "€0.00"),
        (-1234.5, "−€1,234.5", "−€1,234.50"),
        (1_234_567, "€1.2m", "€1,234,567.00"),
        (2.5e10, "€25bn", "€25,000,000,000.00"),
    ],
)
def test_figures_are_written_as_people_write_them(value: float, short: str, full: str):
    assert (DEALS.short(value), DEALS.written(value)) == (short, full)


figures = st.one_of(st.none(), st.floats(-1e12, 1e12, allow_nan=False), st.integers(-1000, 1000))
names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(names, figures, figures), max_size=30), st.sampled_from(["bar", "line", "pie"]), names)
def test_whatever_the_figures_it_is_a_drawing(rows: list[tuple[str, float | None, float | None]], style: str, title: str):
    series = (Series("a", tuple(r[1] for r in rows)), Series("b", tuple(r[2] for r in rows)))
    for some in (series, series[:1]):
        chart = Chart(title, style, tuple(r[0] for r in rows), some)  # type: ignore[arg-type]
        for shape in drawn(chart):
            if isinstance(shape, Box):
                assert (
                    shape.x >= -1
                    and shape.x + shape.width <= WIDTH + 1
                    and shape.y >= -1
                    and shape.y + shape.height <= HEIGHT + 1
                )
        ET.fromstring(svg(chart))
