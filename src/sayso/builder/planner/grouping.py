"""Where one item of a list ends and the next begins: `status In, Out or Lost, shelf` is two."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.item import CHOICE


def choice_head(text: str) -> str:
    """The words at the start that name a choice field (`status`, `leave type`), when others follow: `status open, closed`."""
    words = list(re.finditer(r"[\w'-]+", text))
    best = ""
    for n, w in enumerate(words[:4]):
        phrase = " ".join(x[0] for x in words[: n + 1] if x[0] not in ("a", "an", "the", "its", "their"))
        if lexicon.fields().get(phrase) in CHOICE or (w[0] in _STRONG_CHOICE and (n == 0 or w[0] == words[n][0])):
            best = text[: w.end()]
            if n + 1 < len(words) and lexicon.fields().get(f"{phrase} {words[n + 1][0]}") not in CHOICE:
                break
    return best


_STRONG_CHOICE = frozenset(
    "status stage priority urgency severity category type state kind phase condition gender shift outcome result mood level grade size colour color".split()
)


_SEPARATOR = re.compile(
    r"\s*(?P<mark>,|;|\n|\||•|\s\+\s|\s&\s|\band\s*/\s*or\b|\bas\s+well\s+as\b|\balong\s+with\b|\bplus\b|\band\b|\bor\b|>(?=\s*\w))\s*"
)
_BOUND = re.compile(
    r"\b(?:date and time|date & time|first and last names?|terms and conditions|before and after(?: photos| pictures)?|name and surname|start and end(?: dates?| times?)?|pros and cons|"
    r"check[- ]in and check[- ]out(?: dates?| times?)?|profit and loss|health and safety|lost and found|q and a|r and d|research and development|food and drinks?|arts and crafts|bed and breakfast|"
    r"city and state|pick[- ]?up and drop[- ]?off(?: times?| dates?| locations?)?|from and to(?: dates?)?|min and max)\b"
)


def pieces(text: str) -> list[tuple[int, int, str]]:
    """Splits a list at its separators, outside of brackets and quotes: (start, end, the separator before it)."""
    guarded = [m.span() for m in _BOUND.finditer(text)]
    depth, depths = 0, []
    for c in text:
        depth += c in "(["
        depths.append(depth)
        depth = max(0, depth - (c in ")]"))
    found: list[tuple[int, int, str]] = []
    at, mark = 0, ""
    for m in _SEPARATOR.finditer(text):
        if (
            depths[m.start("mark")]
            or any(a <= m.start("mark") < b for a, b in guarded)
            or (m["mark"] == ">" and "=" in text[m.start() - 1 : m.start()])
        ):
            continue
        if m.start() > at and text[at : m.start()].strip():
            found.append((at, m.start(), mark))
            mark = m["mark"].strip()
        elif m["mark"].strip() not in (",",):
            mark = m["mark"].strip() or mark
        at = m.end()
    if text[at:].strip():
        found.append((at, len(text), mark))
    return found


def _field_like(text: str) -> bool:
    words = re.sub(r"^(?:and|or|the|an?|its|their)\s+", "", text.strip(" .,;:!"))
    if re.match(r"(?:who|when|where|why|how|what|which|whether)\b", words):
        return True
    plain = re.sub(r"\s*\(.*$", "", words).strip()
    kind = lexicon.fields().get(plain) or lexicon.fields().get(lemma(plain))
    return kind is not None and kind != "checkbox" and plain not in lexicon.hues()


def grouped_pieces(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Joins the choices of a field that stand open in a list: `status In, Out or Lost, shelf` is two items."""
    kept: list[tuple[int, int]] = []
    n = 0
    while n < len(spans):
        a, b, _ = spans[n]
        piece = text[a:b]
        end = n
        if re.search(r"(?:\w\s*:|\s[–-])\s+\S|\b(?:either|one of|can be)\s+\w", piece):
            end = _list_end(text, spans, n, dash="–" if re.search(r"\s[–-]\s", piece) else "")
        elif (head := choice_head(piece.strip())) and len(piece.strip()) > len(head) + 1 and not re.search(r"[(/>]", piece):
            rest = piece.strip()[len(head) :].strip()
            if re.match(r"from\s+[\w ]{2,24}?\s+to\s+[\w ]{2,24}$", rest):
                kept.append((a, b))
                n += 1
                continue
            last = rest.split()[-1] if rest else ""
            if last and len(rest.split()) <= 2 and lexicon.fields().get(last) and last not in lexicon.hues():
                kept.append((a, b))
                n += 1
                continue
            if not re.match(
                r"(?:(?:of|for|in|on|by|and|per|from|with)\s+\S|(?:name|code|number|date|id)\b)", rest
            ) and not _field_like(f"{head} {rest}"):
                end = _list_end(text, spans, n, dash="")
        elif (
            n + 1 < len(spans) and spans[n + 1][2] == "or" and text[slice(*spans[n + 1][:2])].strip(" .") == "not"
        ) or _choice_pair(text, spans, n):
            end = n + 1
        elif n + 1 < len(spans) and spans[n + 1][2] == ">" and re.search(r"\w\s+\w", piece):
            while end + 1 < len(spans) and spans[end + 1][2] == ">":
                end += 1
        elif re.match(r"\s*(?:whether|if)\s", piece) and n + 1 < len(spans) and spans[n + 1][2] == "or":
            end = n + 1
        elif re.search(r"\b(?:like|such as|e\.g\.?)\s+\w", piece):
            end = _list_end(text, spans, n, dash="")
        kept.append((a, spans[end][1]))
        n = end + 1
    return kept


def _choice_pair(text: str, spans: list[tuple[int, int, str]], n: int) -> bool:
    """`open or closed`: two well-known states joined by "or"."""
    if n + 1 >= len(spans) or spans[n + 1][2] != "or":
        return False
    a, b = (text[slice(*spans[k][:2])].strip(" .") for k in (n, n + 1))
    return a in lexicon.hues() and b in lexicon.hues()


def _list_end(text: str, spans: list[tuple[int, int, str]], n: int, *, dash: str) -> int:
    """The last piece that is still a choice of the list begun at piece `n`."""
    ors = [k for k in range(n + 1, min(n + 14, len(spans))) if spans[k][2] == "or"]
    end = n
    for k in range(n + 1, min(n + 40, len(spans))):
        piece = text[spans[k][0] : spans[k][1]]
        if dash and re.search(r"\s[–-]\s*$|^\s*[–-]\s", piece + " "):
            return k if not re.match(r"^\s*[–-]\s", piece) else k - 1
        if ors and k > ors[0]:
            return end
        if _field_like(piece) and not (ors and k <= ors[0]):
            return end
        if re.match(r"\s*(?:an?|the|its|their|whether|also|we|i)\s", piece) or re.search(r"\b(?:has|have|with)\b|[(:]", piece):
            return end
        end = k
        if ors and k == ors[0]:
            return end
    return end
