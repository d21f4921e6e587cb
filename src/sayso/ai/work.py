"""Does a job: asks a model, checks its answer by the field's own rules, has it repaired, and tells what became of it.

No transaction is open meanwhile, nothing is written anywhere, and nothing is raised for what a model does wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from sayso.ai import answers, drawing, files, instructions, shape
from sayso.ai.asking import Used, ask
from sayso.ai.files import Documents
from sayso.ai.inputs import Inputs
from sayso.ai.job import Job
from sayso.ai.outcome import Outcome
from sayso.ai.shape import Shape
from sayso.ai.sight import seeing
from sayso.ai.told import text_of
from sayso.errors import Invalid, SaysoError
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.spec.fields import Link

ATTEMPTS_MAX = 3
"""Answers that are looked at before a job is given up: the first and two that were told what is wrong."""
PROBLEM_CHARACTERS_MAX = 500
PLAIN_REMEMBERED_MAX = 1_000
READER = "sayso/reader"
"""Says the same however often it is asked."""
ANSWER_SHOWN_CHARACTERS_MAX = 4_000
"""Of a wrong answer, when it is shown to the model again."""
CONNECT = "Connect a model under Models → Providers, or choose another for the slot “{slot}”."

_plain: OrderedDict[tuple[str, str, str], None] = OrderedDict()
"""Models (workspace, provider and name) that did not take the schema of this name; they are asked for JSON in words from then on."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, looked at: a value, or what is wrong with it and whether asking again may help."""

    value: Any = None
    confidence: float | None = None
    unsure: bool = False
    wrong: str = ""
    final: bool = False


async def do(gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, model: str | None = None) -> Outcome:
    """The value of one row, or why there is none. `model` is asked in place of the job's own."""
    used = Used()
    job = job if model is None else replace(job, model=model)
    try:
        if job.makes_pictures and (job.output is None or job.output.kind != "image"):
            called = job.output.name if job.output else "This part"
            outcome = Outcome(
                "refused", problem=f"{called} holds no pictures. Turn it into an image field, which this task can fill."
            )
        elif job.makes_pictures:
            outcome = await drawing.do(gateway, caller, job, inputs, used)
        else:
            outcome = await _written(gateway, caller, job, inputs, used, seen=model is not None)
    except Refused as error:
        outcome = _refused(job, error)
    except SaysoError as error:
        outcome = Outcome("failed", problem=str(error))
    return replace(outcome, version=job.version, **used.as_outcome())


async def _written(gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, used: Used, *, seen: bool) -> Outcome:
    if job.output is None:
        return Outcome("refused", problem="This part of the app has no field to write to.")
    documents = await files.read(gateway, inputs.attachments)
    if inputs.is_empty or not (any(v.text.strip() for v in inputs.values) or documents.texts or documents.pictures):
        return Outcome("refused", problem=_nothing(inputs, documents))
    if documents.pictures:
        job, problem = seeing(gateway, caller, job, documents.pictures, chosen=seen)
        if problem:
            if job.task == "describe_image" or not (documents.texts or any(v.text.strip() for v in inputs.values)):
                return Outcome("refused", problem=problem)
            documents = replace(documents, pictures=())
    elif job.model == "slot:vision":
        job = replace(job, model="slot:text")
    form = shape.shape_of(job, inputs)
    if isinstance(job.output, Link) and not form.labels:
        return Outcome("refused", problem=f"There are no rows yet that {job.output.name} could point to.")
    return await _until_right(gateway, caller, job, inputs, documents, form, used)


def _nothing(inputs: Inputs, documents: Documents) -> str:
    if documents.problems:
        return " ".join(documents.problems)[:PROBLEM_CHARACTERS_MAX]
    named = ", ".join(v.name for v in inputs.values[:4])
    return (
        f"There is nothing to read yet: {named} {'is' if len(inputs.values) == 1 else 'are'} empty."
        if named
        else "There is nothing to read in this row."
    )


