"""What Pydantic found wrong, in words for the one who sent it."""

from typing import Any

REASONS: dict[str, tuple[str, str | None]] = {
    "missing": ("is needed", None),
    "extra_forbidden": ("is not known here; leave it out", None),
    "string_type": ("is text", '"Otto"'),
    "int_type": ("is a whole number", "7"),
    "int_parsing": ("is a whole number", "7"),
    "int_from_float": ("is a whole number", "7"),
    "int_parsing_size": ("is a whole number, of a size that can be kept", "7"),
    "float_type": ("is a number", "12.5"),
    "float_parsing": ("is a number", "12.5"),
    "bool_type": ("is true or false", "true"),
    "bool_parsing": ("is true or false", "true"),
    "dict_type": ("is an object", '{"name": "Otto"}'),
    "model_type": ("is an object", "{}"),
    "model_attributes_type": ("is an object", "{}"),
    "list_type": ("is a list", "[7, 8]"),
    "tuple_type": ("is a list", "[]"),
    "datetime_parsing": ("is a moment", '"2026-11-27T07:30:00Z"'),
    "datetime_from_date_parsing": ("is a moment", '"2026-11-27T07:30:00Z"'),
    "date_parsing": ("is a day", '"2026-11-27"'),
    "json_invalid": ("is JSON", '{"name": "Otto"}'),
    "finite_number": ("is a number that ends", "12.5"),
    "recursion_loop": ("holds itself", None),
}


def reason(error: dict[str, Any]) -> tuple[str, str | None]:
    """Why, and an example where one helps."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind in REASONS:
        return REASONS[kind]
    match kind:
        case "string_too_long":
            return f"has at most {limits['max_length']:,} characters", None
        case "string_too_short":
            return f"has at least {limits['min_length']} characters", None
        case "too_long":
            return f"holds at most {limits['max_length']:,}", None
        case "greater_than_equal":
            return f"is at least {limits['ge']}", str(limits["ge"])
        case "less_than_equal":
            return f"is at most {limits['le']}", str(limits["le"])
        case "literal_error" | "enum":
            return f"is one of {limits['expected']}", None
        case "union_tag_invalid":
            return f"has a {limits['discriminator']} that is one of {limits['expected_tags']}", None
        case "union_tag_not_found":
            return f"says what it is in {limits['discriminator']}", None
        case "string_pattern_mismatch":
            return "holds characters that do not belong there", None
        case "value_error":
            return str(limits.get("error", error["msg"])), None
        case _:
            return str(error["msg"]), None
