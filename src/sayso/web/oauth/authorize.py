"""The page on which a member lets a program in, or does not. It shows who asks, where the answer goes, and what they would get."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso import db
from sayso.errors import Invalid, Problem, SaysoError, SignInNeeded
from sayso.settings import Settings
from sayso.team import grants, people
from sayso.team.actor import Actor
from sayso.team.roles import Right
from sayso.web import cookies
from sayso.web.mcp.door import resource
from sayso.web.oauth import clients
from sayso.web.oauth.answers import Refused, bounded, fields
from sayso.web.oauth.clients import Client
from sayso.web.pages.page import page
from sayso.web.parts import Parts, parts
from sayso.web.safety import came_from_elsewhere

CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")
STATE_CHARACTERS_MAX = 2_000
KEPT = ("response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method", "resource")
"""What the page carries from the question to the answer; looked at again there."""


@dataclass(frozen=True, slots=True)
class Question:
    """A program asks. Where the answer goes is settled; whether the rest makes sense is not."""

    client: Client
    address: str
    asked: dict[str, str]

    @property
    def place(self) -> str:
        """Where the answer goes, as people know it."""
        parts = urlsplit(self.address)
        if parts.hostname in clients.HERE:
            return "a program on this computer"
        return parts.netloc if parts.scheme == "https" else f"the program {parts.scheme} on this computer"

    def answered(self, settings: Settings, **values: str) -> Response:
        """Back to the program, with a code or with an error."""
        state = {"state": self.asked["state"]} if self.asked.get("state") else {}
        query = urlencode({**values, **state, "iss": settings.url})
        return RedirectResponse(f"{self.address}{'&' if urlsplit(self.address).query else '?'}{query}", 303)


async def show(request: Request) -> Response:
    """The question, to whoever is signed in."""
    known = parts(request)
    try:
        bounded(request)
        pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=30)
        question = _question(dict(pairs), repeated=len({name for name, _ in pairs}) < len(pairs))
    except (Refused, ValueError, SaysoError) as error:
        return _no(str(error), getattr(error, "status", 400))
    try:
        _must_make_sense(question, known.settings)
    except Refused as refused:
        return question.answered(known.settings, error=refused.error, error_description=str(refused))
    by = await _signed_in(request, known)
    if by is None:
        to = f"{request.url.path}?{request.url.query}"
        return page("authorize.html", status=401, client=question.client, signed_in=False, to=to)
    async with db.transaction(known.engine) as tx:
        home = await people.workspace(tx, by=by)
    writes = by.may("write")
    return page(
        "authorize.html",
        hue=home.hue,
        leads_to=clients.origin(question.address),
        client=question.client,
        place=question.place,
        workspace=home.name,
        by=by,
        writes=writes,
        asked_to_write=writes and "write" in question.asked.get("scope", "").split(),
        kept={name: question.asked[name] for name in KEPT if question.asked.get(name)},
        signed_in=True,
    )


async def decide(request: Request) -> Response:
    """The answer of the member: only from our own page, in their own session."""
    known = parts(request)
    if came_from_elsewhere(request.headers, known.settings):
        return _no("This answer was sent by another site.", 403)
    try:
        asked = await fields(request)
        question = _question(asked, repeated=False)
        _must_make_sense(question, known.settings)
    except (Refused, HTTPException, SaysoError) as error:
        return _no(str(getattr(error, "detail", error)), getattr(error, "status", 400))
    by = await _signed_in(request, known)
    if by is None:
        return page("authorize.html", status=401, client=question.client, signed_in=False)
    if asked.get("answer") != "allow":
        return question.answered(known.settings, error="access_denied", error_description=f"{by.name} said no.")
    scopes: tuple[Right, ...] = ("read", "comment", "write") if asked.get("may_write") and by.may("write") else ("read",)
    async with db.transaction(known.engine) as tx:
        code = await grants.begin(
            tx,
            client=question.client.id,
            name=question.client.name,
            redirect_uri=question.asked["redirect_uri"],
            challenge=question.asked["code_challenge"],
            scopes=scopes,
            by=by,
        )
    return question.answered(known.settings, code=code)


def _question(asked: dict[str, str], *, repeated: bool) -> Question:
    """Raises `Invalid` while it is not settled where an answer may go: then nobody is led anywhere."""
    if repeated or any("\0" in value for value in asked.values()):
        raise Invalid(Problem("", "asks in a way that makes no sense"))
    client = clients.known(asked.get("client_id", ""))
    address = asked.get("redirect_uri") or (client.addresses[0] if len(client.addresses) == 1 else "")
    if not address or not client.takes(address):
        raise Invalid(Problem("redirect_uri", "is none that this program has registered"))
    clients.split(address)
    return Question(client, address, {**asked, "redirect_uri": asked.get("redirect_uri", "")})


def _must_make_sense(question: Question, settings: Settings) -> None:
    """Raises `Refused`. Scopes that we do not know are left aside: programs ask for what other servers have."""
    asked = question.asked
    if asked.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type is code.")
    if asked.get("code_challenge_method") != "S256" or not CHALLENGE.match(asked.get("code_challenge", "")):
        raise Refused("invalid_request", "code_challenge is needed, by S256.")
    if len(asked.get("state", "")) > STATE_CHARACTERS_MAX:
        raise Refused("invalid_request", f"state has at most {STATE_CHARACTERS_MAX} characters.")
    if asked.get("resource", "").rstrip("/") not in ("", resource(settings), settings.url):
        raise Refused("invalid_target", f"Tokens here are for {resource(settings)}.")


async def _signed_in(request: Request, known: Parts) -> Actor | None:
    secret = cookies.read(request)
    if not secret:
        return None
    try:
        return await known.callers.of_session(secret)
    except SignInNeeded:
        return None


def _no(why: str, status: int) -> Response:
    return page("problem.html", status=status, title="This program cannot be let in", detail=why)
