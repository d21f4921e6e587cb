"""Things that can be drawn: simple, flat, in three colours. Each stands in a square around (x, y) with half a side of `s`.

They are few on purpose. What is not among them is not drawn, and the answer says so.
"""

import math
from collections.abc import Callable

from sayso.gateway.builtin.canvas.palette import Colour, luminance, mix
from sayso.gateway.builtin.canvas.sheet import Sheet, curve, star

Draw = Callable[[Sheet, float, float, float, Colour, Colour, Colour], None]
WHITE: Colour = (255, 255, 255)


def sun(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for n in range(12):
        turn = n * math.tau / 12
        t.line(
            [
                (x + math.cos(turn) * s * 0.66, y + math.sin(turn) * s * 0.66),
                (x + math.cos(turn) * s * 0.92, y + math.sin(turn) * s * 0.92),
            ],
            s * 0.1,
            b,
        )
    t.disc(x, y, s * 0.5, a)


def moon(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    outer = [(x + s * 0.8 * math.cos(math.radians(d)), y + s * 0.8 * math.sin(math.radians(d))) for d in range(40, 321, 5)]
    inner = [
        (x + s * 0.34 + s * 0.62 * math.cos(math.radians(d)), y + s * 0.62 * math.sin(math.radians(d)) * 0.93)
        for d in range(303, 56, -5)
    ]
    t.area([*outer, *inner], a)
    t.area(star(x + s * 0.55, y - s * 0.35, s * 0.16), b)
    t.area(star(x + s * 0.72, y + s * 0.18, s * 0.1), c)


def star_(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area(star(x, y + s * 0.06, s * 0.95, inner=0.42), a)
    t.area(star(x, y + s * 0.06, s * 0.5, inner=0.42), b)


def cloud(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.disc(x - s * 0.42, y + s * 0.15, s * 0.36, a)
    t.disc(x + s * 0.45, y + s * 0.18, s * 0.33, a)
    t.disc(x, y - s * 0.12, s * 0.5, a)
    t.box(x - s * 0.45, y, s * 0.92, s * 0.51, a, round_=s * 0.25)


def mountain(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x - s * 0.15, y + s * 0.7), (x + s * 0.45, y - s * 0.25), (x + s, y + s * 0.7)], b)
    t.area([(x - s, y + s * 0.7), (x - s * 0.25, y - s * 0.65), (x + s * 0.5, y + s * 0.7)], a)
    t.area(
        [
            (x - s * 0.25, y - s * 0.65),
            (x - s * 0.53, y - s * 0.15),
            (x - s * 0.34, y - s * 0.24),
            (x - s * 0.2, y - s * 0.08),
            (x - s * 0.08, y - s * 0.26),
            (x + s * 0.03, y - s * 0.15),
        ],
        WHITE,
    )


def tree(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.09, y + s * 0.2, s * 0.18, s * 0.75, mix((92, 60, 40), b, 0.15), round_=s * 0.05)
    for dx, dy, r in ((0, -0.42, 0.46), (-0.36, -0.08, 0.38), (0.36, -0.08, 0.38), (0, 0.02, 0.4)):
        t.disc(x + s * dx, y + s * dy, s * r, a)
    t.disc(x - s * 0.14, y - s * 0.4, s * 0.2, mix(a, WHITE, 0.16))


def fir(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.08, y + s * 0.6, s * 0.16, s * 0.36, (92, 60, 40))
    for n, wide in enumerate((0.36, 0.5, 0.64)):
        top = y - s * 0.95 + n * s * 0.42
        t.area([(x, top), (x - s * wide, top + s * 0.76), (x + s * wide, top + s * 0.76)], mix(a, (0, 20, 15), 0.06 * (2 - n)))


def leaf(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    side = curve(
        [(x - s * 0.7, y + s * 0.7), (x - s * 0.72, y - s * 0.15), (x - s * 0.15, y - s * 0.7), (x + s * 0.75, y - s * 0.78)]
    )
    other = curve(
        [(x + s * 0.75, y - s * 0.78), (x + s * 0.72, y + s * 0.12), (x + s * 0.15, y + s * 0.68), (x - s * 0.7, y + s * 0.7)]
    )
    t.area([*side, *other], a)
    t.line([(x - s * 0.85, y + s * 0.86), (x + s * 0.4, y - s * 0.42)], s * 0.06, mix(a, WHITE, 0.6))


def flower(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for n in range(6):
        turn = n * math.tau / 6
        t.disc(x + math.cos(turn) * s * 0.5, y + math.sin(turn) * s * 0.5, s * 0.34, a if n % 2 else mix(a, WHITE, 0.14))
    t.disc(x, y, s * 0.3, b)


def house(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x + s * 0.38, y - s * 0.72, s * 0.18, s * 0.5, b)
    t.box(x - s * 0.66, y - s * 0.1, s * 1.32, s * 0.95, mix(c, WHITE, 0.5))
    t.area([(x - s * 0.9, y - s * 0.04), (x, y - s * 0.88), (x + s * 0.9, y - s * 0.04)], a)
    t.box(x - s * 0.18, y + s * 0.28, s * 0.36, s * 0.57, b, round_=s * 0.04)
    for dx in (-0.44, 0.44):
        t.box(x + s * dx - s * 0.12, y + s * 0.18, s * 0.24, s * 0.24, mix(a, WHITE, 0.75), round_=s * 0.03)


def heart(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    points = []
    for n in range(0, 360, 4):
        turn = math.radians(n)
        points.append(
            (
                x + s * 0.056 * 16 * math.sin(turn) ** 3,
                y - s * 0.056 * (13 * math.cos(turn) - 5 * math.cos(2 * turn) - 2 * math.cos(3 * turn) - math.cos(4 * turn)),
            )
        )
    t.area(points, a)


def cup(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.ring(x + s * 0.52, y + s * 0.15, s * 0.3, s * 0.1, a)
    t.area(
        [(x - s * 0.66, y - s * 0.18), (x + s * 0.56, y - s * 0.18), (x + s * 0.42, y + s * 0.62), (x - s * 0.52, y + s * 0.62)],
        a,
    )
    t.box(x - s * 0.8, y + s * 0.66, s * 1.5, s * 0.11, b, round_=s * 0.05)
    for dx in (-0.34, -0.05, 0.24):
        t.line(
            curve(
                [
                    (x + s * dx, y - s * 0.32),
                    (x + s * (dx + 0.1), y - s * 0.48),
                    (x + s * (dx - 0.04), y - s * 0.64),
                    (x + s * (dx + 0.06), y - s * 0.84),
                ]
            ),
            s * 0.07,
            c,
        )


def book(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x, y - s * 0.45), (x - s * 0.92, y - s * 0.6), (x - s * 0.92, y + s * 0.55), (x, y + s * 0.7)], a)
    t.area(
        [(x, y - s * 0.45), (x + s * 0.92, y - s * 0.6), (x + s * 0.92, y + s * 0.55), (x, y + s * 0.7)], mix(a, (0, 0, 0), 0.14)
    )
    for n in range(3):
        for side in (-1, 1):
            t.line(
                [(x + side * s * 0.18, y - s * (0.2 - n * 0.24)), (x + side * s * 0.7, y - s * (0.28 - n * 0.24))],
                s * 0.06,
                mix(a, WHITE, 0.75),
            )


def box(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x, y - s * 0.85), (x + s * 0.8, y - s * 0.45), (x, y - s * 0.05), (x - s * 0.8, y - s * 0.45)], mix(a, WHITE, 0.3))
    t.area([(x - s * 0.8, y - s * 0.45), (x, y - s * 0.05), (x, y + s * 0.88), (x - s * 0.8, y + s * 0.45)], a)
    t.area(
        [(x + s * 0.8, y - s * 0.45), (x, y - s * 0.05), (x, y + s * 0.88), (x + s * 0.8, y + s * 0.45)], mix(a, (0, 0, 0), 0.2)
    )
    t.area(
        [
            (x - s * 0.5, y - s * 0.6),
            (x + s * 0.3, y - s * 0.2),
            (x + s * 0.3, y + s * 0.1),
            (x + s * 0.5, y),
            (x + s * 0.5, y - s * 0.3),
            (x - s * 0.3, y - s * 0.7),
        ],
        b,
    )


def bolt(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area(
        [
            (x + s * 0.16, y - s * 0.95),
            (x - s * 0.56, y + s * 0.16),
            (x - s * 0.06, y + s * 0.16),
            (x - s * 0.2, y + s * 0.95),
            (x + s * 0.56, y - s * 0.22),
            (x + s * 0.06, y - s * 0.22),
        ],
        a,
    )


def drop(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.disc(x, y + s * 0.3, s * 0.56, a)
    t.area(
        [
            (x - s * 0.53, y + s * 0.12),
            *curve(
                [
                    (x - s * 0.53, y + s * 0.12),
                    (x - s * 0.22, y - s * 0.42),
                    (x, y - s * 0.92),
                    (x + s * 0.22, y - s * 0.42),
                    (x + s * 0.53, y + s * 0.12),
                ]
            ),
        ],
        a,
    )
    t.ring(x, y + s * 0.28, s * 0.36, s * 0.09, mix(a, WHITE, 0.6), start=100, stop=175)


def balloon(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx, dy, colour in ((0.44, 0.02, c), (-0.44, -0.02, b), (0, -0.3, a)):
        bx, by = x + s * dx, y + s * dy
        t.line(
            curve([(bx, by + s * 0.45), (x + s * dx * 0.6, y + s * 0.7), (x, y + s * 0.98)]),
            s * 0.025,
            mix(colour, (30, 30, 40), 0.4),
        )
        t.disc(bx, by, s * 0.37, colour)
        t.area([(bx, by + s * 0.3), (bx - s * 0.09, by + s * 0.46), (bx + s * 0.09, by + s * 0.46)], colour)
        t.ring(bx, by, s * 0.25, s * 0.055, mix(colour, WHITE, 0.6), start=195, stop=250)


def gift(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.ring(x - s * 0.26, y - s * 0.58, s * 0.26, s * 0.11, b)
    t.ring(x + s * 0.26, y - s * 0.58, s * 0.26, s * 0.11, b)
    t.box(x - s * 0.72, y - s * 0.12, s * 1.44, s, a, round_=s * 0.05)
    t.box(x - s * 0.82, y - s * 0.36, s * 1.64, s * 0.32, mix(a, (0, 0, 0), 0.14), round_=s * 0.05)
    t.box(x - s * 0.13, y - s * 0.36, s * 0.26, s * 1.24, b)


def phone(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.48, y - s * 0.92, s * 0.96, s * 1.84, a, round_=s * 0.16)
    t.box(x - s * 0.4, y - s * 0.78, s * 0.8, s * 1.5, mix(b, WHITE, 0.82), round_=s * 0.08)
    t.box(x - s * 0.28, y - s * 0.58, s * 0.56, s * 0.36, b, round_=s * 0.06)
    for n in range(3):
        t.box(x - s * 0.28, y - s * 0.06 + n * s * 0.22, s * (0.56 - 0.12 * n), s * 0.09, mix(b, WHITE, 0.4), round_=s * 0.04)


def camera(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.3, y - s * 0.66, s * 0.6, s * 0.4, a, round_=s * 0.08)
    t.box(x - s * 0.92, y - s * 0.45, s * 1.84, s * 1.16, a, round_=s * 0.16)
    t.disc(x, y + s * 0.13, s * 0.42, WHITE)
    t.disc(x, y + s * 0.13, s * 0.32, b)
    t.disc(x - s * 0.1, y + s * 0.03, s * 0.09, mix(b, WHITE, 0.6))
    t.disc(x + s * 0.66, y - s * 0.22, s * 0.08, c)


def key(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.ring(x - s * 0.42, y - s * 0.1, s * 0.42, s * 0.19, a)
    t.line([(x - s * 0.05, y - s * 0.1), (x + s * 0.88, y - s * 0.1)], s * 0.19, a)
    for dx in (0.5, 0.78):
        t.line([(x + s * dx, y - s * 0.1), (x + s * dx, y + s * 0.25)], s * 0.17, a)


def lock(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.ring(x, y - s * 0.25, s * 0.44, s * 0.15, b, start=180, stop=360)
    for dx in (-0.365, 0.365):
        t.box(x + s * dx - s * 0.075, y - s * 0.27, s * 0.15, s * 0.36, b)
    t.box(x - s * 0.66, y - s * 0.04, s * 1.32, s * 0.94, a, round_=s * 0.14)
    t.disc(x, y + s * 0.34, s * 0.13, WHITE)
    t.line([(x, y + s * 0.36), (x, y + s * 0.6)], s * 0.1, WHITE)


def bell(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.disc(x, y + s * 0.66, s * 0.2, b)
    body = curve(
        [
            (x - s * 0.74, y + s * 0.56),
            (x - s * 0.5, y + s * 0.15),
            (x - s * 0.46, y - s * 0.32),
            (x, y - s * 0.74),
            (x + s * 0.46, y - s * 0.32),
            (x + s * 0.5, y + s * 0.15),
            (x + s * 0.74, y + s * 0.56),
        ]
    )
    t.area(body, a)
    t.disc(x, y - s * 0.78, s * 0.12, a)


def cart(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.line(
        [(x - s * 0.96, y - s * 0.62), (x - s * 0.66, y - s * 0.62), (x - s * 0.4, y + s * 0.42), (x + s * 0.72, y + s * 0.42)],
        s * 0.11,
        b,
    )
    t.area(
        [(x - s * 0.6, y - s * 0.42), (x + s * 0.92, y - s * 0.42), (x + s * 0.72, y + s * 0.22), (x - s * 0.42, y + s * 0.22)], a
    )
    for dx in (-0.24, 0.58):
        t.disc(x + s * dx, y + s * 0.72, s * 0.15, b)


def clock(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.disc(x, y, s * 0.88, a)
    t.disc(x, y, s * 0.7, mix(a, WHITE, 0.9))
    for n in range(12):
        turn = n * math.tau / 12
        t.disc(x + math.sin(turn) * s * 0.57, y - math.cos(turn) * s * 0.57, s * (0.05 if n % 3 == 0 else 0.025), a)
    t.line([(x, y), (x, y - s * 0.44)], s * 0.08, b)
    t.line([(x, y), (x + s * 0.3, y + s * 0.14)], s * 0.08, b)


def music(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx in (-0.45, 0.45):
        t.disc(x + s * dx - s * 0.05, y + s * 0.6, s * 0.26, a)
        t.line([(x + s * dx + s * 0.15, y + s * 0.58), (x + s * dx + s * 0.15, y - s * 0.6)], s * 0.12, a)
    t.area(
        [(x - s * 0.36, y - s * 0.62), (x + s * 0.66, y - s * 0.84), (x + s * 0.66, y - s * 0.5), (x - s * 0.36, y - s * 0.28)], a
    )


def mail(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.92, y - s * 0.6, s * 1.84, s * 1.24, a, round_=s * 0.1)
    t.line([(x - s * 0.78, y - s * 0.46), (x, y + s * 0.14), (x + s * 0.78, y - s * 0.46)], s * 0.1, mix(a, WHITE, 0.8))


def rocket(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x - s * 0.2, y + s * 0.5), (x, y + s * 0.98), (x + s * 0.2, y + s * 0.5)], c)
    for side in (-1, 1):
        t.area([(x + side * s * 0.26, y), (x + side * s * 0.62, y + s * 0.62), (x + side * s * 0.2, y + s * 0.5)], b)
    t.area(
        curve([(x, y - s * 0.98), (x - s * 0.3, y - s * 0.4), (x - s * 0.32, y + s * 0.1), (x - s * 0.2, y + s * 0.54)])[::-1]
        + curve([(x, y - s * 0.98), (x + s * 0.3, y - s * 0.4), (x + s * 0.32, y + s * 0.1), (x + s * 0.2, y + s * 0.54)]),
        a,
    )
    t.disc(x, y - s * 0.3, s * 0.16, mix(a, WHITE, 0.85))


def bulb(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.disc(x, y - s * 0.22, s * 0.6, a)
    t.area(
        [(x - s * 0.42, y + s * 0.16), (x + s * 0.42, y + s * 0.16), (x + s * 0.24, y + s * 0.52), (x - s * 0.24, y + s * 0.52)],
        a,
    )
    for n in range(3):
        t.box(x - s * (0.24 - 0.04 * n), y + s * (0.56 + 0.13 * n), s * (0.48 - 0.08 * n), s * 0.09, b, round_=s * 0.04)
    t.ring(x, y - s * 0.22, s * 0.4, s * 0.07, mix(a, WHITE, 0.65), start=190, stop=260)


def gear(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    points = []
    for n in range(8):
        for off, far in ((-0.16, 0.66), (-0.1, 0.92), (0.1, 0.92), (0.16, 0.66)):
            turn = n * math.tau / 8 + off * 1.6
            points.append((x + math.cos(turn) * s * far, y + math.sin(turn) * s * far))
    t.area(points, a)
    t.disc(x, y, s * 0.3, mix(a, WHITE, 0.88))


def cake(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.75, y + s * 0.1, s * 1.5, s * 0.7, a, round_=s * 0.08)
    t.box(x - s * 0.52, y - s * 0.38, s * 1.04, s * 0.5, mix(a, WHITE, 0.28), round_=s * 0.08)
    for n in range(6):
        t.disc(x - s * 0.62 + n * s * 0.25, y + s * 0.14, s * 0.13, mix(b, WHITE, 0.2))
    for dx in (-0.28, 0, 0.28):
        t.box(x + s * dx - s * 0.04, y - s * 0.68, s * 0.08, s * 0.32, b)
        t.disc(x + s * dx, y - s * 0.78, s * 0.08, c)
    t.box(x - s * 0.92, y + s * 0.78, s * 1.84, s * 0.1, mix(a, (0, 0, 0), 0.3), round_=s * 0.05)


def fish(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x + s * 0.4, y), (x + s * 0.95, y - s * 0.42), (x + s * 0.82, y), (x + s * 0.95, y + s * 0.42)], b)
    top = curve([(x - s * 0.92, y), (x - s * 0.35, y - s * 0.44), (x + s * 0.25, y - s * 0.3), (x + s * 0.6, y)])
    t.area([*top, *[(px, 2 * y - py) for px, py in reversed(top)]], a)
    t.disc(x - s * 0.52, y - s * 0.1, s * 0.1, WHITE)
    t.disc(x - s * 0.53, y - s * 0.1, s * 0.05, (20, 24, 34))


def boat(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.box(x - s * 0.04, y - s * 0.92, s * 0.08, s * 1.25, mix(b, (60, 40, 30), 0.6))
    t.area(
        [(x + s * 0.08, y - s * 0.86), (x + s * 0.08, y + s * 0.2), (x + s * 0.7, y + s * 0.2)],
        c if luminance(c) > 0.3 else WHITE,
    )
    t.area([(x - s * 0.1, y - s * 0.6), (x - s * 0.1, y + s * 0.2), (x - s * 0.55, y + s * 0.2)], b)
    t.area(
        [(x - s * 0.86, y + s * 0.34), (x + s * 0.86, y + s * 0.34), (x + s * 0.56, y + s * 0.76), (x - s * 0.56, y + s * 0.76)],
        a,
    )


def bicycle(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx in (-0.56, 0.56):
        t.ring(x + s * dx, y + s * 0.3, s * 0.4, s * 0.075, b)
        t.disc(x + s * dx, y + s * 0.3, s * 0.06, b)
    seat, hub, head = (x - s * 0.24, y - s * 0.3), (x - s * 0.02, y + s * 0.3), (x + s * 0.38, y - s * 0.3)
    t.line([(x - s * 0.56, y + s * 0.3), seat, head, hub, (x - s * 0.56, y + s * 0.3)], s * 0.085, a)
    t.line([seat, hub], s * 0.085, a)
    t.line([(x + s * 0.56, y + s * 0.3), (x + s * 0.32, y - s * 0.5)], s * 0.085, a)
    t.line([(x + s * 0.18, y - s * 0.54), (x + s * 0.46, y - s * 0.5)], s * 0.08, b)
    t.line([(x - s * 0.4, y - s * 0.42), (x - s * 0.12, y - s * 0.42)], s * 0.1, b)
    t.line([seat, (x - s * 0.27, y - s * 0.4)], s * 0.07, a)


def car(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.area([(x - s * 0.55, y), (x - s * 0.35, y - s * 0.42), (x + s * 0.3, y - s * 0.42), (x + s * 0.6, y)], mix(a, WHITE, 0.75))
    t.line([(x - s * 0.55, y), (x - s * 0.35, y - s * 0.42), (x + s * 0.3, y - s * 0.42), (x + s * 0.6, y)], s * 0.1, a)
    t.line([(x - s * 0.02, y - s * 0.42), (x - s * 0.02, y)], s * 0.08, a)
    t.box(x - s * 0.95, y - s * 0.03, s * 1.9, s * 0.48, a, round_=s * 0.16)
    for dx in (-0.5, 0.52):
        t.disc(x + s * dx, y + s * 0.44, s * 0.24, mix(b, (20, 22, 30), 0.7))
        t.disc(x + s * dx, y + s * 0.44, s * 0.1, WHITE)
    t.disc(x + s * 0.86, y + s * 0.12, s * 0.07, c)


def wrench(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.line([(x - s * 0.6, y + s * 0.6), (x + s * 0.36, y - s * 0.36)], s * 0.28, a)
    t.ring(x + s * 0.5, y - s * 0.5, s * 0.42, s * 0.22, a, start=-5, stop=275)
    t.disc(x - s * 0.58, y + s * 0.58, s * 0.07, mix(a, WHITE, 0.85))


def person(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.wedge(x, y + s * 0.88, s * 0.72, 180, 360, a)
    t.disc(x, y - s * 0.32, s * 0.42, b)


def people(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx, scale, body, head in ((-0.52, 0.72, b, a), (0.52, 0.72, c, a), (0, 0.95, a, b)):
        person(t, x + s * dx, y + s * (0.86 - 0.84 * scale), s * scale, body, mix(head, WHITE, 0.25), c)


def apple(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx in (-0.26, 0.26):
        t.disc(x + s * dx, y + s * 0.14, s * 0.52, a)
    t.disc(x, y + s * 0.4, s * 0.42, a)
    t.line(curve([(x, y - s * 0.25), (x + s * 0.04, y - s * 0.55), (x + s * 0.16, y - s * 0.8)]), s * 0.09, (92, 60, 40))
    leaf(t, x + s * 0.36, y - s * 0.64, s * 0.26, (72, 150, 80), b, c)


def glass(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    t.wedge(x, y - s * 0.62, s * 0.66, 0, 180, mix(a, WHITE, 0.55))
    t.wedge(x, y - s * 0.44, s * 0.5, 0, 180, a)
    t.box(x - s * 0.05, y, s * 0.1, s * 0.75, mix(a, WHITE, 0.4))
    t.box(x - s * 0.4, y + s * 0.74, s * 0.8, s * 0.11, mix(a, WHITE, 0.4), round_=s * 0.05)


def shield(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    left = curve([(x - s * 0.7, y - s * 0.62), (x - s * 0.66, y + s * 0.1), (x - s * 0.4, y + s * 0.6), (x, y + s * 0.95)])
    t.area([(x, y - s * 0.9), *left, *[(2 * x - px, py) for px, py in reversed(left)]], a)
    t.line([(x - s * 0.3, y + s * 0.02), (x - s * 0.06, y + s * 0.28), (x + s * 0.36, y - s * 0.3)], s * 0.15, mix(a, WHITE, 0.9))


def trophy(t: Sheet, x: float, y: float, s: float, a: Colour, b: Colour, c: Colour) -> None:
    for dx in (-0.5, 0.5):
        t.ring(x + s * dx, y - s * 0.42, s * 0.28, s * 0.09, a)
    t.area(
        [
            (x - s * 0.55, y - s * 0.85),
            (x + s * 0.55, y - s * 0.85),
            (x + s * 0.42, y - s * 0.15),
            (x + s * 0.1, y + s * 0.2),
            (x - s * 0.1, y + s * 0.2),
            (x - s * 0.42, y - s * 0.15),
        ],
        a,
    )
    t.box(x - s * 0.08, y + s * 0.15, s * 0.16, s * 0.4, a)
    t.box(x - s * 0.45, y + s * 0.55, s * 0.9, s * 0.28, b, round_=s * 0.05)
    t.area(star(x, y - s * 0.45, s * 0.22), mix(a, WHITE, 0.75))


THINGS: dict[str, Draw] = {
    "sun": sun, "moon": moon, "star": star_, "cloud": cloud, "mountain": mountain, "tree": tree, "fir": fir, "leaf": leaf, "flower": flower,
    "house": house, "heart": heart, "cup": cup, "book": book, "box": box, "bolt": bolt, "drop": drop, "balloon": balloon, "gift": gift,
    "phone": phone, "camera": camera, "key": key, "lock": lock, "bell": bell, "cart": cart, "clock": clock, "music": music, "mail": mail,
    "rocket": rocket, "bulb": bulb, "gear": gear, "cake": cake, "fish": fish, "boat": boat, "bicycle": bicycle, "car": car, "wrench": wrench,
    "people": people, "person": person, "apple": apple, "glass": glass, "shield": shield, "trophy": trophy,
}  # fmt: skip

NATURAL: dict[str, Colour] = {
    "tree": (62, 142, 84), "fir": (44, 128, 88), "leaf": (72, 150, 80), "sun": (246, 178, 54), "moon": (244, 226, 160), "heart": (214, 48, 78),
    "drop": (54, 132, 214), "apple": (206, 52, 58), "bolt": (245, 178, 40), "star": (245, 190, 66), "trophy": (214, 164, 55),
}  # fmt: skip
"""What has a colour of its own."""

ALSO: dict[str, tuple[str, ...]] = {
    "cup": ("coffee", "tea", "café", "cafe", "mug", "espresso"), "leaf": ("leaves", "plant", "eco", "organic", "vegan"), "flower": ("blossom", "bloom", "florist", "rose bouquet", "tulip", "daisy", "daisies"),
    "house": ("home", "real estate", "property", "cottage"), "book": ("library", "reading", "bookshop", "novel", "course"), "box": ("parcel", "package", "shipping", "warehouse", "delivery", "inventory"),
    "bolt": ("lightning", "energy", "electric", "electricity", "power"), "drop": ("water", "rain", "plumbing", "oil"), "balloon": ("party", "birthday"), "gift": ("present", "giveaway"),
    "phone": ("smartphone", "mobile app", "app launch"), "camera": ("photo", "photography", "photographer"), "lock": ("security", "privacy"), "bell": ("notification", "reminder", "alarm"),
    "cart": ("shopping", "black friday", "online shop", "online store"), "clock": ("time", "deadline", "opening hours"), "music": ("concert", "song", "band", "jazz", "dj", "festival"), "mail": ("email", "newsletter", "letter", "envelope"),
    "rocket": ("launch", "startup", "start-up"), "bulb": ("idea", "innovation", "light bulb"), "gear": ("settings", "engineering", "machine", "automation"), "cake": ("bakery", "cupcake", "dessert"),
    "fish": ("seafood", "sushi", "aquarium"), "boat": ("ship", "sailing", "sailboat", "yacht", "harbour", "harbor"), "bicycle": ("bike", "cycling"), "car": ("vehicle", "garage", "taxi", "driving"), "wrench": ("repair", "spanner", "mechanic", "maintenance", "tools"),
    "people": ("team", "community", "group", "family", "meeting", "volunteers", "hiring"), "person": ("profile", "portrait", "speaker"), "apple": ("fruit", "nutrition", "teacher"), "glass": ("wine", "bar night", "cocktail", "restaurant", "toast"),
    "shield": ("safety", "insurance", "protection"), "trophy": ("award", "winner", "champion", "competition", "prize"), "heart": ("love", "valentine", "charity", "care", "health"), "fir": ("fir tree", "pine tree", "christmas tree", "pine", "spruce"),
    "mountain": ("hiking", "alps", "peak"), "sun": ("sunny", "summer"), "moon": ("good night", "night sky"), "tree": ("oak", "park"), "key": ("keys", "rental"),
}  # fmt: skip
"""Other words that ask for the same thing."""
