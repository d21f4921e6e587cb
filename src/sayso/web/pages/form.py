"""A form that strangers fill in: plain HTML, one row a time, and nothing of the app is shown but its questions."""

import secrets
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.data import files, public_forms
from sayso.data.public_forms import PublicForm
from sayso.errors import Invalid, SaysoError, TooMany
from sayso.web import idempotency
from sayso.web.body import BoundedRequest
from sayso.web.pages.answers import FILES_MAX, Answers, answers
from sayso.web.pages.page import page
from sayso.web.pages.questions import Question, questions
from sayso.web.parts import Parts, parts
from sayso.web.rate import Rate
from sayso.web.uploads import chunks

FORM_BYTES_MAX = 50 * 2**20
FORM_FIELDS_MAX = 1_000
PART_BYTES_MAX = 2**20
SENT_BY_ONE_A_MINUTE_MAX = 20
SENT_BY_ALL_A_DAY_MAX = 5_000

by_one = Rate(times=SENT_BY_ONE_A_MINUTE_MAX, seconds=60)
by_all = Rate(times=SENT_BY_ALL_A_DAY_MAX, seconds=24 * 60 * 60)


@dataclass(frozen=True, slots=True)
class Shown:
    """The form, and how it is shown: fresh, with problems, or sent."""

    token: str
    form: PublicForm
    questions: list[Question]
    status: int = 200
    sent: bool = False
    general: str = ""
    files: bool = False
    once: str = ""

    def page(self) -> Response:
        form, problems = self.form.form, sum(bool(q.problem) for q in self.questions) + bool(self.general)
        return page(
            "form.html",
            status=self.status,
            hue=self.form.hue,
            framed=True,
            token=self.token,
            workspace=self.form.workspace,
            title=form.title or form.name,
            intro=form.intro,
            button=form.button,
            thanks=form.thanks,
            questions=self.questions,
            problems=problems,
            general=self.general,
            sent=self.sent,
            files=self.files,
            once=self.once or secrets.token_urlsafe(12),
        )


async def show(request: Request) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        form = await public_forms.opened(tx, request.path_params["token"])
    return Shown(request.path_params["token"], form, questions(form.form, form.table)).page()


async def sent(request: Request) -> Response:
    async with db.transaction(parts(request).engine) as tx:
        form = await public_forms.opened(tx, request.path_params["token"])
    return Shown(request.path_params["token"], form, [], sent=True).page()


async def send(request: Request) -> Response:
    token = request.path_params["token"]
    async with db.transaction(parts(request).engine) as tx:
        form = await public_forms.opened(tx, token)
    bounded = BoundedRequest(request.scope, request.receive)
    bounded.bounded(FORM_BYTES_MAX)
    async with bounded.form(max_files=FILES_MAX * 10, max_fields=FORM_FIELDS_MAX, max_part_size=PART_BYTES_MAX) as typed:
        read = answers(questions(form.form, form.table), typed)
        refused = _refused(request, token) if not read.problems else None
        if read.problems or refused:
            return _again(token, form, read, typed, refused)
        if not typed.get("_website"):
            try:
                await _add(request, token, read, str(typed.get("_once", "")))
            except Invalid as error:
                return _again(token, form, read, typed, error)
    return RedirectResponse(f"/f/{token}/sent", 303)


def _refused(request: Request, token: str) -> TooMany | None:
    try:
        by_one.count(f"{token} {request.client.host if request.client else ''}")
        by_all.count(token)
    except TooMany as error:
        return error
    return None


async def _add(request: Request, token: str, read: Answers, once: str) -> None:
    """One row, in one transaction with its files; the same page sent twice makes one."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        form = await public_forms.opened(tx, token)
        if not once or await idempotency.first_time(tx, form.app.by, f"{token} {once}"[: idempotency.KEY_CHARACTERS_MAX]):
            kept = {id: [await _kept(tx, known, form, one) for one in some] for id, some in read.files.items()}
            await public_forms.add(tx, form, {**read.values, **kept})


async def _kept(tx: AsyncConnection, known: Parts, form: PublicForm, file: UploadFile) -> str:
    return (await files.store(tx, known.files, file.filename or "file", chunks(file), by=form.app.by)).id


def _again(token: str, form: PublicForm, read: Answers, typed: FormData, error: SaysoError | None) -> Response:
    """The page once more, with what was typed and what is wrong under each question."""
    by_path = {p.path.rpartition("/")[2]: p.reason for p in error.problems} if isinstance(error, Invalid) else {}
    asked = [q if q.problem or q.id not in by_path else q.answered(q.typed, by_path[q.id]) for q in read.questions]
    other = [reason for path, reason in by_path.items() if path not in {q.id for q in asked}]
    general = " ".join(other) if isinstance(error, Invalid) else str(error) if error else ""
    status = error.status if error else 422
    once = str(typed.get("_once", ""))
    return Shown(token, form, asked, status, general=general, files=bool(read.files), once=once).page()
