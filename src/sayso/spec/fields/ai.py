"""Text that a model writes."""

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from sayso.spec.fields.choice import Option
from sayso.spec.fields.field import Field, Storage
from sayso.spec.fields.fill import AiTask, Prompt, Share, When
from sayso.spec.fields.text import LongText
from sayso.spec.part import Id

__all__ = ["Ai", "AiTask"]


class Ai(Field):
    """Text written by the model in a slot, from the row's own fields: `Summarise {Notes} in one line.` People may write it over.

    What another kind of field says in its `fill` stands here at the top level; `spec.fields.fill.fill_of` reads both alike.
    """

    kind: Literal["ai"] = "ai"
    storage: ClassVar = Storage.TEXT
    example: ClassVar = "Chase the deposit, then release the crew call sheet."
    task: AiTask = "generate"
    prompt: Prompt = ""
    slot: Id = "text"
    options: tuple[Option, ...] = ()
    """What `classify` chooses from; the value is the choice's name."""
    when: tuple[When, ...] = ()
    review_below: Share | None = None
    language: Annotated[str, StringConstraints(max_length=60)] = ""
    reuse: bool = False

    def parse(self, raw: object) -> str | None:
        return LongText(id=self.id, name=self.name).parse(raw)
