"""Signing in at its pages: what lets in, what does not, and what nobody can tell from outside."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pyotp.totp import TOTP
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import signin_tables as t
from sayso.db import transaction
from sayso.settings import Settings
from sayso.team import keys, notifications, people, sessions
from sayso.team.actor import Actor
from sayso.team.signin import codes, hashing, mailed, passwords, person, policy
from sayso.team.signin.policy import Policy
from sayso.web.app import create_app
from sayso.web.pages.signin import told
from tests.conftest import Northlight
from tests.connections.post_office import PASSWORD, USER, PostOffice, post_office

URL = "http://sayso.test"
BEN, MIA = "ben@northlight.example", "mia@northlight.example"
GOOD = "otter under the pier"
FROM_HERE = {"sec-fetch-site": "same-origin"}


@dataclass
class Door:
    """The server, a browser before it, and the mail server that it writes by."""

    app: FastAPI
    engine: AsyncEngine
    northlight: Northlight
    office: PostOffice

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=URL, headers=FROM_HERE)

    async def has_password(self, email: str, password: str = GOOD) -> str:
        async with transaction(self.engine) as tx:
            them = await person.by_email(tx, email)
            assert them is not None
            await passwords.put(tx, them, password)
            return them.id

    async def has_codes(self, who: str) -> str:
        """The secret of their app; the first code is used up."""
        async with transaction(self.engine) as tx:
            vault = self.app.state.parts.connections.vault
            begun = await codes.begin(tx, who, label="", vault=vault)
            await codes.confirm(tx, who, TOTP(begun.secret).now(), vault=vault)
            await tx.execute(t.totps.update().values(step=0))
        return begun.secret

    async def told(self, subject: str) -> str:
        """The letter with this subject: letters leave after the answer."""
        for _ in range(3_000):
            for letter in self.office.messages:
                if letter["Subject"] == subject:
                    part = letter.get_body(("plain",))
                    assert part is not None
                    return str(part.get_content())
            await asyncio.sleep(0.02)
        raise AssertionError(f"{subject!r} is not among {[m['Subject'] for m in self.office.messages]}")

    async def link(self, subject: str) -> str:
        found = re.search(rf"{URL}(/signin/\w+/\S+)", await self.told(subject))
        assert found
        return found[1]

    async def quiet(self) -> None:
        """Until what was begun after an answer is done."""
        jobs = self.app.state.parts.jobs
        for _ in range(3_000):
            if not [task for task in jobs._tasks if any(name in repr(task) for name in ("_sent", "tell", "kept_out"))]:
                return
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def post() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


@pytest.fixture(scope="module")
async def served(engine: AsyncEngine, post: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    url = f"smtp+plain://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{post.port}"
    settings = Settings(home=Path(tmp_path_factory.mktemp("home")), public_url=URL, smtp_url=url, worker=False)
    app = create_app(engine, settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def door(served: FastAPI, engine: AsyncEngine, northlight_kept: Northlight, post: PostOffice) -> AsyncIterator[Door]:
    post.came.clear()
    here = Door(served, engine, northlight_kept, post)
    yield here
    await here.quiet()
    served.state.parts.callers.forget()
    async with transaction(engine) as tx:
        for table in t.TABLES:
            await tx.execute(delete(table))
        await tx.execute(text("delete from sayso.sessions"))


async def signs_in(browser: httpx.AsyncClient, email: str, password: str = GOOD, **more: str) -> httpx.Response:
    return await browser.post("/signin/password", data={"email": email, "password": password, **more})


async def who(browser: httpx.AsyncClient) -> str | None:
    answer = await browser.get("/api/me")
    return answer.json()["member"]["name"] if answer.status_code == 200 else None


async def test_a_password_lets_in_and_leads_where_one_wanted(door: Door):
    await door.has_password(BEN)
    async with door.browser() as ben:
        page = await ben.get("/signin", params={"to": "/a/crm"})
        assert 'name="to" value="/a/crm"' in page.text and "Northlight" in page.text and 'action="/signin/password"' in page.text
        wrong = await signs_in(ben, BEN, "otter over the pier", to="/a/crm")
        assert wrong.status_code == 401 and "do not match. 4 tries left." in wrong.text and f'value="{BEN}"' in wrong.text
        assert "otter" not in wrong.text and await who(ben) is None
        right = await signs_in(ben, f" {BEN.upper()} ", to="/a/crm")
        assert (right.status_code, right.headers["location"]) == (303, "/a/crm") and await who(ben) == "Ben Okafor"
        assert (await ben.get("/signin")).headers["location"] == "/", "who is in goes on"
        assert (await ben.delete("/api/session")).status_code == 204 and await who(ben) is None


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/signin",
        "/api/me",
        "a\nb",
        "",
        "/" + "x" * 2_000,
    ],
)
async def test_nobody_is_led_elsewhere(door: Door, to: str):
    await door.has_password(BEN)
    async with door.browser() as ben:
        assert (await signs_in(ben, BEN, to=to)).headers["location"] == "/"


async def test_known_and_unknown_get_the_same_answer(door: Door):
    await door.has_password(BEN)
    async with door.browser() as one, door.browser() as other:
        answers = [
            await signs_in(one, BEN, "wrong word here"),
            await signs_in(other, "nobody@northlight.example", "wrong word here"),
        ]
        mia = await signs_in(other, MIA, "wrong word here")
        for path in ("/signin/link", "/signin/reset"):
            known, unknown = [await one.post(path, data={"email": e}) for e in (BEN, "otto@northlight.example")]
            assert known.status_code == unknown.status_code == 200
            assert known.text.replace(BEN, "X") == re.sub("otto@northlight.example", "X", unknown.text).replace(
                *nonces(unknown, known)
            )
    texts = {_bare(a.text) for a in (*answers, mia)}
    assert {a.status_code for a in (*answers, mia)} == {401} and len(texts) == 1


def nonces(a: httpx.Response, b: httpx.Response) -> tuple[str, str]:
    found = [re.search(r'nonce="([^"]+)"', one.text) for one in (a, b)]
    return (found[0][1], found[1][1]) if found[0] and found[1] else ("", "")


def _bare(html: str) -> str:
    return re.sub(r'nonce="[^"]+"|value="[^"]*@[^"]*"', "", html)


async def test_of_two_hundred_wrong_tries_few_reach_the_hash(door: Door, monkeypatch: pytest.MonkeyPatch):
    await door.has_password(BEN)
    hashed, real = [], hashing.matches

    async def counted(password: str, hash: str | None) -> bool:
        hashed.append(password)
        return await real(password, hash)

    monkeypatch.setattr(hashing, "matches", counted)
    async with door.browser() as thief, door.browser() as home:
        assert (await signs_in(home, BEN)).status_code == 303, "his own browser, from before"
        hashed.clear()
        answers = [
            a for _ in range(20) for a in await asyncio.gather(*(signs_in(thief, BEN, f"guess number {n}") for n in range(10)))
        ]
        assert len(hashed) <= 10 and {a.status_code for a in answers} == {401, 429}
        assert (await signs_in(thief, BEN)).status_code == 429, "even the right one has to wait"
        refused = next(a for a in answers if a.status_code == 429)
        assert "a passkey or a link works now" in refused.text and int(refused.headers["retry-after"]) > 0
        await home.delete("/api/session")
        assert (await signs_in(home, BEN)).status_code == 303, "but not where Ben has been before"
        link = (await thief.post("/signin/link", data={"email": BEN})).status_code
        assert link == 200, "and mail is another way"


async def test_a_mailed_link_is_used_up_by_its_button_alone(door: Door):
    async with door.browser() as scanner, door.browser() as ben:
        assert (await ben.post("/signin/link", data={"email": BEN, "to": "/a/crm"})).status_code == 200
        link = await door.link("Your link to sign in")
        for _ in range(3):
            seen = await scanner.get(link)
            assert seen.status_code == 200 and "set-cookie" not in seen.headers and "requestSubmit" not in seen.text
        entered = await ben.post(link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/a/crm") and await who(ben) == "Ben Okafor"
        again = await scanner.post(link)
        assert again.status_code == 400 and "set-cookie" not in again.headers and await who(scanner) is None
    async with transaction(door.engine) as tx:
        verified = await tx.scalar(text("select email_verified_at from sayso.people where email = :e"), {"e": BEN})
    assert verified is not None


async def test_letters_to_one_mailbox_are_few(door: Door):
    async with door.browser() as stranger:
        answers = [await stranger.post("/signin/link", data={"email": BEN}) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    await door.quiet()
    assert len(door.office.messages) <= 3


async def test_a_reset_link_comes_from_our_own_address_and_ends_what_was_open(door: Door):
    ben_id = await door.has_password(BEN, "an older word of mine")
    evil = {"origin": URL, "x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "sec-fetch-site": "same-origin"}
    async with door.browser() as ben, door.browser() as thief:
        assert (await signs_in(thief, BEN, "an older word of mine")).status_code == 303 and await who(thief) == "Ben Okafor"
        assert (await ben.post("/signin/reset", data={"email": BEN}, headers={"host": "evil.example"})).status_code == 421
        assert (await ben.post("/signin/reset", data={"email": BEN}, headers=evil)).status_code == 200
        letter = await door.told("A new password for Sayso")
        assert "evil" not in letter and re.search(rf"{URL}/signin/reset/[\w-]{{43}}\s", letter)
        link = await door.link("A new password for Sayso")
        page = await ben.get(link)
        assert 'autocomplete="new-password"' in page.text and "set-cookie" not in page.headers
        weak = await ben.post(link, data={"password": "password"})
        assert weak.status_code == 422 and "everybody tries first" in weak.text
        done = await ben.post(link, data={"password": GOOD, "email": BEN})
        assert done.status_code == 303 and await who(ben) == "Ben Okafor"
        assert await who(thief) is None, "what was open under the old password has ended"
        assert (await signs_in(thief, BEN, "an older word of mine")).status_code == 401
        assert (await ben.post(link, data={"password": "another good one"})).status_code == 400
    assert "Your password for Sayso was changed" in await door.told("Your password was changed")
    async with transaction(door.engine) as tx:
        assert await passwords.right(GOOD, await passwords.kept(tx, ben_id))


async def test_seven_bad_tokens_reset_nothing(door: Door):
    """T19: null, empty, a list, missing, used, too old, and somebody else's."""
    ben, mia = await door.has_password(BEN), await door.has_password(MIA)
    async with transaction(door.engine) as tx:
        used = await mailed.create(tx, ben, "reset", proves=BEN)
        await mailed.use(tx, used, "reset")
        old = await mailed.create(tx, ben, "reset", proves=BEN)
        await tx.execute(t.mailed_secrets.update().values(expires_at=text("now() - interval '1 minute'")))
        mias = await mailed.create(tx, mia, "reset", proves=MIA)
        link = await mailed.create(tx, ben, "link", proves=BEN)
    async with door.browser() as thief:
        for token in ("null", "", "[]", "undefined", used, old, mias, link, "x" * 5_000):
            answer = await thief.post(f"/signin/reset/{token}", data={"password": "a word of the thief", "email": BEN})
            assert answer.status_code == 400 and "set-cookie" not in answer.headers, token
            assert (await thief.get(f"/signin/reset/{token}")).status_code in ((200,) if token == mias else (400,))
    async with transaction(door.engine) as tx:
        for one in (ben, mia):
            assert await passwords.right(GOOD, await passwords.kept(tx, one))


