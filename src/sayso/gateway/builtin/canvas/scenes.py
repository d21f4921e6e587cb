"""Landscapes and towns in layers, from far to near, by the words of the prompt."""

import math
import random
import re

from sayso.gateway.builtin.canvas.brief import Brief
from sayso.gateway.builtin.canvas.palette import Colour, Palette, mix
from sayso.gateway.builtin.canvas.sheet import Sheet, curve
from sayso.gateway.builtin.canvas.things import WHITE, boat, cloud, fir, house, tree

_SKIES: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "sunset": ((52, 31, 92), (226, 90, 97), (253, 196, 116), (255, 228, 170)),
    "sunrise": ((120, 160, 214), (244, 170, 140), (254, 224, 170), (255, 240, 205)),
    "night": ((9, 14, 40), (24, 36, 84), (56, 72, 132), (240, 240, 222)),
    "day": ((92, 165, 224), (158, 206, 240), (228, 242, 250), (255, 240, 190)),
    "winter": ((142, 176, 212), (196, 216, 234), (238, 243, 248), (255, 246, 222)),
    "fog": ((168, 182, 192), (204, 212, 216), (232, 235, 234), (246, 244, 236)),
}
"""From the top to the horizon, and the colour of the light."""


def scene(t: Sheet, b: Brief, p: Palette) -> None:
    r = random.Random(b.seed)
    words = b.words.lower()
    when = _when(words)
    top, middle, low, shine = _SKIES[when]
    if b.colours:
        top, middle, low = mix(top, p.main, 0.7), mix(middle, p.second, 0.6), mix(low, p.third, 0.45)
    t.gradient(top, low, middle=middle)
    horizon = t.height * (0.62 if _has(words, "sea", "ocean", "beach", "lake", "island", "harbou?r") else 0.72)
    _light(t, r, when, shine, horizon)
    if when == "day" or _has(words, "cloud"):
        for _ in range(4):
            cloud(
                t,
                t.width * r.random(),
                t.height * (0.1 + 0.25 * r.random()),
                t.unit * (0.05 + 0.06 * r.random()),
                mix(low, WHITE, 0.7),
                WHITE,
                WHITE,
            )
    ground = _ground(words, when, p if b.colours else None)
    if _has(words, "sea", "ocean", "beach", "lake", "island", "harbou?r", "boat", "sail"):
        _water(t, r, words, ground, low, middle, shine, horizon)
    elif _has(words, "city", "skyline", "town", "street", "downtown"):
        _town(t, r, ground, middle, low, when, horizon)
    else:
        _hills(t, r, words, ground, middle, low, horizon)


def _when(words: str) -> str:
    for when, said in (("sunset", "sunset|dusk|evening|golden hour"), ("sunrise", "sunrise|dawn|morning"), ("night", "night|moon|stars|starry"), ("winter", "winter|snow|ice|frozen"), ("fog", "fog|mist|misty|foggy|grey")):  # fmt: skip
        if re.search(rf"\b(?:{said})", words):
            return when
    return "day"


def _has(words: str, *some: str) -> bool:
    return bool(re.search(rf"\b(?:{'|'.join(some)})", words))


def _light(t: Sheet, r: random.Random, when: str, shine: Colour, horizon: float) -> None:
    x = t.width * (0.3 + 0.4 * r.random())
    if when == "night":
        for _ in range(130):
            t.disc(
                t.width * r.random(),
                horizon * 0.9 * r.random(),
                t.unit * (0.0012 + 0.0022 * r.random()),
                mix((60, 76, 130), WHITE, 0.3 + 0.6 * r.random()),
            )
        t.glow(x, t.height * 0.22, t.unit * 0.3, shine, 0.3)
        t.disc(x, t.height * 0.22, t.unit * 0.07, shine)
        return
    y = horizon - t.height * {"sunset": 0.05, "sunrise": 0.08}.get(when, 0.42)
    t.glow(x, y, t.unit * 0.6, shine, 0.75 if when in ("sunset", "sunrise") else 0.45)
    t.disc(x, y, t.unit * 0.085, mix(shine, WHITE, 0.45))


def _ground(words: str, when: str, p: Palette | None) -> Colour:
    if p:
        return mix(p.main, (12, 16, 30), 0.55)
    if _has(words, "desert", "dune", "canyon"):
        return (176, 96, 52)
    if when == "winter":
        return (120, 150, 184)
    return {"sunset": (46, 26, 62), "night": (8, 14, 34), "sunrise": (66, 74, 112), "fog": (74, 92, 100)}.get(when, (34, 92, 70))


def _ridge(t: Sheet, r: random.Random, base: float, tall: float, *, rough: float, points: int = 9) -> list[tuple[float, float]]:
    """The upper edge of a range: rounded when `rough` is 0, of peaks when it is 1."""
    step = t.width / (points - 1)
    tops = [
        (n * step - step * 0.5 * (n % 2) * rough, base - tall * ((0.35 + 0.65 * r.random()) if n % 2 else 0.35 * r.random()))
        for n in range(-1, points + 1)
    ]
    return tops if rough > 0.5 else curve(tops, 16)


def _layer(t: Sheet, edge: list[tuple[float, float]], colour: Colour) -> None:
    t.area([*edge, (t.width * 1.2, t.height + 4), (-t.width * 0.2, t.height + 4)], colour)


