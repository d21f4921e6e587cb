"""What a prompt asks for, as far as words show it. Pure: the same prompt is the same brief."""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Literal

from sayso.gateway.builtin.canvas.palette import NAMES, Colour, moods, rgb
from sayso.gateway.builtin.canvas.things import ALSO, THINGS

PROMPT_CHARACTERS_MAX = 32_000
LETTERS_MAX = 160
FIGURES_MAX = 24

Kind = Literal["banner", "card", "cover", "poster", "badge", "chart", "scene", "pattern"]
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("chart", r"(?:bar|line|pie|donut|doughnut|column|area|ring) ?(?:chart|graph|diagram)|chart|graph of|histogram|infographic"),
    ("badge", r"logo|icon|avatar|badge|emblem|monogram|favicon|sticker|app icon|symbol|stamp"),
    ("pattern", r"pattern|wallpaper|texture|wrapping paper|tile|seamless|backdrop"),
    ("card", r"(?:business |greeting |birthday |invitation |visiting |gift |thank[- ]you |post)?card|invitation|invite|voucher|coupon|label|certificate|ticket|quote"),
    ("banner", r"banner|header|hero|cover image|cover photo|web ?site|landing page|newsletter|e-?mail|ad\b|advert|announcement|sale\b|twitter|linkedin|facebook|open graph|og image|thumbnail"),
    ("poster", r"poster|flyer|flier|leaflet|placard|event|concert|festival|workshop|sign\b"),
    ("cover", r"cover|book|magazine|report|album|brochure|presentation|slide|title page|notebook"),
    ("scene", r"landscape|scene|view|mountains?|hills?|beach|sea\b|ocean|lake|river|skyline|city|town|village|street|forest|woods|desert|sunset|sunrise|night sky|countryside|meadow|field|valley|island|harbou?r|horizon|winter wonderland|snowy"),
)  # fmt: skip
_KIND_WORDS: list[tuple[Kind, re.Pattern[str]]] = [(kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in _KINDS]
_SAYS = r"(?:headline|title|titled|text|says?|saying|reads?|reading|caption|words?|slogan|lettering|called|named|heading|label(?:led)?|with)"
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{1,200})[\"”»]|(?<!\w)['‘]([^'’]{2,200}?)['’](?!\w)")
_COLON = re.compile(rf"\b{_SAYS}\s*:\s*([^\n.;]{{2,120}})", re.I)
_SUBLINE = re.compile(r"\b(?:subtitle|subline|sub-?heading|tagline|second line|below|underneath|smaller|footer)\b", re.I)
_FIGURE = re.compile(r"(?:(?P<name>[^\W\d_][\w &'’./-]{0,28}?)\s*(?:[:=]|\bis\b|\bat\b|\bwith\b)?\s*\(?\s*)?(?P<figure>[$€£]?\s?-?\d[\d,]*(?:\.\d+)?\s?%?k?)\)?(?=\s*(?:[,;\n.)]|(?:and|in|for|with|as|on|from)\b|$))", re.I)  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.I)
_GROUND = re.compile(r"\b(?:on|against|with|over)?\s*(?:an?|the)?\s*(?P<colour>" + "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True)) + r"|#[0-9a-f]{6})\s+(?:background|backdrop|ground)\b", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brief:
    """`things` are what is to be seen and can be drawn; `figures` name and value; `seed` comes from all the words."""

    kind: Kind
    headline: str
    subline: str
    colours: tuple[Colour, ...]
    ground: Colour | None
    dark: bool | None
    mood: str
    things: tuple[str, ...]
    figures: tuple[tuple[str, float, str], ...]
    chart: Literal["bars", "line", "ring"]
    words: str
    seed: int

    def varied(self, by: int) -> "Brief":
        """The same wish, drawn another way: for the second and third of `n` pictures."""
        return replace(self, seed=_seed(f"{self.words}#{by}")) if by else self

    def told(self) -> str:
        """In words, for whoever asked: what was drawn."""
        parts = [f"a {self.kind}"]
        if self.kind == "chart":
            parts = [f"a chart ({self.chart}) of {len(self.figures)} figures"]
        if self.headline:
            parts.append(f"with the headline “{self.headline}”")
        if self.things:
            parts.append(f"showing {', '.join(self.things)}")
        if not (self.headline or self.things or self.kind in ("scene", "pattern", "chart")):
            parts.append("of plain shapes, because nothing was named that it can draw")
        return f"Drawn, not generated: {' '.join(parts)}."


def brief(prompt: str, *, wide: float = 1.0) -> Brief:
    """`wide` is the width through the height, for prompts that name no kind of picture."""
    prompt = prompt[:PROMPT_CHARACTERS_MAX]
    letters = _letters(prompt)
    rest = _QUOTED.sub(" ", prompt).lower()
    figures = _figures(_KIND_WORDS[0][1].sub(" ", _QUOTED.sub(" ", prompt)))
    kind = _kind(rest, wide, figures)
    ground = _GROUND.search(rest)
    bare = _GROUND.sub(" ", rest)
    seen = dict(_KIND_WORDS)[kind].sub(" ", bare) if kind != "scene" else bare
    return Brief(
        kind=kind,
        headline=letters[0] if letters else _headline(prompt, kind),
        subline=letters[1] if len(letters) > 1 else "",
        colours=_colours(bare),
        ground=_colour(ground["colour"]) if ground else None,
        dark=True if re.search(r"\b(?:dark|night|midnight|black background|moody)\b", rest) else False if re.search(r"\b(?:light|bright|airy|white background|clean|minimal\w*)\b", rest) else None,
        mood=next((m for m in moods() if re.search(rf"\b{m}", rest)), ""),
        things=() if kind == "chart" else _things(seen) or (() if kind in ("scene", "pattern") else _things(" ".join(letters).lower())),
        figures=figures if kind == "chart" else (),
        chart="ring" if re.search(r"\b(?:pie|donut|doughnut|ring|share)\b", rest) else "line" if re.search(r"\b(?:line|trend|area|curve)\b", rest) else "bars",
        words=prompt.strip(),
        seed=_seed(prompt.strip().lower()),
    )  # fmt: skip


def _seed(words: str) -> int:
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6])


