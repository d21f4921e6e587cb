"""What the small classifiers tell apart, in the order of their columns."""

from typing import Literal, get_args

Intent = Literal["schema", "view", "automation", "computed", "ai", "role", "edit", "unread", "smalltalk"]
"""What a clause is mostly about. `unread`: it asks for something that no app of ours can serve."""
Expected = Literal["plan", "question", "refusal"]
"""What a whole wish calls for."""
Kind = Literal[
    "text", "long_text", "number", "currency", "percent", "date", "datetime", "duration", "select", "multi_select", "boolean",
    "email", "phone", "url", "image", "file", "rating", "user", "autonumber", "address", "formula", "rollup",
]  # fmt: skip
"""The kinds of `training/planner/README.md`; formula and rollup are those of worked-out values."""

SENSES: dict[str, tuple[str, ...]] = {
    "V": ("grid", "calendar", "board", "timeline", "gallery", "chart", "form", "dashboard"),
    "W": ("row_created", "row_changed", "row_deleted", "form_submitted", "date_reached", "button", "webhook"),
    "D": ("send_email", "notify", "slack", "sms", "create_row", "update_row", "delete_row", "http_request", "ai"),
    "A": ("summarise", "classify", "extract", "draft", "translate", "image", "answer"),
    "E": ("rename", "remove", "kind", "required", "unique", "remove_view", "reschedule", "undo"),
}
"""Which view, start of a rule, act, task of a model or change a span of that tag asks for."""

INTENTS: tuple[Intent, ...] = get_args(Intent)
EXPECTED: tuple[Expected, ...] = get_args(Expected)
KINDS: tuple[Kind, ...] = get_args(Kind)
