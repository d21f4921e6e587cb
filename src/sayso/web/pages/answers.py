"""What somebody answered: read by each field's own rules, with every problem beside its question."""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile

from sayso.errors import Invalid
from sayso.spec.fields import Percent, Rating
from sayso.web.pages.questions import Question

FILES_MAX = 10
NEEDED = "This is needed."
TYPED_CHARACTERS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Answers:
    """The questions with what was typed and what is wrong with it; raw values by field; files by field."""

    questions: list[Question]
    values: dict[str, Any]
    files: dict[str, list[UploadFile]]

    @property
    def problems(self) -> int:
        return sum(bool(q.problem) for q in self.questions)


def answers(questions: list[Question], sent: FormData, files_max: int = FILES_MAX) -> Answers:
    read = [_answer(q, sent, files_max) for q in questions]
    values = {q.id: value for q, value in read if value is not None and not q.problem}
    files = {q.id: _files(q, sent) for q in questions if q.control == "file"}
    return Answers([q for q, _ in read], values, {id: some for id, some in files.items() if some})


def _answer(q: Question, sent: FormData, files_max: int) -> tuple[Question, Any]:
    if q.control == "file":
        return q.answered((), _problem_of_files(q, _files(q, sent), files_max)), None
    typed = [one.replace("\0", "").strip()[:TYPED_CHARACTERS_MAX] for one in sent.getlist(q.id) if isinstance(one, str)]
    typed = [one for one in typed if one]
    if not typed:
        return q.answered((), NEEDED if q.required else ""), None
    raw = _raw(q, typed)
    try:
        if q.field is not None:
            q.field.parse(raw)
    except Invalid as error:
        return q.answered(typed, _sentence(error.problems[0].reason, q)), None
    return q.answered(typed), raw


def _raw(q: Question, typed: list[str]) -> Any:
    match q.field:
        case Percent():
            return typed[0] if "%" in typed[0] else f"{typed[0]}%"
        case Rating():
            return typed[0].removeprefix("n")
        case _:
            return typed if q.control == "checks" else typed[0]


def _files(q: Question, sent: FormData) -> list[UploadFile]:
    return [one for one in sent.getlist(q.id) if isinstance(one, UploadFile) and one.filename]


def _problem_of_files(q: Question, files: list[UploadFile], files_max: int) -> str:
    if q.required and not files:
        return NEEDED
    if len(files) > 1 and not q.many:
        return "This takes one file."
    if len(files) > files_max:
        return f"This takes at most {files_max} {'file' if files_max == 1 else 'files'}."
    return ""


def _sentence(reason: str, q: Question) -> str:
    """The field's own words, under the label that the form gave it."""
    name = q.field.name if q.field else ""
    said = reason.removeprefix(name).strip()
    text = f"This {said}" if name and reason.startswith(name) else reason
    return text[:1].upper() + text[1:].rstrip(".") + "."
