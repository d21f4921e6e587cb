"""Specs as people, files and programs write them.

`spelled_out` fills in what may be left out (ids, long forms, references by name, other words for kinds);
`invalid_from` tells what is still wrong in our words. Both work on parsed JSON, before there is an `App`.
"""

from __future__ import annotations

from typing import Any

from sayso.spec.portable.names import resolved
from sayso.spec.portable.written import filled
from sayso.spec.portable.wrong import invalid_from, problem_from

__all__ = ["invalid_from", "problem_from", "spelled_out"]


def spelled_out(raw: dict[str, Any]) -> dict[str, Any]:
    """An app as parsed JSON, whole: every id there, every reference by id. Never raises; what makes no sense stays."""
    return resolved(filled(raw))
