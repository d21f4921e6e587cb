"""Reads the annotated wishes of `training/planner/` (its README gives the format) and says what is wrong with them.

`python -m training.annotated [FOLDER …]` checks every file and prints how many wishes, words and marks each writer has.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent / "planner"
KINDS = frozenset(
    "text long_text number currency percent date datetime duration select multi_select boolean email phone url image file rating user "
    "autonumber address".split()
)
STYLES = frozenset("note normal brief bullets dictated messy".split())
SORTS = frozenset("new edit vague contradictory out_of_scope".split())
VIEWS = frozenset("grid calendar board timeline gallery chart form dashboard".split())
TRIGGERS = frozenset("row_created row_changed row_deleted form_submitted date_reached button webhook".split())
EDITS = frozenset("rename remove kind required unique remove_view reschedule undo".split())
_HEAD = re.compile(r"^### *(?P<number>\w+) *\| *(?P<trade>[^|]+?) *\| *(?P<style>\w+) *\| *(?P<sort>\w+)\s*$")
_MARK = re.compile(r"\{(?P<words>[^{}|\n]+)\|(?P<tag>[TFLOXVARE]|[WSCD]\d+[a-z]?)(?: +(?P<args>[^{}|\n]+?))? *\}")
_NAME = r"[^.:>;|{}\[\],=()]+"


class Wrong(ValueError):
    """A wish breaks the format; the message says where and how."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked piece of a wish: `start` and `end` are places in `Annotated.text`."""

    start: int
    end: int
    tag: str
    """One capital: T F L O X V W S C D A R E."""
    rule: str
    """`1b` for `D1b`, else empty."""
    args: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A wish with its marks."""

    writer: str
    number: str
    trade: str
    style: str
    sort: str
    text: str
    marks: tuple[Mark, ...]
    more: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    given: str = ""
    given_views: str = ""
    expect: str = "plan"
    unread: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        return f"{self.writer}-{self.number}"


def read(folder: Path = HERE) -> Iterator[Annotated]:
    """Every wish of every writer below a folder, in order. Raises `Wrong`."""
    for path in sorted(folder.rglob("*.txt")):
        yield from read_file(path)


def held_out(folder: Path = HERE) -> frozenset[str]:
    """The writers who only measure."""
    return frozenset(tomllib.loads((folder / "writers.toml").read_text(encoding="utf-8"))["held_out"])


def read_file(path: Path) -> Iterator[Annotated]:
    """The wishes of one file; the writer is the folder's name."""
    blocks = re.split(r"(?m)^(?=###)", path.read_text(encoding="utf-8"))
    for block in blocks:
        if block.strip():
            try:
                yield _wish(block, path.parent.name)
            except Wrong as wrong:
                raise Wrong(f"{path.parent.name}/{path.name}: {block.splitlines()[0]}: {wrong}") from None


def _wish(block: str, writer: str) -> Annotated:
    head, _, rest = block.partition("\n")
    m = _HEAD.match(head)
    if m is None:
        raise Wrong("the first line is `### number | trade | style | kind`")
    if m["style"] not in STYLES or m["sort"] not in SORTS:
        raise Wrong(f"style is one of {sorted(STYLES)}, kind one of {sorted(SORTS)}")
    lines, notes = [], {"more": [], "optional": [], "given": [], "given_views": [], "expect": [], "unread": []}
    for line in rest.splitlines():
        if line.startswith("@"):
            name, _, value = line[1:].partition(" ")
            if name not in notes:
                raise Wrong(f"@{name}: unknown; there are {sorted(notes)}")
            notes[name].append(value.strip())
        else:
            lines.append(line.rstrip())
    text, marks = marked("\n".join(lines).strip())
    if not text:
        raise Wrong("no text")
    if notes["expect"] and notes["expect"][0] not in ("question", "refusal", "plan"):
        raise Wrong("@expect is question, refusal or plan")
    if m["sort"] == "edit" and not notes["given"]:
        raise Wrong("an edit needs @given")
    for more in notes["more"]:
        _check_table(more, more.partition(":")[2])
    for given in "; ".join(notes["given"]).split(";"):
        if given.strip():
            g = re.fullmatch(rf"\s*(?P<table>{_NAME})\((?P<fields>.*)\)\s*", given)
            if g is None:
                raise Wrong(f"@given: `{given.strip()}` is not `Table(Field:kind, Field>Target)`")
            _check_table(given, re.sub(r"\[[^\]]*\]", "", g["fields"]))
    for mark in marks:
        _check(mark)
    return Annotated(
        writer,
        m["number"],
        m["trade"],
        m["style"],
        m["sort"],
        text,
        tuple(marks),
        tuple(notes["more"]),
        tuple(o.strip() for o in ",".join(notes["optional"]).split(",") if o.strip()),
        "; ".join(notes["given"]),
        "; ".join(notes["given_views"]),
        notes["expect"][0] if notes["expect"] else "plan",
        tuple(u.strip('" ') for u in notes["unread"]),
    )


