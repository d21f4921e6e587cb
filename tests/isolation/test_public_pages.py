"""Every page for anybody: what it is asked for is another workspace's, by its ids and by secrets of other doors."""

import re

import pytest

from sayso.web.routes import PUBLIC, Page
from tests.isolation.conftest import Matrix
from tests.isolation.dump import digest
from tests.isolation.pages import PAGES
from tests.isolation.worlds import World, client, with_cookie

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_every_page_has_a_row():
    assert {page.path for page in PUBLIC} == set(PAGES), (
        "a page without a row in tests/isolation/pages.py, or a row without a page"
    )


@pytest.mark.parametrize("page", PUBLIC, ids=lambda page: f"{page.verb} {page.path}")
async def test_a_page_shows_what_it_is_for_and_no_more(matrix: Matrix, before: dict[str, str], page: Page):
    row = PAGES[page.path]
    words = matrix.theirs.words
    callers = [client(matrix.theirs.app), matrix.ours.owner, with_cookie(matrix.theirs.app, matrix.ours.inside["session"])]
    for seed in row.seeds:
        path = re.sub(r"\{\w+(:\w+)?\}", _told(matrix.theirs, seed), page.path)
        for caller in callers:
            content = (
                b"" if page.verb == "GET" else f"decision=yes&token={_told(matrix.theirs, 'oauth_code')}&grant_type=x".encode()
            )
            answer = await caller.request(page.verb, path, content=content, headers=FORM)
            assert answer.status_code < 500, (path, answer.text)
            assert not words.leaked(answer, but=words.open if row.may == "open" else ""), (path, answer.text)
    if page.verb != "GET":
        await matrix.unchanged(before)


def _told(w: World, seed: str) -> str:
    return str(w.ids.get(seed) or w.inside.get(seed) or "x")


async def test_a_form_says_what_it_asks_and_nothing_else(matrix: Matrix):
    """The share link does open its form: else the above would prove nothing."""
    words = matrix.theirs.words
    answer = await client(matrix.theirs.app).get(f"/f/{matrix.theirs.inside['form_share']}")
    assert answer.status_code == 200
    assert words.leaked(answer) and not words.leaked(answer, but=words.open)


@pytest.mark.parametrize("kind", ["code", "refresh_token"])
async def test_what_was_granted_to_an_agent_is_not_for_another(matrix: Matrix, before: dict[str, str], kind: str):
    """A code of theirs, redeemed by another client, or as what it is not."""
    grant = {"grant_type": "authorization_code" if kind == "code" else "refresh_token", kind: matrix.theirs.inside["oauth_code"]}
    also = {"client_id": "client", "redirect_uri": "http://127.0.0.1/cb", "code_verifier": "x" * 43}
    answer = await client(matrix.theirs.app).post("/oauth/token", data=grant | also)
    assert answer.status_code in (400, 401), answer.text
    assert "access_token" not in answer.text
    unused = {name: told for name, told in before.items() if name != "sayso.oauth_grants"}
    assert unused.items() <= (await digest(matrix.engine, matrix.theirs.workspace)).items()
