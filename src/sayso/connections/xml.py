"""XML from elsewhere: read without anything that a document could make the reader do."""

import re
from typing import Any
from xml.etree import ElementTree

from sayso.connections.reading import SourceFailed

DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
DEPTH_MAX = 100


def parsed(body: bytes, name: str) -> ElementTree.Element:
    """Documents that declare entities are refused: they are how XML grows out of nothing, or reads files."""
    if DECLARED.search(body):
        raise SourceFailed(f"{name} declares a document type, which is not read.")
    builder = _Shallow()
    try:
        parser = ElementTree.XMLParser(target=builder)
        parser.feed(body)
        return parser.close()
    except ElementTree.ParseError as error:
        raise SourceFailed(f"{name} is no XML: {error}") from None


class _Shallow(ElementTree.TreeBuilder):
    """Elements as they come, so deep and no deeper."""

    depth = 0

    def start(self, tag: str, attrs: dict[Any, Any], /) -> ElementTree.Element:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise SourceFailed("The document is nested too deeply.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self.depth -= 1
        return super().end(tag)


def local(element: ElementTree.Element) -> str:
    """Its name without the namespace."""
    return element.tag.rpartition("}")[2]


def text(element: ElementTree.Element, *names: str) -> str | None:
    """Of the first child that has one of these names and says something."""
    for name in names:
        for child in element:
            if local(child) == name and (said := "".join(child.itertext()).strip()):
                return said
    return None
