"""The gateway's desk: agents are tested against its scripted upstream."""

from tests.gateway.conftest import _fresh, desk, up, web

__all__ = ["_fresh", "desk", "up", "web"]
