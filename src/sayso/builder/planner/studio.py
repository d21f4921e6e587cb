"""Wishes for a small tool: people put something in and get something made (`they type the product, pick a size and get a banner`)."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.grouping import pieces
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.item import Item
from sayso.builder.planner.items import items
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import AiSketch, FieldSketch, Sketch, Span, TableSketch

_PUT = re.compile(
    r"\b(?:types?(?:\s+in)?|enters?|writes?|picks?|chooses?|gives?|fills?\s+in|uploads?|describes?|puts?\s+in)\s+(?P<list>\S.+?)[\s,–-]+(?:(?:and|then)\s+)*"
    r"(?:(?:press(?:es)?|hits?|clicks?)\s+\w+,?\s+(?:and\s+)?)?(?:gets?|receives?|sees?)\s+(?P<out>(?:an?|the|some|\d+|one|two|three)\s+.+)$"
)
_MAKES = re.compile(
    r"^(?:.{0,40}\b)?(?:tool|app|something|studio|generator)\s+(?:that|which|to)\s+(?:makes?|generates?|creates?|produces?|writes?|draws?|designs?)\s+(?P<out>.+?)\s+(?:from|out\s+of|based\s+on|given|using)\s+(?P<list>.+)$"
)
_PICTURE = re.compile(
    r"\b(?:images?|pictures?|photos?|banners?|posters?|illustrations?|logos?|visuals?|artworks?|covers?|renders?|packshots?|thumbnails?)\b"
)
_VERB = re.compile(
    r"^(?:and\s+|then\s+)*(?:types?(?:\s+in)?|enters?|writes?|picks?|chooses?|selects?|gives?|adds?|uploads?|describes?)\s+"
)
_ONE_OF = re.compile(r"^(?:one|some|any)\s+of\s+(?:our|the|my|their)\s+(?P<n>[\w -]{3,24})$")


def read(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> bool:
    """Whether the clause describes such a tool. What is put in are fields, what is got is written or drawn by a model."""
    m = _PUT.search(text) or _MAKES.match(text)
    if m is None:
        return False
    sketch.tool = sketch.tool or not sketch.tables
    outputs = [text[m.start("out") + a : m.start("out") + b].strip(" .") for a, b, _ in pieces(m["out"])]
    named = next((o for o in outputs if _PICTURE.search(o)), outputs[0] if outputs else "")
    table = sketch.table(_called(named)) or sketch.add(_called(named), span)
    table.span, sketch.subject = table.span or span, table
    table.weight += 2
    _inputs(raw, m, start, table, sketch)
    for output in outputs:
        picture = bool(_PICTURE.search(output))
        name = "Image" if picture else cased_name(_bare(output))
        if name:
            sketch.ai.append(AiSketch("image" if picture else "generate", raw.strip(), span, table, name))
    return True


def _bare(words: str) -> str:
    return re.sub(r"^(?:an?|the|some|short|one|two|three|\d+)\s+", "", words.split(" so ")[0].split(" that ")[0]).strip()


def _called(output: str) -> str:
    """The table's noun: `an ad banner image` are banners, `a picture` pictures."""
    words = [w for w in re.findall(r"[a-z][a-z-]+", _bare(output)) if w not in lexicon.verbs()]
    if len(words) > 1 and singular(words[-1]) in ("image", "picture", "photo", "visual"):
        words.pop() if singular(words[-2]) in (
            "banner",
            "poster",
            "logo",
            "cover",
            "ad",
            "illustration",
            "packshot",
            "product",
        ) else None
    return lemma(words[-1]) if words else "image"


def _inputs(raw: str, m: "re.Match[str]", start: int, table: TableSketch, sketch: Sketch) -> None:
    from_here = m.start("list")
    for a, b, _ in _whole(m["list"]):
        piece = m["list"][a:b]
        verb = _VERB.match(piece)
        at = a + (verb.end() if verb else 0)
        words = m["list"][at:b].strip(" .,")
        if one := _ONE_OF.match(words):
            other = sketch.table(one["n"]) or sketch.add(one["n"], (start + from_here + a, start + from_here + b))
            table.fields.append(
                FieldSketch(
                    cased_name(lemma(one["n"])), (start + from_here + a, start + from_here + b), "link", link=other, sure=True
                )
            )
            continue
        for said in items(raw[from_here + at : from_here + b], start + from_here + at):
            if table.field(said.name) is None and said.name:
                table.fields.append(_field(said))


def _field(said: Item) -> FieldSketch:
    made = FieldSketch(
        said.name, (said.start, said.end), said.kind, said.options, many=said.many, required=said.required, sure=said.sure
    )
    if said.maximum:
        made.settings["maximum"] = said.maximum
    return made


def _whole(words: str) -> list[tuple[int, int, str]]:
    """The pieces of the list; a dash list keeps its choices."""
    spans = pieces(words)
    kept: list[tuple[int, int, str]] = []
    for a, b, mark in spans:
        if kept and re.search(r"\s[–-]\s", words[kept[-1][0] : kept[-1][1]]) and not _VERB.match(words[a:b]):
            kept[-1] = (kept[-1][0], b, kept[-1][2])
        else:
            kept.append((a, b, mark))
    return kept