def _kind(rest: str, wide: float, figures: tuple[tuple[str, float, str], ...]) -> Kind:
    found: list[tuple[int, int, Kind]] = [
        (m.start(), order, kind) for order, (kind, pattern) in enumerate(_KIND_WORDS) if (m := pattern.search(rest))
    ]
    kinds = [kind for _, _, kind in found]
    if "chart" in kinds and len(figures) > 1:
        return "chart"
    if named := [one for one in found if one[2] not in ("scene", "chart")]:
        return min(named)[2]
    if "scene" in kinds:
        return "scene"
    return "banner" if wide > 1.3 else "cover" if wide < 0.8 else "poster"


def _letters(prompt: str) -> list[str]:
    """What is to be read in the picture, the headline first."""
    quoted = [(m.start(), " ".join((m[1] or m[2]).split())) for m in _QUOTED.finditer(prompt)]
    if not quoted:
        return [" ".join(m[1].split()).strip(" \"'")[:LETTERS_MAX] for m in [_COLON.search(prompt)] if m]
    sub = [text for place, text in quoted if _SUBLINE.search(prompt[max(0, place - 40) : place])]
    head = [text for _, text in quoted if text not in sub]
    return [text[:LETTERS_MAX] for text in (*head, *sub)] if head else [text[:LETTERS_MAX] for text in sub]


def _headline(prompt: str, kind: Kind) -> str:
    """Without quotes: what follows `for`, `of` or `about` on a card, a cover and the like; nothing in a scene or a pattern."""
    if kind in ("scene", "pattern"):
        return ""
    found = re.search(
        r"\b(?:for|about|announcing|celebrating|of)\s+(?:an?\s+|the\s+|our\s+|my\s+)?(?P<what>[^,.;:\n(]{2,60})", prompt, re.I
    )
    if not found:
        return ""
    what = re.split(r"\b(?:with|in|on|using|and a|featuring|that|showing|against|at)\b", found["what"])[0].strip()
    return what[:1].upper() + what[1:] if 0 < len(what.split()) <= 6 else ""


def _colour(name: str) -> Colour:
    return rgb(name if name.startswith("#") else NAMES[name])


def _colours(rest: str) -> tuple[Colour, ...]:
    rest = re.sub(r"\bblack[- ]and[- ]white\b|\bb&w\b", " ", rest)
    found = {m.start(): rgb(m[0]) for m in _HEX.finditer(rest)}
    taken: list[tuple[int, int]] = []
    for name in sorted(NAMES, key=len, reverse=True):
        for m in re.finditer(rf"\b{name}\b", rest):
            if not any(a < m.end() and m.start() < b for a, b in taken):
                taken.append(m.span())
                found[m.start()] = rgb(NAMES[name])
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))[:4]


def _things(rest: str) -> tuple[str, ...]:
    """In their order; words that name one thing, such as `fir trees`, do not name another."""
    found: dict[str, int] = {}
    taken: list[tuple[int, int]] = []
    names = sorted(((word, name) for name in THINGS for word in (name, *ALSO.get(name, ()))), key=lambda one: -len(one[0]))
    for word, name in names:
        for m in re.finditer(rf"\b{re.escape(word)}(?:s|es)?\b", rest):
            if not any(a < m.end() and m.start() < b for a, b in taken):
                taken.append(m.span())
                found[name] = min(m.start(), found.get(name, m.start()))
    return tuple(sorted(found, key=found.__getitem__))[:6]


def _figures(text: str) -> tuple[tuple[str, float, str], ...]:
    """`Mon 12, Tue 18` or `North: 40 %, South: 25 %`; a year is a name, and a row of bare numbers is numbered."""
    body = re.split(r"\b(?:figures|values|data|numbers|of|:)\b", text, maxsplit=1)[-1] if text.count(":") == 1 else text
    found: list[tuple[str, float, str]] = []
    for m in _FIGURE.finditer(body):
        raw = m["figure"].strip()
        digits = re.sub(r"[^\d.-]", "", raw)
        name = re.sub(r"^(?:and|with|for|showing|of|chart|the|a)\s+", "", (m["name"] or "").strip(" ,:-"), flags=re.I).strip()
        if not digits.strip(".-") or re.search(r"\b\d+\s*[x×]\s*\d+", m[0]):
            continue
        value = float(digits) * (1000 if raw.lower().endswith("k") else 1)
        unit = "%" if raw.endswith("%") else next((c for c in "$€£" if c in raw), "")
        found.append((name[-24:].strip() or str(len(found) + 1), value, unit))
    return tuple(found[:FIGURES_MAX])
