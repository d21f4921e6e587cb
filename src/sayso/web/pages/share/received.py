"""One answer to a public form, on its way in: the same checks whether a browser or a program sends it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile
from starlette.requests import Request

from sayso import db
from sayso.data import files, public_forms
from sayso.data.public_forms import PublicForm
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team.shares import counting, kept
from sayso.team.shares.rules import FileKind, FileRules
from sayso.web import idempotency
from sayso.web.pages.share.visiting import address, challenges, who
from sayso.web.parts import Parts, parts
from sayso.web.rate import Rate
from sayso.web.uploads import chunks

TRIED_BY_ONE_A_MINUTE_MAX = 120
"""Before anything is looked up for it; what counts for all processes is counted in PostgreSQL, see `team/shares/counting.py`."""
DOCUMENTS = (
    "application/pdf", "text/", "application/msword", "application/vnd.openxmlformats", "application/vnd.oasis", "application/vnd.ms-",
    "application/rtf",
)  # fmt: skip

by_one = Rate(times=TRIED_BY_ONE_A_MINUTE_MAX, seconds=60)


async def take(
    request: Request,
    token: str,
    values: Mapping[str, Any],
    uploads: Mapping[str, Sequence[UploadFile]],
    challenge: str,
    once: str = "",
) -> None:
    """One row, in one transaction with its files, its challenge and its place among the answers; the same page sent twice makes one.

    Raises `TooMany`, `Invalid` (also without a solved challenge), `Conflict` when the form is full or closed.
    """
    known = parts(request)
    by_one.count(address(request))
    async with db.transaction(known.engine) as tx:
        form = await public_forms.opened(tx, token)
        must_be_open(form)
        challenges(known).must_be_solved(form.share, challenge)
        await counting.count(tx, form.share, "answer", who(request, form.share))
    async with db.transaction(known.engine) as tx:
        form = await public_forms.opened(tx, token)
        if once and not await idempotency.first_time(tx, form.share.actor, f"{token} {once}"[: idempotency.KEY_CHARACTERS_MAX]):
            return
        await challenges(known).take(tx, form.share, challenge)
        stored = {id: [await _stored(tx, known, form, id, one) for one in some] for id, some in uploads.items()}
        if not await kept.answered(tx, form.share):
            raise Conflict("This form is closed: it has all the answers that it takes.")
        await public_forms.add(tx, form, {**values, **stored})


def must_be_open(form: PublicForm) -> None:
    match form.share.state():
        case "open":
            return
        case "closed" | "full":
            raise Conflict("This form is closed.")
        case _:
            raise NotFound(form.share.not_open)


async def _stored(tx: AsyncConnection, known: Parts, form: PublicForm, field: str, file: UploadFile) -> str:
    rules = form.share.rules.form.files
    if (file.size or 0) > rules.mb_max * 2**20:
        raise Invalid(Problem(field, f"takes files of at most {rules.mb_max} MB"))
    stored = await files.store(tx, known.files, file.filename or "file", chunks(file), by=public_forms.sender(form))
    if not _fits(stored.type, rules):
        raise Invalid(Problem(field, f"takes {_kinds(rules)}, and {stored.name[:80]} is none"))
    return stored.id


def _fits(type: str, rules: FileRules) -> bool:
    return any(_is(type, kind) for kind in rules.kinds)


def _is(type: str, kind: FileKind) -> bool:
    match kind:
        case "any":
            return True
        case "image":
            return type.startswith("image/")
        case "pdf":
            return type == "application/pdf"
        case "document":
            return type.startswith(DOCUMENTS) and type != "text/html"


def _kinds(rules: FileRules) -> str:
    names = {"image": "pictures", "pdf": "PDF files", "document": "documents", "any": "files"}
    return " and ".join(names[kind] for kind in rules.kinds)
