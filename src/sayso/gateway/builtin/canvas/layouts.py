"""Where headline, line and thing stand in each kind of picture."""

import random

from sayso.gateway.builtin.canvas import backdrops, charts
from sayso.gateway.builtin.canvas import type as lettering
from sayso.gateway.builtin.canvas.brief import Brief
from sayso.gateway.builtin.canvas.palette import Colour, Palette, contrast, luminance, mix, readable
from sayso.gateway.builtin.canvas.scenes import scene
from sayso.gateway.builtin.canvas.sheet import Sheet
from sayso.gateway.builtin.canvas.things import NATURAL, THINGS

_MARGIN = 0.085
"""Of the shorter side."""


def lay(t: Sheet, b: Brief, p: Palette, *, transparent: bool) -> None:
    """Draws the brief. A transparent picture has no ground and no backdrop: only what stands on it."""
    match b.kind:
        case "chart":
            _chart(t, b, p)
        case "badge":
            _badge(t, b, p)
        case "pattern":
            _pattern(t, b, p)
        case "scene":
            _scene(t, b, p)
        case "card":
            _card(t, b, p, transparent=transparent)
        case _ if transparent:
            _beside(t, b, p) if t.width > 1.25 * t.height else _stacked(t, b, p)
        case "banner" | "poster" | "cover":
            _grounded(t, b, p)


def _grounded(t: Sheet, b: Brief, p: Palette) -> None:
    """A banner, poster or cover: words on one side, and on the other the thing or the backdrop's own shapes."""
    r = random.Random(b.seed)
    wide = t.width > 1.25 * t.height
    if b.things:
        if p.is_dark or r.random() < 0.5:
            t.gradient(p.ground, mix(p.ground, p.main, 0.22 if not p.is_dark else 0.35), angle=35)
        _beside(t, b, p) if wide else _stacked(t, b, p)
        return
    backdrop = backdrops.BACKDROPS[b.seed % len(backdrops.BACKDROPS)]
    backdrop(t, p, r)
    m = t.unit * _MARGIN
    if wide:
        _words(t, b, p.ink, m, m, t.width * 0.54, t.height - 2 * m, middle=True, shape=p.main)
    elif backdrop in (backdrops.waves,):
        _words(t, b, p.ink, m, m, t.width - 2 * m, t.height * 0.5, shape=p.main)
    else:
        _panelled(t, b, p, m)


def _panelled(t: Sheet, b: Brief, p: Palette, m: float) -> None:
    """Words on a quiet panel at the foot, because shapes may lie anywhere above."""
    if not (b.headline or b.subline):
        return
    tall = t.height * 0.36
    y = t.height - m - tall
    t.shadow(m, y, t.width - 2 * m, tall, round_=t.unit * 0.03, soft=t.unit * 0.03, strength=0.22, below=t.unit * 0.012)
    t.box(
        m, y, t.width - 2 * m, tall, p.ground if luminance(p.ground) > 0.6 or p.is_dark else (255, 255, 255), round_=t.unit * 0.03
    )
    pad = t.unit * 0.06
    _words(t, b, p.ink, m + pad, y + pad * 0.8, t.width - 2 * m - 2 * pad, tall - pad * 1.6, middle=True, shape=p.main)


def _beside(t: Sheet, b: Brief, p: Palette) -> None:
    m = t.unit * _MARGIN
    room = t.width * (0.5 if b.headline else 0.0)
    cx = t.width - (t.width - room - 2 * m) / 2 - m if b.headline else t.width / 2
    size = min(t.height * 0.36, (t.width - room) * 0.34)
    _things(t, b, p, cx, t.height / 2, size)
    _words(t, b, p.ink, m, m, room, t.height - 2 * m, middle=True, shape=p.main)


def _stacked(t: Sheet, b: Brief, p: Palette) -> None:
    m = t.unit * _MARGIN
    has_words = bool(b.headline or b.subline)
    size = min(t.width * 0.32, t.height * (0.24 if has_words else 0.34))
    cy = t.height * (0.34 if has_words else 0.5)
    _things(t, b, p, t.width / 2, cy, size)
    if has_words:
        top = cy + size * 1.32
        _words(t, b, p.ink, m, top, t.width - 2 * m, t.height - top - m, align="centre", shape=None)


