"""The gateway's own HTTP/1.1 client: kept connections, bytes as they come, nothing copied twice."""

from sayso.connections.wire import Broken, Connection, Limits
from sayso.gateway.upstream.pool import Pools, Target

__all__ = ["Broken", "Connection", "Limits", "Pools", "Target"]