def marked(words: str) -> tuple[str, list[Mark]]:
    """The text without its marks, and the marks. Raises `Wrong`."""
    text, marks, at = "", [], 0
    for m in _MARK.finditer(words):
        text += words[at : m.start()]
        marks.append(Mark(len(text), len(text) + len(m["words"]), m["tag"][0], m["tag"][1:], m["args"] or ""))
        text += m["words"]
        at = m.end()
    text += words[at:]
    stray = re.search(r".{0,30}[{}|].{0,40}", text)
    if stray and not re.search(r"^\s*\|.*\|", stray.group(), re.MULTILINE):
        raise Wrong(f"a mark that cannot be read near `{stray.group()}`")
    return text, marks


def _check(mark: Mark) -> None:
    a = mark.args
    kinds = "|".join(sorted(KINDS))
    forms = {
        "T": _NAME,
        "F": rf"{_NAME}\.{_NAME}:(?:{kinds})",
        "L": rf"{_NAME}\.{_NAME}>>?{_NAME}",
        "O": rf"{_NAME}\.{_NAME}(?:=.+)?",
        "X": rf"{_NAME}\.{_NAME}:(?:formula|rollup)",
        "V": rf"(?:{'|'.join(sorted(VIEWS))})(?: {_NAME})?",
        "W": rf"(?:{'|'.join(sorted(TRIGGERS))})(?: {_NAME}(?:\.{_NAME})?)?",
        "S": r"\S+ \S+ \S+ \S+ \S+",
        "C": r".*",
        "D": rf"[a-z_]+(?: {_NAME})?",
        "A": rf"[a-z]+ {_NAME}\.{_NAME}",
        "R": r".+",
        "E": rf"(?:{'|'.join(sorted(EDITS))})(?: .+)?",
    }
    if not re.fullmatch(forms[mark.tag], a):
        raise Wrong(f"`{mark.tag}{mark.rule} {a}` does not read as `{forms[mark.tag]}`")


def _check_table(whole: str, fields: str) -> None:
    for one in filter(str.strip, fields.split(",")):
        if not re.fullmatch(rf"\s*{_NAME}(?::(?:{'|'.join(sorted(KINDS))}|formula|rollup)|>>?{_NAME})\s*", one):
            raise Wrong(f"`{one.strip()}` in `{whole.strip()[:60]}` is not `Field:kind` or `Field>Target`")


def main() -> int:
    folders = [Path(f) for f in sys.argv[1:]] or sorted(p for p in HERE.iterdir() if p.is_dir())
    wrong = 0
    for folder in folders:
        wishes: list[Annotated] = []
        for path in sorted(folder.rglob("*.txt")):
            try:
                wishes += read_file(path)
            except Wrong as problem:
                wrong += 1
                sys.stderr.write(f"{problem}\n")
        words = sum(len(w.text.split()) for w in wishes)
        marks = Counter(m.tag for w in wishes for m in w.marks)
        sorts = Counter(w.sort for w in wishes)
        styles = Counter(w.style for w in wishes)
        sys.stdout.write(
            f"{folder.name}: {len(wishes)} wishes, {words} words, {len({w.trade for w in wishes})} trades, {dict(sorts)}, {dict(styles)}, marks {dict(marks)}\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
