"""Writes the figures of `docs/planner-model-card.md` from the manifest and `figures.json`: `python -m training.card`. A test keeps them fresh."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.builder.planner.trained.weights import manifest
from training.folds import FILE

CARD = Path(__file__).parent.parent / "docs" / "planner-model-card.md"
BEGIN, END = "<!-- figures: python -m training.card -->", "<!-- end of figures -->"
NAMES = {
    "all": "all spans", "words": "single words", "T": "tables (T)", "F": "fields (F)", "L": "links (L)", "O": "choices (O)", "X": "worked-out values (X)",
    "V": "views (V)", "W": "starts of rules (W)", "S": "schedules (S)", "C": "conditions (C)", "D": "acts (D)", "A": "tasks for a model (A)",
    "R": "roles (R)", "E": "changes (E)",
}  # fmt: skip
HEADS = {
    "intent": "what a clause is about (9)", "expected": "plan, ask or refuse", "kind": "kind of a field (22)", "sense.V": "which view (8)",
    "sense.W": "which start (7)", "sense.D": "which act (9)", "sense.A": "which task (7)", "sense.E": "which change (8)",
    "pair of": "table of a field", "pair choices": "field of a list of choices", "pair target": "table that a link leads to",
    "pair about": "table of a view or rule", "pair by": "field that a view or rule goes by",
}  # fmt: skip
Figures = Mapping[str, Any]


def figures() -> str:
    """The tables, as they stand in the card."""
    about = manifest()
    sealed: Figures = about["held_out_figures"]  # type: ignore[assignment]
    folded: Figures = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"wishes": 0, "spans": {}, "heads": {}}
    left = " and ".join(", ".join(out) for out in folded.get("left", []))
    writers = ", ".join(str(w) for w in about["held_out"])  # type: ignore[attr-defined]
    lines = [
        f"**Held out**: {sealed['wishes']} wishes of writers who taught nothing ({writers}), read by the weights that are shipped.",
        f"**Left out**: {folded['wishes']} wishes of {left or 'nobody yet'}, each read by a training of the same course without its writer,",
        "to whom the shipped weights owe a part; stricter, because such a training lacks voices. `script/train-planner --folds` makes these again for all.",
        "A span counts when its first word, its last word and its tag are right.",
        "",
        "| | held out: precision | recall | F1 | number | left out: precision | recall | F1 | number |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    styles = sorted(
        n for n in {**sealed["spans"], **folded["spans"]} if n.startswith(("style ", "kind ")) and not n.endswith("vague")
    )
    for name in (*NAMES, *styles):
        lines.append(f"| {NAMES.get(name, name)} | {_cells(sealed['spans'].get(name))} | {_cells(folded['spans'].get(name))} |")
    lines += ["", "Heads, given the right spans: how often the right answer comes first, or among the first three.", ""]
    lines += [
        "| | held out: first | first three | number | left out: first | first three | number |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {said} | {_cells(sealed['heads'].get(h), 3)} | {_cells(folded['heads'].get(h), 3)} |" for h, said in HEADS.items()
    ]
    return "\n".join(lines)


def _cells(found: list[float] | None, count: int = 4) -> str:
    return " | ".join(["–"] * count) if found is None else " | ".join([*(f"{x:.2f}" for x in found[:-1]), str(found[-1])])


def written(card: str) -> str:
    """The card with fresh figures."""
    before, _, rest = card.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{figures()}\n\n{END}{after}"


if __name__ == "__main__":
    CARD.write_text(written(CARD.read_text("utf-8")), "utf-8")
