"""What a model is asked to put into a field, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field as Limit
from pydantic import StringConstraints

from sayso.spec.part import Frozen, Id

if TYPE_CHECKING:
    from sayso.spec.fields import AnyField

AiTask = Literal[
    "summarise", "classify", "extract", "generate", "translate", "draft_reply", "describe_image", "image", "edit_image"
]
PICTURE_TASKS: tuple[AiTask, ...] = ("image", "edit_image")
FILLABLE = (
    "text", "long_text", "email", "phone", "url", "number", "money", "percent", "rating", "duration", "date", "datetime", "checkbox",
    "select", "multi_select", "link", "image",
)  # fmt: skip
"""The kinds that may carry a `fill`; `ai` says the same at its top level."""
PROMPT_CHARACTERS_MAX = 20_000
PICTURES_MAX = 8
"""Pictures in one value."""

Prompt = Annotated[str, StringConstraints(max_length=PROMPT_CHARACTERS_MAX)]
When = Literal["created", "changed"]
Share = Annotated[float, Limit(ge=0, le=1)]

_BRACES = re.compile(r"\{([^{}]+)\}(?:\.\{([^{}]+)\})?")


class Picture(Frozen):
    """How pictures are made. `reference` is a field with pictures to start from, `mask` one with the mask of what may change
    (transparent where it may); both in the same table."""

    size: Annotated[str, StringConstraints(pattern=r"^(auto|[1-9]\d{1,3}x[1-9]\d{1,3})$")] = "auto"
    quality: Literal["auto", "low", "medium", "high", "standard", "hd"] = "auto"
    style: Annotated[str, StringConstraints(max_length=400)] = ""
    """`vivid`, `natural`, or in words: `flat illustration, two colours`."""
    background: Literal["auto", "opaque", "transparent"] = "auto"
    count: Annotated[int, Limit(ge=1, le=PICTURES_MAX)] = 1
    reference: Id | None = None
    mask: Id | None = None


class Fill(Frozen):
    """A model writes the field's value from the row's other fields, which `prompt` names in braces: `Who sent {Letter}?`

    `slot` is where its model is plugged in; `text` stands for whatever the task needs (pictures are drawn by `image`, seen by
    `vision`). `when` a row is created or its sources change, else by hand. A value that the model is less sure of than
    `review_below` waits for a person to look. `language` is what the answer must be in, such as `German`. With `reuse`
    rows that say the very same get one answer within one filling of many rows, and one call.
    """

    task: AiTask = "generate"
    prompt: Prompt = ""
    slot: Id = "text"
    when: tuple[When, ...] = ()
    review_below: Share | None = None
    language: Annotated[str, StringConstraints(max_length=60)] = ""
    picture: Picture | None = None
    reuse: bool = False


def fill_of(field: AnyField) -> Fill | None:
    """How a model fills this field, whether it is of the kind `ai` or of another and carries a `fill`; None when people do."""
    if field.kind == "ai":
        return Fill(
            task=field.task, prompt=field.prompt, slot=field.slot, when=field.when, review_below=field.review_below, language=field.language,
            reuse=field.reuse,
        )  # fmt: skip
    return field.fill if field.kind in FILLABLE else None


def named_in(prompt: str) -> Iterator[tuple[str, ...]]:
    """The fields that a prompt names, as written: `("Notes",)` for `{Notes}`, `("Client", "City")` for `{Client}.{City}`."""
    for found in dict.fromkeys(_BRACES.findall(prompt)):
        yield tuple(" ".join(part.split()) for part in found if part.strip())
