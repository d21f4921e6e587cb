"""Whether a model can do what is asked of it: for slots, before a call fails."""

from collections.abc import Iterable

from sayso.errors import Invalid
from sayso.models.model import Model

NEEDS: dict[str, tuple[str, str]] = {
    "vision": ("sends pictures", "read them"),
    "pdf": ("sends PDF files", "read them"),
    "audio_in": ("sends audio", "hear it"),
    "video_in": ("sends videos", "watch them"),
    "tools": ("calls tools", "call any"),
    "structured_output": ("asks for answers in a JSON schema", "keep to one"),
    "reasoning": ("asks for reasoning", "reason"),
    "web_search": ("searches the web", "search it"),
    "computer_use": ("operates a computer", "operate one"),
}
"""An ability → what a use that needs it does, and what a model without it does not."""
KINDS = {
    "text": ("asks for text", "write any"),
    "image": ("asks for pictures", "make any"),
    "embedding": ("asks for vectors", "make any"),
    "transcription": ("sends speech to be written down", "write it down"),
    "speech": ("asks for speech", "speak"),
}


def refusals(model: Model, needs: Iterable[str], *, kind: str | None = None, who: str = "This slot") -> list[str]:
    """Why the model will not do, as sentences; empty when nothing known speaks against it. What nobody published is no reason.

    `needs` are abilities such as `vision`; `kind` is what has to come out (`text`, `image`, `embedding`, …).
    """
    asked = tuple(dict.fromkeys(needs))
    if unknown := [need for need in asked if need not in NEEDS]:
        raise Invalid(f"There is no ability called {unknown[0]}.")
    if kind is not None and kind not in KINDS:
        raise Invalid(f"There is no kind of slot called {kind}.")
    found: list[str] = []
    if kind is not None and not _makes(model, kind):
        does, lacks = KINDS[kind]
        found.append(f"{who} {does}; {model.name} does not {lacks}.")
    for need in asked:
        if model.can(need) is False or (need == "vision" and model.type == "embedding"):
            does, lacks = NEEDS[need]
            found.append(f"{who} {does}; {model.name} does not {lacks}.")
    return found


def _makes(model: Model, kind: str) -> bool:
    if model.type == kind:
        return True
    made = {"image": "image", "text": "text", "speech": "audio"}.get(kind)
    return made is not None and model.outputs is not None and made in model.outputs.value and model.type != "embedding"
