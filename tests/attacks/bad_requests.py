"""Requests that no client of ours would send, made from the OpenAPI file, the pages, /v1 and /mcp: good ones bent in one place or many."""

import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sayso.web.mcp.tools import TOOLS
from sayso.web.routes import API, PUBLIC
from sayso.web.v1.routes import ENDPOINTS
from tests.isolation.addresses import UPLOADS, name
from tests.isolation.bodies import queries
from tests.isolation.test_addresses import ENDS_WHO_ASKS
from tests.isolation.worlds import World, parameters
from tests.web.test_every_address import BODIES, NONSENSE, QUERIES, bent

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE")
TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "",
    "a/b; charset=\x7f",
)
HEADERS: dict[str, tuple[str, ...]] = {
    "idempotency-key": ("", "x" * 300, "é", "same", "\x7f"), "range": ("bytes=0-", "bytes=9-1", "bytes=-1,-2,-3", "x"), "accept": ("*/*", "x", ""),
    "if-none-match": ("*", '"x"'), "content-encoding": ("gzip", "br", "x"), "expect": ("100-continue",), "accept-language": ("de", "x" * 999),
    "x-sayso-see-as": ("member:m_0", "role:", "group:\x7f", "x" * 500), "mcp-protocol-version": ("2025-06-18", "x"), "authorization": ("Bearer", "Basic eA==", "Bearer sayso_x"),
    "cookie": ("sayso_session=x", "=;=", "sayso_session=" + "x" * 600), "host": ("evil.example", "[", "x" * 300), "origin": ("null", "http://evil.example"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bad:
    verb: str
    path: str
    query: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])


def requests(draw: random.Random, file: dict[str, Any], w: World) -> Iterator[Bad]:
    """For ever; each address in its turn, so that a few hundred touch all of them."""
    kinds = [
        *(("api", one) for one in API if name(one) not in ENDS_WHO_ASKS),
        *(("page", one) for one in PUBLIC),
        *(("v1", one) for one in ENDPOINTS),
    ]
    kinds += [("mcp", tool) for tool in TOOLS]
    while True:
        draw.shuffle(kinds)
        for kind, one in kinds:
            yield (
                _of_api(draw, file, w, one)
                if kind == "api"
                else _of_mcp(draw, w, one)
                if kind == "mcp"
                else _of_path(draw, w, kind, one)
            )


def nonsense(draw: random.Random) -> Any:
    match draw.randrange(8):
        case 0:
            return "".join(draw.choice(string.printable + "äß😀\u202e\u0000") for _ in range(draw.randrange(40)))
        case 1:
            return draw.randint(-(2**70), 2**70)
        case 2:
            return _deep(draw.randrange(1, 60))
        case 3:
            return "x" * draw.choice((100, 5_000, 70_000))
        case _:
            return draw.choice(NONSENSE)


def written(value: Any) -> bytes:
    """As JSON, also what is no good JSON: numbers without end."""
    return json.dumps(value, default=str).encode(errors="replace")


def _deep(levels: int) -> Any:
    value: Any = 1
    for n in range(levels):
        value = [value] if n % 2 else {"of": value}
    return value


def _segment(draw: random.Random) -> str:
    told = str(nonsense(draw))[:400]
    return (
        "".join(f"%{byte:02x}" for byte in told.encode(errors="replace"))
        if draw.random() < 0.7
        else "".join(c for c in told if c.isalnum()) or "x"
    )


WHO_ASKS = ("authorization", "cookie", "host")
"""With another of these a request ends at the door: few do, for what stands behind it is asked for here."""


def _headers(draw: random.Random) -> dict[str, str]:
    sent = {"content-type": draw.choice(TYPES) if draw.random() < 0.15 else "application/json"}
    known = sorted(HEADERS) if draw.random() < 0.1 else sorted(HEADERS.keys() - WHO_ASKS)
    for header in draw.sample(known, draw.choice((0, 0, 0, 1, 2))):
        sent[header] = draw.choice(HEADERS[header])
    return {header: value.encode("ascii", "ignore").decode() for header, value in sent.items()}