async def test_the_second_factor_stands_between_a_password_and_the_apps(door: Door):
    secret = await door.has_codes(await door.has_password(BEN))
    async with door.browser() as ben:
        halfway = await signs_in(ben, BEN, to="/a/crm")
        assert halfway.headers["location"] == "/signin/code" and await who(ben) is None
        assert "one-time-code" in (await ben.get("/signin/code")).text
        assert (await ben.get("/")).headers["location"] == "/signin"
        wrong = await ben.post("/signin/code", data={"code": "000000"})
        assert wrong.status_code == 401 and await who(ben) is None
        right = await ben.post("/signin/code", data={"code": TOTP(secret).now()})
        assert right.headers["location"] == "/a/crm" and await who(ben) == "Ben Okafor"
        assert (await ben.post("/signin/code", data={"code": TOTP(secret).now()})).headers["location"] == "/signin"
    async with door.browser() as thief:
        await signs_in(thief, BEN)
        answers = [(await thief.post("/signin/code", data={"code": f"{n:06}"})).status_code for n in range(20)]
        assert answers[:5] == [401] * 5 and set(answers[5:]) == {429}
    async with door.browser() as nobody:
        for path in ("/signin/code", "/signin/second"):
            assert (await nobody.get(path)).headers["location"] == "/signin"
            assert (await nobody.post(path, data={"code": TOTP(secret).now()})).headers["location"] == "/signin"


