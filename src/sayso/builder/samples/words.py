"""The word lists, read once."""

from functools import cache
from importlib.resources import files


@cache
def lines(name: str) -> tuple[str, ...]:
    text = (files("sayso.builder.samples") / "words" / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines(name):
        noun, _, examples = line.partition("\t")
        found[noun] = tuple(e.strip() for e in examples.split("|"))
    return found


def people() -> tuple[str, ...]:
    return lines("people.txt")


def companies() -> tuple[str, ...]:
    return lines("companies.txt")