def _content(draw: random.Random, example: Any) -> bytes:
    match draw.randrange(12):
        case 0:
            return draw.randbytes(draw.randrange(200))
        case 1:
            return written(nonsense(draw)) if draw.random() < 0.9 else b"[" * 20_000
        case 2:
            return b'{"a": 1, "a": 2, "__proto__": {}, "x": NaN}'
    value = example
    for _ in range(draw.choice((1, 1, 2, 4))):
        value = (
            bent(draw, value)
            if draw.random() < 0.7
            else {**value, draw.choice(("id", "app", "rows", "values", "ids", "filter")): nonsense(draw)}
            if isinstance(value, dict)
            else nonsense(draw)
        )
    try:
        return written(value)
    except TypeError:
        return repr(value).encode(errors="replace")


def _of_api(draw: random.Random, file: dict[str, Any], w: World, address: Any) -> Bad:
    ids, path = dict(w.ids), address.path
    spoil = draw.random() < (0.9 if address.verb == "DELETE" else 0.3)
    for inside, key in parameters(path).items():
        path = path.replace(
            f"{{{inside}}}",
            _segment(draw) if spoil or draw.random() < 0.1 else ids.get(f"{address.path}:{inside}", ids.get(key, "x")),
        )
    query = dict(QUERIES.get(name(address), {}))
    for key in draw.sample(known, min(len(known), draw.randrange(4))) if (known := queries(file, address)) else ():
        query[key] = str(nonsense(draw))[:2_000]
    if name(address) in UPLOADS or draw.random() < 0.03:
        return Bad(address.verb, path, query, _upload(draw), _headers(draw) | {"content-type": "multipart/form-data; boundary=x"})
    verb = draw.choice(VERBS) if draw.random() < 0.03 and address.verb == "GET" else address.verb
    content = b"" if verb in ("GET", "HEAD") else _content(draw, BODIES.get(name(address), {}))
    return Bad(verb, path, query, content, _headers(draw))


def _upload(draw: random.Random) -> bytes:
    names = ("a.csv", "../../etc/passwd", "a.xlsx", "x" * 400, 'a"b', "", "a.svg")
    contents = (
        b"a,b\n1,2\n",
        b"PK\x03\x04" + draw.randbytes(60),
        b"\xff\xfe" + draw.randbytes(40),
        b"",
        b'"' * 2_000,
        b"<svg onload=x>",
    )
    named = f'; filename="{draw.choice(names)}"' if draw.random() < 0.9 else ""
    part = draw.choice(("file", "file", "files", "")).encode()
    end = b"\r\n--x--\r\n" if draw.random() < 0.9 else b""
    return (
        b'--x\r\nContent-Disposition: form-data; name="'
        + part
        + b'"'
        + named.encode()
        + b"\r\n\r\n"
        + draw.choice(contents)
        + end
    )


def _of_path(draw: random.Random, w: World, kind: str, one: Any) -> Bad:
    path = one.path if kind == "page" else f"/v1/{one.path}"
    ids = [*w.ids.values(), *w.inside["v1"].values()]
    if path.startswith("/scim/") and one.verb != "GET":
        ids = [id for id in ids if id != w.ids["Users"]]  # a directory that switches off who asks leaves nobody to ask
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + (draw.choice(ids) if draw.random() < 0.3 else _segment(draw)) + rest.partition("}")[2]
    query = {
        draw.choice(("models", "search", "limit", "after", "order", "format", "state", "code", "page")): str(nonsense(draw))[:500]
        for _ in range(draw.randrange(3))
    }
    example: Any = {
        "model": "sayso/reader",
        "messages": [{"role": "user", "content": "hi"}],
        "input": "hi",
        "grant_type": "x",
        "token": "x",
    }
    secret = w.inside["gateway_key"] if kind == "v1" else w.inside["scim"] if path.startswith("/scim/") else ""
    headers = _headers(draw) | ({"authorization": f"Bearer {secret}"} if secret and draw.random() < 0.9 else {})
    return Bad(one.verb, path, query, b"" if one.verb == "GET" else _content(draw, example), headers)


def _of_mcp(draw: random.Random, w: World, tool: Any) -> Bad:
    given = {
        key: nonsense(draw) if draw.random() < 0.5 else w.ids.get(key, "x")
        for key in tool.told["inputSchema"]["properties"]
        if draw.random() < 0.9
    }
    asked: Any = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool.name, "arguments": given}}
    accept = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
        "content-type": "application/json",
    }
    return Bad(
        "POST",
        "/mcp",
        {},
        written(asked) if draw.random() < 0.7 else _content(draw, asked),
        _headers(draw) | accept | {"authorization": w.owner.headers["authorization"]},
    )