async def test_a_workspace_that_asks_for_a_second_factor_leads_there_first(door: Door):
    await door.has_password(BEN)
    async with door.browser() as before, door.browser() as ben:
        await signs_in(before, BEN)
        async with transaction(door.engine) as tx:
            await tx.execute(
                t.sign_in_policies.insert().values(
                    workspace_id=door.northlight.workspace, methods=list(policy.METHODS), second_factor=True, session_days=30
                )
            )
        door.app.state.parts.callers.forget()
        refused = await before.get("/api/me")
        assert refused.status_code == 403 and refused.json()["type"] == "/problems/second-factor-needed"
        assert (await before.get("/signin")).headers["location"] == "/signin/second"
        assert "<svg" in (await before.get("/signin/second")).text, "with a session from before, it is set up here"

        assert (await signs_in(ben, BEN, to="/a/crm")).headers["location"] == "/signin/second" and await who(ben) is None
        page = await ben.get("/signin/second")
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
        assert secret and (await ben.get("/signin/second")).text.count(secret[1]), "the same when loaded again"
        assert secret[1] not in (await before.get("/signin/second")).text, "another session is offered another"
        assert (await ben.post("/signin/second", data={"code": "12"})).status_code == 422
        async with transaction(door.engine) as tx:
            assert (await tx.execute(t.totps.select())).all() == [], "to look, and to type it wrong, writes nothing"
        done = await ben.post("/signin/second", data={"code": TOTP(secret[1]).now()})
        assert len(re.findall(r"<li><code>", done.text)) == 10 and 'href="/a/crm"' in done.text and await who(ben) == "Ben Okafor"
        await door.told("Codes were turned on")
        assert "one-time-code" in (await before.get("/signin/second")).text, "the other session shows a code now"
        assert (await before.post("/signin/second", data={"code": "12"})).status_code == 401


