"""An app that is written twice, once in plain words and once in texts that would like to be code, and what came out of a page's HTML."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml import html as lxml_html

from tests.security.payloads import EVIL, PAYLOADS

LABELLED = 45
"""Questions of the form: as many as take what the choices leave of the texts."""
ADDRESSES = frozenset(
    ("href", "src", "action", "formaction", "data", "srcset", "poster", "background", "cite", "xlink:href", "ping")
)
Word = Callable[[], str]
Skeleton = set[tuple[str, frozenset[str]]]


def hostile() -> Word:
    """Names are compared without regard to capitals, so those in capitals are left to values."""
    names: Iterator[str] = iter(p[:90] for n, p in enumerate(PAYLOADS) if n % 10 != 1)
    return lambda: next(names)


def plain() -> Word:
    numbers = iter(range(1_000))
    return lambda: f"Word {next(numbers)}"


def spec(id: str, word: Word) -> dict[str, Any]:
    options = [{"id": f"o{n}", "name": word(), "hue": "blue"} for n in range(6)]
    many = [{"id": f"m{n}", "name": word(), "hue": "gray"} for n in range(10)]
    fields: list[dict[str, Any]] = [
        {"id": "name", "name": word(), "kind": "text"},
        {"id": "notes", "name": word(), "kind": "long_text"},
        {"id": "status", "name": word(), "kind": "select", "options": options},
        {"id": "menu", "name": word(), "kind": "select", "options": many},
        {"id": "tags", "name": word(), "kind": "multi_select", "options": [{**one, "id": f"t{one['id']}"} for one in options]},
        {"id": "day", "name": word(), "kind": "date"},
        {"id": "site", "name": word(), "kind": "url"},
        {"id": "mail", "name": word(), "kind": "email"},
        {"id": "done", "name": word(), "kind": "checkbox"},
        {"id": "stars", "name": word(), "kind": "rating"},
        {"id": "papers", "name": word(), "kind": "file"},
        {"id": "much", "name": word(), "kind": "number", "unit": "°"},
        *({"id": f"f{n}", "name": f"Plain {n}", "kind": "text"} for n in range(LABELLED)),
    ]
    asked = [{"field": f["id"], **({"label": word(), "help": word()} if n < LABELLED else {})} for n, f in enumerate(fields)]
    tiles = [
        {"kind": "number", "id": "count", "name": word(), "table": "things"},
        {"kind": "chart", "id": "round", "name": word(), "table": "things", "shape": "donut", "by": "status"},
        {"kind": "chart", "id": "named", "name": word(), "table": "things", "by": "name"},
        {
            "kind": "list",
            "id": "some",
            "name": word(),
            "table": "things",
            "fields": ["name", "notes", "status", "site"],
            "rows": 20,
        },
    ]
    views = [
        {"id": "grid", "name": word(), "kind": "grid", "table": "things"},
        {"id": "board", "name": word(), "kind": "board", "table": "things", "by": "status"},
        {"id": "gallery", "name": word(), "kind": "gallery", "table": "things"},
        {"id": "days", "name": word(), "kind": "calendar", "table": "things", "start": "day"},
        {"id": "bars", "name": word(), "kind": "timeline", "table": "things", "start": "day", "by": "status"},
        {"id": "chart", "name": word(), "kind": "chart", "table": "things", "shape": "bar", "by": "name", "split": "status"},
        {"id": "numbers", "name": word(), "kind": "dashboard", "tiles": tiles},
        {"id": "form", "name": word(), "kind": "form", "table": "things", "title": word(), "intro": word(), "button": word(), "thanks": word(), "fields": asked},
    ]  # fmt: skip
    table = {"id": "things", "name": word(), "fields": fields}
    return {"id": id, "name": word(), "description": word(), "tables": [table], "views": views}


def skeleton(page: str) -> Skeleton:
    """Every element with its attributes' names, as a browser reads the page; none of them runs or leads anywhere that is not ours."""
    found: Skeleton = set()
    for element in lxml_html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            assert "!--" not in str(element), "a comment, which none of our templates has"
            continue
        for name, value in element.attrib.items():
            _must_be_harmless(element, name, value)
        if element.tag == "script":
            assert element.get("src", "").startswith("/") or element.get("type") in ("application/json", "application/ld+json")
            assert "<" not in (element.text or ""), "what stands in a script could end it"
        if element.tag == "style":
            assert EVIL not in (element.text or "")
        found.add((element.tag, frozenset(element.attrib)))
    return found


def _must_be_harmless(element: Any, name: str, value: str) -> None:
    assert not name.startswith("on") and name != "srcdoc", (element.tag, name, value)
    if name == "style":
        assert "url" not in value and "expression" not in value
    if name == "http-equiv":
        assert value.lower() == "content-security-policy"
    if name in ADDRESSES:
        at = urlsplit(value.strip())
        ours = not at.scheme and not at.netloc
        linked = element.tag == "a" and at.scheme in ("https", "mailto") and "noopener" in element.get("rel", "noopener")
        assert ours or linked, (element.tag, name, value)
