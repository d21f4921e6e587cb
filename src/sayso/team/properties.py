"""Properties of members and groups: what rules about rows may ask for, `my.region`. Names are compared in lower case."""

from collections.abc import Mapping

from sayso.errors import Invalid, Problem

PROPERTIES_MAX = 30
NAME_LENGTH_MAX = 60
VALUE_LENGTH_MAX = 200


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """As they are kept; an empty value takes one away. Raises `Invalid`."""
    kept = {" ".join(name.split()).lower(): " ".join(value.split()) for name, value in given.items()}
    kept = {name: value for name, value in kept.items() if value}
    if len(kept) > PROPERTIES_MAX:
        raise Invalid(Problem("properties", f"are at most {PROPERTIES_MAX}"))
    for name, value in kept.items():
        if not 0 < len(name) <= NAME_LENGTH_MAX or "." in name or not name.isprintable():
            raise Invalid(Problem("properties", f"{name[:40]!r} is no name for a property", "region"))
        if len(value) > VALUE_LENGTH_MAX or not value.isprintable():
            raise Invalid(Problem(f"properties/{name[:60]}", f"has at most {VALUE_LENGTH_MAX} characters", "North"))
    return kept