async def test_another_site_signs_nobody_in(door: Door):
    await door.has_password(BEN)
    async with door.browser() as ben:
        del ben.headers["sec-fetch-site"]
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            for path in (
                "/signin/password",
                "/signin/link",
                "/signin/reset",
                "/signin/code",
                "/signin/second",
                "/signin/link/x",
                "/signin/reset/x",
            ):
                answer = await ben.post(path, data={"email": BEN, "password": GOOD}, headers=headers)
                assert answer.status_code == 403 and "set-cookie" not in answer.headers, path
            assert (await ben.post("/signin/passkey", json={}, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/signin/password",
        "/signin/link",
        "/signin/reset",
        "/signin/code",
        "/signin/second",
        "/signin/link/x",
        "/signin/reset/x",
        "/signin/passkey",
        "/signin/passkey/challenge",
        "/signin/second/passkey",
        "/signin/second/passkey/challenge",
    ],
)
async def test_nonsense_is_never_our_fault(door: Door, path: str):
    bodies: list[dict[str, Any]] = [
        {}, {"content": b"\xff\xfe\0"}, {"content": b"email=%00&password=%00"}, {"data": {"email": "a\0b", "password": "\0"}}, {"json": []}, {"json": {"credential": {"response": {}}}},
        {"json": {"credential": {"rawId": 7, "response": {"clientDataJSON": "AAAA", "userHandle": []}}}}, {"data": {"email": "x" * 9_000, "password": "y" * 9_000}},
        {"content": b"x" * 100_000}, {"files": {"email": ("a.txt", b"hello")}},
    ]  # fmt: skip
    async with door.browser() as nobody:
        for body in bodies:
            more = (
                {"headers": {"content-type": "application/x-www-form-urlencoded"}}
                if isinstance(body.get("content"), bytes)
                else {}
            )
            answer = await nobody.post(path, **body, **more)
            assert answer.status_code < 500 and "sayso_session" not in str(answer.headers), (body, answer.text)


