"""An OpenAPI document, read: 3.0 and 3.1, JSON or YAML. Sources: spec.openapis.org/oas/v3.1.1, /oas/v3.0.4."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import yaml

from sayso.connections.address import Url
from sayso.connections.openapi.operations import OPERATIONS_MAX, VERBS, Operation, operation
from sayso.connections.openapi.pointers import DOCUMENT_NODES_MAX, NODES_MAX, WrittenOut, followed
from sayso.errors import Invalid, Problem

JSON_BYTES_MAX = 20 * 2**20
YAML_BYTES_MAX = 4 * 2**20
"""YAML is read a hundred times slower than JSON."""
DEPTH_MAX = 200
LEFT_OUT = "{} operations are left out: they send files, two are called the same, or there are too many."
EXAMPLE = '{"openapi": "3.1.0", "info": {…}, "paths": {…}}'


@dataclass(frozen=True, slots=True)
class Document:
    """`base` is the address that paths stand below: the document's own, where it is one of the connection's hosts, else the connection's."""

    title: str
    version: str
    base: str
    operations: tuple[Operation, ...]
    problem: str | None = None

    def kept(self) -> dict[str, Any]:
        """As a catalogue keeps it."""
        return {
            "title": self.title,
            "version": self.version,
            "base": self.base,
            "problem": self.problem,
            "operations": [asdict(one) for one in self.operations],
        }


def read(document: bytes | str, address: str, hosts: Collection[str], *, came_from: str = "") -> Document:
    """Raises `Invalid`. `address` and `hosts` are the connection's; `came_from` is where the document was read, for servers named in relation to it."""
    whole = _parsed(document.encode() if isinstance(document, str) else document)
    version, info = whole.get("openapi"), whole.get("info")
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        said = "Swagger 2" if "swagger" in whole else f"OpenAPI {version}" if version else "something else"
        raise Invalid(Problem("document", f"is {said}; OpenAPI 3.0 and 3.1 are read", EXAMPLE))
    paths = whole.get("paths")
    if not isinstance(paths, dict):
        raise Invalid(Problem("document", "names no paths", EXAMPLE))
    base, problem = _base(whole, address, hosts, came_from)
    found: dict[str, Operation] = {}
    left_out, budget = 0, DOCUMENT_NODES_MAX
    for path, item in paths.items():
        item = followed(whole, item)
        if not isinstance(path, str) or not path.startswith("/") or not isinstance(item, dict):
            continue
        for verb in VERBS:
            if not isinstance(item.get(verb), dict):
                continue
            out = WrittenOut(whole, min(NODES_MAX, budget))
            one = operation(out, verb, path, item) if len(found) < OPERATIONS_MAX else None
            budget -= min(NODES_MAX, budget) - out.left
            if one is None or one.id in found:
                left_out += 1
            else:
                found[one.id] = one
    told = [problem, LEFT_OUT.format(left_out) if left_out else None]
    named: dict[str, Any] = info if isinstance(info, dict) else {}
    return Document(
        _text(named.get("title"), 200),
        _text(named.get("version"), 100),
        base,
        tuple(found.values()),
        " ".join(filter(None, told)) or None,
    )


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > JSON_BYTES_MAX:
        raise Invalid(Problem("document", f"has at most {JSON_BYTES_MAX // 2**20} MB"))
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _yaml(text)
    if not isinstance(value, dict):
        raise Invalid(Problem("document", "is no OpenAPI document", EXAMPLE))
    return value


def _yaml(text: bytes) -> Any:
    if len(text) > YAML_BYTES_MAX:
        raise Invalid(Problem("document", f"has at most {YAML_BYTES_MAX // 2**20} MB as YAML; as JSON it may have more"))
    loader = yaml.CSafeLoader(text)
    try:
        if _deepest(text) > DEPTH_MAX:
            raise Invalid(Problem("document", "is nested without end"))
        return loader.get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(Problem("document", "is neither JSON nor YAML", EXAMPLE)) from None
    finally:
        loader.dispose()


def _deepest(text: bytes) -> int:
    """How deep the text is nested, told from its events, which cost no stack."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEPTH_MAX:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def _base(whole: dict[str, Any], address: str, hosts: Collection[str], came_from: str) -> tuple[str, str | None]:
    """The first server of the document that the connection leads to; else the connection's address, and a word about it."""
    own = str(Url.of(address, "settings/address")).rstrip("/")
    servers = whole.get("servers")
    named = [
        one for one in (servers if isinstance(servers, list) else []) if isinstance(one, dict) and isinstance(one.get("url"), str)
    ]
    elsewhere = list[str]()
    for one in named:
        url = _with_defaults(one["url"], one.get("variables"))
        try:
            to = Url.of(came_from or address).joined(url) if "://" not in url else Url.of(url)
        except Invalid:
            continue
        if to.origin in hosts:
            return str(to).rstrip("/"), None
        elsewhere.append(to.origin)
    if not elsewhere:
        return own, None
    return own, f"The document is about {elsewhere[0]}, which is no host of this connection; {own} is asked in its place."


def _with_defaults(url: str, variables: Any) -> str:
    for name, one in (variables if isinstance(variables, dict) else {}).items():
        default = one.get("default") if isinstance(one, dict) else None
        if isinstance(default, str | int):
            url = url.replace(f"{{{name}}}", str(default))
    return url


def _text(value: Any, most: int) -> str:
    return " ".join(str(value).split())[:most].replace("\0", "") if isinstance(value, str | int | float) else ""
