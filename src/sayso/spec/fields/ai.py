"""Values that a model writes."""

from typing import ClassVar, Literal

from sayso.spec.fields.choice import Option
from sayso.spec.fields.field import Field, Storage
from sayso.spec.part import Id

AiTask = Literal["summarise", "classify", "extract", "generate", "translate", "image"]


class Ai(Field):
    """Text written by the model in a slot, from the row's own fields: `Summarise {Notes} in one line.`

    Declared here; until a model is connected the cell says so, and nothing is made up.
    """

    kind: Literal["ai"] = "ai"
    storage: ClassVar = Storage.TEXT
    writable: ClassVar = False
    example: ClassVar = "Chase the deposit, then release the crew call sheet."
    task: AiTask = "generate"
    prompt: str = ""
    slot: Id = "text"
    options: tuple[Option, ...] = ()
    """What `classify` chooses from."""
