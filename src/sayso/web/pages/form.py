"""A form that strangers fill in: plain HTML, one row a time, and nothing of the app is shown but its questions."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.data import public_forms
from sayso.data.public_forms import PublicForm
from sayso.errors import Conflict, Invalid, Problem, SaysoError, TooMany
from sayso.web import problems
from sayso.web.body import BoundedRequest
from sayso.web.pages.answers import FILES_MAX, Answers, answers
from sayso.web.pages.questions import Question, beside, prefilled, questions
from sayso.web.pages.share import received, visiting
from sayso.web.parts import parts

FORM_BYTES_MAX = 50 * 2**20
FORM_FIELDS_MAX = 1_000
PART_BYTES_MAX = 2**20
SENT_COOKIE = "sayso_sent"
SENT_DAYS = 365
CLOSED = "This form is closed. It takes no more answers."
ONCE = "You have sent your answer already. Thank you."


@dataclass(frozen=True, slots=True)
class Shown:
    """The form, and how it is shown: fresh, with problems, sent, or over."""

    form: PublicForm
    questions: list[Question]
    status: int = 200
    sent: bool = False
    general: str = ""
    files: bool = False
    once: str = ""
    over: str = ""

    def page(self) -> Response:
        form, rules = self.form.form, self.form.share.rules.form
        wrong = sum(bool(q.problem) for q in self.questions) + bool(self.general)
        return visiting.shown(
            self.form.share, "form.html", status=self.status, hue=self.form.hue, leads_to=_origin(rules.redirect),
            workspace=self.form.workspace, title=self.form.title, intro=form.intro, button=form.button,
            thanks=rules.thanks or form.thanks, questions=self.questions, halves=beside(self.questions), problems=wrong, general=self.general,
            sent=self.sent, again=not rules.once, files=self.files, once=self.once or secrets.token_urlsafe(12), over=self.over,
        )  # fmt: skip


async def show(request: Request) -> Response:
    form = await _form(request)
    if not visiting.may_look(request, form.share):
        return visiting.locked(form.opened)
    if over := _over(request, form):
        return Shown(form, [], 410 if over == CLOSED else 200, over=over).page()
    parts(request).jobs.begin(visiting.counted(parts(request), form.share))
    said = {name: request.query_params.getlist(name) for name in request.query_params}
    return Shown(form, prefilled(_questions(form), said)).page()


async def sent(request: Request) -> Response:
    form = await _form(request)
    return Shown(form, [], sent=True).page() if visiting.may_look(request, form.share) else visiting.locked(form.opened)


async def password(request: Request) -> Response:
    return await visiting.enter(request, "form")


async def challenge(request: Request) -> Response:
    """A puzzle for one answer. Its maker keeps nothing: it is signed."""
    form = await _form(request)
    visiting.must_look(request, form.share)
    made = visiting.challenges(parts(request)).made(form.share)
    return Response(orjson.dumps(made), media_type="application/json")


async def send(request: Request) -> Response:
    form = await _form(request)
    if not visiting.may_look(request, form.share):
        return visiting.locked(form.opened)
    bounded = BoundedRequest(request.scope, request.receive)
    if request.headers.get("content-type", "").split(";")[0].strip() == "application/json":
        return await _program(request, bounded, form)
    bounded.bounded(FORM_BYTES_MAX)
    async with bounded.form(max_files=FILES_MAX * 10, max_fields=FORM_FIELDS_MAX, max_part_size=PART_BYTES_MAX) as typed:
        read = answers(_questions(form), typed, form.share.rules.form.files.count_max)
        if read.problems:
            return _again(form, read, typed, None)
        if not typed.get("_website"):
            try:
                _must_be_first(request, form)
                said = str(typed.get("_challenge", "")), str(typed.get("_once", ""))
                await received.take(request, form.share.token, read.values, read.files, *said)
            except (Invalid, TooMany, Conflict) as error:
                return _again(form, read, typed, error)
    return _thanked(request, form)


async def _program(request: Request, bounded: BoundedRequest, form: PublicForm) -> Response:
    """The same as JSON, `{values, challenge}`: no check is left out. What is wrong is told as a problem document."""
    try:
        bounded.bounded(PART_BYTES_MAX)
        values, solved = _asked(await bounded.json())
        asked = _questions(form)
        wrong = [Problem(f"values/{q.id}", "is needed") for q in asked if q.required and values.get(q.id) in (None, "", [])]
        wrong += [
            Problem(f"values/{q.id}", "takes files, which are sent with the page")
            for q in asked
            if q.control == "file" and values.get(q.id)
        ]
        if wrong:
            raise Invalid.of(wrong)
        _must_be_first(request, form)
        await received.take(request, form.share.token, values, {}, solved)
    except (Invalid, TooMany, Conflict) as error:
        body = orjson.dumps(problems.document(error))
        return Response(body, error.status, problems.headers(error), media_type=problems.PROBLEM_JSON)
    return Response(b"{}", 201, media_type="application/json")


def _asked(body: Any) -> tuple[dict[str, Any], str]:
    if not isinstance(body, dict) or not isinstance(body.get("values"), dict) or set(body) - {"values", "challenge"}:
        raise Invalid(
            Problem("", "holds `values` by field and a solved `challenge`", '{"values": {"name": "Otto"}, "challenge": "…"}')
        )
    solved = body.get("challenge")
    return body["values"], solved if isinstance(solved, str) else ""


async def _form(request: Request) -> PublicForm:
    visiting.count(request)
    async with db.transaction(parts(request).engine) as tx:
        return await public_forms.opened(tx, request.path_params["token"])


def _questions(form: PublicForm) -> list[Question]:
    return questions(form.form, form.table, form.asked)


def _over(request: Request, form: PublicForm) -> str:
    if form.share.state() != "open":
        return CLOSED
    return ONCE if form.share.rules.form.once and request.cookies.get(SENT_COOKIE) else ""


def _must_be_first(request: Request, form: PublicForm) -> None:
    if form.share.rules.form.once and request.cookies.get(SENT_COOKIE):
        raise Conflict(ONCE)


def _thanked(request: Request, form: PublicForm) -> Response:
    rules, at = form.share.rules.form, visiting.path(form.share)
    answer = RedirectResponse(rules.redirect or f"{at}/sent", 303)
    if rules.once:
        visiting.keep(request, answer, SENT_COOKIE, "1", at, SENT_DAYS * 24 * 3600)
    return answer


def _origin(url: str) -> str:
    return "https://" + urlsplit(url).netloc if url else ""


def _again(form: PublicForm, read: Answers, typed: FormData, error: SaysoError | None) -> Response:
    """The page once more, with what was typed and what is wrong under each question."""
    by_path = {p.path.rpartition("/")[2]: p.reason for p in error.problems} if isinstance(error, Invalid) else {}
    asked = [q if q.problem or q.id not in by_path else q.answered(q.typed, by_path[q.id]) for q in read.questions]
    other = [reason for path, reason in by_path.items() if path not in {q.id for q in asked}]
    general = " ".join(other) if isinstance(error, Invalid) else str(error) if error else ""
    status = error.status if error else 422
    once = str(typed.get("_once", ""))
    return Shown(form, asked, status, general=general, files=bool(read.files), once=once).page()