async def test_a_new_browser_is_told_of_by_mail(door: Door):
    await door.has_password(BEN)
    async with door.browser() as first, door.browser() as second:
        await signs_in(first, BEN)
        await door.quiet()
        assert door.office.messages == []
        second.headers["user-agent"] = "Firefox on Ubuntu"
        await signs_in(second, BEN)
        assert "Firefox on Ubuntu" in await door.told("A new sign-in to Sayso")


async def test_what_matters_is_in_the_audit(door: Door):
    ben = await door.has_password(BEN)
    async with transaction(door.engine) as tx:
        reset = await mailed.create(tx, ben, "reset", proves=BEN)
    async with door.browser() as thief, door.browser() as home:
        for _ in range(7):
            await signs_in(thief, BEN, "not his password")
        await home.post(f"/signin/reset/{reset}", data={"password": "six red kites here"})
    await door.quiet()
    async with transaction(door.engine) as tx:
        entries = (await tx.execute(text("select kind, sentence, by_name from sayso.audit order by id desc limit 3"))).all()
    assert {"member.signed_in", "password.reset", "member.kept_out"} == {entry.kind for entry in entries}
    assert not any("kites" in entry.sentence for entry in entries)


async def test_without_mail_the_inbox_tells(engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path):
    app = create_app(engine, Settings(home=tmp_path, public_url=URL))
    await told.passkey_added(app.state.parts, northlight_kept.mia.person or "", "Mia’s phone")
    async with transaction(engine) as tx:
        mine = await notifications.listed(tx, by=northlight_kept.mia)
    assert (mine[0].kind, mine[0].title) == ("security", "A passkey was added") and "Mia’s phone" in mine[0].text


async def test_without_mail_the_pages_say_so(engine: AsyncEngine, northlight_kept: Northlight, tmp_path: Path):
    app = create_app(engine, Settings(home=tmp_path, public_url=URL))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as nobody:
        assert "no mail server" in (await nobody.get("/signin/reset")).text


async def _session(door: Door, by: Actor) -> str:
    async with transaction(door.engine) as tx:
        return await sessions.begin(tx, by=by, method="operator")


async def test_my_password_is_set_changed_and_ends_other_sessions(door: Door):
    async with door.browser() as ben, door.browser() as other:
        for one in (ben, other):
            one.cookies.set("sayso_session", await _session(door, door.northlight.ben), domain="sayso.test")
        security = (await ben.get("/api/me/security")).json()
        assert security["invited"] and not security["password"]["set"] and security["email"] == BEN
        assert (await ben.delete("/api/me/security/invitation")).status_code == 204
        assert not (await ben.get("/api/me/security")).json()["invited"]
        assert (await ben.put("/api/me/password", json={"password": "12345678"})).json()["problems"][0]["path"] == "password"
        assert (await ben.put("/api/me/password", json={"password": GOOD})).status_code == 204
        assert await who(ben) == "Ben Okafor" and await who(other) is None
        assert (await ben.put("/api/me/password", json={"password": "six red kites"})).json()["problems"][0]["path"] == "current"
        wrong = [await ben.put("/api/me/password", json={"password": "six red kites", "current": "no"}) for _ in range(7)]
        assert [a.status_code for a in wrong] == [422] * 5 + [429] * 2
        assert (await ben.delete("/api/me/password")).status_code == 409, "it is the only way in"
        assert (await ben.get("/api/me/security")).json()["password"]["changed_at"]
    await door.told("Your password was changed")


