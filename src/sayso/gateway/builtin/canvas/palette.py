"""Colours that go together: from the colours and moods that a prompt names, else one of a dozen palettes by the prompt's words."""

import colorsys
from dataclasses import dataclass, replace

Colour = tuple[int, int, int]

NAMES = {
    "red": "#d7263d", "crimson": "#b3123a", "scarlet": "#e63225", "maroon": "#6d1a36", "burgundy": "#6b1d3a", "pink": "#f08ab4", "rose": "#e3688f",
    "magenta": "#c2298a", "coral": "#ff7a5c", "salmon": "#fa9381", "orange": "#f4802b", "peach": "#ffc09f", "apricot": "#fbb77c", "amber": "#f5a524",
    "yellow": "#f7cf3d", "gold": "#d4a437", "golden": "#d4a437", "mustard": "#d9a520", "lemon": "#f9e65c", "lime": "#a5d03c", "green": "#2f9e62",
    "emerald": "#0f8f68", "olive": "#7d8a3c", "sage": "#9db89a", "mint": "#9fdfc5", "forest green": "#1f5c43", "teal": "#12808a", "turquoise": "#2bb5b0",
    "cyan": "#27b8d8", "aqua": "#55cfd8", "blue": "#2563c9", "sky blue": "#74b9ef", "light blue": "#8cc3f0", "navy": "#14285a", "dark blue": "#17306e",
    "royal blue": "#2b4ecf", "indigo": "#4338a8", "violet": "#7a4fd0", "purple": "#7433a8", "lavender": "#b9a5e6", "lilac": "#c8a8dc", "plum": "#7d3468",
    "brown": "#7a4f33", "chocolate": "#5d3a28", "terracotta": "#c8673f", "rust": "#b4512b", "copper": "#b87345", "beige": "#e9dcc5", "cream": "#fbf3e0",
    "tan": "#d2b08c", "sand": "#e3cfa6", "ivory": "#fbf7ea", "white": "#ffffff", "silver": "#c4c9d1", "grey": "#8a919c", "gray": "#8a919c",
    "charcoal": "#2c3038", "black": "#14161b", "slate": "#4b5563",
}  # fmt: skip
"""What a name of a colour looks like here."""

_MOODS = {
    "sunset": ("#2b1b4d", "#f2545b", "#f7a34b", "#ffd27a"), "sunrise": ("#fff1dc", "#f28c5a", "#f6c667", "#7aa7d9"), "dawn": ("#fdeee0", "#f29e8e", "#a7b8e8", "#5a6fb0"),
    "ocean": ("#e8f6f8", "#0f6d8c", "#3fb4c4", "#f2b36b"), "sea": ("#e8f6f8", "#0f6d8c", "#3fb4c4", "#f2b36b"), "beach": ("#fdf3df", "#1f93a8", "#f4b860", "#ee6c4d"),
    "forest": ("#edf3e6", "#1f5c43", "#7fae5c", "#d9a441"), "nature": ("#f1f6ea", "#2f7d4f", "#a5c85a", "#e8a33d"), "garden": ("#f4f8ec", "#3d8b4d", "#e37aa0", "#f2c14e"),
    "autumn": ("#fbf0e1", "#b4512b", "#e0a030", "#6d3b2a"), "fall sale": ("#fbf0e1", "#b4512b", "#e0a030", "#6d3b2a"), "winter": ("#eef4fb", "#27548a", "#8fb9e3", "#d7263d"),
    "spring": ("#f6f9ee", "#4fa35c", "#f3a5c0", "#f7d154"), "summer": ("#fff6dc", "#f2762e", "#1fa3b8", "#f7c93e"), "christmas": ("#123c2d", "#d7263d", "#e8c15a", "#f4efe2"),
    "halloween": ("#1d1526", "#f4802b", "#7a4fd0", "#f7cf3d"), "valentine": ("#fdecef", "#c9184a", "#ff758f", "#ffb3c1"), "wedding": ("#fbf6f0", "#a98467", "#d9b8a6", "#7f9172"),
    "night": ("#0f1632", "#5b6bd6", "#f4d58d", "#9db2ff"), "space": ("#0b1026", "#6a5ae0", "#f29e4c", "#9db2ff"), "neon": ("#120a2a", "#ff2e88", "#22e1ff", "#f9f871"),
    "luxury": ("#14161b", "#d4a437", "#8a6d2f", "#f3ead2"), "elegant": ("#f6f2ea", "#2c3038", "#b08d57", "#d9cbb2"), "pastel": ("#fdf7f4", "#f3a5b5", "#a8d8d0", "#c7b8ea"),
    "corporate": ("#f3f6fb", "#1f4fa3", "#5b8def", "#f2a541"), "medical": ("#f0f8f8", "#0f7b83", "#6cc4bd", "#f28f79"), "coffee": ("#f6ece0", "#5d3a28", "#b87345", "#e3b778"),
    "bakery": ("#fdf2e2", "#a65e2e", "#e8b04f", "#c8553d"), "tech": ("#0f1b2e", "#3a86ff", "#2bd4c3", "#f7f9fc"), "playful": ("#fff4d9", "#ef476f", "#06b6a4", "#ffd166"),
    "vintage": ("#f3e6cf", "#a8452c", "#2f6f73", "#e0a54a"), "retro": ("#f7e7ce", "#d1495b", "#00798c", "#edae49"), "eco": ("#eef5e8", "#2f7d4f", "#8fbf5a", "#e0b040"),
}  # fmt: skip
_PALETTES = (
    ("#f4efe6", "#1d3557", "#e76f51", "#f2b134"), ("#eef3fb", "#2446a6", "#f26b5b", "#8fc1f2"), ("#14213d", "#fca311", "#e5e5e5", "#4f7cac"),
    ("#f7f1ec", "#5f0f40", "#e36414", "#fb8b24"), ("#eaf4f1", "#0b6e5f", "#f2a65a", "#77c3ae"), ("#1f1d36", "#e94f64", "#f6c667", "#7d7abc"),
    ("#fbf3ea", "#3a5a40", "#d98e4a", "#a3b18a"), ("#f3f0fa", "#5a3fb0", "#f2739a", "#b7a3f0"), ("#fdf6e4", "#22577a", "#ef6f4c", "#57c4ad"),
    ("#0f2a3d", "#ff9b54", "#5fc9c4", "#f4ead5"), ("#faf0f0", "#9b2335", "#f08a6d", "#f3c98b"), ("#eef6f9", "#0a5c8c", "#f4b942", "#6bb8d6"),
)  # fmt: skip
"""Ground, main, second and third colour."""