async def _until_right(
    gateway: Gateway, caller: Caller, job: Job, inputs: Inputs, documents: Documents, form: Shape, used: Used
) -> Outcome:
    messages = instructions.messages_of(
        instructions.system_of(job), instructions.asked_of(job, inputs, documents.texts), documents.pictures
    )
    judged, attempt = Judged(), 0
    for attempt in range(1, ATTEMPTS_MAX + 1):
        answer, plain = await _answered(gateway, caller, job, messages, form, used)
        judged = _judged(job, form, answer, plain=plain)
        if not judged.wrong:
            return _with_gaps(_outcome(job, judged, attempt), documents)
        if judged.final or used.model == READER:
            break
        messages = [*messages[:2], *_again(answer, judged.wrong)]
    state = "refused" if judged.final else "failed"
    return Outcome(state, problem=judged.wrong[:PROBLEM_CHARACTERS_MAX], attempts=attempt)


def _with_gaps(outcome: Outcome, documents: Documents) -> Outcome:
    """A value that was made without a file that could not be read is for a person to look at."""
    if not documents.problems:
        return outcome
    return replace(outcome, state="review", problem=" ".join(documents.problems)[:PROBLEM_CHARACTERS_MAX])


def _again(answer: dict[str, Any], wrong: str) -> list[dict[str, Any]]:
    said = str(_message(answer).get("content") or "")[:ANSWER_SHOWN_CHARACTERS_MAX]
    told = f"That cannot be used: {wrong}. Answer again, with the JSON object alone."
    return [*([{"role": "assistant", "content": said}] if said else []), {"role": "user", "content": told}]


async def _answered(
    gateway: Gateway, caller: Caller, job: Job, messages: list[dict[str, Any]], form: Shape, used: Used
) -> tuple[dict[str, Any], bool]:
    """The answer, and whether it was asked for in words alone, because the model knows no schemas."""
    key = (*_key(gateway, caller, job.model), form.name)
    if key not in _plain:
        try:
            return await ask(
                gateway,
                caller,
                "chat/completions",
                {"model": job.model, "messages": messages, "response_format": form.format},
                used,
            ), False
        except Refused as error:
            if not _is_about_schemas(error):
                raise
            _plain[key] = None
            while len(_plain) > PLAIN_REMEMBERED_MAX:
                _plain.popitem(last=False)
    return await ask(gateway, caller, "chat/completions", {"model": job.model, "messages": _in_words(messages, form)}, used), True


def _key(gateway: Gateway, caller: Caller, model: str) -> tuple[str, str]:
    route = gateway.plan(caller, model).routes[0]
    return caller.workspace, f"{route.provider.id}/{route.model}"


def _is_about_schemas(error: Refused) -> bool:
    said = f"{error} {error.param or ''}".casefold()
    names = ("response_format", "json_schema", "json schema", "structured output", "response format", "grammar")
    return error.status in (400, 404, 415, 422, 501) and any(name in said for name in names)


def _in_words(messages: list[dict[str, Any]], form: Shape) -> list[dict[str, Any]]:
    system = f"{messages[0]['content']}\n\nAnswer with one JSON object and nothing else, which fits this JSON schema:\n{shape.in_words(form)}"
    return [{**messages[0], "content": system}, *messages[1:]]


def _message(answer: dict[str, Any]) -> dict[str, Any]:
    choice = _choice(answer)
    message = choice.get("message")
    return message if isinstance(message, dict) else {}


def _choice(answer: dict[str, Any]) -> dict[str, Any]:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _judged(job: Job, form: Shape, answer: dict[str, Any], *, plain: bool) -> Judged:
    message, choice = _message(answer), _choice(answer)
    content = message.get("content")
    text = content if isinstance(content, str) else ""
    if refusal := message.get("refusal"):
        return Judged(wrong=str(refusal), final=True)
    if choice.get("finish_reason") == "content_filter":
        return Judged(wrong="The provider's filter stopped the answer.", final=True)
    if not text.strip():
        return Judged(wrong="the answer was empty")
    if choice.get("finish_reason") == "length":
        return Judged(wrong="the answer was cut off because it is too long; give a shorter one")
    try:
        raw = answers.json_in(text)
    except ValueError:
        return _of_text(job, form, text, answer, plain=plain)
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, dict):
        return (
            _checked(job, form, raw, None, answer) if plain else Judged(wrong=f"the answer is no JSON object with {form.name!r}")
        )
    value, found = _found(form, raw)
    if not found:
        return Judged(wrong=f"the JSON object has no {form.name!r}; it has {', '.join(map(str, raw))[:200] or 'nothing'}")
    return _checked(job, form, value, raw.get("confidence"), answer)


