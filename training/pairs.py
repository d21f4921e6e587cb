"""Which marks of a wish belong to which, as questions with candidates and right answers."""

from dataclasses import dataclass

from sayso.builder.planner.trained.relations import FROM, RELATIONS, Layout, Place, Relation
from training.annotated import Mark
from training.examples import Example, field, owner, target


@dataclass(frozen=True, slots=True)
class Question:
    """Of which candidate is `query`? All of `right` are; none when it is not mentioned in the text."""

    relation: Relation
    query: int
    candidates: list[int]
    right: frozenset[int]


def layout(example: Example) -> Layout:
    """The marks as the places that a perfect tagger would have found."""
    places = [Place(s.start, s.stop, m.tag) for m, s in zip(example.wish.marks, example.spans, strict=True)]  # type: ignore[arg-type]
    return Layout.of(example.words, places)


def questions(example: Example, laid: Layout) -> list[Question]:
    marks = example.wish.marks
    asked: list[Question] = []
    for relation in RELATIONS:
        for query, mark in enumerate(marks):
            wanted = _wanted(relation, mark)
            if mark.tag not in FROM[relation] or not wanted:
                continue
            candidates = laid.candidates(relation, query)
            right = frozenset(i for i in candidates if _meant(relation, marks[i]) == wanted)
            if candidates:
                asked.append(Question(relation, query, candidates, right))
    return asked


def _wanted(relation: Relation, mark: Mark) -> str:
    match relation:
        case "of" | "about":
            return owner(mark)
        case "choices":
            return field(mark)
        case "target":
            return target(mark)
        case "by":
            table, _, name = mark.args.partition(" by ")
            if mark.tag == "V":
                return f"{owner(mark)}.{name.strip()}" if name else ""
            return table.partition(" ")[2] if "." in table else ""


def _meant(relation: Relation, mark: Mark) -> str:
    if relation in ("choices", "by"):
        return field(mark)
    return target(mark) if mark.tag == "L" else owner(mark)