@dataclass(frozen=True, slots=True)
class Palette:
    """`ground` is what everything stands on; `ink` is read on it; `main`, `second` and `third` are for shapes."""

    ground: Colour
    main: Colour
    second: Colour
    third: Colour

    @property
    def ink(self) -> Colour:
        """The darkest or lightest of the family, whichever is read on the ground."""
        return readable(self.ground, self.main)

    @property
    def is_dark(self) -> bool:
        return luminance(self.ground) < 0.25

    @property
    def colours(self) -> tuple[Colour, Colour, Colour]:
        return self.main, self.second, self.third


def palette(
    colours: tuple[Colour, ...], mood: str, seed: int, *, dark: bool | None = None, ground: Colour | None = None
) -> Palette:
    """From the named colours, in their order, or the mood, or the seed. `dark` and `ground` are wishes for what all stands on."""
    if colours:
        found = _around(colours, seed, dark)
    else:
        found = Palette(*(rgb(c) for c in (_MOODS.get(mood) or _PALETTES[seed % len(_PALETTES)])))  # pyright: ignore[reportArgumentType]
        if dark is not None and dark != found.is_dark:
            found = replace(found, ground=mix(found.main, (10, 12, 20), 0.78) if dark else mix(found.main, (255, 255, 255), 0.92))
    return replace(found, ground=ground) if ground else found


def moods() -> tuple[str, ...]:
    return tuple(_MOODS)


def _around(colours: tuple[Colour, ...], seed: int, dark: bool | None) -> Palette:
    vivid = [c for c in colours if 0.06 < luminance(c) < 0.85 and spread(c) > 0.12] or [colours[0]]
    pale = next((c for c in colours if c not in vivid and luminance(c) > 0.7), None)
    deep = next((c for c in colours if c not in vivid and luminance(c) < 0.06), None)
    main = vivid[0]
    if len(colours) > 1:
        # Whoever names two colours wants no third hue.
        second = vivid[1] if len(vivid) > 1 else mix(main, (255, 255, 255), 0.45)
        third = vivid[2] if len(vivid) > 2 else mix(second if len(vivid) > 1 else main, (255, 255, 255), 0.62)
    else:
        # Yellows turn towards orange: the other way lies lime.
        hue = colorsys.rgb_to_hls(*(c / 255 for c in main))[0]
        second = turned(main, -0.06 if 0.08 < hue < 0.25 else 0.07 + 0.02 * (seed % 3), lighter=0.1)
        third = mix(main, (255, 255, 255), 0.5)
    ground = (
        (deep or mix(main, (8, 10, 18), 0.82))
        if dark or (dark is None and deep and not pale)
        else pale or mix(main, (255, 255, 255), 0.91)
    )
    return Palette(ground, main, second, third)


def rgb(text: str) -> Colour:
    text = text.lstrip("#")
    text = "".join(c * 2 for c in text) if len(text) == 3 else text
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """From `a` towards `b`."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # pyright: ignore[reportReturnType]


def turned(colour: Colour, by: float, *, lighter: float = 0.0) -> Colour:
    """Another hue, a part of the circle away."""
    hue, light, full = colorsys.rgb_to_hls(*(c / 255 for c in colour))
    return tuple(round(c * 255) for c in colorsys.hls_to_rgb((hue + by) % 1, min(0.9, light + lighter), full))  # pyright: ignore[reportReturnType]


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    r, g, b = (c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Colour, b: Colour) -> float:
    """1 to 21 (WCAG 2.2)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def spread(colour: Colour) -> float:
    """How far a colour is from grey, 0 to 1."""
    return (max(colour) - min(colour)) / 255


def readable(on: Colour, family: Colour, *, least: float = 7.0) -> Colour:
    """A dark or a light of the family's hue with enough contrast."""
    to = (12, 14, 22) if luminance(on) > 0.2 else (255, 255, 255)
    for share in (0.55, 0.7, 0.8, 0.9, 1.0) if luminance(on) > 0.2 else (0.82, 0.92, 1.0):
        if contrast(found := mix(family, to, share), on) >= least:
            return found
    return max(((12, 14, 22), (255, 255, 255)), key=lambda c: contrast(c, on))
