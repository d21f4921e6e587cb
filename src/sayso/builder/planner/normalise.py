"""The wish as the planner reads it: same length as what was typed, so that every place in it stays the same place."""

import re
import unicodedata

_SAME = {
    "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "–", "—": "–", "―": "–",
    "\u2212": "-", "‐": "-", "‑": "-", "→": ">", "➔": ">", "➜": ">", "⇒": ">", "⟶": ">", "►": ">", "•": "•", "·": "•", "●": "•", "▪": "•",
    "◦": "•", "‣": "•", "…": "…", "\t": " ", "\r": "\n", "\f": "\n", "\v": "\n", "\u2028": "\n", "\u2029": "\n", "×": "×", "÷": "/",
    "：": ":", "，": ",", "；": ";", "（": "(", "）": ")", "、": ",", "。": ".",
}  # fmt: skip
_SILENT = re.compile(r"(?is)<(script|style|head|title)\b.{0,20000}?</\1\s*>|<!--.{0,20000}?-->")
_BREAK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/tr|/h[1-6]|/ul|/ol)\b[^<>\n]{0,200}>")
_ITEM = re.compile(r"(?i)<\s*li\b[^<>\n]{0,200}>")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_EMPHASIS = re.compile(r"\*\*|__|~~|(?<![\w*])\*(?=\w)|(?<=\w)\*(?![\w*\s(])|```\w{0,20}|^#{1,6} ", re.M)

_MEMBERS = re.compile(
    r"\b(?:[Mm]embers|[Pp]eople|[Ee]veryone) (?:of|in|from) (?:the )?(?=[A-Z][\w-]*(?: [A-Z][\w-]*)? (?:can|may|must|should|sees?|only|edits?|cannot)\b)"
)
"""`Members of Support see …` speaks of the group Support: what stands before its name is no table."""


def _like(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in ("Cc", "Cf", "Cs", "Co", "Cn") and character != "\n":
        return " "
    if character > "\uff00" and len(plain := unicodedata.normalize("NFKC", character)) == 1:
        return plain
    return character


def _blank(found: "re.Match[str]") -> str:
    return " " * len(found[0])


def normalised(words: str) -> str:
    """Quotes, dashes, arrows and spaces made plain; HTML and Markdown marks blanked. Never longer, never shorter."""
    text = words if words.isascii() and "\t" not in words and "\r" not in words else "".join(map(_like, words))
    if "\x00" in text:
        text = "".join(map(_like, text))
    if "<" in text:
        text = _SILENT.sub(_blank, text)
        text = _BREAK.sub(lambda m: "\n" + " " * (len(m[0]) - 1), text)
        text = _ITEM.sub(lambda m: "\n-" + " " * (len(m[0]) - 2), text)
        text = _TAG.sub(_blank, text)
    return _MEMBERS.sub(_blank, _EMPHASIS.sub(_blank, text))


def lowered(text: str) -> str:
    """Lower case of the same length (some capitals have a small form of two characters; they stay)."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