def _things(t: Sheet, b: Brief, p: Palette, x: float, y: float, size: float) -> None:
    """One large on a disc; of several the first in the middle and the others around it."""
    disc = mix(p.main, p.ground, 0.66) if p.is_dark else mix(p.second, p.ground, 0.55)
    if not b.things:
        return
    main = p.main if contrast(p.main, disc) > 1.6 else mix(p.main, p.ink, 0.35)

    def own(name: str, on: Colour, otherwise: Colour) -> Colour:
        """A tree is green when nobody asks for another colour, where green is seen."""
        natural = None if b.colours else NATURAL.get(name)
        return natural if natural and contrast(natural, on) > 1.5 else otherwise

    t.disc(x, y, size * 1.18, disc)
    first, *others = b.things[:4]
    scale = 0.78 if not others else 0.62
    THINGS[first](
        t,
        x,
        y,
        size * scale,
        own(first, disc, main),
        readable(disc, p.main, least=3.0) if contrast(p.third, disc) < 1.5 else p.third,
        p.second,
    )
    spots = ((0.98, -0.72), (-1.02, 0.68), (1.0, 0.78))
    for (dx, dy), name in zip(spots, others, strict=False):
        cx, cy, small = x + size * dx, y + size * dy, size * 0.36
        ground = mix(p.third, p.ground, 0.15)
        t.disc(cx, cy, small * 1.22, p.ground)
        t.disc(cx, cy, small * 1.08, ground)
        THINGS[name](
            t,
            cx,
            cy,
            small * 0.68,
            own(name, ground, main if contrast(main, ground) > 1.8 else readable(ground, p.main, least=4.0)),
            p.second,
            p.main,
        )


def _words(
    t: Sheet,
    b: Brief,
    ink: Colour,
    x: float,
    y: float,
    w: float,
    h: float,
    *,
    align: str = "left",
    middle: bool = False,
    shape: Colour | None,
) -> None:
    """Headline and line below it; `shape` is the colour of the short bar above a headline on the left."""
    head, sub = lettering.drawable(b.headline), lettering.drawable(b.subline)
    if not head and not sub:
        return
    lines = lettering.fit(
        head or sub,
        round(w),
        round(h * (0.66 if sub else 0.86)),
        weight=800,
        largest=round(min(h * 0.42, t.unit * 0.2)),
        leading=1.08,
        lines_max=5,
    )
    below = (
        lettering.fit(
            sub,
            round(w),
            round(h * 0.24),
            weight=450,
            largest=round(min(lines.font.size * 0.46, t.unit * 0.055)),
            leading=1.3,
            lines_max=3,
        )
        if sub and head
        else None
    )
    bar = t.unit * 0.014 if shape and align == "left" else 0.0
    gap = lines.font.size * 0.34
    whole = lines.height + (below.height + gap if below else 0) + (bar + gap if bar else 0)
    top = y + (h - whole) / 2 if middle else y
    if bar and shape:
        t.box(x, top, t.unit * 0.11, bar, shape, round_=bar / 2)
        top += bar + gap
    lettering.put(t.draw, lines, x - lines.font.size * 0.05 * (align == "left"), top, ink, align=align, width=round(w))
    if below:
        lettering.put(t.draw, below, x, top + lines.height + gap, mix(ink, (128, 128, 128), 0.25), align=align, width=round(w))


def _card(t: Sheet, b: Brief, p: Palette, *, transparent: bool) -> None:
    r = random.Random(b.seed)
    m = t.unit * 0.075
    face = mix(p.ground, (255, 255, 255), 0.55) if not p.is_dark else mix(p.ground, (255, 255, 255), 0.05)
    if not transparent:
        t.box(0, 0, t.width, t.height, mix(p.main, p.ground, 0.0 if b.seed % 2 else 0.72))
        backdrops.confetti(
            t, p, r, many=150
        ) if b.seed % 3 == 0 or "party" in b.words.lower() or "birthday" in b.words.lower() else None
        t.shadow(
            m,
            m,
            t.width - 2 * m,
            t.height - 2 * m,
            round_=t.unit * 0.045,
            soft=t.unit * 0.03,
            strength=0.25,
            below=t.unit * 0.014,
        )
    t.box(m, m, t.width - 2 * m, t.height - 2 * m, face, round_=t.unit * 0.045)
    inset = m + t.unit * 0.028
    t.frame(inset, inset, t.width - 2 * inset, t.height - 2 * inset, t.unit * 0.004, p.second, round_=t.unit * 0.03)
    inner = Palette(face, p.main, p.second, p.third)
    pad = inset + t.unit * 0.06
    if b.things and t.width > 1.25 * t.height and b.headline:
        size = t.height * 0.2
        _things(t, b, inner, pad + size * 1.25, t.height / 2, size)
        x = pad + size * 2.9
        _words(t, b, inner.ink, x, pad, t.width - x - pad, t.height - 2 * pad, middle=True, shape=p.main)
    elif b.things:
        size = t.unit * (0.17 if b.headline else 0.28)
        cy = pad + size * 1.25 if b.headline else t.height / 2
        _things(t, b, inner, t.width / 2, cy, size)
        top = cy + size * 1.5
        _words(t, b, inner.ink, pad, top, t.width - 2 * pad, t.height - top - pad, align="centre", middle=True, shape=None)
    else:
        for side in (-1, 1):
            t.box(
                t.width / 2 - t.unit * 0.06,
                t.height / 2 + side * t.height * 0.29,
                t.unit * 0.12,
                t.unit * 0.007,
                p.main,
                round_=t.unit * 0.004,
            )
        _words(t, b, inner.ink, pad, t.height * 0.24, t.width - 2 * pad, t.height * 0.52, align="centre", middle=True, shape=None)


