"""Requests that Schemathesis makes from the OpenAPI file: bodies, queries and paths that break it in one place, and some that keep to it."""

import random
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from sayso.web.routes import API
from tests.attacks.bad_requests import Bad, written
from tests.isolation.addresses import name
from tests.isolation.test_addresses import ENDS_WHO_ASKS
from tests.isolation.worlds import World, parameters

KEPT_TO = 4
"""One in so many keeps to the file: what is refused at the door never meets what stands behind it."""
TRUE_PATHS = 0.75
"""How many name things that are there; of what takes things away, few do, or soon nothing would be there to ask for."""
TRUE_PATHS_OF_DELETE = 0.1
SPEC = {name(one).replace(":path}", "}"): one for one in API}


def requests(file: dict[str, Any], w: World, count: int, seed: int) -> Iterator[Bad]:
    """So many, spread evenly over all operations; a run of the suite draws some operations, a whole run takes all."""
    draw = random.Random(seed)
    found = schemathesis.openapi.from_dict(file).get_all_operations()
    operations = [one for one in (result.ok() for result in found) if one.label not in ENDS_WHO_ASKS]
    draw.shuffle(operations)
    each = max(3, -(-count * 3 // (len(operations) * 2)))  # some operations take nothing, and so have few
    made = 0
    for at in range(0, len(operations), 40):
        some = [_of(draw, operation, w, each, seed) for operation in operations[at : at + 40]]
        for row in zip_longest(*some):
            for bad in row:
                if bad is not None and made < count:
                    made += 1
                    yield bad


def _of(draw: random.Random, operation: Any, w: World, count: int, seed: int) -> list[Bad]:
    kept = max(1, count // KEPT_TO)
    broken = _cases(operation, GenerationMode.NEGATIVE, count - kept, seed)
    cases = [*broken, *_cases(operation, GenerationMode.POSITIVE, count - len(broken), seed)]
    return [_bad(draw, operation, case, w) for case in cases]


def _cases(operation: Any, mode: GenerationMode, count: int, seed: int) -> list[Any]:
    made: list[Any] = []

    @seeded(seed)
    @settings(max_examples=count, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        made.append(case)

    try:
        collect()
    except Unsatisfiable:
        return made  # it takes nothing, so nothing about it can be wrong
    return made


def _bad(draw: random.Random, operation: Any, case: Any, w: World) -> Bad:
    address = SPEC[operation.label]
    told = case.path_parameters or {}
    true = draw.random() < (TRUE_PATHS_OF_DELETE if address.verb == "DELETE" else TRUE_PATHS)
    path = operation.path
    for inside, key in parameters(address.path).items():
        plain = inside.partition(":")[0]
        there = w.ids.get(f"{address.path}:{inside}", w.ids.get(key, "x"))
        path = path.replace(f"{{{plain}}}", there if true else quote(str(told.get(plain, there))[:500], safe=""))
    query = {str(key): (value if isinstance(value, str) else str(value))[:2_000] for key, value in (case.query or {}).items()}
    headers = {str(key): str(value) for key, value in (case.headers or {}).items() if str(key).lower() != "authorization"}
    headers = {key: value.encode("ascii", "ignore").decode() for key, value in headers.items() if key.isascii()}
    body, kind = case.body, str(case.media_type or "")
    if repr(body) == "<NOT_SET>" or "NotSet" in type(body).__name__:
        return Bad(case.method.upper(), path, query, b"", headers)
    if kind.startswith("multipart"):
        return Bad(case.method.upper(), path, query, _parts(body), headers | {"content-type": "multipart/form-data; boundary=x"})
    content = body if isinstance(body, bytes) else written(body)
    return Bad(case.method.upper(), path, query, content, headers | {"content-type": kind or "application/json"})


def _parts(body: Any) -> bytes:
    """A form as it is sent; what is no form, as it is."""
    if not isinstance(body, dict):
        return written(body)
    parts = b""
    for key, value in body.items():
        inside = value if isinstance(value, bytes) else str(value).encode(errors="replace")
        named = str(key).encode(errors="replace").replace(b'"', b"").replace(b"\r", b"").replace(b"\n", b"")
        parts += b'--x\r\nContent-Disposition: form-data; name="' + named + b'"; filename="a.csv"\r\n\r\n' + inside + b"\r\n"
    return parts + b"--x--\r\n"
