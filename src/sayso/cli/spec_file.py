"""Apps as files: YAML or JSON, read with every problem named."""

import sys
from pathlib import Path

import yaml
from pydantic import ValidationError

from sayso.errors import Invalid, Problem
from sayso.spec.app import App, app_from

SPEC_BYTES_MAX = 5_000_000
PROBLEMS_SHOWN_MAX = 50


def read_app(path: str) -> App:
    """The app in this file; `-` reads it from standard input. Raises `Invalid`."""
    raw = _text(path)
    try:
        return app_from(raw)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else path
        raise Invalid(Problem(where, f"is not YAML or JSON: {getattr(error, 'problem', None) or 'it cannot be read'}")) from None
    except RecursionError:
        raise Invalid(Problem(path, "is nested too deeply")) from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:PROBLEMS_SHOWN_MAX]
        raise Invalid.of(Problem("/".join(map(str, e["loc"])), e["msg"]) for e in found) from None


def bare(app: App) -> App:
    """What a new app begins from: its own face, and nothing in it."""
    return App(id=app.id, name=app.name, description=app.description, icon=app.icon, hue=app.hue, zone=app.zone)


def _text(path: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read(SPEC_BYTES_MAX + 1) if path == "-" else _head(Path(path))
    except OSError as error:
        raise Invalid(Problem(path, f"cannot be read: {error.strerror}")) from None
    if len(raw) > SPEC_BYTES_MAX:
        raise Invalid(Problem(path, f"is larger than {SPEC_BYTES_MAX:,} bytes; an app's file never is"))
    return raw


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SPEC_BYTES_MAX + 1)