def _badge(t: Sheet, b: Brief, p: Palette) -> None:
    """A rounded tile or a disc with the thing on it, or the first letters of the headline."""
    side = t.unit * 0.8
    x, y = (t.width - side) / 2, (t.height - side) / 2
    tile = p.main if luminance(p.main) < 0.6 else mix(p.main, (0, 0, 0), 0.1)
    rounded = side / 2 if b.seed % 2 else side * 0.23
    t.box(x, y, side, side, tile, round_=rounded)
    light = mix(tile, (255, 255, 255), 0.92)
    cx, cy = t.width / 2, t.height / 2
    if b.things:
        THINGS[b.things[0]](
            t, cx, cy, side * 0.31, light, p.second if contrast(p.second, tile) > 1.5 else mix(light, tile, 0.3), p.third
        )
        return
    letters = "".join(word[0] for word in lettering.drawable(b.headline or b.words).split() if word[0].isalnum())[:2].upper()
    if letters:
        shown = lettering.fit(letters, round(side * 0.66), round(side * 0.6), weight=800, largest=round(side * 0.5), lines_max=1)
        lettering.put(t.draw, shown, cx - side * 0.33, cy - shown.height / 2, light, align="centre", width=round(side * 0.66))


def _pattern(t: Sheet, b: Brief, p: Palette) -> None:
    """Things, or plain shapes, in staggered rows."""
    r = random.Random(b.seed)
    step = t.unit / 6
    for row in range(-1, int(t.height / step) + 2):
        for column in range(-1, int(t.width / step) + 2):
            x, y = (column + 0.5 * (row % 2)) * step, row * step + step * 0.5
            a, c, d = (p.colours[(n + row + column) % 3] for n in range(3))
            if b.things:
                name = b.things[(row + column * 2) % len(b.things)]
                THINGS[name](t, x, y, step * 0.32, a, c, d)
            elif b.seed % 3 == 0:
                t.ring(x, y, step * 0.3, step * 0.1, a)
                t.disc(x, y, step * 0.1, c)
            elif b.seed % 3 == 1:
                turn = 90 * r.randrange(4)
                t.wedge(x, y, step * 0.46, turn, turn + 180, a)
            else:
                t.area([(x, y - step * 0.34), (x + step * 0.34, y), (x, y + step * 0.34), (x - step * 0.34, y)], a)
                t.disc(x, y, step * 0.08, p.ground)


def _scene(t: Sheet, b: Brief, p: Palette) -> None:
    scene(t, b, p)
    if b.headline:
        m = t.unit * _MARGIN
        _words(t, b, (255, 255, 255), m, m, t.width - 2 * m, t.height * 0.34, align="centre", shape=None)


def _chart(t: Sheet, b: Brief, p: Palette) -> None:
    m = t.unit * 0.08
    head = lettering.drawable(b.headline)
    y = m
    if head:
        lines = lettering.fit(
            head, round(t.width - 2 * m), round(t.height * 0.16), weight=750, largest=round(t.unit * 0.062), lines_max=2
        )
        lettering.put(t.draw, lines, m, y, p.ink)
        y += lines.height + t.unit * 0.012
    if sub := lettering.drawable(b.subline):
        lines = lettering.fit(
            sub, round(t.width - 2 * m), round(t.height * 0.08), weight=450, largest=round(t.unit * 0.033), lines_max=2
        )
        lettering.put(t.draw, lines, m, y, mix(p.ink, p.ground, 0.3))
        y += lines.height
    y += t.unit * 0.06
    charts.chart(t, b, p, m, y, t.width - 2 * m, t.height - y - m * 0.8)
