"""The little company at the door of the API, for stories of those who mean ill."""

from tests.web.conftest import address, app, company, settings

__all__ = ["address", "app", "company", "settings"]