def _hills(t: Sheet, r: random.Random, words: str, ground: Colour, middle: Colour, low: Colour, horizon: float) -> None:
    peaks = _has(words, "mountain", "alps", "peak", "rock", "cliff", "canyon")
    layers = 5
    for n in range(layers):
        near = n / (layers - 1)
        colour = mix(mix(low, middle, 0.45), ground, 0.22 + 0.78 * near)
        base = horizon - t.height * 0.02 + (t.height - horizon) * near * 0.9
        tall = t.height * ((0.36 - 0.26 * near) if peaks and n < 3 else 0.1 + 0.05 * r.random())
        edge = _ridge(t, r, base, tall, rough=1.0 if peaks and n < 3 else 0.0, points=(8 if peaks and n < 3 else 5) + n)
        _layer(t, edge, colour)
        if peaks and n == 0:
            _snow(t, edge, tall, mix(low, WHITE, 0.75))
        if n == 3 and _has(
            words, "forest", "tree", "wood", "park", "pine", "fir", "meadow", "village", "house", "farm", "country"
        ):
            _growth(t, r, words, edge, colour)


def _snow(t: Sheet, edge: list[tuple[float, float]], tall: float, colour: Colour) -> None:
    for before, top, after in zip(edge, edge[1:], edge[2:], strict=False):
        if top[1] < before[1] and top[1] < after[1]:
            a = _towards(top, before, 0.32)
            b = _towards(top, after, 0.32)
            t.area(
                [top, a, _towards(a, b, 0.3), ((a[0] + b[0]) / 2, max(a[1], b[1]) + tall * 0.05), _towards(b, a, 0.3), b], colour
            )


def _towards(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _growth(t: Sheet, r: random.Random, words: str, edge: list[tuple[float, float]], colour: Colour) -> None:
    leafy = mix(colour, (70, 140, 80), 0.35)
    firs = _has(words, "pine", "fir", "forest", "winter", "mountain")
    many = 26 if _has(words, "forest", "wood") else 9
    for _ in range(many):
        x, y = edge[r.randrange(2, len(edge) - 2)]
        size = t.unit * (0.035 + 0.035 * r.random())
        (fir if firs else tree)(t, x, y - size * 0.5, size, mix(leafy, (10, 20, 30), 0.25 * r.random()), leafy, leafy)
    if _has(words, "village", "house", "farm", "cottage"):
        for n in range(4):
            x, y = edge[min(len(edge) - 2, int(len(edge) * (0.3 + 0.13 * n)))]
            house(t, x, y, t.unit * 0.045, (186, 84, 62), (92, 62, 50), (244, 228, 200))


def _water(
    t: Sheet, r: random.Random, words: str, ground: Colour, low: Colour, middle: Colour, shine: Colour, horizon: float
) -> None:
    if _has(words, "mountain", "island", "lake", "hill", "coast", "cliff", "alps"):
        _layer(
            t,
            _ridge(t, r, horizon, t.height * 0.2, rough=1.0 if _has(words, "mountain", "alps", "cliff") else 0.0),
            mix(mix(low, middle, 0.5), ground, 0.45),
        )
    water = mix(mix(middle, low, 0.3), (20, 80, 120), 0.45)
    t.box(0, horizon, t.width, t.height - horizon, water)
    for n in range(46):
        y = horizon + (t.height - horizon) * (n / 46) ** 1.4
        wide = t.width * (0.02 + 0.09 * r.random()) * (0.4 + n / 46)
        x = t.width * r.random()
        t.line(
            [(x - wide, y), (x + wide, y)],
            t.unit * (0.001 + 0.003 * n / 46),
            mix(water, shine, 0.2 + 0.2 * r.random()),
        )
    if _has(words, "boat", "sail", "ship", "harbou?r", "yacht"):
        boat(
            t,
            t.width * (0.25 + 0.4 * r.random()),
            horizon + t.height * 0.045,
            t.unit * 0.1,
            mix(ground, (160, 50, 50), 0.4),
            mix(shine, WHITE, 0.4),
            WHITE,
        )
    if _has(words, "beach", "sand", "island", "coast"):
        edge = curve([(t.width * k / 5, t.height * (0.9 - 0.025 * math.sin(k * 1.5 + r.random()))) for k in range(-1, 8)])
        _layer(t, [(x, y - t.unit * 0.012) for x, y in edge], mix(water, WHITE, 0.75))
        _layer(t, edge, mix((238, 214, 168), middle, 0.18))


def _town(t: Sheet, r: random.Random, ground: Colour, middle: Colour, low: Colour, when: str, horizon: float) -> None:
    lit = (255, 224, 140) if when in ("night", "sunset") else mix(low, WHITE, 0.5)
    for n in range(3):
        near = n / 2
        colour = mix(mix(low, middle, 0.55), ground, 0.35 + 0.65 * near)
        x = -t.width * 0.02
        while x < t.width:
            wide = t.unit * (0.06 + 0.07 * r.random()) * (0.8 + 0.4 * near)
            tall = t.height * (0.46 - 0.14 * near) * (0.35 + 0.65 * r.random())
            y = t.height * (0.86 + 0.1 * near) - tall
            t.box(x, y, wide + 1, t.height - y, colour)
            if r.random() < 0.2:
                t.line([(x + wide / 2, y), (x + wide / 2, y - tall * 0.18)], t.unit * 0.005, colour)
            step = t.unit * 0.022
            for column in range(int(wide / step) - 1):
                for row in range(int(tall / step / 1.4)):
                    if r.random() < (0.4 if when == "night" else 0.25):
                        t.box(
                            x + (column + 0.75) * step,
                            y + (row + 0.7) * step * 1.4,
                            step * 0.42,
                            step * 0.55,
                            mix(colour, lit, 0.85),
                        )
            x += wide + t.unit * 0.004
    t.box(0, t.height * 0.975, t.width, t.height * 0.03, mix(ground, (0, 0, 0), 0.3))