def _found(form: Shape, raw: dict[str, Any]) -> tuple[Any, bool]:
    """The value, also when it stands under another name as the only one beside the confidence."""
    if form.name in raw:
        return raw[form.name], True
    others = [name for name in raw if name != "confidence"]
    return (raw[others[0]], True) if len(others) == 1 else (None, False)


def _of_text(job: Job, form: Shape, text: str, answer: dict[str, Any], *, plain: bool) -> Judged:
    """A model that was asked in words and gave the bare value; everything else has to be JSON."""
    if answers.is_declined(text):
        return Judged(wrong=f"The model declined: {_short(text)}", final=True)
    if plain and (form.labels or (job.output is not None and job.output.kind in ("text", "long_text", "ai"))):
        return _checked(job, form, answers.bare(text), None, answer)
    return Judged(wrong="the answer is no JSON")


def _checked(job: Job, form: Shape, raw: Any, confidence: Any, answer: dict[str, Any]) -> Judged:
    assert job.output is not None
    if isinstance(raw, str) and (wrong := _wrong_text(job, raw)):
        return wrong
    try:
        value = shape.value_of(form, job.output, raw)
    except Invalid as wrong:
        return Judged(wrong="; ".join(p.reason for p in wrong.problems))
    except (ValueError, OverflowError, TypeError, ArithmeticError, RecursionError):
        return Judged(wrong=f"{job.output.name} cannot be read from it; an example is {job.output.example}")
    about = answer.get("sayso")
    if isinstance(about, dict) and not about.get("fields"):
        confidence = None  # the built-in reader has nothing to measure when it picks sentences
    unsure = isinstance(about, dict) and bool(about.get("needs_review"))
    return Judged(value, _share(confidence, answers.likelihood(_choice(answer))), unsure)


def _wrong_text(job: Job, text: str) -> Judged | None:
    """Talk in place of a value."""
    if job.output is None or job.output.kind not in ("text", "long_text", "ai"):
        return None
    if not text.strip() and job.task not in ("extract", "classify"):
        return Judged(wrong="the answer was empty")
    if job.task != "draft_reply":
        if answers.is_declined(text):
            return Judged(wrong=f"The model declined: {_short(text)}", final=True)
        if answers.is_claim(text):
            return Judged(
                wrong="it tells of something done in place of giving the value; nothing was done, give the value itself"
            )
    if other := answers.wrong_language(text, job.settings.language):
        return Judged(wrong=f"it is in {other} and was to be in {job.settings.language}")
    return None


def _share(said: Any, likelihood: float | None) -> float | None:
    """What the model says of itself, never more than the chance of its own words where that is known."""
    known = [float(x) for x in (said, likelihood) if isinstance(x, (int, float)) and not isinstance(x, bool) and x == x]
    return round(min(1.0, max(0.0, min(known))), 4) if known else None


def _outcome(job: Job, judged: Judged, attempt: int) -> Outcome:
    assert job.output is not None
    limit = job.settings.review_below
    doubtful = limit is not None and (judged.unsure or judged.confidence is None or judged.confidence < limit)
    text = text_of(job.output, judged.value) if job.output.kind != "link" else ", ".join(map(str, judged.value or []))
    return Outcome(
        "review" if doubtful else "written", judged.value, text, confidence=judged.confidence, attempts=attempt
    )  # fmt: skip


def _refused(job: Job, error: Refused) -> Outcome:
    """What nobody can mend by trying again is told with what to do."""
    slot = job.slot
    if error.code == "model_not_found":
        what = (
            "No model is plugged in"
            if job.model.startswith("slot:")
            else f"The model {job.model} is not there any more, or was disabled"
        )
        return Outcome("refused", problem=f"{what}. {CONNECT.format(slot=slot)}")
    if error.code == "unsupported_endpoint":
        return Outcome("refused", problem=f"{error} {CONNECT.format(slot=slot)}")
    if error.status in (401, 403) or error.code == "upstream_key_refused":
        return Outcome("refused", problem=f"{_short(str(error))} Look at the provider under Models → Providers.")
    if error.status == 402 or error.code in ("insufficient_quota", "unpriced"):
        return Outcome("refused", problem=_short(str(error)))
    return Outcome("failed", problem=_short(str(error)), busy=error.status in (429, 503))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= PROBLEM_CHARACTERS_MAX else text[: PROBLEM_CHARACTERS_MAX - 1] + "…"
