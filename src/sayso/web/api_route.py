"""What every request to the API passes."""

from fastapi.routing import APIRoute


class ApiRoute(APIRoute):
    """Who asks, whether they may, and what they sent, before the handler is called."""
