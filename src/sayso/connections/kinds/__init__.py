"""The kinds of connection, one file each."""

from sayso.connections.kind import Kind
from sayso.connections.kinds import http

KINDS: dict[str, Kind] = {one.key: one for one in (http.KIND,)}