async def test_what_is_dangerous_asks_for_a_proof_and_gets_a_new_cookie(door: Door):
    ben_id = await door.has_password(BEN)
    secret = await door.has_codes(ben_id)
    async with door.browser() as ben:
        before = await _session(door, door.northlight.ben)
        ben.cookies.set("sayso_session", before, domain="sayso.test")
        async with transaction(door.engine) as tx:
            await tx.execute(text("update sayso.sessions set proved_at = now() - interval '16 minutes'"))
        for verb, path in (
            ("DELETE", "/api/me/totp"),
            ("POST", "/api/me/recovery-codes"),
            ("POST", "/api/me/passkeys/challenge"),
            ("DELETE", "/api/me/passkeys/pk_0"),
        ):
            refused = await ben.request(verb, path)
            assert refused.status_code == 403 and refused.json()["type"] == "/problems/proof-needed", path
        refused = await ben.post("/api/tokens", json={"name": "All"})
        assert refused.json()["type"] == "/problems/proof-needed"
        assert (await ben.get("/api/session/proof")).json() == {
            "needed": True,
            "ways": ["password", "code"],
            "until": (await ben.get("/api/session/proof")).json()["until"],
        }
        for wrong in ({"password": "no"}, {"code": "000000"}, {"credential": {"response": {}}}):
            assert (await ben.post("/api/session/proof", json=wrong)).json()["type"] == "/problems/not-proved"
        assert (await ben.post("/api/session/proof", json={})).status_code == 422
        proved = await ben.post("/api/session/proof", json={"code": TOTP(secret).now()})
        assert proved.status_code == 200 and not proved.json()["needed"]
        after = ben.cookies.get("sayso_session", domain="sayso.test") or proved.cookies.get("sayso_session")
        assert after and after != before and len((await ben.post("/api/me/recovery-codes")).json()["codes"]) == 10
        old = await ben.get("/api/me", headers={"cookie": f"sayso_session={before}"})
        assert old.status_code == 200, "requests that were under way are answered still"
        assert (await ben.delete("/api/me/totp")).status_code == 204


async def test_tokens_change_nothing_of_how_one_signs_in(door: Door):
    async with transaction(door.engine) as tx:
        _, token = await keys.create(tx, "CI", by=door.northlight.ana)
    async with door.browser() as ana:
        ana.headers["authorization"] = f"Bearer {token}"
        for verb, path in (
            ("GET", "/api/me/security"),
            ("POST", "/api/me/totp"),
            ("GET", "/api/session/proof"),
            ("GET", "/api/me/passkeys"),
        ):
            assert (await ana.request(verb, path)).status_code == 403


async def test_owners_say_how_one_signs_in_and_it_counts_at_once(door: Door):
    new = {"methods": ["link", "sso"], "second_factor": False, "session_days": 7, "idle_minutes": 60}
    await door.has_password(MIA)
    async with door.browser() as ana, door.browser() as mia:
        ana.cookies.set("sayso_session", await _session(door, door.northlight.ana), domain="sayso.test")
        await signs_in(mia, MIA)
        assert (await mia.get("/api/workspace/sign-in")).json() == {
            "methods": list(policy.METHODS),
            "second_factor": False,
            "session_days": 30,
            "idle_minutes": None,
        }
        assert (await mia.put("/api/workspace/sign-in", json=new)).status_code == 403
        assert (await ana.put("/api/workspace/sign-in", json={**new, "methods": ["passkey"]})).status_code == 409
        assert (await ana.put("/api/workspace/sign-in", json=new)).json() == new
        assert await who(mia) is None and await who(ana) == "Ana Prado"
        page = (await mia.get("/signin")).text
        assert 'type="password"' not in page and "Send me a link" in page
        assert "a link by mail or single sign-on" in (await signs_in(mia, MIA)).text


def test_the_usual_policy_takes_everything():
    assert Policy().allows("password") and Policy().allows("oidc") and replace(Policy(), methods=("sso",)).allows("operator")


async def test_a_changed_password_ends_sessions_in_every_workspace(door: Door):
    async with transaction(door.engine) as tx:
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
        there = await people.add(tx, "Mia Lindqvist", role="member", email=MIA, by=zoe)
    assert there.person == door.northlight.mia.person
    async with door.browser() as mia, door.browser() as elsewhere:
        mia.cookies.set("sayso_session", await _session(door, door.northlight.mia), domain="sayso.test")
        elsewhere.cookies.set("sayso_session", await _session(door, there.actor), domain="sayso.test")
        assert (await elsewhere.get("/api/workspace")).json()["name"] == "Elsewhere"
        assert (await mia.put("/api/me/password", json={"password": GOOD})).status_code == 204
        assert await who(mia) == "Mia Lindqvist" and await who(elsewhere) is None
